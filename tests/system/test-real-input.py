# SPDX-License-Identifier: GPL-3.0-or-later
"""Missions over real documents that Debian ships: the policy (HTML, text, a gzipped PDF) and the
English handbook (HTML). Every citation of every report is checked here against the text that the
backend extracted, byte by byte."""
import re

import harness

POLICY = "/usr/share/doc/debian-policy"
HANDBOOK = "/usr/share/doc/debian-handbook/html/en-US"
MISSIONS = (
    "What must a maintainer script do when it is called with the argument upgrade?",
    "Compare Depends with Recommends.",
    "What are the advantages and disadvantages of RAID 5?",
    "How is a package's version number compared, which fields does debian/control hold, "
    "and where do conffiles live?",
    "How do I set up a firewall? Which port does SSH use? What is the colour of the moon?",
    "What does the policy say about the urgency field?",
)


def index(backend):
    answer = backend.post("/collections", {"name": "Debian", "folders": [POLICY, HANDBOOK]})
    assert answer.status == 201, answer.text
    harness.wait_until(lambda: not backend.get("/collections/Debian").json()["indexing"],
                       "Debian's manuals are indexed", 170)
    return backend.get("/collections/Debian").json()


def text_of(backend, document, cache):
    """The extracted text of a document in bytes, put together from its passages."""
    if document not in cache:
        parts, number = [], 1
        while True:
            answer = backend.get(f"/documents/{document}/passages/{number}")
            if answer.status == 404:
                break
            passage = answer.json()
            part = passage["text"].encode()
            assert passage["start"] == sum(map(len, parts)), passage
            assert passage["end"] - passage["start"] == len(part), passage
            parts.append(part)
            number += 1
        cache[document] = b"".join(parts)
    return cache[document]


def check_citations(backend, mission, cache):
    """Every [n] has a source line, every source is cited, every quote stands where it is said to."""
    events = backend.wait_done(mission, 60)
    assert events[-1]["data"]["outcome"] == "completed", events[-1]
    report = backend.report(mission)
    completed = [e for e in events if e["code"] == "draft.completed"][-1]
    sources = completed["data"]["sources"]
    body, _, rest = report.partition("\n## Sources\n")
    cited = {int(n) for n in re.findall(r"(?<!\\)\[(\d+)\]", body)}
    lines = [line for line in rest.partition("\n---\n")[0].split("\n") if line]
    listed = [int(re.match(r"\[(\d+)\]", line).group(1)) for line in lines]
    assert cited == {source["n"] for source in sources} == set(listed), (cited, listed, report)
    assert all(line.endswith("\\") for line in lines[:-1]), lines
    for source in sources:
        text = text_of(backend, source["document"], cache)
        quote = source["quote"].encode()
        assert text[source["start"]:source["end"]] == quote, source
        passage = backend.get(f"/documents/{source['document']}/passages/{source['passage']}").json()
        assert passage["start"] <= source["start"] < passage["end"], (source, passage)
    return report, len(sources)


def test_missions_over_debians_manuals():
    backend = harness.Backend()
    collection = index(backend)
    print(f"# {collection['documents']} documents, {collection['passages']} passages, "
          f"{collection['skipped']} skipped")
    assert collection["documents"] >= 30 and collection["passages"] > 2000, collection
    documents = backend.get("/collections/Debian/documents").json()["documents"]
    names = {d["path"] or d["uri"] for d in documents if not d["skipped"]}
    assert any(name.endswith("policy.pdf.gz") for name in names), sorted(names)
    assert any(name.endswith(".html") for name in names)
    for document in documents:
        assert document["skipped"] is None or len(document["skipped"]) > 5, document

    cache, total = {}, 0
    for text in MISSIONS:
        mission = backend.submit(text, collections=["Debian"])
        report, checked = check_citations(backend, mission, cache)
        assert checked > 0, f"nothing found for {text!r}:\n{report}"
        assert "Written without a language model" in report
        total += checked
    print(f"# {total} citations checked over {len(MISSIONS)} reports")

    moon = backend.submit("What is the orbital period of the moons of Jupiter in furlongs?",
                          collections=["Debian"])
    backend.wait_done(moon)
    assert "## Not found" in backend.report(moon), backend.report(moon)
    pages = [s for s in backend.get("/collections/Debian/search?q=maintainer+scripts&limit=50")
             .json()["results"] if s["uri"].endswith(".pdf.gz")]
    assert pages and all(result["page"] >= 1 for result in pages), "PDF pages are kept"
    backend.stop()


if __name__ == "__main__":
    harness.main()
