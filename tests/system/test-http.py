# SPDX-License-Identifier: GPL-3.0-or-later
"""Missions over HTTP: every route's good path, and what it says to bad input. Every answer is held
against the OpenAPI document by openapi.Backend."""
import concurrent.futures
import json
import re

import harness
from backend import MISSION, UNKNOWN, detail, json_of, served

LIMIT = 64 * 1024  # bytes of a mission
ROUTES_OF_A_MISSION = (("GET", ""), ("GET", "/events"), ("GET", "/report"), ("POST", "/cancel"),
                       ("POST", "/retry"), ("DELETE", ""))


def post_raw(backend, body, **headers):
    fields = {"Content-Type": "application/json"}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    return backend.post("/missions", body, headers=fields)


def missions(backend, query=""):
    return json_of(backend.get("/missions" + query))


@served()
def test_system_routes(backend):
    info = json_of(backend.get("/"))
    assert info["llm"] == "off" and info["api_version"] == "1", info
    assert json_of(backend.get("/healthz")) == {"status": "alive"}
    assert json_of(backend.get("/readyz")) == {"status": "ready"}
    for route in ("/settings/tests", "/nothing", "/missions/", "//", "/missions/a/b/c"):
        assert "nothing" in detail(backend.get(route), 404), route
    for method, route, allow in (("PUT", "/missions", "POST, GET, HEAD, OPTIONS"),
                                 ("POST", "/", "GET, HEAD, OPTIONS"),
                                 ("GET", "/task", "POST, OPTIONS")):
        answer = backend.request(method, route)
        assert detail(answer, 405) and answer.headers["Allow"] == allow, (route, answer.headers)
    answer = backend.request("HEAD", "/topology")
    assert answer.status == 200 and not answer.body
    answer = backend.get("/", headers={"X-Request-ID": "mine-1"})
    assert answer.headers["X-Request-ID"] == "mine-1"
    assert backend.get("/", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"] != "a b"


@served()
def test_topology_and_metrics(backend):
    before = json_of(backend.get("/topology"))
    nodes = {node["id"]: node for node in before["nodes"]}
    assert set(nodes) == {"you", "system", "planner", "retriever", "analyzer", "writer", "redis",
                          "collection:docs"}, set(nodes)
    assert all(edge["from"] in nodes and edge["to"] in nodes for edge in before["edges"])
    assert nodes["collection:docs"]["documents"] == 4 and nodes["writer"]["workers"] == 1
    backend.wait_done(backend.submit(MISSION))
    after = json_of(backend.get("/topology"))
    assert after["revision"] == before["revision"]
    assert {node["id"]: node for node in after["nodes"]}["writer"]["done"] == 1
    json_of(backend.post("/collections", {"name": "another"}), 201)
    assert json_of(backend.get("/topology"))["revision"] != before["revision"]
    text = backend.get("/metrics").text
    names = re.findall(r"(?m)^# TYPE (\w+) (?:counter|gauge)$", text)
    assert len(set(names)) == len(names) > 10
    for line in text.splitlines():
        assert line.startswith("# ") or re.fullmatch(r'(\w+)({\w+="\w+"})? -?\d+', line), line
    assert 'sortie_missions_ended_total{outcome="completed"} 1\n' in text
    assert 'sortie_steps_done_total{agent="writer"} 1\n' in text


@served()
def test_language(backend):
    """what the submitter reads is kept, unless it is English; what cannot be read is passed over"""
    fields = [("de", "de"), ("pt-BR,pt;q=0.9,en;q=0.8", "pt"), ("it, zh-Hans;q=0.5", "zh"),
              ("en-GB, de;q=0.9", None), ("tlh", None), ("*", None), (";;q=,,", None),
              ("de;q=0", None), ("x" * 4000, None)]
    for field, language in fields:
        answer = backend.post("/missions", {"mission": MISSION, "collections": []},
                              headers={"Accept-Language": field})
        mission = json_of(answer, 202)["mission_id"]
        backend.wait_done(mission)
        found = json_of(backend.get(f"/missions/{mission}"))
        expected = {"words": 600, "language": language} if language else {}
        assert found.get("options", {}) == expected, (field, found.get("options"))
    answer = backend.post("/missions", {"mission": "RAID LVM", "collections": []},
                          headers={"Accept-Language": "de-AT"})
    mission = json_of(answer, 202)["mission_id"]
    backend.wait_done(mission)
    assert "**Kurz gesagt.**" in backend.get(f"/missions/{mission}/report").text


@served()
def test_whole_mission(backend):
    answer = backend.post("/missions", {"mission": MISSION, "collections": ["docs", "docs"],
                                        "options": {"words": 200}})
    mission = json_of(answer, 202)["mission_id"]
    assert answer.headers["Location"] == f"/missions/{mission}"
    events = backend.wait_done(mission)
    assert events[-1]["message"] == "Draft generation complete."
    assert events[-1]["data"] == {"outcome": "completed"}
    found = json_of(backend.get(answer.headers["Location"]))
    assert found["mission"] == MISSION and found["outcome"] == found["state"] == "completed"
    assert found["collections"] == [{"name": "docs", "generation": 1}]
    assert found["options"] == {"words": 200}
    assert found["counters"]["done"] == found["counters"]["steps"] == len(found["plan"]["steps"])
    assert [step["agent"] for step in found["steps"]] == \
        [step["agent"] for step in found["plan"]["steps"]]
    listed = missions(backend)["missions"]
    del found["plan"]
    assert listed == [found]
    report = backend.get(f"/missions/{mission}/report")
    assert report.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert found["counters"]["report_bytes"] == len(report.body)
    assert "## Sources\n[1] " in report.text


@served()
def test_report_forms(backend):
    mission = backend.submit("What is a *dead* letter? <script>alert(1)</script> [x](javascript:1)")
    backend.wait_done(mission)
    markdown = backend.get(f"/missions/{mission}/report")
    assert backend.get(f"/missions/{mission}/report?format=markdown").body == markdown.body
    page = backend.get(f"/missions/{mission}/report?format=html")
    assert page.status == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.text.startswith("<!DOCTYPE html>") and "<h2>Sources</h2>" in page.text
    assert "<script" not in page.text and "javascript:1\"" not in page.text, page.text
    for query in ("format=pdf", "format=", "form=html", "format=html&format=html"):
        told = detail(backend.get(f"/missions/{mission}/report?{query}"), 400)
        assert query.partition("=")[0] in told, (query, told)


@served()
def test_bad_missions(backend):
    for text in ("", " ", "\n\t \r\n", "\u200b\u2060", "\u00a0\u3000"):
        assert "“mission”" in detail(backend.post("/missions", {"mission": text}), 400), repr(text)
    assert "“mission”" in detail(backend.post("/missions", {"mission": "x" * (LIMIT + 1)}), 413)
    assert "“mission”" in detail(backend.post("/missions", {"mission": "ä" * (LIMIT // 2) + "x"}),
                                 413)
    assert detail(backend.post("/missions", {"mission": "x" * 1024 * 1024}), 413)
    assert "body" in detail(post_raw(backend, b'{"mission":"caf\xe9"}'), 400)
    assert "body" in detail(post_raw(backend, b'{"mission":"\xed\xa0\x80"}'), 400)
    assert "body" in detail(post_raw(backend, b'{"mission":"a\\u0000b"}'), 400)
    assert "body" in detail(post_raw(backend, b'{"mission":"\\ud800"}'), 400)
    assert missions(backend)["missions"] == []
    longest = backend.submit("x" * LIMIT)
    assert backend.wait_done(longest)[-1]["data"]["outcome"] == "completed"
    assert len(missions(backend)["missions"]) == 1


@served()
def test_malformed_json(backend):
    good = b'{"mission":"What is a retry?"}'
    bad = [good[:n] for n in range(1, len(good))]
    bad += [good + b"x", good + good, b"{'mission':'x'}", b'{"mission":"x",}', b"\xef\xbb\xbf" + good,
            b'{"mission":"x"/**/}', b'{"mission":"x","mission":"y"}', b'{"mission":"\n"}', b"nul",
            b"\x00", b"NaN", b"1e999"]
    for body in bad:
        assert detail(post_raw(backend, body), 400).startswith("body: "), body[:40]
    for body in (b"[" * 100000, b'{"a":' * 1000 + b"1" + b"}" * 1000):
        assert "nesting" in detail(post_raw(backend, body), 413)
    for body in (b"[]", b"1", b"null", b'"mission"', b"true"):
        assert "object" in detail(post_raw(backend, body), 400), body
    assert detail(post_raw(backend, b""), 400)
    assert missions(backend)["missions"] == []


@served()
def test_wrong_members(backend):
    text = "What is a retry?"
    cases = [({}, "mission"), ({"mission": None}, "mission"), ({"mission": 1}, "mission"),
             ({"mission": [text]}, "mission"), ({"mission": text, "priority": 1}, "priority"),
             ({"mission": text, "": 1}, "''"), ({"task": text}, "task"),
             ({"mission": text, "collections": "docs"}, "collections"),
             ({"mission": text, "collections": [1]}, "collections"),
             ({"mission": text, "collections": [["docs"]]}, "collections"),
             ({"mission": text, "collections": ["docs"] * 17}, "collections"),
             ({"mission": text, "collections": ["nothing"]}, "“nothing”"),
             ({"mission": text, "collections": [""]}, "collections"),
             ({"mission": text, "collections": ["../docs"]}, "collections"),
             ({"mission": text, "options": []}, "options"),
             ({"mission": text, "options": {"wörds": 1}}, "wörds"),
             ({"mission": text, "options": {"words": 0}}, "words"),
             ({"mission": text, "options": {"words": 5001}}, "words"),
             ({"mission": text, "options": {"words": 99.5}}, "words"),
             ({"mission": text, "options": {"words": "99"}}, "words")]
    for body, name in cases:
        told = detail(backend.post("/missions", body), 400)
        assert name in told, (body, told)
    assert "mission" in detail(backend.post("/task", {"mission": text}), 400)
    assert "“task”" in detail(backend.post("/task", {"task": " "}), 400)
    assert "task" in detail(backend.post("/task", {"task": 1}), 400)
    assert missions(backend)["missions"] == []
    done = backend.wait_done(backend.submit(text, collections=[], options={}))
    assert done[-1]["data"]["outcome"] == "completed"


@served(documents=False)
def test_bad_requests(backend):
    text = json.dumps({"mission": "x"}).encode()
    assert detail(backend.post("/missions", text, headers={"Content-Type": "text/plain"}), 415)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert detail(backend.post("/missions", b"mission=x", headers=form), 415)
    assert detail(backend.post("/missions", b'{"mission":"' + b"x" * 300000 + b'"}',
                               headers={"Content-Type": "application/json"}), 413)
    assert detail(backend.request("GET", "/missions", b"{}",
                                  headers={"Content-Type": "application/json"}), 400)
    assert detail(backend.get("/", headers={"X-Large": "x" * 70000}), 431)
    assert detail(backend.get("/", headers={f"X-{n}": "x" for n in range(300)}), 431)
    for path in ("/missions/%ff", "/missions/%00", "/missions?cursor=%ff", "/missions?%zz=1"):
        assert detail(backend.get(path), 400), path
    assert detail(backend.get("/missions/%2e%2e"), 404) and detail(backend.get("/%2f"), 404)
    assert json_of(backend.get("/readyz"))


@served(documents=False)
def test_unknown_missions(backend):
    for name in (UNKNOWN, UNKNOWN.replace("0", "A"), "x", "..%2f", "%F0%9F%9A%80", "a" * 1000):
        for method, rest in ROUTES_OF_A_MISSION:
            answer = backend.request(method, f"/missions/{name}{rest}")
            assert detail(answer, 404), (method, name, rest)
        assert detail(backend.get(f"/stream/{name}"), 404)
    for name in ("x", "0-1-1", "0-0-0", "9-1-1", "-1", UNKNOWN, "0-", "0-99999999999999999999-1"):
        assert detail(backend.request("DELETE", f"/dead-letters/{name}"), 404), name
    assert json_of(backend.get("/dead-letters")) == {"dead_letters": []}


@served("--noop-agents", documents=False)
def test_listing(backend):
    made = [backend.submit(f"mission {n}") for n in range(12)]
    for mission in made:
        backend.wait_done(mission)
    first = missions(backend, "?limit=5")
    newest = [backend.submit(f"later {n}") for n in range(3)]
    json_of(backend.get(f"/missions/{newest[0]}"))
    assert backend.request("DELETE", f"/missions/{made[6]}").status == 204
    seen, page = [one["mission_id"] for one in first["missions"]], first
    while page["next"] is not None:
        page = missions(backend, f"?limit=5&cursor={page['next']}")
        seen += [one["mission_id"] for one in page["missions"]]
    assert seen == [one for one in reversed(made) if one != made[6]], seen
    for mission in newest:
        backend.wait_done(mission)
    assert len(missions(backend)["missions"]) == 14 and missions(backend)["next"] is None
    assert len(missions(backend, "?status=completed&limit=200")["missions"]) == 14
    for status in ("waiting", "running", "partial", "failed", "cancelled"):
        assert missions(backend, f"?status={status}") == {"missions": [], "next": None}
    for query in ("limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=5.0", "limit=1e2",
                  "limit=99999999999999999999", "cursor=", "cursor=x", "cursor=1.x", "status=done",
                  f"cursor=-1.{UNKNOWN}", f"cursor=1.{UNKNOWN}.2", "status=", "status=Completed",
                  "page=1", "limit=1&limit=2"):
        named = query.partition("=")[0]
        assert named in detail(backend.get("/missions?" + query), 400), query


@served("--noop-agents", documents=False)
def test_idempotency(backend):
    body = {"mission": "once"}
    first = json_of(backend.post("/missions", body, headers={"Idempotency-Key": "k"}), 202)
    for _ in range(2):
        again = backend.post("/missions", body, headers={"Idempotency-Key": "k"})
        assert json_of(again, 202) == first
        assert again.headers["Location"] == "/missions/" + first["mission_id"]
    other = backend.post("/missions", {"mission": "twice"}, headers={"Idempotency-Key": "k"})
    assert "Idempotency-Key" in detail(other, 422)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: backend.post("/missions", {"mission": "at once"}, headers={
            "Idempotency-Key": "k2"}), range(20)))
    assert len({json_of(answer, 202)["mission_id"] for answer in answers}) == 1
    assert len(missions(backend)["missions"]) == 2
    backend.wait_done(first["mission_id"])
    assert backend.request("DELETE", "/missions/" + first["mission_id"]).status == 204
    for text in ("once", "twice"):
        gone = backend.post("/missions", {"mission": text}, headers={"Idempotency-Key": "k"})
        assert "deleted" in detail(gone, 409)
    for key in ("", "k" * 256):
        answer = backend.post("/missions", body, headers={"Idempotency-Key": key})
        assert "“Idempotency-Key”" in detail(answer, 400), key
    assert json_of(backend.post("/missions", body, headers={"Idempotency-Key": "k" * 255}), 202)
    assert json_of(backend.post("/task", {"task": "x"}, headers={"Idempotency-Key": "t"}), 202) == \
        json_of(backend.post("/task", {"task": "x"}, headers={"Idempotency-Key": "t"}), 202)


@served()
def test_events_as_page(backend):
    mission = backend.submit(MISSION)
    streamed = [(frame.id, frame.event) for frame in
                backend.events(mission).until(lambda event: event["type"] == "done")]
    path, json_only = f"/missions/{mission}/events", {"Accept": "application/json"}
    page = json_of(backend.get(path, headers=json_only))
    assert page["next"] is None and "reset" not in page
    assert [(one.pop("id"), one) for one in page["events"]] == streamed
    seen, after = [], None
    while True:
        query = "?limit=3" + (f"&after={after}" if after else "")
        page = json_of(backend.get(path + query, headers=json_only))
        seen += [one["id"] for one in page["events"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [name for name, _ in streamed]
    for query in ("after=x", "after=", "after=1", "limit=0", "limit=1001", "from=1"):
        assert query.partition("=")[0] in detail(backend.get(path + "?" + query, headers=json_only),
                                                 400), query
    gone = json_of(backend.get(path + "?after=1-1", headers=json_only))
    assert gone["reset"] is True and len(gone["events"]) == len(streamed)


@served()
def test_accept(backend):
    mission = backend.submit(MISSION)
    backend.wait_done(mission)
    path = f"/missions/{mission}/events"
    for accept, kind in (("application/json", "application/json"), ("*/*", "text/event-stream"),
                         ("", "text/event-stream"), ("text/*", "text/event-stream"),
                         ("application/*", "application/json"),
                         ("text/event-stream;q=0.5, application/json", "application/json"),
                         ("application/json;q=0.1, */*;q=0.2", "text/event-stream"),
                         ("text/event-stream;q=0, */*", "application/json")):
        answer = backend.get(path, headers={"Accept": accept})
        assert answer.status == 200, (accept, answer.text)
        assert answer.headers["Content-Type"].partition(";")[0] == kind, accept
    for accept in ("text/html", "image/*, text/plain", "application/json;q=0"):
        assert "application/json" in detail(backend.get(path, headers={"Accept": accept}), 406)
    answer = backend.get(f"/stream/{mission}", headers={"Accept": "text/html"})
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/event-stream"


@served("--roles", "api,janitor", documents=False)
def test_nobody_works(backend):
    """Without a worker a mission runs, and nothing comes of it until somebody cancels it."""
    assert "planner" in detail(backend.get("/readyz"), 503)
    mission = backend.submit("wait")
    assert json_of(backend.get(f"/missions/{mission}"))["state"] == "running"
    assert "still" in detail(backend.get(f"/missions/{mission}/report"), 409)
    assert "running" in detail(backend.post(f"/missions/{mission}/retry"), 409)
    assert "running" in detail(backend.request("DELETE", f"/missions/{mission}"), 409)
    for body in (None, {}, b"{}"):
        headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else None
        answer = backend.post(f"/missions/{mission}/cancel", body, headers=headers)
        assert json_of(answer, 202) == {"mission_id": mission}
    events = backend.wait_done(mission)
    assert [event["code"] for event in events[-2:]] == ["mission.cancelled", "mission.done"]
    assert events[-1]["data"] == {"outcome": "cancelled"}
    assert [one["mission_id"] for one in missions(backend, "?status=cancelled")["missions"]] == \
        [mission]
    assert "no report" in detail(backend.get(f"/missions/{mission}/report"), 404)
    again = json_of(backend.post(f"/missions/{mission}/retry"), 202)["mission_id"]
    assert json_of(backend.get(f"/missions/{again}"))["retry_of"] == mission
    assert json_of(backend.post(f"/missions/{again}/cancel"), 202)


@served()
def test_retry_and_cancel_of_a_finished_mission(backend):
    mission = backend.submit(MISSION)
    backend.wait_done(mission)
    assert "ended" in detail(backend.post(f"/missions/{mission}/cancel"), 409)
    answer = backend.post(f"/missions/{mission}/retry")
    again = json_of(answer, 202)["mission_id"]
    assert again != mission and answer.headers["Location"] == f"/missions/{again}"
    events = backend.wait_done(again)
    assert events[0]["data"] == {"retry_of": mission}
    assert events[-1]["data"] == {"outcome": "completed"}
    dispatched = {event["to"] for event in events if event["code"] == "step.dispatched"}
    assert dispatched == {"writer"}, dispatched
    found = json_of(backend.get(f"/missions/{again}"))
    assert found["retry_of"] == mission and found["counters"]["done"] == found["counters"]["steps"]
    assert backend.report(again) == backend.report(mission)


@served()
def test_delete(backend):
    mission = backend.submit(MISSION)
    last = backend.events(mission).until(lambda event: event["type"] == "done")[-1].id
    assert backend.request("DELETE", f"/missions/{mission}").status == 204
    for method, rest in ROUTES_OF_A_MISSION:
        assert detail(backend.request(method, f"/missions/{mission}{rest}"), 404), (method, rest)
    for seen in (last, "1-1"):
        assert detail(backend.get(f"/missions/{mission}/events",
                                  headers={"Last-Event-ID": seen}), 404)
    assert missions(backend) == {"missions": [], "next": None}


if __name__ == "__main__":
    harness.main()
