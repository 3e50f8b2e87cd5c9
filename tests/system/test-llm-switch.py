# SPDX-License-Identifier: GPL-3.0-or-later
"""The language model's switch, its settings over HTTP, and its key, which nobody may see."""
import json
import os
import pathlib
import socket
import time

import harness
import openapi
from backend import MISSION, detail, json_of, served, wait_indexed, write_documents
from provider import MODELS, STALL, Provider, chunked, document, stream

KEY = "gsk-key-that-nobody-may-see"
GOOD = "gsk-the-key-that-is-right"


class Quiet:
    """A port that must not be connected to, on all addresses of this machine."""

    def __init__(self):
        self.socket = socket.create_server(("0.0.0.0", 0), backlog=64)
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.seen = 0
        harness.later(self.socket.close)

    def count(self):
        """Connections so far: they wait in the backlog for us, so that none is missed."""
        while True:
            try:
                self.socket.accept()[0].close()
                self.seen += 1
            except BlockingIOError:
                return self.seen

    def env(self, host, **more):
        proxy = f"http://127.0.0.1:{self.port}"
        proxies = {name: proxy for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
                                            "HTTPS_PROXY", "ALL_PROXY")}
        return {"LLM_BASE_URL": f"http://{host}:{self.port}/v1", "LLM_ALLOW_HTTP": "1",
                "no_proxy": "", **proxies, **more}


def start(*arguments, **options):
    home = harness.temporary_folder()
    documents = write_documents(home / "docs")
    backend = openapi.Backend("--documents", documents, *arguments, home=home, **options)
    wait_indexed(backend, "docs")
    return backend


def carry_out(backend):
    """The events of a mission, which has to be completed."""
    events = backend.wait_done(backend.submit(MISSION))
    assert events[-1]["data"] == {"outcome": "completed"}, events[-1]
    return events


def model_codes(events):
    return {event["code"] for event in events if event["code"].startswith("llm.")}


def warnings(backend):
    return [line for line in backend.stderr.splitlines() if "WARNING" in line]


def node(backend):
    nodes = {one["id"]: one for one in json_of(backend.get("/topology"))["nodes"]}
    return nodes.get("llm")


def patch(backend, **llm):
    return backend.request("PATCH", "/settings", {"llm": llm})


def attempt(backend, **llm):
    return json_of(backend.post("/settings/test", {"llm": llm}))


# ---- The switch ----

def test_without_the_switch_nobody_is_contacted():
    quiet = Quiet()
    for switch in (None, "false"):
        backend = start(env=quiet.env("127.0.0.1", USE_GROQ=switch, GROQ_API_KEY=KEY))
        events = carry_out(backend)
        assert json_of(backend.get("/"))["llm"] == "off" and node(backend) is None
        assert attempt(backend)["reason"] == "off"
        assert not model_codes(events)
        backend.stop()
        assert not warnings(backend) and "anguage model" not in backend.stderr
        assert quiet.count() == 0, switch


def test_without_a_key_nobody_is_contacted():
    """0.0.0.0 leads to this machine, but is no loopback address, so that a key is needed."""
    for is_here in (True, False):
        quiet = Quiet()
        env = quiet.env("0.0.0.0", USE_GROQ="true", LLM_FIRST_TOKEN_TIMEOUT="0.2")
        if not is_here:
            env["LLM_BASE_URL"] = None
        backend = start(env=env)
        carry_out(backend)
        carry_out(backend)
        info = json_of(backend.get("/"))
        assert info["llm"] == "degraded" and "GROQ_API_KEY" in info["llm_reason"], info
        assert node(backend)["state"] == "degraded"
        assert attempt(backend)["reason"] == "off"
        assert len(warnings(backend)) == 1 and "GROQ_API_KEY" in warnings(backend)[0]
        assert quiet.count() == 0, is_here
        if is_here:  # it is heard when somebody does connect
            assert not attempt(backend, key=KEY)["ok"]
            assert quiet.count() == 1
        backend.stop()


def test_mistakes_keep_nobody_from_starting():
    quiet = Quiet()
    for name, value in (("LLM_BASE_URL", "http://example.org/v1"), ("GROQ_API_KEY", f"{KEY} x"),
                        ("LLM_TOTAL_TIMEOUT", "soon"), ("USE_GROQ", "perhaps")):
        env = quiet.env("127.0.0.1", USE_GROQ="true", GROQ_API_KEY=KEY, LLM_ALLOW_HTTP=None)
        backend = harness.Backend(env={**env, name: value})
        info = backend.get("/").json()
        assert info["llm"] == "degraded" and name in info["llm_reason"], info
        assert len(warnings(backend)) == 1 and name in warnings(backend)[0], backend.stderr
        backend.stop()
        assert KEY not in backend.stderr
    assert quiet.count() == 0


