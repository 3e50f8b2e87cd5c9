# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the GNOME runtime and its SDK, made of Debian 13 trees, in a repository on this
machine. It is for tests only: it shows that the manifest builds and the app runs against the GTK of
GNOME 48, not which libraries the real runtime has."""
import json
import pathlib
import shutil
import sys

from common import FOLDER, ROOT, STANDIN_BRANCH, USER, once, run

STANDIN = FOLDER / "standin"  # the repository
TREES = {"org.gnome.Platform": "flatpak-platform", "org.gnome.Sdk": "flatpak-sdk"}
LEFT_OUT = ["share/doc", "share/info", "share/locale", "share/man", "local", "games", "etc/apt",
            "etc/group-", "etc/gshadow", "etc/gshadow-", "etc/hostname", "etc/hosts",
            "etc/ld.so.cache", "etc/ld.so.conf.d", "etc/localtime", "etc/machine-id", "etc/mtab",
            "etc/passwd-", "etc/resolv.conf", "etc/shadow", "etc/shadow-"]
LIBRARY_PATHS = ["/app/lib", "include /run/flatpak/ld.so.conf.d/app-*.conf",
                 "include /app/etc/ld.so.conf", "/app/lib/x86_64-linux-gnu",
                 "include /run/flatpak/ld.so.conf.d/runtime-*.conf", "/usr/lib/x86_64-linux-gnu",
                 "/usr/lib"]
METADATA = """[Runtime]
name={name}
runtime=org.gnome.Platform/x86_64/{branch}
sdk=org.gnome.Sdk/x86_64/{branch}

[Environment]
GI_TYPELIB_PATH=/app/lib/girepository-1.0
XDG_DATA_DIRS=/app/share:/usr/share:/usr/share/runtime/share:/run/host/user-share:/run/host/share
"""
# The flags that an SDK gives to every build.
DEFAULTS = {"build-options": {"cflags": "-O2 -g -pipe", "cxxflags": "-O2 -g -pipe",
                              "ldflags": "-L/app/lib -Wl,-z,relro,-z,now -Wl,--as-needed"}}
# flatpak-builder before 1.3 calls a program that Debian 13 no longer has. Its successor wants the
# description under its newer name.
COMPOSE = r"""#!/bin/sh
for argument; do
  case $argument in
    --prefix=*) prefix=${argument#*=} ;;
    --origin=*) origin=${argument#*=} ;;
    --*) ;;
    *) id=$argument ;;
  esac
done
for old in "$prefix"/share/appdata/*.appdata.xml; do
  [ -e "$old" ] || continue
  mkdir -p "$prefix/share/metainfo"
  cp "$old" "$prefix/share/metainfo/$(basename "$old" .appdata.xml).metainfo.xml"
done
exec appstreamcli compose --prefix=/ --origin="$origin" --result-root="$prefix" \
  --data-dir="$prefix/share/app-info/xmls" --icons-dir="$prefix/share/app-info/icons/$origin" \
  --components="$id" "$prefix"
"""


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def pack(name, tree):
    """Commits the tree as that runtime. What Flatpak mounts at /usr is the tree's own /usr."""
    stage = FOLDER / f"stage-{name}"
    files = stage / "files"
    remove(stage)
    files.mkdir(parents=True)
    # Links, not copies: only what is new here may be written to.
    run("cp", "-al", f"{tree}/usr/.", files)
    run("cp", "-a", f"{tree}/etc", files / "etc")
    for path in LEFT_OUT:
        remove(files / path)
    remove(files / "etc/ld.so.conf")
    (files / "etc/ld.so.conf").write_text("\n".join(LIBRARY_PATHS) + "\n", "ascii")
    if name.endswith(".Sdk"):
        defaults = files / "etc/flatpak-builder/defaults.json"
        defaults.parent.mkdir()
        defaults.write_text(json.dumps(DEFAULTS), "ascii")
        compose = files / "bin/appstream-compose"
        remove(compose)
        compose.write_text(COMPOSE, "ascii")
        compose.chmod(0o755)
    metadata = METADATA.format(name=name, branch=STANDIN_BRANCH)
    (stage / "metadata").write_text(metadata, "ascii")
    run("ostree", "commit", f"--repo={STANDIN}", f"--branch=runtime/{name}/x86_64/{STANDIN_BRANCH}",
        f"--tree=dir={stage}", "--owner-uid=0", "--owner-gid=0", "--no-xattrs",
        "--canonical-permissions", "--subject=a stand-in for tests",
        f"--add-metadata-string=xa.metadata={metadata}")
    remove(stage)


def install(trees):
    for folder in (STANDIN, USER):
        if folder.exists():
            shutil.rmtree(folder)
    # The form that the installation has too, so that objects are linked, not packed and unpacked.
    run("ostree", "init", f"--repo={STANDIN}", "--mode=bare-user-only")
    run("ostree", "config", f"--repo={STANDIN}", "set", "core.fsync", "false")
    for name, tree in trees.items():
        pack(name, tree)
    run("flatpak", "build-update-repo", STANDIN)
    run("flatpak", "remote-add", "--user", "--no-gpg-verify", "standin", f"file://{STANDIN}")
    # It can be made anew, so nothing of it has to reach the disk before we go on.
    run("ostree", "config", f"--repo={USER}/repo", "set", "core.fsync", "false")
    run("flatpak", "install", "--user", "--noninteractive", "standin",
        *(f"{name}//{STANDIN_BRANCH}" for name in trees))
    shutil.rmtree(STANDIN / "objects")  # installed, so it is not pulled from again


def provide():
    """Installs the stand-in, unless the very same one is there."""
    maker = [sys.executable, "-B", ROOT / "tests/trees/make-tree.py"]
    trees = {name: pathlib.Path(run(*maker, tree).strip()) for name, tree in TREES.items()}
    made = [tree.with_name(tree.name + ".made").read_text("ascii") for tree in trees.values()]
    once("stand-in for the runtime", "\n".join([*made, pathlib.Path(__file__).read_text("utf-8")]),
         lambda: install(trees))
