# SPDX-License-Identifier: GPL-3.0-or-later
"""The window and its backend: it comes up, hands over, finds what has gone, and ends."""
import os
import signal

import window  # finds what the next ones name
import harness
from backend import MISSION, wait_indexed, write_documents


def backend_with_documents(**options):
    """A backend of the test's own over a few short documents, which are indexed."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home, **options)
    wait_indexed(backend, "docs")
    return backend


def is_usable(app, role, name):
    return "sensitive" in app.find(role, name).states


def test_first_run():
    """without any setting the window starts a backend, and says what is to be done first"""
    app = window.App()
    app.find("label", "^What do you want to know")
    app.find("label", "^Add documents first")
    app.find("label", "^Your missions appear here")
    assert not is_usable(app, "button", "Start$")
    app.find("text box", "^Mission$").write(MISSION)
    app.wait(lambda: is_usable(app, "button", "Start$"), "Start can be pressed")
    app.quit()


def test_remote():
    """a mission at a named backend completes, and stands in the list; the composer is empty again"""
    backend = backend_with_documents()
    app = window.App("--backend", backend.url)
    app.find("button", f"^Connected to {backend.url}")
    app.submit(MISSION)
    app.find("label", "^Completed$")
    missions = backend.get("/missions").json()["missions"]
    assert [m["mission"] for m in missions] == [MISSION], missions
    app.find("label", "^Completed · ")
    app.click("button", "^New Mission")
    app.find("label", "^What do you want to know")
    assert app.find("text box", "^Mission$").text == ""
    app.quit()
    backend.stop()


def test_command_line():
    """a second invocation hands its text to the running window, as a new mission"""
    backend = backend_with_documents()
    app = window.App("--backend", backend.url)
    app.find("label", "^What do you want to know")
    app.run_second(MISSION)
    app.find("label", "^Completed$")
    assert len(backend.get("/missions").json()["missions"]) == 1
    app.run_second("--version")
    app.quit()
    backend.stop()


def test_interrupt():
    """SIGINT ends it in order too, and its backend with it"""
    app = window.App()
    app.find("label", "^Add documents first")
    pid = app.wait_backend()
    app.process.send_signal(signal.SIGINT)
    app.ended()
    harness.wait_until(lambda: not harness.alive(pid), "the backend has ended")


def test_reopened():
    """a window that is opened again while the last one's backend ends stays, and has a backend"""
    app = window.App()
    app.find("label", "^Add documents first")
    pid = app.wait_backend()
    os.kill(pid, signal.SIGSTOP)  # so that it takes its time to end
    app.process.send_signal(signal.SIGTERM)
    app.wait(lambda: not app.windows, "the window has gone")
    app.run_second()
    app.find("label", "^What do you want to know")
    os.kill(pid, signal.SIGCONT)
    app.find("label", "^Add documents first")
    app.wait(lambda: app.backend_pid not in (None, pid), "there is another backend")
    app.quit()


def test_offline():
    """a remote backend that is not there is told, and found once it is"""
    backend = backend_with_documents()
    url = backend.url
    backend.stop()
    app = window.App("--backend", url)
    app.find("label", "does not answer")
    app.find("label", "^No mission can be started without a backend")
    assert not app.shows("^All Collections$"), "nobody knows which there are"
    assert not is_usable(app, "button", "Start$")
    app.click("button", "Connect$")  # in vain
    app.find("label", "does not answer")
    again = harness.Backend(home=backend.home, data_dir=backend.data_dir,
                            listen=url.replace("http://", "tcp://"))
    app.until_gone("does not answer")
    app.submit(MISSION)
    app.find("label", "^Completed$")
    app.quit()
    again.stop()


if __name__ == "__main__":
    window.main()
