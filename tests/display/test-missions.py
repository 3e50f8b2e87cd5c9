# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do with missions: begin, watch, read, stop, retry, replay; with the keyboard too."""
import window
from backend import MISSION, write_documents

ALL_DONE = "^Orchestrator, 5 of 5 steps"


def start(documents=True, **options):
    """The window with a backend of its own, over a collection of four short documents."""
    app = window.App(**options)
    app.find("label", "^Add documents first")
    if documents:
        add_collection(app)
    return app


def add_collection(app, contents=None):
    folder = write_documents(app.home / "docs", contents)
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")


def carry_out(app, text):
    app.submit(text)
    app.find("label", "^Completed$")
    return app.request("GET", "/missions")["missions"][0]


def report_of(app):
    """The report as it stands in the window."""
    return app.find("text box", "^Report$").text


def test_first_run():
    """An empty home: what to do is said, nothing is promised that can't be done."""
    app = start(documents=False)
    app.find("label", "^What do you want to know")
    app.find("label", "^Your missions appear here")
    app.find("button", "Add Documents")
    for agent in ("Planner", "Retriever", "Analyzer", "Writer"):
        app.find("button", f"^{agent}, idle, .*1 worker")
    assert "sensitive" not in app.find("button", "Start$").states, "nothing is written yet"
    assert not app.shows("Stop$|^Retry|Offline|Reconnecting", "button")
    app.find("text box", "^Mission$").write(MISSION)
    app.wait(lambda: "sensitive" in app.find("button", "Start$").states, "Start can be pressed")
    app.quit()


def test_read_a_report():
    app = start()
    mission = carry_out(app, MISSION)
    app.find("label", "^Completed · ")
    for node in ("You, report ready", "Planner, done", "Retriever, done", "Analyzer, done",
                 "Writer, done", "docs, searched"):
        app.find("button", "^" + node)
    shown = report_of(app)
    assert "hands each entry of a stream to one of its consumers" in shown, shown
    assert "# " not in shown and "\\" not in shown, f"Markdown is shown as it is:\n{shown}"
    app.find("label", "^Written without a language model")
    app.click("button", r"^\d+ Sources$")
    app.click("button", r"^Source \d+: Dead letters, Dead letters$")
    app.find("label", "A dead letter is a message that could not be processed and was set aside")
    app.find("button", "^_?Open Document")
    assert mission["state"] == "completed"
    app.quit()


def test_watch_a_retry():
    """A step that fails is seen waiting for its next attempt, then done; the report says nothing of it."""
    app = start()
    app.submit(MISSION + " SIMULATE_FAILURE")
    app.find("button", r"^Retriever, retry(ing)?\b")
    app.find("button", "Stop$")
    app.find("label", "^Completed$")
    app.find("button", ALL_DONE)
    assert not app.shows("Stop$", "button")
    assert "SIMULATE" not in report_of(app).split("\n", 1)[1]
    app.quit()


def test_stop():
    app = start()
    app.submit(MISSION + " HOLD_AT_RETRIEVER")
    app.find("button", "^Retriever, (active|searching|working)")
    app.click("button", "Stop$")
    app.find("label", "^(Stopped|Cancelled)")
    app.until_gone("Stop$", "button")
    assert app.request("GET", "/missions")["missions"][0]["state"] == "cancelled"
    app.click("button", "^_?Retry")
    app.find("label", "^Completed$")
    assert len(app.request("GET", "/missions")["missions"]) == 2
    app.quit()


