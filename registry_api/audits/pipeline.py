"""Audits from claim to record: gather facts, judge, write report and findings in one transaction.

A job carries one run, or a bundle of a weekly round. Of a bundle, the apps whose facts are on store are judged one by
one and written together; each other one is extracted and written by itself, as a single run is.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlmodel import col, select

from analyzer.model import UnreadableInputError
from registry_api.audits import runs, shipped
from registry_api.audits.facts import Shelf
from registry_api.audits.judging import Judged, judge
from registry_api.audits.loading import Before, facts_on_store, inputs_of_all, overtaken, runs_before
from registry_api.audits.models import AuditRun
from registry_api.audits.recording import Sighting, record_all
from registry_api.audits.rulesets import newer_since
from registry_api.audits.selfcheck import PREFIX, perform_check
from registry_api.db import now
from registry_api.organizations.models import App, AppVersion
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blobs
from registry_api.trail.chain import Act, append_all

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0
"""How often a worker in the middle of an audit asks whether it was cancelled."""


def perform(registry: Registry, run_id: str, worker: str) -> None:
    """Do what a job carries, whatever becomes of it: the engine is always told that it is done, the rows say how."""
    if run_id.startswith(PREFIX):
        perform_check(registry, run_id, worker)
        return
    with registry.database.read() as session:
        carried = runs.bundle_of(session, run_id)
        known = _known(registry, session, carried) if len(carried) > 1 else []
    if known:
        _perform(registry, runs.claim_all(registry, known, worker), repeat=True)
    for run in carried:
        if run.id not in known:
            _perform(registry, runs.claim_all(registry, [run.id], worker), repeat=True)


def _known(registry: Registry, session: Any, carried: list[AuditRun]) -> list[str]:
    """Return the runs whose facts are on store: to judge them takes milliseconds each."""
    inputs = inputs_of_all(session, carried)
    rows = facts_on_store(session, list(inputs.values()), registry.analysis.engine())
    return [
        run_id
        for run_id, item in inputs.items()
        if item.version is None or (item.version.artifact_sha256, "static") in rows
    ]


def _perform(registry: Registry, claimed: list[AuditRun], *, repeat: bool) -> None:
    """Audit runs that were claimed; the trouble of one is not the others'."""
    if not claimed:
        return
    newer = newer_since(registry)
    if newer is not None:
        told = (
            f"this worker has rules {registry.analysis.rules_version()}; newer ones judge here since {newer:%Y-%m-%d}"
        )
        for run in claimed:
            runs.fail(registry, run, "older_rules", f"{told}: upgrade it", again=True)
        return
    with _leased(registry, claimed) as lost:
        with registry.database.read() as session:
            inputs = inputs_of_all(session, claimed)
            shelf = Shelf(facts_on_store(session, list(inputs.values()), registry.analysis.engine()))
            before = runs_before(session, [run.app_id for run in claimed]) if repeat else {}
        judged: list[tuple[AuditRun, Judged]] = []
        for run in claimed:
            with _told(registry, run, lost[run.id]), registry.analysis.ended_by(lost[run.id]):
                if run.id not in inputs:
                    raise LookupError(f"app {run.app_id} is not on record")
                own = Shelf(shelf.rows)
                judged.append((run, judge(registry, run, inputs[run.id], own, before.get(run.app_id))))
        again = _write_down(registry, judged)
    if again:
        # Another run of the app was faster than this one: its report is no longer the one before.
        _perform(registry, [run for run, _ in judged if run.id in again], repeat=False)


@contextmanager
def _told(registry: Registry, run: AuditRun, lost: threading.Event | None = None) -> Iterator[None]:
    """Let the record say what went wrong with a run, and go on; of one that was ``lost`` there is nothing to say."""
    try:
        yield
    except UnreadableInputError as error:
        code = _unreadable_code(registry, run, error)
        runs.fail(registry, run, code, f"{error.path.rsplit('/', 1)[-1]}: {error.why}", again=False)
    except Exception as error:  # noqa: BLE001 - the record must say what happened, whatever it was
        if lost is not None and lost.is_set():
            _log.info("audit %s was cancelled or taken away", run.id)
            return
        _log.exception("audit %s", run.id)
        runs.fail(registry, run, "analysis_error", f"{type(error).__name__}: {error}", again=True)


@contextmanager
def _leased(registry: Registry, claimed: list[AuditRun]) -> Iterator[dict[str, threading.Event]]:
    """Keep the leases while the block runs; yield run id → event that is set when the run is no longer ours."""
    stop, lost = threading.Event(), {run.id: threading.Event() for run in claimed}
    arguments = (registry, claimed, stop, lost)
    beat = threading.Thread(target=_beat, args=arguments, name=f"lease-{claimed[0].id[:8]}", daemon=True)
    beat.start()
    try:
        yield lost
    finally:
        stop.set()
        beat.join(timeout=10)


