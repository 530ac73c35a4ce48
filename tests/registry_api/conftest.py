"""A registry with a small analyzer of its own: packages are JSON texts that say which findings they have."""

import copy
import json
import shutil
import socket
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import pytest
import sqlalchemy as sa
import uvicorn

from analyzer.judge.filing import ProviderFiling, filing_facts, filing_schema, validate_filing
from analyzer.model import (
    App,
    Artifact,
    Bilingual,
    Clause,
    Coverage,
    CoverageReason,
    Finding,
    FindingEvidence,
    LedgerRow,
    ManifestFlags,
    PolicyFacts,
    Report,
    ReportArtifact,
    Run,
    Sdk,
    Severity,
    StaticFacts,
    Status,
    StringFact,
    Summary,
    Sureness,
    TrafficFacts,
    UnreadableInputError,
    fingerprint,
    read_record,
    record_plain,
)
from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.app import create_app
from registry_api.audits.pipeline import perform
from registry_api.errors import FieldError
from registry_api.migrations import migrate
from registry_api.organizations.uscc import check_character
from registry_api.registry import Registry
from registry_api.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the test client prefers a renamed httpx that is not among our dependencies
    from fastapi.testclient import TestClient


class _NoCodes:
    filing_codes = MappingProxyType({})
    personal_data = frozenset({"phone_number", "device.imei", "location.precise"})


