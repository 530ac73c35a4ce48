"""The frame of all pages: vendored files, headers, forms, errors, the menu."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import registry_api.web
from registry_api.accounts.access import DECIDERS, Role, default_scopes
from registry_api.errors import RegistryError
from registry_api.web.navigation import navigation_of
from registry_api.web.rendering import asset
from registry_api.web.visitors import inside, read_form

STATIC = Path(registry_api.web.__file__).parent / "static"


def test_vendored_files_are_what_their_list_says():
    listed = json.loads((STATIC / "vendor" / "VENDOR.json").read_text())
    assert {item["file"] for item in listed} == {file.name for file in (STATIC / "vendor").glob("*.js")}
    for item in listed:
        content = (STATIC / "vendor" / item["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"], item["file"]
        assert item["version"] in item["file"]
        assert item["licence"]


def test_our_own_script_and_style_ask_for_nothing_from_elsewhere():
    for file in (*STATIC.glob("*.js"), *STATIC.glob("*.css")):
        text = file.read_text()
        assert "//" not in text.replace("// ", ""), file.name
        assert "url(" not in text, file.name


def test_static_files_are_kept_and_nothing_else_is_reached(api):
    good = api.http.get(asset("style.css"))
    assert (good.status_code, good.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in good.headers["cache-control"]
    assert api.http.get(asset("vendor/htmx-2.0.11.min.js")).headers["content-type"].startswith("text/javascript")
    for path in ("/static/../words.py", "/static/%2e%2e/words.py", "/static/vendor/VENDOR.json", "/static//style.css"):
        assert api.http.get(path).status_code == 404, path


def test_scripts_come_from_this_server_alone(api):
    policy = api.http.get("/login").headers["content-security-policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


def test_an_error_on_a_page_is_a_page(api):
    api.http.cookies.clear()
    assert api.http.get("/apps/cn.none.app", follow_redirects=False).status_code == 303
    answer = api.http.get("/?state=nonsense", follow_redirects=False)
    assert answer.status_code in {303, 422}


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil", "javascript:x", "/a\nb", ""])
def test_a_target_elsewhere_leads_to_the_start_page(target):
    assert inside(target) == "/"


def request(body=b"", **headers):
    async def stream():
        yield body

    return SimpleNamespace(headers=headers, stream=stream)


def run(coroutine):
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    return end.value.value


def test_a_form_needs_the_session_s_token_and_our_own_page():
    own = SimpleNamespace(csrf="t" * 64)
    good = f"a=1&a=2&b=&csrf={own.csrf}".encode()
    assert run(read_form(request(good), own)) == {"a": ["1", "2"], "b": [""]}
    for bad, actor in (
        (request(b"a=1"), own),
        (request(b"a=1&csrf=0"), own),
        (request(good), SimpleNamespace(csrf="u" * 64)),
        (request(b"csrf="), SimpleNamespace(csrf="")),
        (request(good, **{"sec-fetch-site": "cross-site"}), own),
        (request(good, origin="https://evil.example", host="here"), own),
    ):
        with pytest.raises(RegistryError) as refused:
            read_form(bad, actor).send(None)
        assert refused.value.slug == "forbidden"
    with pytest.raises(RegistryError) as refused:
        read_form(request(b"a" * 300_000), own).send(None)
    assert refused.value.slug == "too-large"


def test_the_menu_shows_a_role_what_it_may_use_and_a_visitor_nothing():
    assert navigation_of(None, "/", "zh") == []
    for role in Role:
        actor = SimpleNamespace(role=role, scopes=frozenset(default_scopes(role)))
        start = "/queue" if role in DECIDERS | {Role.AUDITOR} else "/"
        entries = navigation_of(actor, start, "zh")
        assert entries[0].current
        assert entries[0].path == start
