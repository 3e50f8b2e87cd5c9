#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make-tree.py NAME: a Debian 13 system in build-trees/NAME, and its path on standard output.

tests/trees/NAME.list names its packages. A tree that is there already is used again; it is made
anew where its list has changed. The packages come from the mirrors that the machine's own apt
uses. Whoever is not root needs sudo for making a tree, and for nothing else.
"""
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

RELEASE = "trixie"
ROOT = pathlib.Path(__file__).resolve().parents[2]
TREES = ROOT / "build-trees"
# Dropped from every tree: nobody reads manuals in one.
LEFT_OUT = ["/usr/share/man/*", "/usr/share/info/*", "/usr/share/lintian/*"]
# Where what runs in a tree finds the checkout (see enter-tree): the tree itself is read-only then.
PLACES = ["sortie"]
# The locale of each tree that has the package locales.
MAKE_LOCALE = ('! [ -e "$1"/usr/share/i18n/locales/en_US ] || '
               'chroot "$1" localedef -i en_US -f UTF-8 en_US.UTF-8')


def die(message):
    sys.exit(f"make-tree: {message}")


def words_of(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from line.partition("#")[0].split()


def packages_of(name):
    """What NAME.list asks for. "@platform" in it stands for the packages of platform.list,
    "@dev:build" for the list build_packages of ./dev."""
    path = ROOT / "tests/trees" / f"{name}.list"
    if not path.is_file():
        known = sorted(p.stem for p in path.parent.glob("*.list"))
        die(f"there is no tree {name}, only: {', '.join(known)}")
    packages = set()
    for word in words_of(path):
        if word.startswith("@dev:"):
            dev = (ROOT / "dev").read_text(encoding="utf-8")
            found = re.search(rf"^{word[5:]}_packages='([^']*)'", dev, re.MULTILINE)
            packages |= set(found[1].split())
        elif word.startswith("@"):
            packages |= packages_of(word[1:])
        else:
            packages.add(word)
    return packages


def deb822_sources(text):
    """(address, suite) of each binary source in a file of the newer format."""
    for stanza in re.split(r"\n\s*\n", re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)):
        fields = dict(re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", stanza, re.MULTILINE))
        fields = {key.lower(): value.split() for key, value in fields.items()}
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            yield from ((address, suite) for address in fields.get("uris", [])
                        for suite in fields.get("suites", []))


def one_line_sources(text):
    """The same of the older format: deb [OPTIONS] ADDRESS SUITE COMPONENT…"""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[[^]]*\]\s*)?(\S+)\s+(\S+)", line)
        if found:
            yield found[1], found[2]


def mirrors():
    """The addresses of Debian itself and of its security updates that this machine's apt uses."""
    folder = pathlib.Path("/etc/apt")
    found = []
    for path in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]:
        if path.suffix in (".list", ".sources") and path.is_file():
            parse = one_line_sources if path.suffix == ".list" else deb822_sources
            found += parse(path.read_text(encoding="utf-8", errors="replace"))
    # Other vendors have suites of the same names; Debian's own archives end so.
    found = [(re.sub(r"^mirror\+file:", "file:", a).rstrip("/"), suite) for a, suite in found]
    security = [a for a, suite in found if re.search(r"-security$|/updates$", suite)
                and a.endswith("/debian-security")]
    main = [a for a, suite in found if a.endswith("/debian")]
    if not main:
        die("no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d: this needs a "
            "Debian system")
    main = main[0]
    return main, security[0] if security else main + "-security"


def proxy_options():
    """mmdebstrap does not look at the machine's apt settings, so a proxy has to be handed on."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    return [f"--aptopt={line}" for line in dump.splitlines()
            if re.match(r'Acquire::(https?|ftp)::Proxy(::\S+)? "[^"]', line, re.IGNORECASE)]


def as_root(*command):
    command = [str(word) for word in command]
    subprocess.run(command if os.geteuid() == 0 else ["sudo", *command], stdout=sys.stderr,
                   check=True)


def build(tree, packages):
    if not shutil.which("mmdebstrap"):
        die("mmdebstrap is missing: install the packages mmdebstrap and debian-archive-keyring")
    main, security = mirrors()
    sources = [f"deb {main} {RELEASE} main", f"deb {main} {RELEASE}-updates main",
               f"deb {security} {RELEASE}-security main"]
    unfinished = tree.with_name(tree.name + ".unfinished")
    as_root("rm", "-rf", "--one-file-system", unfinished, tree)
    as_root(
        "env", f"TMPDIR={TREES}", "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase",
        f"--include={','.join(sorted(packages))}",
        # A tree is made in one go or not at all, so nothing has to reach the disk on the way.
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Retries "3"',
        *proxy_options(),
        *(f'--customize-hook=mkdir -p "$1"/{place}' for place in PLACES),
        f"--customize-hook={MAKE_LOCALE}",
        RELEASE, unfinished, *sources)
    as_root("mv", unfinished, tree)


def main():
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z0-9-]+", sys.argv[1]):
        die("usage: make-tree.py NAME")
    name = sys.argv[1]
    packages = packages_of(name)
    tree, made = TREES / name, TREES / f"{name}.made"
    # The recipe is this very file: whoever changes it wants other trees.
    wanted = hashlib.sha256("\n".join([*sorted(packages), pathlib.Path(__file__).read_text(
        encoding="utf-8")]).encode()).hexdigest()
    TREES.mkdir(exist_ok=True)
    with open(TREES / f"{name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (tree.is_dir() and made.exists() and made.read_text(encoding="ascii") == wanted):
            made.unlink(missing_ok=True)
            begin = time.monotonic()
            print(f"Making the Debian 13 tree build-trees/{name} of {len(packages)} packages and "
                  "what they need", file=sys.stderr, flush=True)
            try:
                build(tree, packages)
            except subprocess.CalledProcessError as error:
                die(f"the tree {name} could not be made: {os.path.basename(error.cmd[0])} "
                    f"ended with {error.returncode}; see above what it says")
            made.write_text(wanted, encoding="ascii")
            print(f"Made in {time.monotonic() - begin:.0f} s", file=sys.stderr)
    print(tree)


if __name__ == "__main__":
    main()
