"""Records calls to the API while tests run, and writes the examples that its description shows.

    EDUAUDIT_EXAMPLES=registry_api/kit/examples.json pytest -n0 -p example_recorder tests/registry_api/test_….py

Of each operation the best successful call is kept: one with an answer that shows something, and of those the shortest.
An operation that has an example already keeps it; take its entry out to have it made anew. Secrets are cut out.
"""

import json
import os
import re
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

MOST = 6000
SHORTEST = 60
HEADERS = ("if-match", "idempotency-key", "content-range", "if-none-match")
NAMES = {"if-match": "If-Match", "idempotency-key": "Idempotency-Key"}
METHODS = {"get", "post", "put", "delete", "head", "patch"}
SECRETS = (
    (re.compile(r"whsec_[A-Za-z0-9+/=]+"), "whsec_(shown once)"),
    (re.compile(r"edr_[0-9a-f]{8}_[A-Za-z0-9_-]+"), "edr_0a1b2c3d_(shown once)"),
    (re.compile(r"http://127\.0\.0\.1:\d+/hook"), "https://hooks.example.cn/eduaudit"),
)

kept = {}
shapes = {}


def shapes_of(application):
    """Return (method, pattern, operation id) of each operation, the more exact paths first."""
    if not shapes:
        for path, item in application.openapi()["paths"].items():
            pattern = re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)) + "$")
            for method, operation in item.items():
                if method in METHODS:
                    shapes[operation["operationId"]] = (path.count("{"), method.upper(), pattern)
    rows = [(holes, method, pattern, name) for name, (holes, method, pattern) in shapes.items()]
    return sorted(rows, key=lambda row: (row[0], row[3]))


def worth(example):
    """Return how good an example is: one that shows something, and then a short one."""
    response = example.get("response")
    size = len(json.dumps(example, ensure_ascii=False))
    empty = response is not None and (
        response in ([], {}) or (isinstance(response, dict) and response.get("items") == [])
    )
    return (empty, size > MOST, abs(size - SHORTEST) if size <= MOST else size)


def record(client, method, url, answer, more):
    """Keep a call when it is the best of its operation so far."""
    parts = urlsplit(str(answer.request.url))
    if not 200 <= answer.status_code < 300:
        return
    for _, wanted, pattern, name in shapes_of(client.app):
        match = pattern.fullmatch(parts.path) if wanted == method.upper() else None
        if match is None:
            continue
        example = {
            "headers": {
                NAMES.get(key, key.title()): value for key, value in answer.request.headers.items() if key in HEADERS
            },
            "parameters": match.groupdict(),
            "query": dict(parse_qsl(parts.query)),
            "status": answer.status_code,
        }
        if more.get("json") is not None:
            example["request"] = more["json"]
        if answer.headers.get("content-type", "").partition(";")[0] == "application/json" and answer.content:
            example["response"] = answer.json()
        if name not in kept or worth(example) < worth(kept[name]):
            kept[name] = json.loads(json.dumps(example))
        return


def pytest_configure(config):
    from fastapi.testclient import TestClient

    plain = TestClient.request

    def request(self, method, url, **more):
        answer = plain(self, method, url, **more)
        record(self, method, url, answer, more)
        return answer

    TestClient.request = request


def pytest_sessionfinish(session):
    target = Path(os.environ["EDUAUDIT_EXAMPLES"])
    before = json.loads(target.read_text("utf-8")) if target.exists() else {}
    text = json.dumps({**kept, **before}, ensure_ascii=False, indent=1, sort_keys=True)
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    target.write_text(text + "\n", "utf-8")
    left = sorted(set(shapes) - set(kept) - set(before))
    sys.stderr.write(f"\n{len(set(kept) - set(before))} new examples; without one: {left}\n")
