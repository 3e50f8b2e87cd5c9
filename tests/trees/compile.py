# SPDX-License-Identifier: GPL-3.0-or-later
"""compile.py FOLDER: ninja, and how many uses of deprecated API the compiler told of.

The compiler tells only of what it compiles just now, so what it said of each object is kept in the
folder, and an object of which nothing is known is made again.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

COMPILING = re.compile(r"^\[\d+/\d+\] Compiling C object (?P<object>\S+)$")
STATUS = re.compile(r"^\[\d+/\d+\] ")
DEPRECATED = re.compile(r"^(?P<place>\S+:\d+:\d+): warning: (?P<what>.*)"
                        r"\[-Wdeprecated-declarations\]$")


def forget_unknown(folder, known):
    """Take away the objects that are not in known, and from known those that are gone."""
    objects = {str(path.relative_to(folder)) for path in folder.rglob("*.c.o")}
    for name in objects - known.keys():
        (folder / name).unlink()
    for name in known.keys() - objects:
        del known[name]


def main():
    folder = pathlib.Path(sys.argv[1])
    record = folder / "deprecated.json"
    known = json.loads(record.read_text("utf-8")) if record.exists() else {}
    forget_unknown(folder, known)
    current = None
    # Else gcc's quotation marks and ninja's status line would depend on the caller.
    env = dict(os.environ, LC_ALL="C", NINJA_STATUS="[%f/%t] ")
    with subprocess.Popen(["ninja", "-C", folder], env=env, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as ninja:
        for line in ninja.stdout:
            sys.stderr.write(line)
            compiling = COMPILING.match(line.rstrip("\n"))
            if STATUS.match(line):
                current = compiling["object"] if compiling else None
            if compiling:
                known[current] = []
            found = DEPRECATED.match(line)
            if found and current:
                known[current].append(f"{found['place']}: {found['what'].strip()}")
    # A failed object does not exist, so it is compiled and heard again.
    record.write_text(json.dumps(known, indent=1), "utf-8")
    if not ninja.returncode:
        # A header is read for many objects.
        places = sorted({place for places in known.values() for place in places})
        (folder / "deprecated.txt").write_text("".join(p + "\n" for p in places), "utf-8")
        print(f"deprecated: {len(places)} warnings", flush=True)
    sys.exit(ninja.returncode)


if __name__ == "__main__":
    main()