class FakeAnalysis:
    """The rules of a filing are the real ones; extraction reads JSON; judgement copies what the package says."""

    def __init__(self):
        self.engine_name, self.rules_name = "fake/1", "rules-1"
        self.extractions = 0
        self.suppressed = set()
        self.gate = None
        self.short_of_time = False

    def engine(self):
        return self.engine_name

    def rules_version(self):
        return self.rules_name

    def extract(self, path: Path) -> StaticFacts:
        self.extractions += 1
        if self.gate is not None:
            assert self.gate.wait(30)
        text = path.read_text("utf-8", "replace")
        if not text.startswith("{"):
            raise UnreadableInputError(path, "is not a ZIP archive")
        spec = json.loads(text)
        if spec.get("crash"):
            raise RuntimeError("extractor crashed")
        reasons = (CoverageReason(code="packed", detail="a packer"),) if spec.get("packed") else ()
        if self.short_of_time:
            reasons, spec = (CoverageReason(code="limit_reached", detail="took too long"),), {**spec, "findings": ()}
        return StaticFacts(
            engine=self.engine_name,
            rules=self.rules_name,
            artifact=Artifact(format="apk", sha256="0" * 64, size=len(text), name=path.name),
            app=App(
                package=spec.get("package", "cn.example.study"),
                label=spec.get("label", "晨光学习"),
                version_name=spec.get("version", "1.0"),
                version_code=1,
            ),
            coverage=Coverage(complete=not reasons, reasons=reasons, dex_files=1),
            strings=tuple(StringFact(kind="finding", value=item, found_in="x") for item in spec.get("findings", ())),
            sdks=tuple(
                Sdk(
                    id=name,
                    name=name,
                    vendor="v",
                    category="analytics",
                    version=version,
                    confidence="certain",
                    evidence=(),
                    collects=(),
                )
                for name, version in spec.get("sdks", ())
            ),
        )

    @contextmanager
    def ended_by(self, event):
        self.ending = event
        yield

    def lasts(self, facts):
        return "for ever"

    def still(self, lasting):
        return lasting == "for ever"

    def read_policy(self, path: Path) -> PolicyFacts:
        return PolicyFacts(name=path.name, sha256="0" * 64, characters=path.stat().st_size, language="zh")

    def report_of(self, facts) -> Report:
        static = facts.static
        found = []
        for item in static.strings if static else ():
            rule, subject, severity = item.value.split("|")
            if rule not in self.suppressed:
                found.append(self._finding(rule, subject, severity, "access", static.app.package))
        found += [
            self._finding("TRAFFIC.X", item.data, "high", "transmission", facts.traffic.app)
            for item in (facts.traffic.transmissions if facts.traffic else ())
        ]
        counts = {level.value: sum(f.severity == level for f in found) for level in Severity}
        coverage = static.coverage if static else Coverage(complete=False)
        ledger = tuple(
            LedgerRow(
                data=f.subject,
                title=Bilingual(zh=f"数据{f.subject}", en=f.subject),
                category="A09",
                sensitive=False,
                necessary=None,
                declared=False,
                permitted=None,
                present=True,
                reachable=None,
                before_consent=None,
                observed=None,
                observed_before_consent=None,
                actors=("app",),
                recipients=(),
            )
            for f in found
            if f.rule.startswith("DATA")
        )
        return Report(
            run=Run(
                tool="t",
                rules=self.rules_name,
                engine=self.engine_name,
                started="2026-01-01T00:00:00+00:00",
                seconds={},
                peak_memory=None,
            ),
            artifact=ReportArtifact(name=static.artifact.name, size=static.artifact.size)
            if static
            else ReportArtifact(),
            app=static.app if static else App(),
            coverage=coverage,
            flags=ManifestFlags(),
            components=(),
            permissions=(),
            sdks=static.sdks if static else (),
            accesses=(),
            endpoints=(),
            packers=(),
            anomalies=(),
            strings=(),
            transmissions=facts.traffic.transmissions if facts.traffic else (),
            not_analysed=(),
            declarations=(),
            policy_points=(),
            ledger=ledger,
            findings=tuple(found),
            summary=Summary(
                findings=counts,
                verdict="violations_proven" if found else ("nothing_found" if coverage.complete else "incomplete"),
                channels={
                    "static": static is not None,
                    "policy": facts.policy is not None,
                    "filing": facts.filing is not None,
                    "traffic": facts.traffic is not None,
                },
                human=(),
            ),
        )

    @staticmethod
    def _finding(rule, subject, severity, kind, package):
        both = Bilingual(zh=f"标题 {rule}", en=f"title {rule}")
        return Finding(
            rule=rule,
            severity=Severity(severity),
            status=Status.PROVEN,
            title=both,
            explanation=both,
            advice=both,
            clauses=("191-1.1",),
            subject=subject,
            evidence=(FindingEvidence(kind=kind, where="classes.dex", excerpt="La;->b()V"),),
            fingerprint=fingerprint(rule, subject, package),
        )

    def validate_filing(self, document):
        return self._problems(document, "error")

    def filing_warnings(self, document):
        return self._problems(document, "warning")

    @staticmethod
    def _problems(document, level):
        return [
            FieldError(row.pointer, row.code, row.message.zh, row.suggestion.zh)
            for row in validate_filing(document, _NoCodes())
            if row.level == level
        ]

    def filing_facts(self, document):
        return filing_facts(ProviderFiling.model_validate(document))

    def filing_schema(self):
        return filing_schema()

    def clauses(self):
        title = Bilingual(zh="未公开收集使用规则", en="no published rules")
        return {
            "191-1.1": Clause(
                id="191-1.1",
                text="191",
                article="一（1）",
                title=title,
                channels=("static",),
                source="S",
                sure=Sureness.VERIFIED,
            )
        }


class HandJobs:
    """The port by hand: a job is there exactly when its transaction committed; `drain` performs it."""

    def __init__(self):
        self.waiting = []

    def enqueue(self, session, job):
        sa.event.listen(session, "after_commit", lambda _: self.waiting.append(job), once=True)

    def cancel(self, job):
        self.waiting = [item for item in self.waiting if item != job]

    def status(self, job):
        return "queued" if job in self.waiting else None

    def schedule(self, name, seconds, work):
        pass

    def worker_main(self, worker_id, work, stop, ready):
        ready()
        while not stop.wait(0.02):
            while self.waiting:
                work(self.waiting.pop(0).run_id)

    def close(self):
        pass


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    migrate(Settings(data=folder))
    return folder


