"""Filings: draft, mend, submit. The document is validated each time it is saved; states move only by `transitions`."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from analyzer.model import record_plain
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits import runs
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.transitions import EDITABLE, FINAL, Event, State, apply, step_of
from registry_api.organizations.models import App, Organization
from registry_api.organizations.service import add_version, find_upload, register_app
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
    app = session.exec(select(App).where(App.package == facts["package"])).first()
    if app is None:
        app = register_app(session, actor, organization, facts["package"], facts["name"])
    elif app.organization_id != organization.id:
        raise RegistryError(
            "conflict",
            f"{app.package} belongs to another provider",
            [
                FieldError(
                    "/app/package",
                    "taken",
                    "该包名已由其他提供者登记 / the package is on record under another provider",
                )
            ],
        )
    living = session.exec(
        select(Filing.id)
        .where(Filing.app_id == app.id, col(Filing.state).not_in([state.value for state in FINAL]))
        .limit(1)
    ).first()
    if living is not None:
        raise RegistryError("conflict", f"filing {living} of {app.package} is still in force")
    filing = Filing(
        app_id=app.id or 0,
        organization_id=app.organization_id,
        province=app.province,
        state=State.DRAFT.value,
        document=document,
        facts=facts,
        created_at=now(),
        updated_at=now(),
    )
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
        ),
    )
    return filing


def mend(registry: Registry, session: Session, actor: Actor, filing: Filing, document: dict[str, Any]) -> Filing:
    """Replace the document of a draft or a returned filing; package and provider stay."""
    if filing.state not in EDITABLE:
        raise RegistryError("illegal-transition", f"a filing in state {filing.state} cannot be changed")
    facts = read_document(registry, document, complete=False)
    for name in ("package", "uscc"):  # the app and its provider are what the filing is about
        if facts[name] != filing.facts.get(name):
            raise RegistryError(
                "invalid",
                f"{name} cannot change within one filing",
                [FieldError(_KEYS[name], "immutable", f"was {filing.facts.get(name)}", "withdraw and file anew")],
            )
    filing.document, filing.facts, filing.updated_at = document, facts, now()
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
) -> AuditRun:
    """Hand a filing in with its package: version, state, audit run and job in one transaction."""
    app = session.get(App, filing.app_id)
    if app is None:
        raise RegistryError("not-found", f"there is no app {filing.app_id}")
    filing.facts = read_document(registry, filing.document, complete=True)
    if artifact_upload is not None:
        artifact = find_upload(session, actor, artifact_upload, "/artifact_upload")
        policy = find_upload(session, actor, policy_upload, "/policy_upload") if policy_upload else None
        add_version(session, actor, app, artifact, policy)
    elif app.current_version_id is None:
        raise RegistryError(
            "invalid",
            "a first submission needs the package",
            [FieldError("/artifact_upload", "required", "须上传应用包 / upload the package")],
        )
    apply(session, filing, Event.SUBMIT, step_of(actor))
    return runs.request(session, registry.jobs, app, kind="submit", by=actor.key_id, filing_id=filing.id)


def find_filing(session: Session, actor: Actor, filing_id: int, *, lock: bool = False) -> Filing:
    """Return one filing within reach, or raise ``not-found``."""
    statement = select(Filing).where(Filing.id == filing_id, scope_of(Filing, actor))
    found = session.exec(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise RegistryError("not-found", f"there is no filing {filing_id}")
    return found
