# SPDX-License-Identifier: GPL-3.0-or-later
"""The accessibility tree, read afresh over D-Bus at each look: what is on the screen is never told from
a cache. Run under with-display; needs Debian's python3-gi."""
import re

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402 (the version comes first)

# Milliseconds that the program may take to answer; it shows a hang, not slowness.
CALL_DEADLINE = 20000
STATES = {"active": 1, "checked": 4, "enabled": 8, "expanded": 10, "focusable": 11,
          "focused": 12, "pressed": 20,
          "selected": 23, "sensitive": 24, "showing": 25, "visible": 30}
ACCESSIBLE = "org.a11y.atspi.Accessible"


class Gone(Exception):
    """What was asked is no longer there: look again."""


def _session():
    return Gio.bus_get_sync(Gio.BusType.SESSION, None)


def _connect():
    """The bus that programs and screen readers meet on."""
    session = _session()
    # What a screen reader says when it starts.
    session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set",
                      GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled",
                                             GLib.Variant("b", True))),
                      None, Gio.DBusCallFlags.NONE, CALL_DEADLINE, None)
    address = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None,
                                None, Gio.DBusCallFlags.NONE, CALL_DEADLINE, None).unpack()[0]
    return Gio.DBusConnection.new_for_address_sync(
        address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)


_connection = None


def bus():
    global _connection
    if _connection is None:
        _connection = _connect()
    return _connection


def call(name, path, interface, method, signature=None, *arguments):
    parameters = GLib.Variant(signature, arguments) if signature else None
    try:
        return bus().call_sync(name, path, interface, method, parameters, None,
                               Gio.DBusCallFlags.NONE, CALL_DEADLINE, None).unpack()
    except GLib.Error as error:
        if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT):
            raise AssertionError(f"the program does not answer: {interface}.{method}") from error
        raise Gone(f"{interface}.{method}: {error.message}") from error


class Node:
    """One accessible object."""

    def __init__(self, name, path):
        self.bus_name, self.path = name, path

    def __eq__(self, other):
        return isinstance(other, Node) and (self.bus_name, self.path) == (other.bus_name, other.path)

    def __hash__(self):
        return hash((self.bus_name, self.path))

    def __repr__(self):
        try:
            return f"{self.role} “{self.name[:70]}”"
        except Gone:
            return "a node that is gone"

    def ask(self, interface, method, signature=None, *arguments):
        return call(self.bus_name, self.path, interface, method, signature, *arguments)

    def get_property(self, interface, name):
        return self.ask("org.freedesktop.DBus.Properties", "Get", "(ss)", interface, name)[0]

    @property
    def name(self):
        return self.get_property(ACCESSIBLE, "Name")

    @property
    def description(self):
        return self.get_property(ACCESSIBLE, "Description")

    @property
    def role(self):
        return self.ask(ACCESSIBLE, "GetRoleName")[0]

    @property
    def states(self):
        low, high = self.ask(ACCESSIBLE, "GetState")[0]
        bits = low | high << 32
        return {name for name, bit in STATES.items() if bits >> bit & 1}

    @property
    def children(self):
        return [Node(*child) for child in self.ask(ACCESSIBLE, "GetChildren")[0]]

    @property
    def parent(self):
        return Node(*self.get_property(ACCESSIBLE, "Parent"))

    @property
    def interfaces(self):
        return self.ask(ACCESSIBLE, "GetInterfaces")[0]

    @property
    def size(self):
        """Width and height in pixels."""
        return self.ask("org.a11y.atspi.Component", "GetExtents", "(u)", 1)[0][2:]

    # ---- Text ----

    @property
    def text(self):
        return self.ask("org.a11y.atspi.Text", "GetText", "(ii)", 0, -1)[0]

    def write(self, text):
        """Replaces what stands in an entry or text view."""
        assert self.ask("org.a11y.atspi.EditableText", "SetTextContents", "(s)", text)[0], self

    # ---- Value ----

    @property
    def value(self):
        return self.get_property("org.a11y.atspi.Value", "CurrentValue")

    @property
    def range(self):
        return (self.get_property("org.a11y.atspi.Value", "MinimumValue"),
                self.get_property("org.a11y.atspi.Value", "MaximumValue"))

    def set_value(self, value):
        self.ask("org.freedesktop.DBus.Properties", "Set", "(ssv)", "org.a11y.atspi.Value",
                 "CurrentValue", GLib.Variant("d", value))

    # ---- Action ----

    @property
    def actions(self):
        count = self.get_property("org.a11y.atspi.Action", "NActions")
        return [self.ask("org.a11y.atspi.Action", "GetName", "(i)", i)[0] for i in range(count)]

    @property
    def can_act(self):
        """A menu button has the name of the button inside, which is what can be clicked."""
        try:
            return bool(self.actions)
        except Gone:
            return False

    def act(self, which=0):
        """Does what a click would do."""
        assert self.ask("org.a11y.atspi.Action", "DoAction", "(i)", which)[0], f"{self} does nothing"

    # ---- The tree ----

    def walk(self):
        """This and all below."""
        yield self
        for child in self.children:
            try:
                yield from child.walk()
            except Gone:  # between the look at the parent and at the child
                continue

    def all(self, role=None, name=None):
        wanted = re.compile(name) if isinstance(name, str) else name
        found = []
        for node in self.walk():
            try:
                if (role is None or node.role in role.split("|")) and \
                        (wanted is None or wanted.search(node.name)):
                    found.append(node)
            except Gone:
                continue
        return found

    def find(self, role=None, name=None):
        wanted = re.compile(name) if isinstance(name, str) else name
        for node in self.walk():
            try:
                if (role is None or node.role in role.split("|")) and \
                        (wanted is None or wanted.search(node.name)):
                    return node
            except Gone:
                continue
        return None

    def tree(self, depth=0):
        """For a person who wants to know why a test failed."""
        try:
            line = f"{'  ' * depth}{self.role} “{self.name[:100]}”"
            return line + "".join("\n" + child.tree(depth + 1) for child in self.children)
        except Gone:
            return "  " * depth + "(gone)"


def applications():
    """The programs that take part, as nodes."""
    return Node("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root").children


# ---- Keys ----

# Keys that are held, as X's key codes of a usual keyboard.
_HELD = {"ctrl": 37, "shift": 50, "alt": 64}
_SYMBOLS = {"Return": 0xff0d, "Delete": 0xffff, "Escape": 0xff1b, "Tab": 0xff09,
            "Down": 0xff54, "Up": 0xff52,
            "Left": 0xff51, "Right": 0xff53, "Home": 0xff50, "End": 0xff57, "comma": 0x2c,
            "question": 0x3f, "plus": 0x2b, "minus": 0x2d, "space": 0x20,
            **{f"F{n}": 0xffbd + n for n in range(1, 13)}}
_PRESS, _RELEASE, _SYMBOL = 0, 1, 3


def press(keys):
    """Press and release "ctrl+n", "F9": what has the focus gets it, as from a keyboard."""
    *held, key = keys.split("+")
    symbol = _SYMBOLS.get(key) or ord(key)
    controller = ("org.a11y.atspi.Registry", "/org/a11y/atspi/registry/deviceeventcontroller",
                  "org.a11y.atspi.DeviceEventController", "GenerateKeyboardEvent", "(isu)")
    for name in held:
        call(*controller, _HELD[name], "", _PRESS)
    call(*controller, symbol, "", _SYMBOL)
    for name in reversed(held):
        call(*controller, _HELD[name], "", _RELEASE)
