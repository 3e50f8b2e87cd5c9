# SPDX-License-Identifier: GPL-3.0-or-later
"""What people do with a finished report: walk its citations, search, enlarge, copy and print it."""
import window  # finds what the next ones name
from backend import MISSION, write_documents


def start():
    """The window with a finished mission, and the report as the backend has it."""
    app = window.App()
    app.find("label", "^Add documents first")
    folder = write_documents(app.home / "docs")
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")
    app.submit(MISSION)
    app.find("label", "^Completed$")
    mission = app.request("GET", "/missions")["missions"][0]["mission_id"]
    return app, app.request_text(f"/missions/{mission}/report")


def is_open(app):
    return app.shows("Open Document", "button")


def test_keys():
    """Tab and Shift+Tab walk the citations, Enter opens a passage, Escape closes it and the search"""
    app, _ = start()
    app.press("ctrl+f", lambda: app.shows("^Find in report", "search box"), "the search opens")
    app.press("Escape", lambda: not app.shows("^Find in report", "search box"), "it closes")
    report = app.find("text box", "^Report$")
    app.wait(lambda: "focused" in report.states, "the report has the focus")
    app.press("Tab")
    app.press("Return", lambda: app.shows("^1$", "label") and is_open(app), "the first one opens")
    app.find("label", "A consumer group hands each entry of a stream")
    app.press("Escape", lambda: not is_open(app), "it closes")
    app.wait(lambda: "focused" in report.states, "the report has the focus again")
    app.press("Tab")
    app.press("Return", lambda: is_open(app), "the second one opens")
    app.find("label", "A dead letter is a message that could not be processed")
    app.press("Escape", lambda: not is_open(app), "it closes")
    app.press("shift+Tab")
    app.press("Return", lambda: is_open(app), "the first one opens again")
    app.find("label", "A consumer group hands each entry of a stream")
    app.press("Escape", lambda: not is_open(app), "it closes")
    app.quit()


def test_copy():
    """what is copied as Markdown is the report to the letter"""
    app, markdown = start()
    app.click("button", "^Report menu Report menu|^Report menu$")
    app.click("menu item", "^Copy as Markdown")
    app.find("label", "^Report copied as Markdown")
    app.press("ctrl+n", lambda: app.shows("^What do you want to know"), "the composer opens")
    text = app.find("text box", "^Mission$")
    app.wait(lambda: "focused" in text.states, "it has the focus")
    app.press("ctrl+v", lambda: text.text, "it is pasted")
    assert text.text == markdown, f"{text.text}\n---\n{markdown}"
    app.quit()


def test_print():
    """the print dialog can be opened, left and opened again, and the report stays as it is"""
    app, _ = start()
    before = app.find("text box", "^Report$").text
    for _ in range(2):
        app.press("ctrl+p", lambda: len(app.windows) == 2, "the dialog opens")
        dialog = next(w for w in app.windows if w.name == "Print")
        app.find("label", "^All Pages", where=dialog)
        app.click("button", "Cancel", where=dialog)
        app.wait(lambda: len(app.windows) == 1, "the dialog has gone")
    assert app.find("text box", "^Report$").text == before
    app.press("ctrl+n", lambda: app.shows("^What do you want to know"), "the composer opens")
    app.quit()


if __name__ == "__main__":
    window.main()
