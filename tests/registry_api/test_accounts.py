import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_api.accounts import passwords, throttle, users
from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.accounts.models import Account, WebSession
from registry_api.accounts.passwords import hash_password, one_time_password, password_problem, right_password
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.trail.chain import verify

GOOD = "Correct-Horse-7"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The real algorithm with little work: what it costs is not what is tested here."""
    from argon2 import PasswordHasher

    made = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: made)
    passwords._nobody.cache_clear()


@pytest.fixture
def person(registry):
    """Create an account with a password of its own."""

    def make(login, role=Role.REVIEWER, province="31", password=GOOD, **more):
        with registry.database.write() as session:
            account, first = users.add_user(
                session, login=login, name=f"姓名{login}", role=role, province=province, **more
            )
            if password:
                users.change_password(session, account, first, password, password)
        return account.id

    return make


def sign_in(http, login, password, **more):
    return http.post(
        "/login", data={"login": login, "password": password, **more}, headers=SAME, follow_redirects=False
    )


def acts(api, action):
    return api("GET", "/trail", params={"action": action, "limit": 200}).json()["items"]


def test_the_first_password_serves_to_set_another_and_for_nothing_else(registry, api):
    with registry.database.write() as session:
        login, password = users.first_administrator(session)
        assert users.first_administrator(session) is None
    http = api.http
    answer = sign_in(http, login, password)
    assert answer.headers["location"] == "/password?lang=zh"
    assert http.get("/apps", follow_redirects=False).status_code == 303, (
        "nothing is read before the password is changed"
    )
    assert http.get("/api/v1/apps").status_code == 401
    page = http.get("/password").text
    token = re.search(r'name="csrf" value="(\w+)"', page).group(1)
    form = {"old": password, "new": GOOD, "again": GOOD}
    assert http.post("/password", data=form, headers=SAME).status_code == 403, "without the token of the session"
    weak = http.post("/password", data={**form, "new": "short", "again": "short", "csrf": token}, headers=SAME)
    assert (weak.status_code, "10 至 200" in weak.text) == (422, True)
    assert http.post("/password", data={**form, "again": "x", "csrf": token}, headers=SAME).status_code == 422
    done = http.post("/password", data={**form, "csrf": token}, headers=SAME, follow_redirects=False)
    assert done.status_code == 303
    assert http.get("/apps", follow_redirects=False).status_code == 200
    assert http.get("/api/v1/me").json()["role"] == "admin"
    assert sign_in(http, login, password).status_code == 401
    assert len(acts(api, "account.password")) == 1


def test_a_person_reads_within_their_reach_and_signs_out(api, person, submitted):
    submitted({})
    person("zhang.san")
    http = api.http
    before = sign_in(http, "Zhang.San", GOOD)
    assert before.status_code == 303
    first = http.cookies["eduaudit_session"]
    page = http.get("/apps").text
    assert "姓名zhang.san" in page
    assert "cn.example.study" in page
    sign_in(http, "zhang.san", GOOD)
    assert http.cookies["eduaudit_session"] != first, "a new session at each sign-in"
    assert http.get("/apps", headers={"Cookie": f"eduaudit_session={first}"}).url.path == "/login", (
        "the session before has ended"
    )
    token = re.search(r'name="csrf" value="(\w+)"', page).group(1)
    assert http.post("/logout", data={"csrf": token}, headers=SAME).status_code == 403, (
        "the token of the session before"
    )
    token = re.search(r'name="csrf" value="(\w+)"', http.get("/apps").text).group(1)
    assert http.post("/logout", data={"csrf": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert http.post("/logout", data={"csrf": token}, headers=SAME, follow_redirects=False).status_code == 303
    assert http.get("/apps", follow_redirects=False).status_code == 303
    assert [item["actor"][:5] for item in acts(api, "auth.sign_in")] == ["user:", "user:"]
    assert len(acts(api, "auth.sign_out")) == 1


def test_a_signed_in_page_changes_something_only_with_its_token_and_from_its_own_site(api, person):
    person("lead", Role.SUPERVISOR, None)
    http = api.http
    sign_in(http, "lead", GOOD)
    token = re.search(r'name="csrf" value="(\w+)"', http.get("/apps").text).group(1)
    for headers, status in (
        ({}, 403),
        ({"X-CSRF-Token": token[:-1] + "x"}, 403),
        ({"X-CSRF-Token": token, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-CSRF-Token": token, "Origin": "https://evil.example"}, 403),
        ({"X-CSRF-Token": token, "Sec-Fetch-Site": "same-origin"}, 202),
    ):
        answer = http.post("/api/v1/weekly", json={}, headers=headers)
        assert answer.status_code in ({status} if status == 403 else {200, 201, 202}), (headers, answer.text)


def test_five_wrong_passwords_lock_the_account_and_say_nothing_about_it(api, person, registry):
    who = person("li.si")
    http = api.http
    registry.settings = registry.settings.__class__(**{**vars(registry.settings), "sign_in_rate": ""})
    texts = {sign_in(http, "li.si", "wrong-password").text for _ in range(users.LOCK_AFTER)}
    assert sign_in(http, "li.si", GOOD).status_code == 401, "locked"
    texts.add(sign_in(http, "nobody", GOOD).text)
    assert len(texts) == 1, "who tries passwords is not told which logins there are"
    assert len(acts(api, "auth.locked")) == 1
    refused = acts(api, "auth.refused")
    assert [item["payload"]["why"] for item in refused] == ["wrong password"] * 5 + ["locked", "unknown login"]
    assert "nobody" not in str(refused), "what was typed may have been a password"
    with registry.database.write() as session:
        session.get(Account, who).locked_until = now() - dt.timedelta(seconds=1)
    assert sign_in(http, "li.si", GOOD).status_code == 303
    with registry.database.read() as session:
        assert verify(session).broken_at is None


def test_attempts_to_sign_in_are_slowed_by_address_and_by_login(api, person):
    person("wang.wu")
    codes = [sign_in(api.http, f"x{i}", "y").status_code for i in range(11)]
    assert codes == [401] * 10 + [429]
    assert sign_in(api.http, "wang.wu", GOOD).status_code == 429


def test_refused_keys_are_recorded_until_the_address_is_made_to_wait(api, registry, key_of):
    good = key_of()
    codes = [api("GET", "/apps", key="edr_00000000_00").status_code for _ in range(22)]
    assert codes == [401] * 20 + [429] * 2
    waiting = api("GET", "/apps", key=good)
    assert (waiting.status_code, waiting.headers["retry-after"], waiting.json()["code"]) == (
        429,
        "60",
        "too-many-requests",
    )
    registry.throttle = throttle.Throttle()
    assert len(acts(api, "auth.key_refused")) == 20
    assert len(acts(api, "auth.throttled")) == 1


def test_a_key_has_its_own_rate(api, registry):
    registry.settings = registry.settings.__class__(**{**vars(registry.settings), "request_rate": "3/minute"})
    assert [api("GET", "/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert api("GET", "/me", role="auditor").status_code == 200


def test_an_idle_session_ends_and_so_does_an_old_one(api, person, registry):
    person("idle")
    http = api.http
    for field, ago in (("seen_at", dt.timedelta(minutes=61)), ("expires_at", dt.timedelta(seconds=1))):
        sign_in(http, "idle", GOOD)
        assert http.get("/apps", follow_redirects=False).status_code == 200
        with registry.database.write() as session:
            from sqlmodel import select

            for row in session.exec(select(WebSession)).all():
                setattr(row, field, now() - ago)
        assert http.get("/apps", follow_redirects=False).status_code == 303


def test_under_tls_the_cookie_is_bound_to_the_host(registry, person):
    from fastapi.testclient import TestClient

    from registry_api.app import create_app

    person("tls")
    with TestClient(create_app(registry), base_url="https://registry.example") as http:
        answer = sign_in(http, "tls", GOOD)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-eduaudit_session=")
        for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
        assert http.get("/apps", follow_redirects=False).status_code == 200
        value = cookie.partition("=")[2].partition(";")[0]
        http.cookies.clear()
        other = http.get("/apps", headers={"Cookie": f"eduaudit_session={value}"}, follow_redirects=False)
        assert other.status_code == 303, "a cookie that another host could have set is not read"


def test_disabling_or_changing_the_role_ends_sessions_and_keys(api, person, registry):
    who = person("chen")
    http = api.http
    sign_in(http, "chen", GOOD)
    with registry.database.write() as session:
        account = session.get(Account, who)
        _, key = issue(session, name="script", role=Role.REVIEWER, province="31", account=account)
    assert api("GET", "/me", key=key).json()["key"] == who, "a key of a person acts as that person"
    with registry.database.write() as session:
        users.change_role(session, "chen", Role.AUDITOR, None, None, None)
    assert http.get("/apps", follow_redirects=False).status_code == 303
    me = api("GET", "/me", key=key).json()
    assert (me["role"], me["scopes"]) == ("auditor", ["read"]), "a key reaches no further than its person"
    with registry.database.write() as session:
        users.disable_user(session, "chen", None)
    assert api("GET", "/me", key=key).status_code == 401
    assert sign_in(http, "chen", GOOD).status_code == 401
    with registry.database.write() as session:
        password = users.reset_user(session, "chen", None)
    assert sign_in(http, "chen", password).headers["location"].startswith("/password")


def test_two_keys_of_one_person_are_one_pair_of_eyes(api, person, registry, submitted, drain):
    filing = submitted({}).json()["id"]
    drain()
    who = person("lead.one", Role.LEAD)
    with registry.database.write() as session:
        account = session.get(Account, who)
        one, two = (issue(session, name=n, role=Role.LEAD, province="31", account=account)[1] for n in "ab")
    drafted = api(
        "POST", "/notices", key=one, json={"kind": "interview", "package": "cn.example.study", "remark": "请说明"}
    )
    assert drafted.status_code == 201, drafted.text
    path = f"/notices/{drafted.json()['id']}/transitions"
    answer = api("POST", path, key=two, json={"event": "sign"}, headers={"If-Match": "*"})
    assert answer.json()["errors"][0]["code"] == "four_eyes"
    assert filing


def test_the_last_administrator_stays(registry, person):
    person("only", Role.ADMIN, None)
    with registry.database.write() as session:
        for act in (
            lambda: users.disable_user(session, "only", None),
            lambda: users.change_role(session, "only", Role.AUDITOR, None, None, None),
        ):
            with pytest.raises(RegistryError, match="last administrator"):
                act()


@pytest.mark.parametrize("login", ["", "a", "王", "a b", "../x", "A" * 61, "-x"])
def test_a_login_of_another_form_and_a_taken_one_are_refused(registry, person, login):
    with registry.database.write() as session, pytest.raises(RegistryError) as caught:
        users.add_user(session, login=login, name="", role=Role.AUDITOR)
    assert caught.value.errors[0].pointer == "/login"
    person("taken")
    with registry.database.write() as session, pytest.raises(RegistryError, match="there is an account"):
        users.add_user(session, login="TAKEN", name="", role=Role.AUDITOR)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Correct-Horse-7", True),
        ("a long pass phrase of words", True),
        ("短口令一二三四五六七八九十一二三四五六", True),
        ("short-A1", False),
        ("alllowercase", False),
        ("aaaaaaaaaaaaaaaaaaaa", False),
        ("Zhang.San-2026-x", False),
        ("x" * 201, False),
    ],
)
def test_what_a_password_must_be(password, good):
    assert (password_problem(password, "zhang.san") is None) is good


@given(st.text(max_size=60), st.text(max_size=60))
def test_only_the_same_password_fits(one, other):
    stored = hash_password(one)
    assert right_password(stored, one)
    assert right_password(stored, other) is (one == other)
    assert one not in stored or len(one) < 5
    assert not right_password(None, one)


def test_one_time_passwords_are_good_ones_and_the_hash_is_argon2id():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(password_problem(item, "admin") is None for item in made)
    assert hash_password(GOOD).startswith("$argon2id$")


class _Asked:
    def __init__(self, peer, forwarded="", proto=""):
        from types import SimpleNamespace

        self.client = SimpleNamespace(host=peer)
        self.headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": proto}
        self.url = SimpleNamespace(scheme="http")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", "1.2.3.4, 198.51.100.1, 10.0.0.7", "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.2", "1.2.3.4, nonsense", "10.0.0.0/8", "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.0/8", "10.0.0.2"),
        ("::1", "2001:db8::5", "::1,127.0.0.1", "2001:db8::5"),
    ],
)
def test_a_forwarded_address_is_believed_from_trusted_proxies_only(peer, forwarded, proxies, client):
    assert throttle.client_address(_Asked(peer, forwarded), proxies) == client


def test_a_forwarded_scheme_is_believed_from_trusted_proxies_only():
    assert throttle.over_https(_Asked("10.0.0.2", proto="https"), "10.0.0.0/8")
    assert not throttle.over_https(_Asked("203.0.113.9", proto="https"), "10.0.0.0/8")


def test_a_wrong_setting_is_told_in_one_line():
    from analyzer.model import EduauditError

    with pytest.raises(EduauditError, match="TRUSTED_PROXIES"):
        throttle.client_address(_Asked("10.0.0.2"), "here")
    with pytest.raises(EduauditError, match="10/minute"):
        throttle.read_rate("often")


def test_the_command_adds_lists_resets_disables_and_changes_roles(registry, capsys):
    from analyzer.cli.dispatch import run

    def call(*args):
        capsys.readouterr()
        code = 0
        try:
            code = run("registry", "registry_api.cli:registry", [*args, "--data", str(registry.settings.data)])
        except SystemExit as stop:
            code = stop.code
        out, err = capsys.readouterr()
        return code, out, err

    assert call("user", "add", "boss", "--role", "admin")[0] == 0
    code, out, _ = call("user", "add", "rev", "--role", "reviewer", "--province", "31", "--name", "审核甲")
    assert (code, out.startswith("rev: ")) == (0, True)
    assert call("user", "add", "rev", "--role", "auditor")[0] == 2
    assert call("user", "add", "x2", "--role", "reviewer")[0] == 2, "a reviewer needs a province"
    assert call("user", "role", "rev", "lead_reviewer", "--province", "51")[0] == 0
    assert call("user", "disable", "rev")[0] == 0
    listed = call("user", "list")[1]
    assert re.search(r"rev\s+lead_reviewer 51\s+disabled .*审核甲", listed)
    assert call("user", "reset", "rev")[1].startswith("rev: ")
    assert call("user", "disable", "boss")[0] == 2
    code, out, _ = call("key", "issue", "script", "--user", "rev", "--days", "3")
    assert (code, out.startswith("edr_")) == (0, True)
    key_id = out.split("_")[1]
    assert key_id in call("key", "list")[1]
    assert call("key", "revoke", key_id)[0] == 0
    assert "revoked" in call("key", "list")[1]
    assert call("key", "issue", "y")[0] == 2
    for name in ("trail", "notices"):
        assert call(name, {"trail": "verify", "notices": "sweep"}[name])[0] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"sign_in_rate": "often"},
        {"trusted_proxies": "here"},
        {"oidc_map": "x=boss"},
        {"oidc_issuer": "http://idp.example"},
    ],
)
def test_a_server_does_not_start_with_settings_that_are_not_in_order(wrong):
    from analyzer.model import EduauditError
    from registry_api.serving import check_access_settings
    from registry_api.settings import Settings

    check_access_settings(Settings())
    with pytest.raises(EduauditError):
        check_access_settings(Settings(**wrong))
