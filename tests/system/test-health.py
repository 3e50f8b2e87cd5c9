# SPDX-License-Identifier: GPL-3.0-or-later
"""What /readyz promises: that steps are taken, not that a port is open."""
import os
import signal

import harness
from backend import MISSION, detail, wait_indexed, write_documents

READY = '{"status":"ready"}'
LEASE_DEADLINE = 90


def start():
    """An API without a worker, and a worker beside it that serves its own health."""
    api = harness.Backend("--roles", "api,janitor")
    worker = harness.Backend("--roles", "worker", home=api.home, start=False)
    return api, worker


def trouble(backend):
    """Why it is not ready, or nothing."""
    answer = backend.get("/readyz", seconds=20)
    return "" if answer.status == 200 else detail(answer, 503)


def test_no_worker():
    api, worker = start()
    assert trouble(api) == "No worker serves the planner"
    worker.start()
    harness.wait_until(lambda: not trouble(api), "the worker is known")
    assert worker.get("/readyz").text == READY
    worker.stop()
    assert trouble(api) == "No worker serves the planner"
    api.stop()


def test_worker_serves_its_health_alone():
    api, worker = start()
    worker.start()
    assert worker.get("/healthz").status == 200
    harness.wait_until(lambda: not trouble(worker), "it takes steps")
    for path in ("/", "/missions", "/topology", "/metrics", "/settings", "/collections"):
        assert worker.get(path).status == 404, path
    said = harness.run("sortiectl", "--backend", worker.url, "backend", "health")
    assert (said.returncode, said.stdout) == (0, "healthy\n"), said
    worker.stop()
    api.stop()


def test_silent_worker():
    """A stopped process keeps its connections; its lease runs out, and its own check does not wait."""
    api, worker = start()
    worker.start()
    harness.wait_until(lambda: not trouble(api), "the worker is known")
    worker.process.send_signal(signal.SIGSTOP)
    said = harness.run("sortiectl", "--backend", worker.url, "backend", "health")
    assert said.returncode == 1 and "unhealthy: no answer in 5 s" in said.stderr, said
    harness.wait_until(lambda: trouble(api) == "No worker serves the planner", "the lease ran out",
                       LEASE_DEADLINE)
    worker.process.send_signal(signal.SIGCONT)
    harness.wait_until(lambda: not trouble(api) and not trouble(worker), "it works again")
    worker.stop()
    api.stop()


def test_worker_that_cannot_fetch():
    """It is connected and beats, but its reads are refused: its lease must not say that it works."""
    home = harness.temporary_folder()
    backend = harness.Backend("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    harness.wait_until(lambda: not trouble(backend), "it is ready")
    key = "sortie:{p0}:queue:writer"
    harness.redis(backend, "EVAL", "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'rubbish')", 1, key)
    harness.wait_until(lambda: trouble(backend) == "The worker of this process takes no steps",
                       "it knows that it fetches nothing")
    harness.wait_until(lambda: trouble(backend) == "No worker serves the planner",
                       "its lease ran out", LEASE_DEADLINE)
    harness.redis(backend, "DEL", key)
    harness.wait_until(lambda: not trouble(backend), "it is ready again")
    assert backend.wait_done(backend.submit(MISSION))[-1]["data"] == {"outcome": "completed"}
    backend.stop()


def test_redis_away():
    api, worker = start()
    worker.start()
    harness.wait_until(lambda: not trouble(api), "the worker is known")
    os.kill(api.redis_pid(), signal.SIGSTOP)
    assert trouble(worker) and trouble(api)
    os.kill(api.redis_pid(), signal.SIGCONT)
    harness.wait_until(lambda: not trouble(api) and not trouble(worker), "both are ready again")
    worker.stop()
    api.stop()


if __name__ == "__main__":
    harness.main()
