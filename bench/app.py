# SPDX-License-Identifier: GPL-3.0-or-later
"""What the window takes: time to open, time of a frame, memory. Called by ./dev bench app; each program
runs on a display of its own, with accessibility on. Nothing here passes or fails by time."""
import argparse
import ctypes
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ.get("SORTIE_BENCH_BUILD", "build-bench"))
ROOT = pathlib.Path(__file__).resolve().parents[1]
WITH_DISPLAY = ROOT / "tests/display/with-display"
STARTS = 9
START_DEADLINE = 30  # seconds


def run(*command):
    """The JSON objects that a program prints, a line each, on a display of its own."""
    done = subprocess.run([str(WITH_DISPLAY), *map(str, command)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=600, check=False,
                          env={**os.environ, "GSETTINGS_SCHEMA_DIR": str(BUILD / "data")})
    if done.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


# ---- From the command to the first window (run inside with-display) ----

def first_windows():
    """Prints the milliseconds until each of some windows is on the screen."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(None))
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    root = x11.XDefaultRootWindow(display)

    def is_shown():
        ids, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        other = ctypes.c_ulong()
        x11.XQueryTree(display, ctypes.c_ulong(root), ctypes.byref(other), ctypes.byref(other),
                       ctypes.byref(ids), ctypes.byref(count))
        attributes = (ctypes.c_int * 64)()  # XWindowAttributes: x, y, width, height, …
        for i in range(count.value):
            x11.XGetWindowAttributes(display, ctypes.c_ulong(ids[i]), attributes)
            if attributes[2] > 400 and attributes[3] > 300 and is_viewable(attributes):
                return True
        return False

    def is_viewable(attributes):
        # map_state stands behind two longs, a pointer and five ints: IsViewable is 2.
        return ctypes.cast(attributes, ctypes.POINTER(ctypes.c_int))[23] == 2

    times = []
    for _ in range(STARTS):
        home = tempfile.mkdtemp(prefix="sortie-bench-")
        env = {**os.environ, "HOME": home, "XDG_DATA_HOME": f"{home}/data"}
        started = time.monotonic()
        process = subprocess.Popen([str(BUILD / "src/main/sortie")], env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not is_shown() and time.monotonic() < started + START_DEADLINE:
            time.sleep(0.002)  # between two looks
        times.append((time.monotonic() - started) * 1000)
        process.terminate()
        process.wait(START_DEADLINE)
        while is_shown():
            time.sleep(0.002)  # between two looks
        shutil.rmtree(home, ignore_errors=True)
    times.sort()
    print(json.dumps({"median_ms": times[len(times) // 2], "max_ms": times[-1]}))


# ---- The table ----

def measure():
    """(name, value, unit, target or None): a target is what the value has to stay below."""
    window, = run("/usr/bin/python3", "-B", __file__, "--first-windows")
    yield "first window", window["median_ms"], "ms", 400
    opened, = run(BUILD / "bench/bench-app-mission", "open")
    yield "open a mission of 20,000 events", opened["median_ms"], "ms", 150
    yield "  of it the processor's time", opened["median_cpu_ms"], "ms", None
    yield "  resident after opening ten", opened["resident_mib"], "MiB", 150
    cases = {case["case"]: case for case in run(BUILD / "bench/bench-app-report")}
    for name in ("stream a report", "stream one list", "stream one table"):
        case = cases[name]
        size = f"{case['bytes'] // 1024} KiB"
        yield f"{name} of {size}: own work a frame, p99", case["work_cpu_ms_p99"], "ms", 4
        yield "  the same by the wall's clock, p99", case["work_ms_p99"], "ms", None
        yield "  from frame to frame, median", case["frame_ms_p50"], "ms", None
        yield "  from frame to frame, p99", case["frame_ms_p99"], "ms", None
    once, twice = cases["stream a report"], cases["stream twice the report"]
    growth = twice["work_cpu_ms_sum"] / twice["bytes"] / (once["work_cpu_ms_sum"] / once["bytes"])
    yield "work a byte, twice the report to once", growth, "×", 1.5
    yield "resident while a report streams", once["resident_mib"], "MiB", 150
    large = cases["show a report of 5 MiB"]
    yield "show a report of 5 MiB: own work a frame, p99", large["work_cpu_ms_p99"], "ms", 4
    yield "  from frame to frame, p99", large["frame_ms_p99"], "ms", None
    yield "  until all of it is there", large["seconds"], "s", None
    diagram, = run(BUILD / "bench/bench-app-diagram")
    cost = (diagram["with_diagram"]["mean"] - diagram["without_diagram"]["mean"]) / 1000
    yield "an event changes the diagram", cost, "ms", 0.2
    yield "  layouts meanwhile", diagram["layouts"] - 1, "", 1
    hour, = run(BUILD / "bench/bench-app-mission", "long")
    yield "resident after 240 missions", hour["late_mib"], "MiB", 120
    yield "  grown since the first 60", hour["late_mib"] - hour["early_mib"], "MiB", 4


def main():
    parser = argparse.ArgumentParser(prog="dev bench app", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--first-windows", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first_windows:
        return first_windows()
    load = round(os.getloadavg()[0], 1)
    rows = []
    for name, value, unit, target in measure():
        rows.append({"name": name, "value": round(value, 3), "unit": unit, "target": target,
                     "met": None if target is None else value < target})
    if options.json:
        return print(json.dumps({"cores": os.cpu_count(), "load_before": load, "results": rows},
                                indent=1))
    print(f"{os.cpu_count()} cores, load {load} before and {os.getloadavg()[0]:.1f} after")
    for row in rows:
        told = "" if row["target"] is None else \
            f"< {row['target']}: {'met' if row['met'] else 'MISSED'}"
        print(f"{row['name']:56} {row['value']:>9.2f} {row['unit']:4} {told}".rstrip())
    return None


if __name__ == "__main__":
    main()
