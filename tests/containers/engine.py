# SPDX-License-Identifier: GPL-3.0-or-later
"""podman and podman-compose as the tests use them, or Docker and docker-compose where
SORTIE_CONTAINER_ENGINE is docker: on storage of their own in build-containers/, with the stack of compose/
in a folder of its own, prepared by its setup script."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/system"))

import dockerd  # noqa: E402
import harness  # noqa: E402

STORE = pathlib.Path(os.environ.get("SORTIE_CONTAINERS_DIR", ROOT / "build-containers"))
PROGRAM = os.environ.get("SORTIE_CONTAINER_ENGINE") or "podman"
IS_DOCKER = PROGRAM == "docker"
COMPOSE = f"{PROGRAM}-compose"
# In the names of containers.
BETWEEN = dockerd.separator() if IS_DOCKER else "_"
# Seconds, all generous: they tell a hang.
COMMAND_DEADLINE = 120
START_DEADLINE = 60
MISSION_DEADLINE = 90


def run(*command, check=True, seconds=COMMAND_DEADLINE, **options):
    """A command to its end; its output as text."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, encoding="utf-8", errors="replace",
                          timeout=seconds, check=False, **options)
    assert not check or done.returncode == 0, \
        f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done


def call(*arguments, **options):
    """What the engine answers."""
    return run(PROGRAM, *arguments, **options).stdout.strip()


def wait_until(fact, what, seconds=START_DEADLINE):
    return harness.wait_until(fact, what, seconds)


class Client(harness.Backend):
    """A client of the backend behind an address, in place of a program of this build."""

    def __init__(self, url, token):  # pylint: disable=super-init-not-called
        self.urls, self.process = [url], None
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def is_ready(self):
        """Whether it says that it is ready, for wait_until()."""
        try:
            return self.get("/readyz", seconds=10).status == 200
        except OSError:
            return False

    def carry_out(self, text, **fields):
        """A mission from its submission to its end: ID, events and report. It has to be completed."""
        mission = self.submit(text, **fields)
        events = self.wait_done(mission, MISSION_DEADLINE)
        assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
        return mission, events, self.report(mission)


class Stack:
    """The stack of compose/, as project NAME with those services."""

    made = []  # all of this program, to be taken down at its end

    def __init__(self, name, services, *setup, documents=None):
        self.made.append(self)
        self.name, self.services = name, list(services)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sortie-stack-"))
        self.folder.chmod(0o755)
        for file in ("compose.yaml", "setup"):
            shutil.copy(ROOT / "compose" / file, self.folder)
        if documents:
            self.documents = self.folder / "documents"
            self.documents.mkdir()
            for file, text in documents.items():
                (self.documents / file).write_text(text, encoding="utf-8")
        else:
            self.documents = ROOT / "data/sample"
        self.said = run(self.folder / "setup", "--documents", self.documents, *setup).stdout
        self.overrides = []

    @property
    def token(self):
        return (self.folder / "secrets/sortie-token").read_text()

    def client(self, url="http://127.0.0.1:8000", token=True):
        return Client(url, self.token if token is True else token)

    def override(self, text):
        """One more compose file, in YAML, for what the next up() starts."""
        path = self.folder / f"override-{len(self.overrides)}.yaml"
        path.write_text(text, encoding="utf-8")
        self.overrides = [*self.overrides, path]

    def compose(self, *arguments, **options):
        files = [word for path in (self.folder / "compose.yaml", *self.overrides)
                 for word in ("-f", path)]
        return run(COMPOSE, "-p", self.name, *files, *arguments, cwd=self.folder, **options)

    def up(self, *services):
        self.compose("up", "-d", "--no-build", *(services or self.services))
        for service in services or self.services:
            self.wait_running(service)

    def container(self, service, number=1):
        return BETWEEN.join((self.name, service, str(number)))

    def inspect(self, service, number=1):
        return json.loads(call("inspect", self.container(service, number)))[0]

    def is_running(self, service, number=1):
        return self.inspect(service, number)["State"]["Running"]

    def wait_running(self, service, number=1):
        wait_until(lambda: self.is_running(service, number),
                   f"{service} runs\n{self.logs(service, number)}")

    def execute(self, service, *command, number=1, **options):
        return run(PROGRAM, "exec", self.container(service, number), *command, **options)

    def logs(self, service, number=1):
        done = run(PROGRAM, "logs", self.container(service, number), check=False)
        return done.stdout + done.stderr

    def health(self, service, number=1):
        """The image's own health check, run now: whether it passes, and what it said."""
        started = time.monotonic()
        if IS_DOCKER:
            healthy, said = self._check_as_docker_does(service, number)
            return healthy, said, time.monotonic() - started
        done = run("podman", "healthcheck", "run", self.container(service, number), check=False)
        log = self.inspect(service, number)["State"]["Health" if "Health" in self.inspect(
            service, number)["State"] else "Healthcheck"]["Log"]
        said = log[-1]["Output"] if log else ""
        return done.returncode == 0, said, time.monotonic() - started

    def _check_as_docker_does(self, service, number):
        """Docker runs checks by itself, and only so: this does now what it does then."""
        check = self.inspect(service, number)["Config"]["Healthcheck"]
        try:
            kind, *words = check["Test"]
            shell = ("sh", "-c") if kind == "CMD-SHELL" else ()
            done = self.execute(service, *shell, *words, number=number, check=False,
                                seconds=check["Timeout"] / 1e9)
        except subprocess.TimeoutExpired:
            return False, "it did not end in time"
        return done.returncode == 0, done.stdout + done.stderr

    def wait_healthy(self, service, number=1, seconds=START_DEADLINE):
        wait_until(lambda: self.health(service, number)[0], f"{service} is healthy", seconds)

    def kill(self, service, signal="KILL", number=1):
        call("kill", "--signal", signal, self.container(service, number))

    def start(self, service, number=1):
        call("start", self.container(service, number))
        self.wait_running(service, number)

    def tell(self):
        """What the containers have said, for a failed test."""
        names = call("ps", "-a", "--format", "{{.Names}}", check=False).split()
        told = call("ps", "-a", check=False) + "\n"
        for name in names:
            done = run(PROGRAM, "logs", "--tail", "40", name, check=False)
            told += f"---- {name}\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        return told

    def down(self):
        self.compose("down", "-t", "1", "-v", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def prepare():
    """The environment of the engine; nothing of an earlier run is left."""
    STORE.mkdir(exist_ok=True)
    os.environ["CONTAINERS_STORAGE_CONF"] = str(STORE / "storage.conf")
    os.environ["CONTAINERS_CONF"] = str(STORE / "containers.conf")
    os.environ["TMPDIR"] = str(STORE / "tmp")
    tempfile.tempdir = "/tmp"
    if IS_DOCKER:
        dockerd.start(STORE)
    clear()


def clear():
    for kind, lists, removes in (("container", ("ls", "-aq"), ("rm", "-f")),
                                 ("volume", ("ls", "-q"), ("rm", "-f"))):
        left = call(kind, *lists, check=False).split()
        if left:
            run(PROGRAM, kind, *removes, *left, check=False)
    run(PROGRAM, "network", "prune", "-f", check=False)
