# SPDX-License-Identifier: GPL-3.0-or-later
"""Where things lie, and how programs are run, for ./dev test flatpak."""
import hashlib
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build-flatpak"
APPLICATION = "io.github.sortie_app.Sortie"
MANIFEST = ROOT / "flatpak" / f"{APPLICATION}.yml"
# The branch that the stand-in for the runtime has: what Debian 13 has is the GTK of GNOME 48.
STANDIN_BRANCH = "48"
USER = FOLDER / "user"  # what flatpak install --user installs into
REPOSITORY = FOLDER / "repository"
APP_FOLDER = FOLDER / "app"  # what flatpak-builder fills
PROGRAMS = ("sortie", "sortied", "sortiectl", "valkey-server", "sortie-extract")
BUNDLE = FOLDER / f"{APPLICATION}.flatpak"


class Failed(Exception):
    """Something did not work; the text says what."""


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def environment(**extra):
    """Nothing of the user's own Flatpak installations is seen or changed."""
    (FOLDER / "tmp").mkdir(parents=True, exist_ok=True)
    return {**os.environ, "FLATPAK_USER_DIR": str(USER), "TMPDIR": str(FOLDER / "tmp"),
            "FLATPAK_SYSTEM_DIR": str(FOLDER / "system"), "LC_ALL": "C.UTF-8", **extra}


def run(*command, log=None, **options):
    """Runs a program to its end, and raises where it failed. Its output goes to log, else to us."""
    command = [str(word) for word in command]
    options.setdefault("env", environment())
    if log:
        with open(log, "wb") as file:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file,
                                  stderr=subprocess.STDOUT, check=False, **options)
        output = pathlib.Path(log).read_text("utf-8", "replace")
    else:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, **options)
        output = done.stdout + done.stderr
    if done.returncode != 0:
        raise Failed(f"{shlex.join(command)} ended with {done.returncode}:\n{output[-6000:]}")
    return output if log else done.stdout


def processes(home):
    """name → number of the processes of Sortie that work in that home, in whatever sandbox. Valkey
    writes its title over its environment, but works in its data folder."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = pathlib.Path(f"/proc/{entry}/comm").read_text("utf-8").strip()
            variables = pathlib.Path(f"/proc/{entry}/environ").read_bytes().split(b"\0")
            folder = os.readlink(f"/proc/{entry}/cwd")
        except OSError:  # gone meanwhile
            continue
        if name in PROGRAMS and (f"HOME={home}".encode() in variables
                                 or folder.startswith(f"{home}/.var/")):
            found[name] = int(entry)
    return found


def digest(path):
    value = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            value.update(block)
    return value.hexdigest()


def once(name, recipe, make):
    """Calls make() unless it was done already by the same recipe; FOLDER/NAME.made remembers it."""
    made = FOLDER / f"{name}.made"
    wanted = hashlib.sha256(recipe.encode()).hexdigest()
    if made.exists() and made.read_text("ascii") == wanted:
        return
    made.unlink(missing_ok=True)
    begin = time.monotonic()
    say(f"flatpak: {name} …")
    make()
    made.write_text(wanted, "ascii")
    say(f"flatpak: {name}, {time.monotonic() - begin:.0f} s")
