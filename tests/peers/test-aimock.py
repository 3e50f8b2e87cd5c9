# SPDX-License-Identifier: GPL-3.0-or-later
"""Missions against @copilotkit/aimock, which drops, breaks, stalls and refuses as its fixtures say."""
import json
import re

import peers
from peers import MISSION, WRITER, Peer, assert_fell_back, carry_out, only, settings, start, written_by

import harness

SAMPLE = harness.SOURCE_ROOT / "data" / "sample"
SAMPLE_MISSION = "How does a system on Redis Streams keep working when a worker crashes?"
SENTENCES = 8  # of the model's report
# Nobody but the writer gets an answer, so that what it is to write about is the same with and without
# a model: the reports can be compared to the byte.
OTHERS = {"match": {}, "response": {"error": {"message": "not here", "type": "invalid_request_error"},
                                    "status": 400}}
REPORT = {"report": SENTENCES}


def provider(*fixtures, key=None):
    """aimock with these rules for the writer; the first that matches answers. With a key it wants
    just that one."""
    rules = [{"match": dict(WRITER), **fixture} for fixture in fixtures]
    return Peer("aimock.mjs", json.dumps([*rules, OTHERS]), *([key] if key else []))


def journal(mock, model=WRITER["model"]):
    """What that model was asked, in order."""
    return [entry for entry in mock.get("/__aimock/journal")
            if entry["body"] and entry["body"]["model"] == model]


def requests(backend):
    """How many were sent, as sortied counts them."""
    counted = re.findall(r"^sortie_llm_requests_total\{.*\} (\d+)$", backend.get("/metrics").text,
                         re.MULTILINE)
    return sum(map(int, counted))


def mission(*fixtures, **changes):
    """Events, report, and the journal, of one mission against these rules."""
    mock = provider(*fixtures)
    backend = start(settings(mock, **changes))
    events, report = carry_out(backend)
    asked = journal(mock)
    backend.stop()
    return events, report, asked


def shown_before(events, least):
    """That so many bytes of the broken draft were shown, under its own number, and stay there."""
    fallback = only(events, "llm.fallback", "report")
    broken, report = peers.drafts(events)
    assert fallback["data"]["draft"] == 1, fallback
    assert fallback["data"]["written"] == len(broken.encode()) >= least, fallback
    assert "What the passages say" not in report
    starts = [e["data"]["written_by"] for e in events if e["code"] == "draft.started"]
    assert starts == ["llm", "deterministic"], starts


# ---- A model that does well ----

def test_report_over_the_sample():
    """The whole way: the key is sent, the passages travel as data, the report cites what was found."""
    mock = provider({"response": REPORT}, key=peers.KEY)
    backend = start(settings(mock), SAMPLE)
    assert backend.get("/").json()["llm"] == "on"
    events, report = carry_out(backend, SAMPLE_MISSION)
    assert written_by(events) == "llm"
    assert not any(e["code"] == "llm.fallback" and e["data"]["purpose"] == "report" for e in events)
    completed = only(events, "draft.completed")["data"]
    assert "What the passages say" in report and completed["citations_removed"] == 0, completed
    assert len(completed["sources"]) >= 3 and completed["unsupported"] == [], completed
    used = only(events, "llm.used", "report")["data"]
    assert used["model"] == WRITER["model"] and used["requests"] == 1, used
    assert used["prompt_tokens"] > 100 and used["completion_tokens"] > 50, used
    assert used["first_token_ms"] >= 0 and used["tokens_per_second"] > 0, used

    entry, = journal(mock)
    assert entry["headers"]["authorization"] == "[REDACTED]", entry["headers"]
    first, *others = entry["body"]["messages"]
    assert first["role"] == "system"
    assert not any(source["quote"] in first["content"] for source in completed["sources"])
    assert {m["role"] for m in others} == {"user"}, [m["role"] for m in others]
    sent = "\n".join(m["content"] for m in others)
    assert len(re.findall(r"^<<<passage \d+ ", sent, re.MULTILINE)) >= 3
    assert SAMPLE_MISSION in sent and SAMPLE_MISSION not in first["content"]
    assert entry["body"]["stream"] is True and peers.KEY not in json.dumps(entry["body"])
    assert "sortie_llm_" in backend.get("/metrics").text
    backend.stop()


