# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend over a small collection, for tests of its routes."""
import functools
import pathlib

import harness
import openapi

# Four short documents: enough for a report with several sources.
DOCUMENTS = {
    "streams.md": """# Streams

## Consumer groups
A consumer group hands each entry of a stream to one of its consumers. Entries that were delivered
and not acknowledged stay in the pending entries list of the group.

## Recovery
When a consumer dies, another consumer claims its pending entries after an idle time. A claimed entry
keeps its delivery count, so that a poisonous entry can be told from a lost one.
""",
    "retries.md": """# Retries

A retry is a second attempt at an operation that has failed. Exponential backoff doubles the delay
between two retries. Jitter spreads the retries of many clients, so that they do not come at once.
""",
    "dead-letters.html": """<!DOCTYPE html><html><head><title>Dead letters</title></head><body>
<h1>Dead letters</h1><p>A dead letter is a message that could not be processed and was set aside.</p>
<h2>Afterwards</h2><p>An operator reads the dead letter, repairs the cause and sends the message
again.</p></body></html>
""",
    "outbox.txt": """The transactional outbox

An outbox is a table in which a service stores the events that it is about to publish. A relay reads
the outbox and publishes the events after the transaction has been committed.
""",
}
MISSION = "How do consumer groups recover pending entries, and what is a dead letter?"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def write_documents(folder, documents=None):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (documents or DOCUMENTS).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def wait_ready(backend):
    """It listens before its workers have asked for their first step."""
    harness.wait_until(lambda: backend.get("/readyz").status == 200, "it is ready")


def wait_indexed(backend, name, generation=1):
    """The collection once it has been indexed and nothing more is to be done."""
    def settled():
        found = backend.get(f"/collections/{name}").json()
        return not found["indexing"] and found["generation"] >= generation and found
    return harness.wait_until(settled, f"{name} is indexed")


def served(*arguments, documents=True, **options):
    """Runs a test with a backend of its own (over the small collection `docs`), which has to end in
    order afterwards."""
    def decorate(test):
        @functools.wraps(test)
        def run():
            home = harness.temporary_folder()
            given = list(arguments)
            if documents:
                given += ["--documents", write_documents(home / "docs")]
            backend = openapi.Backend(*given, home=home, **options)
            if "--roles" not in arguments:
                wait_ready(backend)
            if documents:
                wait_indexed(backend, "docs")
            test(backend)
            backend.stop()
        del run.__wrapped__
        return run
    return decorate


def detail(answer, status):
    """The problem's detail, for an answer that has to have that status."""
    assert answer.status == status, f"{answer.status}, not {status}: {answer.text[:500]}"
    return answer.json()["detail"]


def json_of(answer, status=200):
    assert answer.status == status, f"{answer.status}, not {status}: {answer.text[:500]}"
    return answer.json()
