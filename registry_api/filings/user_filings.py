"""Schools' filings of their use of apps (使用者备案): pick a filed app, say how it is used, hand in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

import analyzer
from registry_api.accounts.access import Actor, Role, scope_of
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.machine import Step
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.states import FINAL, USABLE
from registry_api.filings.user_states import USER_EDITABLE, USER_OVER, UserEvent, UserState
from registry_api.filings.user_transitions import USER_MACHINE
from registry_api.kit.china import today
from registry_api.organizations.models import App, Organization
from registry_api.trail.chain import Act, append

_KEYS = frozenset({"/institution/uscc"})


def read_usage(document: dict[str, Any], *, complete: bool) -> None:
    """Raise ``invalid`` with every wrong field; a draft may lack what is required."""
    problems = [row for row in analyzer.validate_usage(document, today()) if row.level == "error"]
    if not complete:
        problems = [row for row in problems if row.code != "required" or row.pointer in _KEYS]
    errors = [_told(row) for row in problems]
    if errors:
        raise RegistryError("invalid", "; ".join(f"{item.pointer}: {item.message}" for item in errors[:3]), errors)


def usage_warnings(document: dict[str, Any]) -> list[FieldError]:
    """Return what looks wrong but may be right."""
    return [_told(row) for row in analyzer.validate_usage(document, today()) if row.level == "warning"]


def _told(row: Any) -> FieldError:
    message, fix = row.message, row.suggestion
    return FieldError(row.pointer, row.code, f"{message.zh} / {message.en}", f"{fix.zh} / {fix.en}")


def draft_usage(session: Session, actor: Actor, document: dict[str, Any]) -> UserFiling:
    """Create a school's draft about one app that is filed anywhere in the country, or that the school built itself."""
    read_usage(document, complete=False)
    uscc = str((document.get("institution") or {}).get("uscc") or "").strip()
    school = session.exec(select(Organization).where(Organization.uscc == uscc, scope_of(Organization, actor))).first()
    if school is None:
        raise _wrong(
            "/institution/uscc",
            "unknown_organization",
            "该单位尚未登记 / the organisation is not on record",
            "POST /api/v1/organizations first",
        )
    app, filing = _picked(session, school, document)
    living = session.exec(
        select(UserFiling.id)
        .where(
            UserFiling.app_id == app.id,
            UserFiling.organization_id == school.id,
            col(UserFiling.state).not_in([state.value for state in USER_OVER]),
        )
        .limit(1)
    ).first()
    if living is not None:
        raise RegistryError("conflict", f"user filing {living} of {app.package} is still in force")
    row = UserFiling(
        app_id=app.id or 0,
        provider_filing_id=filing.id if filing else None,
        organization_id=school.id or 0,
        superior_id=school.superior_id,
        province=school.province,
        state=UserState.DRAFT.value,
        use_mode=str((document.get("use") or {}).get("mode") or "free"),
        document=document,
        created_at=now(),
        updated_at=now(),
    )
    session.add(row)
    session.flush()
    _tell(session, actor, row, "draft", {"number": filing.number if filing else None, "package": app.package})
    return row


def _picked(session: Session, school: Organization, document: dict[str, Any]) -> tuple[App, Filing | None]:
    """Return the app and its filing; whose app it is does not matter: one province files for the whole country."""
    form, use = document.get("app") or {}, document.get("use") or {}
    number, package = analyzer.usage_number(document), str(form.get("package") or "").strip()
    if use.get("origin") == "self_built":
        # Locked, so that two drafts for one app that arrive together cannot both be the first.
        app = session.exec(
            select(App).where(App.package == package, App.organization_id == school.id).with_for_update()
        ).first()
        if app is None:
            raise _wrong(
                "/app/package",
                "unknown_app",
                "自研应用须先由本单位登记 / an app built inside must be on record under the unit",
                "POST /api/v1/apps first",
            )
        return app, None
    statement = select(Filing).join(App, col(App.id) == Filing.app_id)
    statement = statement.where(Filing.number == number) if number else statement.where(App.package == package)
    filing = session.exec(
        statement.where(col(Filing.state).not_in([state.value for state in FINAL])).order_by(col(Filing.id).desc())
    ).first()
    app = session.exec(select(App).where(App.id == filing.app_id).with_for_update()).first() if filing else None
    if filing is None or app is None or filing.state not in USABLE or (package and app.package != package):
        raise _wrong(
            "/app/number" if number else "/app/package",
            "not_filed",
            "没有此项在案应用，只能选用已备案的应用 / no app is filed under it: only filed apps may be taken up",
            "核对备案号和包名 / check number and package",
        )
    return app, filing


