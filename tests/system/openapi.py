# SPDX-License-Identifier: GPL-3.0-or-later
"""What the OpenAPI document says, and whether answers and events keep to it.

The check is strict: a member that the document does not name is a fault, too, so that the document
can't fall behind the routes.
"""
import json
import re

import harness

DOCUMENT = json.loads((harness.SOURCE_ROOT / "src/server/openapi.json").read_bytes())
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
ROUTE = re.compile(r'sortie_routes_add \(self, "([A-Z]+)", "([^"]+)"')
STREAM_ROUTE = re.compile(r'add_stream \(self, "([^"]+)"')


def routes_of_sources():
    """(method, pattern) of each route that the server's sources add."""
    found = set()
    for path in sorted((harness.SOURCE_ROOT / "src/server").glob("sortie-routes-*.c")):
        text = path.read_text()
        assert len(re.findall(r"sortie_routes_add \(self,", text)) == len(ROUTE.findall(text)), path
        found.update((method.lower(), pattern) for method, pattern in ROUTE.findall(text))
        found.update(("get", pattern) for pattern in STREAM_ROUTE.findall(text))
    return found


def operations():
    """(method, pattern) → operation, of the document."""
    return {(method, pattern): item[method] for pattern, item in DOCUMENT["paths"].items()
            for method in METHODS if method in item}


def resolve(node):
    """What a $ref points to; anything else is itself."""
    while isinstance(node, dict) and "$ref" in node:
        target = DOCUMENT
        assert node["$ref"].startswith("#/"), node
        for part in node["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def schema(name):
    return DOCUMENT["components"]["schemas"][name]


def _type_faults(value, kinds):
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind in ("integer", "number"):
            fits = not isinstance(value, bool) and (
                isinstance(value, int) or kind == "number" and isinstance(value, float))
        else:
            fits = isinstance(value, TYPES[kind])
        if fits:
            return []
    return [f"is no {kinds}"]


def _object_faults(value, rules):
    found = [f"lacks {name!r}" for name in rules.get("required", ()) if name not in value]
    known = rules.get("properties")
    for name, member in value.items() if known is not None else ():
        if name not in known:
            found.append(f"has {name!r}, which is not documented")
        else:
            found += [f"{name}: {fault}" for fault in faults(member, known[name])]
    return found


def faults(value, rules):
    """Why value is not what the schema says: [] where it is."""
    rules, siblings = resolve(rules), rules
    found = []
    if "type" in rules:
        found += _type_faults(value, rules["type"])
    if "const" in rules and value != rules["const"]:
        found.append(f"is not {rules['const']!r}")
    if "enum" in rules and value not in rules["enum"]:
        found.append(f"{value!r} is none of {rules['enum']}")
    if "anyOf" in rules and all(faults(value, one) for one in rules["anyOf"]):
        found.append(f"{json.dumps(value)[:300]} fits none of its forms")
    if isinstance(value, str) and "pattern" in rules and not re.search(rules["pattern"], value):
        found.append(f"{value!r} does not match {rules['pattern']}")
    if isinstance(value, str) and rules.get("format") == "date-time":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value):
            found.append(f"{value!r} is no time")
    if isinstance(value, int) and value < rules.get("minimum", value):
        found.append(f"{value} is below {rules['minimum']}")
    if isinstance(value, list) and "items" in rules:
        found += [f"[{i}]: {fault}" for i, one in enumerate(value)
                  for fault in faults(one, rules["items"])]
    if isinstance(value, dict):
        found += _object_faults(value, rules)
    assert siblings is rules or set(siblings) <= {"$ref", "description"}, siblings
    return found


def check(value, name):
    """Fail where value is not what the schema of that name says."""
    found = faults(value, schema(name))
    assert not found, f"{name}: " + "; ".join(found) + f"\n{json.dumps(value)[:2000]}"


def find_operation(method, path):
    """The operation that answers a request, or None."""
    best = None
    for (known, pattern), operation in operations().items():
        expression = re.sub(r"\\{[^/]*\\}", "[^/]+", re.escape(pattern))
        if known == method.lower() and re.fullmatch(expression, path.partition("?")[0]):
            if best is None or "{" not in pattern:
                best = operation
    return best


def check_answer(method, path, answer):
    """Fail where an answer is not one that the document describes."""
    what = f"{method} {path}: {answer.status}"
    assert answer.headers["X-Request-ID"], f"{what}: no X-Request-ID"
    if method in ("HEAD", "OPTIONS"):
        return
    operation = find_operation(method, path)
    if answer.status >= 400:
        described = None if operation is None else \
            operation["responses"].get(str(answer.status), operation["responses"]["default"])
        assert answer.headers["Content-Type"] == "application/problem+json", what
        check(answer.json(), "Problem")
        assert answer.json()["status"] == answer.status and answer.json()["detail"], what
    else:
        described = operation["responses"].get(str(answer.status))
        assert described is not None, f"{what} is not documented"
    for name in resolve(described).get("headers", {}) if described else ():
        assert answer.headers[name], f"{what}: no {name}"
    if answer.status < 400:
        _check_content(what, resolve(described), answer)


def _check_content(what, described, answer):
    kind = (answer.headers["Content-Type"] or "").partition(";")[0]
    content = described.get("content")
    if content is None:
        assert not kind and not answer.body, f"{what}: a body"
        return
    assert kind in content or "*/*" in content, f"{what}: {kind}"
    if kind == "application/json" and kind in content:
        found = faults(answer.json(), content[kind]["schema"])
        assert not found, f"{what}: " + "; ".join(found) + f"\n{answer.text[:2000]}"


class Backend(harness.Backend):
    """A backend whose every answer is held against the document."""

    def request(self, method, path, body=None, headers=None, **options):
        answer = super().request(method, path, body, headers, **options)
        check_answer(method, path, answer)
        return answer

    def wait_done(self, mission_id, seconds=harness.WAIT_DEADLINE):
        """As it is, and closes its stream, so that the backend has nothing to wait for at its end."""
        stream = self.events(mission_id, seconds=seconds)
        frames = stream.until(lambda event: event["type"] == "done")
        stream.close()
        for frame in frames:
            check(frame.event, "Event")
        return [frame.event for frame in frames]
