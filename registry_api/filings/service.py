"""Filings: draft, mend, submit. The document is validated each time it is saved; states move only by `transitions`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from analyzer.model import record_plain
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import runs
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings import bans, changes, systems
from registry_api.filings.models import Filing, FilingChange
from registry_api.filings.transitions import EDITABLE, FINAL, Event, State, Step, apply, find, step_of
from registry_api.organizations.models import App, Organization
from registry_api.organizations.service import add_version, find_upload, register_app, taken
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_KEYS = {"package": "/app/package", "name": "/app/name", "uscc": "/unit/uscc"}
"""Fields that even a draft must have: they say which app of which unit it is about."""


def read_document(registry: Registry, document: dict[str, Any], *, complete: bool) -> dict[str, Any]:
    """Return the comparable facts of a document, or raise ``invalid`` with every wrong field.

    A draft (not ``complete``) may lack required fields, but what it says must be right.
    """
    problems = registry.analysis.validate_filing(document)
    if not complete:
        problems = [item for item in problems if item.code != "required" or item.pointer in _KEYS.values()]
    if problems:
        raise RegistryError("invalid", "; ".join(f"{item.pointer}: {item.message}" for item in problems[:3]), problems)
    facts = registry.analysis.filing_facts(document)
    missing = [
        FieldError(pointer, "required", "必填 / required")
        for name, pointer in _KEYS.items()
        if not getattr(facts, name)
    ]
    if missing:
        raise RegistryError("invalid", "missing: " + ", ".join(item.pointer[1:] for item in missing), missing)
    plain: dict[str, Any] = record_plain(facts)
    return plain


def draft(registry: Registry, session: Session, actor: Actor, document: dict[str, Any]) -> Filing:
    """Create a draft; the app is put on record when it is not yet."""
    facts = read_document(registry, document, complete=False)
    organization = session.exec(
        select(Organization).where(Organization.uscc == facts["uscc"], scope_of(Organization, actor))
    ).first()
    if organization is None:
        raise RegistryError(
            "invalid",
            f"the organisation {facts['uscc']} is not on record",
            [
                FieldError(
                    "/unit/uscc",
                    "unknown_organization",
                    "该单位尚未登记 / the organisation is not on record",
                    "POST /api/v1/organizations first",
                )
            ],
        )
    platform = platform_of(document)
    package = app_key(facts["package"], platform)
    # The row is locked: of two drafts for one app that arrive together, the second one sees the first.
    app = session.exec(select(App).where(App.package == package).with_for_update()).first()
    bans.refuse_banned(session, app_id=app.id if app else None, organization_id=organization.id)
    if app is None:
        app = register_app(session, actor, organization, package, facts["name"])
    elif app.organization_id != organization.id:
        raise taken(package, "/app/package")
    before = session.exec(
        select(Filing).where(Filing.app_id == app.id).order_by(col(Filing.id).desc()).limit(1)
    ).first()
    if before is not None and before.state not in FINAL:
        raise RegistryError("conflict", f"filing {before.id} of {app.package} is still in force")
    filing = Filing(
        app_id=app.id or 0,
        organization_id=app.organization_id,
        province=app.province,
        platform=platform,
        previous_id=before.id if before else None,
        state=State.DRAFT.value,
        document=document,
        facts=facts,
        created_at=now(),
        updated_at=now(),
    )
    systems.link(session, filing)
    session.add(filing)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            "filing.draft",
            "filing",
            str(filing.id),
            app_id=app.id,
            province=app.province,
            payload={"platform": platform, "previous": filing.previous_id},
        ),
    )
    return filing


def platform_of(document: dict[str, Any]) -> str:
    """Return ``ios`` or ``android``, which is what a document is about that does not say."""
    return "ios" if (document.get("app") or {}).get("platform") == "ios" else "android"


def app_key(package: str, platform: str) -> str:
    """Return the name under which an app is on record: an iOS bundle id is often an Android package name too."""
    return f"ios:{package}" if platform == "ios" else package


def read_changed(registry: Registry, filing: Filing, document: dict[str, Any], *, complete: bool) -> dict[str, Any]:
    """Return the facts of a new document of the same filing; app, provider and platform stay."""
    facts = read_document(registry, document, complete=complete)
    for name in ("package", "uscc"):  # the app and its provider are what the filing is about
        if facts[name] != filing.facts.get(name):
            raise RegistryError(
                "invalid",
                f"{name} cannot change within one filing",
                [FieldError(_KEYS[name], "immutable", f"was {filing.facts.get(name)}", "withdraw and file anew")],
            )
    if platform_of(document) != filing.platform:
        raise RegistryError(
            "invalid",
            "the platform cannot change within one filing",
            [FieldError("/app/platform", "immutable", f"was {filing.platform}", "withdraw and file anew")],
        )
    return facts


def mend(registry: Registry, session: Session, actor: Actor, filing: Filing, document: dict[str, Any]) -> Filing:
    """Replace the document of a draft or a returned filing; package and provider stay."""
    if filing.state not in EDITABLE:
        raise RegistryError("illegal-transition", f"a filing in state {filing.state} cannot be changed")
    facts = read_changed(registry, filing, document, complete=False)
    filing.document, filing.facts, filing.updated_at = document, facts, now()
    systems.link(session, filing)
    session.add(filing)
    session.flush()
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            "filing.mend",
            "filing",
            str(filing.id),
            app_id=filing.app_id,
            province=filing.province,
        ),
    )
    return filing


def submit(
    registry: Registry,
    session: Session,
    actor: Actor,
    filing: Filing,
    artifact_upload: str | None,
    policy_upload: str | None,
    replies: tuple[tuple[int, str], ...] = (),
) -> AuditRun:
    """Hand a filing in with its package: version, state, audit run and job in one transaction."""
    app = _app_of(session, filing)
    filing.facts = read_document(registry, filing.document, complete=True)
    if artifact_upload is None and app.current_version_id is None and filing.platform != "ios":
        raise RegistryError(
            "invalid",
            "a first submission needs the package",
            [FieldError("/artifact_upload", "required", "须上传应用包 / upload the package")],
        )
    hand_over(session, actor, filing, artifact_upload, policy_upload)
    apply(session, filing, Event.SUBMIT, step_of(actor, replies=replies))
    return runs.request(session, registry.jobs, app, kind="submit", by=actor.key_id, filing_id=filing.id)


def hand_over(
    session: Session, actor: Actor, filing: Filing, artifact_upload: str | None, policy_upload: str | None
) -> None:
    """Make uploaded package and policy the version in force, where there are any."""
    if artifact_upload is None:
        return
    if filing.platform == "ios":
        raise RegistryError(
            "invalid",
            "iOS packages are not analysed",
            [
                FieldError(
                    "/artifact_upload",
                    "ios_binary",
                    "iOS 应用不作安装包分析，无须上传 / packages of iOS apps are not analysed: leave it out",
                    "隐私政策可作为附件提交 / hand in the policy as an attachment",
                )
            ],
        )
    artifact = find_upload(session, actor, artifact_upload, "/artifact_upload")
    policy = find_upload(session, actor, policy_upload, "/policy_upload") if policy_upload else None
    add_version(session, actor, _app_of(session, filing), artifact, policy)


def request_change(
    registry: Registry, session: Session, actor: Actor, filing: Filing, document: dict[str, Any], step: Step
) -> FilingChange:
    """Put a changed document beside the one in force and hand it in for a decision."""
    facts = read_changed(registry, filing, document, complete=True)
    if not changes.differences(filing.document, document):
        raise RegistryError(
            "invalid",
            "the document is the one in force",
            [FieldError("/document", "unchanged", "与在案材料相同 / it is the same as what is filed")],
        )
    event = Event.RESUBMIT_CHANGE if filing.state == State.CHANGE_RETURNED else Event.REQUEST_CHANGE
    find(filing.state, event, step.role)  # a wrong state is told before anything is written
    change = changes.propose(session, filing, document, facts, reason=step.reason, by=actor.key_id)
    apply(session, filing, event, replace(step, payload=(("change", change.id), ("fields", change.pointers[:100]))))
    return change


def report_rectified(
    registry: Registry,
    session: Session,
    actor: Actor,
    filing: Filing,
    step: Step,
    *,
    document: dict[str, Any] | None = None,
    artifact_upload: str | None = None,
    policy_upload: str | None = None,
) -> AuditRun:
    """Report that what was ordered is done, with the mended package and document if there are any; it is audited."""
    find(filing.state, Event.REPORT_RECTIFIED, step.role)
    hand_over(session, actor, filing, artifact_upload, policy_upload)
    if document is not None:
        facts = read_changed(registry, filing, document, complete=True)
        changes.propose(session, filing, document, facts, reason=step.reason, by=actor.key_id)
    apply(session, filing, Event.REPORT_RECTIFIED, step)
    return runs.request(session, registry.jobs, _app_of(session, filing), kind="reaudit", by=actor.key_id)


def decide(registry: Registry, session: Session, filing: Filing, event: Event, step: Step) -> None:
    """Take a step; where it put another document in force, the app is judged against it."""
    before = filing.document
    apply(session, filing, event, step)
    if filing.document != before:
        runs.request(session, registry.jobs, _app_of(session, filing), kind="filing", by=step.key_id)


def _app_of(session: Session, filing: Filing) -> App:
    app = session.get(App, filing.app_id)
    if app is None:
        raise RegistryError("not-found", f"there is no app {filing.app_id}")
    return app


def find_filing(session: Session, actor: Actor, filing_id: int, *, lock: bool = False) -> Filing:
    """Return one filing within reach, or raise ``not-found``."""
    statement = select(Filing).where(Filing.id == filing_id, scope_of(Filing, actor))
    found = session.exec(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise no_filing(filing_id)
    return found


def no_filing(filing_id: int) -> RegistryError:
    """Return the refusal of a filing that is not on record, or not within reach."""
    return RegistryError("not-found", f"there is no filing {filing_id}")