def mend_usage(session: Session, actor: Actor, row: UserFiling, document: dict[str, Any]) -> UserFiling:
    """Replace the document of a draft or a returned filing; school and app stay."""
    if row.state not in USER_EDITABLE:
        raise RegistryError("illegal-transition", f"a user filing in state {row.state} cannot be changed")
    _same_subject(session, row, document, complete=False)
    row.document, row.updated_at = document, now()
    row.use_mode = str((document.get("use") or {}).get("mode") or row.use_mode)
    session.add(row)
    session.flush()
    _tell(session, actor, row, "mend", {})
    return row


def submit_usage(session: Session, row: UserFiling, step: Step) -> None:
    """Hand a school's filing in."""
    read_usage(row.document, complete=True)
    USER_MACHINE.apply(session, row, UserEvent.SUBMIT, step)


def change_usage(session: Session, row: UserFiling, document: dict[str, Any], step: Step) -> None:
    """Hand in a changed document; the one in force stays so until it is decided."""
    USER_MACHINE.find(row.state, UserEvent.REQUEST_CHANGE, step.role)
    _same_subject(session, row, document, complete=True)
    row.changed = document
    USER_MACHINE.apply(session, row, UserEvent.REQUEST_CHANGE, step)


def _same_subject(session: Session, row: UserFiling, document: dict[str, Any], *, complete: bool) -> None:
    read_usage(document, complete=complete)
    old, new = row.document.get("institution") or {}, document.get("institution") or {}
    school = session.get(Organization, row.organization_id)
    if school is None or str(new.get("uscc") or old.get("uscc") or "").strip() != school.uscc:
        raise _wrong("/institution/uscc", "immutable", "单位不可更改 / the unit cannot change", "撤回后重新提交")
    if (document.get("app") or {}) != (row.document.get("app") or {}):
        raise _wrong("/app", "immutable", "所选应用不可更改 / the app cannot change", "withdraw and file anew")


def find_user_filing(session: Session, actor: Actor, row_id: int, *, lock: bool = False) -> UserFiling:
    """Return one school's filing within reach, or raise ``not-found``."""
    statement = select(UserFiling).where(UserFiling.id == row_id, reach(actor))
    if lock:
        # The app's filing first, as the cascade does: it must not be suspended between the look at it and the commit.
        rests_on = session.exec(select(UserFiling.provider_filing_id).where(UserFiling.id == row_id)).first()
        if rests_on is not None:
            session.get(Filing, rests_on, with_for_update={"read": True})
    found = session.exec(statement.with_for_update() if lock else statement).first()
    if found is None:
        raise RegistryError("not-found", f"there is no user filing {row_id}")
    return found


def reach(actor: Actor) -> Any:
    """Return the condition under which ``actor`` may see a school's filing: the authority above it may, too."""
    mine = scope_of(UserFiling, actor)
    if actor.role is Role.SCHOOL and actor.organization_id is not None:
        mine = sa.or_(mine, col(UserFiling.superior_id) == actor.organization_id)
    return mine


def _tell(session: Session, actor: Actor, row: UserFiling, verb: str, payload: dict[str, Any]) -> None:
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"user_filing.{verb}",
            "user_filing",
            str(row.id),
            app_id=row.app_id,
            province=row.province,
            payload=payload,
        ),
    )


def _wrong(pointer: str, code: str, message: str, suggestion: str = "") -> RegistryError:
    return RegistryError("invalid", f"{pointer}: {message}", [FieldError(pointer, code, message, suggestion)])
