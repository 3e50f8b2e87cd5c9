# SPDX-License-Identifier: GPL-3.0-or-later
"""What the manifest says, before anything is built of it."""
import re

import setting  # noqa: F401 (finds the modules of the system tests)
from common import MANIFEST, ROOT, STANDIN_BRANCH, digest, run
from manifest import CHECKOUT, OLDER_OPTIONS, VARIANT, read
from sources import provide as provide_sources
from tap import main

PERMISSIONS = ["--share=network", "--share=ipc", "--socket=wayland", "--socket=fallback-x11",
               "--device=dri"]
# What Debian repacked or has in an older version; all others are the very archives of the manifest.
STAND_INS = {"valkey", "libtool", "poppler"}


def archives_of(manifest):
    return [(module["name"], source) for module in manifest["modules"]
            for source in module["sources"] if source["type"] == "archive"]


def test_permissions():
    """Network, ipc, display and graphics; no home, no host, no talking to other programs."""
    assert read(MANIFEST)["finish-args"] == PERMISSIONS


def test_runtime():
    """The GNOME runtime that is current, not the one that the stand-in has."""
    manifest = read(MANIFEST)
    assert manifest["runtime"] == "org.gnome.Platform" and manifest["sdk"] == "org.gnome.Sdk"
    assert int(manifest["runtime-version"]) >= 51 > int(STANDIN_BRANCH)
    assert manifest["command"] == "sortie" and manifest["id"] == MANIFEST.stem


def test_sources_are_pinned():
    """A release's archive over https, with its checksum; nothing that moves."""
    manifest = read(MANIFEST)
    archives = archives_of(manifest)
    assert len(archives) == len(manifest["modules"]) - 1
    for name, source in archives:
        assert re.fullmatch(r"https://[^ ]+\.tar\.(gz|bz2|xz)", source["url"]), source
        assert re.search(r"\d+\.\d+", source["url"].rpartition("/")[2]), f"{name}: no version"
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"]), source
        assert set(source) == {"type", "url", "sha256"}, source
    assert [source["type"] for source in manifest["modules"][-1]["sources"]] == ["dir"]


def test_checksums_are_true():
    """Debian signs the archives that it hands out: most are the manifest's, byte for byte."""
    debian = provide_sources()
    different = {name for name, source in archives_of(read(MANIFEST))
                 if digest(debian[name]) != source["sha256"]}
    assert different == STAND_INS, different


def test_variant_differs_in_nothing_else():
    """What is built here is the manifest but for the runtime's version, the sources' addresses, and what
    older releases call an option."""
    original, variant = read(MANIFEST), read(VARIANT)
    debian = provide_sources()
    assert original.pop("runtime-version") != variant.pop("runtime-version") == STANDIN_BRANCH
    for ours, theirs in zip(original["modules"], variant["modules"], strict=True):
        older = OLDER_OPTIONS.get(ours["name"], {})
        assert set(older) <= set(ours.get("config-opts", [])), older
        if older:
            ours["config-opts"] = [older.get(option, option) for option in ours["config-opts"]]
        for source, other in zip(ours["sources"], theirs["sources"], strict=True):
            if source["type"] == "archive":
                assert other.pop("url") == debian[ours["name"]].as_uri()
                source.pop("url")
                if ours["name"] in STAND_INS:
                    source.pop("sha256")
                    assert other.pop("sha256") == digest(debian[ours["name"]])
            else:
                assert (source.pop("path"), other.pop("path")) == ("..", str(CHECKOUT))
                source.pop("skip")
    assert original == variant


def test_checkout_is_this_one():
    """Sortie is built from what lies here: each file that git knows is in it, as it is now."""
    listed = run("git", "-C", ROOT, "ls-files", "-z").split("\0")
    known = [name for name in listed if name and (ROOT / name).is_file()]
    assert len(known) > 500
    # Whoever works here meanwhile may have changed a few since the copy was made.
    missing = [name for name in known if not (CHECKOUT / name).is_file()]
    assert not missing, missing


if __name__ == "__main__":
    main()
