# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections over HTTP: their whole life, uploads, search, documents, passages, and bad input."""
import os
import pathlib
import urllib.parse

import harness
from backend import DOCUMENTS, detail, json_of, served, wait_indexed, write_documents

TEXT = {"Content-Type": "text/plain"}


def upload(backend, name, body, collection="box", kind="text/plain"):
    path = f"/collections/{collection}/documents?name={urllib.parse.quote(name)}"
    return backend.post(path, body, headers={"Content-Type": kind} if kind else None)


def documents(backend, collection):
    return json_of(backend.get(f"/collections/{collection}/documents"))["documents"]


def search(backend, collection, query, rest=""):
    path = f"/collections/{collection}/search?q={urllib.parse.quote(query)}{rest}"
    return json_of(backend.get(path))["results"]


@served(documents=False)
def test_life_of_a_collection(backend):
    folder = write_documents(backend.home / "more")
    answer = backend.post("/collections", {"name": "Mine & yours", "folders": [str(folder)]})
    made, path = json_of(answer, 201), answer.headers["Location"]
    assert path == "/collections/Mine%20%26%20yours" and made["folders"] == [str(folder)]
    found = wait_indexed(backend, "Mine%20%26%20yours")
    assert found["documents"] == 4 and found["skipped"] == 0 and found["updated"]
    listed = documents(backend, "Mine%20%26%20yours")
    assert [pathlib.Path(one["uri"]).name for one in listed] == sorted(DOCUMENTS)
    (folder / "fences.md").write_text("# Fences\n\nA fence stops a worker that was given up.\n")
    (folder / "outbox.txt").unlink()
    json_of(backend.post(path + "/reindex"), 202)
    found = wait_indexed(backend, "Mine%20%26%20yours", found["generation"] + 1)
    assert [pathlib.Path(one["uri"]).name for one in documents(backend, "Mine%20%26%20yours")] == \
        sorted([*DOCUMENTS, "fences.md"][:3] + ["fences.md"])
    again = json_of(backend.post("/collections", {"name": "Mine & yours"}), 201)
    assert again["documents"] == 4, "adding it once more leaves it as it is"
    assert backend.request("DELETE", path).status == 204
    assert json_of(backend.get("/collections")) == {"collections": []}
    assert folder.is_dir() and (folder / "fences.md").exists(), "the folder itself stays"
    for method, rest in (("GET", ""), ("DELETE", ""), ("POST", "/reindex"), ("GET", "/documents"),
                         ("GET", "/search?q=x")):
        assert "Mine & yours" in detail(backend.request(method, path + rest), 404), rest
    assert "Mine & yours" in detail(upload(backend, "a.txt", b"x", "Mine%20%26%20yours"), 404)


@served()
def test_search(backend):
    results = search(backend, "docs", "pending entries of a consumer group")
    assert results[0]["title"] == "Streams" and results[0]["rank"] == 1
    assert "Consumer groups" in results[0]["heading"]
    assert [one["score"] for one in results] == sorted((one["score"] for one in results),
                                                       reverse=True)
    for one in results:
        path = f"/documents/{one['document']}/passages/{one['passage']}"
        passage = json_of(backend.get(path))
        assert passage == {name: one[name] for name in passage}
        assert len(passage["text"].encode()) == passage["end"] - passage["start"]
    every = search(backend, "docs", "entry retry letter outbox events", "&limit=200")
    by_document = search(backend, "docs", "entry retry letter outbox events", "&by=document")
    first = {}
    for one in every:
        first.setdefault(one["document"], one["passage"])
    assert {one["document"]: one["passage"] for one in by_document} == first
    assert len(by_document) == 4 and len(search(backend, "docs", "entry", "&limit=1")) == 1
    for odd in ("\"", "AND", "a OR (", "*", "NEAR(x", "-x", "title:x", "ä" * 1000, "\u200b", "🚀"):
        search(backend, "docs", odd)
    for query in ("", "?q=", "?limit=5", "?q=x&limit=0", "?q=x&limit=201", "?q=x&limit=a", "?q=%ff",
                  "?q=x&by=page", "?q=x&by=", "?q=x&from=1", "?q=x&q=y", "?q=a%00b"):
        assert detail(backend.get("/collections/docs/search" + query), 400), query


