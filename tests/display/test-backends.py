# SPDX-License-Identifier: GPL-3.0-or-later
"""The window and its backend: one that dies, one that goes away and comes back, one of another kind;
and what is left when the window itself is killed."""
import http.server
import os
import signal
import threading

import window  # finds what the next ones name
import harness
from backend import MISSION, wait_indexed, write_documents


def start(**options):
    app = window.App(**options)
    app.find("label", "^Add documents first")
    folder = write_documents(app.home / "docs")
    app.request("POST", "/collections", {"name": "docs", "folders": [str(folder)]})
    app.until_gone("^Add documents first")
    return app


def check_report(app, report):
    """The report in the window is that of the backend: nothing is missing, nothing stands there twice."""
    shown = app.find("text box", "^Report$").text
    said = [line for line in report.split("\n") if line.startswith(("- ", "## ")) and "*" not in line]
    assert len(said) > 3, report
    for line in said:
        words = line.lstrip("-# ").split(" [")[0].strip('"\\.')
        assert shown.count(words) == report.count(words), f"{words}\n{shown}"


def test_backend_killed():
    """It is started anew by the window, and the mission goes on where it was."""
    app = start()
    app.submit(MISSION + " HOLD_AT_RETRIEVER")
    app.find("button", "^Retriever, active")
    first = app.backend_pid
    os.kill(first, signal.SIGKILL)
    app.wait(lambda: app.backend_pid not in (None, first), "another backend is there")
    app.find("label", "^Completed$")
    mission, = app.request("GET", "/missions")["missions"]
    check_report(app, app.request_text(f"/missions/{mission['mission_id']}/report"))
    app.quit()


def test_window_killed():
    """No process is left; the next start shows the unfinished mission, and it goes on."""
    app = start()
    app.submit(MISSION + " HOLD_AT_RETRIEVER")
    app.find("button", "^Retriever, active")
    mission, = app.request("GET", "/missions")["missions"]
    left = window.children_of(app.process.pid)
    names = {window.command_of(pid) for pid in left}
    assert {"sortied", "redis-server"} <= names, names
    app.kill()
    harness.wait_until(lambda: not any(harness.alive(pid) for pid in left), "all of them are gone",
                       10)
    app.start()
    app.find("label", r"^(Running|Completed) · ")
    app.open_mission(mission["mission_id"])
    app.find("label", "^Completed$")
    app.find("button", "^Writer, done")
    check_report(app, app.request_text(f"/missions/{mission['mission_id']}/report"))
    app.quit()


def test_keep_running():
    """Whoever quits is asked, and the mission can go on without a window."""
    app = start()
    app.submit(MISSION + " HOLD_AT_RETRIEVER")
    app.find("button", "^Retriever, active")
    mission, = app.request("GET", "/missions")["missions"]
    backend = app.backend_pid
    app.press("ctrl+q", lambda: app.shows("^1 Mission Is Still Running"), "it is asked")
    app.click("button", "Cancel$")
    app.until_gone("^1 Mission Is Still Running")
    app.press("ctrl+q", lambda: app.shows("^1 Mission Is Still Running"), "it is asked again")
    app.click("button", "Keep Running$")
    app.ended()
    assert harness.alive(backend)
    harness.later(lambda: harness.alive(backend) and os.kill(backend, signal.SIGTERM))
    app.start()
    app.open_mission(mission["mission_id"])
    app.find("label", "^Completed$")
    assert app.backend_pid is None, "it works with the one that is there"
    app.quit()
    os.kill(backend, signal.SIGTERM)
    harness.wait_until(lambda: not harness.alive(backend), "the backend has ended")


def test_remote_goes_away():
    """A banner tells it; once the backend is back all goes on, and nothing is there twice."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home,
                              env={"SORTIE_FAULTS": "1"})
    wait_indexed(backend, "docs")
    app = window.App("--backend", backend.url)
    app.submit(MISSION + " HOLD_AT_WRITER")
    app.find("button", "^Writer, active")
    mission = backend.get("/missions").json()["missions"][0]["mission_id"]
    backend.kill()
    app.find("label", "^The connection to the backend was lost|does not answer")
    app.choose("Sources")
    backend.listen = backend.url.replace("http://", "tcp://")
    backend.restart()
    app.until_gone("^The connection to the backend was lost|does not answer")
    app.open_mission(mission)
    app.find("label", "^Completed$", seconds=60)
    check_report(app, backend.report(mission))
    app.press("ctrl+n", lambda: app.shows("^What do you want"), "the composer is there")
    app.submit("What is an outbox?")
    app.find("label", "^Completed$")
    app.quit()
    backend.stop()


class _Another(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"name":"Sortie","version":"9.1","api_version":"9","mode":"deterministic","llm":"off"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


def test_other_version():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Another)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    harness.later(lambda: (server.shutdown(), thread.join(), server.server_close()))
    app = window.App("--backend", f"http://127.0.0.1:{server.server_port}")
    app.find("label", "has version 9.1 and speaks version “9” of the interface")
    assert "sensitive" not in app.find("button", "Start$").states
    app.quit()


if __name__ == "__main__":
    window.main()
