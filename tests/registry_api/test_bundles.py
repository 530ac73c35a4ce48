"""Runs of a round that share a job, reports that are taken over, and audits that are ended when they are cancelled."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from sqlmodel import select

from registry_api.audits import pipeline, runs
from registry_api.audits.loading import runs_before
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.db import now

FIND = {"findings": ["DATA.X|device.imei|high", "ADS.Y|sdk|medium"], "sdks": [["com.a", "1.0"]]}


@pytest.fixture
def three(submitted, drain):
    for name in ("one", "two", "six"):
        submitted({**FIND, "package": f"cn.example.{name}"}, package=f"cn.example.{name}", serial=f"0009{len(name)}0")
    drain()


def start(api, week):
    assert api("POST", "/weekly", json={"week": week}).status_code < 300


def rows(registry, model, *conditions):
    with registry.database.read() as session:
        return session.exec(select(model).where(*conditions)).all()


def test_an_app_of_which_nothing_changed_is_not_judged_again(api, registry, three, drain, monkeypatch, caplog):
    start(api, "2026-W47")
    drain()
    judged = []
    judge = registry.analysis.report_of
    monkeypatch.setattr(registry.analysis, "report_of", lambda facts: judged.append(facts) or judge(facts))
    start(api, "2026-W48")
    drain()
    assert judged == []
    found = rows(registry, AuditRun, AuditRun.week == "2026-W48")
    assert {(run.state, run.changes, run.summary["open"], run.summary["verdict"]) for run in found} == {
        ("succeeded", 0, 2, "violations_proven")
    }
    before = {run.app_id: run.report_sha256 for run in rows(registry, AuditRun, AuditRun.week == "2026-W47")}
    assert {run.app_id: run.report_sha256 for run in found} == before
    assert len(rows(registry, Observation, Observation.run_id == found[0].id)) == 2, "one for each finding and audit"
    assert {row.last_run_id for row in rows(registry, FindingRow)} == {run.id for run in found}
    registry.analysis.rules_name = "rules-2"
    start(api, "2026-W49")
    drain()
    assert len(judged) == 3
    assert "one by one" not in caplog.text, "what is written together must not fall back in silence"


def test_what_was_seen_again_keeps_decisions_and_leaves_what_had_ended_alone(api, registry, three, drain):
    start(api, "2026-W47")
    drain()
    found = rows(registry, FindingRow, FindingRow.rule == "ADS.Y")
    with registry.database.write() as session:
        for row, status in zip(found, ("waived", "rectified", "notified"), strict=True):
            session.execute(sa.update(FindingRow).where(FindingRow.id == row.id).values(status=status))
    start(api, "2026-W48")
    drain()
    runs_of = {run.app_id: run for run in rows(registry, AuditRun, AuditRun.week == "2026-W48")}
    after = [rows(registry, FindingRow, FindingRow.id == row.id)[0] for row in found]
    assert [row.status for row in after] == ["waived", "reopened", "notified"], "the second was there all the time"
    assert [row.last_run_id for row in after] == [runs_of[row.app_id].id for row in found]
    assert all(row.last_seen_at > old.last_seen_at for row, old in zip(after, found, strict=True))
    counts = [(runs_of[row.app_id].summary["open"], runs_of[row.app_id].summary["reopened"]) for row in found]
    assert counts == [(2, 0), (1, 1), (2, 0)]
    seen = rows(registry, Observation, Observation.run_id.in_([run.id for run in runs_of.values()]))
    assert sorted((item.outcome, item.cause) for item in seen) == [("open", "rules")] * 5 + [("reopened", "rules")]


@pytest.mark.parametrize("damaged", ["facts", "report"])
def test_what_is_damaged_on_store_is_made_anew_instead_of_taken_over(api, registry, three, drain, damaged):
    start(api, "2026-W47")
    drain()
    run = rows(registry, AuditRun, AuditRun.week == "2026-W47")[0]
    sha256 = run.report_sha256 if damaged == "report" else run.summary["facts"][0]
    registry.blobs.local(sha256).write_bytes(b"{}")
    start(api, "2026-W48")
    drain()
    assert {item.state for item in rows(registry, AuditRun, AuditRun.week == "2026-W48")} == {"succeeded"}
    assert registry.blobs.altered(rows(registry, AuditRun, AuditRun.week == "2026-W48")[0].report_sha256) is None
    assert registry.blobs.altered(sha256) is None


def test_a_judgement_that_has_aged_is_made_anew(api, registry, three, drain, monkeypatch):
    start(api, "2026-W47")
    drain()
    monkeypatch.setattr(registry.analysis, "still", lambda lasting: False)
    seen = []
    judge = registry.analysis.report_of
    monkeypatch.setattr(registry.analysis, "report_of", lambda facts: seen.append(1) or judge(facts))
    start(api, "2026-W48")
    drain()
    assert len(seen) == 3


def test_a_decision_survives_a_report_that_was_taken_over(api, registry, three, drain):
    start(api, "2026-W47")
    drain()
    finding = rows(registry, FindingRow, FindingRow.rule == "DATA.X")[0]
    with registry.database.write() as session:
        session.execute(sa.update(FindingRow).where(FindingRow.id == finding.id).values(status="false_positive"))
    start(api, "2026-W48")
    drain()
    after = rows(registry, FindingRow, FindingRow.id == finding.id)[0]
    assert (after.status, after.gist) == ("false_positive", finding.gist)


def test_a_report_is_not_taken_over_from_a_run_that_is_no_longer_the_one_before(api, registry, three, monkeypatch):
    """Between looking and writing another run of the app ends: what it saw counts, and is looked at."""
    start(api, "2026-W47")
    pipeline.perform(registry, registry.jobs.waiting.pop(0).run_id, "w")
    start(api, "2026-W48")
    job, write = registry.jobs.waiting.pop(0), pipeline._write
    meanwhile = []

    def late(made, judged):
        if not meanwhile:
            meanwhile.append(1)
            registry.analysis.suppressed = {"ADS.Y"}
            run = api("POST", "/apps/cn.example.one/audits").json()["id"]
            pipeline.perform(registry, run, "quick")
            with registry.database.write() as session:  # it had begun before
                early = now() - dt.timedelta(hours=1)
                session.execute(sa.update(AuditRun).where(AuditRun.id == run).values(started_at=early))
        return write(made, judged)

    monkeypatch.setattr(pipeline, "_write", late)
    pipeline.perform(registry, job.run_id, "w")
    assert {run.state for run in rows(registry, AuditRun, AuditRun.week == "2026-W48")} == {"succeeded"}
    app = rows(registry, AuditRun, AuditRun.week == "2026-W48", AuditRun.kind == "weekly")
    by_hand = rows(registry, AuditRun, AuditRun.kind == "manual")[0].app_id
    assert [run.summary.get("same_as") for run in app if run.app_id == by_hand] == [None]
    gone = rows(registry, FindingRow, FindingRow.app_id == by_hand, FindingRow.rule == "ADS.Y")[0]
    assert gone.status == "retracted"


def test_one_app_that_fails_leaves_the_others_of_its_bundle_alone(api, registry, three, drain, monkeypatch):
    registry.analysis.rules_name = "rules-2"
    start(api, "2026-W47")
    judge = registry.analysis.report_of

    def fails(facts):
        if facts.static.app.package == "cn.example.two":
            raise RuntimeError("broken rule")
        return judge(facts)

    monkeypatch.setattr(registry.analysis, "report_of", fails)
    drain()
    states = {run.app_id: (run.state, run.attempt) for run in rows(registry, AuditRun, AuditRun.week == "2026-W47")}
    assert sorted(states.values()) == [("failed", 3), ("succeeded", 1), ("succeeded", 1)]
    assert {run.bundle for run in rows(registry, AuditRun, AuditRun.state == "failed")} == {None}


def test_what_cannot_be_written_together_is_written_one_by_one(api, registry, three, drain, monkeypatch):
    start(api, "2026-W47")
    write = pipeline._write

    def refuses(made, judged):
        if len(judged) > 1:
            raise RuntimeError("the database was away")
        return write(made, judged)

    monkeypatch.setattr(pipeline, "_write", refuses)
    drain()
    assert {run.state for run in rows(registry, AuditRun, AuditRun.week == "2026-W47")} == {"succeeded"}


def test_a_bundle_whose_worker_is_lost_is_shared_out(api, registry, three, drain):
    start(api, "2026-W47")
    job = registry.jobs.waiting.pop(0)
    with registry.database.read() as session:
        carried = [run.id for run in runs.bundle_of(session, job.run_id)]
    assert len(carried) == 3
    runs.claim_all(registry, carried[:2], "dead-0")
    registry.jobs.status = lambda asked: "running" if asked == job else "queued"
    later = now() + dt.timedelta(seconds=3600)
    with registry.database.write() as session:  # the lease of the first is alive: the job is under way
        alive = later + dt.timedelta(seconds=60)
        session.execute(sa.update(AuditRun).where(AuditRun.id == carried[0]).values(lease_until=alive))
    assert runs.sweep(registry, later) == 1, "only the one whose lease has ended"
    with registry.database.write() as session:
        session.execute(sa.update(AuditRun).where(AuditRun.id == carried[0]).values(lease_until=now()))
    # First the last lease; then nothing of the bundle moves any longer, and the one that never began is handed over.
    assert runs.sweep(registry, later) == 2
    drain()
    assert {run.state for run in rows(registry, AuditRun, AuditRun.week == "2026-W47")} == {"succeeded"}


def test_the_run_before_is_the_last_that_wrote_findings(api, registry, three):
    with registry.database.write() as session:
        session.execute(sa.update(AuditRun).values(summary={"superseded": True}))
        assert runs_before(session, [1, 2, 3]) == {}


def test_a_cancelled_audit_is_told_to_end_at_once(api, registry, submitted, monkeypatch):
    monkeypatch.setattr(pipeline, "_LOOK_SECONDS", 0.02)
    run = submitted(FIND).json()["audit"]
    extract, begun = registry.analysis.extract, threading.Event()

    def waits(path):
        begun.set()
        assert registry.analysis.ending.wait(20), "nobody says that it is no longer wanted"
        raise RuntimeError("ended")

    monkeypatch.setattr(registry.analysis, "extract", waits)
    worker = threading.Thread(target=pipeline.perform, args=(registry, run, "w"))
    worker.start()
    assert begun.wait(20)
    assert api("POST", f"/audits/{run}/cancel").json()["state"] == "cancelled"
    worker.join(20)
    assert not worker.is_alive()
    shown = api("GET", f"/audits/{run}").json()
    assert (shown["state"], shown["attempt"], shown["error"]) == ("cancelled", 1, None)
    monkeypatch.setattr(registry.analysis, "extract", extract)


def test_a_bundle_holds_what_one_job_carries(api, registry, three, monkeypatch):
    monkeypatch.setattr(runs, "BUNDLE", 2)
    start(api, "2026-W47")
    assert len(registry.jobs.waiting) == 2
    assert len({run.bundle for run in rows(registry, AuditRun, AuditRun.week == "2026-W47")}) == 2


def test_the_report_of_a_week_is_reckoned_once_while_nothing_changes(api, registry, three, drain, monkeypatch):
    from registry_api.audits import weekly_endpoints

    start(api, "2026-W47")
    drain()
    reckoned = []
    compute = weekly_endpoints.compile_round
    monkeypatch.setattr(weekly_endpoints, "compile_round", lambda *args: reckoned.append(1) or compute(*args))
    first = api("GET", "/weekly/2026-W47/report").json()
    assert api("GET", "/weekly/2026-W47/report").json() == first
    assert len(reckoned) == 1
    api("GET", "/weekly/2026-W47/report", role="reviewer", province="31")
    assert len(reckoned) == 2, "another reader has figures of its own"
    finding = api("GET", "/findings").json()["items"][0]
    decided = api(
        "POST", f"/findings/{finding['id']}/decisions", role="reviewer", province="31",
        json={"event": "dismiss", "reason": "r", "status": finding["record_status"]},
    )  # fmt: skip
    assert decided.is_success, decided.text
    assert api("GET", "/weekly/2026-W47/report").json()["standing"] == first["standing"] - 1
    assert len(reckoned) == 3
