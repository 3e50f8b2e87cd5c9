# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the checkout as a whole: tests, scripts, data, documentation."""
import json
import os
import re
import subprocess

import checks
from checks import files, grep, lines, text

TEST_CODE = [path for path in files("*.c", "*.h", "*.py", "*.sh") if path.parts[0] == "tests"]
THIS_FOLDER = [path for path in TEST_CODE if path.parts[1] == "lint"]
# A loop that looks at a fact until a deadline has to pause, a slow peer has to be slow: such a line
# says so itself.
SAYS_WHY = r"\) ?;?\s+(/\*|#) \w"


def first_line(path):
    return text(path).split("\n", 1)[0]


def scripts():
    """(path, shell) of each shell script, known by its first line."""
    for path in files("*"):
        if path.suffix not in ("", ".sh") or not (checks.ROOT / path).is_file():
            continue
        with open(checks.ROOT / path, "rb") as file:
            head = file.readline(80)
        shell = re.match(rb"#! ?/(?:usr/)?bin/(?:env )?((?:ba|da)?sh)\b", head)
        if shell:
            yield path, shell[1].decode()


def check_no_sleep():
    """tests wait for facts, never for time to pass"""
    return grep(r"\b(sleep|usleep|g_usleep|nanosleep) ?\(|^\s*sleep \d",
                [path for path in TEST_CODE if path not in THIS_FOLDER],
                "wait for what is to happen, or say on the line why not", unless=SAYS_WHY)


def check_no_skip():
    """no test is skipped"""
    return grep(r"\bg_test_(skip|incomplete)\w* ?\(|unittest\.skip|# ?SKIP\b|\bexit 77\b",
                [path for path in TEST_CODE
                 if path not in THIS_FOLDER and path.name != "run-tests.py"], "skipped")


def check_tests_are_run():
    """each test program in Python or shell is named in the meson.build beside it"""
    return [f"{path}: not in {path.parent}/meson.build" for path in TEST_CODE
            if path.suffix in (".py", ".sh") and path.name.startswith(("test", "lint-"))
            and f"'{path.name}'" not in text(path.parent / "meson.build")
            and f"'{path.stem}'" not in text(path.parent / "meson.build")]


def check_no_foreign_places():
    """nothing names a path of the machine it was written on, or the host of a package registry"""
    known = r"/wor[k]/(main|shared|help|b-|\.)|/tmp/bas[h]_jobs|registry\.npm[j]s|pyp[i]\.org|" \
        r"pythonhoste[d]\.org|crate[s]\.io|proxy\.golan[g]|rubygem[s]\.org|\"resolve[d]\": *\"http"
    return grep(known, [path for path in files("*")
                        if path.suffix not in (".pdf", ".gz", ".png", ".jpg")], "foreign place")


def check_shell():
    """shell scripts parse, and shellcheck has nothing to say"""
    offenders, paths = [], []
    for path, shell in scripts():
        paths.append(str(path))
        done = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
        if done.returncode:
            offenders.append(done.stderr)
    done = subprocess.run(["shellcheck", "--format=gcc", *paths], capture_output=True, text=True,
                          check=False)
    return offenders + (done.stdout + done.stderr).splitlines()


def check_python():
    """Python files compile and begin with their SPDX line"""
    offenders = []
    for path in files("*.py"):
        try:
            compile(text(path), str(path), "exec")
        except SyntaxError as error:
            offenders.append(f"{path}:{error.lineno}: {error.msg}")
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line
                   for line in text(path).split("\n")[:2]):
            offenders.append(f"{path}:1: no SPDX line")
    return offenders


def check_line_length():
    """no line of Python, Lua, shell or meson is longer than 110 characters"""
    paths = files("*.py", "*.lua", "meson.build") + [path for path, _ in scripts()]
    return [f"{path}:{number}: {len(line)} characters" for path in paths
            for number, line in lines(path) if len(line) > 110]


def check_json():
    """JSON files parse"""
    offenders = []
    for path in files("*.json"):
        try:
            json.loads((checks.ROOT / path).read_bytes())
        except ValueError as error:
            offenders.append(f"{path}: {error}")
    return offenders


def check_news():
    """NEWS begins with the version of the project"""
    version = re.search(r"version: '([^']+)'", text("meson.build"))[1]
    if not (checks.ROOT / "NEWS").exists():
        return ["NEWS: missing"]
    head = "\n".join(text("NEWS").split("\n")[:5])
    return [] if version in head else [f"NEWS:1: {version} is not in its first five lines"]


def check_packages():
    """docs/dependencies.md names each package that ./dev installs"""
    named = text("docs/dependencies.md") if (checks.ROOT / "docs/dependencies.md").exists() else ""
    lists = re.findall(r"^\w+_packages='([^']*)'", text("dev"), re.MULTILINE)
    return [f"docs/dependencies.md: nothing about {package}"
            for package in " ".join(lists).split()
            if not re.search(rf"(?<![\w-]){re.escape(package)}(?![\w-])", named)]


def check_manual_pages():
    """mandoc has nothing to say about the manual pages"""
    pages = [str(path) for path in files("*.1", "*.5", "*.7", "*.8")]
    if not pages:
        return []
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True,
                          text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


if __name__ == "__main__":
    os.chdir(checks.ROOT)
    checks.main()
