# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents and missions of the container tests, and what holds for every mission that has ended."""
import harness

DOCUMENTS = {
    "streams.md": "# Streams\n\nA consumer group hands each entry of a stream to one of its consumers. "
                  "When a consumer dies, another consumer claims its pending entries after an idle "
                  "time.\n",
    "dead-letters.md": "# Dead letters\n\nA dead letter is a message that could not be processed and "
                       "was set aside. An operator reads the dead letter and repairs the cause.\n",
}
MISSION = "Who claims the pending entries of a dead consumer, and what is a dead letter?"


def hold_at(agent):
    """A mission whose step of that agent is held for some seconds (only with SORTIE_FAULTS)."""
    return f"{MISSION} HOLD_AT_{agent.upper()}"


def wait_indexed(client, name="documents"):
    """The collection, once it has been read."""
    def settled():
        answer = client.get(f"/collections/{name}")
        found = answer.json() if answer.status == 200 else {}
        return not found.get("indexing", True) and found["generation"] >= 1 and found
    return harness.wait_until(settled, f"{name} is indexed")


def wait_started(client, mission, agent):
    """Wait until the mission's step of that agent has been started."""
    client.events(mission).until(lambda e: e["code"] == "step.started" and e["source"] == agent)


def check_events(events, report):
    """One done at the end, and the last draft is the report, byte for byte."""
    assert [e["type"] for e in events].count("done") == 1 and events[-1]["type"] == "done", events[-1]
    assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
    draft = max((e["draft"] for e in events if e["type"] == "partial_output"), default=0)
    text = bytearray()
    for event in events:
        if event["type"] == "partial_output" and event["draft"] == draft:
            text[event["offset"]:] = event["message"].encode()
    assert text.decode() == report, f"{text.decode()!r} is not {report!r}"
    assert "[1]" in report and "## Sources" in report, report
