"""Ten weeks of supervision: versions, rules, mended, reopened, waived, a campaign, a bad SDK, and the reports of it."""

import datetime as dt
import io
import json

import openpyxl
import pytest

from registry_api.audits import waivers, weekly
from registry_api.audits.schedule import read_begin, tick
from registry_api.db import now

STUDY, MATH, PLAY = "cn.example.study", "cn.example.math", "cn.example.play"
TRACKER = [["com.track.sdk", "2.1.0"]]
FIND = "DATA.X|device.imei|high"


@pytest.fixture
def story(api, registry, submitted, drain, upload):
    class Story:
        def week(self, number, **part):
            self.name = f"2026-W{number:02d}"
            started = api("POST", "/weekly", json={"week": self.name, **part})
            assert started.status_code == 202, started.text
            drain()
            return self.report(**part)

        def report(self, **part):
            answer = api("GET", f"/weekly/{self.name}/report", params=part)
            assert answer.status_code == 200, answer.text
            return answer.json()

        def version(self, package, spec):
            made = api(
                "POST", f"/apps/{package}/versions", json={"artifact_upload": upload({"package": package, **spec})}
            )
            assert made.status_code < 300, made.text
            registry.jobs.waiting.clear()  # the round comes first

        def finding(self, package, rule):
            items = api("GET", f"/apps/{package}/findings").json()["items"]
            return next(item for item in items if item["rule"] == rule)

        def decide(self, package, rule, event, **more):
            row = self.finding(package, rule)
            body = {"event": event, "status": row["record_status"], "reason": "经核实", **more}
            answer = api("POST", f"/findings/{row['id']}/decisions", role="supervisor", json=body)
            assert answer.status_code == 200, answer.text

    submitted({"findings": [FIND], "sdks": TRACKER})
    submitted({"package": MATH, "findings": ["ADS.Y|com.track.sdk|medium"], "sdks": TRACKER}, package=MATH, category="management_service")  # fmt: skip
    submitted({"package": PLAY, "packed": True}, package=PLAY, province="51", serial="000200")
    drain()
    return Story()


def figures(report):
    return {kind: item["now"] for kind, item in report["figures"].items()}


def row_of(rows, key, value):
    return next(row for row in rows if row[key] == value)


