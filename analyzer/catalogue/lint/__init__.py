"""Proves that the rule data is in order: every reference resolves, every claim has a source and a sureness."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.catalogue import parse_family, parser_names
from analyzer.model.errors import RuleDataError


class Problem(NamedTuple):
    """One thing that is not in order."""

    where: str
    """File, or family and id."""
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lint(root: Path) -> list[Problem]:
    """Return all problems of a rules folder, sorted; empty when it is in order.

    A family that cannot be parsed gives the problem of its first bad file; what refers to it is then not examined.
    """
    from . import apis, callgraph, recipients, references, sdks  # noqa: PLC0415  # they import `Problem` from here

    problems: list[Problem] = []
    plain: dict[str, Any] = {}
    for family in parser_names():
        try:
            plain[family] = parse_family(root, family)
        except RuleDataError as error:
            where, _, what = str(error).partition(": ")
            problems.append(Problem(_relative(where, root), what))
    for module in (references, apis, sdks, recipients):
        problems += module.examine(plain)
    problems += callgraph.examine_callgraph(plain, root)
    problems += stray_files(root)
    return sorted(set(problems))


def stray_files(root: Path) -> Iterator[Problem]:
    """Yield the files that no parser reads because of their ending: a ``.yml`` would be dropped in silence."""
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in (".yml", ".YAML", ".YML", ".py"):
            yield Problem(_relative(str(path), root), "rule files end in .yaml, and there is no code here")


def _relative(where: str, root: Path) -> str:
    return where.removeprefix(str(root)).lstrip("/") or where
