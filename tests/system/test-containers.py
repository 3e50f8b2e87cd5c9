# SPDX-License-Identifier: GPL-3.0-or-later
"""sortiectl and the backend in containers, with an engine that plays its part."""
import os
import shutil
import signal
import subprocess

import fakeengine
import harness
from backend import MISSION, wait_indexed, write_documents


def start(**options):
    home = harness.temporary_folder()
    backend = fakeengine.serve("--documents", write_documents(home / "docs"), home=home)
    wait_indexed(backend, "docs")
    return backend, fakeengine.Engine(backend, **options)


def ctl(engine, *arguments):
    return harness.run("sortiectl", *arguments, env=engine.environment(os.environ["PATH"]))


def test_up_run_down():
    backend, engine = start()
    done = ctl(engine, "backend", "up", "--containers")
    assert (done.returncode, done.stdout) == (0, backend.url + "\n"), done
    said = ["Looking for a container engine …", "Building images (some minutes for the first time) …",
            "Starting containers …", "Waiting until the backend is ready …"]
    assert done.stderr.splitlines()[:4] == said, done.stderr
    assert fakeengine.TOKEN not in done.stderr + "".join(engine.calls)

    done = ctl(engine, "--containers", "run", MISSION)
    assert done.returncode == 0 and "## Sources" in done.stdout, done
    done = ctl(engine, "backend", "status", "--containers")
    assert done.returncode == 0, done
    for line in ("engine    Podman 9.8.7 with podman-compose", f"address   {backend.url}", "state     ready"):
        assert line in done.stdout.splitlines(), done.stdout
    assert "sortie_backend_1" in done.stdout and "sortie_redis_1" in done.stdout, done.stdout
    done = ctl(engine, "backend", "logs", "--containers")
    assert done.stdout == "redis | this is sortie_redis_1\nbackend | this is sortie_backend_1\n", done

    done = ctl(engine, "backend", "down", "--containers")
    assert done.returncode == 0 and not engine.runs, done
    done = ctl(engine, "backend", "status", "--containers")
    assert done.returncode == 1 and "are not started" in done.stderr, done
    backend.stop()


def test_not_started():
    backend, engine = start()
    for arguments in (("list",), ("run", MISSION)):
        done = ctl(engine, "--containers", *arguments)
        assert done.returncode == 1, done
        assert "start one with “sortiectl backend up --containers”" in done.stderr, done.stderr
    done = ctl(engine, "backend", "logs", "--containers")
    assert done.returncode == 1 and "the containers are not started" in done.stderr, done
    backend.stop()


def test_failures():
    backend, engine = start()
    engine.on("compose-up", "echo 'listen tcp4 127.0.0.1:8000: bind: address already in use' >&2")
    done = ctl(engine, "backend", "up", "--containers")
    assert done.returncode == 1 and not done.stdout, done
    assert "sortiectl: another program listens on port 8000 already; end it" in done.stderr, done.stderr
    done = ctl(engine, "--containers", "--backend", "http://127.0.0.1:1", "list")
    assert done.returncode == 1 and "give one of them" in done.stderr, done.stderr
    for arguments in (("logs",), ("status", "--containers")):
        done = ctl(engine, "backend", *arguments, "--follow")
        assert done.returncode == 1 and "--follow goes with" in done.stderr, done
    done = harness.run("sortiectl", "backend", "up", "--containers", env={"PATH": "/nonexistent"})
    assert done.returncode == 1 and "neither Podman nor Docker is installed" in done.stderr, done.stderr
    backend.stop()


def test_interrupted():
    """Ctrl-C stops what was started, and waits for it."""
    backend, engine = start()
    engine.on("compose-up", "echo 'sortie_redis_1|Up|Up' >$FAKE_ENGINE/running; exec sleep 600")
    home = harness.temporary_folder()
    process = subprocess.Popen(
        [harness.program("sortiectl"), "backend", "up", "--containers"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=home,
        env=harness.environment(home, engine.environment(os.environ["PATH"])))
    harness.later(process.kill)
    harness.wait_until(lambda: engine.runs, "containers are started")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=harness.WAIT_DEADLINE)
    assert process.returncode == 1 and "interrupted; what it had started is stopped" in said, said
    assert not engine.runs and engine.calls[-1].endswith("|down|-t|5"), engine.calls
    harness.check_stderr(said, "sortiectl")
    backend.stop()


