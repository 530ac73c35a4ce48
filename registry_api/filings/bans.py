"""The ban that follows a revocation: no new filing of the app, nor by its provider, for some calendar months."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, or_, select

from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing, FilingBan
from registry_api.kit.china import add_months, today
from registry_api.reviews.terms import length_of


def impose(session: Session, filing: Filing, reason: str) -> FilingBan:
    """Put a ban on record; it begins today, in China."""
    day = today()
    ban = FilingBan(
        filing_id=filing.id or 0,
        app_id=filing.app_id,
        organization_id=filing.organization_id,
        province=filing.province,
        from_on=day,
        until_on=add_months(day, length_of(session, "ban_months", filing.province)),
        reason=reason,
    )
    session.add(ban)
    session.flush()
    return ban


def in_force(
    session: Session, *, app_id: int | None, organization_id: int | None, day: date | None = None
) -> FilingBan | None:
    """Return the ban that ends last among those on an app or its provider; `None`: a new filing is possible."""
    subjects = []
    if app_id is not None:
        subjects.append(FilingBan.app_id == app_id)
    if organization_id is not None:
        subjects.append(FilingBan.organization_id == organization_id)
    return session.exec(
        select(FilingBan)
        .where(or_(*subjects), col(FilingBan.until_on) >= (day or today()), col(FilingBan.lifted_at).is_(None))
        .order_by(col(FilingBan.until_on).desc(), col(FilingBan.id).desc())
        .limit(1)
    ).first()


def banned(
    session: Session, apps: set[int], organizations: set[int]
) -> tuple[dict[int, FieldError], dict[int, FieldError]]:
    """Return app → why, and organisation → why nothing of it may be filed, of many with one question."""
    rows = session.exec(
        select(FilingBan)
        .where(
            or_(col(FilingBan.app_id).in_(apps), col(FilingBan.organization_id).in_(organizations)),
            col(FilingBan.until_on) >= today(),
            col(FilingBan.lifted_at).is_(None),
        )
        .order_by(col(FilingBan.until_on))
    ).all()
    return {row.app_id: ban_error(row) for row in rows}, {row.organization_id: ban_error(row) for row in rows}


def ban_error(ban: FilingBan) -> FieldError:
    """Return what tells the provider until when to wait."""
    return FieldError(
        "/app/package",
        "banned",
        f"备案被撤销，{ban.until_on} 之前（含当日）不得重新备案 / a filing was revoked: no new one up to and "
        f"including {ban.until_on}",
        "期满后重新提交备案 / file anew after that day",
    )


def refuse_banned(session: Session, *, app_id: int | None, organization_id: int | None) -> None:
    """Raise ``banned`` when a new filing is not possible yet."""
    ban = in_force(session, app_id=app_id, organization_id=organization_id)
    if ban is not None:
        raise RegistryError(
            "banned",
            f"filing {ban.filing_id} was revoked: no new filing before the end of {ban.until_on}",
            [ban_error(ban)],
        )
