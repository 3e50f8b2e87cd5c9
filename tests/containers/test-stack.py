# SPDX-License-Identifier: GPL-3.0-or-later
"""redis, backend and frontend as a user starts them: missions over the published port, how shut in each
container is, crashes, health checks, and the end in order."""
import json
import os
import signal
import time

import engine
import scenario
from missions import (DOCUMENTS, MISSION, check_events, hold_at, wait_indexed, wait_started)

SERVICES = ("redis", "backend", "frontend")
DRAIN_SECONDS = 25


def make_stack():
    stack = engine.Stack("stack", SERVICES, documents=DOCUMENTS)
    with open(stack.folder / "backend.env", "a", encoding="utf-8") as file:
        file.write("SORTIE_FAULTS=1\n")
    stack.up()
    return stack


def ready_client(stack):
    client = stack.client()
    engine.wait_until(client.is_ready, "the backend is ready")
    return client


def test_healthy(stack):
    for service in SERVICES:
        stack.wait_healthy(service)


def test_mission_over_the_published_port(stack):
    client = ready_client(stack)
    assert wait_indexed(client)["documents"] == len(DOCUMENTS)
    _, events, report = client.carry_out(MISSION)
    check_events(events, report)
    assert "streams.md" in report and "dead-letters.md" in report, report


def test_mission_over_uploaded_documents(stack):
    client = ready_client(stack)
    assert client.post("/collections", {"name": "uploaded"}).status == 201
    answer = client.post("/collections/uploaded/documents?name=outbox.txt",
                         b"An outbox is a table in which a service stores the events to publish.\n",
                         headers={"Content-Type": "text/plain"})
    assert answer.status in (200, 201, 202), answer.text
    wait_indexed(client, "uploaded")
    _, events, report = client.carry_out("What is an outbox?", collections=["uploaded"])
    check_events(events, report)
    assert "outbox.txt" in report, report


def test_token_is_asked_for(stack):
    ready_client(stack)
    for token in (None, "0" * 64):
        assert stack.client(token=token).get("/missions").status == 401


def test_shut_in(stack):
    """No user root, no capability, no way to gain any, nothing that can be written but /tmp and data."""
    for service in SERVICES:
        status = dict(line.split(":\t", 1) for line in
                      stack.execute(service, "cat", "/proc/1/status").stdout.splitlines()
                      if ":\t" in line)
        assert all(int(uid) >= 100 for uid in status["Uid"].split()), (service, status["Uid"])
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            assert int(status[kind], 16) == 0, (service, kind, status[kind])
        assert status["NoNewPrivs"].strip() == "1", service
        for folder in ("/usr", "/etc", "/documents", "/var/lib"):
            done = stack.execute(service, "sh", "-c", f"touch {folder}/x", check=False)
            assert done.returncode != 0, f"{service}: {folder} can be written"
        ports = stack.inspect(service)["HostConfig"]["PortBindings"] or {}
        bound = [binding["HostIp"] for bindings in ports.values() for binding in bindings or ()]
        assert bound == ([] if service == "redis" else ["127.0.0.1"]), (service, ports)


def test_secrets_stand_in_no_list(stack):
    """Neither the command lines nor the environment that the engine shows hold a password or token."""
    secrets = [(stack.folder / "secrets" / name).read_text()
               for name in ("redis-password", "sortie-token")]
    for service in SERVICES:
        shown = json.dumps(stack.inspect(service)) + stack.execute(
            service, "sh", "-c", "cat /proc/1/cmdline; cat /proc/1/environ").stdout
        assert not any(secret in shown for secret in secrets), service
        assert not any(secret in stack.logs(service) for secret in secrets), service


def speak(stack, service, words, host="redis"):
    """What Redis answers to a line from within that service; an error where it can't be reached."""
    return stack.execute(service, "timeout", "5", "bash", "-c",
                         f"exec 3<>/dev/tcp/{host}/6379 && printf '{words}\\r\\n' >&3 && read -r x <&3 "
                         "&& echo $x", check=False)