def agent(role, response, **match):
    return {"match": {"model": peers.MODELS[f"LLM_{role}_MODEL"], **match}, "response": response}


def test_every_agent_gets_an_answer():
    """A plan, other words to search for, insights, a report: all of them the model's, all used."""
    asked = "How are pending entries of a dead consumer claimed?", "What is done with a dead letter?"
    steps = [{"step": n, "agent": "retriever", "question": question, "needs": []}
             for n, question in enumerate(asked, 1)]
    steps += [{"step": 3, "agent": "analyzer", "needs": [1, 2]},
              {"step": 4, "agent": "writer", "needs": [1, 2, 3]}]
    mock = provider(
        agent("PLANNER", {"content": json.dumps({"query": "claim idle operator"})},
              userMessage="<<<question>>>"),
        agent("PLANNER", {"content": json.dumps({"steps": steps})}, userMessage="<<<mission>>>"),
        agent("ANALYZER", {"insights": 3}), {"response": REPORT})
    backend = start(settings(mock))
    events, _ = carry_out(backend)
    plan = only(events, "plan.ready")["data"]["plan"]["steps"]
    assert [step["question"] for step in plan if step["agent"] == "retriever"] == list(asked), plan
    assert not any(e["code"] == "llm.fallback" for e in events), events
    used = [e["data"]["purpose"] for e in events if e["code"] == "llm.used"]
    assert sorted(used) == ["insights", "plan", "query", "query", "report"], used
    prompt = journal(mock)[0]["body"]["messages"][-1]["content"]
    assert "<<<insights>>>" in prompt
    backend.stop()


def test_every_agent_asks():
    """Each of the models is asked; those that get no use out of it go on without, and say so."""
    mock = provider({"response": REPORT})
    backend = start(settings(mock))
    events, _ = carry_out(backend)
    for model in peers.MODELS.values():
        assert journal(mock, model), f"{model} was never asked"
    for purpose in ("plan", "insights"):
        assert only(events, "llm.fallback", purpose)["data"]["reason"] == "rejected"
    assert written_by(events) == "llm"
    backend.stop()


def test_small_pieces():
    """One character a chunk, so that citations, headings and words are cut everywhere."""
    _, whole, _ = mission({"response": REPORT})
    events, report, _ = mission({"response": REPORT, "chunkSize": 1})
    assert written_by(events) == "llm" and report == whole


def test_slow_tokens_are_waited_for():
    """Slow, but never silent for as long as the deadline."""
    events, report, _ = mission(
        {"response": REPORT, "streamingProfile": {"ttft": 900, "tps": 10}, "chunkSize": 60},
        LLM_FIRST_TOKEN_TIMEOUT="30", LLM_SILENCE_TIMEOUT="20")
    assert written_by(events) == "llm" and "What the passages say" in report
    assert only(events, "llm.used", "report")["data"]["first_token_ms"] >= 800


# ---- One that breaks off ----

def test_truncated_stream():
    events, report, asked = mission({"response": REPORT, "truncateAfterChunks": 12, "latency": 20})
    assert_fell_back(events, report, ("truncated", "network"))
    shown_before(events, 50)
    assert len(asked) == 1, "what was shown in part must not be asked for again"
    assert asked[0]["response"]["interruptReason"] == "truncateAfterChunks"


def test_disconnected():
    events, report, asked = mission({"response": REPORT, "disconnectAfterMs": 600, "latency": 40})
    assert_fell_back(events, report, ("truncated", "network"))
    shown_before(events, 50)
    assert asked[0]["response"]["interruptReason"] == "disconnectAfterMs"


