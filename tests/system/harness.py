# SPDX-License-Identifier: GPL-3.0-or-later
"""What system tests stand on: real programs started from outside, HTTP, event streams, TAP.

A test file defines functions named test_*, and ends in

    if __name__ == "__main__":
        harness.main()

Everything a test starts or makes (backends, streams, folders) is ended and removed after that
test, whatever happened in it. Tests wait for facts with wait_until(), never for time to pass.
Only the standard library is used.
"""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

from stream import EventStream
from tap import alive, later, main, on_failure  # noqa: F401 (main is for the tests)

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[2]
SANITIZER_SIGNS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:")
# Seconds. Generous, as sanitizers slow everything down and machines are shared: a deadline here
# tells a hang, it never measures speed.
START_DEADLINE = 30
WAIT_DEADLINE = 30
# What the surroundings may hold must not reach the programs under test.
CLEARED = ("REDIS_URL", "REDIS_CA_FILE", "REDIS_CERT_FILE", "REDIS_KEY_FILE", "USE_GROQ",
           "GROQ_API_KEY", "BACKEND_URL", "PUBLIC_URL", "SORTIE_TOKEN", "SORTIE_TOKENS_FILE",
           "SORTIE_FAULTS", "LLM_BASE_URL", "NOTIFY_SOCKET", "LANGUAGE")


