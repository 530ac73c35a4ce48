"""Which app ships which SDK at which version: written by every audit, asked when an SDK turns out to be bad."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from analyzer.model import Sdk
from registry_api.accounts.access import Actor, scope_of
from registry_api.audits.models import AuditRun, ShippedSdk
from registry_api.organizations.models import App, AppVersion

_PART = re.compile(r"\d+|[a-z]+")
_LEADING = re.compile(r"^\s*v?(?=\d)", re.IGNORECASE)
_PARTS = 8
_WIDTH = 10
_STAGES = {"dev": "0", "snapshot": "0", "alpha": "1", "a": "1", "beta": "2", "b": "2", "m": "2", "rc": "3", "cr": "3"}


def version_key(version: str | None) -> str | None:
    """Return a text that sorts as the version does: numbers by value, ``1.2-beta`` before ``1.2``, ``1.2`` = ``1.2.0``.

    `None` for a version that does not begin with a number: it is neither older nor newer than another.
    """
    text = _LEADING.sub("", version or "").split("+")[0].lower()
    if not text or not text[0].isdigit():
        return None
    parts: list[str] = []
    stage = "9"
    for part in _PART.findall(text):
        if part.isdigit():
            if stage == "9" and len(parts) < _PARTS:
                parts.append(part.lstrip("0")[-_WIDTH:].zfill(_WIDTH))
            elif stage != "9" and len(stage) == 1:
                stage += part.lstrip("0")[-4:].zfill(4)
        elif stage == "9":
            stage = _STAGES.get(part, "9")
    while parts and not parts[-1].strip("0"):
        parts.pop()
    return ".".join(parts)[:87] + "!" + stage


def note_all(session: Session, found: list[tuple[AuditRun, App, Iterable[Sdk]]]) -> None:
    """Replace what is on record of the runs' versions where it is another by now, in the caller's transaction."""
    wanted = {run.app_version_id: (run, app, sdks) for run, app, sdks in found if run.app_version_id is not None}
    there: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    for version_id, *row in session.execute(
        sa.select(col(ShippedSdk.app_version_id), *(getattr(ShippedSdk, name) for name in _SAID)).where(
            col(ShippedSdk.app_version_id).in_(list(wanted))
        )
    ).all():
        there[version_id].add(tuple(row))
    stale, rows = [], []
    for version_id, (run, app, sdks) in wanted.items():
        made = [_row(version_id or 0, run, app, sdk) for sdk in {sdk.id[:100]: sdk for sdk in sdks}.values()]
        if {tuple(row[name] for name in _SAID) for row in made} != there[version_id or 0]:
            stale.append(version_id)
            rows += made
    if stale:
        session.execute(delete(ShippedSdk).where(col(ShippedSdk.app_version_id).in_(stale)))
    if rows:
        session.execute(sa.insert(ShippedSdk), rows)


_SAID = ("sdk", "province", "organization_id", "name", "version", "version_key", "state", "confidence")


def _row(version_id: int, run: AuditRun, app: App, sdk: Sdk) -> dict[str, Any]:
    return {
        "app_version_id": version_id,
        "sdk": sdk.id[:100],
        "app_id": app.id or 0,
        "province": app.province,
        "organization_id": app.organization_id,
        "name": sdk.name[:300],
        "version": sdk.version[:100] if sdk.version else None,
        "version_key": version_key(sdk.version),
        "state": sdk.state,
        "confidence": sdk.confidence,
        "run_id": run.id,
    }


def current() -> Any:
    """Return the condition that a row is of the version that is on record now."""
    return col(ShippedSdk.app_version_id) == col(App.current_version_id)


def list_sdks(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Return every SDK of the apps within reach, with the number of apps that ship it now; the commonest first."""
    return in_order(count_all_versions(session, actor))


