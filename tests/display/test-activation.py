# SPDX-License-Identifier: GPL-3.0-or-later
"""What the desktop asks of the program while it does not run: it is activated over D-Bus for a search,
for a notification's mission, for files to open. And what a second start hands over."""
import json
import os
import pathlib
import signal
import stat
import urllib.parse

import window
from window import Gio, GLib, harness

from backend import MISSION, wait_indexed, write_documents  # found through window

PATH = "/" + window.APPLICATION.replace(".", "/")
SEARCH = "org.gnome.Shell.SearchProvider2"


def session():
    return Gio.bus_get_sync(Gio.BusType.SESSION, None)


def call(path, interface, method, signature, *arguments):
    """Calls the application, which D-Bus starts where it does not run."""
    return session().call_sync(window.APPLICATION, path, interface, method,
                               GLib.Variant(signature, arguments), None, Gio.DBusCallFlags.NONE,
                               harness.WAIT_DEADLINE * 1000, None).unpack()


def search(method, signature, *arguments):
    return call(PATH + "/SearchProvider", SEARCH, method, signature, *arguments)


def owner_pid():
    """The process that has the application's name, or None."""
    try:
        return session().call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "GetConnectionUnixProcessID", GLib.Variant("(s)", (window.APPLICATION,)), None,
            Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
    except GLib.Error:
        return None


class Process:
    """What the session bus has started, as far as the rest of the tests wants to know."""

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        return None if harness.alive(self.pid) else 0

    def wait(self, seconds=harness.WAIT_DEADLINE):
        harness.wait_until(lambda: self.poll() is not None, "sortie ends", seconds)
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)


class Activated(window.App):
    """An App that the session bus starts when somebody asks for its name."""

    def __init__(self, **options):
        super().__init__(start=False, **options)
        services = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "dbus-1/services"
        script = self.home / "activate"
        assignments = "".join(f"export {name}='{value}'\n"
                              for name, value in self.environment().items()
                              if name.replace("_", "").isalnum() and "'" not in value and
                              not name.startswith("DBUS_STARTER"))
        script.write_text(f"#!/bin/sh\n{assignments}exec '{harness.program('sortie')}' "
                          f"--gapplication-service >>'{self._log}' 2>&1\n")
        script.chmod(0o700)
        services.mkdir(parents=True, exist_ok=True)
        service = services / (window.APPLICATION + ".service")
        service.write_text(f"[D-BUS Service]\nName={window.APPLICATION}\nExec={script}\n")
        window.later(service.unlink)
        session().call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                            "ReloadConfig", None, None, Gio.DBusCallFlags.NONE, -1, None)

    def activated(self):
        """The bus has started it."""
        self.process = Process(harness.wait_until(owner_pid, "the application has its name"))
        return self

    @property
    def cache(self):
        return pathlib.Path(self.environment()["XDG_CACHE_HOME"]) / "sortie/missions.json"

    def write_cache(self, *titles):
        self.cache.parent.mkdir(parents=True, exist_ok=True)
        missions = [{"id": f"00000000-0000-4000-8000-{number:012x}", "title": title,
                     "state": "completed", "created": 1700000000000 - number}
                    for number, title in enumerate(titles)]
        self.cache.write_text(json.dumps({"version": 1, "backend": "", "missions": missions}))
        return [mission["id"] for mission in missions]


