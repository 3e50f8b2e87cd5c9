# SPDX-License-Identifier: GPL-3.0-or-later
"""Three faults that containers had in the system before this one, each as a test: localhost inside of a
container, a .env that overrides what was injected, internal names that reach people."""
import re

import engine
import scenario
from missions import DOCUMENTS, MISSION, check_events, wait_indexed

SERVICES = ("redis", "backend", "frontend")
LOCAL_ENV = "REDIS_URL=redis://localhost:6379\nUSE_GROQ=true\nGROQ_API_KEY=gsk_from_the_file\n"
# The service's name as a host, in any message; the word alone is English.
INTERNAL = re.compile(r"backend:8000|//backend\b|redis:6379|//redis\b|\b10\.\d+\.\d+\.\d+\b")


def make_stack():
    """The .env of somebody's checkout lies in the backend's working directory."""
    stack = engine.Stack("addresses", SERVICES, documents=DOCUMENTS)
    (stack.folder / "local.env").write_text(LOCAL_ENV)
    stack.override(f"""
services:
  backend:
    volumes: ["{stack.folder}/local.env:/data/.env:ro"]
""")
    stack.up()
    engine.wait_until(stack.client().is_ready, "the backend is ready")
    wait_indexed(stack.client())
    return stack


def config(stack, *command):
    """What --print-config says: name to (value, origin)."""
    text = stack.execute("backend", *command, "sortied", "--print-config").stdout
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def test_localhost_is_the_container(stack):
    """The frontend reaches the backend by its service's name, and would not by localhost."""
    assert stack.inspect("frontend")["Config"]["Env"].count("BACKEND_URL=http://backend:8000") == 1
    ask = "exec 3<>/dev/tcp/{}/8000 && printf 'GET /healthz HTTP/1.1\\r\\nHost: {}:8000\\r\\n\\r\\n' >&3 " \
          "&& read -r -t 5 line <&3 && echo \"$line\""
    done = stack.execute("frontend", "bash", "-c", ask.format("backend", "backend"))
    assert " 200 " in done.stdout, done.stdout
    assert stack.execute("frontend", "bash", "-c", ask.format("localhost", "localhost"),
                         check=False).returncode != 0
    engine.wait_until(lambda: connections(stack) > 0, "the app is connected to the backend")


def connections(stack):
    """How many event streams the backend serves; the test has none."""
    return int(re.search(r"^sortie_http_streams (\d+)", stack.client().get("/metrics").text,
                         re.MULTILINE)[1])


def test_env_file_does_not_override(stack):
    """REDIS_URL is injected, so the .env in the working directory is not even read."""
    assert stack.execute("backend", "cat", "/data/.env").stdout == LOCAL_ENV
    shown = config(stack)
    assert shown["REDIS_URL"].startswith("redis://redis:6379/0 "), shown["REDIS_URL"]
    assert "environment" in shown["REDIS_URL"], shown["REDIS_URL"]
    assert "default" in shown["USE_GROQ"] and "true" not in shown["USE_GROQ"], shown["USE_GROQ"]
    _, events, report = stack.client().carry_out(MISSION)
    check_events(events, report)
    assert stack.client().get("/").json()["llm"] == "off"


def test_env_file_is_honoured_where_nothing_is_injected(stack):
    """The same file, the same program, without the variable, as outside of containers."""
    shown = config(stack, "env", "--unset=REDIS_URL")
    assert shown["REDIS_URL"].startswith("redis://localhost:6379 "), shown["REDIS_URL"]
    assert ".env" in shown["REDIS_URL"], shown["REDIS_URL"]
    assert shown["USE_GROQ"].startswith("true ") and "gsk_" not in str(shown), shown


def answers(client, mission):
    """Everything that a browser can get to see of a mission, of an error, and of the backend itself."""
    paths = ["/", "/healthz", "/readyz", "/missions", f"/missions/{mission}", "/topology", "/nothing",
             f"/missions/{mission}/report", f"/missions/{mission}/report?format=html",
             "/missions/none", "/collections", "/collections/documents",
             "/collections/documents/search?q=consumer", "/settings", "/dead-letters", "/metrics",
             "/openapi.json"]
    for path in paths:
        for accept in ("text/html,*/*", "application/json"):
            answer = client.get(path, headers={"Accept": accept})
            yield path, f"{answer.status}\n{answer.headers}\n{answer.text}"
    page = client.get(f"/missions/{mission}/events", headers={"Accept": "application/json"})
    yield "events", page.text
    submitted = client.post("/missions", {"mission": MISSION})
    assert submitted.headers["Location"].startswith("/missions/"), submitted.headers["Location"]
    yield "Location", str(submitted.headers)
    yield "task", str(client.post("/task", {"task": MISSION}).headers)
    for bad in (client.post("/missions", b"{"), client.request("PUT", "/missions"),
                client.get("/missions", headers={"Host": "elsewhere.example"}),
                client.get("/missions", headers={"Origin": "http://elsewhere.example"}),
                client.get("/missions", headers={"Authorization": "Bearer wrong"})):
        assert bad.status >= 400
        yield "error", f"{bad.headers}\n{bad.text}"


def test_no_internal_name_in_any_answer(stack):
    client = stack.client()
    mission, _, _ = client.carry_out(MISSION)
    assert client.get("/").json()["public_url"] == "http://127.0.0.1:8000"
    for path, text in answers(client, mission):
        assert not INTERNAL.search(text), f"{path}: {INTERNAL.search(text)[0]}\n{text[:3000]}"


def test_no_internal_name_in_what_people_read(stack):
    """What the command line says in the frontend's place, online and offline; and the frontend's log."""
    command = ("env", f"SORTIE_TOKEN={stack.token}", "BACKEND_URL=http://backend:8000",
               "PUBLIC_URL=http://127.0.0.1:8000", "sortiectl")
    said = stack.execute("backend", *command, "backend", "status", "--verbose")
    assert "address   http://127.0.0.1:8000" in said.stdout, said.stdout
    told = said.stdout + said.stderr
    gone = stack.execute("backend", "env", "BACKEND_URL=http://backend:8001", f"SORTIE_TOKEN={stack.token}",
                         "PUBLIC_URL=http://127.0.0.1:8000", "sortiectl", "list", check=False)
    assert gone.returncode == 1 and "127.0.0.1:8000" in gone.stderr, gone.stderr
    told += gone.stdout + gone.stderr
    unknown = stack.execute("backend", "env", "BACKEND_URL=http://backend-that-is-not-there:8000",
                            "PUBLIC_URL=http://127.0.0.1:8000", "sortiectl", "list", check=False)
    assert unknown.returncode == 1 and "is-not-there" not in unknown.stderr, unknown.stderr
    told += unknown.stdout + unknown.stderr + stack.logs("frontend")
    assert not INTERNAL.search(told), told


if __name__ == "__main__":
    scenario.main(make_stack)
