# SPDX-License-Identifier: GPL-3.0-or-later
"""run-tests.py BUILD-FOLDER [SUITE|LAYER|NAME]…: what ./dev test does once everything is built.

Runs the tests by meson, shows the output of what failed, and ends in a line "N passed, N failed"
that counts every test point of every program. A program that fails without a failed point (it
crashed, leaked, hung or stopped short of its plan) counts as one failure, and so does a skip.
"""
import glob
import json
import os
import re
import subprocess
import sys

SHOWN_LINES = 120  # of a failed program's output, from each of its two streams
# The tests that take longest wait more than they compute.
AT_ONCE = (os.cpu_count() or 1) + 1
POINT = re.compile(r"^(not )?ok\b(?P<rest>.*)")
SKIP = re.compile(r"#\s*skip\b", re.IGNORECASE)


def chosen_tests(folder, wanted):
    """The names of the tests that the words select: each a suite, a layer (core for core-json and
    the others of core) or a test."""
    with open(os.path.join(folder, "meson-info", "intro-tests.json"), encoding="utf-8") as file:
        tests = json.load(file)
    suites = {t["name"]: {s.rpartition(":")[2] for s in t["suite"]} for t in tests}
    chosen = []
    for word in wanted:
        found = [name for name, of in suites.items()
                 if word == name or word in of or name.startswith(word + "-")]
        if not found:
            known = sorted(set().union(*suites.values()))
            sys.exit(f"There is no suite or test {word}.\nSuites: {', '.join(known)}\n"
                     f"Tests: {', '.join(sorted(suites))}")
        chosen += [name for name in found if name not in chosen]
    return chosen


def logs(folder):
    """The files in which meson records runs; the name has the test setup's in it, or not."""
    return glob.glob(os.path.join(glob.escape(folder), "meson-logs", "testlog*.json"))


def read_logs(folder):
    """What meson recorded: one object a program, last run only."""
    programs = []
    for path in logs(folder):
        with open(path, encoding="utf-8", errors="replace") as file:
            programs += [json.loads(line) for line in file if line.strip()]
    return programs


def count(program):
    """The passed points, and the lines that tell the failed ones, of one program's log."""
    passed, failed = 0, []
    for line in program.get("stdout", "").splitlines():
        point = POINT.match(line)
        if not point:
            continue
        if point[1] or SKIP.search(point["rest"]):
            failed.append(line)
        else:
            passed += 1
    if program["result"] not in ("OK", "EXPECTEDFAIL") and not failed:
        failed.append(f"{program['result'].lower()}, exit code {program.get('returncode')}")
    if program["result"] == "OK" and not failed and not passed:
        passed = 1  # a program that tells by its exit code alone
    return passed, failed


def show(program, failed):
    print(f"\n---- {program['name']} ({program['result'].lower()}, "
          f"exit code {program.get('returncode')}) ----")
    for stream in ("stdout", "stderr"):
        lines = program.get(stream, "").splitlines()
        if len(lines) > SHOWN_LINES:
            print(f"[{len(lines) - SHOWN_LINES} lines of {stream} left out]")
        for line in lines[-SHOWN_LINES:]:
            print(line)
    print("Failed:")
    for line in failed:
        print("  " + line)


def main():
    folder, wanted = sys.argv[1], sys.argv[2:]
    sys.stdout.reconfigure(errors="backslashreplace")
    chosen = chosen_tests(folder, wanted)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for log in logs(folder):
        os.unlink(log)  # so that an old run is never counted
    status = subprocess.call(["meson", "test", "-C", folder, "--no-rebuild",
                              "--timeout-multiplier", "3", "--num-processes", str(AT_ONCE),
                              # what is not run unless it is named
                              *(["--setup", "all", *chosen] if chosen else [])])
    passed, failures = 0, 0
    for program in read_logs(folder):
        points, failed = count(program)
        passed += points
        failures += len(failed)
        if failed:
            show(program, failed)
    if not failures and (status or not passed):
        print("meson test failed: see above" if status else "no test was run")
        failures = 1
    if failures:
        print(f"\nAll that was said: {folder}/meson-logs/testlog*.txt")
    print(f"\n{passed} passed, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
