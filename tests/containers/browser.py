# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, and what can be read on its screen: the window is a picture there, so the words
in it are found by text recognition."""
import json
import os
import pathlib
import re
import subprocess
import tempfile

import engine

HERE = pathlib.Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"


class Browser:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sortie-browser-"))
        self._errors = open(self.folder / "errors", "w+b")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ["node", HERE / "browser.mjs", engine.STORE / "packages/node_modules", CHROMIUM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, encoding="utf-8",
            env={**os.environ, "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder),
                 "TMPDIR": "/tmp"})
        assert self._read() == {"ready": True}

    def _read(self):
        line = self.process.stdout.readline()
        assert line, "the browser ended: " + (self.folder / "errors").read_text("utf-8", "replace")
        return json.loads(line)

    def do(self, action, **values):
        """One action of browser.mjs; its answer."""
        self.process.stdin.write(json.dumps({"do": action, **values}) + "\n")
        self.process.stdin.flush()
        answer = self._read()
        assert "error" not in answer, f"{action}: {answer['error']}"
        return answer

    def read(self):
        """The words on the screen, as far as they are recognised, in one line."""
        picture = self.folder / "screen.png"
        self.do("shot", path=str(picture))
        return self.recognise(picture)

    def recognise(self, picture):
        large = self.folder / "large.png"
        # Twice as large, which letters of this size need.
        engine.run("convert", picture, "-colorspace", "gray", "-resize", "250%", large)
        said = engine.run("tesseract", large, "-", "--psm", "11",
                          env={**os.environ, "OMP_THREAD_LIMIT": "1"}).stdout
        return re.sub(r"\s+", " ", said)

    def wait_for(self, pattern, seconds=60):
        """Until the screen shows that; what it shows."""
        seen = []

        def found():
            seen[:] = [self.read()]
            return re.search(pattern, seen[0], re.IGNORECASE) and seen[0]
        try:
            return engine.wait_until(found, f"the screen shows {pattern}", seconds)
        except AssertionError as error:
            self.keep("failed")
            raise AssertionError(f"{error}; it shows: {seen}") from None

    def keep(self, name):
        """A picture for people, in the store's folder."""
        pictures = engine.STORE / "screens"
        pictures.mkdir(exist_ok=True)
        self.do("shot", path=str(pictures / f"{name}.png"))

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self._errors.close()
