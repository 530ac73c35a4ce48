"""Routes of audits: runs, reports, ledger, findings, traffic and policy intake."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session, col, select

from analyzer.model import Severity, TrafficFacts, canonical_json, record_plain
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import runs
from registry_api.audits.models import AuditRun, FindingRow, Observation, TrafficIntake
from registry_api.audits.standing import ENDED, STANDING, FindingStatus
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.paging import LIMIT, After, Count, Limit, Prepared, link_next, page
from registry_api.kit.replies import Reply, reply_once
from registry_api.kit.requests import Auditing, Capturer, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, ProvinceCode
from registry_api.kit.shown import as_shown, show_time
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App, AppVersion
from registry_api.organizations.service import find_app, find_app_id, find_upload
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blob
from registry_api.trail.chain import Act, append

router = APIRouter(route_class=StrictRoute)


class PolicyBody(Body):
    """A privacy policy for the current version, from an upload."""

    policy_upload: str


def show_run(run: AuditRun, package: str) -> dict[str, Any]:
    """Return a run as the API shows it."""
    return {
        "id": run.id,
        "package": package,
        "app_version_id": run.app_version_id,
        "filing_id": run.filing_id,
        "kind": run.kind,
        "state": run.state,
        "attempt": run.attempt,
        "worker": run.worker,
        "requested_at": run.requested_at.isoformat(timespec="seconds"),
        "started_at": run.started_at.isoformat(timespec="seconds") if run.started_at else None,
        "finished_at": run.finished_at.isoformat(timespec="seconds") if run.finished_at else None,
        "error": {"code": run.error_code, "detail": run.error_detail} if run.error_code else None,
        "engine": run.engine,
        "rules": run.rules,
        "extracted": run.extracted,
        "report_sha256": run.report_sha256,
        "summary": run.summary,
    }


def find_run(session: Session, actor: Actor, run_id: str) -> tuple[AuditRun, App]:
    """Return a run within reach and its app, or raise ``not-found``."""
    found = session.exec(
        select(AuditRun, App)
        .join(App, col(App.id) == AuditRun.app_id)
        .where(AuditRun.id == run_id, scope_of(App, actor))
    ).first()
    if found is None:
        raise RegistryError("not-found", f"there is no audit {run_id}")
    return found


def latest_report(registry: Registry, session: Session, app: App) -> tuple[AuditRun, dict[str, Any]]:
    """Return the newest finished run of an app and its report, or raise ``not-found``."""
    run = runs.newest(session, app)
    if run is None or run.report_sha256 is None:
        raise RegistryError("not-found", f"no audit of {app.package} has finished yet")
    return run, json.loads(registry.blobs.read(run.report_sha256))


_FINDING: Any = FindingRow.__table__.c  # type: ignore[attr-defined]  # every table model has it
_SHOWN: tuple[Any, ...] = (
    *(getattr(_FINDING, name) for name in ("id", "app_id", "document", "status", "first_run_id", "last_run_id")),
    as_shown(_FINDING.first_seen_at),
    as_shown(_FINDING.last_seen_at),
)
"""What `show_finding` reads of a finding."""


def show_finding(row: FindingRow | sa.Row[Any], package: str) -> dict[str, Any]:
    """Return a finding as the API shows it."""
    return {
        **row.document,
        "id": row.id,
        "package": package,
        "record_status": row.status,
        "first_seen_at": show_time(row.first_seen_at),
        "last_seen_at": show_time(row.last_seen_at),
        "first_run": row.first_run_id,
        "last_run": row.last_run_id,
    }


@router.post("/apps/{package}/audits", operation_id="startAudit", status_code=202)
def start_audit(package: str, request: Request, registry: RegistryPart, actor: Auditing) -> JSONResponse:
    """Audit the current version again."""

    def work(session: Session) -> Reply:
        app = find_app(session, actor, package)
        run = runs.request(session, registry.jobs, app, kind="manual", by=actor.key_id)
        return Reply(show_run(run, package), 202, {"Location": f"/api/v1/audits/{run.id}"})

    return reply_once(registry, actor, request, {}, work)


@router.get("/audits", operation_id="listAudits")
def list_audits(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: Annotated[str | None, Query(max_length=36, description="id of the last run of the page before")] = None,
    package: Annotated[str | None, Query(max_length=255)] = None,
    state: Annotated[str | None, Query(pattern="^(queued|running|succeeded|failed|cancelled)$")] = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """List the runs within reach, newest first."""
    statement = select(AuditRun, App.package).join(App, col(App.id) == AuditRun.app_id).where(scope_of(App, actor))
    if package:
        statement = statement.where(App.package == package)
    if state:
        statement = statement.where(AuditRun.state == state)
    with registry.database.read() as session:
        moment, run_id = col(AuditRun.requested_at), col(AuditRun.id)
        if after is not None:
            last, _ = find_run(session, actor, after)
            earlier = sa.and_(moment == last.requested_at, run_id < last.id)
            statement = statement.where(sa.or_(moment < last.requested_at, earlier))
        rows = session.exec(statement.order_by(moment.desc(), run_id.desc()).limit(limit + 1)).all()
        following = rows[limit - 1][0].id if len(rows) > limit else None
        if following is not None:
            link_next(request, response, following, limit)
        return {"items": [show_run(run, name) for run, name in rows[:limit]], "next": following}


@router.get("/audits/{run_id}", operation_id="getAudit")
def get_audit(run_id: str, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return where a run stands."""
    with registry.database.read() as session:
        run, app = find_run(session, actor, run_id)
        return show_run(run, app.package)