def temporary_folder():
    """A fresh folder (pathlib.Path) that goes away with the test. Its path is short enough for a
    Unix socket inside."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sortie-"))
    later(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def wait_until(fact, what, seconds=WAIT_DEADLINE):
    """Ask fact() until it returns something true, and return that; at the deadline fail."""
    deadline = time.monotonic() + seconds
    pause = 0.001
    while True:
        value = fact()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)  # between two looks at the fact; the fact decides, not the time
        pause = min(pause * 2, 0.05)


def program(name):
    """The built program: $SORTIED, $SORTIECTL, … or the build folder of this test run."""
    given = os.environ.get(name.upper())
    of_this_run = os.environ.get("G_TEST_BUILDDIR")
    builds = [pathlib.Path(of_this_run).parent] if of_this_run else \
        [SOURCE_ROOT / "build-test", SOURCE_ROOT / "build"]
    found = [given] if given else [b / "src/main" / name for b in builds]
    for path in found:
        if os.access(path, os.X_OK):
            return str(path)
    raise AssertionError(f"no program {name}: looked for " + ", ".join(map(str, found)))


def environment(home, extra=None):
    """A clean environment whose home and XDG folders all lie in home."""
    result = {k: v for k, v in os.environ.items() if k not in CLEARED and not k.startswith("LLM_")}
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME",
                 "XDG_RUNTIME_DIR"):
        path = pathlib.Path(home) / name.lower().removeprefix("xdg_")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        result[name] = str(path)
    # The libraries that the build made; an installed Sortie must not be what is tested.
    libexec = pathlib.Path(program("sortied")).parents[1] / "retrieval"
    result.update(HOME=str(home), LC_ALL="C.UTF-8", SORTIE_SORTIED=program("sortied"))
    result.setdefault("SORTIE_LIBEXEC_DIR", str(libexec))
    result.update(extra or {})
    return {k: str(v) for k, v in result.items() if v is not None}


def check_stderr(text, who):
    """Sanitizers speak on standard error: what they say fails the test."""
    for sign in SANITIZER_SIGNS:
        assert sign not in text, f"{who}: {sign} spoke:\n{text}"


def run(name, *arguments, home=None, env=None, stdin="", seconds=WAIT_DEADLINE * 2):
    """Run a program of ours to its end: a CompletedProcess with text output."""
    home = home or temporary_folder()
    done = subprocess.run([program(name), *map(str, arguments)], input=stdin, cwd=home,
                          env=environment(home, env), capture_output=True, timeout=seconds,
                          encoding="utf-8", errors="surrogateescape", check=False)
    check_stderr(done.stderr, name)
    return done


class Response:
    """An answer: status, headers (case-insensitive), body in bytes."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Backend:
    """A sortied of this build on a data folder of its own, started at once.

    Backend("--noop-agents", env={"SORTIE_FAULTS": "1"}) adds options and environment;
    listen="unix" serves on a Unix socket; home= lets a second one share the first's folders.
    """

    def __init__(self, *arguments, listen="tcp", home=None, data_dir=None, env=None, start=True):
        self.home = pathlib.Path(home) if home else temporary_folder()
        self.data_dir = pathlib.Path(data_dir) if data_dir else self.home / "d"
        self.arguments, self.extra_env = list(arguments), env
        self.listen = f"unix://{self.home}/s" if listen == "unix" else \
            "tcp://127.0.0.1:0" if listen == "tcp" else listen
        self.process, self.urls, self.pid, self._buffer = None, [], None, b""
        self._stderr_path = pathlib.Path(tempfile.mkstemp(prefix="stderr-", dir=self.home)[1])
        self.headers = {}  # sent with each request, for instance Authorization
        later(self._end)
        on_failure(lambda: f"standard error of sortied {self.pid}:\n{self.stderr[-8000:]}\n")
        if start:
            self.start()

    def start(self, listeners=1):
        """Start, and wait for its "listening on URL" lines."""
        arguments = [program("sortied"), "--listen", self.listen, "--data-dir", self.data_dir]
        with open(self._stderr_path, "ab") as errors:
            self.process = subprocess.Popen(
                [*map(str, arguments), *map(str, self.arguments)], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors, cwd=self.home,
                env=environment(self.home, self.extra_env))
        self.pid = self.process.pid
        os.set_blocking(self.process.stdout.fileno(), False)
        self.urls, self._buffer = [], b""
        wait_until(lambda: self._heard(listeners), "sortied says where it listens", START_DEADLINE)
        return self

    def _heard(self, listeners):
        self._buffer += self.process.stdout.read() or b""
        lines = self._buffer.decode().split("\n")[:-1]
        self.urls = [line.removeprefix("listening on ").replace("tcp://", "http://")
                     for line in lines if line.startswith("listening on ")]
        code = self.process.poll()
        assert code is None, f"sortied ended with {code} before it listened:\n{self.stderr}"
        return len(self.urls) >= listeners

    @property
    def url(self):
        return self.urls[0]

    @property
    def host(self):
        unix = self.url.startswith("unix:")
        return "localhost" if unix else urllib.parse.urlsplit(self.url).netloc

    @property
    def stderr(self):
        """All it has said on standard error, over restarts."""
        return self._stderr_path.read_text("utf-8", "replace")

    def stop(self, expect=0):
        """SIGTERM; it has to end in order, with exit code expect and a quiet sanitizer."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(START_DEADLINE)
        self.process.stdout.close()
        check_stderr(self.stderr, "sortied")
        assert code == expect, f"sortied ended with {code}, not {expect}:\n{self.stderr}"

    def kill(self):
        """kill -9, as a crash or the machine's end would be for the process."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        check_stderr(self.stderr, "sortied")

    def restart(self):
        """Start again on the same folders after kill() or stop()."""
        return self.start()

    def _end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process is not None:
            self.process.stdout.close()
        for pid in redis_pids(self.home):
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda p=pid: not alive(p), f"redis-server {pid} is gone")

    def redis_pid(self):
        """The process ID of the private redis-server on this data folder; fails where none runs."""
        pids = redis_pids(self.data_dir)
        assert len(pids) == 1, f"private redis-servers of {self.data_dir}: {pids}"
        return pids[0]

    def connect(self, seconds=WAIT_DEADLINE):
        """A connected socket, for what http.client would never send."""
        if self.url.startswith("unix:"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(seconds)
            connection.connect(self.url.removeprefix("unix://"))
            return connection
        parts = urllib.parse.urlsplit(self.url)
        return socket.create_connection((parts.hostname, parts.port), seconds)

    def request(self, method, path, body=None, headers=None, seconds=WAIT_DEADLINE):
        """One request on a connection of its own. A body that is no bytes is sent as JSON."""
        fields = {**self.headers, **(headers or {})}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/json")
        if self.url.startswith("unix:"):
            connection = _UnixConnection(self.url.removeprefix("unix://"), seconds)
        else:
            connection = http.client.HTTPConnection(self.host, timeout=seconds)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def submit(self, text, **fields):
        """Submit a mission and return its ID."""
        answer = self.post("/missions", {"mission": text, **fields})
        assert answer.status == 202, f"{answer.status}: {answer.text}"
        return answer.json()["mission_id"]

    def events(self, mission_id=None, last_id=None, path=None, headers=None, seconds=WAIT_DEADLINE):
        """The event stream of a mission, or the feed over all, or that of another path. Reading
        fails after so many seconds in which nothing came."""
        path = path or ("/events" if mission_id is None else f"/missions/{mission_id}/events")
        stream = EventStream(self.connect(seconds), self.host, path, last_id,
                             {**self.headers, **(headers or {})})
        later(stream.close)
        return stream

    def wait_done(self, mission_id, seconds=WAIT_DEADLINE):
        """Read a mission's events up to its end: all of them as JSON objects; the last is done."""
        frames = self.events(mission_id, seconds=seconds).until(lambda e: e["type"] == "done")
        return [frame.event for frame in frames]

    def report(self, mission_id):
        answer = self.get(f"/missions/{mission_id}/report")
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return answer.text


def redis_pids(folder):
    """The redis-server (or valkey-server) processes that work in folder or below it."""
    folder, found = os.path.realpath(folder), []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            name = pathlib.Path(f"/proc/{entry}/comm").read_text().strip()
            # Redis rewrites its command line; where it works (its "dir") is what can be relied on.
            if name in ("redis-server", "valkey-server") and alive(int(entry)) and \
                    os.path.commonpath([os.readlink(f"/proc/{entry}/cwd"), folder]) == folder:
                found.append(int(entry))
        except OSError:  # gone between the look and the read
            continue
    return found


def redis(backend, *command):
    """A command for the private Redis, by Debian's redis-cli."""
    pid = backend.redis_pid()
    line = open(f"/proc/{pid}/cmdline", "rb").read().decode()
    path = line.split("unixsocket:")[-1].split("\0")[0].split()[0] if "unixsocket:" in line else None
    assert path and os.path.exists(path), f"where does {line!r} listen?"
    done = subprocess.run(["redis-cli", "-s", path, *map(str, command)], capture_output=True,
                          text=True, check=True, timeout=30)
    return done.stdout.strip()
