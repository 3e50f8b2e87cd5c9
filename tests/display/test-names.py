# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader says: in every state of the window each control has a name of its own, which is
what a person would call it."""
import re

import window  # finds what the next ones name
from backend import MISSION, write_documents

CONTROLS = ("button", "check box", "combo box", "link", "menu item", "menu item checkbox",
            "menu item radio", "radio button", "slider", "spin button", "switch", "tab", "text box",
            "toggle button")
# A mnemonic's underline, and the name of a widget's class, which GTK says where there is no name.
MNEMONIC = re.compile(r"(^|\s)_\w")
CLASS = re.compile(r"^(Gtk|Adw|Sortie)[A-Z]\w*$")


def problem_of(node):
    """Why a screen reader would say something odd; None where all is well."""
    states = node.states
    # A scrolled window (a generic one since GTK 4.18) and a list count as focusable, but hand the focus on
    # to what is inside.
    if node.role not in CONTROLS and ("focusable" not in states or
                                      node.role in ("group", "generic", "list")):
        return None
    name = node.name.strip()
    if node.role == "list item" and not name:
        # It is read by what it holds.
        name = " ".join(dict.fromkeys(label.name for label in node.all("label")))
    half = len(name) // 2
    if not name:
        return "no name"
    if MNEMONIC.search(name):
        return "a mnemonic"
    if CLASS.search(name):
        return "a class"
    # Since GTK 4.18 a row for text is called by its content, which has the title in two sizes; what has the
    # focus in it is a text box.
    if name[:half] == name[half + 1:] and name[half:half + 1] == " " and node.role != "list item":
        return "twice the same"
    return None


def look(app, state):
    """All windows of the program as they are now."""
    found, n_controls = [], 0
    for root in app.windows:
        for node in root.walk():
            try:
                n_controls += node.role in CONTROLS
                problem = problem_of(node)
                if problem:
                    found.append(f"{problem}: {node!r} in {node.parent!r} in {node.parent.parent!r}")
            except window.Gone:
                continue
    assert n_controls > 5, f"{state}: {n_controls} controls are too few to be true"
    assert not found, f"{state}:\n" + "\n".join(found)


def window_named(app, name):
    return app.wait(lambda: next((w for w in app.windows if re.search(name, w.name)), None),
                    f"a window named {name!r}")


def close(app):
    app.press("Escape")
    app.wait(lambda: len(app.windows) == 1, "the other window closes")


def start(**options):
    app = window.App(**options)
    app.find("label", "^Add documents first")
    folder = write_documents(app.home / "docs")
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")
    return app


def test_first_run_and_dialogs():
    """before there is anything, and the windows that the menu opens"""
    app = window.App()
    app.find("label", "^Add documents first")
    look(app, "first run")
    app.choose("Preferences")
    preferences = window_named(app, "Preferences")
    app.find("tab", "^General", where=preferences)
    look(app, "preferences")
    app.click("tab", "^Language Model", where=preferences)
    app.find("switch", "^Use a Language Model", where=preferences)
    look(app, "preferences of the language model")
    close(app)
    app.choose("Keyboard Shortcuts")
    app.wait(lambda: len(app.windows) == 2, "the shortcuts are there")
    look(app, "shortcuts")
    close(app)
    app.choose("About Sortie")
    app.wait(lambda: len(app.windows) == 2, "About is there")
    look(app, "about")
    close(app)
    app.choose("Sources")
    app.find("label", "^No Documents|^No Collections|Add")
    look(app, "sources without any")
    app.choose("Dead Letters")
    app.find("label", "^No Failed Steps")
    look(app, "no dead letters")
    app.quit()


def test_report():
    """a report with its panes, and what opens above it"""
    app = start()
    app.submit(MISSION)
    app.find("label", "^Completed$")
    look(app, "report")
    app.click("button", r"^\d+ Sources$")
    app.click("button", "^Source 1:")
    app.find("button", "Open Document")
    look(app, "citation")
    app.press("Escape")
    app.press("F12", app.shows_telemetry, "telemetry opens")
    app.press("ctrl+t", lambda: app.shows("", "slider"), "the timeline opens")
    look(app, "telemetry and timeline")
    app.press("ctrl+f")
    look(app, "find")
    app.press("Escape")
    app.choose("Diagram")
    app.find("button", "^Zoom in")
    look(app, "diagram")
    app.quit()


def test_sources():
    """collections and the documents of one"""
    app = start()
    app.choose("Sources")
    row = app.find("list item", "^docs,")
    look(app, "collections")
    app.wait(lambda: "focused" in row.states or app.press("Tab"), "the row has the focus")
    app.press("Return")
    app.find("button", "All Collections")
    look(app, "documents")
    app.quit()


def test_dead_letters():
    """a step that was given up, folded and unfolded"""
    app = start(env={"SORTIE_FAULTS": "1"})
    app.request("POST", "/missions", {"mission": "What is a dead letter? HOLD_AT_PLANNER",
                                      "collections": ["docs"]})
    app.request("DELETE", "/collections/docs")
    app.wait(lambda: app.request("GET", "/dead-letters")["dead_letters"], "a step was given up")
    app.choose("Dead Letters")
    app.find("label", r"^1 failed step")
    look(app, "dead letters")
    app.click("button|toggle button", "^Details$")
    app.find("text box", "^Payload$")
    look(app, "a dead letter's details")
    app.find("button", "^Open Mission$")
    app.find("button", "^Discard$")
    app.find("button", "^Retry$")
    app.quit()


def test_offline():
    """no backend"""
    app = window.App("--backend", "http://127.0.0.1:9")
    app.find("label", "does not answer")
    look(app, "offline")
    app.quit()


if __name__ == "__main__":
    window.main()
