# SPDX-License-Identifier: GPL-3.0-or-later
"""The profile tls: a proxy for other machines in front of the backend and of the window."""
import re
import socket
import ssl
import subprocess

import engine
import scenario
from browser import Browser
from missions import DOCUMENTS, MISSION, check_events, hold_at, wait_indexed
from stream import EventStream

SERVICES = ("redis", "backend", "frontend", "proxy")
HOST = "sortie.example"
URL = f"https://{HOST}:8443"


def make_stack():
    # The name that other machines know this one by; /etc/hosts is ours, as are all mounts.
    hosts = engine.STORE / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {HOST}\n", encoding="utf-8")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    stack = engine.Stack("tls", SERVICES, "--tls", HOST, documents=DOCUMENTS)
    with open(stack.folder / "backend.env", "a", encoding="utf-8") as file:
        file.write("SORTIE_FAULTS=1\n")
    stack.up()
    engine.wait_until(stack.client().is_ready, "the backend is ready")
    wait_indexed(stack.client())
    stack.wait_healthy("proxy")
    return stack


def context(stack):
    return ssl.create_default_context(cafile=str(stack.folder / "secrets/tls.crt"))


def curl(stack, path, *options):
    """An HTTP client that is not ours, which checks the certificate."""
    return engine.run("curl", "--silent", "--show-error", "--cacert", stack.folder / "secrets/tls.crt",
                      "--header", f"Authorization: Bearer {stack.token}", *options, URL + path).stdout


def test_certificate_is_for_that_host(stack):
    assert '"name":"Sortie"' in curl(stack, "/")
    assert f'"public_url":"{URL}"' in curl(stack, "/")
    done = engine.run("curl", "--silent", URL + "/", check=False)
    assert done.returncode == 60, f"a self-signed certificate was taken: {done.returncode}"


def test_plain_http_is_sent_to_https(stack):
    said = engine.run("curl", "--silent", "--include", f"http://{HOST}:8443/missions").stdout
    assert re.match(r"HTTP/1\.1 301 ", said) and f"Location: {URL}/missions" in said, said


def test_events_come_at_once(stack):
    """A held mission: its first events are there long before it ends, so nothing is kept back."""
    client = stack.client()
    mission = client.submit(hold_at("writer"))
    raw = socket.create_connection((HOST, 8443), 30)
    stream = EventStream(context(stack).wrap_socket(raw, server_hostname=HOST), f"{HOST}:8443",
                         f"/missions/{mission}/events",
                         headers={"Authorization": f"Bearer {stack.token}"})
    assert stream.status == 200 and stream.headers["content-type"].startswith("text/event-stream")
    first = next(stream).event
    assert first["code"] == "mission.accepted", first
    snapshot = client.get(f"/missions/{mission}").json()
    assert snapshot["state"] == "running", "the first event came when the mission had ended"
    events = [first, *(frame.event for frame in stream)]
    check_events(events, client.report(mission))
    stream.close()


def test_sortiectl_over_tls(stack):
    """A whole mission by the command line from another container, as from another machine."""
    certificate = stack.folder / "secrets/tls.crt"
    address = stack.inspect("proxy")["NetworkSettings"]["Networks"]
    ip = next(iter(address.values()))["IPAddress"]
    done = engine.run(
        engine.PROGRAM, "run", "--rm", "--network", next(iter(address)), "--add-host", f"{HOST}:{ip}",
        "--volume", f"{certificate}:/etc/ssl/certs/ca-certificates.crt:ro",
        "--volume", f"{stack.folder}/secrets/sortie-token:/run/secrets/sortie-token:ro",
        "--entrypoint", "sortiectl", "localhost/sortie-backend", "--backend", URL, "--token-file",
        "/run/secrets/sortie-token", "run", MISSION)
    assert "## Sources" in done.stdout, done.stdout + done.stderr


def test_missing_backend_is_told(stack):
    engine.call("stop", "-t", "25", stack.container("backend"))
    said = curl(stack, "/readyz", "--include")
    assert re.match(r"HTTP/\S+ 503", said) and "The backend does not answer." in said, said
    assert "backend:8000" not in said and "Retry-After" in said.title(), said
    stack.start("backend")
    engine.wait_until(lambda: '"ready"' in curl(stack, "/readyz"), "the backend answers again")


def test_window_over_tls(stack):
    page = Browser()
    try:
        answer = page.do("goto", url=f"{URL}/app/")
        assert answer["status"] == 401, answer
        answer = page.do("goto", url=f"{URL}/app/?token={stack.token}")
        assert answer == {"status": 200, "url": f"{URL}/app/"}, answer
        page.wait_for("mission")
        page.keep("tls")
        for url in page.do("requests")["urls"]:
            assert re.match(rf"(blob:)?(https|wss)://{re.escape(HOST)}:8443/", url), url
    finally:
        page.close()


if __name__ == "__main__":
    scenario.main(make_stack)
