# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile scale: one api, three workers that share Redis and the collections."""
import re

import engine
import scenario
from missions import DOCUMENTS, MISSION, check_events, hold_at, wait_indexed, wait_started

SERVICES = ("redis", "api", "worker", "frontend")
WORKERS = (1, 2, 3)
AGENTS = ("planner", "retriever", "analyzer", "writer")


def make_stack():
    stack = engine.Stack("scale", SERVICES, "--workers", len(WORKERS), documents=DOCUMENTS)
    with open(stack.folder / "backend.env", "a", encoding="utf-8") as file:
        file.write("SORTIE_FAULTS=1\n")
    stack.up()
    for number in WORKERS:
        stack.wait_running("worker", number)
    engine.wait_until(stack.client().is_ready, "the api is ready")
    wait_indexed(stack.client())
    return stack


def workers(client, agent="writer"):
    """How many live workers the api sees for that agent."""
    return int(re.search(rf'^sortie_workers{{agent="{agent}"}} (\d+)', client.get("/metrics").text,
                         re.MULTILINE)[1])


def consumers(stack):
    """By worker's number, the consumers of the groups in Redis with what they have taken. A consumer
    has the address of its container."""
    password = (stack.folder / "secrets/redis-password").read_text()
    said = stack.execute("redis", "env", f"REDISCLI_AUTH={password}", f"VALKEYCLI_AUTH={password}",
                         "valkey-cli", "client", "list").stdout
    return re.findall(r"addr=([\d.]+):\d+ .*name=sortie-fetch", said)


def test_every_worker_serves(stack):
    client = stack.client()
    engine.wait_until(lambda: workers(client) == len(WORKERS), "the api sees three workers")
    for number in WORKERS:
        stack.wait_healthy("worker", number)
    stack.wait_healthy("api")
    assert len(set(consumers(stack))) == len(WORKERS), consumers(stack)
    assert "backend" not in stack.compose("ps").stdout.replace("sortie-backend", "")


def test_all_three_take_steps(stack):
    """Held steps fill one worker after another: each agent's step of 60 missions is somewhere."""
    client = stack.client()
    missions = [client.submit(hold_at("writer")) for _ in range(40)]
    password = (stack.folder / "secrets/redis-password").read_text()
    took = set()

    def all_have_taken():
        said = stack.execute("redis", "env", f"REDISCLI_AUTH={password}", f"VALKEYCLI_AUTH={password}",
                             "valkey-cli", "xpending", "sortie:{p0}:queue:writer", "agents").stdout
        took.update(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said))
        return len(took) == len(WORKERS)
    engine.wait_until(all_have_taken, f"three consumers hold steps, not {took}")
    for mission in missions:
        check_events(client.wait_done(mission, engine.MISSION_DEADLINE), client.report(mission))


def test_workers_killed(stack):
    """Whichever held the step: one that comes later takes it over."""
    client = stack.client()
    mission = client.submit(hold_at("writer"))
    wait_started(client, mission, "writer")
    for number in WORKERS:
        stack.kill("worker", "KILL", number)
    stack.start("worker", WORKERS[0])
    events = client.wait_done(mission, engine.MISSION_DEADLINE)
    assert "step.reclaimed" in [e["code"] for e in events], events
    check_events(events, client.report(mission))
    for number in WORKERS[1:]:
        stack.start("worker", number)
    engine.wait_until(lambda: workers(client) >= len(WORKERS), "three workers again", 60)


def test_no_worker_is_unhealthy(stack):
    """Stopped workers keep every port open and every connection; the checks find them out: their own at
    once, the api's when their leases have run out."""
    client = stack.client()
    for number in WORKERS:
        stack.kill("worker", "STOP", number)
    for number in WORKERS:
        healthy, said, took = stack.health("worker", number)
        assert not healthy and took < 10, (said, took)
    mission = client.submit(MISSION)
    engine.wait_until(lambda: not client.is_ready(), "the api says that nobody works", 60)
    assert not stack.health("api")[0]
    assert re.search("No worker serves", client.get("/readyz").text), client.get("/readyz").text
    for number in WORKERS:
        stack.kill("worker", "CONT", number)
    engine.wait_until(client.is_ready, "the api is ready again")
    check_events(client.wait_done(mission, engine.MISSION_DEADLINE), client.report(mission))
    stack.wait_healthy("api")
    for number in WORKERS:
        stack.wait_healthy("worker", number)


def test_worker_says_no_more_than_its_health(stack):
    """Its port is for its own container, and serves no missions."""
    ask = "exec 3<>/dev/tcp/{}/8000 && printf 'GET {} HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && " \
          "read -r -t 5 line <&3 && echo \"$line\""
    inside = stack.execute("worker", "bash", "-c", ask.format("localhost", "/missions"))
    assert " 404 " in inside.stdout, inside.stdout
    assert stack.execute("api", "bash", "-c", ask.format("worker", "/readyz"),
                         check=False).returncode != 0


def test_frontend_finds_the_api(stack):
    """Under the name that it knows."""
    stack.wait_healthy("frontend")
    client = stack.client()
    engine.wait_until(lambda: int(re.search(r"^sortie_http_streams (\d+)", client.get("/metrics").text,
                                            re.MULTILINE)[1]) > 0, "the window is connected")


if __name__ == "__main__":
    scenario.main(make_stack)
