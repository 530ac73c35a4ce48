"""Routers are passed over by their paths, and no answer changes by it."""

import pytest
from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from registry_api.kit.sections import walk_only_where_routed


def made(*, passed_over):
    walked = []

    class Watched(APIRouter):
        def matches(self, scope):
            walked.append(self.tags[0])
            return super().matches(scope)

    app = FastAPI()
    first, second = Watched(tags=["first"]), Watched(tags=["second"], prefix="/b")

    @first.get("/a/{name}/x")
    def a(name: str) -> str:
        return f"a {name}"

    @first.post("/c")
    def c() -> str:
        return "c"

    @second.get("")
    def b() -> str:
        return "b"

    @second.get("/{rest:path}")
    def rest(rest: str) -> str:
        return f"rest {rest}"

    for router in (first, second):
        app.include_router(walk_only_where_routed(router, "/api") if passed_over else router, prefix="/api")
        walk_only_where_routed(router, "/api") if passed_over else None  # once is enough, twice no harm
    return TestClient(app), walked


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    "path",
    ["/api/a/n/x", "/api/a/n%2Fm/x", "/api/a/n", "/api/c", "/api/c/", "/api/b", "/api/b/", "/api/b/q/r", "/a/n/x", "/"],
)
def test_passing_over_changes_no_answer(method, path):
    (plain, _), (fast, _) = made(passed_over=False), made(passed_over=True)
    one, other = (client.request(method, path, follow_redirects=False) for client in (plain, fast))
    assert (one.status_code, one.text, one.headers.get("location"), one.headers.get("allow")) == (
        other.status_code,
        other.text,
        other.headers.get("location"),
        other.headers.get("allow"),
    )


def test_only_the_router_that_fits_is_walked():
    client, walked = made(passed_over=True)
    assert client.get("/api/b/q").json() == "rest q"
    assert set(walked) == {"second"}
    walked.clear()
    assert client.get("/api/elsewhere").status_code == 404
    assert walked == []
