"""Import of filings: errors row by row, batches with a fixed number of statements, a dry run that changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from registry_api.accounts.access import MEMBERS, Actor
from registry_api.db import now, write_json
from registry_api.errors import FieldError, RegistryError
from registry_api.exchange.rows import Row, read_rows
from registry_api.filings.bans import banned
from registry_api.filings.models import Filing
from registry_api.filings.service import app_key, platform_of, read_document
from registry_api.filings.transitions import FINAL, State
from registry_api.organizations.models import App, Organization
from registry_api.organizations.search import grams_of, search_text
from registry_api.organizations.uscc import province_of, uscc_problem
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

__all__ = ["ImportResult", "import_filings", "read_rows"]

_BATCH = 500
_ERRORS = 10_000
_DOCUMENT = 256 * 1024
"""Bytes of one filing as JSON."""
_WIDTHS = {"name": ("/app/name", 300), "package": ("/app/package", 255), "provider": ("/unit/legal_name", 300)}


@dataclass
class ImportResult:
    """What became of the rows; after a dry run, what would become of them."""

    imported: int = 0
    known: int = 0
    """Rows whose app already has a filing in force: left alone, so that a second import is harmless."""
    failed: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)
    """(row number, what is wrong), the first ten thousand; row 1 is the first line of the file."""
    fields: dict[int, list[FieldError]] = field(default_factory=dict)
    """Row number → each wrong field, with the way to mend it."""
    dry_run: bool = False

    def refuse(self, number: int, detail: str, fields: list[FieldError] | None = None) -> None:
        """Note a wrong row."""
        self.failed += 1
        if len(self.errors) < _ERRORS:
            self.errors.append((number, detail))
            self.fields[number] = fields or []


@dataclass(frozen=True)
class _Checked:
    number: int
    document: dict[str, Any]
    facts: dict[str, Any]

    @property
    def platform(self) -> str:
        """Return the platform of the app."""
        return platform_of(self.document)

    @property
    def key(self) -> str:
        """Return the name under which the app is on record."""
        return app_key(self.facts["package"], self.platform)


def import_filings(registry: Registry, actor: Actor, rows: Iterable[Row], *, dry_run: bool = False) -> ImportResult:
    """Import rows as drafts, organisations and apps included; a wrong row is told and does not stop the others."""
    result = ImportResult(dry_run=dry_run)
    planned: dict[str, str] = {}
    for batch in batched(rows, _BATCH):
        good = []
        for number, row in batch:
            try:
                good.append(_checked(registry, number, row))
            except RegistryError as error:
                result.refuse(number, error.detail, error.errors)
        with Session(registry.database.writer, expire_on_commit=False) as session, session.begin() as transaction:
            _import_batch(session, actor, good, result, planned if dry_run else None)
            if dry_run:
                transaction.rollback()
    return result


def _checked(registry: Registry, number: int, row: dict[str, Any] | str) -> _Checked:
    if isinstance(row, str):
        raise RegistryError("invalid", row)
    if len(write_json(row)) > _DOCUMENT:
        raise RegistryError("invalid", f"the filing is larger than {_DOCUMENT // 1024} KiB")
    facts = read_document(registry, row, complete=False)
    long = [
        FieldError(pointer, "too_long", f"不得超过 {width} 字符 / more than {width} characters", "请缩短 / shorten it")
        for name, (pointer, width) in _WIDTHS.items()
        if len(facts[name] or "") > width
    ]
    if long:
        raise RegistryError("invalid", "; ".join(f"{item.pointer}: {item.message}" for item in long), long)
    wrong = uscc_problem(facts["uscc"])
    if wrong:
        raise RegistryError(
            "invalid", f"/unit/uscc: {wrong}", [FieldError("/unit/uscc", "uscc_checksum", wrong, "按营业执照核对")]
        )
    return _Checked(number, row, facts)


def _import_batch(
    session: Session,
    actor: Actor,
    rows: list[_Checked],
    result: ImportResult,
    planned: dict[str, str] | None,
) -> None:
    owners = _owners(session, actor, rows)
    apps = _put_apps(session, rows, owners)
    living = set(
        session.exec(
            select(Filing.app_id).where(
                col(Filing.app_id).in_([app.id for app in apps.values()]),
                col(Filing.state).not_in([state.value for state in FINAL]),
            )
        ).all()
    )
    banned_apps, banned_owners = banned(
        session, {app.id for app in apps.values()}, {owner.id for owner in owners.values()}
    )
    moment = now()
    filings = []
    for row in rows:
        uscc, package = row.facts["uscc"], row.key
        owner, app = owners.get(uscc), apps.get(package)
        if owner is None or app is None:
            _refuse_field(result, row, "/unit/uscc", "foreign", f"{uscc} is not the organisation of this key")
        elif app.organization_id != owner.id or (planned or {}).get(package, uscc) != uscc:
            _refuse_field(result, row, "/app/package", "taken", f"{package} belongs to another provider")
        elif why := banned_apps.get(app.id) or banned_owners.get(owner.id):
            result.refuse(row.number, f"{why.pointer}: {why.message}", [why])
        elif app.id in living or package in (planned or {}):
            result.known += 1
        else:
            living.add(app.id)
            if planned is not None:
                planned[package] = uscc
            filings.append(
                {
                    "app_id": app.id,
                    "organization_id": owner.id,
                    "province": app.province,
                    "state": State.DRAFT.value,
                    "document": row.document,
                    "facts": row.facts,
                    "platform": row.platform,
                    "created_at": moment,
                    "updated_at": moment,
                }
            )
    _insert(session, Filing, filings)
    result.imported += len(filings)
    if filings and planned is None:
        append(
            session,
            Act(
                actor.label,
                actor.role.value,
                "filing.import",
                "filing",
                f"{len(filings)} drafts",
                payload={"apps": [item["app_id"] for item in filings]},
            ),
        )


def _refuse_field(result: ImportResult, row: _Checked, pointer: str, code: str, message: str) -> None:
    result.refuse(row.number, f"{pointer}: {message}", [FieldError(pointer, code, message)])


def _owners(session: Session, actor: Actor, rows: list[_Checked]) -> dict[str, Any]:
    """Return code → organisation of every row that this actor may file for; missing ones are put on record."""
    codes = {row.facts["uscc"] for row in rows}
    found = _organizations(session, codes)
    if actor.role in MEMBERS:
        return {code: item for code, item in found.items() if item.id == actor.organization_id}
    fresh: dict[str, dict[str, Any]] = {}
    for row in rows:
        uscc = row.facts["uscc"]
        if uscc not in found and uscc not in fresh:
            region = str((row.document.get("unit") or {}).get("region") or "")[:2]
            name = row.facts["provider"] or uscc
            text = search_text(name, uscc)
            fresh[uscc] = {
                "name": name,
                "uscc": uscc,
                "province": region if region.isascii() and region.isdigit() else province_of(uscc),
                "search": text,
                "grams": grams_of(text),
                "created_at": now(),
            }
    if fresh:
        _insert(session, Organization, fresh.values())
        found = _organizations(session, codes)
    return found


def _put_apps(session: Session, rows: list[_Checked], owners: Mapping[str, Any]) -> dict[str, Any]:
    """Return package → app of every row whose provider is known; missing ones are put on record."""
    packages = {row.key for row in rows}
    found = _apps(session, packages)
    fresh: dict[str, dict[str, Any]] = {}
    for row in rows:
        package, owner = row.key, owners.get(row.facts["uscc"])
        if owner is not None and package not in found and package not in fresh:
            text = search_text(row.facts["name"], package, owner.name)
            fresh[package] = {
                "package": package,
                "name": row.facts["name"],
                "organization_id": owner.id,
                "province": owner.province,
                "search": text,
                "grams": grams_of(text),
                "created_at": now(),
            }
    if fresh:
        _insert(session, App, fresh.values())
        found = _apps(session, packages)
    return found


def _organizations(session: Session, codes: set[str]) -> dict[str, Any]:
    rows = session.execute(
        sa.select(
            col(Organization.id), col(Organization.uscc), col(Organization.name), col(Organization.province)
        ).where(col(Organization.uscc).in_(codes))
    ).all()
    return {item.uscc: item for item in rows}


def _apps(session: Session, packages: set[str]) -> dict[str, Any]:
    rows = session.execute(
        sa.select(col(App.id), col(App.package), col(App.organization_id), col(App.province)).where(
            col(App.package).in_(packages)
        )
    ).all()
    return {item.package: item for item in rows}


def _insert(session: Session, model: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert many rows with one statement, without a model for each; what a row does not say has its default."""
    values = list(rows)
    if not values:
        return
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # every table model has it
    defaults = {
        name: item.get_default(call_default_factory=True)
        for name, item in model.model_fields.items()
        if name in table.c and name != "id" and not item.is_required()
    }
    session.connection().execute(sa.insert(table), [{**defaults, **row} for row in values])
