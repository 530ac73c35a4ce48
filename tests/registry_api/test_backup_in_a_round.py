"""A backup that is taken in the middle of a round: restored, it is whole, and the round goes on where it was."""

import threading
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import select

from registry_api.audits import weekly
from registry_api.audits.models import AuditRun, FindingRow, Observation
from registry_api.audits.runs import sweep
from registry_api.audits.schedule import scheduler
from registry_api.db import now
from registry_api.exchange.backup import backup, restore, verify
from registry_api.jobs.worker import BackgroundWorker
from registry_api.registry import Registry


def states(registry):
    with registry.database.read() as session:
        return dict(session.exec(select(AuditRun.state, sa.func.count()).group_by(AuditRun.state)).all())


def test_a_backup_in_the_middle_of_a_round_is_whole_and_the_restored_record_finishes_it(
    registry, submitted, drain, settings, tmp_path
):
    for name in ("one", "two", "six"):
        submitted(
            {"package": f"cn.{name}", "findings": ["A.B|c|low"]}, package=f"cn.{name}", serial=f"0009{len(name)}0"
        )
    drain()
    quick = replace(settings, poll_seconds=0.05, lease_seconds=2)
    judge, gate, standing = registry.analysis.report_of, threading.Event(), threading.Event()

    def waits(facts):
        standing.set()
        assert gate.wait(60)
        return judge(facts)

    working = Registry(quick, analysis=registry.analysis)
    registry.analysis.rules_name = "rules-2"
    registry.analysis.report_of = waits
    weekly.start(working, scheduler(), "2026-W47")
    try:
        with BackgroundWorker(working):
            assert standing.wait(60)
            backup(working, tmp_path / "copy")
            gate.set()
    finally:
        gate.set()
        registry.analysis.report_of = judge
    assert restore(tmp_path / "copy", tmp_path / "new").problems == []
    again = Registry(replace(quick, data=tmp_path / "new"), analysis=registry.analysis)
    assert states(again) == {"succeeded": 3, "running": 3}, "as it was at that moment"
    with again.database.write() as session:
        session.execute(sa.update(AuditRun).where(AuditRun.state == "running").values(lease_until=now()))
    sweep(again)
    with BackgroundWorker(again):
        for _ in range(600):
            if states(again) == {"succeeded": 6}:
                break
            threading.Event().wait(0.1)
    assert states(again) == {"succeeded": 6}
    with again.database.read() as session:
        assert len(session.exec(select(FindingRow)).all()) == 3
        assert len(session.exec(select(Observation)).all()) == 6
    assert verify(again.database, again.blobs).problems == []
    again.close()
    working.close()
