# SPDX-License-Identifier: GPL-3.0-or-later
"""The window starts the stack with the real engine, carries out a mission in it, shows its log, stops it,
and says why it can't be started. test-launcher.py runs this on a display of its own."""
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "display"))

import engine  # noqa: E402 (the next ones are found through the path above)
import window  # noqa: E402
from containerspage import close, open_page  # noqa: E402
from missions import MISSION, wait_indexed  # noqa: E402

URL = "http://127.0.0.1:8000"


def test_from_start_to_stop():
    app = window.App(env={"XDG_DATA_HOME": os.environ["SORTIE_TEST_DATA_HOME"]})
    own = app.wait_backend()
    preferences = open_page(app)
    app.find("label", rf"^{engine.PROGRAM.title()} \S+ with {engine.COMPOSE}", where=preferences)
    assert app.backend_pid == own, "nothing is changed by looking"

    with socket.create_server(("127.0.0.1", 8000)):
        app.click("button", "^Start$", where=preferences)
        app.find("label", r"^Another program uses port 8000\. End it", where=preferences,
                 seconds=engine.COMMAND_DEADLINE)
    app.click("button", "^Try Again$", where=preferences)
    app.find("label", f"^They run, and Sortie is connected to {URL}", where=preferences,
             seconds=engine.COMMAND_DEADLINE)
    app.wait(lambda: app.backend_pid is None, "the own backend has ended")
    app.click("button", "Show Log$", where=preferences)
    log = app.find("text box", "^Backend log$")
    app.wait(lambda: "backend | listening on http://0.0.0.0:8000" in log.text, "the log is shown")
    app.press("Escape")
    app.wait(lambda: len(app.windows) == 2, "the log closes")
    close(app, preferences)

    token = pathlib.Path(os.environ["SORTIE_TEST_DATA_HOME"], "sortie/containers/sortie-token")
    wait_indexed(engine.Client(URL, token.read_text()))
    app.submit(MISSION)
    app.find("label", "^Completed$", seconds=engine.MISSION_DEADLINE)
    report = app.find("text box", "^Report$")
    app.wait(lambda: "streams.md" in report.text, "the report tells its sources")

    preferences = open_page(app, choose=False)
    app.click("button", "^Stop$", where=preferences)
    app.find("label", r"^They are not started\.", where=preferences, seconds=engine.COMMAND_DEADLINE)
    close(app, preferences)
    app.quit()


if __name__ == "__main__":
    window.main()