def test_silence():
    """A pause between two tokens that is longer than the deadline."""
    events, report, _ = mission(
        {"response": REPORT, "recordedTimings": {"ttftMs": 50, "totalDurationMs": 60000,
                                                 "interChunkDelaysMs": [30] * 9 + [60000]}},
        LLM_SILENCE_TIMEOUT="1")
    assert_fell_back(events, report, ("timeout",))
    shown_before(events, 50)


def test_no_first_token():
    events, report, _ = mission(
        {"response": REPORT, "streamingProfile": {"ttft": 60000, "tps": 100}},
        LLM_FIRST_TOKEN_TIMEOUT="1")
    fallback = assert_fell_back(events, report, ("timeout",))
    assert not fallback["data"].get("written"), fallback
    assert len([e for e in events if e["code"] == "draft.started"]) == len(peers.drafts(events))


def test_malformed_json():
    events, report, _ = mission({"response": REPORT, "chaos": {"malformedRate": 1}})
    assert_fell_back(events, report, ("protocol", "truncated"))


def test_dropped_connection():
    events, report, asked = mission({"response": REPORT, "chaos": {"disconnectRate": 1}})
    assert_fell_back(events, report, ("network",))
    assert len(asked) >= 3, "no connection: it is tried again"


# ---- One that refuses ----

def error(status, **more):
    return {"response": {"error": {"message": "no", "type": "test_error"}, "status": status, **more}}


def test_server_error():
    events, report, asked = mission(error(500))
    assert_fell_back(events, report, ("server",))
    assert len(asked) == 3 and all(entry["response"]["status"] == 500 for entry in asked)


def test_server_error_once():
    once = error(503)
    once["match"] = {**WRITER, "sequenceIndex": 0}
    events, report, asked = mission(once, {"response": REPORT})
    assert written_by(events) == "llm" and "What the passages say" in report
    assert [entry["response"]["status"] for entry in asked] == [503, 200]


def test_rate_limit_is_obeyed():
    """429 with Retry-After: asked again after that time, and not before. It is longer than what the
    rate limit's own headers, which aimock sends along, make one wait."""
    once = error(429, retryAfter=12)
    once["match"] = {**WRITER, "sequenceIndex": 0}
    events, report, asked = mission(once, {"response": REPORT})
    assert written_by(events) == "llm" and "What the passages say" in report
    refused, served = asked
    assert refused["response"]["status"] == 429 and served["response"]["status"] == 200
    waited = served["timestamp"] - refused["timestamp"]  # ms, by the peer's own clock
    assert 11990 <= waited < 60000, f"asked again after {waited} ms"


def test_rate_limit_for_long():
    """Longer than is waited for: the deterministic report at once."""
    events, report, asked = mission(error(429, retryAfter=3600))
    assert_fell_back(events, report, ("rate_limit",))
    assert len(asked) == 1


def test_wrong_key():
    """401 switches the layer off until the settings change: the next mission asks nobody. One warning."""
    mock = provider({"response": REPORT}, key="another-key")
    backend = start(settings(mock))
    events, report = carry_out(backend)
    assert report == peers.deterministic_report() and written_by(events) == "deterministic"
    assert only(events, "llm.fallback", "plan")["data"]["reason"] == "auth"
    assert backend.get("/").json()["llm"] == "degraded"
    assert requests(backend) == 1
    events, report = carry_out(backend)
    assert report == peers.deterministic_report()
    assert requests(backend) == 1, "asked again with the key that was not accepted"
    assert backend.stderr.count("does not accept the key") == 1, backend.stderr
    backend.stop()


def test_switched_off():
    """USE_GROQ unset: the peer sees nothing, key or no key."""
    mock = provider({"response": REPORT})
    env = settings(mock)
    del env["USE_GROQ"]
    backend = start(env)
    events, report = carry_out(backend, MISSION)
    assert report == peers.deterministic_report()
    assert not any(e["code"].startswith("llm.") for e in events)
    assert mock.get("/__aimock/journal") == []
    backend.stop()


if __name__ == "__main__":
    harness.main()
