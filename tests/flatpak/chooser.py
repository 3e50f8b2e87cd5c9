# SPDX-License-Identifier: GPL-3.0-or-later
"""chooser.py FOLDER: plays the person at the file chooser, who chooses that folder, and the keyring of the
desktop. It stands behind the real portals: xdg-desktop-portal asks it as it would ask the desktop's own
dialog, and the document portal shows what was chosen to the sandbox."""
import hashlib
import os
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
  <interface name="org.freedesktop.impl.portal.Secret">
    <method name="RetrieveSecret">
      <arg type="o" direction="in"/><arg type="s" direction="in"/><arg type="h" direction="in"/>
      <arg type="a{sv}" direction="in"/>
      <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
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


def tell_secret(application, files):
    """Each program has a secret of its own, always the same, with which it encrypts what it keeps."""
    with os.fdopen(files.get(0), "wb") as pipe:
        pipe.write(hashlib.sha512(application.encode()).digest())


def called_cb(_connection, _sender, _path, interface, method, parameters, invocation):
    print("asked", interface.rpartition(".")[2], method, parameters.unpack(), flush=True)
    if method == "RetrieveSecret":
        tell_secret(parameters.unpack()[1], invocation.get_message().get_unix_fd_list())
    invocation.return_value(answer(method))


def property_cb(_connection, _sender, _path, _interface, _name):
    return GLib.Variant("u", 1)


def main():
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    bus.connect("closed", lambda *_: loop.quit())
    for interface in Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces:
        bus.register_object(PATH, interface, called_cb, property_cb, None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: print("ready", flush=True), lambda *_: loop.quit())
    loop.run()


if __name__ == "__main__":
    main()
