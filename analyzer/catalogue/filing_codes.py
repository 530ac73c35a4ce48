"""Code tables of the filing forms, and what the source keys of the rules stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from analyzer.model import Bilingual, RuleDataError
from analyzer.model.base import Pattern, Record
from analyzer.model.record import dataclass

from .reading import read_mapping, rule_files, validate
from .rows import Row, build_rows, join, read_sections


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Row):
    """One code of a table."""

    id: str
    """The code itself."""
    title: Bilingual
    name: Bilingual | None = None
    """Short name of a province (北京), where there is little room."""
    short: str | None = None
    """One-character name of a province, as in ICP numbers."""
    also: tuple[str, ...] = ()
    """Its other one-character names (川 beside 蜀)."""
    minors: bool = False
    """Of a school stage: its pupils are under 18."""
    under_14: bool = False
    """Of a school stage: its pupils are (nearly all) under 14, so that all their data are sensitive (PIPL 28)."""
    note: Bilingual | None = None
    length: int | None = None
    """Of a period: working days, or months where its id says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTable(Row):
    """A table that an administrator may edit; `source` and `sure` are those of the table as a whole."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    note: Bilingual | None = None
    codes: tuple[Code, ...]

    def code(self, code: str) -> Code | None:
        """Return the row of ``code``, or `None`."""
        return next((row for row in self.codes if row.id == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Record):
    """What a source key stands for."""

    id: Annotated[str, Pattern(r"^[SLR]\d+$")]
    what: str


def parse_filing_codes(root: Path) -> dict[str, CodeTable]:
    """Read all code tables of `rules/filing/`, by table id."""
    tables: dict[str, CodeTable] = {}
    for path in rule_files(root / "filing"):
        document = read_sections(path, "table", "codes")
        header = document["table"]
        if not isinstance(header, dict):
            raise RuleDataError(f"{path}: table: a mapping is expected")
        codes = tuple(build_rows(Code, path, document["codes"]).values())
        table = validate(CodeTable, f"{path}: table", {**header, "codes": codes})
        join(tables, {table.id: table}, path)
    return tables


def parse_sources(root: Path) -> dict[str, Source]:
    """Read the list of sources, by key."""
    path = root / "sources.yaml"
    return build_rows(Source, path, read_mapping(path))
