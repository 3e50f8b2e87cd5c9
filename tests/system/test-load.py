# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients at once do everything that clients do. Nothing may be lost or told twice, and under
the thread sanitizer no two threads of sortied may touch the same memory unordered.

The documents are Markdown and HTML only: reading a PDF happens in a child process with little
memory, in which the thread sanitizer cannot run.
"""
import shutil
import threading

import harness

SAMPLE = harness.SOURCE_ROOT / "data" / "sample"
CLIENTS = 6
MISSIONS = 8  # of each client
FEEDS = 3


def sample_without_pdf():
    folder = harness.temporary_folder()
    for path in sorted(SAMPLE.iterdir()):
        if path.suffix in (".md", ".html"):
            shutil.copy(path, folder)
    return folder


class Watcher(threading.Thread):
    """Reads the feed over all missions, and counts how often each one is done."""

    def __init__(self, backend):
        super().__init__(daemon=True)
        self.stream, self.done = backend.events(seconds=harness.WAIT_DEADLINE * 4), {}
        self.start()

    def run(self):
        try:
            for frame in self.stream:
                if frame.event["type"] == "done":
                    mission = frame.event["mission_id"]
                    self.done[mission] = self.done.get(mission, 0) + 1
        except OSError:
            pass  # closed by the test, which looks at what was counted


class Client(threading.Thread):
    """Submits missions and does with each what its number says."""

    def __init__(self, backend, number):
        super().__init__(daemon=True)
        self.backend, self.number, self.missions, self.problem = backend, number, [], None
        self.start()

    def run(self):
        try:
            for turn in range(MISSIONS):
                self.one_mission(turn)
        except Exception as problem:  # told by the test's own thread
            self.problem = problem

    def one_mission(self, turn):
        fault = ("SIMULATE_FAILURE", "FAIL_WRITER_STREAM")[turn] if turn < 2 else ""
        text = f"Compare retries with dead letters. Client {self.number}, turn {turn}. {fault}"
        mission = self.backend.submit(text, collections=["sample"])
        self.missions.append(mission)
        cancelled = turn == 3
        if cancelled:
            assert self.backend.post(f"/missions/{mission}/cancel").status in (202, 409)
        events = self.backend.wait_done(mission, harness.WAIT_DEADLINE * 4)
        dones = [event for event in events if event["type"] == "done"]
        assert len(dones) == 1, dones
        outcome = dones[0]["data"]["outcome"]
        assert outcome == "completed" or cancelled and outcome == "cancelled", dones
        self.look_around(mission)
        if outcome == "completed":
            assert "## Sources" in self.backend.report(mission)
        if turn == 5:
            answer = self.backend.post("/collections/sample/reindex")
            assert answer.status in (200, 202, 409), answer.text

    def look_around(self, mission):
        for path in ("/", "/readyz", "/topology", "/metrics", "/missions?limit=5", "/dead-letters",
                     "/collections", "/collections/sample/search?q=redis", "/openapi.json",
                     f"/missions/{mission}"):
            answer = self.backend.get(path)
            assert answer.status == 200, f"{path}: {answer.status} {answer.text}"


def test_many_clients_at_once():
    backend = harness.Backend("--concurrency", "8", env={"SORTIE_FAULTS": "1"})
    folder = sample_without_pdf()
    answer = backend.post("/collections", {"name": "sample", "folders": [str(folder)]})
    assert answer.status == 201, answer.text
    harness.wait_until(lambda: not backend.get("/collections/sample").json()["indexing"],
                       "the sample is indexed", 120)
    watchers = [Watcher(backend) for _ in range(FEEDS)]
    clients = [Client(backend, number) for number in range(CLIENTS)]
    for client in clients:
        client.join()
        if client.problem is not None:
            raise client.problem
    missions = {mission for client in clients for mission in client.missions}
    assert len(missions) == CLIENTS * MISSIONS
    for watcher in watchers:
        harness.wait_until(lambda w=watcher: missions <= set(w.done), "the feed told of all ends")
        assert all(watcher.done[mission] == 1 for mission in missions), watcher.done
    backend.stop()


if __name__ == "__main__":
    harness.main()
