# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person finds again: the window as it was left, missions in a long list, the events of an agent,
and a mission that was deleted by mistake."""
import window  # finds what the next ones name
import harness
from backend import MISSION, write_documents

SETTINGS = "config_home/glib-2.0/settings/keyfile"


def start(**options):
    app = window.App(**options)
    app.find("label", "^Add documents first")
    folder = write_documents(app.home / "docs")
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")
    return app


def rows_of(app, name):
    found = app.find("list", name)
    return [node.name for node in found.all("list item")]


def test_window_as_it_was():
    """size, sidebar and panes are kept from one start to the next"""
    home = harness.temporary_folder()
    settings = home / SETTINGS
    settings.parent.mkdir(parents=True)
    settings.write_text("[io/github/sortie_app/Sortie]\nwindow-width=910\nwindow-height=670\n")
    app = start(home=home, keeps_settings=True)
    size = app.wait(lambda: all(app.window.size) and app.window.size, "the window has a size")
    assert all(0 <= a - b < 60 for a, b in zip((910, 670), size)), size  # without what is around it
    app.submit(MISSION)
    app.find("label", "^Completed$")
    app.press("F12", app.shows_telemetry, "telemetry opens")
    app.press("F9", lambda: not app.shows("^Missions$", "list"), "the sidebar goes")
    app.quit()
    again = window.App(home=home, keeps_settings=True)
    again.wait(lambda: again.window.size == size, "the window has its size again")
    again.wait_backend()
    again.find("label", "^What do you want to know")
    assert not again.shows("^Missions$", "list"), "the sidebar is still hidden"
    again.press("F9", lambda: again.shows("^Missions$", "list"), "the sidebar comes back")
    again.open_mission(again.request("GET", "/missions")["missions"][0]["mission_id"])
    again.find("label", "^Completed$")
    assert again.wait(again.shows_telemetry, "telemetry is still open")
    again.quit()


def test_events_of_an_agent():
    """an agent of the diagram leads to its events, and to nobody else's"""
    app = start()
    app.submit(MISSION)
    app.find("label", "^Completed$")
    app.click("button", "^Retriever, ")
    app.wait(lambda: rows_of(app, "^Events") and
             all(name.startswith("Retriever, ") for name in rows_of(app, "^Events")),
             "the Retriever's events are shown, and no others")
    app.quit()


def test_filter():
    """a word in the filter leaves the missions that have it"""
    app = start()
    for text in ("What is a dead letter?", "How does back-pressure help?"):
        app.request("POST", "/missions", {"mission": text})
    app.wait(lambda: len(rows_of(app, "^Missions$")) == 2, "both are listed")
    entry = app.find("text box|search box|entry|text", "^Filter")
    entry.write("pressure")
    app.wait(lambda: [n for n in rows_of(app, "^Missions$") if "pressure" in n] ==
             rows_of(app, "^Missions$") != [], "one is left")
    entry.write("no such mission")
    app.wait(lambda: not app.shows("^How does back-pressure", "label"), "none is left")
    app.quit()


def test_deleted_and_undone():
    """a mission that is deleted is there again after Undo; without that it goes at the backend too"""
    app = start()
    app.submit(MISSION)
    app.find("label", "^Completed$")
    path = "/missions/" + app.request("GET", "/missions")["missions"][0]["mission_id"]
    row = app.find("list item", f"^{MISSION[:20]}")
    app.wait(lambda: "focused" in row.states or app.press("Tab"), "the mission has the focus")
    app.press("Delete")
    app.click("button", "^Undo")  # while the toast is there
    assert app.request("GET", path)["outcome"] == "completed", "nothing was done yet"
    app.wait(lambda: len(rows_of(app, "^Missions$")) == 1, "it is listed again")
    row = app.find("list item", f"^{MISSION[:20]}")
    app.wait(lambda: "focused" in row.states or app.press("Tab"), "the mission has the focus")
    app.press("Delete")
    app.find("label", "^Your missions appear here")
    app.wait(lambda: not app.request("GET", "/missions")["missions"], "it is gone for good")
    app.quit()


if __name__ == "__main__":
    window.main()