@pytest.fixture
def settings(template, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(template, data)
    return Settings(data=data, node="test")


@pytest.fixture
def registry(settings):
    made = Registry(settings, analysis=FakeAnalysis(), jobs=HandJobs())
    yield made
    made.close()


@pytest.fixture
def drain(registry):
    def run(worker="w"):
        while registry.jobs.waiting:
            perform(registry, registry.jobs.waiting.pop(0).run_id, worker)

    return run


@pytest.fixture
def key_of(registry):
    """role → key, made on first use; each province its own reviewer."""
    made = {}

    def key(role="admin", province=None):
        if (role, province) not in made:
            with registry.database.write() as session:
                made[role, province] = issue(session, name=role, role=Role(role), province=province)[1]
        return made[role, province]

    return key


_APPLICATION = []


def application(registry):
    """The one application of this process around another registry: building it anew takes longer than most tests."""
    if registry.settings.body_limit != Settings(data=registry.settings.data).body_limit:
        return create_app(registry)
    if not _APPLICATION:
        _APPLICATION.append(create_app(registry))
    _APPLICATION[0].state.registry, _APPLICATION[0].state.readiness = registry, None
    return _APPLICATION[0]


@pytest.fixture
def api(registry, key_of):
    """Call the API as a role: api("GET", "/apps", role="admin")."""
    with TestClient(application(registry), raise_server_exceptions=False) as client:

        def call(method, path, *, role="admin", province=None, key=None, headers=None, **more):
            token = key or key_of(role, province)
            return client.request(
                method, "/api/v1" + path, headers={"Authorization": f"Bearer {token}", **(headers or {})}, **more
            )

        call.http = client
        yield call


def uscc(province="31", serial="000100"):
    head = f"91{province}0000M{serial}Y4"[:17].ljust(17, "0")
    return head + check_character(head)


_FILING = {
    "schema": "eduaudit.filing/1",
    "unit": {
        "legal_name": "晨光教育科技有限公司",
        "uscc": uscc(),
        "region": "310000",
        "contact_name": "测试",
        "contact_phone": "13800138000",
    },
    "system": {
        "name": "晨光学习平台",
        "icp": "沪ICP备12345678号",
        "mlps": "31010099001-00001",
        "domains": ["example.cn"],
    },
    "app": {
        "name": "晨光学习",
        "package": "cn.example.study",
        "category": "learning",
        "app_types": [19],
        "personal_data": ["phone_number"],
    },
}


def filing_document(package="cn.example.study", province="31", serial="000100", **app):
    document = copy.deepcopy(_FILING)
    document["unit"].update(uscc=uscc(province, serial), region=province + "0000")
    document["system"]["icp"] = ("川" if province == "51" else "沪") + "ICP备12345678号"
    document["system"]["mlps"] = province + "010099001-00001"
    document["app"].update(package=package, **app)
    return document


@pytest.fixture
def filing_of():
    return filing_document


@pytest.fixture
def upload(api):
    import uuid

    def put(spec, name="app.apk", **more):
        content = json.dumps(spec, ensure_ascii=False).encode() if isinstance(spec, dict) else spec
        answer = api("PUT", f"/uploads/{uuid.uuid4()}", content=content, headers={"X-File-Name": name}, **more)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    return put


@pytest.fixture
def submitted(api, upload, filing_of):
    """Put an organisation, a filing and a package on record; return the answer to the submission."""

    def submit(spec, **more):
        document = filing_of(**more)
        unit = document["unit"]
        api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]})
        filing = api("POST", "/filings", json={"document": document})
        assert filing.status_code == 201, filing.text
        answer = api(
            "POST",
            f"/filings/{filing.json()['id']}/submit",
            json={"artifact_upload": upload(spec)},
            headers={"If-Match": filing.headers["etag"]},
        )
        assert answer.status_code == 202, answer.text
        return answer

    return submit


@pytest.fixture
def traffic():
    def make(*data, app="cn.example.study", capture="a" * 64):
        facts = read_record(
            TrafficFacts,
            {
                "engine": "traffic/1",
                "app": app,
                "captures": [capture],
                "profile": "p",
                "flows": 3,
                "transmissions": [
                    {
                        "data": item,
                        "host": "t.example.com",
                        "recipient": None,
                        "country": "CN",
                        "encrypted": True,
                        "phase": "unknown",
                        "foreground": None,
                        "count": 1,
                        "interval_s": None,
                        "encoding": ["json"],
                        "where": "body",
                        "key": "k",
                        "value_redacted": "86…",
                        "request_id": "1",
                        "proof": "known_value",
                    }
                    for item in data
                ],
            },
        )
        return record_plain(facts)

    return make


@pytest.fixture
def server(registry):
    """A real server on a free port, in a thread."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(registry), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def gate():
    return threading.Event()
