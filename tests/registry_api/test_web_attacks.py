"""Attacks on the pages: hostile texts, forged forms, framing, redirects elsewhere, fixed sessions, split headers.

Pages are found from the application's own routes, so that a screen that is added later is attacked as well.
"""

import re
from urllib.parse import quote, urlsplit

import pytest
from inert import ALL, CORPUS, faults, poison
from pageroutes import routes_of
from sqlmodel import func, select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.accounts.users import add_user
from registry_api.filings.models import Filing
from registry_api.notices.models import Notice
from registry_api.organizations.models import App, Organization
from registry_api.trail.models import TrailEntry

PACKAGE = "cn.example.study"


@pytest.mark.parametrize("hostile", [item for item in CORPUS if "<" in item and "{{" not in item and "&lt" not in item])
def test_the_check_itself_sees_what_is_not_escaped(hostile):
    assert faults(f'<p title="{hostile}">{hostile}</p>'), hostile


KNOWN = {
    "package": PACKAGE,
    "sdk": "evil",
    "name": "x",
    "verb": "claim",
    "data": CORPUS[6],
    "clause_id": "191-1.1",
}
"""Parameters of paths that are not the number of a record; others are tried with 1."""


def paths_of(api, method, run="1"):
    for route in routes_of(api.http.app):
        if method not in route.methods or route.path.startswith(("/static/", "/favicon")):
            continue
        path = route.path
        for name in re.findall(r"{(\w+)(?::\w+)?}", path):
            value = run if name == "run_id" else KNOWN.get(name, "1")
            path = re.sub(r"{" + name + r"(?::\w+)?}", quote(value, safe=""), path)
        yield path, [item.alias for item in route.dependant.query_params]


@pytest.fixture
def sign(api, key_of):
    cookies = {}

    def go(role, province=None, key=None):
        api.http.cookies.clear()
        if role not in cookies:
            answer = api.http.post("/login", data={"key": key or key_of(role, province)}, follow_redirects=False)
            assert answer.status_code == 303
            cookies[role] = api.http.cookies["eduaudit_session"]
        else:
            api.http.cookies.set("eduaudit_session", cookies[role])
        return api.http

    return go


@pytest.fixture
def poisoned(api, submitted, drain, traffic, upload, registry, key_of):
    """A record whose every free text is hostile: filing, package, capture, notice, answer, account, key."""
    findings = [f"DATA.X|{item[:200].replace('|', '')}|high" for item in CORPUS]
    spec = {"findings": findings, "label": ALL, "version": ALL, "sdks": [["evil", ALL[:90]], [CORPUS[0], CORPUS[2]]]}
    answer = submitted(spec, name=ALL[:200])
    drain()
    body = traffic("device.imei", "phone_number")
    for item in body["transmissions"]:
        item.update(host=ALL, key=ALL, value_redacted=ALL)
    api("POST", f"/apps/{PACKAGE}/traffic", json=body)
    drain()
    with registry.database.write() as session:
        session.exec(select(Organization)).one().name = ALL[:290]
        session.exec(select(App)).one().name = ALL[:290]
        add_user(session, login="evil", name=ALL[:190], role=Role.REVIEWER, province="31")
        issue(session, name=ALL[:190], role=Role.AUDITOR)
        vendor = issue(session, name=CORPUS[0], role=Role.VENDOR, organization_id=1)[1]
    draft = {"kind": "rectification", "package": PACKAGE, "remark": ALL, "basis": ALL, "batch": CORPUS[3][:60]}
    notice = api("POST", "/notices", json=draft, role="reviewer", province="31").json()["id"]

    def step(event, **more):
        path = f"/notices/{notice}/transitions"
        done = api("POST", path, json={"event": event, **more}, headers={"If-Match": "*"}, **who)
        assert done.status_code == 200, done.text

    who = {"role": "lead_reviewer", "province": "31"}
    step("sign")
    step("issue")
    who = {"key": vendor}
    step("reply", reply=ALL, attachments=[upload(b"proof", CORPUS[0][:60], key=vendor)])
    who = {"role": "reviewer", "province": "31"}
    step("reopen", reason=ALL)
    filing = answer.json()["id"]
    items = [{"field": "/app/name", "problem": ALL, "suggestion": ALL}]
    back = {"event": "return", "corrections": items}
    back = api("POST", f"/filings/{filing}/transitions", json=back, headers={"If-Match": "*"}, **who)
    assert back.status_code == 200, back.text
    with registry.database.write() as session:  # what validation would refuse too: an older record, an import
        row = session.exec(select(Filing)).one()
        row.document, row.facts = poison(row.document, PACKAGE), poison(row.facts, PACKAGE)
    return {"vendor": vendor, "run": answer.json()["audit"]}


