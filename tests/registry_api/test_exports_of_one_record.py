"""Lists of one record, and their exports, as three formats: of a filing, an app, an audit, a campaign, a webhook."""

import pytest

WEEK = "2026-W30"


@pytest.fixture
def record(api, registry, submitted, upload, drain):
    object.__setattr__(registry.settings, "webhook_networks", "127.0.0.0/8")
    run = submitted({"findings": ["DATA.A|device.imei|high"]}).json()["audit"]
    drain()
    plan = api("POST", "/campaigns", role="supervisor", json={"name": "专项检查"})
    assert plan.status_code == 201, plan.text
    begun = api(
        "POST",
        "/campaigns/1/transitions",
        role="supervisor",
        json={"event": "start"},
        headers={"If-Match": plan.headers["etag"]},
    )
    assert begun.status_code == 200, begun.text
    assert api("POST", "/webhooks", json={"url": "http://127.0.0.1:9/hook", "events": ["*"]}).status_code == 201
    drain()
    return run


def test_each_list_of_one_record_is_exported_in_each_format(api, record):
    lists = (
        "/apps/cn.example.study/versions",
        "/apps/cn.example.study/findings",
        "/filings/1/changes",
        "/filings/1/corrections",
        "/filings/1/attachments",
        f"/audits/{record}/findings",
        "/campaigns/1/apps",
        "/webhooks/1/deliveries",
    )
    for path in lists:
        assert api("GET", path).status_code == 200, path
        for kind, media in (("csv", "text/csv"), ("jsonl", "application/jsonl"), ("xlsx", "openxml")):
            answer = api("GET", f"/exports{path}", params={"format": kind})
            assert answer.status_code == 200, (path, answer.text)
            assert media in answer.headers["content-type"] or "json" in answer.headers["content-type"], path


def test_one_organisation_one_report_and_a_new_policy(api, record, upload, drain):
    assert api("GET", "/organizations/1").json()["id"] == 1
    report = api("GET", f"/audits/{record}/report").json()
    assert report["findings"]
    policy = upload("隐私政策：我们收集设备标识。".encode(), "policy.txt")
    again = api("POST", "/apps/cn.example.study/policy", json={"policy_upload": policy})
    assert again.status_code == 202, again.text
    drain()
    assert api("GET", "/apps/cn.example.study/versions").json()["items"][0]["policy_sha256"]


def test_notices_are_drafted_for_a_round(api, record, upload, drain):
    assert api("POST", "/weekly", json={"week": WEEK}).status_code < 300
    drain()
    drafted = api("POST", f"/weekly/{WEEK}/notices", role="reviewer", province="31", json={"level": "high"})
    assert drafted.status_code == 201, drafted.text
