# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider's key and the keyring: a real one, one that nobody unlocks, and none at all."""
import os
import pathlib
import shutil
import signal
import subprocess

import window  # finds what the next ones name
import harness
from backend import MISSION, write_documents
from provider import MODELS, Provider, chunked, stream
from window import Gio, GLib

SECRETS = "org.freedesktop.secrets"
PROMPTER = "org.gnome.keyring.SystemPrompter"
PASSWORD = b"of the keyring of this test"
ADDRESS, KEY = 1, 2  # rows of the preferences after the switch


def has_owner(name):
    return Gio.bus_get_sync(Gio.BusType.SESSION, None).call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner",
        GLib.Variant("(s)", (name,)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]


def start_keyring():
    """gnome-keyring's daemon on the session bus of this test run, with an unlocked keyring."""
    folder = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "keyrings"
    process = subprocess.Popen(
        ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def end():
        process.kill()
        process.wait()
        harness.wait_until(lambda: not has_owner(SECRETS), "the keyring has gone")
        shutil.rmtree(folder, ignore_errors=True)
    window.later(end)
    process.stdin.write(PASSWORD)
    process.stdin.close()
    harness.wait_until(lambda: has_owner(SECRETS), "the keyring is there")


def lock_keyring():
    keyring = "/org/freedesktop/secrets/collection/login"
    locked, _ = Gio.bus_get_sync(Gio.BusType.SESSION, None).call_sync(
        SECRETS, "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock",
        GLib.Variant("(ao)", ([keyring],)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()
    assert locked == [keyring], locked


def withhold(*names):
    """Whoever asks the session bus for one of these finds that it can't be started."""
    services = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "dbus-1/services"
    services.mkdir(parents=True, exist_ok=True)
    for name in names:
        service = services / f"{name}.service"
        service.write_text(f"[D-BUS Service]\nName={name}\nExec=/bin/false\n")
        window.later(service.unlink)
    Gio.bus_get_sync(Gio.BusType.SESSION, None).call_sync(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "ReloadConfig", None,
        None, Gio.DBusCallFlags.NONE, -1, None)


class Case:
    """A window whose model is set up by its preferences alone, and the provider that it asks."""

    def __init__(self):
        self.provider = Provider(lambda request: chunked(stream("ready")))
        self.home = harness.temporary_folder()
        self.app = None

    def start(self):
        """A new start over what the last one left."""
        env = {"SECRET_BACKEND": "service", "SECRET_FILE_TEST_PATH": None, "LLM_REST": "0", **MODELS}
        self.app = window.App(home=self.home, keeps_settings=True, env=env)
        self.app.find("label", "^Add documents first")

    def open_preferences(self):
        self.app.choose("Preferences")
        preferences = self.app.wait(
            lambda: next((w for w in self.app.windows
                          if w.name == "Preferences" and "active" in w.states), None),
            "the preferences have the focus")
        self.app.click("tab", "^Language Model", where=preferences)
        return preferences

    def close_preferences(self, preferences):
        self.app.click("button", "^Close$", where=preferences)
        self.app.wait(lambda: len(self.app.windows) == 1, "the preferences close")

    def focused(self, preferences):
        """What has the focus, by role and name; entry rows of this libadwaita do not tell."""
        return next(((n.role, n.name) for n in preferences.walk() if "focused" in n.states), None)

    def move_focus(self, preferences):
        """Tab, once more where the first one came before the X server had moved the focus here."""
        before = self.app.wait(lambda: self.focused(preferences), "something has the focus")
        for seconds in (5, harness.WAIT_DEADLINE):
            window.press("Tab")
            try:
                self.app.wait(lambda: self.focused(preferences) != before, "it moves", seconds)
                return
            except AssertionError:
                if seconds != 5:
                    raise

    def enter(self, row, text):
        """Opens the preferences, writes into a row that many after the switch, and applies it."""
        preferences = self.open_preferences()
        while self.focused(preferences) != ("switch", "Use a Language Model"):
            self.move_focus(preferences)
        for _ in range(row):
            window.press("Tab")
        names = {ADDRESS: "^Provider’s Address$", KEY: "^Key"}
        self.app.find("text box", names[row], where=preferences).write(text)
        window.press("Return")
        return preferences

    def enter_key(self, key):
        preferences = self.enter(KEY, key)
        self.app.wait(lambda: self.app.find("text box", "^Key .one is set", where=preferences).text
                      == "", "the key has been taken")
        return preferences

    def heard(self):
        """What key the provider is shown in a trial: None for none."""
        asked = len(self.provider.requests)
        preferences = self.open_preferences()
        self.app.click("button", "Test$", where=preferences)
        self.app.wait(lambda: len(self.provider.requests) > asked, "the provider is asked")
        self.app.find("label", "^It works", where=preferences)
        self.close_preferences(preferences)
        found = [line.partition(": ")[2] for line in self.provider.requests[-1].head.splitlines()
                 if line.lower().startswith("authorization:")]
        return found[0].removeprefix("Bearer ") if found else None

    def set_up(self):
        """Names the provider and switches the model on."""
        address = self.provider.env["LLM_BASE_URL"]
        preferences = self.enter(ADDRESS, address)
        self.app.wait(lambda: self.app.request("GET", "/settings")["llm"]["base_url"] == address,
                      "the address has been taken")
        self.app.click("switch", "^Use a Language Model", where=preferences)
        self.app.wait(lambda: self.app.request("GET", "/settings")["llm"]["enabled"],
                      "the model is switched on")
        self.close_preferences(preferences)

    def has_key(self):
        """Whether the backend knows a key; False where none answers."""
        try:
            return self.app.request("GET", "/settings")["llm"]["has_key"]
        except OSError:
            return False

    def check_files(self, *keys):
        """No file of the window or its backend holds a key."""
        for path in filter(pathlib.Path.is_file, self.home.rglob("*")):
            content = path.read_bytes()
            assert not any(key.encode() in content for key in keys), path


def test_keyring():
    """a key is kept, found at the next start, replaced and removed"""
    start_keyring()
    case = Case()
    case.start()
    case.set_up()
    case.close_preferences(case.enter_key("sk-the-first"))
    assert case.heard() == "sk-the-first"
    case.app.quit()
    case.start()
    assert case.heard() == "sk-the-first"
    case.close_preferences(case.enter_key("sk-the-second"))
    assert case.heard() == "sk-the-second"
    case.app.quit()
    case.start()
    assert case.heard() == "sk-the-second"
    preferences = case.open_preferences()
    case.app.click("button", "^Remove the Key", where=preferences)
    case.app.find("text box", "^Key$", where=preferences)
    case.close_preferences(preferences)
    assert case.heard() is None
    case.app.quit()
    case.start()
    assert case.heard() is None
    case.check_files("sk-the-first", "sk-the-second")
    case.app.quit()


def check_session_only(said):
    """The key is used, the person is told, and the next start knows nothing of it."""
    case = Case()
    case.start()
    case.set_up()
    preferences = case.enter_key("sk-for-now")
    case.app.find("label", said, where=preferences)
    case.close_preferences(preferences)
    assert case.heard() == "sk-for-now"
    first = case.app.backend_pid
    os.kill(first, signal.SIGKILL)
    case.app.wait(lambda: case.app.backend_pid not in (None, first), "there is another backend")
    case.app.wait(case.has_key, "the key is handed over")
    assert case.heard() == "sk-for-now"
    case.app.quit()
    case.start()
    assert case.heard() is None
    case.check_files("sk-for-now")
    case.app.quit()


def test_no_keyring():
    """without a keyring that is said, and the key is known until the end"""
    withhold(SECRETS)
    check_session_only("^There is no keyring")


def test_locked_keyring():
    """so it is with a keyring that stays locked, since nobody enters its password"""
    withhold(PROMPTER)
    start_keyring()
    lock_keyring()
    check_session_only("^The keyring is locked")


if __name__ == "__main__":
    window.main()