def test_hostile_texts_are_inert_on_every_page(api, poisoned, sign):
    """For each kind of reader, in both languages, with a hostile text in every parameter of the query as well."""
    bad, read, shown = [], set(), set()
    for role, province in (("supervisor", None), ("vendor", None), ("admin", None)):
        http = sign(role, province, poisoned["vendor"] if role == "vendor" else None)
        for path, names in paths_of(api, "GET", poisoned["run"]):
            queries = ["?lang=zh", "?lang=en"] + [f"?{name}={quote(ALL[:190])}" for name in names if name != "token"]
            for query in queries if role == "supervisor" else queries[:1]:
                answer = http.get(path + query, follow_redirects=False)
                assert answer.status_code < 500, (path, query, answer.text[:300])
                assert answer.headers["x-content-type-options"] == "nosniff"
                if not answer.headers.get("content-type", "").startswith("text/html"):
                    continue
                if answer.status_code == 200:
                    read.add(path)
                    if "alert(1)" in answer.text:
                        shown.add(path)
                bad += [(role, path + query[:40], fault) for fault in faults(answer.text)]
                if re.search(rf"\b{7 * 191}\b", answer.text):  # a hash may hold the digits inside
                    bad.append((role, path, "a template inside a text was filled in"))
    assert bad == []
    for path in (
        "/",
        f"/apps/{PACKAGE}",
        f"/apps/{PACKAGE}/findings/1",
        f"/apps/{PACKAGE}/evidence/{quote(KNOWN['data'], safe='')}",
        "/sdks",
        "/notices",
        "/notices/1",
        "/notices/board",
        "/trail",
        "/administration",
    ):
        assert path in read & shown, f"{path} did not show what it was to be tried with"


def test_hostile_texts_stay_inert_beside_a_form_that_is_refused(api, poisoned, sign, registry):
    with registry.database.read() as session:
        version = session.exec(select(Notice.version)).one()
    for role, path, data in (
        ("reviewer", "/notices/compose", {"package": PACKAGE, "kind": ALL[:200], "remark": ALL, "basis": ALL}),
        ("reviewer", "/notices/compose", {"package": ALL[:200], "kind": "rectification", "findings": CORPUS[0]}),
        ("reviewer", "/notices/1/steps", {"event": "close", "reason": ALL, "version": "0"}),
        ("reviewer", "/notices/1/steps", {"event": CORPUS[0], "reason": ALL, "version": str(version)}),
        ("admin", "/administration/users", {"login": CORPUS[0], "name": ALL, "role": CORPUS[2]}),
        ("admin", "/administration/keys", {"name": ALL, "role": "reviewer", "province": CORPUS[5]}),
    ):
        http = sign(role, "31" if role == "reviewer" else None)
        csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/").text)[1]
        answer = http.post(path, data={**data, "csrf": csrf})
        assert 400 <= answer.status_code < 500, path
        assert faults(answer.text) == [], path


