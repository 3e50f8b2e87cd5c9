# SPDX-License-Identifier: GPL-3.0-or-later
"""Event streams: replay, resuming wherever a connection may break, many readers, a slow one, the feed
over all missions, and the original system's two routes. Events are held against the document."""
import http.client
import json
import os
import re
import signal
import socket
import threading

import harness
import openapi
from backend import MISSION, UNKNOWN, detail, json_of, served

IS_DONE = lambda event: event["type"] == "done"  # noqa: E731
FAULTS = {"SORTIE_FAULTS": "1"}


def read_all(backend, mission, last_id=None, path=None):
    """All frames up to the end of the stream, which the server has to close by itself."""
    stream = backend.events(mission, last_id, path)
    assert stream.status == 200, stream.status
    frames = list(stream)
    stream.close()
    for frame in frames:
        openapi.check(frame.event, "Event")
    return frames


def pairs(frames):
    return [(frame.id, frame.data) for frame in frames]


def key(name):
    """An event's ID as two numbers, to be compared."""
    assert re.fullmatch(r"\d+-\d+", name), name
    return tuple(map(int, name.split("-")))


def check_order(frames):
    """IDs rise strictly; one done, the last."""
    numbers = [key(frame.id) for frame in frames]
    assert all(a < b for a, b in zip(numbers, numbers[1:])), numbers
    assert [frame.event["type"] for frame in frames].count("done") == 1
    assert frames[-1].event["type"] == "done"


def drafts_of(events):
    """The last draft, put together by offsets as a client does."""
    text, current = b"", 0
    for event in events:
        if event["type"] == "partial_output":
            chunk = event["message"].encode()
            if event["draft"] != current:
                text, current = b"", event["draft"]
            assert event["offset"] <= len(text), event
            text = text[:event["offset"]] + chunk
    return text


@served()
def test_replay(backend):
    mission = backend.submit(MISSION)
    while_running = read_all(backend, mission)
    check_order(while_running)
    stream = backend.events(mission)
    assert stream.headers["content-type"] == "text/event-stream"
    assert "no-store" in stream.headers["cache-control"] and stream.headers["x-request-id"]
    frames = list(stream)
    assert pairs(frames) == pairs(while_running)
    assert stream.retry == 1000 and stream.raw.count(b"retry:") == 1
    assert all(frame.name == "message" for frame in frames)
    assert frames[0].event["code"] == "mission.accepted"
    assert stream.raw.count(b"\ndata: ") == len(frames), "one data line an event"
    report = backend.get(f"/missions/{mission}/report").body
    assert drafts_of(frame.event for frame in frames) == report
    times = [frame.event["timestamp"] for frame in frames]
    assert times == sorted(times)


@served()
def test_resume_at_every_event(backend):
    mission = backend.submit(MISSION)
    frames = read_all(backend, mission)
    for number, frame in enumerate(frames[:-1]):
        rest = read_all(backend, mission, frame.id)
        assert pairs(rest) == pairs(frames[number + 1:]), f"after event {number}"
    answer = backend.get(f"/missions/{mission}/events", headers={"Last-Event-ID": frames[-1].id})
    assert answer.status == 204
    assert backend.get(f"/stream/{mission}", headers={"Last-Event-ID": frames[-1].id}).status == 204
    empty = backend.events(mission, "")
    assert pairs(empty) == pairs(frames)


@served(env=FAULTS)
def test_resume_while_it_runs(backend):
    """A client whose connection breaks after each event sees what an undisturbed one sees."""
    for word in ("HOLD_AT_RETRIEVER", "HOLD_AT_WRITER", ""):
        mission = backend.submit(f"{MISSION} {word}")
        whole = threading.Thread(target=lambda: result.append(read_all(backend, mission)))
        result, seen, last = [], [], None
        whole.start()
        while not seen or not IS_DONE(seen[-1].event):
            stream = backend.events(mission, last)
            seen.append(next(stream))
            last = seen[-1].id
            stream.close()
        whole.join()
        check_order(seen)
        assert pairs(seen) == pairs(result[0]), word
        assert backend.events(mission, last).status == 204


@served(env=FAULTS)
def test_identical_streams(backend):
    """Clients that come at different moments of a running mission get the very same bytes."""
    mission = backend.submit(f"{MISSION} HOLD_AT_RETRIEVER HOLD_AT_WRITER")
    raw, threads = [], []

    def read():
        stream = backend.events(mission)
        list(stream)
        raw.append(stream.raw)
        stream.close()

    watch = backend.events(mission)
    for frame in watch:
        if frame.event["code"] in ("mission.accepted", "step.started", "draft.chunk"):
            threads.append(threading.Thread(target=read))
            threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(raw) > 5 and set(raw) == {watch.raw}, [len(one) for one in raw]