def test_redis_is_for_the_backend_alone(stack):
    """By its name, with its password; the frontend has no way to it, by name or by address."""
    answer = speak(stack, "backend", "PING").stdout
    assert answer.startswith("-NOAUTH"), answer
    assert speak(stack, "frontend", "PING").returncode != 0
    addresses = [network["IPAddress"] for network in
                 stack.inspect("redis")["NetworkSettings"]["Networks"].values()]
    assert len(addresses) == 1, addresses
    assert speak(stack, "frontend", "PING", addresses[0]).returncode != 0
    password = (stack.folder / "secrets/redis-password").read_text()
    for name, value in (("appendonly", "yes"), ("maxmemory-policy", "noeviction"), ("save", "")):
        said = stack.execute("redis", "env", f"REDISCLI_AUTH={password}",
                             f"VALKEYCLI_AUTH={password}", "valkey-cli", "config", "get", name)
        assert said.stdout.strip("\n").split("\n") == [name, value] or \
            said.stdout.split() == [name], said.stdout


def test_backend_killed(stack):
    """In the middle of a step: the container comes again, and the mission ends."""
    client = ready_client(stack)
    mission = client.submit(hold_at("writer"))
    wait_started(client, mission, "writer")
    stack.kill("backend")
    engine.wait_until(lambda: not stack.is_running("backend"), "the backend is gone")
    stack.start("backend")
    client = ready_client(stack)
    check_events(client.wait_done(mission, engine.MISSION_DEADLINE), client.report(mission))


def test_crashed_backend_is_started_again(stack):
    """The engine does it, nobody else."""
    first = stack.inspect("backend")["State"]["Pid"]
    os.kill(first, signal.SIGKILL)
    engine.wait_until(lambda: stack.inspect("backend")["State"]["Pid"] not in (0, first),
                      "the engine has started the backend again")
    ready_client(stack)


def test_redis_killed(stack):
    """Its append-only file is on a volume: nothing that was accepted is lost."""
    client = ready_client(stack)
    mission = client.submit(hold_at("analyzer"))
    wait_started(client, mission, "analyzer")
    stack.kill("redis")
    engine.wait_until(lambda: not stack.is_running("redis"), "Redis is gone")
    assert not stack.health("backend")[0], "healthy without Redis"
    stack.start("redis")
    client = ready_client(stack)
    check_events(client.wait_done(mission, engine.MISSION_DEADLINE), client.report(mission))


def test_backend_waits_for_redis(stack):
    """It may be started first."""
    for service in ("backend", "redis"):
        engine.call("stop", "-t", "25", stack.container(service))
    engine.call("start", stack.container("backend"))
    engine.wait_until(lambda: "Waiting for Redis" in stack.logs("backend"), "it says that it waits")
    assert not stack.health("backend")[0], "healthy without Redis"
    stack.start("redis")
    ready_client(stack)
    stack.wait_healthy("backend")


def test_stopped_workers_are_unhealthy(stack):
    """A process that only holds its port open is found out, soon."""
    ready_client(stack)
    stack.kill("backend", "STOP")
    healthy, said, took = stack.health("backend")
    assert not healthy and took < 10, (said, took)
    stack.kill("backend", "CONT")
    stack.wait_healthy("backend")


def test_end_in_order(stack):
    """SIGTERM with a mission under way: it ends in time and by itself, and the mission goes on after
    the next start."""
    client = ready_client(stack)
    mission = client.submit(hold_at("writer"))
    wait_started(client, mission, "writer")
    started = time.monotonic()
    engine.call("stop", "-t", str(DRAIN_SECONDS), stack.container("backend"))
    took = time.monotonic() - started
    state = stack.inspect("backend")["State"]
    assert state["ExitCode"] == 0 and took < DRAIN_SECONDS, (state, took)
    stack.start("backend")
    client = ready_client(stack)
    check_events(client.wait_done(mission, engine.MISSION_DEADLINE), client.report(mission))
    for service in ("frontend", "redis"):
        started = time.monotonic()
        engine.call("stop", "-t", "10", stack.container(service))
        state = stack.inspect(service)["State"]
        assert state["ExitCode"] == 0 and time.monotonic() - started < 9, (service, state)


if __name__ == "__main__":
    scenario.main(make_stack)
