# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend that means ill: markup, bidi controls, words without end, wrong types, broken JSON, missions
without number. All of it is shown as text or refused; nothing is fetched, nothing hangs."""
import http.server
import json
import socket
import threading
import urllib.parse

import window  # finds what the next ones name
import harness

EVIL = ("<b>&amp;</b><img src='{url}/i'> [link]({url}/l) ![image]({url}/p.png) \u202egnirts %s %n "
        "\u2066\u2067 \x1b[31m ")
N_MISSIONS = 10000
ID = "0b6ff4a2-5f0c-4e4e-9d3e-{:012d}"


class Trap:
    """An address that nothing must connect to."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.socket.setblocking(False)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        harness.later(self.socket.close)

    def check(self):
        try:
            _, peer = self.socket.accept()
        except BlockingIOError:
            return
        raise AssertionError(f"{peer} fetched something")


def event(number, **fields):
    told = {"type": "status", "source": "writer", "code": "step.progress", "message": "m",
            "mission_id": ID.format(1), "timestamp": "2024-05-01T10:00:00.000Z", **fields}
    return f"id: 1714557600000-{number}\nevent: message\ndata: {json.dumps(told)}\n\n"


def report_events(evil):
    """A mission whose every field is hostile, and what no event may look like between its events."""
    word = "w" * (256 * 1024)
    report = f"# {evil}\n\n{evil} [1]\n\n<script>x</script>\n\n{word}\n\n[1]: {evil}\n"
    chunks = [report[i:i + 30000] for i in range(0, len(report), 30000)]
    yield event(1, source="system", code="mission.accepted", message=evil)
    yield event(2, source="planner", code="plan.ready", message=evil, data={"plan": {
        "title": evil, "language": evil, "steps": [
            {"step": 1, "agent": "planner", "needs": []},
            {"step": 2, "agent": "writer", "question": evil, "needs": [1]}]}})
    broken = ("data: {\n\n", "data: []\n\n", "data: \ud83d\n\n", "data: null\n\n", "id: x\ndata: 7\n\n",
              event(3, type=7), event(3, step="two"), event(3, timestamp=evil), event(3, draft=-1),
              event(3, type="partial_output", offset="x"), event(3, data=evil), event(3, code=evil),
              event(3, message=f"{evil}\0{evil}"))
    yield "".join(broken)
    yield event(4, code="draft.started", step=2, attempt=1, data={"draft": 1, "written_by": evil})
    offset = 0
    for number, chunk in enumerate(chunks, 5):
        yield event(number, type="partial_output", code="draft.chunk", step=2, attempt=1, draft=1,
                    offset=offset, message=chunk)
        offset += len(chunk.encode())
    number = 5 + len(chunks)
    sources = [{"n": 1, "document": evil, "title": evil, "uri": evil, "heading": evil, "passage": 1,
                "start": 0, "end": 9, "quote": evil}, {"n": "x"}, 7]
    yield event(number, code="draft.completed", step=2, attempt=1,
                data={"draft": 1, "written_by": evil, "sources": sources, "unsupported": [[1, -1], "x"]})
    yield event(number + 1, type="error", code="step.retrying", step=2, attempt=1, message=evil,
                data={"error": evil, "delay_ms": -5})
    yield event(number + 2, type="done", source="system", code="mission.done", message=evil,
                data={"outcome": "completed"})


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def do_GET(self):
        path, _, query = self.path.partition("?")
        try:
            if path.endswith("/events"):
                self._stream(path)
            else:
                self._answer(path, urllib.parse.parse_qs(query))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the window went

    def _answer(self, path, query):
        evil = self.server.evil
        known = {
            "/": {"name": "Sortie", "version": "1", "api_version": "1", "llm": "off", "mode": evil},
            "/topology": {"revision": 1, "nodes": [
                {"id": "you", "kind": "client", "label": evil, "state": evil},
                {"id": "system", "kind": "orchestrator", "label": evil, "state": "idle"},
                *({"id": f"n{i}", "kind": "agent", "label": evil * 9, "state": evil, "workers": 1}
                  for i in range(5))],
                "edges": [{"from": "system", "to": f"n{i}", "label": evil} for i in range(5)]},
            "/collections": {"collections": [
                {"name": evil, "folders": [evil], "documents": 1, "skipped": 0, "passages": 1,
                 "bytes": -1, "updated": evil, "indexing": False, "failure": evil}]},
            "/dead-letters": {"dead_letters": [
                {"id": "1-0", "mission_id": ID.format(1), "step": 2, "agent": evil, "attempts": 4,
                 "time": evil, "error": evil, "payload": {"x": evil}}, 7, {}]},
            "/settings": {"llm": evil},
            "/missions": self._page(query)}
        body = json.dumps(known.get(path, self._mission(int(path[-6:]) if path[-6:].isdigit()
                                                        else 1))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _mission(self, number):
        return {"mission_id": ID.format(number), "mission": f"{number} {self.server.evil}",
                "title": f"{number} {self.server.evil}", "state": "completed", "steps": [],
                "created": "2024-05-01T10:00:00.000Z", "finished": "2024-05-01T10:00:01.000Z",
                "collections": [], "retry_of": None}

    def _page(self, query):
        """Whatever was asked for, all that there are."""
        first = int(query.get("cursor", ["0"])[0])
        return {"missions": [self._mission(i) for i in range(first + 1, N_MISSIONS + 1)], "next": None}

    def _stream(self, path):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        if path == "/events":
            self.wfile.write(b"data: {\n\ndata: 7\n\n: \n\n")
            self.wfile.flush()
            self.server.ended.wait()
        for text in report_events(self.server.evil):
            self.wfile.write(text.encode("utf-8", "surrogatepass"))
        self.close_connection = True


def test_hostile_backend():
    trap = Trap()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.ended = True, threading.Event()
    server.evil = EVIL.replace("{url}", trap.url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    harness.later(lambda: (server.ended.set(), server.shutdown(), thread.join(),
                           server.server_close()))
    app = window.App("--backend", f"http://127.0.0.1:{server.server_port}")
    app.find("text box", "^Mission$")
    app.find("button", "<b>&amp;</b>")
    app.wait(lambda: app.find("list", "^Missions$").find("label", "<b>&amp;</b>"), "missions are shown")
    app.open_mission(ID.format(1))
    app.find("label", "^(Completed|The mission|Could not|Something)", seconds=60)
    app.press("F12", app.shows_telemetry, "telemetry opens")
    for page in ("Sources", "Dead Letters", "Diagram"):
        app.choose(page)
        app.wait(lambda: app.shows("^" + page, "label"), f"{page} are shown")
    app.press("ctrl+n", lambda: app.shows("^What do you want"), "the window still answers")
    trap.check()
    app.quit()
    trap.check()


if __name__ == "__main__":
    window.main()
