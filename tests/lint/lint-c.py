# SPDX-License-Identifier: GPL-3.0-or-later
"""How the C code is written: what CONTRIBUTING.md asks for and a compiler does not see."""
import collections
import os
import re
import subprocess

import checks
from checks import files, grep, lines, text

FILE_LINES = 600
FUNCTION_LINES = 80
C_FILES = files("*.c", "*.h")

# Which headers a layer may include beside its own. An upward include does not compile anyway, as
# long as nobody widens the include directories; this says so where it is read.
BELOW = {
    "core": set(),
    "bus": {"core"},
    "llm": {"core"},
    "retrieval": {"core"},
    "diagram": {"core"},
    "agents": {"core", "bus", "llm", "retrieval"},
    "server": {"core", "bus", "retrieval"},
    "client": {"core"},
    "ctl": {"core", "client"},
    "app": {"core", "client", "diagram"},
}
# Which layers may use a library. Not listed: what every layer may use.
LIBRARIES = {
    "gio/": set(BELOW) - {"core"},
    "hiredis/": {"bus"},
    "libsoup/": {"llm", "server", "client"},
    "sqlite3.h": {"retrieval"},
    "libxml/": {"retrieval"},
    "poppler": {"retrieval"},
    "libstemmer": {"retrieval"},
    "graphviz/": {"diagram"},
    "gtk/": {"app"},
    "adwaita.h": {"app"},
}


def layer_of(path):
    return path.parts[1] if path.parts[0] == "src" and len(path.parts) > 2 else None


def functions(path):
    """(line, name, length) of each function: in this style its braces stand in column 0."""
    start, head = None, ""
    for number, line in lines(path):
        if line == "{":
            start = (number, head)
        elif line.startswith("}") and start is not None:
            name = re.match(r"(\w+) \(", start[1])
            if name and line == "}":
                yield start[0], name[1], number - start[0] + 1
            start = None
        elif re.match(r"\w", line):
            head = line


def check_clang_format():
    """clang-format would change nothing"""
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, C_FILES)],
                          cwd=checks.ROOT, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    places = re.findall(r"^(\S+:\d+):\d+: error: ", done.stderr, re.MULTILINE)
    if done.returncode and not places:
        return [done.stderr]
    found = collections.Counter(place.split(":")[0] for place in dict.fromkeys(places))
    first = {place.split(":")[0]: place for place in reversed(places)}
    return [f"{first[path]}: run clang-format -i {path} ({count} places)"
            for path, count in found.items()]


def check_white_space():
    """C files have no tab, no carriage return, no trailing white space, and end in a newline"""
    return grep(r"[ \t\r]$|\t", C_FILES, "white space") + \
        [f"{path}: no newline at the end, or an empty last line" for path in C_FILES
         if not re.search(r"[^\n]\n\Z", text(path))]


def check_spdx():
    """each C file begins with its SPDX line"""
    wanted = "/* SPDX-License-Identifier: GPL-3.0-or-later */"
    return [f"{path}:1: not {wanted}" for path in C_FILES if text(path).split("\n")[0] != wanted]


def check_file_length():
    """no file of code is longer than 600 lines"""
    return [f"{path}: {count} lines" for path in C_FILES + files("*.py", "*.lua")
            if (count := text(path).count("\n")) > FILE_LINES]


def check_function_length():
    """no function is longer than 80 lines"""
    return [f"{path}:{line}: {name} has {length} lines" for path in C_FILES
            for line, name, length in functions(path) if length > FUNCTION_LINES]


def check_layers():
    """no layer includes a header of a layer above it"""
    home = {path.name: layer_of(path) for path in C_FILES if path.suffix == ".h"}
    offenders = []
    for path in C_FILES:
        layer = layer_of(path)
        if layer not in BELOW:
            continue
        for number, line in lines(path):
            included = re.match(r'#include "(?:.*/)?([^"/]+)"', line)
            owner = home.get(included[1]) if included else None
            if owner and owner != layer and owner not in BELOW[layer]:
                offenders.append(f"{path}:{number}: {layer} includes {included[1]} of {owner}")
    return offenders


def check_libraries():
    """each library is used by its own layer only"""
    offenders = []
    for path in C_FILES:
        for number, line in lines(path):
            included = re.match(r"#include <([^>]+)>", line)
            for prefix, users in LIBRARIES.items():
                if included and included[1].startswith(prefix) and \
                        layer_of(path) in BELOW and layer_of(path) not in users:
                    offenders.append(f"{path}:{number}: {layer_of(path)} includes {included[1]}")
    return offenders


def check_core_is_pure():
    """core does no input or output, starts no thread and reads no clock"""
    return grep(r"#include <(gio/|glib/gstdio|pthread|unistd|fcntl|time\.h|sys/)|"
                r"\b(g_thread_new|g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*|"
                r"g_file_\w+|fopen|open) \(",
                [path for path in C_FILES if layer_of(path) == "core"], "not in core")


def check_quiet_libraries():
    """library code prints nothing and logs nothing above debug"""
    return grep(r"\b(g_warning|g_message|g_info|g_critical|g_print|g_printerr|printf|puts) \(",
                [path for path in C_FILES
                 if layer_of(path) in ("core", "bus", "llm", "retrieval", "client", "diagram")],
                "return a GError instead, or say on the line why not", unless=r"\);\s+/\* \w")


def check_habits():
    """C code uses no goto, no gchar or gint, and in src/ no strcpy and its kin"""
    comment = r"^\s*(/?\*|//)"
    return grep(r"\bgoto \w+;|\b(gchar|gint)\b", C_FILES, "see CONTRIBUTING.md", unless=comment) + \
        grep(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca) \(",
             [path for path in C_FILES if layer_of(path)], "it knows no limit", unless=comment)


def check_sources_are_built():
    """each C file is named in the meson.build beside it or above it"""
    offenders = []
    for path in (p for p in C_FILES if p.suffix == ".c"):
        builds = [folder / "meson.build" for folder in list(path.parents)[:-1]]
        named = "".join(text(b) for b in builds if (checks.ROOT / b).exists())
        # A list of names without prefix and suffix, looped over, is how the tests name theirs.
        stem = re.escape(path.stem.removeprefix("test-"))
        if not re.search(rf"['/](test-)?{stem}(\.c)?'", named):
            offenders.append(f"{path}: in no meson.build")
    return offenders


if __name__ == "__main__":
    os.chdir(checks.ROOT)
    checks.main()