def finished_mission():
    """A backend, and the ID of a mission that has come to its end."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    mission = backend.post("/missions", {"mission": MISSION}).json()["mission_id"]
    harness.wait_until(lambda: backend.get(f"/missions/{mission}").json()["state"] == "completed",
                       "the mission is completed")
    return backend, mission


def test_search():
    """a search is answered from the titles, with no window and no backend"""
    app = Activated()
    dead, other = app.write_cache("What is a <b>dead</b> letter?", "Deadlines & duties")
    assert search("GetInitialResultSet", "(as)", ["dead"]) == ([dead, other],)
    app.activated()
    assert search("GetInitialResultSet", "(as)", ["DEAD", "lett"]) == ([dead],)
    assert search("GetInitialResultSet", "(as)", ["nothing"]) == ([],)
    assert search("GetInitialResultSet", "(as)", []) == ([],)
    assert search("GetInitialResultSet", "(as)", ["x" * 100000, ""]) == ([],)
    assert search("GetSubsearchResultSet", "(asas)", [other, "no ID"], ["dead"]) == ([other],)
    (metas,) = search("GetResultMetas", "(as)", [dead, "no ID", other])
    assert [(meta["id"], meta["name"]) for meta in metas] == \
        [(dead, "What is a <b>dead</b> letter?"), (other, "Deadlines & duties")], metas
    assert all(meta["description"].startswith("Completed · ") for meta in metas), metas
    app.write_cache("Something new altogether")
    assert search("GetInitialResultSet", "(as)", ["dead"]) == ([],)
    assert len(search("GetInitialResultSet", "(as)", ["new"])[0]) == 1
    app.cache.write_text("rubbish")
    assert search("GetInitialResultSet", "(as)", ["new"]) == ([],)
    assert not app.windows and not window.children_of(app.process.pid)
    app.quit()


def test_result():
    """a mission that was seen in the window is found later, and its result opens it"""
    backend, mission = finished_mission()
    app = Activated(env={"BACKEND_URL": backend.url})
    app.start()
    title = app.find("label", "^Completed · ") and \
        backend.get(f"/missions/{mission}").json().get("title") or MISSION
    app.quit()
    assert stat.S_IMODE(app.cache.stat().st_mode) == 0o600
    words = title.split()[:2]
    assert search("GetInitialResultSet", "(as)", words) == ([mission],), app.cache.read_text()
    app.activated()
    search("ActivateResult", "(sasu)", mission, words, 0)
    app.find("label", "^Completed$")
    search("LaunchSearch", "(asu)", ["no", "such"], 0)
    app.find("label", "^No mission matches")
    search("LaunchSearch", "(asu)", words, 0)
    app.until_gone("^No mission matches")
    app.quit()
    backend.stop()


def test_notification():
    """what a notification asks for opens its mission, though nothing runs"""
    backend, mission = finished_mission()
    app = Activated(env={"BACKEND_URL": backend.url})
    call(PATH, "org.freedesktop.Application", "ActivateAction", "(sava{sv})", "open-mission",
         [GLib.Variant("s", mission)], {})
    app.activated()
    app.find("label", "^Completed$")
    app.quit()
    backend.stop()


def test_new_mission():
    """the launcher's action shows the composer"""
    app = Activated(env={"BACKEND_URL": "http://127.0.0.1:9"})
    call(PATH, "org.freedesktop.Application", "ActivateAction", "(sava{sv})", "new-mission", [], {})
    app.activated()
    app.find("text box", "^Mission$")
    app.quit()


def has_documents(backend, *names):
    """Whether the collection docs has all of these."""
    documents = backend.get("/collections/docs/documents").json()["documents"]
    return set(names) <= {pathlib.PurePath(urllib.parse.unquote(d["uri"])).name for d in documents}


def test_files():
    """files that are opened become sources; so do those that a second start names, and text does not"""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    app = Activated(env={"BACKEND_URL": backend.url})
    for name in ("one.md", "two & three.txt", "four.md"):
        (app.home / name).write_text(f"# Notes\n\nThe file {name} says that brooks are small rivers.\n")
    call(PATH, "org.freedesktop.Application", "Open", "(asa{sv})",
         [(app.home / name).as_uri() for name in ("one.md", "two & three.txt")], {})
    app.activated()
    app.wait(lambda: has_documents(backend, "one.md", "two & three.txt"), "the files are sources")
    app.run_second("four.md", MISSION)
    app.wait(lambda: has_documents(backend, "four.md"), "the third file is a source")
    assert backend.get("/missions").json()["missions"] == []
    app.run_second("--new")
    app.wait(lambda: app.find("text box", "^Mission$").text == MISSION, "the text waits for its start")
    app.quit()
    backend.stop()


def test_hostile_action():
    """an ID that is none, and an action of the wrong type, change nothing"""
    app = Activated(env={"BACKEND_URL": "http://127.0.0.1:9"})
    call(PATH, "org.freedesktop.Application", "ActivateAction", "(sava{sv})", "open-mission",
         [GLib.Variant("s", "../../etc/passwd")], {})
    app.activated()
    app.find("text box", "^Mission$")
    try:
        call(PATH, "org.freedesktop.Application", "ActivateAction", "(sava{sv})", "open-mission",
             [GLib.Variant("i", 7)], {})
        raise AssertionError("a number is no mission")
    except GLib.Error as error:
        assert "InvalidArgs" in error.message, error
    search("ActivateResult", "(sasu)", "\N{RIGHT-TO-LEFT OVERRIDE}<b>", ["x"] * 5000, 1)
    search("GetResultMetas", "(as)", ["x"] * 5000)
    app.quit()


if __name__ == "__main__":
    harness.main()