def test_no_proxy_gets_what_is_for_this_machine():
    """Plain HTTP is let in to loopback addresses since nothing of it leaves the machine."""
    quiet, provider = Quiet(), Provider(lambda request: chunked(stream(request.report())))
    backend = start(env={**quiet.env("127.0.0.1"), **provider.env, "GROQ_API_KEY": KEY})
    assert "llm.used" in model_codes(carry_out(backend))
    backend.stop()
    assert quiet.count() == 0


# ---- The key ----

def keyed(request):
    """A provider with a right key, that tells everybody which wrong one was shown."""
    if f"Bearer {GOOD}" in request.head:
        return chunked(stream(request.report()))
    shown = json.dumps({"error": {"message": f"wrong: {request.head}"}})
    return document(401, shown)


def test_refused_key():
    provider = Provider(keyed)
    backend = start(env={**provider.env, "LLM_REST": "30", "GROQ_API_KEY": KEY})
    feed = backend.events()
    host = "127.0.0.1"
    assert json_of(backend.get("/"))["llm"] == "on"
    assert node(backend)["state"] == "on" and node(backend)["provider"] == host
    revision = json_of(backend.get("/topology"))["revision"]

    carry_out(backend)
    told = len(provider.requests)
    assert told >= 1
    carry_out(backend)
    assert len(provider.requests) == told, "asked although the key is refused"
    info = json_of(backend.get("/"))
    assert info["llm"] == "degraded" and host in info["llm_reason"], info
    assert node(backend)["state"] == "degraded" and host in node(backend)["reason"]
    assert json_of(backend.get("/topology"))["revision"] == revision
    assert len(warnings(backend)) == 1, backend.stderr
    feed.until(lambda e: e.get("data", {}).get("llm", {}).get("state") == "degraded")

    settings = json_of(patch(backend, key=GOOD))["llm"]
    assert settings["state"] == "on" and settings["has_key"] and "reason" not in settings
    feed.until(lambda e: e.get("data", {}).get("llm", {}).get("state") == "on")
    feed.close()
    assert "llm.used" in model_codes(carry_out(backend))
    asked = len(provider.requests)
    assert asked > told and 'state="on"} 1\n' in backend.get("/metrics").text

    assert json_of(patch(backend, enabled=False))["llm"]["state"] == "off"
    assert node(backend) is None
    assert not model_codes(carry_out(backend))
    assert len(provider.requests) == asked and len(warnings(backend)) == 1
    backend.stop()


def test_key_is_seen_nowhere():
    """In the environment or in .env: no file, no answer, no word on standard error, no child has it."""
    for where in ("environment", ".env"):
        home = harness.temporary_folder()
        documents = write_documents(home / "docs")
        # Read by the helper process, which first writes down what it was given.
        (documents / "large.md").write_text("# Large\n\n" + "An outbox stores events. " * 4000)
        helper = pathlib.Path(harness.environment(home)["SORTIE_LIBEXEC_DIR"]) / "sortie-extract"
        libexec = home / "libexec"
        libexec.mkdir()
        (libexec / "sortie-extract").write_text(
            f'#!/bin/sh\nenv >>"{home}/given"\nexec "{helper}" "$@"\n')
        (libexec / "sortie-extract").chmod(0o755)
        provider = Provider(keyed)
        env = {**provider.env, "SORTIE_LIBEXEC_DIR": libexec, "GROQ_API_KEY": KEY}
        if where == ".env":
            (home / ".env").write_text(f"GROQ_API_KEY={KEY}\n")
            del env["GROQ_API_KEY"]
        backend = openapi.Backend("--verbose", "--documents", documents, home=home, env=env)
        wait_indexed(backend, "docs")
        events = carry_out(backend)
        told = [json.dumps(events), json.dumps(attempt(backend)), detail(patch(backend, key=f"{KEY} "),
                                                                         400)]
        told += [backend.get(path).text for path in ("/", "/settings", "/topology", "/metrics",
                                                     "/openapi.json", "/missions", "/dead-letters")]
        told += [environment_of(pid) for pid in (backend.pid, backend.redis_pid())]
        limits = pathlib.Path(f"/proc/{backend.pid}/limits").read_text()
        assert "Max core file size        0 " in limits, limits
        assert any(KEY in request.head for request in provider.requests), "it was never sent"
        backend.stop()
        printed = harness.run("sortied", "--print-config", home=home, env=env).stdout
        assert f"GROQ_API_KEY=***  ({where})" in printed, printed
        told += [printed, backend.stderr, (home / "given").read_text()]
        for text in told:
            assert KEY not in text, text[:2000]
        assert_no_file_holds(home, KEY)


def environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except PermissionError:  # a process that allows no dump shows it to root alone
        return ""


def assert_no_file_holds(folder, secret):
    """Redis writes down all that it was ever told, so its files are looked through with all others."""
    looked_at = 0
    for path in filter(pathlib.Path.is_file, pathlib.Path(folder).rglob("*")):
        if path.name != ".env":
            looked_at += 1
            assert secret.encode() not in path.read_bytes(), path
    assert looked_at > 5


# ---- The end ----

def test_stop_while_it_is_silent():
    """A model that says nothing for long holds no end up: the step is handed back, and carried out after
    the next start."""
    provider = Provider(lambda request: [STALL])
    backend = start(env={**provider.env, "LLM_FIRST_TOKEN_TIMEOUT": "300",
                         "LLM_TOTAL_TIMEOUT": "300"})
    mission = backend.submit(MISSION)
    harness.wait_until(lambda: provider.requests, "the model is asked")
    before = time.monotonic()
    backend.stop()
    assert time.monotonic() - before < 20, "it waited for the model"
    provider.answer = lambda request: chunked(stream(request.report()))
    backend.restart()
    assert backend.wait_done(mission)[-1]["data"] == {"outcome": "completed"}
    assert json_of(backend.get(f"/missions/{mission}"))["outcome"] == "completed"
    backend.stop()


# ---- The routes ----

@served(documents=False, env={"USE_GROQ": "true", "GROQ_API_KEY": KEY,
                              "LLM_BASE_URL": "https://provider.invalid/v1/"})
def test_settings(backend):
    settings = json_of(backend.get("/settings"))["llm"]
    assert settings.pop("models").keys() == {"planner", "analyzer", "writer"}
    assert settings == {"enabled": True, "base_url": "https://provider.invalid/v1", "has_key": True,
                        "state": "on", "changeable": True}
    same = json_of(patch(backend, base_url="https://provider.invalid/v2", models={"writer": "big"}))
    assert same["llm"]["has_key"] and same["llm"]["models"]["writer"] == "big"
    other = json_of(patch(backend, base_url="https://other.invalid/v2"))["llm"]
    assert not other["has_key"] and other["state"] == "degraded" and other["reason"]
    assert json_of(patch(backend, key=KEY))["llm"]["state"] == "on"
    assert json_of(patch(backend, key=None))["llm"]["has_key"] is False
    assert json_of(patch(backend))["llm"]["base_url"] == "https://other.invalid/v2"
    for wrong in ({"base_url": "http://other.invalid"}, {"key": "a b"}, {"switch": True},
                  {"models": {"writer": ""}}, {"enabled": "yes"}):
        named = next(iter(wrong))
        assert named in detail(patch(backend, **wrong), 400), wrong
    assert json_of(backend.get("/settings"))["llm"]["base_url"] == "https://other.invalid/v2"
    body = json.dumps({"llm": {"enabled": False}}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = backend.request("PATCH", "/settings", body, {"Content-Type": kind})
        assert detail(answer, 415), kind
    answer = backend.request("PATCH", "/settings", {"llm": {}}, {"Origin": "https://evil.example"})
    assert detail(answer, 403)
    assert json_of(backend.get("/settings"))["llm"]["enabled"] is True


def test_trials():
    provider = Provider(keyed)
    backend = openapi.Backend(env={**MODELS})
    assert attempt(backend)["reason"] == "off"
    address = provider.env["LLM_BASE_URL"]
    good = attempt(backend, enabled=True, base_url=address, key=GOOD)
    assert good["ok"] and good["model"] == MODELS["LLM_PLANNER_MODEL"], good
    assert 0 <= good["first_token_ms"] <= good["elapsed_ms"]
    bad = attempt(backend, enabled=True, base_url=address, key=KEY)
    assert not bad["ok"] and bad["reason"] == "auth" and KEY not in bad["message"], bad
    off = attempt(backend, base_url=address, key=GOOD)
    assert off["reason"] == "off", "what is switched off is not asked by a trial either"
    assert len(provider.requests) == 2
    settings = json_of(backend.get("/settings"))["llm"]
    assert settings["state"] == "off" and not settings["has_key"], "a trial changes nothing"
    backend.stop()


def test_only_where_agents_work():
    backend = openapi.Backend("--roles", "api", env={"USE_GROQ": "true"})
    assert json_of(backend.get("/settings"))["llm"]["changeable"] is False
    told = detail(patch(backend, enabled=False), 409)
    assert "USE_GROQ" in told and "worker" in told, told
    backend.stop()


if __name__ == "__main__":
    harness.main()