@served()
def test_many_readers(backend):
    """Missions side by side, each read at once by clients that stay and by clients that come and go."""
    results, threads = {}, []

    def read(mission, few):
        frames, last = [], None
        while not frames or not IS_DONE(frames[-1].event):
            stream = backend.events(mission, last)
            frames += [frame for frame, _ in zip(stream, range(few))]
            last = frames[-1].id
            stream.close()
        results[mission, few] = pairs(frames)

    for number in range(8):
        mission = backend.submit(f"{MISSION} And what is number {number}?")
        for few in (2, 3, 7, 10000):
            threads.append(threading.Thread(target=read, args=(mission, few)))
            threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(results) == len(threads)
    for (mission, few), seen in results.items():
        assert seen == results[mission, 10000], few


@served(env=FAULTS)
def test_redis_dies(backend):
    """Over the crash of the private Redis a client that resumes gets each event once, the feed too."""
    mission = backend.submit(f"{MISSION} HOLD_AT_RETRIEVER HOLD_AT_WRITER")
    seen, feed = [], []
    followed = threading.Thread(target=follow, args=(backend, f"/missions/{mission}/events", seen))
    watched = threading.Thread(target=follow, args=(backend, "/events", feed))
    watched.start()
    followed.start()
    for word in ("step.started", "step.completed"):
        harness.wait_until(lambda w=word: any(frame.event["code"] == w and frame.event["step"] > 1
                                              for frame in list(seen)), word)
        os.kill(backend.redis_pid(), signal.SIGKILL)
    followed.join()
    watched.join()
    check_order(seen)
    assert pairs(seen) == pairs(read_all(backend, mission))
    names = [frame.event["event_id"] for frame in of_missions(feed)]
    wanted = [frame.id for frame in seen if frame.event["type"] != "partial_output"]
    assert names == wanted[len(wanted) - len(names):] and len(names) > 5


def follow(backend, path, frames):
    """Reads a stream up to the mission's done, and comes again wherever it ends before."""
    while not frames or not IS_DONE(frames[-1].event):
        last = [frame.id for frame in frames if frame.id is not None]
        try:
            stream = backend.events(path=path, last_id=last[-1] if last else None)
            assert stream.status in (200, 503), stream.status
            for frame in stream if stream.status == 200 else ():
                frames.append(frame)
                if IS_DONE(frame.event):
                    break
            stream.close()
        except ConnectionError:
            pass  # dropped: it comes again


@served(documents=False)
def test_bad_resumption(backend):
    mission = backend.submit("What is a retry?")
    frames = read_all(backend, mission)
    first = key(frames[0].id)
    gone = ["0-1", "1-1", f"{first[0]}-{first[1] + 999}", f"{first[0] + 10 ** 9}-0",
            "18446744073709551615-18446744073709551615"]
    for name in gone:
        reset, *rest = read_all(backend, mission, name)
        assert reset.event["code"] == "stream.reset" and reset.id is None, name
        assert pairs(rest) == pairs(frames), name
    for name in ("x", "1", "1-", "-1", "1-1-1", "18446744073709551616-0", "0x1-0", "$"):
        answer = backend.get(f"/missions/{mission}/events", headers={"Last-Event-ID": name})
        assert "Last-Event-ID" in detail(answer, 400), name
    assert pairs(read_all(backend, mission, "0-0")) == pairs(frames)
    assert detail(backend.get(f"/missions/{UNKNOWN}/events"), 404)


@served(documents=False)
def test_lost_mission(backend):
    """Who comes back for a mission that was there and is not any more is told of its loss, once."""
    answer = backend.events(UNKNOWN, "1-1")
    lost, done = list(answer)
    assert lost.event["code"] == "mission.lost" and lost.event["type"] == "error"
    assert IS_DONE(done.event) and done.event["data"] == {"outcome": "failed"}
    assert backend.events(UNKNOWN, done.id).status == 204


@served()
def test_original_clients(backend):
    """As the original system's clients do it: post a task, read data lines until one is done."""
    answer = backend.post("/task", {"task": MISSION})
    task = json_of(answer, 202)["task_id"]
    assert answer.headers["Location"] == f"/stream/{task}"
    connection = http.client.HTTPConnection(backend.host, timeout=harness.WAIT_DEADLINE)
    connection.request("GET", f"/stream/{task}")
    response, text, kinds = connection.getresponse(), "", set()
    assert response.status == 200
    for line in response:
        if not line.startswith(b"data: "):
            continue
        event = json.loads(line[6:])
        assert set(event) >= {"type", "source", "message", "timestamp"}
        kinds.add(event["type"])
        if event["type"] == "partial_output":
            text += event["message"]
        if event["type"] == "done":
            break
    connection.close()
    assert kinds == {"status", "partial_output", "done"}
    assert event["message"] == "Draft generation complete."
    assert text == backend.report(task)
    assert pairs(read_all(backend, task, path=f"/stream/{task}")) == \
        pairs(read_all(backend, task))


# ---- The feed ----


def feed_until(stream, missions):
    """Frames of the feed until each of the missions is done."""
    open_ones, frames = set(missions), []
    for frame in stream:
        openapi.check(frame.event, "FeedEvent")
        frames.append(frame)
        if IS_DONE(frame.event):
            open_ones.discard(frame.event["mission_id"])
        if not open_ones:
            return frames
    raise AssertionError(f"the feed ended; {len(frames)} frames")


def of_missions(frames):
    return [frame for frame in frames if "mission_id" in frame.event]


