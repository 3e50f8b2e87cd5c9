# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast missions go through one sortied and one Redis, beside what the same Redis does when it
is spoken to directly. Called by ./dev bench pipeline; see docs/performance.md.

Every round measures everything once, so that what disturbs the machine disturbs all alike; the
table shows medians over the rounds. Nothing here passes or fails by time, but a mission that fails
is an error.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

import documents
from backend import BUILD, Backend, Failure

N_DOCUMENTS = 1000
RAW_COMMANDS = 100000  # of the ceiling's measurement
RAW_ROUND_TRIPS = 2000
SETTLE_SECONDS = 2  # before the idle backend is watched


class Results:
    """Values by measurement, in the order in which they first came."""

    def __init__(self):
        self.rows = {}

    def add(self, name, unit, value, target=None, ceiling=None, digits=1):
        """target: ("<" or ">", value). ceiling: what Redis alone reached in the same round, in the
        same unit; the ratio to it is shown."""
        row = self.rows.setdefault(name, {"unit": unit, "target": target, "digits": digits,
                                          "values": [], "ratios": []})
        row["values"].append(value)
        if ceiling:
            row["ratios"].append(value / ceiling)

    def summary(self):
        for name, row in self.rows.items():
            median = statistics.median(row["values"])
            sign, bound = row["target"] or (None, None)
            yield {"name": name, "unit": row["unit"], "median": round(median, 4),
                   "min": round(min(row["values"]), 4), "max": round(max(row["values"]), 4),
                   "rounds": len(row["values"]),
                   "ratio_to_redis":
                       round(statistics.median(row["ratios"]), 4) if row["ratios"] else None,
                   "target": f"{sign} {bound}" if sign else None,
                   "met": None if sign is None else median < bound if sign == "<"
                   else median >= bound}

    def table(self):
        lines = [f"{'':46} {'median':>9} {'':9} {'of Redis':>9}  {'min … max':>19}  target"]
        for row in self.summary():
            digits = self.rows[row["name"]]["digits"]
            ratio = row["ratio_to_redis"]
            ratio = "" if ratio is None else f"×{ratio:.1f}" if ratio >= 1 else f"{ratio:.2%}"
            spread = f"{row['min']:.{digits}f} … {row['max']:.{digits}f}"
            target = "" if row["target"] is None else \
                f"{row['target']}: {'met' if row['met'] else 'MISSED'}"
            lines.append(f"{row['name']:46} {row['median']:>9.{digits}f} {row['unit']:9} "
                         f"{ratio:>9}  {spread:>19}  {target}".rstrip())
        return "\n".join(lines)

    def print(self, machine, options):
        """The table, or JSON. machine: what describe_machine() told at the start."""
        machine["load_after"] = round(os.getloadavg()[0], 1)
        if options.json:
            print(json.dumps({"machine": machine, "results": list(self.summary())}, indent=1,
                             ensure_ascii=False))
            return
        print(f"{machine['cores']} cores, Redis {machine['redis']}, load {machine['load_before']} "
              f"before and {machine['load_after']} after, {options.rounds} rounds")
        print(self.table())


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- What is measured ----

def measure_memory(results, backend, when):
    resident, proportional = backend.sortied.memory
    results.add(f"memory {when}, resident", "MiB", resident, ("<", 25) if "idle" in when else None)
    results.add(f"memory {when}, proportional", "MiB", proportional)


def measure_idle(results, backend, seconds):
    """What nobody asked for: processor time and wake-ups with no client there."""
    time.sleep(SETTLE_SECONDS)
    processes = {"sortied": backend.sortied, "Redis": backend.redis}
    before = {name: process.activity() for name, process in processes.items()}
    began = time.monotonic()
    time.sleep(seconds)
    elapsed = time.monotonic() - began
    for name, process in processes.items():
        cpu, wakeups = process.activity_since(before[name])
        target = ("<", 0.5) if name == "sortied" else None
        results.add(f"idle, processor time of {name}", "%", cpu / elapsed * 100, target, digits=3)
        results.add(f"idle, wake-ups of {name}", "/s", wakeups / elapsed)


