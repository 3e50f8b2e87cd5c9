# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the test_* functions of a file, one after another over one stack, and prints TAP. The stack is
taken down at the end, whatever happened."""
import signal
import sys
import time
import traceback

import engine
import namespace

TEST_DEADLINE = 240  # seconds; ends a test that hangs


def _late_cb(_number, _frame):
    raise TimeoutError(f"the test did not end within {TEST_DEADLINE} s")


def _run_one(stack, test):
    signal.setitimer(signal.ITIMER_REAL, TEST_DEADLINE)
    try:
        test(stack)
        return ""
    except Exception:  # pylint: disable=broad-except
        signal.setitimer(signal.ITIMER_REAL, 0)
        # Why comes last: where only the end of what was said is kept, it is there.
        return stack.tell() + traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _make(make_stack):
    try:
        return make_stack()
    except Exception:
        for stack in engine.Stack.made:
            print("".join(f"# {line}\n" for line in stack.tell().splitlines()), flush=True)
        raise


def main(make_stack):
    """make_stack() gives the Stack over which the tests of the calling program run; its words on the
    command line choose some of them."""
    namespace.enter()
    namespace.furnish()
    signal.signal(signal.SIGALRM, _late_cb)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    tests = {name: value for name, value in vars(sys.modules["__main__"]).items()
             if name.startswith("test_") and callable(value)}
    chosen = sys.argv[1:] or list(tests)
    failed = 0
    print(f"1..{len(chosen)}")
    try:
        engine.prepare()
        stack = _make(make_stack)
        for number, name in enumerate(chosen, 1):
            started = time.monotonic()
            told = _run_one(stack, tests[name])
            failed += bool(told)
            for line in told.splitlines():
                print("# " + line)
            print(f"{'not ok' if told else 'ok'} {number} - {name.removeprefix('test_')}")
            print(f"# {time.monotonic() - started:.2f} s")
    finally:
        for stack in engine.Stack.made:
            stack.down()
        engine.clear()
    sys.exit(1 if failed else 0)
