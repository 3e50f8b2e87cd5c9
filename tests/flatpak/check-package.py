# SPDX-License-Identifier: GPL-3.0-or-later
"""What was built and installed: files, registrations, permissions, and the programs in the sandbox,
without a window."""
import json
import os
import pathlib
import re
import subprocess

import setting  # noqa: F401 (finds the modules of the system tests)
from common import APPLICATION, BUNDLE, ROOT, USER, environment, processes, run
from harness import temporary_folder, wait_until
from tap import alive, later, main

MISSION = "What does a dead letter hold, and who sets it aside?"
INSTALLED = USER / "app" / APPLICATION / "current/active"
FILES = INSTALLED / "files"


class Sandbox:
    """A home, a runtime folder and a D-Bus session of its own, in which the app runs."""

    def __init__(self):
        self.home = temporary_folder()
        self.runtime = self.home / "run"
        self.runtime.mkdir(mode=0o700)
        self.environment = environment(HOME=str(self.home), XDG_RUNTIME_DIR=str(self.runtime))
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "REDIS_URL",
                     "BACKEND_URL", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            self.environment.pop(name, None)

    def command(self, program, *arguments, options=()):
        return ["flatpak", "run", "--user", *options, f"--command={program}", APPLICATION,
                *map(str, arguments)]

    def run(self, program, *arguments, options=()):
        """Runs it to its end. What it leaves behind in its sandbox may keep the output open, so that is
        a file."""
        paths = [self.home / "out", self.home / "err"]
        with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
            done = subprocess.run(self.command(program, *arguments, options=options), cwd=self.home,
                                  stdin=subprocess.DEVNULL, stdout=out, stderr=err, timeout=150,
                                  env=self.environment, check=False)
        done.stdout, done.stderr = (path.read_text("utf-8", "replace") for path in paths)
        return done

    def start(self, program, *arguments, options=()):
        process = subprocess.Popen(self.command(program, *arguments, options=options),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=self.environment, cwd=self.home)
        later(lambda: (process.kill(), process.wait()))
        return process

    @property
    def processes(self):
        return processes(self.home)


def test_files():
    """Programs and what they need at run time; no headers, no static libraries, no manuals of them."""
    for name in ("bin/sortie", "bin/sortied", "bin/sortiectl", "bin/valkey-server",
                 "bin/valkey-check-aof", "bin/dot", "libexec/sortie/sortie-extract",
                 "libexec/sortie/sortie-layout", "share/poppler/cMap", "share/sortie/sample"):
        assert (FILES / name).exists(), name
    everything = [path.relative_to(FILES) for path in FILES.rglob("*")]
    unwanted = [str(path) for path in everything
                if path.suffix in (".a", ".la", ".h", ".pc") or path.parts[0] == "include"]
    assert not unwanted, unwanted


def test_exports():
    """What the desktop sees: launcher, icons, description, search provider, D-Bus activation."""
    exports = INSTALLED / "export/share"
    for name in (f"applications/{APPLICATION}.desktop", f"dbus-1/services/{APPLICATION}.service",
                 f"icons/hicolor/scalable/apps/{APPLICATION}.svg",
                 f"icons/hicolor/symbolic/apps/{APPLICATION}-symbolic.svg",
                 f"gnome-shell/search-providers/{APPLICATION}.search-provider.ini",
                 f"metainfo/{APPLICATION}.metainfo.xml"):
        assert (exports / name).exists(), name
    launcher = (exports / f"applications/{APPLICATION}.desktop").read_text("utf-8")
    assert re.search(rf"^Exec=\S*flatpak run .*--command=sortie.* {APPLICATION}", launcher, re.M), launcher


def test_validators():
    run("desktop-file-validate", FILES / f"share/applications/{APPLICATION}.desktop")
    run("appstreamcli", "validate", "--no-net", "--explain",
        FILES / f"share/metainfo/{APPLICATION}.metainfo.xml")
    run("glib-compile-schemas", "--strict", "--dry-run", FILES / "share/glib-2.0/schemas")


