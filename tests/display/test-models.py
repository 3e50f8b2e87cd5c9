# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that a language model writes, and the preferences."""
import window  # finds what the next ones name
import harness
from backend import MISSION, wait_indexed, write_documents
from provider import CLOSE, MODELS, WRITER, Provider, chunked, refusal, stream


def answer(request):
    """The writer writes and a trial is answered; the others go without a model."""
    if request.model == WRITER:
        return chunked(stream(request.report()))
    is_trial = sum(len(m["content"]) for m in request.body["messages"]) < 200
    return chunked(stream("ready")) if is_trial else refusal(400)


def break_off(request):
    """As it should, but the connection breaks in the middle of the report."""
    script = answer(request)
    return [*script[:len(script) // 2], CLOSE] if request.model == WRITER else script


def start(**options):
    app = window.App(**options)
    app.find("label", "^Add documents first")
    folder = write_documents(app.home / "docs")
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")
    return app


def test_written_by_a_model():
    provider = Provider(answer)
    app = start(env=provider.env)
    app.submit(MISSION)
    app.find("label", "^Completed$")
    app.find("label", f"^Written by .*{WRITER}")
    app.find("button", "^Language model|^127.0.0.1|model")
    assert provider.asked(WRITER)
    app.quit()


def test_broken_draft():
    """The report is written anew without the model; what the model wrote stays readable behind it."""
    provider = Provider(break_off)
    app = start(env=provider.env)
    app.submit(MISSION)
    app.find("label", "^Completed$", seconds=60)
    app.find("label", "^Written without a language model")
    whole = app.find("text box", "^Report$").text
    app.click("button", "^Draft 2")
    app.click("menu item|menu item radio|radio menu item|menu item checkbox", r"^Draft 1 \(broken off\)")
    app.find("label", "^Written by a language model")
    broken = app.find("text box", "^Report$").text
    assert broken != whole and "What the passages say" in broken, broken
    app.quit()


def open_preferences(app):
    app.choose("Preferences")
    return app.wait(lambda: next((w for w in app.windows if w.name == "Preferences"), None),
                    "the preferences are there")


def test_model_in_preferences():
    """Switched on, tried out, and used by the next mission."""
    provider = Provider(answer)
    app = start(env={**provider.env, "USE_GROQ": "false"})
    preferences = open_preferences(app)
    app.click("tab", "^Language Model", where=preferences)
    assert not provider.requests
    app.click("switch", "^Use a Language Model", where=preferences)
    app.click("button", "Test$", where=preferences)
    app.wait(lambda: provider.requests, "the provider is asked")
    app.find("label", "^It works", where=preferences)
    app.click("button", "^Close$", where=preferences)
    app.wait(lambda: len(app.windows) == 1, "the preferences close")
    app.submit(MISSION)
    app.find("label", f"^Written by .*{WRITER}")
    app.quit()


def test_remote_in_preferences():
    """Tried out, connected to, and its missions are listed."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    backend.wait_done(backend.submit("What is an outbox?"))
    app = start()
    preferences = open_preferences(app)
    kind = app.find("combo box", "^Backend", where=preferences)
    app.wait(lambda: "focused" in kind.states or window.press("Tab"), "the row has the focus")
    app.press("space")
    app.find("label", "^Remote$", where=preferences)
    app.press("Down")
    app.press("Return")
    app.find("text box", "^Address", where=preferences).write(backend.url)
    app.click("button", "Test$", where=preferences)
    app.find("label", "^It works", where=preferences)
    app.click("button", "Connect$", where=preferences)
    app.find("label", r"^Connected\.", where=preferences)
    app.click("button", "^Close$", where=preferences)
    app.wait(lambda: len(app.windows) == 1, "the preferences close")
    app.wait(lambda: app.find("list", "^Missions$").find("label", "What is an outbox"),
             "its missions are listed")
    app.wait(lambda: app.backend_pid is None, "the own backend has ended")
    app.quit()
    backend.stop()


if __name__ == "__main__":
    window.main()
