"""What must hold before a filing takes a step. A guard returns what stands in the way, or `None`."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from registry_api.audits.models import AuditRun
from registry_api.errors import FieldError
from registry_api.filings import bans, corrections
from registry_api.filings.changes import pending
from registry_api.filings.machine import Step
from registry_api.filings.models import Filing
from registry_api.filings.states import SANCTIONED
from registry_api.notices.lists import listed
from registry_api.organizations.models import App
from registry_api.reviews.cases import LEADS, find_case


def needs_reason(_session: Session, _row: object, step: Step) -> FieldError | None:
    """Ask for a reason."""
    if step.reason.strip():
        return None
    return FieldError(
        "/reason", "required", "须说明理由 / a reason is required", "写明事实和依据 / state the facts and their basis"
    )


def needs_corrections(_session: Session, _row: object, step: Step) -> FieldError | None:
    """Ask for at least one correction item."""
    if step.corrections:
        return None
    return FieldError(
        "/corrections",
        "required",
        "至少列出一项补正内容 / at least one correction item is required",
        "{field, problem, suggestion}",
    )


def needs_answers(session: Session, filing: Filing, step: Step) -> FieldError | None:
    """Ask that every open correction item was mended or answered."""
    change = pending(session, filing)
    document = change.document if change else filing.document
    return corrections.unanswered(session, filing, step, document, filing_id=filing.id)


def _audited(session: Session, filing: Filing, since: datetime | None) -> bool:
    # Of the version that the number would stand for: a newer one may have been handed in since.
    return (
        session.exec(
            select(AuditRun.id)
            .join(App, col(App.id) == AuditRun.app_id)
            .where(
                AuditRun.app_id == filing.app_id,
                col(AuditRun.app_version_id).is_not_distinct_from(App.current_version_id),
                AuditRun.state == "succeeded",
                *([col(AuditRun.requested_at) >= since] if since else []),
            )
            .limit(1)
        ).first()
        is not None
    )


def _no_audit() -> FieldError:
    return FieldError(
        "/state",
        "no_audit",
        "所报版本尚无完成的检测 / no audit of the version handed in has finished",
        "发起检测并查阅结果 / start an audit and read it",
    )


def needs_audit(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask for a finished audit of what was handed in."""
    return None if _audited(session, filing, filing.submitted_at) else _no_audit()


def needs_any_audit(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask for a finished audit of the version in force."""
    return None if _audited(session, filing, None) else _no_audit()


def needs_reaudit(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask for an audit since the provider reported that it is mended, or since the measure."""
    since = max((moment for moment in (filing.reported_at, filing.decided_at) if moment), default=None)
    return None if _audited(session, filing, since) else _no_audit()


def needs_prerequisites(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask for the ICP and the MLPS record, and for the licence of subject tutoring."""
    change = pending(session, filing)
    facts, document = (change.facts, change.document) if change else (filing.facts, filing.document)
    for name, title in (("icp", "ICP 备案 / ICP record"), ("mlps", "等保备案 / MLPS record")):
        if not facts.get(name):
            return _prerequisite(f"/system/{name}", title)
    form = document.get("app")
    tutoring = isinstance(form, dict) and form.get("category") == "subject_tutoring"
    if tutoring and not (form or {}).get("tutoring_licence"):
        return _prerequisite("/app/tutoring_licence", "办学许可 / tutoring licence")
    return None


def _prerequisite(pointer: str, title: str) -> FieldError:
    return FieldError(
        pointer,
        "prerequisite",
        f"缺少前置条件 / a prerequisite is missing: {title}",
        "退回补正 / return the filing for correction",
    )


def needs_no_ban(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask that no revocation bars the app or its provider from filing anew."""
    ban = bans.in_force(session, app_id=filing.app_id, organization_id=filing.organization_id)
    return bans.ban_error(ban) if ban else None


def needs_no_listing(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask that neither the app nor its provider stands on the black list."""
    entry = listed(session, organization_id=filing.organization_id, app_id=filing.app_id)
    if entry is None:
        return None
    until = f"至 {entry.until_on} / until {entry.until_on}" if entry.until_on else "未定期限 / without an end"
    return FieldError(
        "/unit",
        "black_listed",
        f"已列入黑名单（{until}）：{entry.reason} / on the black list",
        "由主管部门移出名单后再提交 / the authority must take it off the list first",
    )


def needs_four_eyes(session: Session, filing: Filing, step: Step) -> FieldError | None:
    """Ask for another key than the one that handed in what is decided."""
    change = pending(session, filing)
    handed_in = change.requested_by if change else filing.submitted_by
    if step.key_id is not None and step.key_id == handed_in:
        return FieldError(
            "/actor",
            "four_eyes",
            "提交人不得作出决定 / the key that submitted may not decide",
            "由另一名审核人员决定 / another reviewer must decide",
        )
    return None


def needs_second_pair(_session: Session, filing: Filing, step: Step) -> FieldError | None:
    """Ask for another key than the one that ordered the measure which the filing is under."""
    if step.key_id is not None and step.key_id == filing.decided_by and filing.state in SANCTIONED:
        return FieldError(
            "/actor",
            "four_eyes",
            "作出前一措施的人员不得独自终止备案 / who ordered the measure may not alone end the filing",
            "由另一名负责人决定 / another lead reviewer or the supervisor must decide",
        )
    return None


def needs_own_claim(session: Session, filing: Filing, step: Step) -> FieldError | None:
    """Ask that nobody else has claimed the case; a lead reviewer may decide all the same."""
    if step.role in LEADS:
        return None
    for kind in ("filing", "change", "reaudit"):
        case = find_case(session, kind, filing_id=filing.id)
        if case and case.claimed_by and case.claimed_by != step.key_id:
            return FieldError(
                "/actor",
                "claimed",
                f"该事项已由 {case.claimed_name} 认领 / the case was claimed by {case.claimed_name}",
                "由认领人办理，或由负责人改派 / let them decide, or have a lead reviewer reassign it",
            )
    return None


def needs_change(session: Session, filing: Filing, _step: Step) -> FieldError | None:
    """Ask for a changed document that waits."""
    if pending(session, filing) is not None:
        return None
    return FieldError(
        "/document", "required", "没有待决定的变更 / there is no change to decide", "POST /filings/{id}/changes"
    )
