# SPDX-License-Identifier: GPL-3.0-or-later
"""The manifest, and the variant of it that the tests build: the same in everything but where its
sources and its runtime come from."""
import copy
import fnmatch
import json
import pathlib
import shutil

from common import FOLDER, MANIFEST, ROOT, STANDIN_BRANCH, digest, run

VARIANT = FOLDER / MANIFEST.with_suffix(".json").name
CHECKOUT = FOLDER / "checkout"
# Module → option of the manifest → what the older release that stands in calls it.
OLDER_OPTIONS = {
    "poppler": {"-DENABLE_LIBJPEG=OFF": "-DENABLE_DCTDECODER=none",
                "-DENABLE_LIBOPENJPEG=OFF": "-DENABLE_LIBOPENJPEG=none"},
}
# What of a checkout is no source, at its top. The manifest leaves out the same.
LEFT_OUT = (".git", "build", "build-*", "node_modules", ".flatpak-builder")


def read(path):
    """What flatpak-builder itself reads in a manifest. It makes a folder of its own where it runs."""
    return json.loads(run("flatpak-builder", "--show-manifest", path, cwd=FOLDER))


def left_out_of(folder, names):
    patterns = ("__pycache__", *(LEFT_OUT if pathlib.Path(folder) == ROOT else ()))
    return {name for name in names if any(fnmatch.fnmatch(name, each) for each in patterns)}


def write_variant(archives):
    """Writes the variant, over those archives and a copy of the checkout."""
    if CHECKOUT.exists():
        shutil.rmtree(CHECKOUT)
    shutil.copytree(ROOT, CHECKOUT, symlinks=True, ignore=left_out_of)
    variant = copy.deepcopy(read(MANIFEST))
    variant["runtime-version"] = STANDIN_BRANCH
    for module in variant["modules"]:
        older = OLDER_OPTIONS.get(module["name"], {})
        if older:
            module["config-opts"] = [older.get(each, each) for each in module["config-opts"]]
        for source in module["sources"]:
            if source["type"] == "archive":
                archive = archives[module["name"]]
                source.update(url=archive.as_uri(), sha256=digest(archive))
            else:
                source.update(path=str(CHECKOUT))
                source.pop("skip")
    VARIANT.write_text(json.dumps(variant, indent=2) + "\n", "utf-8")