def test_dead_letter():
    """A collection goes while the plan is made: the search fails for good, and can be retried."""
    app = start()
    app.request("POST", "/missions", {"mission": "What is a dead letter? HOLD_AT_PLANNER",
                                      "collections": ["docs"]})
    app.request("DELETE", "/collections/docs")
    app.wait(lambda: app.request("GET", "/dead-letters")["dead_letters"], "a step was given up")
    app.find("label", "^(Completed|Failed)")
    app.choose("Dead Letters")
    app.find("label", "^1 failed step")
    add_collection(app)
    app.click("button", "^Retry$")
    app.find("label", "^Completed$")
    missions = app.request("GET", "/missions")["missions"]
    assert len(missions) == 2 and missions[0]["retry_of"] == missions[1]["mission_id"]
    app.choose("Dead Letters")
    app.find("label", "^No Failed Steps")
    app.quit()


def test_replay():
    """The slider shows the mission as it was: at its beginning nothing was done and nothing written."""
    app = start()
    carry_out(app, MISSION)
    app.find("button", ALL_DONE)
    whole = report_of(app)
    app.press("ctrl+t", lambda: app.find("slider"), "the timeline is shown")
    slider = app.find("slider")
    lowest, highest = slider.range
    assert slider.value == highest > lowest
    slider.set_value(lowest)
    app.until_gone(ALL_DONE, "button")
    app.until_gone("^Completed$", "label")
    slider.set_value(highest)
    app.find("button", ALL_DONE)
    app.find("label", "^Completed$")
    assert report_of(app) == whole
    app.quit()


def test_keyboard():
    app = start()
    app.find("text box", "^Mission$").write(MISSION)
    app.wait(lambda: "sensitive" in app.find("button", "Start$").states, "it can be started")
    app.press("ctrl+Return", lambda: app.shows("^Completed$", "label"), "the mission is carried out")
    app.press("F9", lambda: not app.shows("^Missions$", "list"), "the sidebar goes")
    app.press("F9", lambda: app.shows("^Missions$", "list"), "the sidebar comes")
    app.press("F12", app.shows_telemetry, "telemetry opens")
    app.press("F12", lambda: not app.shows_telemetry(), "telemetry closes")
    app.press("ctrl+f", lambda: app.shows("^Find in report", "search box"), "the search opens")
    app.find("search box", "^Find in report").write("consumer")
    app.find("label", r"^\d+ of \d+")
    app.press("Escape", lambda: not app.shows("^Find in report", "search box"), "it closes")
    app.press("ctrl+comma", lambda: len(app.windows) == 2, "the preferences open")
    app.press("Escape", lambda: len(app.windows) == 1, "they close")
    app.press("ctrl+n", lambda: app.shows("^What do you want to know"), "the composer opens")
    assert app.find("text box", "^Mission$").text == ""
    assert "focused" in app.find("text box", "^Mission$").states
    app.press("ctrl+q")
    app.ended()


def test_second_instance():
    """Started anew with a text it hands that to the running one, which begins the mission."""
    app = start()
    app.run_second(MISSION)
    app.find("label", "^Completed$")
    missions = app.request("GET", "/missions")["missions"]
    assert [m["mission"] for m in missions] == [MISSION], missions
    assert len(app.windows) == 1
    app.quit()


def test_hostile_words():
    """Markup, bidi controls and words without end are text like other text, wherever they are shown."""
    app = start(documents=False)
    evil = '<b>&amp;</b> <a href="http://127.0.0.1:9/">x</a> \u202egnirts\u202c %s ' + "w" * 70000
    add_collection(app, {"a <b>&lt;.md": f"# <i>Title</i> & \u202eelttit\n\nA dead letter is {evil}\n"
                                         "\nA dead letter is a message that was set aside.\n"})
    carry_out(app, f"{evil[:60]} and what is a dead letter? {evil}"[:9000])
    shown = report_of(app)
    assert "<b>&amp;</b>" in shown, shown[:3000]
    assert max(map(len, shown.split())) <= 4100, "long words are broken where they are shown"
    row = app.find("list", "^Missions$").find("label", "dead letter")
    assert "<b>" in row.name and "\n" not in row.name
    app.press("F12", app.shows_telemetry, "telemetry opens")
    app.quit()


if __name__ == "__main__":
    window.main()
