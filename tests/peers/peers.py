# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that others wrote, and missions that meet them. Installed and run by ./dev test peers."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

import backend as documents  # noqa: E402
import harness  # noqa: E402

KEY = "sk-test-key-that-must-stay-secret"
# A model for each role, so that a peer's rules can tell who asks.
MODELS = {"LLM_PLANNER_MODEL": "planner-model", "LLM_ANALYZER_MODEL": "analyzer-model",
          "LLM_WRITER_MODEL": "writer-model"}
WRITER = {"model": MODELS["LLM_WRITER_MODEL"]}
MISSION = documents.MISSION
START_DEADLINE = 60  # seconds; node-llama-cpp loads a large library first


class Peer:
    """A script of this folder, run by Node.js, that says on which port it listens."""

    def __init__(self, script, *arguments, env=None):
        folder = os.environ.get("SORTIE_PEERS_DIR")
        assert folder, "the peers are not installed: run ./dev test peers"
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["node", HERE / script, *map(str, arguments)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors, env={**os.environ, **(env or {})})
        harness.later(self.stop)
        harness.on_failure(lambda: f"standard error of {script}:\n{self.errors[-4000:]}\n")
        os.set_blocking(self.process.stdout.fileno(), False)
        self._heard = b""
        self.port = int(harness.wait_until(self._listening, f"{script} listens", START_DEADLINE))

    def _listening(self):
        self._heard += self.process.stdout.read() or b""
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {self.errors}"
        told = re.search(rb"listening on (\d+)\n", self._heard)
        return told and told[1]

    @property
    def errors(self):
        return os.pread(self._errors.fileno(), 1 << 20, 0).decode("utf-8", "replace")

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def get(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}",
                                         headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
        self.process.stdout.close()
        self._errors.close()


def settings(peer, **changes):
    """The environment of a sortied that may ask that peer, and waits no longer than tests like to."""
    return {"USE_GROQ": "true", "LLM_BASE_URL": peer.base_url, "GROQ_API_KEY": KEY, **MODELS,
            "LLM_REST": "0", **changes}


def start(env, folder=None):
    """A backend over the small collection, or over that folder."""
    home = harness.temporary_folder()
    folder = folder or documents.write_documents(home / "docs")
    backend = harness.Backend("--documents", folder, home=home, env=env)
    documents.wait_indexed(backend, pathlib.Path(folder).name)
    return backend


def carry_out(backend, text=MISSION):
    """The events and the report of a mission that has to be completed, however the peer behaved."""
    mission = backend.submit(text)
    events = backend.wait_done(mission, harness.WAIT_DEADLINE * 4)
    assert [e["type"] for e in events].count("done") == 1
    assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
    report = backend.report(mission)
    assert drafts(events)[-1] == report
    told = json.dumps(events) + backend.stderr + report
    assert KEY not in told, "the key was told"
    checked = harness.run("sortiectl", "--backend", backend.url, "verify", mission)
    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr}\n{report}"
    return events, report


_expected = {}


def deterministic_report(text=MISSION, folder=None):
    """What is written where no model may be asked. Made once."""
    if (text, folder) not in _expected:
        backend = start({"USE_GROQ": "false"}, folder)
        _expected[text, folder] = carry_out(backend, text)[1]
        backend.stop()
    return _expected[text, folder]


def drafts(events):
    """The text of each draft in turn, put together by offset as a client does it."""
    found = []
    for event in events:
        if event["code"] == "draft.started":
            found.append(b"")
        elif event["type"] == "partial_output":
            assert event["draft"] == len(found), event
            found[-1] = found[-1][:event["offset"]] + event["message"].encode()
    return [text.decode() for text in found]


def only(events, code, purpose=None):
    """The one event of that code (and purpose)."""
    found = [e for e in events if e["code"] == code and
             purpose in (None, e.get("data", {}).get("purpose"))]
    assert len(found) == 1, f"{len(found)} events {code} {purpose or ''}:\n" + "\n".join(
        json.dumps(e)[:300] for e in events if e["type"] != "partial_output")
    return found[0]


def written_by(events):
    return only(events, "draft.completed")["data"]["written_by"]


def assert_fell_back(events, report, reasons, text=MISSION, folder=None):
    """The report is the deterministic one, byte for byte, and the events say why: the fallback."""
    fallback = only(events, "llm.fallback", "report")
    assert fallback["data"]["reason"] in reasons, fallback
    assert written_by(events) == "deterministic"
    assert report == deterministic_report(text, folder)
    assert fallback["data"]["model"] == WRITER["model"], fallback
    return fallback
