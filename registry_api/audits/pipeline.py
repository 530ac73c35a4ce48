"""One audit from claim to record: gather facts, judge, write report and findings in one transaction."""

from __future__ import annotations

import logging
import threading
from typing import Any

from sqlmodel import select

from analyzer.model import Report, UnreadableInputError
from registry_api.audits import runs, shipped
from registry_api.audits.facts import Inputs, digest_of, gather, inputs_of
from registry_api.audits.findings import record
from registry_api.audits.models import AuditRun
from registry_api.audits.selfcheck import PREFIX, perform_check
from registry_api.db import now
from registry_api.organizations.models import App, AppVersion
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blob
from registry_api.trail.chain import Act, append

_log = logging.getLogger(__name__)


def perform(registry: Registry, run_id: str, worker: str) -> None:
    """Do one run, whatever becomes of it: the job engine is always told that the job is done, the row says how."""
    if run_id.startswith(PREFIX):
        perform_check(registry, run_id, worker)
        return
    run = runs.claim(registry, run_id, worker)
    if run is None:
        return
    stop = threading.Event()
    beat = threading.Thread(target=_beat, args=(registry, run, stop), name=f"lease-{run.id[:8]}", daemon=True)
    beat.start()
    try:
        _audit(registry, run)
    except UnreadableInputError as error:
        runs.fail(
            registry,
            run,
            _unreadable_code(registry, run, error),
            f"{error.path.rsplit('/', 1)[-1]}: {error.why}",
            again=False,
        )
    except Exception as error:  # noqa: BLE001 - the record must say what happened, whatever it was
        _log.exception("audit %s", run.id)
        runs.fail(registry, run, "analysis_error", f"{type(error).__name__}: {error}", again=True)
    finally:
        stop.set()
        beat.join(timeout=10)


def _beat(registry: Registry, run: AuditRun, stop: threading.Event) -> None:
    while not stop.wait(registry.settings.lease_seconds / 4):
        try:
            if not runs.keep_alive(registry, run):
                return
        except Exception:  # noqa: BLE001 - a thread that ended would lose the run
            # A missed beat is made up by the next one; the lease spans four.
            _log.warning("lease of %s not extended", run.id, exc_info=True)


def _audit(registry: Registry, run: AuditRun) -> None:
    with registry.database.read() as session:
        app = session.get(App, run.app_id)
        if app is None:
            raise LookupError(f"app {run.app_id} is not on record")
        inputs = inputs_of(session, app, run.app_version_id)
    facts, extracted = gather(registry, inputs, afresh=run.kind == "manual")
    report = registry.analysis.report_of(facts)
    text = report.dump().encode()
    blob = registry.blobs.put(text)
    with registry.database.write() as session:
        row = runs.lock_mine(session, run)
        if row is None:
            return
        runs.lock_filing(session, row)
        # Two runs of one app that finish together write their findings one after the other.
        app = session.exec(select(App).where(App.id == run.app_id).with_for_update(key_share=True)).one()
        record_blob(session, blob, len(text))
        _note_version(session.get(AppVersion, run.app_version_id) if run.app_version_id else None, report)
        row.inputs = digest_of(inputs)
        row.engine, row.rules, row.extracted = report.run.engine, report.run.rules, extracted
        row.report_sha256 = blob
        shipped.note(session, row, app, report)
        superseded = runs.overtaken(session, row, app)
        changes = {} if superseded else record(session, row, app, report)
        row.changes = sum(changes.get(name, 0) for name in ("new", "reopened", "gone"))
        facts_rules = facts.static.rules if facts.static else None
        row.summary = {**_summary(report, inputs, changes, facts_rules), "superseded": superseded}
        row.state, row.finished_at, row.lease_until = "succeeded", now(), None
        session.add(row)
        session.flush()
        append(
            session,
            Act(
                "system",
                "system",
                "audit.finish",
                "audit",
                row.id,
                app_id=app.id,
                province=app.province,
                payload={"report": blob, "rules": row.rules, "engine": row.engine, "changes": changes},
            ),
        )
        runs.filing_ready(session, row)


def _note_version(version: AppVersion | None, report: Report) -> None:
    if version is not None:
        version.version_name, version.version_code = report.app.version_name, report.app.version_code


def _summary(report: Report, inputs: Inputs, changes: dict[str, int], facts_rules: str | None) -> dict[str, Any]:
    return {
        "findings": report.summary.findings,
        "verdict": report.summary.verdict,
        "channels": report.summary.channels,
        "complete": report.coverage.complete,
        "traffic_intakes": len(inputs.traffic),
        "facts_rules": facts_rules,
        **changes,
    }


def _unreadable_code(registry: Registry, run: AuditRun, error: UnreadableInputError) -> str:
    with registry.database.read() as session:
        version = session.get(AppVersion, run.app_version_id) if run.app_version_id else None
    policy = version is not None and version.policy_name is not None and error.path.endswith(version.policy_name)
    return (
        "unreadable_policy"
        if policy and version and version.policy_name != version.artifact_name
        else "unreadable_artifact"
    )
