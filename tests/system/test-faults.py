# SPDX-License-Identifier: GPL-3.0-or-later
"""The original system's two faults: with SORTIE_FAULTS they happen and are overcome; without it their
words are words like others."""
import harness
import openapi
from backend import MISSION, json_of, wait_indexed, write_documents

SEARCH, WRITING = "SIMULATE_FAILURE", "FAIL_WRITER_STREAM"


def start(faults):
    home = harness.temporary_folder()
    backend = openapi.Backend("--documents", write_documents(home / "docs"), home=home,
                              env={"SORTIE_FAULTS": faults})
    wait_indexed(backend, "docs")
    return backend


def carry_out(backend, text):
    """The events and the report of a mission that has to be completed."""
    mission = backend.submit(text)
    events = backend.wait_done(mission)
    assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
    assert json_of(backend.get("/dead-letters")) == {"dead_letters": []}
    return events, backend.report(mission)


def codes(events):
    return [event["code"] for event in events]


def undisturbed(text, value=None):
    backend = start(value)
    events, report = carry_out(backend, text)
    assert not any(event["type"] == "error" for event in events)
    assert codes(events).count("draft.started") == 1
    backend.stop()
    return report


def test_search_fails_once():
    text = f"{MISSION} {SEARCH}"
    expected = undisturbed(text)
    backend = start("1")
    events, report = carry_out(backend, text)
    failed, = [event for event in events if event["type"] == "error"]
    assert failed["code"] == "step.retrying" and failed["source"] == "retriever"
    assert failed["message"] == "[Retriever] simulated failure. Retrying (1/3) in 1 s"
    assert failed["attempt"] == 1 and failed["data"]["error"] == "simulated failure"
    assert 1000 <= failed["data"]["delay_ms"] <= 1200
    later = [event for event in events[events.index(failed) + 1:]
             if event.get("step") == failed["step"]]
    assert codes(later)[0] == "step.dispatched" and later[0]["attempt"] == 2
    assert codes(later)[-1] == "step.completed" and later[-1]["attempt"] == 2
    assert report == expected
    backend.stop()


def test_writing_breaks_off():
    """The first draft ends in mid-stream; the report is the second one, without a trace of it."""
    text = f"{MISSION} {WRITING}"
    expected = undisturbed(text)
    backend = start("1")
    events, report = carry_out(backend, text)
    drafts = [event["data"]["draft"] for event in events if event["code"] == "draft.started"]
    assert drafts == [1, 2]
    texts = {1: "", 2: ""}
    for event in events:
        if event["type"] == "partial_output":
            assert event["offset"] == len(texts[event["draft"]].encode())
            texts[event["draft"]] += event["message"]
    assert texts[1] and texts[1] != expected and texts[2] == expected == report
    assert codes(events).count("draft.completed") == 1
    failed, = [event for event in events if event["type"] == "error"]
    assert failed["code"] == "step.retrying" and failed["source"] == "writer"
    backend.stop()


def test_both_at_once():
    text = f"{MISSION} {SEARCH} {WRITING}"
    expected = undisturbed(text)
    backend = start("true")
    events, report = carry_out(backend, text)
    assert [event["source"] for event in events if event["code"] == "step.retrying"] == \
        ["retriever", "writer"]
    assert report == expected
    backend.stop()


def test_without_the_variable():
    for value in (None, "0", "false"):
        undisturbed(f"{MISSION} {SEARCH} {WRITING} HOLD_AT_WRITER", value)


if __name__ == "__main__":
    harness.main()
