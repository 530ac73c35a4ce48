"""Every operation × every role × both provinces: what is refused, what is out of reach, what never leaks."""

import ast
import itertools
import json
import re
import shutil
import uuid
from pathlib import Path

import pytest

from registry_api.accounts.access import ALLOWED, MEMBERS, NATIONAL, PROVINCIAL, Action, Role
from registry_api.accounts.keys import issue
from registry_api.accounts.matrix import SIGNED_IN, WITHOUT_KEY, matrix_text, operations
from registry_api.app import API, create_app
from registry_api.audits.pipeline import perform
from registry_api.trail.models import TrailEntry

ROOT = Path(__file__).parents[2]
OPEN = {"getHealth", "getReadiness", "getMetrics", "getDictionary", "getFilingSchema", "getUserFilingSchema"}
PROVINCES = ("31", "51")


def secret_words(province):
    """Words that stand in the rows of one province and nowhere else."""
    return (f"cn.p{province}.app", f"单位{province}号", f"应用{province}号", f"机密{province}")


class World:
    """Two provinces, each with a provider, an app, a filing, an audit, findings, notices and a listing."""

    def __init__(self, template, folder, support):
        from fastapi.testclient import TestClient

        from registry_api.registry import Registry
        from registry_api.settings import Settings

        shutil.copytree(template, folder)
        self.registry = Registry(
            Settings(data=folder, node="test", failure_rate="", request_rate=""),
            analysis=support.FakeAnalysis(),
            jobs=support.HandJobs(),
        )
        self.http = TestClient(create_app(self.registry), raise_server_exceptions=False)
        self.support = support
        self.admin = self.key(Role.ADMIN)
        self.objects = {province: self.fill(province) for province in PROVINCES}
        self.keys = {}
        for role in Role:
            places = (None,) if role in NATIONAL else PROVINCES
            for place in places:
                unit = self.objects[place]["organization_id"] if role in MEMBERS else None
                self.keys[role, place] = self.key(role, None if unit else place, unit)

    def key(self, role, province=None, unit=None):
        with self.registry.database.write() as session:
            return issue(session, name=f"机密{province or ''}", role=role, province=province, organization_id=unit)[1]

    def call(self, method, path, key, **more):
        headers = {"Authorization": f"Bearer {key}", "If-Match": "*", **more.pop("headers", {})}
        return self.http.request(method, API + path, headers=headers, **more)

    def made(self, method, path, key=None, **more):
        answer = self.call(method, path, key or self.admin, **more)
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    def fill(self, province):
        package, unit, app, secret = secret_words(province)
        document = self.support.filing_document(package, province)
        document["unit"]["legal_name"], document["app"]["name"] = unit, app
        organization = self.made("POST", "/organizations", json={"name": unit, "uscc": document["unit"]["uscc"]})["id"]
        filing = self.made("POST", "/filings", json={"document": document})["id"]
        upload = str(uuid.uuid4())
        spec = {"package": package, "findings": [f"DATA.{secret}|{secret}|high"]}
        self.made("PUT", f"/uploads/{upload}", content=json.dumps(spec, ensure_ascii=False).encode())
        run = self.made("POST", f"/filings/{filing}/submit", json={"artifact_upload": upload})["audit"]
        while self.registry.jobs.waiting:
            perform(self.registry, self.registry.jobs.waiting.pop(0).run_id, "w")
        lead, other = (self.key(role, province) for role in (Role.LEAD, Role.REVIEWER))
        notice = self.made("POST", "/notices", other, json={"kind": "rectification", "package": package})["id"]
        for event, key in (("sign", lead), ("issue", other)):
            self.made("POST", f"/notices/{notice}/transitions", key, json={"event": event})
        listing = self.made("POST", "/listings", lead, json={"kind": "white", "package": package, "reason": secret})[
            "id"
        ]
        plan = {"name": secret, "basis": secret}
        campaign = self.made("POST", "/campaigns", lead, json=plan)["id"]
        self.made("POST", f"/campaigns/{campaign}/transitions", lead, json={"event": "start"})
        return {
            "campaign_id": campaign,
            "package": package,
            "organization_id": organization,
            "filing_id": filing,
            "run_id": run,
            "upload_id": upload,
            "notice_id": notice,
            "listing_id": listing,
            "number": 1,
            "key_id": "ffffffff",
            "week": "2026-W01",
        }

    def path(self, operation, province):
        """Return the address of an operation on the objects of a province; a new kind of object is number 1 or 2."""
        known = {"record": "filings", **self.objects[province]}
        fallback = PROVINCES.index(province) + 1
        return re.sub(r"\{(\w+)\}", lambda found: str(known.get(found[1], fallback)), operation.path).removeprefix(API)

    def acts(self):
        from sqlmodel import func, select

        with self.registry.database.read() as session:
            return session.exec(select(func.count()).select_from(TrailEntry)).one()


