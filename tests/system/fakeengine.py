# SPDX-License-Identifier: GPL-3.0-or-later
"""A container engine that plays its part (tests/client/data/fake-engine), and behind its published port a
backend of this build: for what programs do with containers where none can run."""
import pathlib
import shutil
import stat

import harness

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef" * 4


class Engine:
    """backend= is what is published once the containers were started."""

    def __init__(self, backend, programs=("podman", "podman-compose")):
        self.folder = harness.temporary_folder()
        self.state, binaries = self.folder / "state", self.folder / "bin"
        compose, secrets = self.folder / "sortie/compose", self.folder / "secrets"
        for folder in (self.state, binaries, compose, secrets):
            folder.mkdir(parents=True)
        for name in programs:
            (binaries / name).symlink_to(ROOT / "tests/client/data/fake-engine")
        shutil.copy(ROOT / "compose/compose.yaml", compose)
        (compose / "Containerfile").touch()
        (compose.parent / "meson.build").touch()
        (secrets / "sortie-token").write_text(TOKEN)
        (self.state / "port").write_text(backend.host.rpartition(":")[2])
        self.variables = {"FAKE_ENGINE": self.state, "SORTIE_COMPOSE_DIR": compose,
                          "SORTIE_SECRETS": secrets}
        self.binaries = binaries

    def environment(self, path):
        """What a program has to be started with to find it; path: the PATH behind it."""
        return {**self.variables, "PATH": f"{self.binaries}:{path}"}

    def on(self, word, commands=None):
        """What is done at a word, as engine-pull or compose-up, in place of what it does else."""
        script = self.state / f"on-{word}"
        if commands is None:
            script.unlink()
        else:
            script.write_text(commands + "\n")

    @property
    def runs(self):
        return (self.state / "running").exists()

    @property
    def calls(self):
        return (self.state / "calls").read_text().splitlines()


def serve(*arguments, home=None):
    """A backend that asks for the token of the secrets."""
    home = home or harness.temporary_folder()
    tokens = home / "tokens"
    tokens.write_text(TOKEN + "\n")
    tokens.chmod(stat.S_IRUSR)
    backend = harness.Backend(*arguments, "--tokens-file", tokens, home=home)
    backend.headers = {"Authorization": f"Bearer {TOKEN}"}
    return backend
