"""Reading `rules/callgraph/*.yaml`: rows with their origin, checked, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from analyzer.model.errors import RuleDataError
from analyzer.model.frozen import Frozen
from analyzer.model.severity import Sureness

from .reading import read_mapping, validate

Phase = Literal["start", "user", "system"]
Link = Literal[
    "call", "dispatch", "scheduled", "callback", "gesture", "lifecycle", "class_init", "started", "inflated",
    "reflected",
]  # fmt: skip


WORD_LISTS = ("consent", "other", "granted", "asked", "unclear")
"""Sections of `guards.yaml` that are lists of words."""


class Sourced(Frozen):
    """What every row carries."""

    about: str | None = None
    """Why it is so, where that is not plain."""
    library: tuple[str, ...] = ()
    """Ids of the SDKs that bring the types; ``framework``: Android's own that the platform table lacks; ``other``."""
    source: tuple[str, ...] = Field(min_length=1)
    """Keys of `rules/evidence.yaml`."""
    sure: Sureness


class Phased(Sourced):
    """Names of methods by phase; ``*`` stands for every other method."""

    start: tuple[str, ...] = ()
    user: tuple[str, ...] = ()
    system: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _single(self) -> Phased:
        names = [*self.start, *self.user, *self.system]
        for name in sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{name} is given twice")
        return self


class TypeRule(Phased):
    """Types whose methods are called on objects of the app's subclasses."""

    types: tuple[str, ...] = Field(min_length=1)
    """Descriptors; ``*`` stands for any part of a simple name."""
    alive: bool | Literal["made"] = False
    """``made``: only on objects that the platform itself makes."""
    link: Link = "callback"

    @model_validator(mode="before")
    @classmethod
    def _says_phases(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and not {"start", "user", "system"} & set(data):
            raise ValueError("one of start, user, system must be there, if only as []")
        return data


class Calls(Sourced):
    """Signatures, each with the declared parameter that matters."""

    calls: dict[str, tuple[int, ...]] = Field(min_length=1)

    @field_validator("calls", mode="before")
    @classmethod
    def _spread(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: item if isinstance(item, list) else [item] for key, item in value.items()}


class CallRuleRow(Calls):
    """Calls that make methods of an argument run."""

    runs: tuple[str, ...]
    phase: Phase = "start"
    link: Link = "scheduled"
    type: str | None = None
    """The type whose methods run, where it is not the parameter's own."""


class ClassRuleRow(Calls):
    """Calls that are given a class."""

    base: str | None = None
    runs: tuple[str, ...] = ()
    phase: Phase = "start"
    link: Link = "started"
    sent: tuple[str, ...] = ()
    """Calls that use what was made of the class."""
    later: tuple[str, ...] = ()
    """Calls that keep it for an event that is no part of starting up."""
    unsent: tuple[str, ...] = ()
    """Calls that create nothing; ``*``: every other one."""
    listed: bool = False
    """The classes are those that ``META-INF/services`` lists for the one that is given."""


class Words(Sourced):
    """Words of flags."""

    words: tuple[str, ...]


class EntryRule(Phased):
    """One kind of entry point."""

    phase: Phase
    types: tuple[str, ...] = Field(min_length=1)


class InitializerRule(Sourced):
    """A component whose ``<meta-data>`` names classes."""

    provider: str
    names: Literal["key", "value"]
    marker: str | None = None
    base: str
    runs: tuple[str, ...] = Field(min_length=1)


def parse_callgraph(root: Path) -> dict[str, Any]:
    """Read the folder into plain data. Raise `RuleDataError` for anything malformed; a missing folder has no rules."""
    folder = root / "callgraph"
    guards = _sections(folder / "guards.yaml", "getters", *WORD_LISTS)
    entries = _sections(folder / "entries.yaml", "kinds", "initializers")
    return {
        "types": _rows(TypeRule, folder / "types.yaml"),
        "calls": _rows(CallRuleRow, folder / "calls.yaml"),
        "classes": _rows(ClassRuleRow, folder / "classes.yaml"),
        "guards": {
            "getters": _models(Calls, folder / "guards.yaml", guards["getters"]),
            **{
                key: _plain(Words, f"{folder / 'guards.yaml'}: {key}", guards[key]) for key in WORD_LISTS if guards[key]
            },
        },
        "entries": {
            "kinds": _models(EntryRule, folder / "entries.yaml", entries["kinds"]),
            "initializers": _models(InitializerRule, folder / "entries.yaml", entries["initializers"]),
        },
    }


def _sections(path: Path, *names: str) -> dict[str, Any]:
    content = read_mapping(path) if path.exists() else {}
    for name in content:
        if name not in names:
            raise RuleDataError(f"{path}: {name}: unknown section")
    return {name: content.get(name) or {} for name in names}


def _rows(model: type[Sourced], path: Path) -> dict[str, Any]:
    return _models(model, path, read_mapping(path) if path.exists() else {})


def _models(model: type[Sourced], path: Path, rows: Any) -> dict[str, Any]:
    if not isinstance(rows, Mapping):
        raise RuleDataError(f"{path}: a mapping from id to record is expected")
    return {str(key): _plain(model, f"{path}: {key}", record) for key, record in rows.items()}


def _plain(model: type[Sourced], where: str, record: Any) -> dict[str, Any]:
    return validate(model, where, record).model_dump(mode="json")
