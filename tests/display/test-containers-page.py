# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend in containers, in the window: chosen, started, used, looked into and stopped from the
preferences; what goes wrong with it; and what becomes of it when the window is closed. The engine plays
its part, the backend behind it is a real one."""
import os

import window  # finds what the next ones name
import fakeengine
import harness
from backend import MISSION, wait_indexed, write_documents
from containerspage import close, open_page


def start(settings=None, **options):
    home = harness.temporary_folder()
    backend = fakeengine.serve("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    engine = fakeengine.Engine(backend)
    app = window.App(env={**engine.environment(os.environ["PATH"]), **(settings or {})}, **options)
    return app, backend, engine


def test_from_start_to_stop():
    app, backend, engine = start()
    own = app.wait_backend()
    preferences = open_page(app)
    app.find("label", "^Podman 9.8.7 with podman-compose$", where=preferences)
    app.find("label", r"^They are not used\.", where=preferences)
    assert app.backend_pid == own, "nothing is changed by looking"

    engine.on("engine-logs", "trap 'touch $FAKE_ENGINE/let-go; exit' TERM; echo this is $4; sleep 600 & wait")
    app.click("button", "^Start$", where=preferences)
    app.find("label", f"^They run, and Sortie is connected to {backend.url}", where=preferences)
    assert engine.runs
    app.wait(lambda: app.backend_pid is None, "the own backend has ended")
    app.click("button", "Show Log$", where=preferences)
    log = app.find("text box", "^Backend log$")
    app.wait(lambda: "backend | this is sortie_backend_1" in log.text and "STEP 1/1" in log.text,
             "both logs are shown")
    app.press("Escape")
    app.wait(lambda: len(app.windows) == 2, "the log closes")
    app.wait(lambda: (engine.state / "let-go").exists(), "it is not read any more")

    close(app, preferences)
    app.submit(MISSION)
    app.find("label", "^Completed$")
    preferences = open_page(app, choose=False)
    app.click("button", "^Stop$", where=preferences)
    app.find("label", r"^They are not started\.", where=preferences)
    assert not engine.runs and "podman-compose|-p|sortie|-f|compose.yaml|down|-t|30" in engine.calls
    close(app, preferences)
    app.find("label", r"^There is no connection to a backend\.")
    app.click("button", "^Start$", where=app.find("status bar|statusbar|status", ""))
    app.until_gone(r"^There is no connection to a backend\.")
    app.wait(lambda: engine.runs, "they are started from the banner")
    app.quit()
    backend.stop()


def test_left_running():
    """Closing the window leaves them as they are; the next start connects to them, and starts none."""
    app, backend, engine = start(keeps_settings=True)
    preferences = open_page(app)
    app.click("button", "^Start$", where=preferences)
    app.find("label", "^They run, and Sortie is connected", where=preferences)
    close(app, preferences)
    app.quit()
    assert engine.runs
    (engine.state / "calls").unlink()
    app.start()
    app.submit(MISSION)
    app.find("label", "^Completed$")
    assert app.backend_pid is None
    assert not [call for call in engine.calls if "|up|" in call or "|down|" in call], engine.calls
    app.quit()
    backend.stop()


def test_failure_and_second_try():
    app, backend, engine = start()
    preferences = open_page(app)
    engine.on("compose-up", "echo 'Bind for 127.0.0.1:8000 failed: port is already allocated' >&2; exit 1")
    app.click("button", "^Start$", where=preferences)
    app.find("label", r"^Another program uses port 8000\. End it", where=preferences)
    engine.on("compose-up")
    app.click("button", "^Try Again$", where=preferences)
    app.find("label", "^They run, and Sortie is connected", where=preferences)
    close(app, preferences)
    app.quit()
    backend.stop()


def test_cancelled():
    """What is under way is named; given up, it is stopped again."""
    app, backend, engine = start()
    preferences = open_page(app)
    engine.on("compose-build", "echo 'STEP 7/9: RUN something'; exec sleep 600")
    app.click("button", "^Start$", where=preferences)
    app.find("label", r"^Building images\. The first time takes some minutes\.", where=preferences)
    app.click("button", "^Cancel$", where=preferences)
    app.find("label", r"^They are not started\.", where=preferences)
    engine.on("compose-build")
    app.click("button", "^Start$", where=preferences)
    app.find("label", "^They run, and Sortie is connected", where=preferences)
    close(app, preferences)
    app.quit()
    backend.stop()


def test_quit_while_starting():
    """Nothing half started is left behind."""
    app, backend, engine = start()
    preferences = open_page(app)
    engine.on("compose-up", "echo 'sortie_redis_1|Up|Up' >$FAKE_ENGINE/running; exec sleep 600")
    app.click("button", "^Start$", where=preferences)
    app.wait(lambda: engine.runs, "something is started")
    app.quit()
    assert not engine.runs, engine.calls
    backend.stop()


def test_no_engine():
    app, backend, _ = start(settings={"PATH": "/nonexistent"})
    preferences = open_page(app)
    app.find("label", r"^Neither Podman nor Docker is installed\.", where=preferences)
    assert "sensitive" not in app.find("button", "^Start$", where=preferences).states
    close(app, preferences)
    app.quit()
    backend.stop()


def test_in_a_sandbox():
    """The rows say why they can't be used, and can't."""
    app, backend, engine = start(settings={"FLATPAK_ID": window.APPLICATION})
    preferences = open_page(app)
    app.find("label", r"^Containers can be started outside the sandbox only\.", where=preferences)
    for name in ("^Start$", "^Look Again$"):
        assert "sensitive" not in app.find("button", name, where=preferences).states, name
    assert not (engine.state / "calls").exists()
    close(app, preferences)
    app.quit()
    backend.stop()


if __name__ == "__main__":
    window.main()
