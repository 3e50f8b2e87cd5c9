# SPDX-License-Identifier: GPL-3.0-or-later
"""What display tests stand on: the real `sortie`, driven through the accessibility tree.

The test file is run by with-display. Each App has a home of its own, in which its backend keeps its
data, and has to end in order and without a critical message. Nothing is clicked by coordinates, and
nothing waits for time to pass."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

import harness  # noqa: E402 (found through the path above)
from accessible import Gio, GLib, Gone, applications, bus, press  # noqa: E402, F401
from harness import later, main, on_failure, temporary_folder, wait_until  # noqa: E402, F401

APPLICATION = "io.github.sortie_app.Sortie"
# Log lines that say that the program, not its surroundings, did something wrong.
FAULT = re.compile(r"-(CRITICAL|ERROR) \*\*|\*\* (CRITICAL|ERROR)|^\(sortie:\d+\): Gtk-WARNING"
                   r"(?!.*(cursor theme|Locale not supported|settings portal))", re.M)

# GLib leaves its first table of quarks behind when it outgrows 2,048 of them, as a comment there says.
# It is made while libraries are loaded, so its report has no frame that lsan.supp could name.
QUARKS = re.compile(r"\n=+\n==\d+==ERROR: LeakSanitizer: detected memory leaks\n\n"
                    r"Direct leak of 16384 byte\(s\) in 1 object\(s\) allocated from:\n"
                    r"    #0 [^\n]*_malloc [^\n]*\n    #1 [^\n]* in g_malloc [^\n]*\n\n"
                    r"SUMMARY: AddressSanitizer: 16384 byte\(s\) leaked in 1 allocation\(s\)\.\n")
LEAK_STATUS = (1, 23)  # that the sanitizers end a program with


def _start_openbox():
    """A window manager: without one no window has the focus. It lives as long as the display."""
    if "SORTIE_TEST_OPENBOX" in os.environ:
        return
    os.environ["SORTIE_TEST_OPENBOX"] = "1"
    process = subprocess.Popen(["openbox", "--sm-disable"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    later(lambda: (process.kill(), process.wait(), os.environ.pop("SORTIE_TEST_OPENBOX")))


def children_of(pid):
    """The processes below one, of all generations."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = pathlib.Path(f"/proc/{entry}/stat").read_text("latin-1").rpartition(")")[2]
            parents[int(entry)] = int(fields.split()[1])
        except OSError:  # gone meanwhile
            continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def command_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


