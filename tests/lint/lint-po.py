# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations: po/POTFILES names the files with strings, and each language of po/LINGUAS is sound."""
import html
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


# What a translation leaves as it is, however much else it changes.
NAMES = re.compile(r"\b(?:sortied|sortiectl|Sortie|Markdown|HTML|PDF|SVG|PNG|JSON|KiB|MiB|F9|F10)\b")
# Translations of those that a language writes in its own way.
OWN_NAMES = {"fr": {"KiB": "Kio", "MiB": "Mio"}}
TAG = re.compile(r"</?[a-z]+[^<>]*>|&[a-z]+;")
MNEMONIC = re.compile(r"(?<!_)_(?=\w)")
# Chinese and Japanese signs fill a blank of their own, so that none follows them.
WIDE_SIGNS = "、，：；。！？"


def unquote(line):
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]),
                  line[line.index('"') + 1:line.rindex('"')])


def entries(path):
    """(context, singular, plural, translations) of each entry of a catalogue but its header."""
    done = subprocess.run(["msgattrib", "--no-obsolete", "--no-wrap", "--force-po", str(path)],
                          capture_output=True, text=True, check=True)
    for block in done.stdout.split("\n\n"):
        found, last = {}, None
        for line in block.splitlines():
            keyword = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) ", line)
            if keyword:
                last = keyword[1]
                found[last] = unquote(line)
            elif line.startswith('"') and last:
                found[last] += unquote(line)
        if found.get("msgid"):
            yield (found.get("msgctxt"), found["msgid"], found.get("msgid_plural"),
                   [value for key, value in found.items() if key.startswith("msgstr")])


def template(folder):
    """The strings of the sources as they are now; gives what xgettext had to say."""
    done = subprocess.run(
        ["xgettext", "--directory=" + str(ROOT), f"--output={folder}/sortie.pot",
         "--from-code=UTF-8", "--add-comments=Translators", "--keyword=_", "--keyword=N_",
         "--keyword=C_:1c,2", "--flag=ngettext:1:pass-c-format", *listed("POTFILES")],
        capture_output=True, text=True, check=False)
    return done.stderr.splitlines()


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


def check_complete():
    """each language has each string of the sources, translated, and none that is gone"""
    offenders = []
    with tempfile.TemporaryDirectory() as folder:
        template(folder)
        wanted = {entry[:3] for entry in entries(folder + "/sortie.pot")}
    for name in listed("LINGUAS"):
        there = list(entries(ROOT / "po" / (name + ".po")))
        have = {entry[:3] for entry in there if all(entry[3])}
        offenders += [f"po/{name}.po: not translated: {key[1]!r}"
                      for key in sorted(wanted - have, key=str)]
        offenders += [f"po/{name}.po: no source has {entry[1]!r}"
                      for entry in there if entry[:3] not in wanted]
    return offenders


def blanks(string):
    return string[:len(string) - len(string.lstrip())], string[len(string.rstrip()):]


def unlike(name, source, own):
    """What the translation must have in common with the source and has not."""
    names = [OWN_NAMES.get(name, {}).get(word, word) for word in NAMES.findall(source)]
    before, after = blanks(source)
    if blanks(own) != (before, after) and \
            not (blanks(own) == (before, "") and after == " " and own[-1:] in WIDE_SIGNS):
        yield "the blanks at its ends"
    if source.endswith("…") != own.endswith("…") or "..." in own:
        yield "the ellipsis"
    if source.endswith(":") != (own.endswith(":") or own.endswith("：")):
        yield "the colon"
    if len(MNEMONIC.findall(source)) != len(MNEMONIC.findall(own)):
        yield "the mnemonic"
    if sorted(TAG.findall(source)) != sorted(TAG.findall(own)):
        yield "the markup"
    if any(word not in own for word in names):
        yield "a name: " + ", ".join(word for word in names if word not in own)
    if source.count("://") != own.count("://"):
        yield "an address"
    if own.count('"') != source.count('"'):
        yield "the quotation marks of the language"


def check_form():
    """a translation keeps blanks, ellipsis, colon, mnemonic, markup, names and addresses"""
    return [f"po/{name}.po: {why}: {source!r}: {own!r}"
            for name in listed("LINGUAS")
            for _, singular, plural, own_all in entries(ROOT / "po" / (name + ".po"))
            for source, own in zip([singular] + [plural or singular] * 9, own_all)
            for why in unlike(name, source, own)]


def check_report_words():
    """each language has the report's own words, and English"""
    words = re.findall(r'\.language = "([a-z]+)"', text("src/agents/sortie-phrases.c"))
    known = re.search(r"sortie_languages\[\] = {([^}]*)}", text("src/core/sortie-language.c"))
    wanted = {"en"} | {name.split("_")[0] for name in listed("LINGUAS")}
    return [f"src/agents/sortie-phrases.c: {name}" for name in sorted(wanted ^ set(words))] + \
        [f"src/core/sortie-language.c: {name}"
         for name in sorted(wanted ^ set(re.findall(r'"([a-z]+)"', known[1])))]


def check_macros():
    """no string to translate is glued together with a macro: gettext would see its first piece only"""
    glued = re.compile(r'(?:_|N_|ngettext) \((?:"[^"]*"[,\s]*)*"[^"]*%"\s+[A-Z]')
    return [f"{path}: {found[0]!r}" for path in files("*.c") for found in glued.finditer(text(path))]


def comments_of(folder):
    """Each string of the template with what translators are told of it."""
    template(folder)
    with open(folder + "/sortie.pot", encoding="utf-8") as file:
        for block in file.read().split("\n\n")[1:]:
            told = " ".join(re.findall(r"^#\. (.*)$", block, re.MULTILINE))
            yield block[block.index("msgid"):], " ".join(told.split())


def check_comments():
    """translators are told what stands for %s, and no comment for them is lost on its way"""
    with tempfile.TemporaryDirectory() as folder:
        told = list(comments_of(folder))
    offenders = [f"no comment: {string.splitlines()[0]}" for string, comment in told
                 if "Translators:" not in comment and re.search(r"%(?:\d\$)?s", string)]
    arrived = "\n".join(comment for _, comment in told)
    written = re.compile(r"/\*\s*(Translators:.*?)\s*\*/|comments=\"(Translators:[^\"]*)\"|"
                         r"^# (Translators:[^\n]*)$|<!--\s*(Translators:.*?)\s*-->", re.DOTALL | re.MULTILINE)
    for name in listed("POTFILES"):
        for found in written.finditer(text(name)):
            comment = html.unescape(" ".join(found[found.lastindex].split()))
            if comment not in arrived:
                offenders.append(f"{name}: lost: {comment}")
    return offenders


def check_extraction():
    """xgettext reads every file without a warning"""
    with tempfile.TemporaryDirectory() as folder:
        # It tells of entries that stand both alone and with a plural, which is allowed.
        return template(folder)


if __name__ == "__main__":
    main()