def measure_real(results, backend, scale):
    """Missions of the four agents over the indexed documents."""
    round_trip = 1000 / backend.raw_speed(1, 1, RAW_ROUND_TRIPS)
    one = backend.load(1, 40 * scale, documents.MISSIONS)
    eight = backend.load(8, 100 * scale, documents.MISSIONS)
    results.add("submit → first event, one at a time", "ms", one["first_event_ms"]["p50"],
                ("<", 5), round_trip, 2)
    results.add("submit → first event, one at a time, p99", "ms", one["first_event_ms"]["p99"],
                digits=2)
    results.add("mission over 1,000 documents, one at a time", "ms", one["done_ms"]["p50"],
                ("<", 150), round_trip)
    results.add("mission over 1,000 documents, 8 at a time", "ms", eight["done_ms"]["p50"],
                ("<", 150), round_trip)
    results.add("mission over 1,000 documents, 8 at a time, p99", "ms", eight["done_ms"]["p99"])
    results.add("missions over 1,000 documents, 8 at a time", "/s", eight["missions_per_second"])
    results.add("mission over 1,000 documents, sortied's CPU", "µs", eight["sortied_us"], digits=0)


def measure_noop(results, durability, concurrencies, scale):
    """Missions of four steps that do nothing, so that the bus and the server are left."""
    with Backend("--noop-agents", "--durability", durability) as backend:
        backend.load(32, 300)
        for concurrency in concurrencies:
            ceiling = backend.raw_speed(50, 16, RAW_COMMANDS)
            load = backend.load(concurrency, 2000 * scale)
            name = f"no-op missions, {durability}, {concurrency} at a time"
            results.add(f"XADD to that Redis alone, {durability}", "/s", ceiling, digits=0)
            results.add(name, "/s", load["missions_per_second"], (">", 1000), ceiling, 0)
            results.add(f"{name}: done", "ms", load["done_ms"]["p50"])
            if concurrency != concurrencies[0]:
                continue
            results.add(f"no-op mission, {durability}: sortied's CPU", "µs", load["sortied_us"],
                        digits=0)
            results.add(f"no-op mission, {durability}: Redis's CPU", "µs", load["redis_us"],
                        digits=0)
            results.add(f"no-op mission, {durability}: a script", "µs", load["script_us"])
            results.add(f"no-op mission, {durability}: scripts", "", load["scripts"])


def measure_indexing(results):
    done = subprocess.run([BUILD / "bench/bench-index"], check=True, capture_output=True,
                          encoding="utf-8")
    speed = re.search(r"indexing plain text\s+([\d.]+) MiB/s", done.stdout)
    search = re.search(r"search, .*?\s([\d.]+) ms", done.stdout)
    results.add("indexing plain text", "MiB/s", float(speed[1]), (">", 10))
    results.add("a search in it", "ms", float(search[1]), digits=2)


# ---- The run ----

def run_round(results, options):
    scale = 1 if options.quick else 2
    concurrencies = [64] if options.quick else [32, 64, 200]
    measure_indexing(results)
    for durability in "everysec", "always":
        say(f"  missions that do nothing, --durability {durability}")
        measure_noop(results, durability, concurrencies, scale)
    say("  missions over documents")
    with Backend() as backend:
        measure_memory(results, backend, "idle at the start")
    folder = None
    with Backend() as backend:
        folder = backend.home / "documents"
        documents.write(folder, N_DOCUMENTS)
        backend.add_collection("bench", folder, N_DOCUMENTS)
        backend.load(4, 12, documents.MISSIONS)
        measure_real(results, backend, scale)
        n_left = 0 if options.quick else 1000 - 12 - 140 * scale
        if n_left > 0:
            backend.load(8, n_left, documents.MISSIONS)
        say("  nothing at all")
        measure_idle(results, backend, 10 if options.quick else 15)
        measure_memory(results, backend,
                       "idle after missions" if options.quick else "idle after 1,000 missions")


def describe_machine():
    version = subprocess.run(["redis-server", "--version"], check=True, capture_output=True,
                             encoding="utf-8").stdout
    return {"cores": os.cpu_count(), "redis": re.search(r"v=(\S+)", version)[1],
            "load_before": round(os.getloadavg()[0], 1)}


def main():
    parser = argparse.ArgumentParser(prog="./dev bench pipeline", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often (default: 5)")
    parser.add_argument("--quick", action="store_true", help="measure fewer missions a round")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    options = parser.parse_args()
    machine, results = describe_machine(), Results()
    try:
        for number in range(1, options.rounds + 1):
            say(f"Round {number} of {options.rounds}")
            run_round(results, options)
    except Failure as failure:
        say(f"bench pipeline: {failure}")
        sys.exit(1)
    results.print(machine, options)


if __name__ == "__main__":
    main()
