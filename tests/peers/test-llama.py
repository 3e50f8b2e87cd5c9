# SPDX-License-Identifier: GPL-3.0-or-later
"""Real inference: node-llama-cpp runs a model of random weights. What it says is noise, as much of it
as its length allows; the stream is taken to its end, and the report is in order."""
import subprocess
import sys

import peers
from peers import HERE, Peer, carry_out, deterministic_report, only, settings, start, written_by

import harness

MISSIONS = 3


def make_model(folder):
    path = folder / "noise.gguf"
    subprocess.run([sys.executable, "-B", HERE / "make-gguf.py", path], check=True)
    return path


def test_model_is_the_same_each_time():
    folders = harness.temporary_folder(), harness.temporary_folder()
    first, second = (make_model(folder).read_bytes() for folder in folders)
    assert first == second and 400_000 < len(first) < 800_000


def test_noise_ends_in_a_report():
    llama = Peer("llama.mjs", make_model(harness.temporary_folder()))
    backend = start(settings(llama))
    for number in range(MISSIONS):
        text = f"{peers.MISSION} Say it for the {number + 1}th time."
        events, report = carry_out(backend, text)
        fallback = only(events, "llm.fallback", "report") if written_by(events) != "llm" else None
        if fallback:
            assert fallback["data"]["reason"] == "unusable", fallback
            assert report == deterministic_report(text)
        told = llama.get("/journal")
        asked = [entry for entry in told if entry["model"] == peers.WRITER["model"]]
        assert len(asked) == number + 1, told
    for entry in told:
        assert entry["finished"] and entry["taken"] and not entry["broken"], entry
    assert {entry["model"] for entry in told} == set(peers.MODELS.values())
    assert sum(entry["pieces"] for entry in told) > 100 * MISSIONS, told
    assert backend.get("/").json()["llm"] == "on"
    backend.stop()


if __name__ == "__main__":
    harness.main()
