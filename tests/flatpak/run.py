# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./dev test flatpak does once its packages are there: builds the manifest, installs the result
and looks at it. Ends in a line "N passed, N failed". Names of checks (manifest, package, window) run
those alone, over what the last run built."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import traceback

import manifest
import runtime
import sources
from common import (APP_FOLDER, APPLICATION, BUNDLE, FOLDER, REPOSITORY, ROOT, USER, Failed,
                    environment, run, say)

HERE = pathlib.Path(__file__).resolve().parent
POINT = re.compile(r"^(not )?ok\b")
LOG = FOLDER / "build.log"
SHOWN_LINES = 60


class Results:
    def __init__(self):
        self.passed, self.failed = 0, []

    def point(self, name, action):
        """One step as one point: it failed where it raised."""
        begin = time.monotonic()
        try:
            action()
        except Exception as error:  # what went wrong is told, and the rest is still looked at
            text = str(error) if isinstance(error, Failed) else traceback.format_exc()
            print("".join(f"# {line}\n" for line in text.splitlines()), end="")
            self.failed.append(name)
        else:
            self.passed += 1
        print(f"{'not ok' if name in self.failed else 'ok'} - {name}")
        print(f"# {time.monotonic() - begin:.0f} s", flush=True)
        return name not in self.failed

    def program(self, name, *command, **variables):
        """Runs a TAP program and counts its points."""
        print(f"# ---- {name}", flush=True)
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, encoding="utf-8",
                              errors="replace", env={**os.environ, **variables}) as process:
            failed_before, passed = len(self.failed), 0
            for line in process.stdout:
                print(line, end="", flush=True)
                point = POINT.match(line)
                if point and point[1]:
                    self.failed.append(f"{name}: {line.strip()}")
                elif point:
                    passed += 1
        self.passed += passed
        if process.returncode != 0 and len(self.failed) == failed_before or not passed:
            self.failed.append(f"{name} ended with {process.returncode}")

    def end(self):
        for name in self.failed:
            print(f"# failed: {name}")
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        return 1 if self.failed else 0


def build():
    """flatpak-builder does what the manifest says, tests in the build sandbox included."""
    try:
        run("dbus-run-session", "--", "flatpak-builder", "--ccache", "--force-clean",
            "--disable-rofiles-fuse", "--disable-updates", "--user", f"--state-dir={FOLDER}/state",
            f"--repo={REPOSITORY}", APP_FOLDER, manifest.VARIANT, log=LOG, cwd=FOLDER)
    except Failed as error:
        lines = LOG.read_text("utf-8", "replace").splitlines()
        raise Failed("\n".join([*lines[-SHOWN_LINES:], f"(all of it: {LOG})"])) from error


def bundle():
    """One file, and that file installed as a person would install it."""
    run("flatpak", "build-bundle", REPOSITORY, BUNDLE, APPLICATION)
    if (USER / "app" / APPLICATION).exists():
        run("flatpak", "uninstall", "--user", "--noninteractive", APPLICATION)
    run("flatpak", "install", "--user", "--noninteractive", "--bundle", BUNDLE)


def tests_ran():
    """The tests in the build sandbox: that some ran, and that none was skipped."""
    text = LOG.read_text("utf-8", "replace")
    counts = dict(re.findall(r"^(Ok|Fail|Skipped|Timeout|Unexpected Pass): +(\d+)", text, re.M))
    print(f"# in the build sandbox: {counts}")
    if int(counts.get("Ok", 0)) < 20 or any(int(n) for what, n in counts.items() if what != "Ok"):
        raise Failed(f"not as expected: {counts}")


def make(results):
    """Everything up to the installed app. Whether it is there."""
    return (results.point("the stand-in for the GNOME runtime is there", runtime.provide)
            and results.point("the modules' sources are there", lambda: manifest.write_variant(
                sources.provide()))
            and results.point("flatpak-builder builds the manifest", build)
            and results.point("the tests pass in the build sandbox", tests_ran)
            and results.point("the bundle can be installed", bundle))


def check(results, wanted):
    python = [sys.executable, "-B"]
    if "manifest" in wanted:
        results.program("manifest", *python, HERE / "check-manifest.py")
    if "package" in wanted:
        results.program("package", *python, HERE / "check-package.py")
    if "window" in wanted:
        # The session's portals find the person at the file chooser through these.
        results.program("window", HERE / "own-runtime", ROOT / "tests/display/with-display",
                        "/usr/bin/python3", "-B", HERE / "check-window.py", XDG_DESKTOP_PORTAL_DIR=str(HERE),
                        XDG_CURRENT_DESKTOP="sortietest",
                        FLATPAK_USER_DIR=environment()["FLATPAK_USER_DIR"],
                        FLATPAK_SYSTEM_DIR=environment()["FLATPAK_SYSTEM_DIR"])


def main():
    known = ["manifest", "package", "window"]
    wanted = sys.argv[1:] or known
    if set(wanted) - set(known):
        sys.exit(f"There is no check {' '.join(set(wanted) - set(known))}, only: {' '.join(known)}")
    FOLDER.mkdir(exist_ok=True)
    results = Results()
    if sys.argv[1:] or make(results):
        check(results, wanted)
    shutil.rmtree(FOLDER / "tmp", ignore_errors=True)
    return results.end()


if __name__ == "__main__":
    say("flatpak: everything is kept in build-flatpak/ and build-trees/")
    sys.exit(main())
