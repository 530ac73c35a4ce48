"""A year in the life of one filing, played over the API; the same on every database."""

import sys
from datetime import timedelta

import registry_api.db

_real = registry_api.db.now


class Clock:
    """Moves the time of every module of the registry."""

    def __init__(self, monkeypatch):
        self.shift = timedelta()
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").startswith("registry_api") and getattr(module, "now", None) is _real:
                monkeypatch.setattr(module, "now", self.now)

    def now(self):
        return _real() + self.shift

    def on(self, day):
        """Go to noon of a day in China."""
        from registry_api.kit.china import day_of

        self.shift += timedelta(days=(day - day_of(self.now())).days)


class Office:
    """Calls the API as people with keys of their own."""

    def __init__(self, api, registry):
        self.api, self.registry, self.keys = api, registry, {}

    def person(self, who, role, **more):
        from registry_api.accounts.access import Role
        from registry_api.accounts.keys import issue

        with self.registry.database.write() as session:
            row, self.keys[who] = issue(session, name=who, role=Role(role), **more)
        return row.id

    def ask(self, who, method, path, **more):
        return self.api(method, path, key=self.keys[who], **more)

    def get(self, who, path):
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def move(self, who, path, event, status=200, **more):
        """Take a step on the record at ``path`` with its present ETag."""
        return self.post(who, path, "/transitions", {"event": event, **more}, status)

    def post(self, who, path, act, body, status=200):
        etag = self.ask(who, "GET", path).headers.get("etag", "*")
        answer = self.ask(who, "POST", path + act, json=body, headers={"If-Match": etag})
        assert answer.status_code == status, (path, act, body, answer.text)
        return answer.json()


def uscc(serial):
    from registry_api.organizations.uscc import check_character

    head = f"91310000M{serial}Y4"[:17].ljust(17, "0")
    return head + check_character(head)


def usage_of(school, number, mode="recommended", **use):
    return {
        "schema": "eduaudit.user_filing/1",
        "institution": {
            "legal_name": "第一中学",
            "uscc": school,
            "department": "教务处",
            "contact_name": "测试",
        },
        "app": {"number": number},
        "use": {"mode": mode, "origin": "self_chosen", "decision": "校长办公会纪要", "charges": False, **use},
    }


