# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test_* functions of a file and prints TAP. After each test everything that it started
or made is ended and removed, and a process left behind fails it."""
import ctypes
import os
import pathlib
import signal
import sys
import time
import traceback

# Seconds. Generous: it ends a test that hangs, it measures no speed.
TEST_DEADLINE = float(os.environ.get("SORTIE_TEST_DEADLINE", "180"))

_cleanups = []   # callables of the running test, called in reverse order
_witnesses = []  # callables of the running test that give text for its diagnostics


def later(callable_):
    """Call callable_ when the running test has ended."""
    _cleanups.append(callable_)


def on_failure(callable_):
    """If the running test fails, add what callable_ returns to its diagnostics."""
    _witnesses.append(callable_)


def alive(pid):
    """Whether a process runs; one that has ended and came to us is reaped."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text("latin-1").rpartition(")")[2].split()[0]
    except OSError:
        return False
    if state != "Z":
        return True
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass
    return False


def _children():
    """Our children. As we are a subreaper, orphans of what the tests started are among them."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = pathlib.Path(f"/proc/{entry}/stat").read_text("latin-1").rpartition(")")[2]
            if int(fields.split()[1]) == os.getpid() and alive(int(entry)):
                found.append(int(entry))
        except OSError:  # gone between the look and the read
            continue
    return found


def _end_children():
    """What still runs gets a moment to end by itself, then is killed and told."""
    deadline = time.monotonic() + 5
    while _children() and time.monotonic() < deadline:
        time.sleep(0.02)  # between two looks at the fact
    told = ""
    for pid in _children():
        told += f"left behind: process {pid}: {pathlib.Path(f'/proc/{pid}/comm').read_text()}"
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return told


def _clean_up():
    told = ""
    while _cleanups:
        try:
            _cleanups.pop()()
        except Exception:  # the rest has to be cleaned up too
            told += traceback.format_exc()
    _witnesses.clear()
    return told + _end_children()


class _Deadline(Exception):
    pass


def _deadline_cb(_number, _frame):
    raise _Deadline(f"the test did not end within {TEST_DEADLINE:.0f} s")


def _run_one(test):
    """Run one test and clean up: "" where it passed, else what to tell."""
    told = ""
    signal.setitimer(signal.ITIMER_REAL, TEST_DEADLINE)
    try:
        test()
    except Exception:
        told = traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if told:
        told += "".join(witness() for witness in _witnesses)
    return told + _clean_up()


def main():
    """Run the test_* functions of the calling program, or those named on its command line."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans come to us
    signal.signal(signal.SIGALRM, _deadline_cb)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    tests = {name: value for name, value in vars(sys.modules["__main__"]).items()
             if name.startswith("test_") and callable(value)}
    chosen = sys.argv[1:] or list(tests)
    failed = 0
    print(f"1..{len(chosen)}")
    try:
        for number, name in enumerate(chosen, 1):
            started = time.monotonic()
            told = _run_one(tests[name])
            failed += bool(told)
            for line in told.splitlines():
                print("# " + line)
            print(f"{'not ok' if told else 'ok'} {number} - {name.removeprefix('test_')}")
            print(f"# {time.monotonic() - started:.2f} s")
    finally:
        _clean_up()
    sys.exit(1 if failed else 0)
