# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cognitive layer itself costs: how long the model's first words take to a client, and what a
token costs in processor time. Called by ./dev bench llm.

The provider streams at a steady rate and says in its first token when it sent it, by the clock that
the client reads, too. A token's cost is the difference between a long report and a short one, divided
by the tokens that lie between: what a mission costs without them is no part of it. But what is sent
every 33 ms is, whether one token waits for it or thirty; so there are two more rows, from streams that
last equally long: what a token costs beside the others, and what sending costs by itself.

The table shows medians over the rounds. Nothing here passes or fails by time, but a report that the
model did not write is an error.
"""
import argparse
import http.client
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import documents
from backend import BUILD, Backend, Failure
from pipeline import Results, describe_machine, say

N_DOCUMENTS = 200
WRITER = "bench-writer"
MODELS = {"LLM_PLANNER_MODEL": "bench-planner", "LLM_ANALYZER_MODEL": "bench-analyzer",
          "LLM_WRITER_MODEL": WRITER}
MISSION = documents.MISSIONS[0]
RATES = (100, 300, 1000)  # tokens a second and stream
SHORT = 50                # tokens of a short report
SECONDS = 5               # which a long one lasts
CHUNKS = 30               # a second at the most: one is sent every 33 ms
STREAMS = (1, 20)
MISSION_DEADLINE = 120
SENT = re.compile(r"Sent(\d{9,}):")
PASSAGE = re.compile(r"<<<passage (\d+)\b[^\n]*>>>\n(.*?)(?=\n<<<)", re.S)
SENTENCE = re.compile(r"[A-Z][^.!?\n\[\]<>*_`|#]{30,200}\.(?=\s|$)")


class Provider:
    """llm-provider, as a context manager."""

    def __init__(self, folder):
        self.text, self.prompt = folder / "text", folder / "prompt"
        self.text.write_text("A report that cites nothing. ")
        self.process = subprocess.Popen([BUILD / "bench/llm-provider", WRITER, self.text, self.prompt],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[-1])

    def set(self, rate, tokens):
        """What the streams that begin from now on are like."""
        self.process.stdin.write(f"{rate} {tokens}\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "set\n":
            raise Failure("the provider does not take a rate")

    def learn(self):
        """Write from now on what the passages of the last prompt say, over and over, with citations,
        as a model that keeps to its sources does."""
        body = json.loads(self.prompt.read_bytes().split(b"\r\n\r\n", 1)[1])
        asked = "\n".join(m["content"] for m in body["messages"] if m["role"] == "user")
        cited = [(number, sentence) for number, text in PASSAGE.findall(asked)
                 for sentence in SENTENCE.findall(text.replace("\n", " "))[:6]]
        if not cited:
            raise Failure("no passage with a sentence is in the prompt:\n" + asked[:2000])
        paragraphs = [" ".join(f"{sentence} [{number}]" for number, sentence in cited[i:i + 4])
                      for i in range(0, len(cited), 4)]
        self.text.write_text("\n\n".join(paragraphs).encode("ascii", "replace").decode() + "\n\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Client(threading.Thread):
    """Submits a mission and follows it to its end: `first_ms` from the model's first token, as the
    provider sent it, to the client, in milliseconds."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.address, self.first_ms, self.problem = urllib.parse.urlsplit(address), None, None
        self.start()

    def run(self):
        try:
            self._follow()
        except (OSError, ValueError, Failure) as problem:
            self.problem = problem

    def _follow(self):
        connection = http.client.HTTPConnection(self.address.netloc, timeout=MISSION_DEADLINE)
        connection.request("POST", "/missions", json.dumps({"mission": MISSION}),
                           {"Content-Type": "application/json"})
        mission = json.load(connection.getresponse())["mission_id"]
        connection.request("GET", f"/missions/{mission}/events",
                           headers={"Accept": "text/event-stream"})
        stream, rest, written_by, outcome = connection.getresponse(), b"", None, None
        while outcome is None:
            data = stream.read1(65536)
            now = time.monotonic_ns()
            if not data:
                raise Failure("the event stream ended before its mission")
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if not line.startswith(b"data:"):
                    continue
                event = json.loads(line[5:])
                sent = SENT.search(event["message"]) if event["type"] == "partial_output" else None
                if sent and self.first_ms is None:
                    self.first_ms = (now - int(sent[1])) / 1e6
                if event["code"] == "draft.completed":
                    written_by = event["data"]["written_by"]
                if event["code"] == "llm.fallback" and event["data"]["purpose"] == "report":
                    raise Failure(event["message"])
                if event["type"] == "done":
                    outcome = event["data"]["outcome"]
        connection.close()
        if (outcome, written_by) != ("completed", "llm") or self.first_ms is None:
            raise Failure(f"the mission ended as {outcome}, its report written by {written_by}")


