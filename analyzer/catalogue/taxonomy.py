"""Kinds of personal data and Android permissions: `rules/personal_data.yaml`, `rules/permissions.yaml`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from analyzer.model import Bilingual, DataId, RuleDataError
from analyzer.model.base import Pattern, Record
from analyzer.model.record import dataclass

from .law import parse_app_types
from .reading import read_mapping, validate
from .rows import Row, build_rows, read_sections

Level = Literal["normal", "dangerous", "signature", "special"]
Need = Literal["common", "named_function", "unusual"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Record):
    """Words of policies, in Chinese and English.

    Matched without regard to case. A word of Latin letters counts as a whole word only (``LAC`` is not in ``place``);
    a Chinese word counts wherever it stands.
    """

    zh: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound(Record):
    """Each first half with each second one, with or without ``的`` between, is a word."""

    first: tuple[str, ...]
    second: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData(Row):
    """One kind of personal data."""

    id: DataId
    title: Bilingual
    category: Annotated[str, Pattern(r"^A(0[1-9]|1[0-3])$")]
    """Category of GB/T 35273 Annex A."""
    sensitive: bool
    """Sensitive for adults too; all data of a child under 14 are, which is judged elsewhere."""
    unchangeable: bool = False
    """An identifier that its owner cannot reset (GB/T 41391 Annex F)."""
    permissions: tuple[str, ...] = ()
    """Full names; any of them gives it. Empty when none is needed."""
    without_permission: bool = False
    """It can also be had without these permissions (typed in, picker, older Android): their lack excludes nothing."""
    necessary_for: frozenset[int] = frozenset()
    """App types that may demand it; filled from `app_types.yaml`, never written in this file."""
    within: DataId | None = None
    """The better-known twin that the same calls give: read by those calls alone, it is no second accusation."""
    words: Words
    """Words that name it in a policy."""
    weak_words: Words = Words()
    """Words too general to prove that a policy names it, such as ``设备信息``."""
    item_words: tuple[str, ...] = ()
    """Words that name it as an entry of a list only ("姓名、电话、成绩"), where nothing else touches them."""
    not_words: tuple[str, ...] = ()
    """Longer expressions that hold one of the words and name nothing of it: ``班级圈`` is a function, no class."""
    compounds: tuple[Compound, ...] = ()
    """Words of two halves, too many to write out."""
    note: Bilingual | None = None

    @property
    def compound_words(self) -> Iterator[str]:
        """Yield the words that the halves make: ``家长`` and ``电话`` make ``家长电话`` and ``家长的电话``."""
        for row in self.compounds:
            for first, second in itertools.product(row.first, row.second):
                yield first + second
                yield f"{first}的{second}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled(Row):
    """An id with its name: a permission group, or a function of an education app."""

    id: Annotated[str, Pattern(r"^[a-z][a-z0-9_]*$")]
    title: Bilingual


@dataclass(frozen=True, slots=True, kw_only=True)
class LowRelevance(Row):
    """The statement that a permission has little to do with the services of these app types (GB/T 41391 Annex E)."""

    app_types: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRule(Row):
    """What an Android permission gives, and whether a learning or school app can justify it."""

    id: str
    """Full name, such as ``android.permission.CAMERA``."""
    group: str
    """Id of a group at the top of the file."""
    level: Level
    special: bool = False
    """Granted on a settings page of its own, not by the usual dialog."""
    data: tuple[DataId, ...] = ()
    need: Need
    functions: tuple[str, ...] = ()
    """Ids of the functions at the top of the file that justify it."""
    since: int | None = None
    """First API level that knows it."""
    until: int | None = None
    """Highest API level (of the device or as target) at which an ordinary app gets anything by it."""
    low_relevance: LowRelevance | None = None
    """Filled from the block at the top of the file."""
    note: Bilingual | None = None

    @property
    def name(self) -> str:
        """Full name, the id."""
        return self.id


def parse_personal_data(root: Path) -> dict[str, PersonalData]:
    """Read the taxonomy, by data id; `necessary_for` comes from `app_types.yaml`, its only place."""
    path = root / "personal_data.yaml"
    rows = read_mapping(path)
    for key, row in rows.items():
        if isinstance(row, dict) and "necessary_for" in row:
            raise RuleDataError(f"{path}: {key}: necessary_for: belongs into app_types.yaml")
    data = build_rows(PersonalData, path, rows)
    for key, row in data.items():
        if row.within is not None and row.within not in data:
            raise RuleDataError(f"{path}: {key}: within: unknown data id {row.within}")
    types: dict[str, set[int]] = {}
    for number, app_type in parse_app_types(root).items():
        for item in app_type.necessary:
            if item not in data:
                raise RuleDataError(f"{root / 'app_types.yaml'}: {number}: necessary: unknown data id {item}")
            types.setdefault(item, set()).add(number)
    return {
        key: replace(row, necessary_for=frozenset(types[key])) if key in types else row for key, row in data.items()
    }


def _sections(root: Path) -> tuple[Path, dict[str, Any]]:
    path = root / "permissions.yaml"
    return path, read_sections(path, "groups", "functions", "low_relevance", "permissions")


def parse_permission_groups(root: Path) -> dict[str, Titled]:
    """Read the permission groups, by id."""
    path, document = _sections(root)
    return build_rows(Titled, path, document["groups"])


def parse_functions(root: Path) -> dict[str, Titled]:
    """Read the functions of education apps that can justify a permission, by id."""
    path, document = _sections(root)
    return build_rows(Titled, path, document["functions"])


def parse_permissions(root: Path) -> dict[str, PermissionRule]:
    """Read the permission table, by full name; groups and functions must stand at the top of the file."""
    path, document = _sections(root)
    groups = build_rows(Titled, path, document["groups"])
    functions = build_rows(Titled, path, document["functions"])
    rows = build_rows(PermissionRule, path, document["permissions"])
    for key, row in rows.items():
        if row.low_relevance is not None:
            raise RuleDataError(f"{path}: {key}: low_relevance: belongs into the block at the top")
        if row.group not in groups:
            raise RuleDataError(f"{path}: {key}: group: unknown group {row.group}")
        for function in row.functions:
            if function not in functions:
                raise RuleDataError(f"{path}: {key}: functions: unknown function {function}")
    low = document["low_relevance"]
    if not isinstance(low, dict) or not isinstance(low.get("permissions"), list):
        raise RuleDataError(f"{path}: low_relevance: permissions: a list is expected")
    rest = {key: value for key, value in low.items() if key != "permissions"}
    relevance = validate(LowRelevance, f"{path}: low_relevance", rest)
    for name in low["permissions"]:
        if name not in rows:
            raise RuleDataError(f"{path}: low_relevance: unknown permission {name}")
        rows[name] = replace(rows[name], low_relevance=relevance)
    return rows