def test_ten_weeks(story, api, registry, drain, monkeypatch):
    # 1: nothing has changed since the filing; one app cannot be read in full, and the report says so
    first = story.week(1)
    assert figures(first) == {"new": 0, "reopened": 0, "rectified": 0, "retracted": 0}
    assert (first["total"], first["extracted"], first["standing"]) == (3, 0, 2)
    assert [item["package"] for item in first["not_examined"]["incomplete_apps"]] == [PLAY]

    # 2: the finding is mended in a new version
    story.version(STUDY, {"sdks": TRACKER})
    second = story.week(2)
    assert figures(second) == {"new": 0, "reopened": 0, "rectified": 1, "retracted": 0}
    assert second["extracted"] == 1
    assert story.finding(STUDY, "DATA.X")["record_status"] == "rectified"

    # 3: it comes back; a notice is drafted, once, and not issued
    story.version(STUDY, {"findings": [FIND], "sdks": TRACKER, "version": "1.2"})
    third = story.week(3)
    assert (figures(third)["reopened"], third["figures"]["rectified"]) == (1, {"now": 0, "before": 1})
    drafts = [
        api("POST", "/weekly/2026-W03/notices", role="supervisor", json={"level": "high"}).json()["drafted"]
        for _ in range(2)
    ]
    assert drafts == [1, 0]
    notice = api("GET", "/notices", params={"batch": "weekly-2026-W03"}).json()["items"][0]
    assert (notice["state"], notice["number"], notice["package"]) == ("drafted", None, STUDY)
    assert story.report()["notices_drafted"] == 1

    # 4: who drafted it may not sign; once issued, the finding is one that its provider was told of
    path = f"/notices/{notice['id']}"
    refused = api("POST", path + "/transitions", role="supervisor", json={"event": "sign"}, headers={"If-Match": "*"})
    assert refused.json()["errors"][0]["code"] == "four_eyes"
    for role, event in (("lead_reviewer", "sign"), ("supervisor", "issue")):
        province = {"province": "31"} if role == "lead_reviewer" else {}
        step = api(
            "POST", path + "/transitions", role=role, **province, json={"event": event}, headers={"If-Match": "*"}
        )
        assert step.status_code == 200, step.text
    assert figures(story.week(4))["reopened"] == 0
    assert story.finding(STUDY, "DATA.X")["record_status"] == "notified"

    # 5: our rules change: nobody mended anything
    registry.analysis.suppressed, registry.analysis.rules_name = {"ADS.Y"}, "rules-2"
    fifth = story.week(5)
    assert figures(fifth) == {"new": 0, "reopened": 0, "rectified": 0, "retracted": 1}
    assert row_of(fifth["by_sdk"], "sdk", "com.track.sdk")["retracted"] == 1
    assert (fifth["extracted"], fifth["rules"]) == (0, ["rules-2"])

    # 6: the rule is back, the finding is open again, and waived
    registry.analysis.suppressed, registry.analysis.rules_name = set(), "rules-3"
    story.week(6)
    story.decide(MATH, "ADS.Y", "waive", until=(waivers.today() + dt.timedelta(days=10)).isoformat())
    assert story.report()["standing"] == 1

    # 7: an app that always crashes its extraction fails on its own record; the rest goes on
    story.version(PLAY, {"crash": True})
    seventh = story.week(7)
    assert seventh["states"] == {"succeeded": 2, "failed": 1}
    assert [(item["package"], item["code"], item["attempts"]) for item in seventh["failures"]] == [
        (PLAY, "analysis_error", 3)
    ]
    assert row_of(seventh["by_province"], "province", "51")["failed"] == 1
    assert api("GET", "/weekly/2026-W07", role="reviewer", province="31").json()["failures"] == []

    # 8: the waiver ends; the week in which it did says so
    with registry.database.write() as session:
        assert waivers.expire(session, now() + dt.timedelta(days=11)) == 1
    assert story.finding(MATH, "ADS.Y")["record_status"] == "reopened"
    story.name = weekly.iso_week()
    assert [item["rule"] for item in story.report()["waivers_ended"]] == ["ADS.Y"]
    assert figures(story.week(8))["new"] == 0

    # 9: a campaign over apps of one category, its scope frozen at the start
    plan = {"name": "管理服务类应用专项治理", "basis": "教技函", "categories": ["management_service"]}
    made = api("POST", "/campaigns", role="supervisor", json=plan)
    campaign = f"/campaigns/{made.json()['id']}"
    for expected in (200, 412):
        headers = {"If-Match": made.headers["etag"]}
        begun = api("POST", campaign + "/transitions", role="supervisor", json={"event": "start"}, headers=headers)
        assert begun.status_code == expected
    assert len(registry.jobs.waiting) == 1
    drain()
    shown = api("GET", campaign).json()
    assert (shown["state"], shown["progress"]["apps"], shown["progress"]["open"]) == ("running", 1, 1)
    story.version(MATH, {"sdks": TRACKER})
    ninth = story.week(9, campaign=made.json()["id"])
    assert (ninth["total"], figures(ninth)["rectified"]) == (1, 1)
    closed = api(
        "POST", campaign + "/transitions", role="supervisor", json={"event": "close"}, headers={"If-Match": "*"}
    )
    assert closed.json()["state"] == "closed"
    final = api("GET", campaign + "/report").json()["progress"]
    assert {name: final[name] for name in ("found", "rectified", "open")} == {"found": 1, "rectified": 1, "open": 0}

    # 10: an SDK turns out to be bad: all who ship it, in one batch, and no one twice
    body = {"at_most": "2.2", "reason": "存在任意代码执行漏洞"}
    alerts = [
        api("POST", "/sdks/com.track.sdk/notices", role="supervisor", json=body).json()["outcomes"] for _ in range(2)
    ]
    assert alerts == [{"drafted": 2}, {"known": 2}]
    written = api("GET", "/notices", params={"batch": "SDK com.track.sdk <=2.2"}).json()["items"]
    assert {item["state"] for item in written} == {"drafted"}
    assert all("版本 2.1.0" in item["body"] and "任意代码执行" in item["body"] for item in written)
    tenth = story.week(10)
    assert (tenth["total"], tenth["total_before"]) == (3, 1)
    # What the closed campaign says does not move with later weeks.
    assert api("GET", campaign + "/report").json()["progress"] == final
    assert api("GET", "/health").status_code == 200


