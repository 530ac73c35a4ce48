"""A record with at least one of everything that a page of the console shows, made over the interface.

``fill`` needs the fixtures of ``tests/registry_api/conftest.py``; ``PAGES`` says who looks at which page of it.
"""

from __future__ import annotations

import re

from filing_year import Office, usage_of
from filing_year import uscc as code_of

PACKAGE = "cn.example.study"
RUN, CHECK, CASE, VERSION = "RUN", "CHECK", "CASE", "VERSION"
"""Stand in `PAGES` for ids that are made anew each time."""

PAGES: dict[str, tuple[str, ...]] = {
    "visitor": (
        "/login",
        "/portal?q=晨光",
        f"/portal/apps/{PACKAGE}",
        "/portal/verify?code=教APP备3100001号",
    ),
    "person": ("/password",),
    "reviewer": (
        "/queue",
        "/apps",
        f"/apps/{PACKAGE}",
        "/apps/cn.example.other",
        "/cases/2",
        f"/cases/{CASE}",
        f"/apps/{PACKAGE}/versions?old=1&new={VERSION}",
        f"/apps/{PACKAGE}/evidence/device.imei",
        f"/apps/{PACKAGE}/findings/1",
        f"/apps/{PACKAGE}/progress",
        "/clauses/191-1.1",
        "/notices",
        "/notices/1",
        "/notices/board",
        f"/notices/compose?package={PACKAGE}",
        "/campaigns",
        "/campaigns/1",
        "/campaigns/new",
        "/duplicates",
        "/sdks",
        "/sdks/umeng.analytics",
        "/sdks/umeng.analytics/alert?at_most=9.5",
        "/statistics",
    ),
    "supervisor": ("/trail?check=true", "/campaigns/1?lang=en"),
    "admin": ("/", "/administration", "/administration/rules?q=191-1", "/administration/settings"),
    "vendor": (
        "/vendor",
        "/vendor/new",
        "/vendor/filings/1",
        "/vendor/filings/3",
        "/vendor/notices/1",
        "/vendor/check",
        f"/vendor/check/{CHECK}",
        f"/vendor/check/{CHECK}/progress",
    ),
    "school": ("/school?q=晨光", f"/school/new?package={PACKAGE}", "/school/filings/1", "/school/filings/3"),
    "bureau": ("/school", "/school/filings/3", f"/cases/{CASE}", "/duplicates"),
}
"""Who → addresses of pages. `tests/registry_api/test_every_page.py` asks that every page of the console is here."""

FILES = (
    "/favicon.ico",
    "/oidc/callback",
    "/oidc/start",
    "/papers/filings/{filing_id}/case.pdf",
    "/papers/filings/{filing_id}/certificate.pdf",
    "/papers/notices/{notice_id}/notice.pdf",
    "/papers/notices/{notice_id}/attachments/{number}",
    "/papers/{record}/{filing_id}/attachments/{attachment_id}",
    "/runs/{run_id}/report.json",
    "/static/{name:path}",
    "/trail/export.jsonl",
    "/vendor/notices/{notice_id}/attachments/{number}",
)
"""Routes of the console that answer with a file or lead elsewhere: no page."""


