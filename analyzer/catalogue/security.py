"""Security facts of a package: what is looked for, `rules/security/*.yaml`."""

from __future__ import annotations

import re
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from analyzer.model import Bilingual
from analyzer.model.base import Pattern
from analyzer.model.record import dataclass

from .reading import read_mapping, rule_files
from .rows import Row, build_rows, join

SECRETS, ENGINES = "secrets.yaml", "engines.yaml"
_SIGNATURE = re.compile(r"\[*L[\w$/]+;->(?:<init>|[\w$]+)\([\w$/;\[]*\)[\w$/;\[]+")
_FIELD = re.compile(r"L[\w$/]+;->[\w$]+:[\w$/;\[]+")
_TYPE = re.compile(r"L[\w$/]+;")


def _patterned(key: str, expression: str | None) -> None:
    try:
        re.compile(expression or "")
    except re.error as problem:
        raise ValueError(f"{key}: {expression!r}: {problem}") from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityKind(Row):
    """One kind of security fact: its name, who reports it, and where it is seen."""

    id: Annotated[str, Pattern(r"^[a-z]+\.[a-z_]+$")]
    title: Bilingual
    check: str | None = None
    """The check that reports it; `None`: a fact of the report only, or one on which a check rests."""
    calls: dict[str, int] = field(default_factory=dict)
    """Signature → the declared parameter that decides or is shown; -1: none, the call itself counts."""
    overrides: tuple[str, ...] = ()
    """Methods whose bodies in the package are examined; how is a matter of `analyzer.extract.security`."""
    fields: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Classes that are created or named."""
    texts: tuple[str, ...] = ()
    """Whole strings that are loaded."""
    actions: tuple[str, ...] = ()
    """Actions of intent filters of the manifest."""
    reads: Literal["nothing", "number", "text", "object", "bytes", "use"] = "nothing"
    """What the parameter must be: a number, text or bytes that are known; an object, of which the class is shown;
    ``use``: the call takes an object of a class with one of the `overrides`."""
    equals: tuple[int, ...] = ()
    bits: int = 0
    """Any of these bits is set."""
    below: int | None = None
    matches: str | None = None
    """Regular expression for the whole text, without regard to case."""
    also: dict[str, int] = field(default_factory=dict)
    """Further declared parameters → the number that each must be."""
    receiver: str | None = None
    """The text with which the receiver was made, such as the algorithm of a generator."""
    secret: bool = False
    """The value itself is never shown."""
    within: tuple[str, ...] = ()
    """Beginnings of classes whose own code does not count: the library that brings the interface."""

    def __post_init__(self) -> None:
        _patterned("matches", self.matches)
        if not all(number.isdigit() for number in self.also):
            raise ValueError(f"also: {sorted(self.also)}: numbers of parameters")
        shapes = ((_SIGNATURE, (*self.calls, *self.overrides)), (_FIELD, self.fields), (_TYPE, self.types))
        for shape, names in shapes:
            for name in names:
                if not shape.fullmatch(name):
                    raise ValueError(f"{name} is not in DEX form")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRule(Row):
    """One kind of secret."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    prefix: str = ""
    """How the text begins."""
    beside: tuple[str, ...] = ()
    """Beginnings of texts that stand in the same class or near it, where the secret itself begins like anything."""
    file: str | None = None
    """Name of the only file in which it counts."""
    accuses: bool = True
    """Whether it is a finding; else a fact of the report alone."""
    pattern: str
    """The whole public half, or the whole secret where there is only one."""
    secret: str | None = None
    """The whole other half: without it beside the first there is no row."""
    near: str | None = None
    """What must stand beside them besides."""
    decoded: Literal["private_key"] | None = None
    """What the text must decode to."""

    def __post_init__(self) -> None:
        for key in ("pattern", "secret", "near"):
            _patterned(key, getattr(self, key))
        if self.secret is None and self.decoded is None and self.file is None:
            raise ValueError("secret: a public half alone is no secret")
        if not (self.prefix or self.beside or self.file):
            raise ValueError("prefix: without one, nothing leads to the text")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRule(Row):
    """Marks of a game engine."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual
    sdk: str | None = None
    """Its id in `rules/sdks`, if it has one."""
    files: tuple[str, ...] = ()
    """Names of entries; ``*`` stands for anything."""
    classes: tuple[str, ...] = ()
    """Slash prefixes of classes."""

    def __post_init__(self) -> None:
        if not self.files and not self.classes:
            raise ValueError("files: neither files nor classes")


def parse_security(root: Path) -> dict[str, SecurityKind]:
    """Read the kinds of facts, by id."""
    kinds: dict[str, SecurityKind] = {}
    for path in rule_files(root / "security"):
        if path.name not in {SECRETS, ENGINES}:
            join(kinds, build_rows(SecurityKind, path, read_mapping(path)), path)
    return kinds


def parse_secrets(root: Path) -> dict[str, SecretRule]:
    """Read the kinds of secrets, by id."""
    path = root / "security" / SECRETS
    return build_rows(SecretRule, path, read_mapping(path)) if path.exists() else {}


def parse_engines(root: Path) -> dict[str, EngineRule]:
    """Read the game engines, by id."""
    path = root / "security" / ENGINES
    return build_rows(EngineRule, path, read_mapping(path)) if path.exists() else {}
