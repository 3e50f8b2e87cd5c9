# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations: po/POTFILES names the files with strings, and each language of po/LINGUAS is sound."""
import re
import subprocess
import tempfile

from checks import ROOT, files, main, text

# Calls that mark a string in C, and attributes and elements in XML that gettext's own rules read.
MARKED = {
    ".c": re.compile(r'(?<![\w"])(?:_|N_|C_|NC_|ngettext|g_dngettext|dcgettext|g_dpgettext2?) \('),
    ".ui": re.compile(r'translatable="(?:yes|true|1)"'),
    ".desktop.in": re.compile(r"^(?:Name|Comment|Keywords|GenericName)=", re.MULTILINE),
    ".metainfo.xml.in": re.compile(r"<summary>"),
    ".gschema.xml": re.compile(r"<summary>"),
}
# The backend and sortiectl speak English: what they say is for programs and their keepers.
FOLDERS = ("src/app/", "src/diagram/", "src/main/", "ui/", "data/")


def listed(name):
    return [line.strip() for line in text(f"po/{name}").splitlines()
            if line.strip() and not line.startswith("#")]


def without_comments(path):
    body = text(path)
    return re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL) if path.suffix == ".c" else body


def have_strings():
    found = set()
    for ending, pattern in MARKED.items():
        for path in files("*" + ending):
            if str(path).startswith(FOLDERS) and pattern.search(without_comments(path)):
                found.add(str(path))
    return found


def check_potfiles():
    """po/POTFILES names each file with strings, once, and no other"""
    names = listed("POTFILES")
    wanted = have_strings()
    return [f"po/POTFILES: {name} has strings and is not listed" for name in sorted(wanted - set(names))] + \
        [f"po/POTFILES: {name} is not there or has no strings" for name in sorted(set(names) - wanted)] + \
        [f"po/POTFILES: {name} is listed twice" for name in sorted(set(names)) if names.count(name) > 1]


def check_languages():
    """po/LINGUAS names the languages that are there"""
    there = {path.stem for path in files("*.po") if path.parts[0] == "po"}
    return [f"po/LINGUAS: {name}" for name in sorted(there ^ set(listed("LINGUAS")))]


def check_sound():
    """msgfmt accepts each language: formats, plurals, headers, and nothing fuzzy"""
    offenders = []
    for name in listed("LINGUAS"):
        path = str(ROOT / "po" / (name + ".po"))
        done = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", path],
                              capture_output=True, text=True, check=False)
        offenders += [line.replace(str(ROOT) + "/", "") for line in done.stderr.splitlines()]
        fuzzy = subprocess.run(["msgattrib", "--only-fuzzy", "--no-obsolete", path],
                               capture_output=True, text=True, check=False)
        offenders += [f"po/{name}.po: fuzzy: {line}" for line in fuzzy.stdout.splitlines()
                      if line.startswith("msgid ") and line != 'msgid ""']
    return offenders


def check_macros():
    """no string to translate is glued together with a macro: gettext would see its first piece only"""
    glued = re.compile(r'(?:_|N_|ngettext) \((?:"[^"]*"[,\s]*)*"[^"]*%"\s+[A-Z]')
    return [f"{path}: {found[0]!r}" for path in files("*.c") for found in glued.finditer(text(path))]


def check_extraction():
    """xgettext reads every file without a warning"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["xgettext", "--directory=" + str(ROOT), f"--output={folder}/sortie.pot",
             "--from-code=UTF-8", "--add-comments=Translators", "--keyword=_", "--keyword=N_",
             "--keyword=C_:1c,2", "--flag=ngettext:1:pass-c-format", *listed("POTFILES")],
            capture_output=True, text=True, check=False)
    # It tells of entries that stand both alone and with a plural, which is allowed.
    return done.stderr.splitlines()


if __name__ == "__main__":
    main()
