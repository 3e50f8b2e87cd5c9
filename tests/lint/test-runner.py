# SPDX-License-Identifier: GPL-3.0-or-later
"""The counter at the end of ./dev test, on logs of which the count is known. A counter that takes
a crash for a success would make every other test worthless."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

RUNNER = pathlib.Path(__file__).resolve().parents[1] / "run-tests.py"
FINE = {"name": "p:unit / fine", "result": "OK", "returncode": 0,
        "stdout": "1..2\nok 1 /a\nok 2 - b\n# ok, but no point\nokay no point either\n"}
FAILING = {"name": "p:unit / failing", "result": "FAIL", "returncode": 1,
           "stdout": "ok 1 /a\nnot ok 2 /b\n", "stderr": "what went wrong"}
CRASHED = {"name": "p:bus / crashed", "result": "ERROR", "returncode": -6, "stdout": "ok 1 /a\n"}
LEAKED = {"name": "p:bus / leaked", "result": "ERROR", "returncode": 1, "stdout": "1..1\nok 1 /a\n"}
HUNG = {"name": "p:bus / hung", "result": "TIMEOUT", "returncode": -15, "stdout": ""}
SKIPPED = {"name": "p:bus / skipped", "result": "OK", "returncode": 0,
           "stdout": "1..2\nok 1 /a # SKIP no network\nok 2 /b\n"}
PLAIN = {"name": "p:unit / plain", "result": "OK", "returncode": 0, "stdout": "no points"}

# What it shows, the log (None: meson wrote none), meson's exit code, the last line.
CASES = [
    ("every point counts", [FINE], 0, "2 passed, 0 failed"),
    ("a program without points is one", [PLAIN], 0, "1 passed, 0 failed"),
    ("failed points count", [FINE, FAILING], 1, "3 passed, 1 failed"),
    ("a crash counts", [CRASHED], 1, "1 passed, 1 failed"),
    ("a leak after the last point counts", [LEAKED], 1, "1 passed, 1 failed"),
    ("a hang counts", [HUNG, FINE], 1, "2 passed, 1 failed"),
    ("a skip is a failure", [SKIPPED], 0, "1 passed, 1 failed"),
    ("no log is a failure", None, 1, "0 passed, 1 failed"),
    ("meson's own failure counts", [FINE], 1, "2 passed, 1 failed"),
    ("nothing that ran is a failure", [], 0, "0 passed, 1 failed"),
]


def run(folder, log, status):
    """Run the counter in folder with a meson that writes this log: its output and exit code."""
    (folder / "meson-logs").mkdir(exist_ok=True)
    (folder / "meson-info").mkdir(exist_ok=True)
    (folder / "meson-info/intro-tests.json").write_text("[]")
    (folder / "meson-logs/testlog.json").write_text(json.dumps(FINE) + "\n")  # of an earlier run
    script = "#!/bin/sh\n"
    if log is not None:
        (folder / "log").write_text("".join(json.dumps(entry) + "\n" for entry in log))
        script += f"cp '{folder}/log' '{folder}/meson-logs/testlog.json'\n"
    (folder / "meson").write_text(script + f"exit {status}\n")
    (folder / "meson").chmod(0o755)
    return subprocess.run([sys.executable, "-B", RUNNER, folder], text=True, capture_output=True,
                          env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}, check=False)


def main():
    print(f"1..{len(CASES)}")
    failed = False
    for number, (shows, log, status, last) in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            done = run(pathlib.Path(folder), log, status)
        good = done.stdout.splitlines()[-1:] == [last] and \
            (done.returncode == 0) == last.endswith(" 0 failed") and \
            ("what went wrong" in done.stdout) == (FAILING in (log or []))
        if not good:
            failed = True
            for line in (done.stdout + done.stderr).splitlines():
                print("# " + line)
        print(f"{'ok' if good else 'not ok'} {number} - {shows}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