def missions(backend, count):
    """So many at once: the clients, and the processor time of sortied and Redis in nanoseconds."""
    before = backend.sortied.cpu_ns, backend.redis.cpu_ns
    clients = [Client(backend.address) for _ in range(count)]
    for client in clients:
        client.join()
        if client.problem is not None:
            raise Failure(f"{client.problem}\n{backend.errors}")
    time.sleep(0.1)  # what follows a mission's end belongs to it, in short and long ones alike
    after = backend.sortied.cpu_ns, backend.redis.cpu_ns
    return clients, [after[i] - before[i] for i in (0, 1)]


def measure(results, backend, provider, rate, streams, repeats):
    """Adds rows; returns the processor time of a long report of that rate, and of its sending and
    tokens alone, in µs."""
    long, firsts, sums = rate * SECONDS, [], {}
    for _ in range(repeats):
        for tokens in (SHORT, long):
            provider.set(rate, tokens)
            clients, spent = missions(backend, streams)
            firsts += [client.first_ms for client in clients]
            sums[tokens] = [a + b for a, b in zip(sums.get(tokens, (0, 0)), spent)]
    name = f"{streams} at once, {rate:,} tokens/s"
    added = [(sums[long][i] - sums[SHORT][i]) / streams / repeats / 1000 for i in (0, 1)]
    sortied, redis = (value / (long - SHORT) for value in added)
    firsts.sort()
    results.add(f"{name}: first token → client", "ms", statistics.median(firsts), ("<", 40))
    results.add(f"{name}: first token → client, p95", "ms", firsts[int(len(firsts) * 0.95)])
    results.add(f"{name}: a token, sortied", "µs", sortied)
    results.add(f"{name}: a token, Redis", "µs", redis)
    results.add(f"{name}: a token, both", "µs", sortied + redis, ("<", 20))
    return sum(added)


def measure_streams(results, backend, provider, streams, rates):
    costs = {}
    for rate in rates:
        say(f"  {streams} at once, {rate:,} tokens/s")
        costs[rate] = measure(results, backend, provider, rate, streams, 3 if streams == 1 else 1)
    slow, fast = min(rates), max(rates)
    if slow == fast:
        return
    token = (costs[fast] - costs[slow]) / ((fast - slow) * SECONDS)
    chunk = (costs[slow] - token * (slow * SECONDS - SHORT)) / (CHUNKS * SECONDS)
    results.add(f"{streams} at once: a token beside the others", "µs", token, ("<", 20))
    results.add(f"{streams} at once: sending what has gathered", "µs", chunk)


def measure_all(results, options):
    with tempfile.TemporaryDirectory(prefix="sortie-bench-") as folder, \
            Provider(pathlib.Path(folder)) as provider:
        env = {"USE_GROQ": "true", "LLM_BASE_URL": f"http://127.0.0.1:{provider.port}/v1",
               "LLM_TOTAL_TIMEOUT": "300", **MODELS}
        with Backend("--concurrency", str(max(STREAMS)), env=env) as backend:
            prepare(backend, provider)
            for number in range(1, options.rounds + 1):
                say(f"Round {number} of {options.rounds}")
                for streams in STREAMS:
                    measure_streams(results, backend, provider, streams,
                                    RATES[-1:] if options.quick else RATES)


def prepare(backend, provider):
    """Documents, the passages that the prompt holds, and everything warm."""
    folder = backend.home / "documents"
    documents.write(folder, N_DOCUMENTS)
    backend.add_collection("bench", folder, N_DOCUMENTS)
    provider.set(5000, 50)
    try:
        missions(backend, 1)
    except Failure:
        pass  # a report without citations is refused; the prompt is what it was for
    provider.learn()
    provider.set(1000, 300)
    for streams in STREAMS:
        missions(backend, streams)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench llm", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often (default: 3)")
    parser.add_argument("--quick", action="store_true", help="only the highest rate")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args()
    machine, results = describe_machine(), Results()
    try:
        measure_all(results, options)
    except Failure as failure:
        say(f"bench llm: {failure}")
        sys.exit(1)
    results.print(machine, options)


if __name__ == "__main__":
    main()