def test_the_report_as_html_and_as_a_workbook_has_the_same_figures_and_no_formula(story, api, registry):
    story.version(STUDY, {"findings": ["DATA.X|=cmd()|high", "NEW.<b>Z|x|critical"]})
    report = story.week(20)
    page = api("GET", "/weekly/2026-W20/report", params={"format": "html"})
    assert page.headers["content-disposition"].endswith('"weekly-2026-W20.html"')
    assert "教育移动应用每周检测报告（2026年第20周，5月11日至17日）" in page.text
    assert "<b>Z" not in page.text
    assert "&lt;b&gt;Z" in page.text
    assert "Weekly audit" in api("GET", "/weekly/2026-W20/report", params={"format": "html", "lang": "en"}).text
    book = openpyxl.load_workbook(io.BytesIO(api("GET", "/weekly/2026-W20/report", params={"format": "xlsx"}).content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert "'=cmd()" in {cell.value for cell in cells}
    changes = next(sheet for sheet in book if "变化明细" in sheet.title)
    assert changes.max_row == 1 + len(report["changes"]) == 1 + sum(figures(report).values())


def test_a_part_of_the_round(story, api, registry, submitted):
    assert story.week(30, province="51")["total"] == 1
    assert story.week(30)["total"] == 3
    tomorrow = (waivers.today() + dt.timedelta(days=1)).isoformat()
    assert story.week(31, since=tomorrow)["total"] == 0
    assert story.week(31, since=waivers.today().isoformat())["total"] == 3
    assert api("POST", "/weekly", json={"week": "2025-W53"}).status_code == 422, "2025 has 52 weeks"
    assert api("GET", "/weekly/2026-W30", params={"campaign": 99}).status_code == 404


def test_the_schedule_begins_once_a_week_whoever_looks_at_the_clock(story, registry, settings, drain):
    from dataclasses import replace

    registry.settings = replace(registry.settings, weekly="wed 02:00", weekly_notices="medium")
    early = read_begin("wed 02:00").of_week("2027-W02") - dt.timedelta(minutes=1)
    assert tick(registry, early) == 0
    late = early + dt.timedelta(minutes=2)
    assert [tick(registry, late) for _ in range(3)] == [3, 0, 0]
    drain()
    tick(registry, late)
    assert tick(registry, late + dt.timedelta(days=7)) == 3
    registry.settings = replace(registry.settings, weekly="")
    assert tick(registry, late + dt.timedelta(days=14)) == 0


def test_a_schedule_that_was_interrupted_goes_on(story, registry, monkeypatch):
    from dataclasses import replace

    registry.settings = replace(registry.settings, weekly="mon 00:00")
    moment = weekly.begin_of("2027-W03")
    whole = weekly.runs.request_bundle

    def dies(session, jobs, apps, **more):
        if len(registry.jobs.waiting) == 0 and apps[0][1].endswith(":3"):
            raise KeyboardInterrupt
        return whole(session, jobs, apps, **more)

    monkeypatch.setattr(weekly.runs, "BUNDLE", 1)
    monkeypatch.setattr(weekly.runs, "request_bundle", dies)
    with pytest.raises(KeyboardInterrupt):
        tick(registry, moment)
    monkeypatch.setattr(weekly.runs, "request_bundle", whole)
    assert tick(registry, moment) == 3, "the batch that was cut left nothing behind"
    assert tick(registry, moment) == 0


@pytest.mark.parametrize("text", ["monday 2", "mon 24:00", "mon", "02:00"])
def test_a_wrong_schedule_is_told_at_the_start(text):
    from analyzer.model import EduauditError

    with pytest.raises(EduauditError, match="EDUAUDIT_WEEKLY"):
        read_begin(text)


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    from analyzer.model import EduauditError
    from registry_api.exchange import booklet
    from registry_api.kit import wholefile

    path = tmp_path / "week.html"
    path.write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wholefile.os, "fsync", full)
    with pytest.raises(EduauditError, match="No space left"):
        booklet.replace_file(path, b"new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(EduauditError, match="docx"):
        booklet.form_of(tmp_path / "x.docx")
    assert json.dumps({"form": booklet.form_of(tmp_path / "x.XLSX")}) == '{"form": "xlsx"}'
