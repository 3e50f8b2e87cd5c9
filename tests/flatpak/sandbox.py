# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed app with its window, driven through the accessibility tree from outside its sandbox."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import setting  # noqa: F401 (finds the modules of the system and display tests)
import harness
import window
from accessible import applications
from common import APPLICATION, environment, processes
from harness import wait_until
from tap import later, on_failure


class SandboxedApp(window.App):
    """A running app. Its home is the display's, as the portals have to see the same."""

    def __init__(self):
        self.home = pathlib.Path(os.environ["HOME"])
        self.arguments, self.process = [], None
        self._log = pathlib.Path(tempfile.mkstemp(prefix="sortie-", suffix=".log")[1])
        later(lambda: self._log.unlink())
        window._start_openbox()
        later(self._end)
        on_failure(self._witness)
        self.start()

    def environment(self):
        variables = environment(GTK_A11Y="atspi", G_DEBUG="fatal-criticals", SORTIE_FAULTS="1")
        for name in ("SECRET_BACKEND", "SECRET_FILE_TEST_PATH", "GSETTINGS_BACKEND", "XDG_DATA_HOME",
                     "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            variables.pop(name, None)
        return variables

    def start(self):
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(["flatpak", "run", "--user", APPLICATION],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.environment())
        self.wait(lambda: self.window is not None, "the window is there", 60)

    @property
    def log(self):
        """Without what this GTK says of libadwaita's own dialogs."""
        return re.sub(r"^.*Gtk-WARNING.*Trying to measure GtkLabel .*\n", "", self._read_log(),
                      flags=re.M)

    @property
    def node(self):
        """On this display there is no other program that takes part."""
        return next((node for node in applications() if node.name in ("sortie", APPLICATION)), None)

    @property
    def processes(self):
        return processes(self.home)

    def quit(self):
        os.kill(self.processes["sortie"], signal.SIGTERM)
        self.ended()

    def kill(self):
        """SIGKILL of the window's process alone, not of the sandbox around it."""
        os.kill(self.processes["sortie"], signal.SIGKILL)
        self.process.wait(harness.WAIT_DEADLINE)

    def _ask(self, method, path, body):
        folder = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "app" / APPLICATION
        backend = harness.Backend(home=self.home, start=False)
        backend.urls = [f"unix://{next(folder.glob('backend*.sock'))}"]
        return backend.request(method, path, body)

    def _end(self):
        subprocess.run(["flatpak", "kill", APPLICATION], env=self.environment(), check=False,
                       stderr=subprocess.DEVNULL)
        self.process.wait(harness.WAIT_DEADLINE)
        wait_until(lambda: not self.processes, "nothing of the sandbox runs any more")


def watch_background():
    """Listens to what is asked of the Background portal. Returns all of it so far."""
    log = pathlib.Path(tempfile.mkstemp(prefix="sortie-background-")[1])
    with open(log, "wb") as file:
        monitor = subprocess.Popen(
            ["dbus-monitor", "--session", "interface='org.freedesktop.portal.Background'",
             "type='signal',interface='org.freedesktop.portal.Request',member='Response'"],
            stdin=subprocess.DEVNULL, stdout=file)
    later(lambda: (monitor.kill(), monitor.wait(), log.unlink()))
    # The bus takes its name away from whoever listens.
    wait_until(lambda: "member=NameLost" in log.read_text("utf-8"), "the bus is listened to")
    return lambda: log.read_text("utf-8", "replace")


def start_chooser(folder):
    """The person at the file chooser, and the portals. Returns what was asked, as it comes."""
    log = pathlib.Path(tempfile.mkstemp(prefix="sortie-chooser-")[1])
    with open(log, "wb") as file:
        chooser = subprocess.Popen([sys.executable, "-B", pathlib.Path(__file__).with_name(
            "chooser.py"), folder], stdin=subprocess.DEVNULL, stdout=file)
    mount = pathlib.Path(os.environ["XDG_RUNTIME_DIR"]) / "doc"
    # What the portal shows are the very files, so its mount goes before anybody tidies up.
    later(lambda: (chooser.kill(), chooser.wait(), log.unlink(),
                   subprocess.run(["fusermount3", "-uz", mount], check=False,
                                  stderr=subprocess.DEVNULL)))
    wait_until(lambda: "ready" in log.read_text("utf-8"), "the chooser is there")
    return lambda: log.read_text("utf-8")
