# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI document is sound, and says what routes there are: neither more nor less."""
import re

import harness
import openapi
from backend import served
from openapi import DOCUMENT, METHODS


def nodes(node, place="#"):
    """(place, object) of each object in the document."""
    if isinstance(node, dict):
        yield place, node
        for name, member in node.items():
            yield from nodes(member, f"{place}/{name}")
    elif isinstance(node, list):
        for number, member in enumerate(node):
            yield from nodes(member, f"{place}/{number}")


def test_references_resolve():
    used = set()
    for place, node in nodes(DOCUMENT):
        if "$ref" in node:
            assert openapi.resolve(node), f"{place}: {node['$ref']}"
            used.add(node["$ref"])
    known = {f"#/components/{kind}/{name}" for kind, members in DOCUMENT["components"].items()
             for name in members if kind != "securitySchemes"}
    assert used == known, f"never used: {sorted(known - used)}"


def test_operations_are_whole():
    names = [operation["operationId"] for operation in openapi.operations().values()]
    assert len(set(names)) == len(names), names
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for (method, pattern), operation in openapi.operations().items():
        place = f"{method} {pattern}"
        assert operation["summary"] and set(operation["tags"]) <= tags, place
        assert any(status.startswith("2") for status in operation["responses"]), place
        parameters = [openapi.resolve(one) for one in operation.get("parameters", ())]
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", pattern)), place
        assert all(one["description"] for one in parameters), place
        assert all(one.get("required") for one in parameters if one["in"] == "path"), place


def test_required_members_exist():
    for place, node in nodes(DOCUMENT):
        if isinstance(node.get("properties"), dict) and isinstance(node.get("required"), list):
            assert set(node["required"]) <= set(node["properties"]), place


def test_same_routes_as_sources():
    documented, written = set(openapi.operations()), openapi.routes_of_sources()
    assert len(written) > 25
    assert documented == written, f"{documented ^ written}"


@served(documents=False)
def test_same_routes_as_server(backend):
    answer = backend.get("/openapi.json")
    assert answer.status == 200 and answer.json() == DOCUMENT
    assert DOCUMENT["info"]["version"] == backend.get("/").json()["version"]
    for pattern, item in DOCUMENT["paths"].items():
        answer = backend.request("OPTIONS", re.sub(r"{\w+}", "x", pattern))
        assert answer.status == 204, f"{pattern}: {answer.status}"
        allowed = {method.lower() for method in answer.headers["Allow"].split(", ")}
        wanted = {method for method in METHODS if method in item} | {"options"}
        assert allowed == wanted | ({"head"} if "get" in wanted else set()), pattern


@served(documents=False, env={"SORTIE_TOKEN": "secret"})
def test_public_routes(backend):
    """What takes no token is what the document gives an empty `security`."""
    for (method, pattern), operation in openapi.operations().items():
        if method != "get":
            continue
        answer = backend.get(re.sub(r"{\w+}", "x", pattern))
        assert (answer.status != 401) == (operation.get("security") == []), pattern


if __name__ == "__main__":
    harness.main()
