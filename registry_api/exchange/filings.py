"""Import of filings from CSV or JSON lines: errors row by row, batches with a fixed number of queries."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from analyzer.model import UnreadableInputError
from registry_api.accounts.access import Actor
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.service import read_document
from registry_api.filings.transitions import FINAL, State
from registry_api.organizations.models import App, Organization
from registry_api.organizations.search import grams_of, search_text
from registry_api.organizations.uscc import province_of, uscc_problem
from registry_api.registry import Registry
from registry_api.trail.chain import Act, append

_BATCH = 500
_NAME = 300
_ROW_LIMIT = 1_000_000
_LISTS = frozenset(
    {
        "domains",
        "ips",
        "functions",
        "stages",
        "user_groups",
        "contains",
        "app_types",
        "personal_data",
        "permissions",
        "sdks",
    }
)
"""Columns that hold several values, separated by ``;``."""
_NUMBERS = frozenset({"mlps_level", "user_scale", "app_types"})
_BOOLEANS = frozenset({"charges", "collects_minors_data"})
_TRUE, _FALSE = frozenset({"true", "1", "是", "yes"}), frozenset({"false", "0", "否", "no"})


@dataclass
class ImportResult:
    """What became of the rows."""

    imported: int = 0
    known: int = 0
    """Rows whose app already has a filing in force: left alone, so that a second import is harmless."""
    errors: list[tuple[int, str]] = field(default_factory=list)
    """(row number, what is wrong); row 1 is the first line of the file."""


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield (row number, document or what is wrong with the row).

    CSV has the columns of the filing as ``unit.legal_name``, ``app.package`` …; JSON lines has one document a line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            if path.suffix.lower() == ".csv":
                yield from _csv_rows(path, file)
            elif path.suffix.lower() in {".jsonl", ".ndjson"}:
                yield from _json_rows(file)
            else:
                raise UnreadableInputError(path, "is neither .csv nor .jsonl")
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        raise UnreadableInputError(path, "is not UTF-8 text") from error
    except csv.Error as error:
        raise UnreadableInputError(path, f"is not CSV: {error}") from error


def _json_rows(file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            yield number, f"not JSON: {error}"
            continue
        yield number, document if isinstance(document, dict) else "not a JSON object"


def _csv_rows(path: Path, file: Iterable[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    reader = csv.DictReader(file)
    if not reader.fieldnames or not any("." in name for name in reader.fieldnames):
        raise UnreadableInputError(path, "the first line must name columns such as unit.legal_name, app.package")
    for row in reader:
        if reader.line_num > _ROW_LIMIT:
            raise UnreadableInputError(path, f"has more than {_ROW_LIMIT} rows")
        if None in row:
            yield reader.line_num, "more cells than columns"
            continue
        yield reader.line_num, _document(row)


def _document(row: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for name, text in row.items():
        if not text or not text.strip():
            continue
        block, _, key = name.partition(".")
        value = _value(key, text.strip())
        if key:
            document.setdefault(block, {})[key] = value
        else:
            document[block] = value
    return document


def _value(key: str, text: str) -> Any:
    def one(part: str) -> Any:
        # A cell that is no number or truth stays text: the validation then names the field.
        if key in _NUMBERS and part.isascii() and part.isdigit():
            return int(part)
        if key in _BOOLEANS and part.lower() in _TRUE | _FALSE:
            return part.lower() in _TRUE
        return part

    return [one(part.strip()) for part in text.split(";") if part.strip()] if key in _LISTS else one(text)


def import_filings(registry: Registry, actor: Actor, rows: Iterable[tuple[int, dict[str, Any] | str]]) -> ImportResult:
    """Import rows as drafts, organisations and apps included; a wrong row is told and does not stop the others."""
    result = ImportResult()
    for batch in batched(rows, _BATCH):
        good = []
        for number, row in batch:
            try:
                good.append((number, *_checked(registry, row)))
            except RegistryError as error:
                result.errors.append((number, error.detail))
        with registry.database.write() as session:
            _import_batch(session, actor, good, result)
    return result


def _checked(registry: Registry, row: dict[str, Any] | str) -> tuple[dict[str, Any], dict[str, Any]]:
    if isinstance(row, str):
        raise RegistryError("invalid", row)
    facts = read_document(registry, row, complete=False)
    wrong = uscc_problem(facts["uscc"])
    if wrong:
        raise RegistryError("invalid", f"/unit/uscc: {wrong}")
    return row, facts


def _import_batch(
    session: Session,
    actor: Actor,
    rows: list[tuple[int, dict[str, Any], dict[str, Any]]],
    result: ImportResult,
) -> None:
    moment = now()
    codes = {facts["uscc"] for _, _, facts in rows}
    packages = {facts["package"] for _, _, facts in rows}
    organizations = _organizations(session, codes)
    fresh: dict[str, SQLModel] = {}
    for _, document, facts in rows:
        if facts["uscc"] not in organizations:
            region = str((document.get("unit") or {}).get("region") or "")
            name = (facts["provider"] or facts["uscc"])[:_NAME]
            text = search_text(name, facts["uscc"])
            fresh[facts["uscc"]] = Organization(
                name=name,
                search=text,
                grams=grams_of(text),
                uscc=facts["uscc"],
                province=region[:2] if region[:2].isdigit() else province_of(facts["uscc"]),
                created_at=moment,
            )
    _insert(session, Organization, fresh.values())
    organizations = _organizations(session, codes)
    apps = _apps(session, packages)
    fresh = {}
    for _, _, facts in rows:
        if facts["package"] not in apps:
            owner = organizations[facts["uscc"]]
            text = search_text(facts["name"], facts["package"], owner.name)
            fresh[facts["package"]] = App(
                package=facts["package"],
                name=facts["name"],
                grams=grams_of(text),
                organization_id=owner.id or 0,
                province=owner.province,
                search=text,
                created_at=moment,
            )
    _insert(session, App, fresh.values())
    apps = _apps(session, packages)
    living = set(
        session.exec(
            select(Filing.app_id).where(
                col(Filing.app_id).in_({app.id for app in apps.values()}),
                col(Filing.state).not_in([state.value for state in FINAL]),
            )
        ).all()
    )
    filings = []
    for number, document, facts in rows:
        app = apps[facts["package"]]
        if app.organization_id != organizations[facts["uscc"]].id:
            result.errors.append((number, f"/app/package: {app.package} belongs to another provider"))
        elif app.id in living:
            result.known += 1
        else:
            living.add(app.id or 0)
            filings.append(
                Filing(
                    app_id=app.id or 0,
                    organization_id=app.organization_id,
                    province=app.province,
                    state=State.DRAFT.value,
                    document=document,
                    facts=facts,
                    created_at=moment,
                    updated_at=moment,
                )
            )
    _insert(session, Filing, filings)
    result.imported += len(filings)
    if filings:
        append(
            session,
            Act(
                actor.label,
                actor.role.value,
                "filing.import",
                "filing",
                f"{len(filings)} drafts",
                payload={"apps": [item.app_id for item in filings]},
            ),
        )


def _organizations(session: Session, codes: set[str]) -> dict[str, Organization]:
    return {
        item.uscc: item for item in session.exec(select(Organization).where(col(Organization.uscc).in_(codes))).all()
    }


def _apps(session: Session, packages: set[str]) -> dict[str, App]:
    return {item.package: item for item in session.exec(select(App).where(col(App.package).in_(packages))).all()}


def _insert(session: Session, model: type[SQLModel], rows: Iterable[SQLModel]) -> None:
    """Insert many rows with one statement; SQLite would fetch each new id with a statement of its own."""
    values = [row.model_dump(exclude={"id"}) for row in rows]
    if values:
        session.execute(sa.insert(model), values)
