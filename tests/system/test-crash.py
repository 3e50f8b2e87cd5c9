# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is lost: processes are killed in the middle of missions, and the missions end all the same,
once each, with the very report of an undisturbed run.

SORTIE_FAULTS lets the word HOLD_AT_<AGENT> keep that agent's first attempt before its commit for some
seconds, so that the kill hits that very step.
"""
import os
import signal
import time

import harness

AGENTS = ("planner", "retriever", "analyzer", "writer")
FAULTS = {"SORTIE_FAULTS": "1"}
SAMPLE = harness.SOURCE_ROOT / "data" / "sample"
MISSION = "Compare retries with dead letters, and say what a fence protects against."


def text_for(agent):
    return f"{MISSION} HOLD_AT_{agent.upper()}"


def add_sample(backend):
    answer = backend.post("/collections", {"name": "sample", "folders": [str(SAMPLE)]})
    assert answer.status == 201, answer.text
    harness.wait_until(lambda: not backend.get("/collections/sample").json()["indexing"],
                       "the sample is indexed", 120)
    collection = backend.get("/collections/sample").json()
    assert collection["documents"] >= 10 and collection["skipped"] == 0, collection


def undisturbed(texts):
    """The reports of these missions on a backend to which nothing happens."""
    backend = harness.Backend()
    add_sample(backend)
    reports = {}
    for text in texts:
        mission = backend.submit(text, collections=["sample"])
        assert backend.wait_done(mission)[-1]["data"]["outcome"] == "completed"
        reports[text] = backend.report(mission)
        assert "## Sources" in reports[text], reports[text]
    backend.stop()
    return reports


def check_mission(backend, mission, text, reports, seconds=60):
    """The mission has ended by itself: one done, the undisturbed report, drafts that add up."""
    events = backend.wait_done(mission, seconds)
    done = [event for event in events if event["type"] == "done"]
    assert len(done) == 1 and events[-1] is done[0], done
    assert done[0]["data"]["outcome"] == "completed", done
    report = backend.report(mission)
    assert report == reports[text], f"another report than undisturbed:\n{report}"
    draft = max(e["draft"] for e in events if e["type"] == "partial_output")
    chunks = [e for e in events if e["type"] == "partial_output" and e["draft"] == draft]
    assert "".join(e["message"] for e in chunks) == report
    return events


def check_quiet(backend):
    """At rest: nothing pending, queues empty."""
    nodes = {node["id"]: node for node in backend.get("/topology").json()["nodes"]}
    for agent in AGENTS:
        assert nodes[agent]["in_flight"] == 0 and nodes[agent]["queued"] == 0, nodes[agent]


def hold(backend, text, agent):
    """Submit, and wait until that agent has started: it is held there now."""
    mission = backend.submit(text, collections=["sample"])
    backend.events(mission).until(
        lambda e: e["code"] == "step.started" and e["source"] == agent and e["attempt"] == 1)
    return mission


def test_backend_killed_in_each_step():
    reports = undisturbed([text_for(agent) for agent in AGENTS])
    backend = harness.Backend(env=FAULTS)
    add_sample(backend)
    for agent in AGENTS:
        mission = hold(backend, text_for(agent), agent)
        backend.kill()
        backend.restart()
        events = check_mission(backend, mission, text_for(agent), reports)
        starts = [e for e in events if e["code"] == "step.started" and e["source"] == agent]
        assert starts[-1]["attempt"] == 2, starts
        assert any(e["code"] == "step.reclaimed" for e in events)
    check_quiet(backend)
    backend.stop()


def test_forty_missions_in_flight():
    texts = [text_for(agent) for agent in AGENTS]
    reports = undisturbed(texts)
    backend = harness.Backend(env=FAULTS)
    add_sample(backend)
    missions = [(backend.submit(text, collections=["sample"]), text)
                for _ in range(10) for text in texts]
    backend.events(missions[0][0]).until(lambda e: e["code"] == "step.started")
    backend.kill()
    restarted = time.monotonic()
    backend.restart()
    for mission, text in missions:
        check_mission(backend, mission, text, reports)
    took = time.monotonic() - restarted
    print(f"# 40 missions ended {took:.1f} s after the restart")
    assert took < 20, f"{took:.1f} s after the restart"
    check_quiet(backend)
    backend.stop()


def test_redis_killed_in_each_step():
    reports = undisturbed([text_for(agent) for agent in AGENTS])
    backend = harness.Backend(env=FAULTS)
    add_sample(backend)
    for agent in AGENTS:
        mission = hold(backend, text_for(agent), agent)
        old = backend.redis_pid()
        os.kill(old, signal.SIGKILL)
        events = check_mission(backend, mission, text_for(agent), reports)
        assert sum(e["type"] == "done" for e in events) == 1
        assert backend.redis_pid() != old
    check_quiet(backend)
    backend.stop()


def test_redis_killed_under_load():
    reports = undisturbed([MISSION])
    backend = harness.Backend()
    add_sample(backend)
    missions = []
    for number in range(40):
        missions.append(backend.submit(MISSION, collections=["sample"]))
        if number % 10 == 9:
            os.kill(backend.redis_pid(), signal.SIGKILL)
            harness.wait_until(lambda: backend.get("/readyz").status == 200, "it is ready again")
    for mission in missions:
        check_mission(backend, mission, MISSION, reports)
    check_quiet(backend)
    backend.stop()


def test_one_of_two_workers_killed():
    text = text_for("retriever")
    reports = undisturbed([text])
    backend = harness.Backend(env=FAULTS)
    add_sample(backend)
    second = harness.Backend("--roles", "worker", home=backend.home, env=FAULTS, start=False)
    second.start(listeners=0)
    harness.wait_until(lambda: all(node["workers"] == 2 for node in
                                   backend.get("/topology").json()["nodes"]
                                   if node["kind"] == "agent"), "both workers are known")
    missions = [backend.submit(text, collections=["sample"]) for _ in range(12)]
    for mission in missions:
        backend.events(mission).until(
            lambda e: e["code"] == "step.started" and e["source"] == "retriever")
    second.kill()
    reclaimed = 0
    for mission in missions:
        events = check_mission(backend, mission, text, reports, 120)
        reclaimed += any(e["code"] == "step.reclaimed" for e in events)
    assert reclaimed > 0, "the second worker had nothing of these missions when it was killed"
    check_quiet(backend)
    backend.stop()


def test_flushed_and_restarted_redis_does_not_stop_the_system():
    reports = undisturbed([MISSION])
    backend = harness.Backend()
    add_sample(backend)
    harness.redis(backend, "SCRIPT", "FLUSH")
    check_mission(backend, backend.submit(MISSION, collections=["sample"]), MISSION, reports)
    harness.redis(backend, "FLUSHALL")
    check_mission(backend, backend.submit(MISSION, collections=["sample"]), MISSION, reports)
    harness.redis(backend, "CLIENT", "KILL", "TYPE", "normal")
    check_mission(backend, backend.submit(MISSION, collections=["sample"]), MISSION, reports)
    backend.stop()


def test_stop_hands_back():
    text = text_for("analyzer")
    reports = undisturbed([text])
    backend = harness.Backend(env=FAULTS)
    add_sample(backend)
    mission = hold(backend, text, "analyzer")
    backend.stop()
    assert not harness.redis_pids(backend.data_dir), "redis-server outlived an orderly end"
    backend.restart()
    check_mission(backend, mission, text, reports)
    backend.stop()


def test_no_redis_survives_a_killed_backend():
    backend = harness.Backend()
    pid = backend.redis_pid()
    backend.kill()
    harness.wait_until(lambda: not harness.alive(pid), "redis-server follows its backend")


if __name__ == "__main__":
    harness.main()
