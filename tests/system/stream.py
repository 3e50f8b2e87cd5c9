# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a server-sent event stream over a bare socket, so that a test sees what is on the wire."""
import json
import socket


class Frame:
    """One dispatched SSE event. event is the JSON object of its data, where it is one."""

    def __init__(self, fields):
        self.id = fields.get("id")
        self.name = fields.get("event", "message")
        self.data = fields.get("data", "")

    @property
    def event(self):
        return json.loads(self.data)


class EventStream:
    """Reads an SSE stream over a socket of its own. Iterating yields frames until the server
    closes. comments and retry hold what else was seen; raw every byte of the body."""

    def __init__(self, connection, host, path, last_id=None, headers=None):
        self.socket, self.comments, self.retry, self.raw = connection, [], None, b""
        self._lines, self._fields, self._wire, self._ended = b"", {}, b"", False
        fields = {"Host": host, "Accept": "text/event-stream", **(headers or {})}
        if last_id is not None:
            fields["Last-Event-ID"] = last_id
        head = f"GET {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        self.socket.sendall(head.encode() + b"\r\n")
        while b"\r\n\r\n" not in self._wire and self._receive():
            pass
        head, _, self._wire = self._wire.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        assert first.startswith("HTTP/1.1 "), f"no answer to GET {path}: {first!r}"
        self.status = int(first.split()[1])
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in rest)}
        self._left = self.headers.get("content-length")
        self._left = None if self._left is None else int(self._left)
        self._chunked = "chunked" in self.headers.get("transfer-encoding", "")
        if self.status == 204:
            self._left = 0

    def _receive(self):
        got = self.socket.recv(65536)
        self._wire += got
        return bool(got)

    def _body(self):
        """The next bytes of the body, b"" at its end. Undoes chunked coding."""
        while True:
            if self._left == 0 or self._ended:
                return b""
            if self._chunked:
                size, end, rest = self._wire.partition(b"\r\n")
                length = int(size.split(b";")[0], 16) if end else 0
                if end and length == 0:
                    self._ended = True
                    continue
                if end and len(rest) >= length + 2:
                    self._wire = rest[length + 2:]
                    return rest[:length]
            elif self._wire:
                taken, self._wire = self._wire, b""
                if self._left is not None:
                    self._left -= len(taken)
                return taken
            self._ended = not self._receive()

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            line, end, rest = self._lines.partition(b"\n")
            if not end:
                got = self._body()
                if not got:
                    raise StopIteration
                self.raw += got
                self._lines += got
                continue
            self._lines = rest
            frame = self._line(line.rstrip(b"\r").decode("utf-8"))
            if frame is not None:
                return frame

    def _line(self, line):
        if line == "":
            fields, self._fields = self._fields, {}
            return Frame(fields) if "data" in fields else None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "":
            self.comments.append(value)
        elif name == "retry":
            self.retry = int(value)
        elif name == "data" and "data" in self._fields:
            self._fields["data"] += "\n" + value
        else:
            self._fields[name] = value
        return None

    def until(self, wanted):
        """Read up to the frame for which wanted(event) is true; returns all frames read so far."""
        frames = []
        for frame in self:
            frames.append(frame)
            if wanted(frame.event):
                return frames
        raise AssertionError(f"the stream ended first; {len(frames)} frames: "
                             + "; ".join(f.data[:120] for f in frames[-5:]))

    def close(self):
        """Also wakes a thread that reads: for it the stream has ended."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:  # the peer was faster
            pass
        self.socket.close()
