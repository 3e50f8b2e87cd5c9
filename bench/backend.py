# SPDX-License-Identifier: GPL-3.0-or-later
"""A sortied to measure, on folders of its own, and what the system knows of its processes."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

BUILD = pathlib.Path(os.environ["SORTIE_BENCH_BUILD"])
START_DEADLINE = 30
STOP_DEADLINE = 30
# What the surroundings may hold must not reach the program that is measured.
CLEARED = ("REDIS_URL", "USE_GROQ", "GROQ_API_KEY", "BACKEND_URL", "PUBLIC_URL", "SORTIE_TOKEN",
           "SORTIE_TOKENS_FILE", "SORTIE_FAULTS")


class Failure(Exception):
    """Something did not work, so there is nothing to measure."""


class Process:
    """What /proc says of one process."""

    def __init__(self, pid):
        self.pid = pid

    def _read(self, name):
        return pathlib.Path(f"/proc/{self.pid}/{name}").read_text(encoding="utf-8")

    def _threads(self, name):
        """Of each thread that lives: its number and what that file says."""
        for path in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            try:
                yield path.name, (path / name).read_text(encoding="utf-8")
            except OSError:
                pass  # it has ended meanwhile

    @property
    def cpu(self):
        """Seconds of processor time, also of threads that have ended."""
        fields = self._read("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def cpu_ns(self):
        """Nanoseconds of processor time, also of threads that have ended."""
        return time.clock_gettime_ns(~self.pid << 3 | 2)  # what clock_getcpuclockid() gives

    def activity(self):
        """By thread: (seconds of processor time to the nanosecond, how often it began to wait)."""
        cpu = {thread: int(text.split()[0]) / 1e9 for thread, text in self._threads("schedstat")}
        return {thread: (cpu.get(thread, 0),
                         int(re.search(r"voluntary_ctxt_switches:\s+(\d+)", text)[1]))
                for thread, text in self._threads("status")}

    def activity_since(self, before):
        """The sums of what has come since an activity() of before. A thread that has ended in
        between is left out."""
        now = self.activity()
        return tuple(sum(values[i] - before.get(thread, (0, 0))[i]
                         for thread, values in now.items()) for i in (0, 1))

    @property
    def memory(self):
        """(resident, proportional) in MiB."""
        text = self._read("smaps_rollup")
        return tuple(int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1]) / 1024
                     for name in ("Rss", "Pss"))

    def children(self):
        return [Process(int(pid)) for _, text in self._threads("children")
                for pid in text.split()]

    @property
    def name(self):
        return self._read("comm").strip()


class Backend:
    """sortied with its private Redis; a context manager."""

    def __init__(self, *arguments, env=None):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="sortie-bench-"))
        self.arguments, self.env = arguments, env or {}
        self.process = self.sortied = self.redis = self.address = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        env = {k: v for k, v in os.environ.items()
               if k not in CLEARED and not k.startswith("LLM_")}
        for name in ("data", "config", "cache", "state"):
            env[f"XDG_{name.upper()}_HOME"] = str(self.home / name)
        env.update(HOME=str(self.home), XDG_RUNTIME_DIR=str(self.home), LC_ALL="C.UTF-8",
                   **self.env)
        with open(self.home / "stderr", "wb") as errors:
            self.process = subprocess.Popen(
                [BUILD / "src/main/sortied", "--data-dir", self.home / "d", "--listen",
                 "tcp://127.0.0.1:0", *self.arguments],
                env=env, cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=errors)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on "):
            raise Failure("sortied did not start: " + self.errors)
        self.address = line.split()[-1].rstrip("/")
        self.sortied = Process(self.process.pid)
        self.redis = next(child for child in self.sortied.children()
                          if child.name.startswith(("redis-server", "valkey-server")))

    def __exit__(self, *_):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_DEADLINE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def errors(self):
        return (self.home / "stderr").read_text(encoding="utf-8", errors="replace")[-2000:]

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.load(answer)

    def add_collection(self, name, folder, n_documents):
        """Make a collection of that folder, and wait until it is indexed."""
        subprocess.run([BUILD / "src/main/sortiectl", "collections", "add", name, folder],
                       env=dict(os.environ, BACKEND_URL=self.address), check=True,
                       capture_output=True)
        self.wait_for_index(n_documents)

    def wait_for_index(self, n_documents):
        """Until that many documents are indexed: seconds since the call."""
        began = time.monotonic()
        while time.monotonic() < began + 300:
            collections = self.get("/collections")["collections"]
            if sum(c["documents"] for c in collections) >= n_documents and \
                    not any(c.get("indexing") for c in collections):
                return time.monotonic() - began
            time.sleep(0.05)
        raise Failure("the documents were not indexed: " + self.errors)

    # ---- Redis ----

    @property
    def socket(self):
        arguments = self.redis._read("cmdline").split("\0")  # redis-server shows its socket so
        shown = re.search(r"unixsocket:(\S+)", " ".join(arguments))
        found = shown[1] if shown else next(self.home.rglob("*.sock"), None)
        if found is None:
            raise Failure("no socket of the private Redis in " + str(self.home))
        return str(found)

    def ask_redis(self, *command):
        return subprocess.run(["redis-cli", "-s", self.socket, *command], check=True,
                              capture_output=True, encoding="utf-8").stdout

    def raw_speed(self, clients, depth, n):
        """XADDs a second of an event's size, by redis-benchmark on the very same Redis."""
        key = "bench:raw"
        done = subprocess.run(
            ["redis-benchmark", "-s", self.socket, "-q", "--csv", "-c", str(clients), "-P",
             str(depth), "-n", str(n), "XADD", key, "MAXLEN", "~", "10000", "*", "e", "x" * 180],
            check=True, capture_output=True, encoding="utf-8")
        self.ask_redis("DEL", key)
        return float(done.stdout.splitlines()[-1].split(",")[1].strip('"'))

    def reset_statistics(self):
        self.ask_redis("CONFIG", "RESETSTAT")

    def command_statistics(self):
        """By command: (calls, microseconds)."""
        text = self.ask_redis("INFO", "commandstats")
        return {m[1]: (int(m[2]), int(m[3]))
                for m in re.finditer(r"cmdstat_(\S+?):calls=(\d+),usec=(\d+)", text)}

    # ---- Missions ----

    def load(self, clients, n, texts=(), seconds=300):
        """What mission-load measured, with the processor time of both processes and the scripts'
        share added."""
        command = [BUILD / "bench/mission-load", "-c", str(clients), "-n", str(n), "-t",
                   str(seconds)]
        for text in texts:
            command += ["-m", text]
        self.reset_statistics()
        before = self.sortied.cpu, self.redis.cpu
        done = subprocess.run([*command, self.address], check=False, capture_output=True,
                              encoding="utf-8")
        after = self.sortied.cpu, self.redis.cpu
        try:
            result = json.loads(done.stdout)
        except ValueError:
            raise Failure(f"mission-load: {done.stderr}{self.errors}") from None
        if result["failures"] > 0:
            raise Failure(f"{result['failures']} of {n} missions failed: "
                          f"{result['first_failure']}\n{self.errors}")
        result["sortied_us"] = (after[0] - before[0]) / n * 1e6
        result["redis_us"] = (after[1] - before[1]) / n * 1e6
        calls, microseconds = self.command_statistics().get("evalsha", (0, 0))
        result["scripts"] = calls / n
        result["script_us"] = microseconds / max(calls, 1)
        return result
