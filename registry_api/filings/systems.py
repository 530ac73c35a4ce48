"""Business systems (业务系统): the ICP and MLPS records belong to the back end, which may serve several apps."""

from __future__ import annotations

from sqlmodel import Session, col, select

from registry_api.db import now
from registry_api.errors import FieldError
from registry_api.filings.models import BusinessSystem, Filing

_SHARED = {"icp": "ICP 备案号 / ICP number", "mlps": "等保备案证明编号 / MLPS number"}
"""What all apps of one system have in common."""


def link(session: Session, filing: Filing) -> BusinessSystem | None:
    """Tie a filing to the system that its document names, which is put on record when it is new."""
    block = filing.document.get("system")
    name = str(block.get("name") or "").strip()[:300] if isinstance(block, dict) else ""
    if not name or not isinstance(block, dict):
        filing.system_id = None
        return None
    system = session.exec(
        select(BusinessSystem).where(
            BusinessSystem.organization_id == filing.organization_id, BusinessSystem.name == name
        )
    ).first()
    moment = now()
    if system is None:
        system = BusinessSystem(
            organization_id=filing.organization_id,
            province=filing.province,
            name=name,
            document=block,
            created_at=moment,
            updated_at=moment,
        )
    elif system.document != block:
        system.document, system.updated_at = block, moment
    session.add(system)
    session.flush()
    filing.system_id = system.id
    return system


def differing(session: Session, filing: Filing) -> list[FieldError]:
    """Return warnings where the filings of other apps state other records for the same system."""
    block = filing.document.get("system")
    if filing.system_id is None or not isinstance(block, dict):
        return []
    others = session.exec(
        select(Filing).where(Filing.system_id == filing.system_id, Filing.id != filing.id).order_by(col(Filing.id))
    ).all()
    found: dict[str, FieldError] = {}
    for other in others:
        theirs = other.document.get("system") or {}
        for key, title in _SHARED.items():
            if block.get(key) and theirs.get(key) and block[key] != theirs[key]:
                found.setdefault(
                    key,
                    FieldError(
                        f"/system/{key}",
                        "system_differs",
                        f"同一业务系统在备案 {other.id} 中的{title}不同 / filing {other.id} states another one for it",
                        "请核对；确认无误可忽略 / please check; ignore it if it is right",
                    ),
                )
    return [found[key] for key in sorted(found)]
