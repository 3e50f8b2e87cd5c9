# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed app in its sandbox, with its window, as a person uses it."""
import importlib
import os
import pathlib
import re
import subprocess

import setting  # noqa: F401 (finds the modules of the system and display tests)
from common import APPLICATION, processes
from harness import temporary_folder, wait_until
from sandbox import SandboxedApp, start_chooser, watch_background
from tap import alive, main

keyring = importlib.import_module("test-keyring")

MISSION = "What is a dead letter, and who gets the entries of a stream?"
ALL_DONE = "^Orchestrator, 5 of 5 steps"
KEY = "sk-of-nobody-else"
DOCUMENTS = {
    "dead-letters.md": "# Dead letters\n\nA dead letter is a message that could not be processed and "
                       "was set aside, with the reason.\n",
    "streams.txt": "Streams\n\nA consumer group hands each entry of a stream to one of its "
                   "consumers.\n",
}


def write_documents():
    folder = temporary_folder() / "Minutes of May"
    folder.mkdir()
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def choose_folder(app, folder):
    """Add Folder, which asks the file chooser of the desktop, outside of the sandbox."""
    app.click("button", "^Add Documents")
    app.click("button", "^Add Folder")
    app.find("text|text box|entry", "Name")
    app.click("button", "^Create$")
    app.find("list item", r"2 documents")
    # Where the folder lies outside is told by document portals that are newer than Debian 12's.
    app.find("label", rf"^({folder}|/run/user/\d+/doc/\w+/{folder.name})$")


def take_picture(name):
    folder = os.environ.get("SORTIE_TEST_SCREENSHOTS")
    if folder:
        subprocess.run(["import", "-window", "root", pathlib.Path(folder) / f"{name}.png"], check=True)


def test_mission_over_a_chosen_folder():
    """The folder comes in through the file chooser and the document portal; its own backend and
    Valkey carry the mission out; the report cites the folder's documents."""
    folder = write_documents()
    asked = start_chooser(folder)
    app = SandboxedApp()
    app.find("label", "^What do you want to know")
    choose_folder(app, folder)
    assert "FileChooser OpenFile" in asked(), asked()
    take_picture("flatpak-sources")
    app.click("button", "^Back")
    app.submit(MISSION)
    app.find("label", "^Completed$")
    report = app.find("text box", "^Report$").text
    assert "set aside, with the reason" in report and "one of its consumers" in report, report
    take_picture("flatpak-report")
    listed = app.request("GET", "/collections")["collections"][0]
    assert "/doc/" in listed["folders"][0], f"not through the document portal: {listed}"
    assert set(app.processes) >= {"sortie", "sortied", "valkey-server"}, app.processes
    app.quit()
    wait_until(lambda: not processes(app.home), "the sandbox is empty")


def check_background(asked, decided):
    """The portal was asked once, with the reason, and said yes; what stands behind it heard whose
    wish it is, and that nothing is to be started at login."""
    assert asked.count("member=RequestBackground") == 1, asked
    request, _, answer = asked.partition("member=RequestBackground")[2].partition("member=Response")
    assert 'string "Missions are finished after the window is closed."' in request, request
    assert re.search(r'string "autostart"\s+variant\s+boolean false', request), request
    assert re.search(r'uint32 0\s+array.*string "background"\s+variant\s+boolean true', answer,
                     re.S), asked
    assert f"asked Background EnableAutostart ('{APPLICATION}', False, " in decided, decided


def test_keep_running():
    """The desktop is asked through the Background portal; the backend outlives the window's sandbox,
    and the next start takes it up."""
    decided, asked = start_chooser(temporary_folder()), watch_background()
    app = SandboxedApp()
    wait_until(lambda: "valkey-server" in app.processes, "the backend is up")
    app.find("label", "^What do you want to know")
    app.request("POST", "/collections", {"name": "sample", "folders": ["/app/share/sortie/sample"]})
    app.submit(MISSION + " HOLD_AT_RETRIEVER")
    app.find("button", "^Retriever, active")
    mission = app.request("GET", "/missions")["missions"][0]["mission_id"]
    app.press("ctrl+q", lambda: app.shows("^1 Mission Is Still Running"), "it is asked")
    assert "RequestBackground" not in asked(), "the desktop is asked before the person"
    app.click("button", "Keep Running$")
    app.ended()
    wait_until(lambda: "member=Response" in asked(), "the answer has been overheard")
    check_background(asked(), decided())
    assert "sortie" not in app.processes and "sortied" in app.processes, app.processes
    backend = app.processes["sortied"]
    app.start()
    app.open_mission(mission)
    app.find("button", ALL_DONE)
    assert app.processes["sortied"] == backend, "another backend was started"
    app.quit()
    assert alive(backend)


class Keys(keyring.Case):
    """A person who enters the key of a provider in the preferences of the sandboxed app."""

    def __init__(self):
        super().__init__()
        self.app = SandboxedApp()
        self.home = self.app.home
        self.app.find("label", "^What do you want to know")

    def start(self):
        self.app.start()


def test_key():
    """The Secret portal hands out what the key is encrypted with: the file in the sandbox's folder keeps
    it from everybody else, and the next start finds it there."""
    asked = start_chooser(temporary_folder())
    keys = Keys()
    keys.set_up()
    assert keys.heard() is None
    keys.close_preferences(keys.enter_key(KEY))
    assert keys.heard() == KEY
    assert f"'{APPLICATION}'" in asked().partition("asked Secret RetrieveSecret")[2], asked()
    kept = keys.home / ".var/app" / APPLICATION / "data/keyrings/default.keyring"
    assert kept.stat().st_size > 0
    keys.app.quit()
    keys.start()
    assert keys.heard() == KEY
    keys.check_files(KEY)
    keys.app.quit()


def test_killed_app_leaves_nobody():
    app = SandboxedApp()
    wait_until(lambda: {"sortied", "valkey-server"} <= set(app.processes), "the backend is up")
    pids = app.processes
    app.kill()
    wait_until(lambda: not any(alive(pid) for pid in pids.values()), "all of it has ended")


if __name__ == "__main__":
    main()