def test_no_form_is_taken_without_its_token_or_from_another_site(api, submitted, sign):
    submitted({})
    http = sign("admin")
    csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/").text)[1]
    paths = [path for path, _ in paths_of(api, "POST")]
    assert {"/logout", "/notices/compose", "/administration/users", "/administration/keys"} <= set(paths)
    for path in paths:
        foreign = {"Origin": "https://evil.example"}
        for data, headers in (
            ({"csrf": csrf}, {"Sec-Fetch-Site": "cross-site"}),
            ({"csrf": csrf}, {"Sec-Fetch-Site": "same-site"}),
            ({"csrf": csrf}, foreign),
        ):
            answer = http.post(path, data=data, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (path, headers)
        if path in {"/login", "/password"}:  # the first has no session yet, the other only a person's
            continue
        for data in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
            answer = http.post(path, data=data, follow_redirects=False)
            assert answer.status_code in {403, 415}, (path, data)
    assert http.get("/").status_code == 200, "still signed in"


def test_reading_a_page_changes_nothing(api, submitted, drain, sign, registry):
    run = submitted({"findings": ["DATA.X|device.imei|high"]}).json()["audit"]
    drain()

    def entries():
        with registry.database.read() as session:
            return session.exec(select(func.count()).select_from(TrailEntry)).one()

    http = sign("supervisor")
    before = entries()
    for path, _ in paths_of(api, "GET", run):
        http.get(path, follow_redirects=False)
    assert entries() == before


def test_no_page_can_be_framed_or_sniffed_or_kept(api, submitted, sign):
    submitted({})
    http = sign("admin")
    for path, _ in [*paths_of(api, "GET"), ("/no/such/page", []), ("/apps/no.such", [])]:
        head = http.get(path, follow_redirects=False).headers
        policy = head["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "http" not in policy, path
        assert head["x-frame-options"] == "DENY", path
        assert head["cache-control"] == "no-store" or path.startswith(("/portal", "/public", "/verify")), path


ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    " //evil.example",
    "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: x=1",
    "///evil.example",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_elsewhere_or_splits_a_header(api, key_of, target, registry):
    http = api.http
    answers = [
        http.post("/login", data={"key": key_of(), "next": target}, follow_redirects=False),
        http.get("/login", params={"next": target, "lang": "zh"}, follow_redirects=False),
    ]
    for path, names in paths_of(api, "GET"):
        answers += [http.get(path, params={name: target}, follow_redirects=False) for name in names]
    for answer in answers:
        assert answer.status_code < 500
        assert "x=1" not in answer.headers.get("set-cookie", "")
        location = answer.headers.get("location", "/")
        parts = urlsplit(location)
        assert (parts.scheme, parts.netloc) == ("", ""), location
        assert location.startswith("/"), location
        assert not location.startswith(("//", "/\\")), location


def test_a_path_that_looks_like_a_host_leads_nowhere(api):
    for path in ("//evil.example/", "//evil.example/notices/", "/\\evil.example/"):
        answer = api.http.get("http://testserver" + path, follow_redirects=False)
        location = urlsplit(answer.headers.get("location", "/"))
        assert location.netloc in {"", "testserver"}, path


def test_a_session_that_was_planted_is_never_the_one_that_is_signed_in(api, key_of, registry):
    http = api.http
    planted = "planted-by-somebody-else"
    http.cookies.set("eduaudit_session", planted)
    answer = http.post("/login", data={"key": key_of()}, follow_redirects=False)
    fresh = re.search(r"eduaudit_session=([^;]+)", answer.headers["set-cookie"])[1]
    assert fresh != planted
    http.cookies.clear()
    for value, status in ((planted, 303), (fresh, 200)):
        seen = http.get("/", headers={"Cookie": f"eduaudit_session={value}"}, follow_redirects=False)
        assert seen.status_code == status
    out = re.search(r'name="csrf" value="(\w+)"', http.get("/", headers={"Cookie": f"eduaudit_session={fresh}"}).text)[
        1
    ]
    http.cookies.set("eduaudit_session", fresh)
    http.post("/logout", data={"csrf": out}, follow_redirects=False)
    http.cookies.clear()
    gone = http.get("/", headers={"Cookie": f"eduaudit_session={fresh}"}, follow_redirects=False)
    assert gone.status_code == 303


def test_a_name_of_a_file_does_not_split_a_header(api, poisoned, sign):
    http = sign("supervisor")
    answer = http.get("/api/v1/notices/1/attachments/1")
    assert answer.status_code == 200
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert not set(disposition.split("''")[1]) & set('\r\n"<>; ')
    assert answer.headers["content-type"] == "application/octet-stream"