@served()
def test_documents_and_passages(backend):
    for one in documents(backend, "docs"):
        name = pathlib.Path(one["uri"]).name
        answer = backend.get(f"/documents/{one['id']}/content")
        assert answer.status == 200 and answer.text == DOCUMENTS[name]
        assert answer.headers["Content-Type"] == one["media_type"]
        assert answer.headers["Content-Disposition"] == "attachment"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        at = 0
        for number in range(1, one["passages"] + 1):
            passage = json_of(backend.get(f"/documents/{one['id']}/passages/{number}"))
            assert passage["start"] == at and passage["passage"] == number
            at = passage["end"]
        for number in (0, -1, one["passages"] + 1, "x", "1x", 10 ** 30):
            assert detail(backend.get(f"/documents/{one['id']}/passages/{number}"), 404), number
    changed = backend.home / "docs" / "outbox.txt"
    changed.write_text("changed")
    gone = [one for one in documents(backend, "docs") if one["uri"].endswith("outbox.txt")][0]
    assert "changed" in detail(backend.get(f"/documents/{gone['id']}/content"), 404)
    assert json_of(backend.get(f"/documents/{gone['id']}/passages/1"))["text"].startswith("The tr")
    for name in ("x", "00000000-1", gone["id"] + "0", gone["id"].upper() + "-", "..", "a" * 500):
        for rest in ("/content", "/passages/1"):
            assert detail(backend.get(f"/documents/{name}{rest}"), 404), name


@served(documents=False)
def test_upload(backend):
    json_of(backend.post("/collections", {"name": "box"}), 201)
    assert json_of(backend.get("/collections/box"))["indexing"] is False
    assert json_of(upload(backend, "über.md", "# Über\n\nEin Zaun.\n".encode(), kind="text/markdown"),
                   202)
    found = wait_indexed(backend, "box")
    one, = documents(backend, "box")
    assert found["documents"] == 1 and one["title"] == "Über" and one["uri"].startswith("upload:")
    assert backend.get(f"/documents/{one['id']}/content").text == "# Über\n\nEin Zaun.\n"
    assert search(backend, "box", "zaun")[0]["document"] == one["id"]
    json_of(upload(backend, "über.md", b"# Another\n\nA hedge.\n"), 202)
    wait_indexed(backend, "box", found["generation"] + 1)
    two, = documents(backend, "box")
    old = f"/collections/box/documents/{one['id']}"
    assert detail(backend.request("DELETE", old), 404), "the new upload is not the old document"
    assert backend.get(f"/documents/{two['id']}/content").status == 200
    assert two["title"] == "Another" and not search(backend, "box", "zaun")
    json_of(upload(backend, "data.json", b'{"a": 1}', kind="application/json"), 202)
    harness.wait_until(lambda: len(documents(backend, "box")) == 2, "the second upload is indexed")
    assert backend.request("DELETE", f"/collections/box/documents/{two['id']}").status == 204
    for old in (two["id"], one["id"]):
        assert detail(backend.request("DELETE", f"/collections/box/documents/{old}"), 404)
    assert [one["uri"] for one in documents(backend, "box")] == ["upload:data.json"]


