# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lint programs share: the files of the checkout, and TAP. A check is a function that
returns its offenders, one string each ("src/core/x.c:12: why"); its docstring names it."""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LEFT_OUT = re.compile(r"^(build.*|\.git|node_modules|__pycache__|\.cache)$")
SHOWN = 50


def files(*patterns):
    """The files of the checkout that match one of the glob patterns, as paths relative to ROOT."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        here = pathlib.Path(folder).relative_to(ROOT)
        # Build folders lie in the root only; data/build-something would be ours.
        folders[:] = sorted(f for f in folders
                            if not (LEFT_OUT.match(f) and (here == pathlib.Path(".") or
                                                           not f.startswith("build"))))
        found += [here / name for name in sorted(names)]
    return [f for f in found if any(f.match(p) for p in patterns)]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


def lines(path):
    """(number, line) of each line of a file."""
    return enumerate(text(path).split("\n"), 1)


def grep(pattern, paths, why, unless=None):
    """An offender for each line that matches pattern and not unless."""
    wanted, allowed = re.compile(pattern), re.compile(unless or r"(?!)")
    return [f"{path}:{number}: {why}: {line.strip()[:100]}"
            for path in paths for number, line in lines(path)
            if wanted.search(line) and not allowed.search(line)]


def main():
    """Run every check_* function of the calling program."""
    checks = [value for name, value in vars(sys.modules["__main__"]).items()
              if name.startswith("check_")]
    failed = 0
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        offenders = check()
        failed += bool(offenders)
        for offender in offenders[:SHOWN]:
            for line in offender.splitlines():
                print("# " + line)
        if len(offenders) > SHOWN:
            print(f"# and {len(offenders) - SHOWN} more")
        print(f"{'not ok' if offenders else 'ok'} {number} - {check.__doc__}", flush=True)
    sys.exit(1 if failed else 0)
