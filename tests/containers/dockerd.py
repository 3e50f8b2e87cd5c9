# SPDX-License-Identifier: GPL-3.0-or-later
"""A Docker daemon of the test's own, in its namespaces, on storage of its own in build-containers/, with
the images that podman has built."""
import pathlib
import shutil
import subprocess

from harness import wait_until

IMAGES = ("redis", "backend", "frontend", "proxy")
START_DEADLINE = 30
CARRY_DEADLINE = 180


def ask(program, *arguments):
    """What it answers; nothing where it fails."""
    return subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", check=False, timeout=START_DEADLINE).stdout.strip()


def separator():
    """What stands between the parts of a container's name: Compose 1 and 2 do not agree."""
    return "_" if ask("docker-compose", "version", "--short").startswith("1.") else "-"


def start(store):
    """The daemon, which ends with the namespaces."""
    folder = pathlib.Path(store) / "docker"
    folder.mkdir(exist_ok=True)
    # Of a daemon that could not clean up.
    shutil.rmtree(folder / "containers", ignore_errors=True)
    shutil.rmtree(folder / "network", ignore_errors=True)
    with open(folder / "dockerd.log", "wb") as log:
        subprocess.Popen(  # pylint: disable=consider-using-with
            ["dockerd", "--data-root", folder, "--exec-root", "/run/docker", "--group", "root"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    wait_until(lambda: ask("docker", "version", "--format", "{{.Server.Version}}"),
               f"the Docker daemon answers; see {folder}/dockerd.log", START_DEADLINE)
    carry([f"localhost/sortie-{name}:latest" for name in IMAGES])


def carry(images):
    """Those images that are others in podman's storage. Their IDs are the same in both."""
    others = [image for image in images
              if ask("podman", "images", "--no-trunc", "--quiet", image)
              != ask("docker", "images", "--no-trunc", "--quiet", image)]
    if others:
        with subprocess.Popen(["podman", "save", "--quiet", "--multi-image-archive", *others],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as archive:
            subprocess.run(["docker", "load", "--quiet"], stdin=archive.stdout, check=True,
                           timeout=CARRY_DEADLINE, stdout=subprocess.DEVNULL)
        ask("docker", "image", "prune", "--force")