@pytest.fixture(scope="module")
def world(template, tmp_path_factory):
    import sys

    made = World(template, tmp_path_factory.mktemp("matrix") / "data", sys.modules[template_support()])
    yield made
    made.http.close()
    made.registry.close()


def template_support():
    """Return the module name of the fixtures: what stands in for the analyzer is defined there."""
    import sys

    return next(
        name for name, module in sys.modules.items() if name.endswith("conftest") and hasattr(module, "HandJobs")
    )


def body_of(method):
    return {"json": {}} if method in {"POST", "PUT", "PATCH"} else {}


def places_of(role):
    return (None,) if role in NATIONAL else PROVINCES


def test_every_operation_asks_for_a_key_but_the_few_that_are_public(world):
    every = operations(world.http.app)
    assert len(every) > 30
    assert {item.id for item in every if item.asks == WITHOUT_KEY and "/public" not in item.path} == OPEN
    for item in every:
        if item.asks != WITHOUT_KEY:
            answer = world.http.request(item.method, API + world.path(item, "31"), **body_of(item.method))
            assert answer.status_code == 401, item


def test_a_role_without_the_action_is_refused_everywhere(world):
    tried, before = 0, world.acts()
    for item, (role, place) in itertools.product(operations(world.http.app), world.keys):
        if not isinstance(item.asks, Action) or role in ALLOWED[item.asks]:
            continue
        for province in PROVINCES:
            answer = world.call(
                item.method, world.path(item, province), world.keys[role, place], **body_of(item.method)
            )
            assert answer.status_code == 403, (item, role, answer.text)
            if item.method != "HEAD":
                assert answer.json()["code"] == "forbidden", (item, role)
            tried += 1
    assert tried > 200
    assert world.acts() == before


def test_nothing_of_the_other_province_is_read_and_nothing_of_it_is_changed(world):
    before, tried = world.acts(), 0
    for item, (role, place) in itertools.product(operations(world.http.app), world.keys):
        if (
            place is None
            or item.asks == WITHOUT_KEY
            or (isinstance(item.asks, Action) and role not in ALLOWED[item.asks])
        ):
            continue
        other = PROVINCES[place == PROVINCES[0]]
        names_object = set(re.findall(r"\{(\w+)\}", item.path)) - {"week", "upload_id", "sdk"}
        if item.method != "GET" and not names_object:
            continue  # starts something of one's own; what it then may name is tested beside it
        path = world.path(item, other)
        answer = world.call(item.method, path, world.keys[role, place], **body_of(item.method))
        where = (item.id, role.value, place, answer.status_code)
        leaked = [word for word in secret_words(other) if word in answer.text and word not in path]
        assert leaked == [], where
        if names_object:
            assert answer.status_code in ({404} if item.method == "GET" else {404, 403, 422}), where
        else:
            assert answer.status_code < 500, where
        tried += 1
    assert tried > 200
    assert world.acts() == before, "a refused step leaves nothing in the trail"


READ_BY_ALL = {
    "listApps",
    "listFilings",
    "listFindings",
    "listNotices",
    "listListings",
    "getNotice",
    "getFiling",
    "getAudit",
    "getApp",
}


