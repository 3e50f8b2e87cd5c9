# SPDX-License-Identifier: GPL-3.0-or-later
"""The window in a browser: a mission from the first click to its report, who is let in, and what a person
reads when the backend is away."""
import re

import engine
import scenario
from browser import Browser
from missions import DOCUMENTS, MISSION, check_events, wait_indexed

SERVICES = ("redis", "backend", "frontend")
WINDOW = "http://127.0.0.1:8080"
_open = []


def make_stack():
    stack = engine.Stack("window", SERVICES, documents=DOCUMENTS)
    stack.up()
    engine.wait_until(stack.client().is_ready, "the backend is ready")
    wait_indexed(stack.client())
    stack.wait_healthy("frontend")
    return stack


def browser():
    """One for all tests of this file: starting it takes longer than they do."""
    if not _open:
        _open.append(Browser())
    return _open[0]


def test_nobody_is_let_in_without_the_token(stack):
    guest = browser()
    for address in (f"{WINDOW}/", f"{WINDOW}/?token=wrong"):
        assert guest.do("goto", url=address)["status"] == 401
        assert "secrets/sortie-token" in guest.do("text")["text"]
    assert guest.do("websocket", url="ws://127.0.0.1:8080/socket") == {"open": False}
    client = engine.Client(WINDOW, None)
    assert client.get("/", headers={"Host": "rebound.example"}).status == 421
    entered = client.get(f"/?token={stack.token}")
    assert entered.status == 303 and entered.headers["Location"] == "./", entered.headers
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    ours = {"Cookie": cookie.split(";")[0]}
    assert client.get("/", headers=ours).status == 200
    assert client.get("/", headers={**ours, "Origin": "http://elsewhere.example"}).status == 403


def test_mission(stack):
    """Opened by the address that setup printed, typed and started with the keyboard."""
    address = re.search(r"http://127\.0\.0\.1:8080/\?token=\w+", stack.said)[0]
    page = browser()
    answer = page.do("goto", url=address)
    assert answer == {"status": 200, "url": f"{WINDOW}/"}, answer
    page.wait_for("mission|question")
    page.do("press", key="Control+n")
    page.do("type", text=MISSION)
    page.wait_for("dead consumer")
    page.do("press", key="Control+Enter")
    client = stack.client()
    missions = engine.wait_until(lambda: client.get("/missions").json()["missions"],
                                 "the backend has the mission")
    mission = missions[0]["mission_id"]
    check_events(client.wait_done(mission), client.report(mission))
    page.wait_for("another consumer claims")
    page.keep("report")
    for url in page.do("requests")["urls"]:
        assert re.match(r"(blob:)?(http|ws)://127\.0\.0\.1:8080/", url), url


def test_languages(stack):
    """The window's words can be had in each language that it is translated to, by LANGUAGE alone."""
    def said(language):
        return stack.execute("frontend", "env", f"LANGUAGE={language}", "sortie", "--help").stdout

    spoken = [said(language) for language in ("en", "de", "es", "fr", "ja", "pt_BR", "zh_CN")]
    assert all("--backend" in words for words in spoken), spoken
    assert len(set(spoken)) == len(spoken), spoken
    # GLib's own words among them; those of GTK and libadwaita are seen in menus only.
    assert "Aufruf:" in spoken[1] and "Usage:" not in spoken[1], spoken[1]
    for language in ("de", "es", "fr", "ja", "pt_BR", "zh_CN"):
        for library in ("glib20", "gtk40", "libadwaita"):
            stack.execute("frontend", "test", "-s",
                          f"/usr/share/locale/{language}/LC_MESSAGES/{library}.mo")


def test_other_sites_get_no_socket(_stack):
    """A page of another origin, in the very browser that is let in."""
    page = browser()
    page.do("goto", url="http://localhost:8080/healthz")
    assert page.do("websocket", url="ws://127.0.0.1:8080/socket") == {"open": False}


def test_people_never_read_the_internal_name(stack):
    """The backend goes away: the window says so, with the address that people know."""
    page = browser()
    page.do("goto", url=f"{WINDOW}/?token={stack.token}")
    engine.call("stop", "-t", "25", stack.container("backend"))
    seen = page.wait_for(r"does not answer|trying again", 90)
    seen += page.wait_for(r"127\.0\.0\.1:8000", 90)
    page.keep("offline")
    assert not re.search(r"backend:8000|//backend", seen), seen
    assert not re.search(r"backend:8000|//backend", stack.logs("frontend")), stack.logs("frontend")
    stack.start("backend")
    engine.wait_until(stack.client().is_ready, "the backend is ready")
    page.wait_for("another consumer claims|mission", 90)


def test_closed_window_comes_again(stack):
    """Ctrl+Q ends the app, and the container shows it anew."""
    page = browser()
    page.do("goto", url=f"{WINDOW}/?token={stack.token}")
    page.wait_for("mission")

    def app():
        said = stack.execute("frontend", "sh", "-c",
                             "for f in /proc/[0-9]*; do [ \"$(readlink $f/exe)\" != /usr/bin/sortie ] || "
                             "echo ${f#/proc/}; done", check=False).stdout.split()
        return said[0] if said else None
    first = engine.wait_until(app, "the app runs")
    page.do("press", key="Control+q")
    engine.wait_until(lambda: app() not in (None, first), "another app runs")
    stack.wait_healthy("frontend")
    page.wait_for("mission")
    page.close()


if __name__ == "__main__":
    scenario.main(make_stack)
