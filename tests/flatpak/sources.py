# SPDX-License-Identifier: GPL-3.0-or-later
"""The upstream archives of the manifest's modules, as Debian 13's source packages carry them. Debian
signs what it hands out, so an archive that is the very one that the manifest names also shows that
the manifest's checksum is true."""
import importlib.util
import re

from common import FOLDER, ROOT, Failed, once, run

# Module of the manifest → source package.
PACKAGES = {
    "hiredis": "hiredis",
    "valkey": "valkey",
    "md4c": "md4c",
    "libstemmer": "snowball",
    "libtool": "libtool",
    "graphviz": "graphviz",
    "poppler": "poppler",
    "poppler-data": "poppler-data",
}
SUITES = ("trixie", "trixie-updates", "trixie-security")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
APT = FOLDER / "apt"
DOWNLOADS = FOLDER / "sources"


def make_tree():
    """The module that knows the machine's mirrors."""
    spec = importlib.util.spec_from_file_location("make_tree", ROOT / "tests/trees/make-tree.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sources_list():
    tree = make_tree()
    main, security = tree.mirrors()
    return "".join(f"deb-src [signed-by={KEYRING}] {address} {suite} main\n"
                   for address, suite in zip((main, main, security), SUITES))


def apt_get(*arguments):
    """apt-get with lists and sources of its own; proxies and the like stay the machine's."""
    options = {"Dir::Etc::sourcelist": APT / "sources.list", "Dir::Etc::sourceparts": "/dev/null",
               "Dir::State::lists": APT / "lists", "Dir::Cache": APT / "cache",
               "APT::Sandbox::User": "", "Acquire::Retries": 3, "Acquire::Languages": "none"}
    words = [f"-o{key}={value}" for key, value in options.items()]
    return run("apt-get", "-q", *words, *arguments)


def addresses_of(package, suite):
    """(address, file name, checksum) of the package's main archive in that suite, at most one: what
    Debian adds to it in archives of their own is no part of what upstream released."""
    try:
        listing = apt_get("source", "--print-uris", "--tar-only", "--only-source",
                          f"{package}/{suite}")
    except Failed:  # most packages are in one suite only
        return []
    archive = re.compile(rf"'([^']+)' ({re.escape(package)}_[^_ ]+\.orig\.tar\.\w+) \d+ (\S+)")
    return archive.findall(listing)


def fetch(package):
    """A mirror need not have every file of every suite."""
    said = []
    for address, name, checksum in [found for suite in SUITES
                                    for found in addresses_of(package, suite)]:
        try:
            run("/usr/lib/apt/apt-helper", "-oAPT::Sandbox::User=", "-oAcquire::Retries=3",
                "download-file", address, DOWNLOADS / name, checksum)
            return
        except Failed as error:
            said.append(str(error))
    raise Failed("\n".join([f"no suite of Debian 13 has the sources of {package}", *said]))


def download(listing):
    for folder in (APT / "lists/partial", APT / "cache/archives/partial", DOWNLOADS):
        folder.mkdir(parents=True, exist_ok=True)
    for path in DOWNLOADS.iterdir():
        path.unlink()
    (APT / "sources.list").write_text(listing, "utf-8")
    apt_get("update")
    for package in PACKAGES.values():
        fetch(package)


def provide():
    """module → the path of its archive."""
    listing = sources_list()
    once("module sources", listing + repr(PACKAGES), lambda: download(listing))
    found = {}
    for module, package in PACKAGES.items():
        name = re.compile(re.escape(package) + r"_[^_]+\.orig\.tar\.\w+")
        archives = [path for path in DOWNLOADS.iterdir() if name.fullmatch(path.name)]
        if len(archives) != 1:
            raise Failed(f"not one archive of {package}: {archives}")
        found[module] = archives[0]
    return found
