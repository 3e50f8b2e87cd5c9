# SPDX-License-Identifier: GPL-3.0-or-later
"""Missions against @dwmkerr/mock-llm: a model that repeats its prompt, an error object in a stream
that came as HTTP 200, rubbish."""
import json

import peers
from peers import WRITER, Peer, assert_fell_back, carry_out, only, settings, start, written_by

import harness

PATH = "/v1/chat/completions"
# The last message of the prompt, as it came: a model that repeats what it was told.
ECHO = """{"id": "x", "object": "chat.completion", "model": "{{jmes request body.model}}", "choices": [
  {"index": 0, "finish_reason": "stop", "message": {{jmes request body.messages[-1]}}}]}"""
FIXED = json.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [
    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "TEXT"}}]})
WRONG_KEY = json.dumps({"error": {"message": "Incorrect API key provided.", "param": None,
                                  "type": "invalid_request_error", "code": "invalid_api_key"}})


def provider(content, status=200, model=None):
    """mock-llm that answers so; `model`: that one alone, and the others are overloaded."""
    answer = {"path": PATH, "match": f"body.model == '{model}'" if model else "@",
              "response": {"status": status, "content": content}}
    overloaded = json.dumps({"error": {"message": "Overloaded", "type": "server_error"}})
    return Peer("mock-llm.mjs", json.dumps({
        "streaming": {"chunkSize": 40, "chunkIntervalMs": 2},
        "rules": [{"path": PATH, "match": "@", "response": {"status": 503, "content": overloaded}},
                  answer]}))


def mission(*arguments, **options):
    backend = start(settings(provider(*arguments, **options)))
    events, report = carry_out(backend)
    state = backend.get("/").json()["llm"]
    backend.stop()
    return events, report, state


def test_echo():
    """A model that repeats its prompt, fences and all, to every agent: no plan, no insights, and a
    report that is still in order; which of the two writers it is from depends on what it cites."""
    events, report, state = mission(ECHO)
    assert only(events, "llm.fallback", "plan")["data"]["reason"] == "unusable"
    assert "<<<" not in report and state == "on"
    if written_by(events) == "deterministic":
        assert_fell_back(events, report, ("unusable",))


def test_report_with_markup():
    """Citations of passages that never were, links, an image and raw HTML: none of it arrives."""
    text = ("A consumer group hands each entry of a stream to one of its consumers. [1] "
            "When a consumer dies, another consumer claims its pending entries. [1][99] "
            "More is [here](https://example.com/) ![x](https://example.com/x.png) <script>x</script>")
    backend = start(settings(provider(FIXED.replace("TEXT", text), model=WRITER["model"])))
    events, report = carry_out(backend)
    page = backend.get(f"/missions/{events[-1]['mission_id']}/report?format=html").text
    assert written_by(events) == "llm", report
    assert only(events, "draft.completed")["data"]["citations_removed"] == 1
    assert "another consumer claims its pending entries. [1]" in report and "[99]" not in report
    assert "<script>x" not in page and "<img" not in page and 'href="https://example.com' not in page
    assert "another consumer claims" in page
    backend.stop()


def test_text_without_citations():
    events, report, _ = mission(FIXED, model=WRITER["model"])
    assert_fell_back(events, report, ("unusable",))


def test_wrong_key():
    """A 401 that comes as HTTP 200 and an event stream with an error object in it."""
    events, report, state = mission(WRONG_KEY, 401)
    assert report == peers.deterministic_report() and written_by(events) == "deterministic"
    assert only(events, "llm.fallback", "plan")["data"]["reason"] == "auth"
    assert state == "degraded"


def test_rubbish():
    """The peer itself can't read what it is to answer, and says so with a 500."""
    events, report, _ = mission('{"id": truncated')
    assert_fell_back(events, report, ("server",))


if __name__ == "__main__":
    harness.main()