def play(api, registry, upload, filing_of, drain, clock, package="cn.year.app", serial="000900"):
    from registry_api.kit.china import add_months, today

    office = Office(api, registry)
    vendor_code, school_code, bureau_code = uscc(serial), uscc("0009A1"), uscc("0009A2")
    office.person("admin", "admin")
    office.person("reviewer", "reviewer", province="31")
    office.person("second", "reviewer", province="31")
    office.person("lead", "lead_reviewer", province="31")
    office.person("vendor", "vendor")
    office.ask("vendor", "POST", "/organizations", json={"name": "晨光教育", "uscc": vendor_code})
    units = {
        name: office.ask("admin", "POST", "/organizations", json={"name": name, "uscc": code}).json()["id"]
        for name, code in (("school", school_code), ("bureau", bureau_code))
    }
    for name, unit in units.items():
        office.person(name, "school", organization_id=unit)
    assert office.ask(
        "admin", "PUT", f"/organizations/{units['school']}/superior", json={"superior_id": units["bureau"]}
    ).json() == {"id": units["school"], "superior_id": units["bureau"]}

    def package_of(version, **more):
        return upload({"package": package, "version": version, **more}, key=office.keys["vendor"])

    # Filing, claim, return, answers, approval.
    document = filing_of(package=package, serial=serial)
    made = office.ask("vendor", "POST", "/filings", json={"document": document})
    assert made.status_code == 201, made.text
    at = f"/filings/{made.json()['id']}"
    office.post("vendor", at, "/submit", {"artifact_upload": package_of("1")}, 202)
    drain()
    case = next(item for item in office.get("reviewer", "/queue")["items"] if item["package"] == package)
    assert (case["kind"], case["state"], case["filing_state"]) == ("filing", "open", "under_review")
    held = office.post("reviewer", f"/queue/{case['id']}", "/claim", {})
    assert held["claimed_name"] == "reviewer"
    assert office.post("second", f"/queue/{case['id']}", "/claim", {}, 409)["errors"][0]["code"] == "claimed"
    assert office.move("second", at, "approve", 409)["errors"][0]["code"] == "claimed"
    items = [
        {"field": "/app/sdks", "problem": "未列出", "suggestion": "补充"},
        {"field": "/unit/address", "problem": "与营业执照不符", "suggestion": "说明"},
    ]
    office.move("reviewer", at, "return", corrections=items)
    document["app"]["sdks"] = ["bugly"]
    etag = office.ask("vendor", "GET", at).headers["etag"]
    assert office.ask("vendor", "PUT", at, json={"document": document}, headers={"If-Match": etag}).status_code == 200
    assert office.post("vendor", at, "/submit", {}, 409)["errors"][0]["code"] == "unanswered"
    asked = office.get("vendor", at + "/corrections")["items"]
    office.post("vendor", at, f"/corrections/{asked[1]['id']}/reply", {"reply": "地址为分公司"})
    office.post("vendor", at, "/submit", {}, 202)
    drain()
    answered = office.get("reviewer", at + "/corrections")["items"]
    assert [(item["changed"], item["reply"]) for item in answered] == [(True, None), (False, "地址为分公司")]
    office.post("reviewer", at, f"/corrections/{asked[0]['id']}/resolution", {"resolved": True})
    filed = office.move("reviewer", at, "approve")
    number = filed["number"]
    assert (filed["state"], filed["in_force"]) == ("filed", True)
    assert number.startswith("教APP备31")
    assert all(item["resolved"] for item in office.get("reviewer", at + "/corrections")["items"])
    closed = office.get("reviewer", f"/queue/{case['id']}")
    assert (closed["state"], len(closed["paused_intervals"])) == ("closed", 1)

    # A school takes the app up; the bureau above it decides.
    wrong = office.ask("school", "POST", "/user-filings", json={"document": usage_of(school_code, "教APP备9999999号")})
    assert wrong.json()["errors"][0]["code"] == "not_filed"
    used = office.ask("school", "POST", "/user-filings", json={"document": usage_of(school_code, number)})
    assert used.status_code == 201, used.text
    use_at = f"/user-filings/{used.json()['id']}"
    office.post("school", use_at, "/submit", {})
    assert office.move("school", use_at, "approve", 409)["errors"][0]["code"] == "not_superior"
    assert office.move("bureau", use_at, "approve")["state"] == "filed"

    # A change: the old document stays in force until it is decided.
    changed = {**document, "app": {**document["app"], "version_name": "2"}}
    waiting = office.post("vendor", at, "/changes", {"document": changed, "reason": "新版本"}, 201)
    assert (waiting["state"], waiting["in_force"], waiting["change"]["fields"]) == (
        "change_requested",
        True,
        ["/app/version_name"],
    )
    assert "version_name" not in waiting["document"]["app"]
    after = office.move("second", at, "approve_change")
    assert (after["state"], after["number"], after["document"]["app"]["version_name"]) == ("filed", number, "2")
    drain()

    # Rectification and re-audit.
    ordered = office.move("reviewer", at, "order_rectification", reason="检测发现违规收集")
    assert (ordered["state"], ordered["in_force"]) == ("rectification", True)
    assert ordered["rectify_by"] > today().isoformat()
    office.post("vendor", at, "/rectification", {"report": "已删除", "artifact_upload": package_of("3")}, 202)
    assert office.move("reviewer", at, "confirm_rectified", 409)["errors"][0]["code"] == "no_audit"
    drain()
    office.move("reviewer", at, "reject_rectification", reason="仍有残留")
    office.post("vendor", at, "/rectification", {"report": "再次删除", "artifact_upload": package_of("4")}, 202)
    drain()
    assert office.move("reviewer", at, "confirm_rectified")["state"] == "filed"

    # Suspension makes the school's filing invalid; restoring puts it back.
    office.move("reviewer", at, "suspend", reason="举报核查")
    assert office.get("school", use_at)["state"] == "invalid"
    office.move("reviewer", at, "restore", reason="核查完毕")
    assert office.get("school", use_at)["state"] == "filed"

    # Revocation takes two people, cascades and bans.
    office.move("lead", at, "suspend", reason="逾期未整改")
    assert office.move("lead", at, "revoke", 409, reason="逾期")["errors"][0]["code"] == "four_eyes"
    office.person("other lead", "lead_reviewer", province="31")
    revoked_on = today()
    assert office.move("other lead", at, "revoke", reason="逾期未整改")["state"] == "revoked"
    assert office.get("school", use_at)["state"] == "invalid"
    last = add_months(revoked_on, 6)
    ban = office.get("reviewer", "/bans?in_force=true")["items"][0]
    assert ban["until_on"] == last.isoformat()
    other = filing_of(package=package + ".two", serial=serial)
    for banned in (document, other):
        refused = office.ask("vendor", "POST", "/filings", json={"document": banned})
        assert (refused.status_code, refused.json()["code"]) == (409, "banned")
        assert last.isoformat() in refused.json()["errors"][0]["message"]

    # Re-application after the ban.
    clock.on(last)
    assert office.ask("vendor", "POST", "/filings", json={"document": document}).json()["code"] == "banned"
    clock.on(last + timedelta(days=1))
    anew = office.ask("vendor", "POST", "/filings", json={"document": document})
    assert anew.status_code == 201, anew.text
    assert anew.json()["previous_id"] == made.json()["id"]
    again = f"/filings/{anew.json()['id']}"
    office.post("vendor", again, "/submit", {"artifact_upload": package_of("5")}, 202)
    drain()
    second = office.move("reviewer", again, "approve")["number"]
    assert second != number
    fresh = office.ask("school", "POST", "/user-filings", json={"document": usage_of(school_code, second)})
    assert fresh.status_code == 201, fresh.text
    office.move("school", use_at, "end", reason="不再使用")

    assert office.get("admin", "/trail/verification")["intact"]
    trail, place = [], 0
    while place is not None:
        shown = office.get("admin", f"/trail?limit=200&after={place}")
        trail += shown["items"]
        place = shown["next"]
    mine = [row["action"] for row in trail if row["object"] == {"kind": "filing", "id": at.rsplit("/", 1)[1]}]
    school = [
        row["action"] for row in trail if row["object"] == {"kind": "user_filing", "id": use_at.rsplit("/", 1)[1]}
    ]
    return mine, school