def in_order(shipped: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return SDK, name, apps and number of known versions of each, the commonest first, of what was counted."""
    items = [
        {
            "sdk": sdk,
            "name": max(row["name"] for row in rows),
            "apps": sum(row["apps"] for row in rows),
            "versions": sum(row["version"] is not None for row in rows),
        }
        for sdk, rows in shipped.items()
    ]
    return sorted(items, key=lambda item: (-item["apps"], item["sdk"]))


def count_all_versions(session: Session, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Return SDK → its versions with the apps within reach that ship each now, the newest first."""
    # Reading from the apps passes over what older versions shipped (100,000 apps: a third of the time).
    now_in_use = select(App.current_version_id).where(scope_of(App, actor))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for sdk, *row in session.execute(
        sa.select(col(ShippedSdk.sdk), *_COUNTED)
        .where(col(ShippedSdk.app_version_id).in_(now_in_use))
        .group_by(col(ShippedSdk.sdk), col(ShippedSdk.version))
    ).all():
        found[sdk].append(dict(zip(_NAMES, row, strict=True)))
    return {sdk: _newest_first(rows) for sdk, rows in found.items()}


# A version of an app ships an SDK once and an app has one current version: rows are apps, no set need be made.
_NAMES = ("version", "key", "name", "apps")
_COUNTED: tuple[Any, ...] = (
    col(ShippedSdk.version),
    sa.func.max(ShippedSdk.version_key),
    sa.func.max(ShippedSdk.name),
    sa.func.count(),
)


def _newest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ordered = sorted(
        rows, key=lambda row: (row["key"] is not None, row["key"] or "", row["version"] or ""), reverse=True
    )
    return [{name: row[name] for name in ("version", "name", "apps")} for row in ordered]


def count_versions(session: Session, actor: Actor, sdk: str) -> list[dict[str, Any]]:
    """Return the versions of one SDK with the number of apps within reach that ship each now, the newest first.

    Versions that cannot be compared stand at the end; ``version`` is `None` where it is not known.
    """
    rows = session.execute(
        sa.select(*_COUNTED)
        .select_from(ShippedSdk)
        .join(App, col(App.id) == col(ShippedSdk.app_id))
        .where(scope_of(App, actor), current(), col(ShippedSdk.sdk) == sdk)
        .group_by(col(ShippedSdk.version))
    ).all()
    return _newest_first([dict(zip(_NAMES, row, strict=True)) for row in rows])


def within(version: str | None, at_most: str | None, at_least: str | None, *, unknown: bool) -> bool:
    """Tell of one version what the range of `shippers` asks the database."""
    high, low = (version_key(text) if text else None for text in (at_most, at_least))
    if high is None and low is None:
        return True
    key = version_key(version)
    if key is None:
        return unknown
    return (high is None or key <= high) and (low is None or key >= low)


def shippers(
    actor: Actor,
    sdk: str,
    *,
    at_most: str | None = None,
    at_least: str | None = None,
    unknown: bool = True,
    every_version: bool = False,
) -> Any:
    """Return a select of (`ShippedSdk`, `App`, `AppVersion`) within reach that ship ``sdk`` in a range of versions.

    ``unknown`` keeps rows whose version is not known: a recall must reach them too.
    """
    statement = (
        select(ShippedSdk, App, AppVersion)
        .join(App, col(App.id) == ShippedSdk.app_id)
        .join(AppVersion, col(AppVersion.id) == ShippedSdk.app_version_id)
        .where(scope_of(App, actor), ShippedSdk.sdk == sdk)
    )
    if not every_version:
        statement = statement.where(current())
    key: Any = col(ShippedSdk.version_key)
    inside = [key <= high for high in _keys((at_most,))] + [key >= low for low in _keys((at_least,))]
    if inside:
        known = sa.and_(key.is_not(None), *inside)
        statement = statement.where(sa.or_(known, key.is_(None)) if unknown else known)
    return statement


def _keys(versions: Iterable[str | None]) -> list[str]:
    return [key for version in versions if (key := version_key(version)) is not None]
