# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing: everything lies below the prefix, works from there, and goes again without a trace."""
import json
import os
import pathlib
import subprocess

import harness

BUILD = pathlib.Path(harness.program("sortied")).parents[2]
APPLICATION = "io.github.sortie_app.Sortie"
ALWAYS = [
    "bin/sortiectl", "bin/sortied", "lib/systemd/system/sortied.service",
    "lib/systemd/user/sortied.service", "share/bash-completion/completions/sortiectl",
    "share/fish/vendor_completions.d/sortiectl.fish", "share/zsh/site-functions/_sortiectl",
    "share/man/man1/sortiectl.1", "share/man/man8/sortied.8", "share/sortie/sample/dead-letters.html",
    "share/sortie/compose/compose.yaml",
]
DESKTOP = [
    "bin/sortie", "share/man/man1/sortie.1", f"share/applications/{APPLICATION}.desktop",
    f"share/dbus-1/services/{APPLICATION}.service",
    f"share/glib-2.0/schemas/{APPLICATION}.gschema.xml",
    f"share/gnome-shell/search-providers/{APPLICATION}.search-provider.ini",
    f"share/icons/hicolor/scalable/apps/{APPLICATION}.svg",
    f"share/icons/hicolor/symbolic/apps/{APPLICATION}-symbolic.svg",
    f"share/metainfo/{APPLICATION}.metainfo.xml", "share/locale/de/LC_MESSAGES/sortie.mo",
]


def option(name):
    options = json.loads((BUILD / "meson-info/intro-buildoptions.json").read_text())
    return next(each["value"] for each in options if each["name"] == name)


def meson(*arguments):
    done = subprocess.run(["meson", *map(str, arguments)], cwd=BUILD, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_install():
    """all is installed below the prefix, the programs run from there, and uninstalling leaves no file"""
    root = harness.temporary_folder()
    meson("install", "-C", BUILD, "--no-rebuild", "--destdir", root)
    prefix = root / option("prefix").lstrip("/")
    wanted = ALWAYS + (DESKTOP if option("desktop") else [])
    there = files_below(prefix)
    assert not [name for name in wanted if name not in there], sorted(set(wanted) - there)
    assert len(there) == len(files_below(root)), "something lies outside of the prefix"
    assert any(name.endswith("sortie-extract") for name in there), there

    for name in [name for name in there if name.startswith("bin/")]:
        done = subprocess.run([prefix / name, "--version"], capture_output=True, text=True,
                              env=harness.environment(root), timeout=60, check=False)
        harness.check_stderr(done.stderr, name)
        assert done.returncode == 0 and name.removeprefix("bin/") in done.stdout, done
    for name in there:
        if name.endswith((".service", ".desktop")):
            text = (prefix / name).read_text()
            assert "@bindir@" not in text and str(BUILD) not in text, (name, text)
    unit = (prefix / "lib/systemd/system/sortied.service").read_text()
    assert f"ExecStart={option('prefix')}/bin/sortied " in unit, unit

    meson("--internal", "uninstall")
    assert not files_below(prefix), files_below(root)


def test_modes():
    """what is installed can be read by everybody and changed by nobody else"""
    root = harness.temporary_folder()
    meson("install", "-C", BUILD, "--no-rebuild", "--destdir", root)
    for path in root.rglob("*"):
        mode = path.stat().st_mode
        assert mode & 0o444 == 0o444 and not mode & 0o022, f"{path}: {mode:o}"
        assert os.access(path, os.X_OK) or path.is_file(), path
    meson("--internal", "uninstall")


if __name__ == "__main__":
    harness.main()
