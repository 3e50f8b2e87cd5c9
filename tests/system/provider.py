# SPDX-License-Identifier: GPL-3.0-or-later
"""A language model provider for tests, which answers each request as a script says: byte by byte where
that matters. It runs in a thread of its own."""
import asyncio
import json
import random
import re
import socket
import struct
import threading

import harness

MODELS = {"LLM_PLANNER_MODEL": "planner-model", "LLM_ANALYZER_MODEL": "analyzer-model",
          "LLM_WRITER_MODEL": "writer-model"}
WRITER = MODELS["LLM_WRITER_MODEL"]

# What a script may hold beside bytes to send and seconds to pause. Without one of these the
# connection is kept for the next request.
CLOSE = "close"  # end in order
RESET = "reset"  # break the connection
STALL = "stall"  # send nothing more, until the client goes

_PASSAGE = re.compile(r"<<<passage (\d+)\b[^\n]*>>>\n(.*?)(?=\n<<<)", re.S)
_SENTENCE = re.compile(r"[A-Z][^.!?\n\[\]<>*_`|#]{30,300}[.!?](?=\s|$)")


class Request:
    """A chat completion that was asked for."""

    def __init__(self, number, head, body):
        self.number, self.head = number, head
        self.body = json.loads(body)
        self.model = self.body["model"]

    @property
    def prompt(self):
        return "\n".join(m["content"] for m in self.body["messages"] if m["role"] == "user")

    def report(self, most=12):
        """A report that keeps to its sources: two sentences of each passage, cited."""
        cited = [f"- {sentence} [{number}]\n" for number, text in _PASSAGE.findall(self.prompt)
                 for sentence in _SENTENCE.findall(re.sub(r"\s*\n\s*", " ", text))[:2]]
        return "## What the passages say\n\n" + "".join(cited[:most])


# ---- What can be sent ----

def event(text):
    return f"data: {text}\n\n".encode()


