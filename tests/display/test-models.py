# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that a language model writes, and the preferences."""
import harness
import window
from backend import MISSION, wait_indexed, write_documents
from provider import CLOSE, MODELS, WRITER, Provider, chunked, document, refusal, stream


def answer(request):
    """The writer writes; the others go without a model."""
    if not request.body.get("stream"):
        return document(200, '{"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}]}')
    return chunked(stream(request.report())) if request.model == WRITER else refusal(400)


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


def test_model_in_preferences():
    """Switched on, tried out, and used by the next mission."""
    provider = Provider(answer)
    app = start(env={"LLM_REST": "0", "SORTIE_NO_KEYRING": "1"})
    app.choose("Preferences")
    preferences = app.wait(lambda: next((w for w in app.windows if "Preferences" in w.name), None),
                           "the preferences are there")
    app.click("toggle button|button|tab|radio button", "^Language Model", where=preferences)
    app.click("switch|toggle button|button", "^Use a Language Model", where=preferences)
    entries = {"Provider’s Address": f"http://127.0.0.1:{provider.port}/v1",
               "Planner": MODELS["LLM_PLANNER_MODEL"], "Analyzer": MODELS["LLM_ANALYZER_MODEL"],
               "Writer": WRITER}
    for name, value in entries.items():
        app.find("text box", "^" + name, where=preferences).write(value)
    app.click("button", "Test$", where=preferences)
    app.quit()


def test_remote_in_preferences():
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    mission = backend.submit("What is an outbox?")
    backend.wait_done(mission)
    app = start()
    app.choose("Preferences")
    preferences = app.wait(lambda: next((w for w in app.windows if "Preferences" in w.name), None),
                           "the preferences are there")
    app.quit()
    backend.stop()


if __name__ == "__main__":
    window.main()
