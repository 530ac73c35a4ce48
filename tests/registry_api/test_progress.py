"""Work that takes minutes never runs inside a request, and the page says how far it is."""

import re
import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.audits.check_models import SelfCheck
from registry_api.audits.pipeline import perform
from registry_api.audits.selfcheck import LIFE, LOST_AFTER, PREFIX, perform_check, recover_checks
from registry_api.db import now

PACKAGE = "cn.example.study"


@pytest.fixture
def vendor(api, upload, registry, filing_of):
    """Sign a vendor in; order(spec) hands a package in for a self-check."""
    unit = filing_of()["unit"]
    api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]})
    with registry.database.write() as session:
        keys = [issue(session, name=name, role=Role.VENDOR, organization_id=1)[1] for name in ("a", "b")]
    key = keys[0]

    def sign(which=0):
        api.http.cookies.clear()
        api.http.post("/login", data={"key": keys[which]}, follow_redirects=False)

    def order(spec):
        csrf = re.search(r'name="csrf" value="(\w+)"', api.http.get("/vendor/check").text)[1]
        data = {"csrf": csrf, "artifact_upload": upload(spec, key=key), "policy_upload": "", "lang": "zh"}
        return api.http.post("/vendor/check", data=data)

    sign()
    order.sign = sign
    return order


def test_the_case_page_asks_how_far_its_audit_is_until_it_has_ended(api, submitted, drain, key_of, registry):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    api.http.post("/login", data={"key": key_of("lead_reviewer", "31")}, follow_redirects=False)
    asking = f'hx-get="/apps/{PACKAGE}/progress?lang=zh"'
    assert asking in api.http.get(f"/apps/{PACKAGE}").text
    ask = {"HX-Request": "true"}
    answer = api.http.get(f"/apps/{PACKAGE}/progress", headers=ask)
    assert (answer.status_code, "排队中" in answer.text, asking in answer.text) == (200, True, True)

    registry.analysis.gate = threading.Event()
    (job,) = registry.jobs.waiting
    registry.jobs.waiting.clear()
    work = threading.Thread(target=perform, args=(registry, job.run_id, "w"))
    work.start()
    while "正在读取安装包" not in (answer := api.http.get(f"/apps/{PACKAGE}/progress", headers=ask)).text:
        assert answer.status_code == 200
    registry.analysis.gate.set()
    work.join()

    answer = api.http.get(f"/apps/{PACKAGE}/progress", headers=ask)
    assert answer.status_code == 286, "htmx stops asking"
    assert "检测完成" in answer.text
    assert "hx-get" not in answer.text
    assert asking not in api.http.get(f"/apps/{PACKAGE}").text


def test_whoever_is_signed_out_gets_no_sign_in_page_inside_the_page(api, submitted):
    submitted({})
    answer = api.http.get(f"/apps/{PACKAGE}/progress", headers={"HX-Request": "true"}, follow_redirects=False)
    assert answer.status_code == 286
    assert "登录已失效" in answer.text
    assert "<html" not in answer.text


def test_progress_of_an_app_out_of_reach_is_not_told(api, submitted, key_of):
    submitted({})
    api.http.post("/login", data={"key": key_of("reviewer", "51")}, follow_redirects=False)
    assert api.http.get(f"/apps/{PACKAGE}/progress").status_code == 404


def test_a_failed_audit_says_so(api, submitted, drain, key_of):
    submitted({"crash": True})
    drain()
    api.http.post("/login", data={"key": key_of("lead_reviewer", "31")}, follow_redirects=False)
    assert "extractor crashed" in api.http.get(f"/apps/{PACKAGE}/progress").text


def test_a_self_check_waits_for_a_worker_and_is_its_own_accounts_alone(api, vendor, drain):
    first = vendor({"findings": ["DATA.X|device.imei|high"]})
    path = first.url.path
    assert "排队中" in first.text
    assert "标题 DATA.X" not in first.text
    assert "前面还有 1 个" in vendor({}).text
    vendor.sign(1)
    assert api.http.get(path).status_code == 404
    assert api.http.get(path + "/progress").status_code == 404
    vendor.sign(0)
    drain()
    assert "标题 DATA.X" in api.http.get(path).text
    assert path in api.http.get("/vendor/check").text


def test_one_account_cannot_fill_the_queue(vendor, registry):
    for _ in range(3):
        assert vendor({}).status_code == 200
    assert vendor({}).status_code == 503
    assert len(registry.jobs.waiting) == 3


def test_a_check_that_was_lost_is_begun_again_and_an_old_one_is_thrown_away(vendor, registry, drain):
    vendor({})
    (job,) = registry.jobs.waiting
    registry.jobs.waiting.clear()

    def state():
        with registry.database.read() as session:
            return session.exec(select(SelfCheck.state, SelfCheck.attempt)).first()

    with registry.database.write() as session:
        row = session.exec(select(SelfCheck)).one()
        row.state, row.worker, row.attempt, row.started_at = "running", "w-0", 1, now()
        session.add(row)
    assert recover_checks(registry) == 0
    assert recover_checks(registry, "w-1") == 0
    assert recover_checks(registry, "w-0") == 1
    assert state() == ("queued", 1)
    registry.jobs.waiting.clear()  # the engine loses it
    assert recover_checks(registry) == 0, "it may be on its way"
    assert recover_checks(registry, moment=now() + timedelta(seconds=61)) == 1
    perform_check(registry, job.run_id, "w-0")
    assert state() == ("succeeded", 2)
    perform_check(registry, job.run_id, "w-0")
    assert state() == ("succeeded", 2), "a job that comes twice changes nothing"
    assert recover_checks(registry, moment=now() + LIFE + timedelta(days=1)) == 1
    assert state() is None
    assert job.run_id.startswith(PREFIX)


def test_a_check_that_kills_its_workers_ends_as_failed(vendor, registry, api):
    answer = vendor({})
    for attempt in range(1, 9):
        with registry.database.write() as session:
            row = session.exec(select(SelfCheck)).one()
            if row.state == "failed":
                break
            row.state, row.worker, row.attempt, row.started_at = "running", "w", attempt, now()
            session.add(row)
        recover_checks(registry, moment=now() + LOST_AFTER + timedelta(seconds=1))
    assert attempt == registry.settings.attempts + 1
    assert "the worker was lost" in api.http.get(answer.url.path).text