@served()
def test_feed(backend):
    stream = backend.events()
    assert stream.status == 200
    missions = [backend.submit(MISSION) for _ in range(5)]
    frames = of_missions(feed_until(stream, missions))
    numbers = [key(frame.event["event_id"]) for frame in frames]
    assert all(a < b for a, b in zip(numbers, numbers[1:]))
    for mission in missions:
        own = [{**frame.event, "event_id": None} for frame in frames
               if frame.event["mission_id"] == mission]
        recorded = [{**frame.event, "event_id": None} for frame in read_all(backend, mission)
                    if frame.event["type"] != "partial_output"]
        assert own == recorded
    for number in range(0, len(frames), 7):
        again = backend.events(last_id=frames[number].id)
        rest = [next(again) for _ in frames[number + 1:]]
        assert pairs(rest) == pairs(frames[number + 1:]), number
        again.close()
    for name in ("x", "1", "1-1,1-1", "1-1,", ",", "0-0-0"):
        assert "Last-Event-ID" in detail(backend.get("/events", headers={"Last-Event-ID": name}), 400)


@served(documents=False)
def test_feed_after_a_gap(backend):
    backend.wait_done(backend.submit("What is a retry?"))
    stream = backend.events(last_id="1-1")
    first = next(stream).event
    openapi.check(first, "FeedEvent")
    assert first["code"] == "stream.reset"
    mission = backend.submit("What is a dead letter?")
    assert feed_until(stream, [mission])


def of_missions_of(stream):
    return (frame for frame in stream if "mission_id" in frame.event)


class Wanderer(threading.Thread):
    """Subscribes, reads a few events, goes away, and comes again, until all missions are done."""

    def __init__(self, backend, first, few):
        super().__init__(daemon=True)
        self.backend, self.seen, self.few, self.wanted = backend, [first], few, None
        self.start()

    def is_through(self):
        return self.wanted is not None and self.wanted <= {
            frame.event["mission_id"] for frame in self.seen if IS_DONE(frame.event)}

    def run(self):
        while not self.is_through():
            stream = self.backend.events(last_id=self.seen[-1].id)
            for frame, _ in zip(of_missions_of(stream), range(self.few)):
                self.seen.append(frame)
                if self.is_through():
                    break
            stream.close()


@served("--noop-agents", documents=False)
def test_resume_of_a_busy_feed(backend):
    """While missions pass by, subscribers that come and go get each event once, in order."""
    watch, missions = backend.events(), [backend.submit("the first")]
    first = next(of_missions_of(watch))
    wanderers = [Wanderer(backend, first, few) for few in (17, 19, 23, 29)]
    submitters = [threading.Thread(target=lambda: missions.extend(
        backend.submit(f"mission {number}") for number in range(8))) for _ in range(4)]
    for one in submitters:
        one.start()
    for one in submitters:
        one.join()
    for one in wanderers:
        one.wanted = set(missions)
    last = backend.submit("the last")
    wanted = pairs([first, *of_missions(feed_until(watch, [*missions, last]))])
    for one in wanderers:
        one.join(harness.WAIT_DEADLINE)
        assert not one.is_alive(), f"{len(one.seen)} of {len(wanted)} events"
        assert pairs(one.seen) == wanted[:len(one.seen)], one.few


@served()
def test_counters_and_indexing(backend):
    stream = backend.events()
    backend.submit(MISSION)
    frames = stream.until(lambda event: event["code"] == "topology.counters"
                          and event["data"]["writer"]["done"] == 1)
    for frame in frames:
        openapi.check(frame.event, "FeedEvent")
    assert frames[-1].id is None and "mission_id" not in frames[-1].event
    json_of(backend.post("/collections/docs/reindex"), 202)
    frames = stream.until(lambda event: event["code"] == "index.progress"
                          and event["data"]["finished"])
    assert frames[-1].event["data"]["collection"] == "docs"
    assert frames[-1].event["source"] == "system"


# ---- Slow readers ----


def unread_stream(backend, path):
    """A subscription whose client takes as little as can be, and reads nothing."""
    connection = socket.socket(socket.AF_UNIX)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(harness.WAIT_DEADLINE)
    connection.connect(backend.url.removeprefix("unix://"))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    harness.later(connection.close)
    return connection


def slow_clients(backend):
    return int(re.search(r"(?m)^sortie_http_slow_clients_total (\d+)$",
                         backend.get("/metrics").text)[1])


@served("--noop-agents", documents=False, listen="unix")
def test_slow_reader(backend):
    """One that does not read holds nobody up, and is dropped when its queue is full."""
    slow = unread_stream(backend, "/events")
    quick = backend.events()
    read = 0
    while slow_clients(backend) == 0:
        missions = [backend.submit("x" * 1000) for _ in range(20)]
        read += len(feed_until(quick, missions))
        assert read < 40000, "the slow client was never dropped"
    received = b""
    while (got := slow.recv(65536)):
        received += got
    assert received.startswith(b"HTTP/1.1 200") and 0 < received.count(b"\ndata: ") < read


if __name__ == "__main__":
    harness.main()
