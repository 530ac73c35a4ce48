import re
import uuid

import pytest

from registry_api.app import API
from registry_api.errors import MEDIA_TYPE, TITLES
from registry_api.settings import Settings

PROBLEM_KEYS = {"type", "title", "title_en", "code", "status", "detail", "instance", "errors"}
OPEN = {
    "/health/ready",
    "/metrics",
    "/public/certificate-keys",
    "/health",
    "/dictionary",
    "/schema/filing",
    "/schema/user-filing",
    "/public/apps",
    "/public/apps/{package}",
}


def all_operations(app):
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


@pytest.fixture
def app(api):
    return api.http.app


def concrete(path):
    path = (
        path.replace("{upload_id}", str(uuid.uuid4())).replace("{week}", "2026-W01").replace("{package}", "no.such.app")
    )
    path = path.replace("{record}", "filings")
    path = path.replace("{run_id}", "nope").replace("{key_id}", "nope")
    return re.sub(r"\{\w+\}", "999999", path)


def check_problem(answer, where):
    assert answer.headers["content-type"] == MEDIA_TYPE, where
    if where[0] == "HEAD":
        return  # which has no body
    body = answer.json()
    assert set(body) == PROBLEM_KEYS, where
    assert body["status"] == answer.status_code, where
    assert body["type"] == f"urn:eduaudit:problem:{body['code']}", where
    assert body["code"] in TITLES, where
    assert all(body[name] for name in ("title", "title_en", "detail")), where
    for item in body["errors"]:
        assert set(item) == {"pointer", "code", "message", "suggestion"}, where


def test_every_operation_has_a_stable_unique_id_and_a_line_of_explanation(app):
    ids = [operation["operationId"] for _, _, operation in all_operations(app)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+[A-Za-z]+", item) for item in ids)
    assert all(operation.get("description") for _, _, operation in all_operations(app))


def test_every_route_without_a_key_answers_a_problem(api, app):
    seen = 0
    for method, path, _ in all_operations(app):
        if path.removeprefix(API) in OPEN:
            continue
        answer = api.http.request(method, concrete(path), json={} if method in {"POST", "PUT"} else None)
        assert answer.status_code in {401, 422}, (method, path, answer.status_code)
        if "uploads" not in path or method == "GET":
            assert answer.status_code == 401 or answer.json()["code"] == "invalid"
        check_problem(answer, (method, path))
        seen += 1
    assert seen > 30


def test_every_route_about_something_unknown_or_malformed_answers_a_problem(api, app):
    for method, path, _ in all_operations(app):
        answer = api(
            method, concrete(path).removeprefix(API), json={"nonsense": 1} if method in {"POST", "PUT"} else None
        )
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code >= 400:
            check_problem(answer, (method, path))


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [("GET", "/api/v1/nothing", "not-found"), ("DELETE", "/api/v1/apps", "method-not-allowed")],
)
def test_the_framework_s_own_errors_are_problems_too(api, method, path, code):
    answer = api.http.request(method, path)
    check_problem(answer, path)
    assert answer.json()["code"] == code


def test_an_unexpected_error_is_a_problem_without_details(api, registry):
    registry.analysis.rules_version = lambda: 1 / 0
    answer = api("GET", "/health")
    assert answer.status_code == 500
    check_problem(answer, "/health")
    assert "ZeroDivision" not in answer.text


def test_a_body_over_the_cap_is_refused_declared_or_not(api, registry):
    limit = registry.settings.body_limit
    declared = api("POST", "/filings", content=b"x" * (limit + 1), headers={"Content-Type": "application/json"})
    chunked = api(
        "POST", "/filings", content=iter([b"x" * (limit // 2 + 1)] * 2), headers={"Content-Type": "application/json"}
    )
    for answer in (declared, chunked):
        assert answer.status_code == 413
        check_problem(answer, "/filings")


def test_security_headers_are_on_every_answer(api):
    for path in ("/api/v1/health", "/login", "/nothing", "/static/style.css"):
        headers = api.http.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_settings_come_from_the_environment_and_a_wrong_one_is_named():
    from analyzer.model import EduauditError
    from registry_api.settings import read_settings

    assert read_settings({"EDUAUDIT_PORT": "9", "EDUAUDIT_DATA": "/x"}).port == 9
    assert read_settings({"EDUAUDIT_PORT": "9"}, port=10).port == 10
    assert read_settings({}).url.startswith("sqlite:///")
    assert Settings().host == "127.0.0.1"
    with pytest.raises(EduauditError, match="EDUAUDIT_PORT"):
        read_settings({"EDUAUDIT_PORT": "many"})


def test_the_description_names_the_headers_that_a_change_needs(app):
    wanted = {operation["operationId"]: operation for _, _, operation in all_operations(app)}
    for name in ("updateFiling", "submitFiling", "moveFiling"):
        headers = {item["name"]: item["required"] for item in wanted[name]["parameters"] if item["in"] == "header"}
        assert headers == {"If-Match": True, "Idempotency-Key": False}, name
        assert {"412", "428"} <= set(wanted[name]["responses"])
    assert "state=under_review" in app.openapi()["info"]["description"]


def test_every_route_that_keeps_a_reply_says_so(app):
    import inspect

    for route in app.router.routes:
        endpoint = getattr(route, "endpoint", None)
        if endpoint is None or not getattr(route, "operation_id", None):
            continue
        said = [
            item["name"]
            for _, _, operation in all_operations(app)
            if operation["operationId"] == route.operation_id
            for item in operation.get("parameters", ())
        ]
        assert ("reply_once(" in inspect.getsource(endpoint)) == ("Idempotency-Key" in said), route.operation_id