def test_each_role_reads_what_is_within_its_reach(world):
    chosen = [item for item in operations(world.http.app) if item.id in READ_BY_ALL]
    assert {item.id for item in chosen} == READ_BY_ALL
    for item, (role, place) in itertools.product(chosen, world.keys):
        for province in PROVINCES if place is None else (place,):
            answer = world.call("GET", world.path(item, province), world.keys[role, place])
            assert answer.status_code == 200, (item, role, answer.text)
            assert secret_words(province)[0] in answer.text, (item, role, province)


def test_a_key_of_nobody_sees_nothing(world):
    for role in (*MEMBERS, *PROVINCIAL):
        with world.registry.database.write() as session:
            from registry_api.accounts.models import ApiKey

            row, text = issue(session, name="x", role=role, province="11" if role in PROVINCIAL else None)
            session.get(ApiKey, row.id).province = None
        for item in operations(world.http.app):
            if item.method == "GET" and item.asks == Action.READ:
                answer = world.call("GET", world.path(item, "31"), text)
                asked = world.path(item, "31")
                words = [word for province in PROVINCES for word in secret_words(province)]
                leaked = [word for word in words if word in answer.text and word not in asked]
                assert leaked == [], item


def test_who_decides_cases_runs_no_system_and_the_other_way_round():
    deciding = {Action.REVIEW, Action.SUSPEND, Action.NOTICE, Action.SIGN, Action.LIST}
    for action in deciding:
        assert Role.ADMIN not in ALLOWED[action]
        assert Role.AUDITOR not in ALLOWED[action]
        assert not ALLOWED[action] & MEMBERS
    assert ALLOWED[Action.KEYS] == {Role.ADMIN}


def test_the_page_of_the_matrix_is_in_step_with_the_code(world):
    page = ROOT / "docs" / "access.md"
    text = "run: eduaudit registry access -o docs/access.md"
    assert page.read_text("utf-8") == matrix_text(world.http.app), text


SCOPED = {"Filing", "App", "Organization", "FindingRow", "Notice", "Listing", "Campaign", "CampaignApp"}


def unscoped(source):
    """Yield (line, model) of each select at the edge whose function names no scope and gives no reason."""
    lines = source.splitlines()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.name.startswith("show"):
            continue  # it shows rows that its caller has found within reach
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        if names & {"scoped", "scope_of"} or any(name.startswith("find_") for name in names):
            continue  # what was found within reach may be followed to its own rows
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "select"):
                continue
            of = {
                part.id
                for argument in node.args
                for part in ast.walk(argument)
                if isinstance(part, ast.Name) and part.id in SCOPED
            }
            near = "\n".join(lines[max(0, function.lineno - 2) : node.end_lineno])
            if of and "scope:" not in near:
                yield node.lineno, sorted(of)


def test_the_edge_selects_no_rows_of_a_province_without_scope():
    """Services work on what was found within reach; endpoints, pages and commands must go through the scope."""
    folder = ROOT / "registry_api"
    edge = [*folder.rglob("*endpoints.py"), *(folder / "web").rglob("*.py"), *(folder / "commands").glob("*.py")]
    assert len(edge) > 10
    found = {
        f"{path.relative_to(ROOT)}:{line}": models
        for path in edge
        for line, models in unscoped(path.read_text("utf-8"))
    }
    assert found == {}, "use scoped(…) or scope_of(…), or say above why not: # scope: …"


def test_the_lint_sees_what_it_is_for():
    bad = "def f(session):\n    return session.exec(select(Filing).where(1)).all()\n"
    assert list(unscoped(bad)) == [(2, ["Filing"])]
    assert list(unscoped(bad.replace("def f", "# scope: of one app within reach\ndef f"))) == []
    assert list(unscoped(bad.replace("select(Filing)", "select(col(App.id))"))) == [(2, ["App"])]
    assert list(unscoped(bad.replace("where(1)", "where(scope_of(Filing, actor))"))) == []


def test_signed_in_operations_are_those_that_a_table_decides(world):
    assert {item.id for item in operations(world.http.app) if item.asks == SIGNED_IN} >= {
        "getMe",
        "moveFiling",
        "moveNotice",
    }
