"""Hybrid frameworks: where their bundles stand, which interfaces count in them, which scripts are their own runtime."""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from analyzer.model import Bilingual
from analyzer.model.base import Pattern
from analyzer.model.record import dataclass

from .reading import read_mapping
from .rows import Row, build_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkRule(Row):
    """One framework; the order of the file is the order in which places are tried."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    places: tuple[str, ...] = ()
    """Expressions for archive entries; group 1 is the bundle's folder or file."""
    inside: tuple[str, ...] = ()
    """File name endings of archives that hold such a bundle."""
    areas: tuple[str, ...]
    """Areas of `apis` whose names count."""
    names: tuple[str, ...] = ()
    """Further names; ``*`` stands for anything."""
    runtime: tuple[str, ...] = ()
    """Expressions for base names of scripts that the framework brings."""
    runtime_marks: tuple[str, ...] = ()
    """One of these must stand in such a script: a name alone could be borrowed to hide something."""

    updates: tuple[str, ...] = ()
    """Names whose call replaces or adds to the app's own code."""
    needs: dict[str, str] = field(default_factory=dict)
    """Name, ``*`` for anything → what the name of a plugin must hold for the name to count."""

    def __post_init__(self) -> None:
        for pattern in (*self.places, *self.runtime):
            try:
                groups = re.compile(pattern).groups
            except re.error as problem:
                raise ValueError(f"pattern {pattern!r}: {problem}") from problem
            if pattern in self.places and groups != 1:
                raise ValueError(f"places: {pattern!r}: exactly one group is expected, the bundle's folder or file")

    def root(self, entry: str) -> str | None:
        """Return the folder or file of the bundle to which an archive entry belongs, `None` if to none of these."""
        for pattern in self.places:
            match = _compiled(pattern).match(entry)
            if match:
                return entry[: match.end(1)]
        return None

    def is_runtime(self, entry: str, text: str) -> bool:
        """Tell whether a script is the framework's own."""
        base = entry.rsplit("/", 1)[-1]
        named = any(_compiled(pattern).fullmatch(base) for pattern in self.runtime)
        return named and any(mark in text for mark in self.runtime_marks)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def parse_frameworks(root: Path) -> dict[str, FrameworkRule]:
    """Read the frameworks, by id."""
    path = root / "frameworks.yaml"
    return build_rows(FrameworkRule, path, read_mapping(path))
