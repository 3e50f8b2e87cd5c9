# SPDX-License-Identifier: GPL-3.0-or-later
"""What a finished mission says to the desktop: a notification server of the test's own stands on the
session bus and is told only what nobody is looking at."""
import subprocess

import window  # finds what the next ones name
import harness
from backend import MISSION, wait_indexed, write_documents
from window import Gio, GLib

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
INTERFACE = """
<node><interface name="org.freedesktop.Notifications">
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>"""


class Server:
    """org.freedesktop.Notifications, which keeps what it was asked to show."""

    def __init__(self):
        self.shown = []
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SESSION, None)
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
        self.connection.register_object(PATH, interface, self._called, None, None)
        self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", "RequestName",
                                  GLib.Variant("(su)", (NAME, 0)), None, Gio.DBusCallFlags.NONE, -1,
                                  None)
        window.later(lambda: self.connection.close_sync(None))

    def _called(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        answer = None
        if method == "Notify":
            _, _, _, summary, body, actions, hints, _ = arguments.unpack()
            self.shown.append((summary, body, actions, hints))
            answer = GLib.Variant("(u)", (len(self.shown),))
        elif method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["actions", "body"],))
        elif method == "GetServerInformation":
            answer = GLib.Variant("(ssss)", ("test", "Sortie", "1", "1.2"))
        invocation.return_value(answer)

    @property
    def notifications(self):
        """Those that came up to now."""
        while GLib.MainContext.default().iteration(False):
            pass
        return list(self.shown)

    def activate(self, number):
        """A person clicks on that one, counted from 1."""
        for signal, arguments in (("ActionInvoked", GLib.Variant("(us)", (number, "default"))),
                                  ("NotificationClosed", GLib.Variant("(uu)", (number, 2)))):
            self.connection.emit_signal(None, PATH, NAME, signal, arguments)


def start(**options):
    """The window over a backend that the test can ask as well."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home,
                              env={"SORTIE_FAULTS": "1"})
    wait_indexed(backend, "docs")
    app = window.App("--backend", backend.url, **options)
    app.find("label", "^What do you want to know")
    app.wait(lambda: "active" in app.window.states, "the window has the focus")
    return backend, app


class OtherWindow:
    """A window of another program. The newest one gets the focus."""

    def __init__(self, app):
        self.app = app
        self.process = subprocess.Popen(["display", "-size", "120x90", "xc:grey"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        window.later(self.close)
        app.wait(lambda: "active" not in app.window.states, "the window has lost the focus")

    def close(self):
        self.process.kill()
        self.process.wait()


def finish(app, backend, text):
    """Carries a mission out that nobody has started by this window; its ID, once the list has it."""
    mission = backend.submit(text)
    backend.wait_done(mission)
    app.find("label", "^" + text.split("?")[0])
    return mission


def test_finished():
    """it is told when the window has not the focus, and a click on that opens the mission"""
    server = Server()
    backend, app = start()
    finish(app, backend, "What is an outbox?")
    app.wait(lambda: len(app.window.find("list", "^Missions$").all("label", "^Completed · ")) == 1,
             "it has been completed")
    other = OtherWindow(app)
    finish(app, backend, MISSION)
    summary, body, actions, hints = app.wait(lambda: server.notifications, "one comes")[0]
    assert summary == MISSION and body == "The report is ready.", (summary, body)
    assert actions[0] == "default" and hints["desktop-entry"] == window.APPLICATION, (actions, hints)
    assert hints["category"] == "x-sortie.mission.completed", hints
    app.find("label", "^What do you want to know")
    server.activate(1)
    app.find("button", "^Orchestrator, 5 of 5 steps")
    app.wait(lambda: app.window.name.startswith(MISSION), "it is that mission")
    other.close()
    # What comes is in the order in which it was sent: the first mission was not told.
    assert len(server.notifications) == 1, server.notifications
    app.quit()
    backend.stop()


def test_stopped():
    """a mission that was stopped is not told, the next one is"""
    server = Server()
    backend, app = start()
    OtherWindow(app)
    stopped = backend.submit("What is a stopped mission? HOLD_AT_RETRIEVER")
    assert backend.post(f"/missions/{stopped}/cancel").status < 300
    backend.wait_done(stopped)
    app.find("label", "^(Stopped|Cancelled) · ")
    finish(app, backend, "What is an outbox?")
    summary = app.wait(lambda: server.notifications, "one comes")[0][0]
    assert summary == "What is an outbox?", server.notifications
    app.quit()
    backend.stop()


def switch_notifications(app):
    app.choose("Preferences")
    preferences = app.wait(lambda: next((w for w in app.windows if w.name == "Preferences"), None),
                           "the preferences are there")
    app.click("switch", "otif", where=preferences)
    app.click("button", "^Close$", where=preferences)
    app.wait(lambda: len(app.windows) == 1, "the preferences close")


def test_switched_off():
    """who has switched them off is told nothing"""
    server = Server()
    backend, app = start()
    switch_notifications(app)
    first = OtherWindow(app)
    finish(app, backend, "What is an outbox?")
    app.find("label", "^Completed · ")
    first.close()
    switch_notifications(app)
    OtherWindow(app)
    finish(app, backend, MISSION)
    app.wait(lambda: server.notifications, "one comes")
    assert [summary for summary, *_ in server.notifications] == [MISSION], server.notifications
    app.quit()
    backend.stop()


if __name__ == "__main__":
    window.main()