def test_logs_followed():
    backend, engine = start()
    (engine.state / "running").write_text("sortie_backend_1|Up|Up\n")
    engine.on("engine-logs", "echo one; echo two >&2; echo $4 >$FAKE_ENGINE/followed; exec sleep 600")
    home = harness.temporary_folder()
    process = subprocess.Popen(
        [harness.program("sortiectl"), "backend", "logs", "--containers", "--follow"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home,
        env=harness.environment(home, engine.environment(os.environ["PATH"])))
    harness.later(process.kill)
    lines = {process.stdout.readline(), process.stdout.readline()}
    assert lines == {"backend | one\n", "backend | two\n"}, lines
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=harness.WAIT_DEADLINE)
    assert process.returncode == 0 and not said, (process.returncode, said)
    backend.stop()


def setup(folder, *options):
    return subprocess.run([folder / "setup", *map(str, options)], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"]}, timeout=harness.WAIT_DEADLINE, check=False)


def test_setup():
    """Secrets are made once; what the options say stands in .env once, and is said again by the next run."""
    home = harness.temporary_folder()
    folder = home / "compose"
    folder.mkdir()
    shutil.copy(harness.SOURCE_ROOT / "compose/setup", folder)
    (home / "My Minutes").mkdir()
    done = setup(folder, "--documents", home / "My Minutes", "--port", 9001)
    assert done.returncode == 0 and not done.stderr, done
    token = (folder / "secrets/sortie-token").read_text()
    assert len(token) == 64 and token != (folder / "secrets/redis-password").read_text()
    assert f"http://127.0.0.1:8080/?token={token}" in done.stdout and "http://127.0.0.1:9001 " in done.stdout
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert (folder / "backend.env").stat().st_mode & 0o777 == 0o600
    done = setup(folder, "--workers", 3)
    assert "up -d redis api worker frontend " in done.stdout and token in done.stdout, done
    kept = (folder / ".env").read_text().splitlines()
    assert {f"SORTIE_DOCUMENTS={home}/My Minutes", "SORTIE_PORT=9001", "SORTIE_WORKERS=3",
            "SORTIE_BACKEND_SERVICE=api", "SORTIE_PUBLIC_URL=http://127.0.0.1:9001"} <= set(kept), kept
    assert len({line.split("=")[0] for line in kept}) == len(kept), kept
    assert "up -d redis backend frontend " in setup(folder, "--workers", 0).stdout
    done = setup(folder, "--tls", "sortie.example")
    assert "backend frontend proxy " in done.stdout and "https://sortie.example:8443 " in done.stdout, done
    setup(folder, "--language", "pt_BR")
    assert "SORTIE_LANGUAGE=pt_BR" in (folder / ".env").read_text().splitlines()
    done = setup(folder, "--tls", "none")
    assert "backend frontend " in done.stdout and "http://127.0.0.1:9001 " in done.stdout, done


def test_setup_refuses():
    home = harness.temporary_folder()
    shutil.copy(harness.SOURCE_ROOT / "compose/setup", home)
    for name in ("a:b", "a #1", "a$b"):
        (home / name).mkdir()
    for options in (("--documents", home / "a:b"), ("--documents", home / "a #1"),
                    ("--documents", home / "a$b"), ("--documents", home / "missing"), ("--port", 0),
                    ("--port", "70000"), ("--workers", "many"), ("--tls", "a b"), ("--language", "de; rm"),
                    ("--tls",), ("--other",)):
        done = setup(home, *options)
        assert done.returncode == 1 and done.stderr.startswith("setup: "), (options, done)
        assert str(options[-1]) in done.stderr, (options, done)
        assert not (home / ".env").exists() and not (home / "secrets").exists(), options


if __name__ == "__main__":
    harness.main()