def fill(api, registry, submitted, drain, upload, traffic):
    """Fill an empty record; return who → key, and what `RUN` and `CHECK` stand for."""
    office = Office(api, registry)
    for who, role, place in (
        ("admin", "admin", {}),
        ("supervisor", "supervisor", {}),
        ("reviewer", "lead_reviewer", {"province": "31"}),
        ("colleague", "reviewer", {"province": "31"}),
    ):
        office.person(who, role, **place)

    def hand_in(package, version, province="31", **more):
        spec = {
            "package": package,
            "version": version,
            "findings": ["DATA.X|device.imei|critical", "DATA.Y|phone_number|low", "RULE.Z|umeng.analytics|medium"],
            "sdks": [["umeng.analytics", version], ["tencent.bugly", None]],
            "label": "晨光学习",
        }
        name = more.pop("name", "晨光学习")
        answer = submitted(spec, package=package, province=province, name=name, stages=["primary"], **more)
        drain()
        return answer.json()

    first = hand_in(PACKAGE, "9.4.7", version_name="9.4")
    hand_in("cn.example.other", "9.6.3", name="晨光口算" * 12)
    hand_in("cn.example.third", "1.0", name="晨光听力")
    hand_in("cn.example.fourth", "1.0", name="晨光阅读")
    for filing in (1, 3, 4):
        office.move("colleague", f"/filings/{filing}", "approve")
    api("POST", f"/apps/{PACKAGE}/traffic", json=traffic("device.imei", "phone_number"))
    drain()
    office.person("vendor", "vendor", organization_id=1)
    office.move("colleague", "/filings/1", "order_rectification", reason="首次启动即读取设备标识")
    package = {"package": PACKAGE, "version": "9.6", "findings": ["DATA.X|device.imei|critical"]}
    given = upload({**package, "sdks": [["umeng.analytics", "9.6.3"]]}, key=office.keys["vendor"])
    office.post("vendor", "/filings/1", "/rectification", {"report": "已升级", "artifact_upload": given}, 202)
    drain()
    office.move("colleague", "/filings/1", "confirm_rectified")
    items = [{"field": "/app/sdks", "problem": "未列出友盟统计", "suggestion": "请补充名称、用途和收集的信息"}]
    office.move("colleague", "/filings/2", "return", corrections=items)

    who = {"role": "reviewer", "province": "31"}
    for package in (PACKAGE, "cn.example.third"):
        api("POST", "/notices", json={"kind": "rectification", "package": package, "batch": "2026-3"}, **who)
    office.move("reviewer", "/notices/1", "sign")
    office.move("reviewer", "/notices/1", "issue")
    proof = upload(b"%PDF-1.4 proof", "%E6%95%B4%E6%94%B9.pdf", key=office.keys["vendor"])
    office.move("vendor", "/notices/1", "reply", reply="已删除友盟统计", attachments=[proof])

    plan = {"name": "暑期专项治理", "due_on": "2027-08-31", "provinces": ["31"], "categories": ["learning"]}
    assert office.ask("supervisor", "POST", "/campaigns", json=plan).status_code == 201
    office.move("supervisor", "/campaigns/1", "start")
    drain()

    codes = {"school": code_of("0009A1"), "bureau": code_of("0009A2")}
    units = {}
    for name, title in (("school", "实验小学"), ("bureau", "区教育局")):
        made = office.ask("admin", "POST", "/organizations", json={"name": title, "uscc": codes[name]})
        units[name] = made.json()["id"]
        office.person(name, "school", organization_id=units[name])
    above = {"superior_id": units["bureau"]}
    office.ask("admin", "PUT", f"/organizations/{units['school']}/superior", json=above)
    for index, filing in enumerate((1, 3, 4)):
        number = office.get("admin", f"/filings/{filing}")["number"]
        more = {"stages": ["primary"], "users": 800, "purpose": "课后练习"}
        document = usage_of(codes["school"], number, "required" if index else "free", imposed_by="教务处", **more)
        made = office.ask("school", "POST", "/user-filings", json={"document": document})
        assert made.status_code == 201, made.text
        office.post("school", f"/user-filings/{made.json()['id']}", "/submit", {})
        if index < 2:
            office.move("bureau", f"/user-filings/{made.json()['id']}", "approve")
    case = next(item for item in office.get("bureau", "/queue")["items"] if item["kind"] == "user_filing")
    versions = {VERSION: "5", CASE: str(case["id"])}
    return office, {RUN: first["audit"], CHECK: _self_check(api, office, upload, drain), **versions}


def _self_check(api, office, upload, drain):
    """Return the id of a self-check that the vendor made through its page."""
    http = api.http
    http.post("/login", data={"key": office.keys["vendor"]}, follow_redirects=False)
    csrf = re.search(r'name="csrf" value="(\w+)"', http.get("/vendor/check").text)[1]
    given = upload({"findings": ["DATA.X|device.imei|high"], "packed": True}, key=office.keys["vendor"])
    form = {"csrf": csrf, "lang": "zh", "artifact_upload": given}
    answer = http.post("/vendor/check", data=form, follow_redirects=False)
    drain()
    http.cookies.clear()
    return re.search(r"/vendor/check/([^?]+)", answer.headers["location"])[1]