@router.get("/audits/{run_id}/report", operation_id="getReport")
def get_report(run_id: str, registry: RegistryPart, actor: Reader) -> Response:
    """Return the report of a finished run (schema ``eduaudit.report/1``)."""
    with registry.database.read() as session:
        run, _ = find_run(session, actor, run_id)
    if run.report_sha256 is None:
        raise RegistryError("not-found", f"audit {run_id} is {run.state} and has no report")
    return Response(registry.blobs.read(run.report_sha256), media_type="application/json")


@router.get("/audits/{run_id}/findings", operation_id="listObservations")
def list_observations(run_id: str, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return what a run saw of each finding."""
    with registry.database.read() as session:
        run, app = find_run(session, actor, run_id)
        rows = session.exec(
            select(Observation, FindingRow)
            .join(FindingRow, col(FindingRow.id) == Observation.finding_id)
            .where(Observation.run_id == run.id)
            .order_by(col(FindingRow.id))
        ).all()
        return {
            "items": [
                {"outcome": seen.outcome, "cause": seen.cause, "finding": show_finding(row, app.package)}
                for seen, row in rows
            ]
        }


@router.post("/audits/{run_id}/cancel", operation_id="cancelAudit")
def cancel_audit(run_id: str, request: Request, registry: RegistryPart, actor: Auditing) -> JSONResponse:
    """Cancel a run that has not ended."""

    def work(session: Session) -> Reply:
        run, app = find_run(session, actor, run_id)
        act = Act(actor.label, actor.role.value, "audit.cancel", "audit", run.id, app_id=app.id, province=app.province)
        if not runs.cancel(session, run, act):
            raise RegistryError("conflict", f"audit {run_id} has ended: {run.state}")
        return Reply(show_run(run, app.package))

    return reply_once(registry, actor, request, {}, work)


@router.get("/apps/{package}/ledger", operation_id="getLedger")
def get_ledger(package: str, registry: RegistryPart, actor: Reader) -> dict[str, Any]:
    """Return the personal-data ledger of the newest finished audit."""
    with registry.database.read() as session:
        run, report = latest_report(registry, session, find_app(session, actor, package))
        return {"audit": run.id, "items": report["ledger"], "coverage": report["coverage"]}


def _statuses(wanted: str) -> list[str]:
    groups = {"standing": STANDING, "ended": ENDED}
    return sorted(item.value for item in groups[wanted]) if wanted in groups else [str(wanted)]


@router.get("/findings", operation_id="listFindings")
def list_findings(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    package: Annotated[str | None, Query(max_length=255)] = None,
    status: Annotated[
        Literal["standing", "ended"] | FindingStatus | None,
        Query(description="standing: open, confirmed, notified or reopened; ended: rectified or retracted"),
    ] = None,
    severity: Annotated[Severity | None, Query(description="this grave or graver")] = None,
    sureness: Annotated[str | None, Query(pattern="^(proven|suspected)$")] = None,
    rule: Annotated[str | None, Query(max_length=100)] = None,
    province: Annotated[ProvinceCode | None, Query()] = None,
    sort: Annotated[Literal["id", "-id", "last_seen_at", "-last_seen_at"] | None, Query()] = None,
    count: Count = False,
) -> dict[str, Any]:
    """List findings within reach."""
    statement = select(FindingRow).where(scope_of(FindingRow, actor))
    if package:
        statement = statement.where(col(FindingRow.app_id).in_(select(App.id).where(App.package == package)))
    if status:
        statement = statement.where(col(FindingRow.status).in_(_statuses(status)))
    if severity:
        statement = statement.where(
            col(FindingRow.severity).in_([item.value for item in Severity if item.at_least(severity)])
        )
    if sureness:
        statement = statement.where(FindingRow.sureness == sureness)
    if rule:
        statement = statement.where(FindingRow.rule == rule)
    if province:
        statement = statement.where(FindingRow.province == province)
    with registry.database.read() as session:

        def show(rows: list[Any]) -> list[dict[str, Any]]:
            names = dict(
                session.exec(select(App.id, App.package).where(col(App.id).in_({row.app_id for row in rows}))).all()
            )
            return [show_finding(row, names[row.app_id]) for row in rows]

        return page(
            session,
            statement,
            FindingRow.id,
            after,
            limit,
            show,
            request,
            response,
            sort=sort,
            sorts={"last_seen_at": FindingRow.last_seen_at},
            count=count,
            columns=_SHOWN,
        )


@router.get("/apps/{package}/findings", operation_id="listAppFindings")
def list_app_findings(
    package: str,
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = LIMIT,
) -> dict[str, Any]:
    """List all findings of one app, gone ones too."""

    # scope: of one app, which `find_app_id` finds within reach
    def make() -> tuple[Any, Any]:
        return select(FindingRow).where(FindingRow.app_id == sa.bindparam("app", type_=sa.Integer())), FindingRow.id

    with registry.database.read() as session:
        app = find_app_id(session, actor, package)
        return page(
            session,
            Prepared(("findings of an app",), make, {"app": app}),
            FindingRow.id,
            after,
            limit,
            lambda rows: [show_finding(row, package) for row in rows],
            request,
            response,
            columns=_SHOWN,
        )


@router.post("/apps/{package}/traffic", operation_id="addTraffic", status_code=202)
def add_traffic(
    package: str, body: TrafficFacts, request: Request, registry: RegistryPart, actor: Capturer
) -> JSONResponse:
    """Hand in traffic facts of an app; they join the record and all is judged again. The same facts count once."""
    if body.app is not None and body.app != package:
        raise RegistryError(
            "invalid",
            f"the facts are about {body.app}, not {package}",
            [FieldError("/app", "wrong_app", f"the facts name {body.app}")],
        )
    payload = record_plain(body)
    content = canonical_json(payload).encode()
    sha256 = registry.blobs.put(content)

    def work(session: Session) -> Reply:
        app = find_app(session, actor, package)
        known = session.exec(
            select(TrafficIntake).where(TrafficIntake.app_id == app.id, TrafficIntake.facts_sha256 == sha256)
        ).first()
        if known is not None:
            return Reply({"id": known.id, "facts_sha256": sha256, "audit": None, "known": True}, 200)
        record_blob(session, sha256, len(content))
        intake = TrafficIntake(
            app_id=app.id or 0,
            app_version_id=app.current_version_id,
            facts_sha256=sha256,
            flows=body.flows,
            transmissions=len(body.transmissions),
            received_at=now(),
            received_by=actor.key_id,
        )
        session.add(intake)
        session.flush()
        append(
            session,
            Act(
                actor.label,
                actor.role.value,
                "traffic.receive",
                "app",
                package,
                app_id=app.id,
                province=app.province,
                payload={"facts": sha256, "flows": body.flows, "captures": list(body.captures)},
            ),
        )
        run = runs.request(session, registry.jobs, app, kind="traffic", by=actor.key_id)
        return Reply(
            {"id": intake.id, "facts_sha256": sha256, "audit": run.id, "known": False},
            202,
            {"Location": f"/api/v1/audits/{run.id}"},
        )

    return reply_once(registry, actor, request, payload, work)


@router.post("/apps/{package}/policy", operation_id="setPolicy", status_code=202)
def set_policy(package: str, body: PolicyBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Replace the privacy policy of the current version and judge again."""

    def work(session: Session) -> Reply:
        app = find_app(session, actor, package)
        policy = find_upload(session, actor, body.policy_upload, "/policy_upload")
        version = session.get(AppVersion, app.current_version_id) if app.current_version_id else None
        if version is None:
            raise RegistryError("conflict", f"{package} has no version yet")
        version.policy_sha256, version.policy_name = policy.blob_sha256, policy.name
        session.add(version)
        append(
            session,
            Act(
                actor.label,
                actor.role.value,
                "app.policy",
                "app",
                package,
                app_id=app.id,
                province=app.province,
                payload={"policy": policy.blob_sha256},
            ),
        )
        run = runs.request(session, registry.jobs, app, kind="policy", by=actor.key_id)
        return Reply(show_run(run, package), 202, {"Location": f"/api/v1/audits/{run.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)
