"""Words: the 18 points of a policy, strings of interest, and marks of code packers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from analyzer.model import Bilingual
from analyzer.model.base import NotEmpty, Pattern, Record
from analyzer.model.record import dataclass

from .reading import read_mapping, rule_files
from .rows import Row, build_rows, check_patterns, join


@dataclass(frozen=True, slots=True, kw_only=True)
class WordGroup(Record):
    """One thing that a text must say, and the words of which any says it."""

    about: Bilingual
    any_of: Annotated[tuple[str, ...], NotEmpty()]
    patterns: tuple[str, ...] = ()
    """Python regular expressions beside the words, for what words cannot say (an address, a condition)."""
    check: str | None = None
    """The check that reports the lack of this part by itself, in a clause of its own."""
    settles: bool = False
    """Where that check reports, nothing is left to say of the whole point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPointRule(Row):
    """One of the 18 points: found when every group has a hit."""

    id: Annotated[str, Pattern(r"^POL-\d\d$")]
    title: Bilingual
    must: Bilingual
    """What the policy must contain."""
    clauses: Annotated[tuple[str, ...], NotEmpty()]
    """Its own clause first, then the legal hooks."""
    groups: Annotated[tuple[WordGroup, ...], NotEmpty()]
    applies: Bilingual | None = None
    """The condition under which it is demanded; `None`: always."""
    catch_all: tuple[str, ...] = ()
    """Words that leave a list open (``等``): a hint at a list that is not itemised."""
    statements: int | None = None
    """So many statements that name data are a list item by item, unless too many of them stay open."""
    together: bool = False
    """All groups must have a hit under one heading: a word far away says something else."""
    affirmed: bool = False
    """A hit in a sentence that denies it ("不收集IMEI") does not count."""
    max_working_days: int | None = None
    """The longest time for an answer that the policy may promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandRule(Row):
    """A name by which policies call a vendor."""

    id: str
    vendors: Annotated[tuple[str, ...], NotEmpty()]
    """The vendors that it may stand for, as the SDKs have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRule(Row):
    """The words for what the SDKs of one category serve."""

    id: str
    patterns: Annotated[tuple[str, ...], NotEmpty()]

    def __post_init__(self) -> None:
        check_patterns(self.patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary(Row):
    """Words or patterns of interest in code, resources, policies or traffic."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    meaning: Bilingual
    """What a hit means, and what it does not."""
    clauses: tuple[str, ...]
    where: Annotated[tuple[Literal["strings", "policy", "traffic"], ...], NotEmpty()]
    words: tuple[str, ...] = ()
    """Matched as they stand, without regard to case."""
    patterns: tuple[str, ...] = ()
    """Python regular expressions; group 1, where there is one, is the value."""
    allow: tuple[str, ...] = ()
    """Context words: where one of them stands in the same sentence or string, there is no hit."""
    always_suspected: bool
    """A hit never proves anything by itself."""

    def __post_init__(self) -> None:
        if not self.words and not self.patterns:
            raise ValueError("words: neither words nor patterns")
        check_patterns(self.patterns)

    def find(self, text: str) -> list[str]:
        """Return the words and values found in ``text`` (one sentence or string), none where a context word stands."""
        lowered = text.casefold()
        if any(word.casefold() in lowered for word in self.allow):
            return []
        found = [word for word in self.words if word.casefold() in lowered]
        for pattern in self.patterns:
            found += [match.group(1) if match.re.groups else match.group() for match in re.finditer(pattern, text)]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PackerMark(Row):
    """One sign of a packer."""

    kind: Literal["file", "application", "class"]
    """``file``: base name of an archive entry, ``*`` stands for anything; ``application`` and ``class``: name or
    name prefix (ending in a dot) of the application class, of any class."""
    value: str
    weak: bool = False
    """An SDK or another product brings it too: alone it supports `suspected` at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackerRule(Row):
    """One code packer (加固)."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    vendor: Bilingual
    hides_code: bool
    """Static results are incomplete when it is there."""
    marks: Annotated[tuple[PackerMark, ...], NotEmpty()]
    note: Bilingual | None = None


def parse_policy_points(root: Path) -> dict[str, PolicyPointRule]:
    """Read the points of a policy, by id."""
    path = root / "policy" / "points.yaml"
    return build_rows(PolicyPointRule, path, read_mapping(path))


def parse_policy_brands(root: Path) -> dict[str, BrandRule]:
    """Read the short names of vendors."""
    path = root / "policy" / "brands.yaml"
    return build_rows(BrandRule, path, read_mapping(path))


def parse_policy_services(root: Path) -> dict[str, ServiceRule]:
    """Read the words of purposes, by category of SDK."""
    path = root / "policy" / "services.yaml"
    return build_rows(ServiceRule, path, read_mapping(path))


def parse_vocabularies(root: Path) -> dict[str, Vocabulary]:
    """Read all vocabularies of `rules/content/`, by id."""
    vocabularies: dict[str, Vocabulary] = {}
    for path in rule_files(root / "content"):
        join(vocabularies, build_rows(Vocabulary, path, read_mapping(path)), path)
    return vocabularies


def parse_packers(root: Path) -> dict[str, PackerRule]:
    """Read the packers, by id."""
    path = root / "packers.yaml"
    return build_rows(PackerRule, path, read_mapping(path))