def delta(text):
    return event(json.dumps({"object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {"content": text}, "finish_reason": None}]}))


def finish(reason):
    return event(json.dumps({"object": "chat.completion.chunk", "choices": [
        {"index": 0, "delta": {}, "finish_reason": reason}]}))


DONE = event("[DONE]")


def pieces(text, n_characters):
    return [text[i:i + n_characters] for i in range(0, len(text), n_characters)]


def head(status=200, content_type="text/event-stream", **fields):
    lines = [f"HTTP/1.1 {status} Told", f"Content-Type: {content_type}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def document(status, text, content_type="application/json", **fields):
    """A whole answer that is no stream."""
    body = text.encode()
    return [head(status, content_type, Content_Length=len(body), **fields) + body]


def refusal(status, **fields):
    return document(status, json.dumps({"error": {"message": "no", "type": "test"}}), **fields)


def chunked(events):
    """The same events as HTTP's chunks, the last one and the end in one piece."""
    sent = [b"%x\r\n%s\r\n" % (len(data), data) for data in events]
    sent[-1] += b"0\r\n\r\n"
    return [head(Transfer_Encoding="chunked"), *sent]


def until_close(events):
    """The same events in a body that ends with the connection, so that nothing but what it says
    tells whether it is whole."""
    return [head(Connection="close"), *events, CLOSE]


def stream(text, n_characters=40):
    return [*(delta(piece) for piece in pieces(text, n_characters)), finish("stop"), DONE]


# ---- The server ----

class Provider:
    """`answer(request)` gives the script: a list. `on_connect()`, if given, says whether a connection
    is broken before anything was read. `pause` seconds lie between two pieces."""

    def __init__(self, answer, on_connect=None, pause=0.0):
        self.answer, self.on_connect, self.pause = answer, on_connect, pause
        self.requests, self.problem, self._tasks = [], None, set()
        self._loop = asyncio.new_event_loop()
        listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        harness.later(self.stop)

    @property
    def env(self):
        """What a sortied needs to ask this provider. It is never left alone, however it fails."""
        return {"USE_GROQ": "true", "LLM_BASE_URL": f"http://127.0.0.1:{self.port}/v1",
                "LLM_REST": "0", **MODELS}

    def asked(self, model):
        return [request for request in list(self.requests) if request.model == model]

    def stop(self):
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        assert self.problem is None, f"the provider failed: {self.problem!r}"

    def _run(self, listening):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connected, sock=listening))
        self._loop.run_forever()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _connected(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went, or the test is over
        except Exception as problem:  # a fault of the test, told when it ends
            self.problem = problem
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader, writer):
        if self.on_connect is not None and self.on_connect():
            return _reset(writer)
        while True:
            top = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            length = int(re.search(r"content-length: *(\d+)", top, re.I)[1])
            request = Request(len(self.requests), top, await reader.readexactly(length))
            self.requests.append(request)
            for step in self.answer(request):
                if isinstance(step, bytes):
                    writer.write(step)
                    await writer.drain()
                    await asyncio.sleep(self.pause)  # as a model takes time for its tokens
                elif step == STALL:
                    await reader.read()
                    return None
                elif step == RESET:
                    return _reset(writer)
                else:
                    writer.close()
                    return await writer.wait_closed()


def _reset(writer):
    """Ends the connection with RST instead of FIN."""
    taken = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


# ---- One that fails where chance has it ----

class Unreliable:
    """Scripts that fail in a random place; about a third do not fail. The same seed gives the same
    failures for the same order of requests."""

    def __init__(self, seed):
        self.random, self.chosen = random.Random(seed), []

    def on_connect(self):
        return self.random.random() < 0.04

    def answer(self, request):
        """The writer gets a report or a failure; the others never get anything that they could use,
        so that there are two reports that can come of it, and no third."""
        is_writer = request.model == WRITER
        if self.random.random() < (0.35 if is_writer else 0.7):
            kind = "whole" if is_writer else "refused"
        else:
            kind = self.random.choice(self.KINDS)
        self.chosen.append((request.model, kind))
        return getattr(self, "_" + kind)(request)

    KINDS = ("cut", "cut", "cut", "stalled", "reset", "unfinished", "filtered", "error_inside",
             "wrong_json_inside", "limited", "overloaded", "wrong_json", "page", "empty")

    def _events(self, request):
        return stream(request.report(), self.random.choice((1, 7, 40, 200)))

    def _framed(self, events):
        """The events, grouped so that a piece holds a few of them, as networks do."""
        few = self.random.choice((1, 2, 5))
        grouped = [b"".join(events[i:i + few]) for i in range(0, len(events), few)]
        return self.random.choice((chunked, until_close))(grouped[:40] + [b"".join(grouped[40:])]
                                                          if len(grouped) > 40 else grouped)

    def _whole(self, request):
        return self._framed(self._events(request))

    def _broken_at_random(self, request, ending):
        """Some byte of the head or of the body is the last one that arrives."""
        script = [step for step in self._framed(self._events(request)) if isinstance(step, bytes)]
        # The very end is left out: a stream that lacks nothing but its [DONE] is whole.
        end = sum(map(len, script)) - len(chunked([finish("stop"), DONE])[-1]) - 200
        last = self.random.randrange(len(script[0])) if self.random.random() < 0.2 else \
            self.random.randrange(len(script[0]), max(end, len(script[0]) + 1))
        sent = []
        for step in script:
            sent.append(step[:last])
            last -= len(step)
            if last <= 0:
                break
        return [*sent, ending]

    def _cut(self, request):
        return self._broken_at_random(request, CLOSE)

    def _stalled(self, request):
        return self._broken_at_random(request, STALL)

    def _reset(self, request):
        return self._broken_at_random(request, RESET)

    def _unfinished(self, request):
        """All of the text, but nothing that says it was all."""
        events = [e for e in self._events(request) if b'"stop"' not in e]
        return self._framed(self.random.choice((events, events[:-1])))

    def _inside(self, request, thing):
        events = self._events(request)
        return self._framed([*events[:self.random.randrange(len(events) - 1)], thing, DONE])

    def _filtered(self, request):
        return self._inside(request, finish("content_filter"))

    def _error_inside(self, request):
        return self._inside(request, event('{"error": {"message": "overloaded", "code": 503}}'))

    def _wrong_json_inside(self, request):
        return self._inside(request, event('{"choices": [{"delta": {"content": '))

    def _limited(self, _request):
        return refusal(429, Retry_After=self.random.choice((0, 0, 1)))

    def _overloaded(self, _request):
        return refusal(self.random.choice((500, 502, 503, 529)))

    def _refused(self, _request):
        return refusal(400)

    def _wrong_json(self, _request):
        return document(200, '{"choices": [{"message": {"content": "Half of')

    def _page(self, _request):
        return document(200, "<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
                        self.random.choice(("text/html", "text/event-stream")))

    def _empty(self, _request):
        return document(200, "", "text/event-stream")
