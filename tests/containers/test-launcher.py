# SPDX-License-Identifier: GPL-3.0-or-later
"""sortiectl and the window start the stack with the real engine, run a mission in it, and stop it: what a
person does who has no use for a compose program. And what they say where that can't be."""
import os
import pathlib
import shutil
import socket
import tempfile

import engine
import scenario
from missions import DOCUMENTS, MISSION, wait_indexed

PROJECT = "launched"


class Launched:
    """What sortiectl starts, with everything of the user's in a folder of its own."""

    def __init__(self):
        engine.Stack.made.append(self)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sortie-launched-"))
        self.folder.chmod(0o755)
        self.documents = self.folder / "documents"
        self.documents.mkdir()
        for name, text in DOCUMENTS.items():
            (self.documents / name).write_text(text, encoding="utf-8")
        # Beside these there is no source, so that no image is built: they are there already.
        self.compose_folder = self.folder / "share/compose"
        self.compose_folder.mkdir(parents=True)
        shutil.copy(engine.ROOT / "compose/compose.yaml", self.compose_folder)
        self.environment = {**os.environ, "HOME": self.folder, "XDG_DATA_HOME": self.folder / "data",
                            "SORTIE_COMPOSE_DIR": self.compose_folder, "COMPOSE_PROJECT_NAME": PROJECT,
                            "SORTIE_DOCUMENTS": self.documents}

    def ctl(self, *arguments, environment=None):
        environment = {k: str(v) for k, v in {**self.environment, **(environment or {})}.items()}
        return engine.run(engine.harness.program("sortiectl"), *arguments, check=False, cwd=self.folder,
                          env=environment, seconds=engine.COMMAND_DEADLINE * 2)

    @property
    def containers(self):
        return engine.call("ps", "-a", "--filter", f"label=com.docker.compose.project={PROJECT}",
                             "--format", "{{.Names}}").split()

    @property
    def token(self):
        return (self.folder / "data/sortie/containers/sortie-token").read_text()

    def tell(self):
        return engine.Stack.tell(self)

    def down(self):
        self.ctl("backend", "down", "--containers")
        shutil.rmtree(self.folder, ignore_errors=True)


def container(service):
    return engine.BETWEEN.join((PROJECT, service, "1"))


def test_up(stack):
    done = stack.ctl("backend", "up", "--containers")
    assert (done.returncode, done.stdout) == (0, "http://127.0.0.1:8000\n"), done
    assert done.stderr.splitlines() == [
        "Looking for a container engine …", "Starting containers …",
        "Waiting until the backend is ready …",
        "The backend is ready. With --containers other commands use it as well."], done.stderr
    assert sorted(stack.containers) == [container("backend"), container("redis")], stack.containers
    client = engine.Client("http://127.0.0.1:8000", stack.token)
    assert wait_indexed(client)["documents"] == len(DOCUMENTS)


def test_mission(stack):
    done = stack.ctl("--containers", "run", MISSION)
    assert done.returncode == 0 and "## Sources" in done.stdout and "streams.md" in done.stdout, done


def test_mission_over_documents_of_this_machine(stack):
    """Which the container can't see: they are uploaded."""
    folder = stack.folder / "own"
    folder.mkdir()
    (folder / "outbox.txt").write_text("An outbox is a table in which a service stores the events to "
                                       "publish.\n", encoding="utf-8")
    done = stack.ctl("--containers", "run", "What is an outbox?", "--documents", folder)
    assert done.returncode == 0 and "outbox.txt" in done.stdout, done


def test_status_and_logs(stack):
    done = stack.ctl("backend", "status", "--containers")
    assert done.returncode == 0 and "state     ready" in done.stdout, done
    assert container("redis") in done.stdout and f"with {engine.COMPOSE}" in done.stdout, done.stdout
    done = stack.ctl("backend", "logs", "--containers")
    assert done.returncode == 0 and "backend | listening on http://0.0.0.0:8000" in done.stdout, done
    assert stack.token not in done.stdout + done.stderr


def test_up_again(stack):
    """It is taken as it is."""
    before = [engine.call("inspect", "--format", "{{.Id}}", name) for name in stack.containers]
    done = stack.ctl("backend", "up", "--containers")
    assert done.returncode == 0 and "Starting containers" not in done.stderr, done
    assert before == [engine.call("inspect", "--format", "{{.Id}}", name)
                      for name in stack.containers]


def test_down_and_up(stack):
    """What was kept is there again."""
    done = stack.ctl("backend", "down", "--containers")
    assert done.returncode == 0 and not stack.containers, (done, stack.containers)
    done = stack.ctl("backend", "up", "--containers")
    assert done.returncode == 0, done
    done = stack.ctl("--containers", "list")
    assert len(done.stdout.splitlines()) == 3, done
    done = stack.ctl("backend", "down", "--containers")
    assert done.returncode == 0 and not stack.containers, (done, stack.containers)


def test_port_taken(stack):
    """The real engine's words for it are understood, and nothing is left behind."""
    with socket.create_server(("127.0.0.1", 8000)):
        done = stack.ctl("backend", "up", "--containers")
    assert done.returncode == 1, done
    assert "sortiectl: another program listens on port 8000 already; end it" in done.stderr, done.stderr
    assert not stack.containers, stack.containers


def test_no_image(stack):
    """The same for an image that is nowhere."""
    done = stack.ctl("backend", "up", "--containers", environment={"SORTIE_TAG": "none"})
    assert done.returncode == 1, done
    assert "sortiectl: the image localhost/sortie-redis:none is neither on this machine" in done.stderr, \
        done.stderr
    assert not stack.containers, stack.containers


def test_window(stack):
    """The same from the preferences of the window, by its buttons."""
    environment = {**stack.environment, "TMPDIR": "/tmp", "SORTIE_TEST_DATA_HOME": stack.folder / "data",
                   "SORTIE_TEST_DEADLINE": scenario.TEST_DEADLINE - 20}
    engine.run(engine.ROOT / "tests/display/with-display", "/usr/bin/python3", "-B",
               engine.ROOT / "tests/containers/launched-window.py", seconds=scenario.TEST_DEADLINE,
               env={k: str(v) for k, v in environment.items()})
    assert not stack.containers, stack.containers


if __name__ == "__main__":
    scenario.main(Launched)