@served(documents=False)
def test_bad_uploads(backend):
    json_of(backend.post("/collections", {"name": "box"}), 201)
    for name in ("", ".", "..", ".hidden", "a/b", "../a", "a\nb", "a\x7fb", "x" * 201, "ä" * 101):
        assert "name" in detail(upload(backend, name, b"text"), 400), repr(name)
    assert "name" in detail(backend.post("/collections/box/documents", b"x", headers=TEXT), 400)
    assert "name" in detail(backend.post("/collections/box/documents?name=%ff", b"x", headers=TEXT),
                            400)
    for kind in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert detail(upload(backend, "a.txt", b"a=b", kind=kind), 415)
    assert detail(upload(backend, "a.txt", b"text", kind=None), 415)
    with backend.connect() as connection:
        connection.sendall(b"POST /collections/box/documents?name=a HTTP/1.1\r\nHost: localhost\r\n"
                           b"Content-Type: text/plain\r\nContent-Length: 67108865\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert documents(backend, "box") == []


@served(documents=False)
def test_unreadable_uploads(backend):
    """What can't be read is listed with its reason, and stops nothing."""
    json_of(backend.post("/collections", {"name": "box"}), 201)
    bad = {"noise.bin": os.urandom(5000), "zero.txt": b"", "broken.pdf": b"%PDF-1.7\nrubbish",
           "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(100)}
    for name, body in bad.items():
        json_of(upload(backend, name, body, kind="application/octet-stream"), 202)
    json_of(upload(backend, "good.txt", b"A fence stops a worker.\n"), 202)
    harness.wait_until(lambda: len(documents(backend, "box")) == 5, "all have been looked at")
    skipped = {one["uri"]: one["skipped"] for one in documents(backend, "box") if one["skipped"]}
    assert set(skipped) == {f"upload:{name}" for name in bad}, skipped
    assert search(backend, "box", "fence")[0]["uri"] == "upload:good.txt"
    found = wait_indexed(backend, "box")
    assert found["skipped"] == 4 and found["documents"] == 1, found


@served(documents=False)
def test_paths(backend):
    folder = write_documents(backend.home / "more")
    json_of(backend.post("/collections", {"name": "box"}), 201)
    for path in (folder / "retries.md", folder):
        json_of(backend.post("/collections/box/documents", {"path": str(path)}), 202)
        wait_indexed(backend, "box")
    harness.wait_until(lambda: len(documents(backend, "box")) == 4, "the folder is indexed")
    mirrored = [one for one in documents(backend, "box") if one["uri"].endswith("outbox.txt")][0]
    assert "folder" in detail(
        backend.request("DELETE", f"/collections/box/documents/{mirrored['id']}"), 409)
    bad = [("relative", "“relative”"), ("", "“”"), (str(folder / "nothing"), "nothing"),
           ("~/x", "“~/x”"), ("/a\u0001", "/a")]
    for path, named in bad:
        assert named in detail(backend.post("/collections/box/documents", {"path": path}), 400), path
        assert named in detail(backend.post("/collections", {"name": "b", "folders": [path]}), 400)
    assert "JSON" in detail(backend.post("/collections/box/documents", b"", headers={
        "Content-Type": "application/json"}), 400)
    for body, named in (({}, "path"), ({"path": 1}, "path"), ({"path": "/", "x": 1}, "'x'"),
                        ([], "object")):
        assert named in detail(backend.post("/collections/box/documents", body), 400), body
    names = [one["name"] for one in json_of(backend.get("/collections"))["collections"]]
    assert names == ["box"], "a refused collection is not made"


@served(documents=False)
def test_odd_folders(backend):
    """A loop of links, a pipe, an endless device: none of them hangs the indexing."""
    folder = write_documents(backend.home / "odd")
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to("..")
    (folder / "nowhere").symlink_to("/nonexistent/file")
    (folder / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    json_of(backend.post("/collections", {"name": "odd", "folders": [str(folder)]}), 201)
    assert wait_indexed(backend, "odd")["documents"] == 4
    (backend.home / "empty").mkdir()
    json_of(backend.post("/collections", {"name": "none", "folders": [str(backend.home / "empty")]}),
            201)
    harness.wait_until(lambda: json_of(backend.get("/collections/none"))["updated"], "it is indexed")
    assert search(backend, "none", "anything") == []


@served(documents=False)
def test_bad_collections(backend):
    for name in ("", ".x", "-x", "a/b", "x" * 101, " x", "x ", "a\tb", "a\nb"):
        assert "name" in detail(backend.post("/collections", {"name": name}), 400), repr(name)
    cases = [({}, "name"), ({"name": 1}, "name"), ({"name": "a", "folders": "/tmp"}, "folders"),
             ({"name": "a", "folders": [1]}, "folders"), ({"name": "a", "path": "/"}, "'path'"),
             ({"name": "a", "folders": ["/tmp"] * 65}, "folders"), ([], "object")]
    for body, named in cases:
        assert named in detail(backend.post("/collections", body), 400), body
    for name in ("x", "..%2fx", "%2e%2e", "a" * 1000):
        assert detail(backend.get(f"/collections/{name}"), 404), name
    assert json_of(backend.get("/collections")) == {"collections": []}


@served(documents=False)
def test_removal_while_indexing(backend):
    """A collection that goes while it is read, and comes again under its name."""
    folder = write_documents(backend.home / "many", {
        f"{number}.md": f"# Number {number}\n\n" + "A fence stops a worker. " * 200
        for number in range(300)})
    for _ in range(3):
        json_of(backend.post("/collections", {"name": "many", "folders": [str(folder)]}), 201)
        assert backend.request("DELETE", "/collections/many").status == 204
        assert detail(backend.get("/collections/many"), 404)
    json_of(backend.post("/collections", {"name": "many", "folders": [str(folder)]}), 201)
    harness.wait_until(
        lambda: json_of(backend.get("/collections/many"))["documents"] == 300, "all are indexed")
    assert json_of(backend.get("/readyz"))


if __name__ == "__main__":
    harness.main()
