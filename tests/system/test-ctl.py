# SPDX-License-Identifier: GPL-3.0-or-later
"""sortiectl as people use it: from the empty home folder, over a folder of their own."""
import json
import os
import re
import signal
import subprocess
import urllib.parse

import harness

SAMPLE = harness.SOURCE_ROOT / "data" / "sample"
MISSION = "Compare retries with dead letters."
# GLib takes every name of this kind for this machine (RFC 6761); for our clients it is another one's.
FAR = "far.localhost"


def ctl(home, *arguments, **options):
    return harness.run("sortiectl", *arguments, home=home, **options)


def test_run_starts_a_backend_and_prints_the_report():
    home = harness.temporary_folder()
    done = ctl(home, "run", MISSION, "--documents", SAMPLE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Compare retries with dead letters\n"), done.stdout[:200]
    assert "\n## Sources\n" in done.stdout and "[1]" in done.stdout
    assert re.search(r"completed in [\d.]+ s", done.stderr), done.stderr
    again = ctl(home, "run", "--documents", SAMPLE, MISSION)
    assert again.stdout == done.stdout, "the same mission gives the same report"


def test_json_prints_events():
    home = harness.temporary_folder()
    done = ctl(home, "run", MISSION, "--json", "--documents", SAMPLE)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["code"] == "mission.accepted" and events[-1]["type"] == "done"
    assert all(set(e) >= {"type", "source", "message", "timestamp", "mission_id", "code"}
               for e in events)


def test_commands_on_a_backend():
    backend = harness.Backend(listen="unix")
    home, where = backend.home, ("--backend", backend.url)
    assert ctl(home, *where, "collections", "add", "sample", SAMPLE).returncode == 0
    assert "sample" in ctl(home, *where, "collections").stdout
    listed = ctl(home, *where, "collections", "documents", "sample").stdout
    assert "redis-streams.md" in listed, listed
    found = ctl(home, *where, "search", "consumer groups", "--collection", "sample", "--json")
    first = json.loads(found.stdout.splitlines()[0])  # a result a line
    via_http = backend.get("/collections/sample/search?q=consumer+groups").json()["results"][0]
    assert (first["document"], first["passage"]) == (via_http["document"], via_http["passage"])

    mission = ctl(home, *where, "submit", MISSION).stdout.strip()
    assert re.fullmatch(r"[0-9a-f-]{36}", mission), mission
    assert ctl(home, *where, "watch", mission).returncode == 0
    report = ctl(home, *where, "report", mission).stdout
    assert report == backend.report(mission)
    verified = ctl(home, *where, "verify", mission)
    assert verified.returncode == 0 and re.search(r"\d+", verified.stdout), verified
    assert mission in ctl(home, *where, "list").stdout
    assert MISSION in ctl(home, *where, "show", mission).stdout
    assert "etriever" in ctl(home, *where, "topology").stdout
    fresh = ctl(home, *where, "retry", mission)
    assert fresh.returncode == 0, fresh.stderr
    assert ctl(home, *where, "watch", fresh.stdout.strip()).returncode == 0
    assert backend.report(fresh.stdout.strip()) == report
    assert ctl(home, *where, "delete", mission).returncode == 0
    gone = ctl(home, *where, "show", mission)
    assert gone.returncode == 1 and gone.stderr, gone
    backend.stop()


def test_folders_are_uploaded_to_another_machine():
    """every file of every folder arrives under a name of its own, also those of one name"""
    backend = harness.Backend(env={"PUBLIC_URL": f"http://{FAR}"})
    url = backend.url.replace("127.0.0.1", FAR)
    folders = [backend.home / "one", backend.home / "two"]
    for folder, paths in zip(folders, (["a.md", "deep/er/a.md", "deep/über.txt"], ["a.md"])):
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(f"The file {path} of {folder.name} speaks of fences.\n")
    done = ctl(backend.home, "--backend", url, "collections", "add", "box", *folders)
    assert done.returncode == 0 and "Left out" not in done.stderr, done
    listed = backend.get("/collections/box/documents").json()["documents"]
    names = {urllib.parse.unquote(one["uri"].removeprefix("upload:")) for one in listed}
    assert names == {"a.md", "a (2).md", "deep - er - a.md", "deep - über.txt"}, listed
    backend.stop()


def test_exit_codes_and_errors():
    home = harness.temporary_folder()
    for arguments in ((), ("nonsense",), ("run",), ("run", "x", "--words", "many"),
                      ("--backend", "ftp://x", "list"), ("show", "no-uuid"), ("run", ""),
                      ("run", "x", "--documents", "/does/not/exist"),
                      ("--backend", "http://127.0.0.1:1", "list")):
        done = ctl(home, *arguments)
        assert done.returncode == 1 and done.stderr.strip(), (arguments, done)
        assert not done.stdout.strip(), (arguments, done.stdout)
    for command in ("run", "submit", "watch", "list", "show", "report", "cancel", "retry", "delete",
                    "dead-letters", "search", "collections", "verify", "topology", "backend"):
        done = ctl(home, command, "--help")
        assert done.returncode == 0 and len(done.stdout) > 200, (command, done)
    assert re.match(r"sortiectl \d+\.\d+", ctl(home, "--version").stdout)


def test_no_documents_is_said_plainly():
    home = harness.temporary_folder()
    done = ctl(home, "run", "What is a fence?")
    assert done.returncode == 0, done.stderr
    assert "no documents" in done.stdout.lower(), done.stdout


def test_control_c_cancels():
    home = harness.temporary_folder()
    backend = harness.Backend(home=home, env={"SORTIE_FAULTS": "1"})
    process = subprocess.Popen(
        [harness.program("sortiectl"), "--backend", backend.url, "run", "x HOLD_AT_RETRIEVER"],
        env=harness.environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=home)
    harness.later(process.kill)
    missions = harness.wait_until(lambda: backend.get("/missions").json()["missions"], "a mission")
    backend.events(missions[0]["mission_id"]).until(
        lambda e: e["code"] == "step.started" and e["source"] == "retriever")
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 4, (process.returncode, out, err)
    assert missions[0]["mission_id"] in err, err
    snapshot = backend.get(f"/missions/{missions[0]['mission_id']}").json()
    assert snapshot["outcome"] == "cancelled", snapshot
    backend.stop()


if __name__ == "__main__":
    harness.main()
