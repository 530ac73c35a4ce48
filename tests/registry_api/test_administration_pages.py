"""Administration: people, keys, rules and settings as pages; no case is decided there."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import analyzer
from registry_api.settings import Settings
from registry_api.web.screens.administration import read_settings_table

ROOT = Path(analyzer.__file__).parents[1]


@pytest.fixture
def admin(api, key_of):
    http = api.http
    assert http.post("/login", data={"key": key_of()}, follow_redirects=False).status_code == 303
    return http


def post(http, path, **data):
    csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/administration").text)[1]
    return http.post("/administration" + path, data={**data, "csrf": csrf}, follow_redirects=False)


def secret_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return re.search(r'<code class="secret">(.+?)</code>', answer.text)[1]


def test_an_account_is_created_reset_and_disabled_and_its_password_is_shown_once(admin, api, registry):
    made = post(admin, "/users", login="zhang.san", name="张三", role="reviewer", province="31")
    password = secret_of(made)
    assert password not in admin.get("/administration").text
    assert "张三" in admin.get("/administration").text
    mine = dict(admin.cookies)

    def enter(word):
        admin.cookies.clear()
        status = admin.post("/login", data={"login": "zhang.san", "password": word}, follow_redirects=False)
        admin.cookies.clear()
        admin.cookies.update(mine)
        return status.status_code, status.headers.get("location", "").split("?")[0]

    assert enter(password) == (303, "/password")
    again = secret_of(post(admin, "/users/zhang.san/reset"))
    assert again != password
    assert enter(password)[0] == 401
    assert enter(again) == (303, "/password")
    assert post(admin, "/users/zhang.san/disable").status_code == 303
    assert "已停用" in admin.get("/administration").text
    assert enter(again)[0] == 401
    acts = {item["action"] for item in api("GET", "/trail?limit=200").json()["items"]}
    assert {"account.create", "account.reset", "account.disable"} <= acts


def test_a_wrong_form_keeps_what_was_typed(admin):
    wrong = post(admin, "/users", login="li.si", name="李四", role="reviewer")
    assert wrong.status_code == 422
    for text in ('value="li.si"', 'value="李四"', "/province", '<details class="group" open>'):
        assert text in wrong.text, text
    assert "li.si" not in admin.get("/administration").text
    assert post(admin, "/users", login="li.si", role="emperor").status_code == 422
    assert post(admin, "/keys", name="k", role="admin", expires_at="yesterday").status_code == 422
    assert post(admin, "/users/nobody/reset").status_code == 404


def test_a_key_is_issued_shown_once_and_revoked(admin, api):
    text = secret_of(post(admin, "/keys", name="接口甲", role="auditor", expires_at="2030-01-31"))
    assert api("GET", "/me", key=text).json()["expires_at"].startswith("2030-01-31T15:59:59")
    page = admin.get("/administration").text
    assert text not in page
    assert text.split("_")[2] not in page
    assert post(admin, f"/keys/{text.split('_')[1]}/revoke").status_code == 303
    assert api("GET", "/me", key=text).status_code == 401


def test_rules_are_shown_with_version_sources_and_the_files_of_the_code_tables(admin, registry):
    page = admin.get("/administration/rules").text
    assert registry.analysis.rules_version() in page
    files = re.findall(r"<code>(rules/[\w/]+\.yaml)</code>", page)
    assert len(files) == len(analyzer.filing_codes())
    assert all((ROOT / name).is_file() for name in files)
    assert page.count('<tr><th scope="row"><code>191-') > 5
    assert analyzer.rule_sources()["S1"] in page
    few = admin.get("/administration/rules?q=191-1.1").text
    assert few.count('<tr><th scope="row"><code>191-') < 5


def test_settings_are_shown_without_secrets(admin):
    given = replace(
        Settings(), oidc_client_secret="hunter2", database_url="postgresql://u:hunter2@h/d", oidc_issuer="https://i"
    )
    rows = {row["name"]: row for row in read_settings_table(given)}
    assert "hunter2" not in str(rows)
    assert rows["EDUAUDIT_OIDC_CLIENT_SECRET"]["value"] is True
    assert rows["EDUAUDIT_DATABASE_URL"]["hidden"]
    assert rows["EDUAUDIT_OIDC_ISSUER"]["changed"]
    assert not rows["EDUAUDIT_PORT"]["changed"]
    assert "EDUAUDIT_SESSION_HOURS" in admin.get("/administration/settings").text


@pytest.mark.parametrize("role", ["supervisor", "auditor", "vendor"])
def test_nobody_else_administers(api, key_of, role):
    http = api.http
    http.post("/login", data={"key": key_of(role)}, follow_redirects=False)
    csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/").text)[1]
    assert "/administration" not in http.get("/").text
    for path in ("", "/rules", "/settings"):
        assert http.get("/administration" + path).status_code == 403
    for path in ("/users", "/keys", "/users/x/reset", "/users/x/disable", "/keys/x/revoke"):
        data = {"csrf": csrf, "login": "evil", "name": "evil", "role": "admin"}
        assert http.post("/administration" + path, data=data).status_code == 403, path


def test_an_administrator_decides_no_case(admin):
    assert admin.get("/notices/compose").status_code == 403
