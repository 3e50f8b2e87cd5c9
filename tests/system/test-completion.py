# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion of sortiectl in real shells: lines are typed, and the Tab key is pressed."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import harness
from harness import later, main, temporary_folder

SCRIPTS = harness.SOURCE_ROOT / "data/completions"
DEADLINE = 30  # seconds; it tells a hang
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|[\x07\r\x08]")
# What is typed, and what stands there once Tab was pressed.
LINES = {
    "sortiectl back": "sortiectl backend ",
    "sortiectl backend u": "sortiectl backend up ",
    "sortiectl --verbose sub": "sortiectl --verbose submit ",
    "sortiectl run --doc": "sortiectl run --documents ",
    "sortiectl --data-dir x list --status par": "sortiectl --data-dir x list --status partial ",
    "sortiectl search --by=d": "sortiectl search --by=document ",
    "sortiectl collections --js": "sortiectl collections --json ",
    "sortiectl collections add minutes of/the-": "sortiectl collections add minutes of/the-year.txt ",
    "sortiectl run --documents a": "sortiectl run --documents a-folder/",
    "sortiectl --token-file a-fi": "sortiectl --token-file a-file ",
    "sortiectl --token-file=a-fi": "sortiectl --token-file=a-file ",
    "sortiectl --token-file ~/a-fi": "sortiectl --token-file ~/a-file ",
    "sortiectl --backend http://127.0.0.1:8000 topo": "sortiectl --backend http://127.0.0.1:8000 topology ",
}


def make_folder():
    folder = temporary_folder()
    (folder / "a-folder").mkdir()
    (folder / "of").mkdir()
    (folder / "of/the-year.txt").write_text("x")
    (folder / "a-file").write_text("x")
    return folder


def environment(folder):
    programs = pathlib.Path(harness.program("sortiectl")).parent
    return harness.environment(folder, {"PATH": f"{programs}:{os.environ['PATH']}", "TERM": "xterm",
                                        "PS1": "> "})


class Terminal:
    """A shell in a terminal."""

    def __init__(self, folder, *command):
        master, slave = pty.openpty()
        self.master = master
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder,
                                        env=environment(folder), start_new_session=True)
        os.close(slave)
        later(self._end)

    def _end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, text):
        """Until the terminal has shown it since the last wait."""
        shown, end = b"", time.monotonic() + DEADLINE
        while text not in ESCAPES.sub("", shown.decode("utf-8", "replace")):
            ready = select.select([self.master], [], [], max(0, end - time.monotonic()))[0]
            assert ready, f"{text!r} is not shown: {shown!r}"
            shown += os.read(self.master, 4096)


def check_interactive(name, start, *command):
    """start: what makes the shell ready."""
    terminal = Terminal(make_folder(), shutil.which(name), *command)
    terminal.type(f"{start}; echo rea''dy\n")
    terminal.wait_for("ready")
    for line, completed in LINES.items():
        terminal.type(line + "\t")
        terminal.wait_for(completed)
        terminal.type("\x15")  # Ctrl+U: away with the line


def test_bash():
    check_interactive("bash", f"source '{SCRIPTS}/sortiectl.bash'", "--norc", "--noprofile", "-i")


def test_zsh():
    functions = temporary_folder()
    shutil.copy(SCRIPTS / "sortiectl.zsh", functions / "_sortiectl")
    check_interactive("zsh", f"fpath=('{functions}' $fpath); autoload -U compinit; compinit -u -D",
                      "-f", "-i")


def test_fish():
    folder = make_folder()
    for line, completed in LINES.items():
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {SCRIPTS}/sortiectl.fish; complete -C $argv[1]", line],
            cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=DEADLINE,
            check=True)
        offered = [offer.partition("\t")[0] for offer in done.stdout.splitlines()]
        wanted = completed.removeprefix(line.rpartition(" ")[0] + " ").rstrip()
        assert offered == [wanted], (line, done)


def test_every_command():
    """Each of them with its summary, and with the options that its help names."""
    def offers(*words):
        done = harness.run("sortiectl", "--complete", *words)
        assert done.returncode == 0 and not done.stderr, done
        return dict(line.split("\t") for line in done.stdout.splitlines())

    commands = offers("")
    help_text = harness.run("sortiectl", "--help").stdout
    rows = help_text.partition("Commands:")[2].partition("\nOptions")[0]
    named = re.findall(r"^  ([a-z-]+) +(\S.*)$", rows, re.MULTILINE)
    assert commands == dict(named) and len(named) > 10, (commands, named)
    for command in commands:
        text = harness.run("sortiectl", command, "--help").stdout
        options = set(re.findall(r"^ .*?(--[a-z-]+)", text.partition("Options:")[2], re.MULTILINE))
        assert set(offers(command, "--")) == options, (command, options)
    assert not offers("nonsense", "") and not offers("run", "--", "--"), "what can't be is offered"
    for command in ("backend", "collections"):
        text = harness.run("sortiectl", command, "--help").stdout
        actions = set(re.findall(r"^  ([a-z]+)(?: [A-Z]+…?)* {2,}\S", text, re.MULTILINE))
        assert set(offers(command, "")) == actions and len(actions) == 5, (command, actions)
    assert set(offers("dead-letters", "")) == {"discard"}
    assert "--json" in offers("show", "an-id", ""), "options are offered where nothing else can follow"


if __name__ == "__main__":
    main()
