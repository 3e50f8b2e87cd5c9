# SPDX-License-Identifier: GPL-3.0-or-later
"""screenshots.py FOLDER: pictures of the main states, light and dark. Called by ./dev screenshots, under
with-display. A compositor runs, so that what floats above the window has its shadow."""
import os
import pathlib
import signal
import subprocess
import sys
import time

import window  # finds what the next ones name
import harness
import tap

QUESTION = ("How does a system on Redis Streams keep working when a worker crashes? What are the "
            "advantages and disadvantages of extractive summarisation?")
SAMPLE = harness.SOURCE_ROOT / "data/sample"
SCHEMES = {"light": "'light'", "dark": "'dark'"}
QUIET_FRAMES = 3  # pictures in a row that are the same: nothing moves any more


def settings(**values):
    """A home in which the window was used before, with these settings, and the desktop's font."""
    home = harness.temporary_folder()
    folder = home / "config_home"
    (folder / "glib-2.0/settings").mkdir(parents=True)
    (folder / "gtk-4.0").mkdir()
    lines = "".join(f"{name.replace('_', '-')}={value}\n" for name, value in values.items())
    (folder / "glib-2.0/settings/keyfile").write_text(f"[io/github/sortie_app/Sortie]\n{lines}")
    (folder / "gtk-4.0/settings.ini").write_text("[Settings]\ngtk-font-name=Cantarell 11\n")
    return home


def picture():
    return subprocess.run(["import", "-window", "root", "png:-"], check=True,
                          capture_output=True).stdout


def take(path, seconds):
    """Once what is shown stands still, where it does within some seconds."""
    deadline, last, same = time.monotonic() + seconds, None, 0
    while same < QUIET_FRAMES and time.monotonic() < deadline:
        new = picture()
        same = same + 1 if new == last else 0
        last = new
        time.sleep(0.1)  # between two looks
    subprocess.run(["convert", "png:-", "-trim", "+repage", "-strip", "-colors", "256", str(path)],
                   input=last, check=True)
    print(path)


class Session:
    def __init__(self, folder, scheme):
        self.folder, self.scheme = folder, scheme

    def open(self, *arguments, **values):
        values.setdefault("color_scheme", SCHEMES[self.scheme])
        self.app = window.App(*arguments, home=settings(**values), keeps_settings=True)
        return self.app

    def take(self, name, seconds=4):
        take(self.folder / f"{name}-{self.scheme}.png", seconds)

    def add_sample(self):
        self.app.find("label", "^Add documents first")
        self.app.request("POST", "/collections", {"name": "sample", "folders": [str(SAMPLE)]})
        self.app.wait(lambda: not self.app.request("GET", "/collections/sample")["indexing"],
                      "the sample is indexed")
        self.app.until_gone("^Add documents first")

    def everyday(self):
        app = self.open()
        app.find("label", "^Add documents first")
        self.take("first-run")
        self.add_sample()
        app.request("POST", "/missions", {"mission": "What does a circuit breaker do?"})
        app.submit(QUESTION + " HOLD_AT_ANALYZER")
        app.find("button", "^Analyzer, active")
        self.take("running", 0.5)
        app.find("label", "^Completed$", seconds=60)
        self.take("report")
        app.click("button", r"^\d+ Sources$")
        app.click("button", "^Source 2:")
        app.find("button", "^_?Open Document")
        self.take("citation")
        app.press("Escape")
        app.click("button", r"^\d+ Sources$")
        app.press("F12", app.shows_telemetry, "telemetry opens")
        app.press("ctrl+t", lambda: app.shows("", "slider"), "the timeline opens")
        self.take("telemetry")
        app.press("F12")
        app.press("ctrl+t")
        app.choose("Diagram")
        self.take("diagram")
        app.choose("Sources")
        self.take("sources")
        app.choose("Preferences")
        self.take("preferences")
        app.click("button|toggle button|tab|radio button", "^Language Model")
        self.take("preferences-model")
        app.press("Escape")
        app.choose("Keyboard Shortcuts")
        self.take("shortcuts")
        app.press("Escape")
        self.dead_letters()
        app.quit()

    def dead_letters(self):
        app = self.app
        app.request("POST", "/missions", {"mission": "What is a dead letter? HOLD_AT_PLANNER",
                                          "collections": ["sample"]})
        app.request("DELETE", "/collections/sample")
        app.wait(lambda: app.request("GET", "/dead-letters")["dead_letters"], "a step was given up")
        app.choose("Dead Letters")
        app.find("label", r"^\d+ failed step")
        self.take("dead-letters")

    def narrow(self):
        app = self.open(window_width=420, window_height=760)
        self.add_sample()
        app.submit("What does a circuit breaker do?")
        app.find("label", "^Completed$", seconds=60)
        self.take("narrow-report")
        app.press("alt+Left")
        self.take("narrow-list")
        app.quit()

    def offline(self):
        app = self.open("--backend", "http://127.0.0.1:9")
        app.find("label", "does not answer")
        self.take("offline")
        app.quit()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    compositor = subprocess.Popen(["xcompmgr", "-c", "-n"], stderr=subprocess.DEVNULL)
    window.later(lambda: (compositor.kill(), compositor.wait()))
    wanted = sys.argv[2:] or ["everyday", "narrow", "offline"]
    try:
        for scheme in SCHEMES:
            for part in wanted:
                getattr(Session(folder, scheme), part)()
    except AssertionError:
        print("".join(witness() for witness in tap._witnesses), file=sys.stderr)
        raise
    finally:
        tap._clean_up()


if __name__ == "__main__":
    os.environ.setdefault("SORTIE_TEST_DEADLINE", "600")
    main()