def test_installed_permissions():
    shown = run("flatpak", "info", "--user", "--show-permissions", APPLICATION)
    assert re.findall(r"^(\w+)=(.*)$", shown, re.M) == [
        ("shared", "network;ipc;"), ("sockets", "x11;wayland;fallback-x11;"), ("devices", "dri;")
    ], shown
    assert "filesystems" not in shown and "talk" not in shown and "[" + "Session Bus" not in shown


def test_libraries_are_there():
    """Each library that a program or library of the app wants is in the app or in the runtime."""
    script = 'cd /app; find . -type f \\( -perm -100 -o -name "*.so*" \\) | while read -r file; do ' \
        'ldd "$file" 2>/dev/null | grep "not found" | sed "s|^|$file:|"; done; echo looked'
    done = Sandbox().run("sh", "-c", script)
    assert done.returncode == 0 and done.stdout == "looked\n", done


def test_layout():
    """dot -c has registered the layout and the core, so an empty plugin folder is no danger."""
    config = FILES / "lib/graphviz/config6"
    assert re.search(r"gvplugin_dot_layout\S* dot_layout \{\s*layout \{\s*dot ",
                     config.read_text("utf-8"))
    done = Sandbox().run("sh", "-c", "echo 'digraph { a -> b }' | dot -Tplain")
    assert done.returncode == 0 and re.search(r"^edge a b ", done.stdout, re.M), done


def test_home_is_closed():
    """Not even the names of what lies in the home folder reach the sandbox."""
    sandbox = Sandbox()
    (sandbox.home / "secret.txt").write_text("nobody's business", "utf-8")
    done = sandbox.run("sh", "-c", f"ls -A {sandbox.home}; cat {sandbox.home}/secret.txt; ls {ROOT}")
    assert "secret.txt" not in done.stdout and "business" not in done.stdout, done


def test_mission_in_the_terminal():
    """The bundled backend, Valkey and all extractors, over the articles that come with it."""
    sandbox = Sandbox()
    done = sandbox.run("sortiectl", "run", MISSION, "--documents", "/app/share/sortie/sample")
    assert done.returncode == 0, done
    assert re.search(r"\[1\]", done.stdout) and "## Sources" in done.stdout, done.stdout
    collections = sandbox.run("sortiectl", "collections", "list")
    assert collections.returncode == 0, collections
    wait_until(lambda: not sandbox.processes, "nothing of the sandbox runs any more")
    log, = (sandbox.home / ".var/app" / APPLICATION).rglob("redis.log")
    assert "Valkey" in log.read_text("utf-8"), "something else than Valkey was used"


def test_sockets_are_shared():
    """A second run finds the backend of the first, though it can see none of its processes."""
    sandbox = Sandbox()
    up = sandbox.run("sortiectl", "backend", "up")
    assert up.returncode == 0, up
    folder = sandbox.runtime / "app" / APPLICATION
    assert list(folder.glob("backend*.sock")), list(folder.iterdir())
    shown = sandbox.run("sortiectl", "backend", "status")
    assert shown.returncode == 0, shown
    down = sandbox.run("sortiectl", "backend", "down")
    assert down.returncode != 0 and f"flatpak kill {APPLICATION}" in down.stderr, down
    run("flatpak", "kill", APPLICATION, env=sandbox.environment)
    wait_until(lambda: not sandbox.processes, "flatpak kill ends all of it")


def test_killed_backend_leaves_nobody():
    """SIGKILL of sortiectl, which owns the backend: backend and Valkey end with it."""
    sandbox = Sandbox()
    sandbox.start("sortiectl", "run", MISSION + " HOLD_AT_RETRIEVER", "--documents",
                  "/app/share/sortie/sample", options=["--env=SORTIE_FAULTS=1"])
    wait_until(lambda: {"sortiectl", "sortied", "valkey-server"} <= set(sandbox.processes),
               "the backend is up")
    pids = sandbox.processes
    os.kill(pids["sortiectl"], 9)
    wait_until(lambda: not any(alive(pid) for pid in pids.values()), "all of it has ended")


def test_bundle():
    """What a person is handed is one file, not large; what was installed of it says how it was built."""
    assert 1 << 20 < BUNDLE.stat().st_size < 64 << 20, BUNDLE.stat().st_size
    manifest = json.loads((FILES / "manifest.json").read_text("utf-8"))
    assert manifest["id"] == APPLICATION


if __name__ == "__main__":
    main()