class App:
    """A running `sortie`. home= lets a second one go on with what a first one left."""

    def __init__(self, *arguments, home=None, env=None, start=True, keeps_settings=False):
        self.home = pathlib.Path(home) if home else temporary_folder()
        self.arguments, self.extra = list(arguments), dict(env or {})
        if keeps_settings:
            self.extra["GSETTINGS_BACKEND"] = "keyfile"
        self.process = None
        self._log = pathlib.Path(tempfile.mkstemp(prefix="sortie-", suffix=".log",
                                                  dir=self.home)[1])
        _start_openbox()
        later(self._end)
        on_failure(self._witness)
        if start:
            self.start()

    def environment(self):
        build = pathlib.Path(harness.program("sortie")).parents[2]
        settings = {"GSETTINGS_SCHEMA_DIR": build / "data", "SORTIE_FAULTS": "1",
                    "G_DEBUG": "fatal-criticals", "GTK_A11Y": "atspi", "GSETTINGS_BACKEND": "memory"}
        return harness.environment(self.home, {**settings, **self.extra})

    def start(self, *arguments):
        """Starts it and waits for its window."""
        with open(self._log, "ab") as log:
            self.process = subprocess.Popen(
                [harness.program("sortie"), *map(str, arguments or self.arguments)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home,
                env=self.environment())
        self.wait(lambda: self.window is not None, "the window is there")
        return self

    def run_second(self, *arguments):
        """What a person does who starts the program while it runs: it has to hand over and end."""
        done = subprocess.run([harness.program("sortie"), *map(str, arguments)], cwd=self.home,
                              env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=harness.WAIT_DEADLINE, check=False)
        assert done.returncode == 0 or QUARKS.search(done.stderr), done

    def _read_log(self):
        return self._log.read_text("utf-8", "replace")

    @property
    def log(self):
        return QUARKS.sub("", self._read_log())

    def check_log(self):
        text = self.log
        harness.check_stderr(text, "sortie")
        assert not FAULT.search(text), f"sortie complains:\n{text[-4000:]}"

    # ---- Its processes ----

    @property
    def backend_pid(self):
        """Its own sortied; None where there is none."""
        found = [pid for pid in children_of(self.process.pid) if command_of(pid) == "sortied"]
        return found[0] if found else None

    def wait_backend(self):
        return self.wait(lambda: self.backend_pid, "there is a backend")

    def quit(self):
        """SIGTERM, upon which it has to end in order."""
        self.process.send_signal(signal.SIGTERM)
        self.ended()

    def ended(self):
        code = self.process.wait(harness.WAIT_DEADLINE)
        self.check_log()
        if code in LEAK_STATUS and QUARKS.search(self._read_log()):
            code = 0
        assert code == 0, f"sortie ended with {code}:\n{self.log[-4000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.check_log()

    def _end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in harness.redis_pids(self.home):
            wait_until(lambda p=pid: not harness.alive(p), f"redis-server {pid} is gone")

    def _witness(self):
        try:
            shown = "\n".join(window.tree() for window in self.windows)
        except (Gone, AssertionError) as error:
            shown = str(error)
        folder = os.environ.get("SORTIE_TEST_SCREENSHOTS")
        if folder and shutil.which("import"):
            subprocess.run(["import", "-window", "root", f"{folder}/failed-{os.getpid()}.png"],
                           timeout=20, check=False)
        return f"what sortie shows:\n{shown}\nwhat it said:\n{self.log[-6000:]}\n"

    # ---- Its windows ----

    @property
    def node(self):
        """The program in the accessibility tree; None before it is there."""
        for application in applications():
            try:
                owner = bus().call_sync(
                    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "GetConnectionUnixProcessID", GLib.Variant("(s)", (application.bus_name,)), None,
                    Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
            except GLib.Error:  # it has ended meanwhile
                continue
            if owner == self.process.pid:
                return application
        return None

    @property
    def windows(self):
        node = self.node
        return node.children if node else []

    @property
    def window(self):
        """The main window: the first one that was made."""
        windows = self.windows
        return windows[0] if windows else None

    def wait(self, fact, what, seconds=harness.WAIT_DEADLINE):
        """wait_until() for facts about what is shown, which may go while it is looked at."""
        def look():
            code = self.process.poll()
            assert code is None, f"sortie ended with {code}:\n{self.log[-4000:]}"
            try:
                return fact()
            except Gone:
                return None
        return wait_until(look, what, seconds)

    def find(self, role=None, name=None, where=None, seconds=harness.WAIT_DEADLINE):
        """The first node of that role whose name matches, as soon as it is shown."""
        def look():
            for root in [where] if where else self.windows:
                node = root.find(role, name)
                if node:
                    return node
            return None
        return self.wait(look, f"a {role or 'node'} named {name!r} is shown", seconds)

    def shows(self, name, role=None):
        """Whether something with that name is shown now."""
        try:
            return any(window.find(role, name) for window in self.windows)
        except Gone:
            return False

    def shows_telemetry(self):
        """Whether events are listed: which of them depends on where the list was scrolled to."""
        return self.shows(r"^\w+, [a-z]+\.[a-z]+, ", "list item")

    def until_shown(self, name, role=None, seconds=harness.WAIT_DEADLINE):
        return self.find(role, name, seconds=seconds)

    def until_gone(self, name, role=None):
        self.wait(lambda: not self.shows(name, role), f"nothing named {name!r} is shown")

    def click(self, role, name, where=None):
        """Does what a click would do on what is shown and can be used."""
        if role == "button":  # as which a menu button appears; what can be clicked is the toggle in it
            role += "|toggle button"
        def usable():
            for root in [where] if where else self.windows:
                for node in root.all(role, name):
                    if "sensitive" in node.states and node.can_act:
                        return node
            return None
        node = self.wait(usable, f"{role} {name!r} can be used")
        node.act()
        return node

    def press(self, keys, fact=None, what=None):
        """Presses keys once the window has the focus, and waits for what they do."""
        self.wait(lambda: any("active" in w.states for w in self.windows), "a window is active")
        press(keys)
        return self.wait(fact, what) if fact else None

    def choose(self, item):
        """Opens the main menu and chooses an item."""
        self.click("button", "^Main Menu")
        self.click("menu item|menu item checkbox", f"^{item}")

    # ---- What a person does ----

    def submit(self, text):
        """Writes a mission and starts it."""
        self.find("text box", "^Mission$").write(text)
        self.click("button", "Start$")

    # ---- The backend, for what is no matter of the window ----

    def request(self, method, path, body=None):
        """Asks its own backend over its Unix socket."""
        answer = self._ask(method, path, body)
        return json.loads(answer.body) if answer.body else None

    def request_text(self, path):
        return self._ask("GET", path, None).text

    def _ask(self, method, path, body):
        sockets = list((self.home / "runtime_dir").glob("sortie/backend*.sock"))
        backend = harness.Backend(home=self.home, start=False)
        backend.urls = [f"unix://{sockets[0]}"]
        answer = backend.request(method, path, body)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.text}"
        return answer

    def open_mission(self, mission_id):
        """What the notification of a mission does."""
        Gio.bus_get_sync(Gio.BusType.SESSION, None).call_sync(
            APPLICATION, "/" + APPLICATION.replace(".", "/"), "org.gtk.Actions", "Activate",
            GLib.Variant("(sava{sv})", ("open-mission", [GLib.Variant("s", mission_id)], {})), None,
            Gio.DBusCallFlags.NONE, -1, None)
