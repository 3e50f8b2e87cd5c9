# SPDX-License-Identifier: GPL-3.0-or-later
"""chooser.py FOLDER: plays the person at the file chooser, who chooses that folder. It stands behind the
real portals: xdg-desktop-portal asks it as it would ask the desktop's own dialog, and the document
portal shows what was chosen to the sandbox."""
import pathlib
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402 (the version comes first)

NAME = "org.freedesktop.impl.portal.desktop.sortietest"
PATH = "/org/freedesktop/portal/desktop"
INTERFACES = """<node>
  <interface name="org.freedesktop.impl.portal.FileChooser">
    <method name="OpenFile">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
  </interface>
  <interface name="org.freedesktop.impl.portal.Access">
    <method name="AccessDialog">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
  </interface>
  <interface name="org.freedesktop.impl.portal.Background">
    <method name="GetAppState"><arg type="a{sv}" direction="out"/></method>
    <method name="NotifyBackground">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <method name="EnableAutostart">
      <arg type="s" direction="in"/><arg type="b" direction="in"/><arg type="as" direction="in"/>
      <arg type="u" direction="in"/><arg type="b" direction="out"/>
    </method>
  </interface>
</node>"""


def answer(method):
    if method == "OpenFile":
        uris = [pathlib.Path(sys.argv[1]).as_uri()]
        return GLib.Variant("(ua{sv})", (0, {"uris": GLib.Variant("as", uris)}))
    if method == "GetAppState":
        return GLib.Variant("(a{sv})", ({},))
    if method == "EnableAutostart":
        return GLib.Variant("(b)", (False,))
    return GLib.Variant("(ua{sv})", (0, {}))


def called_cb(_connection, _sender, _path, interface, method, parameters, invocation):
    print("asked", interface.rpartition(".")[2], method, parameters.unpack(), flush=True)
    invocation.return_value(answer(method))


def main():
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    bus.connect("closed", lambda *_: loop.quit())
    for interface in Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces:
        bus.register_object(PATH, interface, called_cb, None, None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: print("ready", flush=True), lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