def _beat(registry: Registry, claimed: list[AuditRun], stop: threading.Event, lost: dict[str, threading.Event]) -> None:
    """Extend the leases, and look in between whether somebody has cancelled a run."""
    seconds = registry.settings.lease_seconds / 4
    waited, pause = 0.0, min(_LOOK_SECONDS, seconds)
    while not stop.wait(pause):
        waited += pause
        try:
            if waited >= seconds:
                mine, waited = runs.keep_alive(registry, *claimed), 0.0
            else:
                mine = runs.still_mine(registry, *claimed)
        except Exception:  # noqa: BLE001 - a thread that ended would lose the run
            # A missed beat is made up by the next one; the lease spans four.
            _log.warning("lease of %s not extended", claimed[0].id, exc_info=True)
            continue
        for run_id, event in lost.items():
            if run_id not in mine:
                event.set()
        if not mine:
            return


def _write_down(registry: Registry, judged: list[tuple[AuditRun, Judged]]) -> set[str]:
    """Write what was judged, together if possible; return the runs that must be judged again."""
    if len(judged) > 1:
        try:
            return _write(registry, judged)
        except Exception:  # noqa: BLE001 - one of them cannot be written: the others must be
            _log.warning("%d audits are written one by one", len(judged), exc_info=True)
    again: set[str] = set()
    for item in judged:
        with _told(registry, item[0]):
            again |= _write(registry, [item])
    return again


def _write(registry: Registry, judged: list[tuple[AuditRun, Judged]]) -> set[str]:
    found = {run.id: item for run, item in judged}
    with registry.database.write() as session:
        rows = runs.lock_all_mine(session, [run for run, _ in judged])
        for row in rows:
            runs.lock_filing(session, row)
        # Two runs of one app that finish together write their findings one after the other.
        statement = select(App).where(col(App.id).in_([row.app_id for row in rows])).order_by(col(App.id))
        apps = {app.id or 0: app for app in session.exec(statement.with_for_update(key_share=True)).all()}
        before = runs_before(session, list(apps))
        again = {row.id for row in rows if _outrun(found[row.id], before.get(row.app_id))}
        rows = [row for row in rows if row.id not in again]
        sizes = {item.report_sha256: item.report_bytes for item in found.values() if item.report_bytes is not None}
        record_blobs(session, sizes)
        _note_versions(session, [(row, found[row.id]) for row in rows])
        late = overtaken(session, rows, apps)
        for row in rows:
            item = found[row.id]
            row.inputs, row.engine, row.rules = item.inputs, item.engine, item.rules
            row.extracted, row.report_sha256 = item.extracted, item.report_sha256
        shipped.note_all(
            session,
            [
                (row, apps[row.app_id], found[row.id].sdks)
                for row in rows
                if found[row.id].repeats is None and found[row.id].channels.get("static")
            ],
        )
        sightings = [
            Sighting(row, apps[row.app_id], found[row.id], before.get(row.app_id)) for row in rows if row.id not in late
        ]
        changes, acts = record_all(session, sightings)
        for row in rows:
            counted = changes.get(row.id, {})
            row.changes = sum(counted.get(name, 0) for name in ("new", "reopened", "gone"))
            row.summary = {**found[row.id].summary, **counted, "superseded": row.id in late}
            row.state, row.finished_at, row.lease_until = "succeeded", now(), None
            acts.append(_finish(row, apps[row.app_id], counted))
        session.flush()
        append_all(session, acts)
        for row in rows:
            runs.filing_ready(session, row)
        return again


def _outrun(item: Judged, before: Before | None) -> bool:
    return item.repeats is not None and (before is None or before.id != item.repeats)


def _finish(row: AuditRun, app: App, changes: dict[str, int]) -> Act:
    payload = {"report": row.report_sha256, "rules": row.rules, "engine": row.engine, "changes": changes}
    return Act(
        "system", "system", "audit.finish", "audit", row.id, app_id=app.id, province=app.province, payload=payload
    )


def _note_versions(session: Any, found: list[tuple[AuditRun, Judged]]) -> None:
    names = {row.app_version_id: item.version for row, item in found if item.repeats is None and row.app_version_id}
    for version in session.exec(select(AppVersion).where(col(AppVersion.id).in_(list(names)))).all():
        version.version_name, version.version_code = names[version.id]


def _unreadable_code(registry: Registry, run: AuditRun, error: UnreadableInputError) -> str:
    with registry.database.read() as session:
        version = session.get(AppVersion, run.app_version_id) if run.app_version_id else None
    policy = version is not None and version.policy_name is not None and error.path.endswith(version.policy_name)
    return (
        "unreadable_policy"
        if policy and version and version.policy_name != version.artifact_name
        else "unreadable_artifact"
    )
