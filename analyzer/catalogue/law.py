"""The legal texts, their clauses, and the 39 app types of 14号文: `rules/clauses/`, `rules/app_types.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyzer.model import Bilingual, Clause, DataId, RuleDataError
from analyzer.model.record import dataclass

from .reading import read_mapping, rule_files, validate
from .rows import Row, build_rows, join, read_sections


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalText(Row):
    """One legal text, standard or list of points, as the header of its file gives it."""

    id: str
    title: Bilingual
    short: Bilingual
    """The name to cite it by, such as ``191号文``."""
    number: str | None
    """Document number, such as ``国信办秘字〔2019〕191号``."""
    issuer: Bilingual
    issued: str | None
    """ISO date, or year and month; `None` where the sources do not say."""
    in_force: str | None
    note: Bilingual | None = None
    url: str | None = None
    """Where the issuer publishes the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppType(Row):
    """One of the 39 types of common apps and the personal information that its basic function needs."""

    number: int
    title: Bilingual
    function: Bilingual
    """The basic function (基本功能服务)."""
    necessary: tuple[DataId, ...]
    """Data ids that the type may demand."""
    necessary_text: Bilingual
    """The whole of it, with the parts that have no data id."""


def _texts(root: Path) -> list[tuple[Path, LegalText, Any]]:
    found = []
    for path in rule_files(root / "clauses"):
        document = read_sections(path, "text", "clauses")
        found.append((path, validate(LegalText, f"{path}: text", document["text"]), document["clauses"]))
    return found


def parse_texts(root: Path) -> dict[str, LegalText]:
    """Read the headers of all clause files, by text id."""
    texts: dict[str, LegalText] = {}
    for path, text, _ in _texts(root):
        join(texts, {text.id: text}, path)
    return texts


def parse_clauses(root: Path) -> dict[str, Clause]:
    """Read all clauses, by id.

    A clause belongs to the text whose id begins its own. Channels that prove and channels that only hint exclude each
    other, and a clause that needs a person or a dynamic run says what to look at.
    """
    clauses: dict[str, Clause] = {}
    for path, text, section in _texts(root):
        full = section
        if isinstance(section, dict):
            full = {key: _with_text(row, text.id, f"{path}: {key}") for key, row in section.items()}
        rows = build_rows(Clause, path, full)
        for clause in rows.values():
            _examine(clause, f"{path}: {clause.id}")
        join(clauses, rows, path)
    return clauses


def _with_text(row: Any, text: str, where: str) -> Any:
    """Add what the header of the file says once."""
    if not isinstance(row, dict):
        return row
    if "text" in row:
        raise RuleDataError(f"{where}: text: the header of the file says it")
    return {**row, "text": text}


def _examine(clause: Clause, where: str) -> None:
    if clause.id != clause.text and not clause.id.startswith(f"{clause.text}-"):
        raise RuleDataError(f"{where}: the id must begin with {clause.text}-")
    if both := set(clause.channels) & set(clause.hints):
        raise RuleDataError(f"{where}: hints: {', '.join(sorted(both))} is among the channels already")
    if not clause.channels and not clause.hints:
        raise RuleDataError(f"{where}: channels: neither channels nor hints")
    if clause.check is None and {"dynamic", "human"} & {*clause.channels, *clause.hints}:
        raise RuleDataError(f"{where}: check: missing; say what a person must look at")


def parse_app_types(root: Path) -> dict[int, AppType]:
    """Read the 39 app types, by number."""
    path = root / "app_types.yaml"
    types: dict[int, AppType] = {}
    for key, record in read_mapping(path).items():
        if not key.isdecimal() or not 1 <= int(key) <= 39 or not isinstance(record, dict):
            raise RuleDataError(f"{path}: {key}: a mapping under a number from 1 to 39 is expected")
        types[int(key)] = validate(AppType, f"{path}: {key}", {"number": int(key), **record})
    return types
