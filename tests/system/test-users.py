# SPDX-License-Identifier: GPL-3.0-or-later
"""Two users of one backend: neither sees or touches what is the other's."""
import functools
import os

import harness
import openapi
from backend import MISSION, detail, json_of, wait_indexed, wait_ready, write_documents

TOKENS = "# who may ask\nanna:token-of-anna\nbert:token-of-bert\n"


def two_users(*arguments, **options):
    """Runs a test with the same backend twice: as anna and as bert see it."""
    def decorate(test):
        @functools.wraps(test)
        def run():
            home = harness.temporary_folder()
            tokens = home / "tokens"
            tokens.write_text(TOKENS)
            os.chmod(tokens, 0o600)
            backend = openapi.Backend("--tokens-file", tokens, *arguments, home=home,
                                      env={"SORTIE_FAULTS": "1"}, **options)
            wait_ready(backend)
            anna, bert = User(backend, "anna"), User(backend, "bert")
            test(anna, bert)
            backend.stop()
        del run.__wrapped__
        return run
    return decorate


class User(openapi.Backend):
    """A backend as one user sees it; it is started and ended by another one."""

    def __init__(self, backend, name):  # pylint: disable=super-init-not-called
        self.urls, self.name, self.home = backend.urls, name, backend.home
        self.headers = {"Authorization": f"Bearer token-of-{name}"}


def ids(user):
    return [one["mission_id"] for one in json_of(user.get("/missions"))["missions"]]


@two_users()
def test_tokens(anna, bert):
    wrong = ("Bearer token-of-nobody", "Bearer", "Bearer ", "bearer", "Basic token-of-anna",
             "Bearer anna:token-of-anna", "token-of-anna", "Bearer token-of-anna token-of-bert")
    for method, route in (("GET", "/missions"), ("GET", "/events"), ("GET", "/nothing"),
                          ("POST", "/missions"), ("OPTIONS", "/missions"), ("GET", "/openapi.json")):
        for value in wrong:
            answer = anna.request(method, route, headers={"Authorization": value})
            assert answer.status == 401, (method, route, value)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer realm="), value
    nobody = User(anna, "nobody")
    nobody.headers = {}
    assert nobody.get("/healthz").status == 200 and nobody.get("/readyz").status == 200
    assert detail(nobody.get("/missions"), 401)
    assert json_of(bert.get("/missions", headers={"Authorization": "bearer token-of-bert"}))


@two_users()
def test_missions_are_apart(anna, bert):
    json_of(anna.post("/collections", {"name": "docs",
                                       "folders": [str(write_documents(anna.home / "docs"))]}), 201)
    wait_indexed(anna, "docs")
    mission = anna.submit(MISSION)
    last = anna.events(mission).until(lambda event: event["type"] == "done")[-1].id
    own = bert.submit("What is an outbox?")
    bert.wait_done(own)
    assert ids(anna) == [mission] and ids(bert) == [own]
    for method, rest in (("GET", ""), ("GET", "/events"), ("GET", "/report"),
                         ("GET", "/report?format=html"), ("POST", "/cancel"), ("POST", "/retry"),
                         ("DELETE", "")):
        answer = bert.request(method, f"/missions/{mission}{rest}")
        assert detail(answer, 404) == f"There is no mission {mission}", (method, rest)
    assert detail(bert.get(f"/stream/{mission}"), 404)
    page = bert.get(f"/missions/{mission}/events", headers={"Accept": "application/json"})
    assert detail(page, 404)
    told = [frame.event["code"] for frame in bert.events(mission, last)]
    assert told == ["mission.lost", "mission.done"], "as for a mission that nobody has"
    assert ids(anna) == [mission] and json_of(anna.get(f"/missions/{mission}"))
    assert len(json_of(bert.get("/collections"))["collections"]) == 1, "collections are shared"


@two_users("--noop-agents")
def test_keys_are_apart(anna, bert):
    first, second = (json_of(user.post("/missions", {"mission": user.name}, headers={
        "Idempotency-Key": "same"}), 202)["mission_id"] for user in (anna, bert))
    assert first != second and ids(anna) == [first] and ids(bert) == [second]


@two_users("--noop-agents")
def test_feeds_are_apart(anna, bert):
    feeds = {user: user.events() for user in (anna, bert)}
    made = {user: [user.submit(f"mission {n}") for n in range(5)] for user in (anna, bert)}
    for user, feed in feeds.items():
        left, frames = set(made[user]), []
        for frame in feed:
            frames.append(frame)
            if frame.event["type"] == "done":
                left.discard(frame.event["mission_id"])
            if not left:
                break
        own = [frame for frame in frames if "mission_id" in frame.event]
        assert {frame.event["mission_id"] for frame in own} == set(made[user])
        # From the other's position the same holds: what is replayed is one's own.
        again = user.events(last_id=own[0].id)
        rest = [next(again) for _ in own[1:]]
        assert [frame.id for frame in rest] == [frame.id for frame in own[1:]]


@two_users()
def test_dead_letters_are_apart(anna, bert):
    """Searches in a collection that is gone are given up after four attempts each, and kept."""
    folder = write_documents(anna.home / "docs")
    json_of(anna.post("/collections", {"name": "docs", "folders": [str(folder)]}), 201)
    wait_indexed(anna, "docs")
    mission = anna.submit(f"{MISSION} HOLD_AT_PLANNER")
    assert anna.request("DELETE", "/collections/docs").status == 204
    events = anna.wait_done(mission, 60)
    assert events[-1]["data"] == {"outcome": "failed"}
    given_up = [event for event in events if event["code"] == "step.dead_lettered"]
    retried = [event for event in events if event["code"] == "step.retrying"]
    assert given_up and len(retried) == 3 * len(given_up)
    assert all("“docs”" in event["data"]["error"] for event in given_up + retried)
    letters = json_of(anna.get("/dead-letters"))["dead_letters"]
    assert len(letters) == len(given_up)
    for one in letters:
        assert one["mission_id"] == mission and one["agent"] == "retriever" and one["attempts"] == 4
        assert "“docs”" in one["error"] and one["payload"]["question"]
    assert json_of(bert.get("/dead-letters")) == {"dead_letters": []}
    name = letters[0]["id"]
    assert detail(bert.request("DELETE", f"/dead-letters/{name}"), 404)
    assert anna.request("DELETE", f"/dead-letters/{name}").status == 204
    assert detail(anna.request("DELETE", f"/dead-letters/{name}"), 404)
    assert json_of(anna.get("/dead-letters"))["dead_letters"] == letters[1:]


if __name__ == "__main__":
    harness.main()
