"""The base of every shared record: plain frozen data, closed to unknown keys when read, canonical when written.

Nothing here imports pydantic: it is loaded when a record is read from outside (`analyzer.model.reading`).
"""

from __future__ import annotations

import json
from inspect import cleandoc  # `dataclasses` has loaded it
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from .record import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text must look like; checked when a record is read from outside, not when our own code makes one."""

    regex: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Add the pattern to pydantic's schema of the text."""
        return {**handler(source), "pattern": self.regex}


Sha256 = Annotated[str, Pattern(r"^[0-9a-f]{64}$")]
"""A SHA-256 digest, 64 lower-case hex digits."""

DataId = Annotated[str, Pattern(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
"""A personal-data id of the taxonomy in `rules/personal_data.yaml`, such as ``device.imei``."""


def _describe(schema: dict[str, Any], kind: type) -> None:
    """Give the JSON Schema of a record its docstring, as pydantic does for its own models."""
    schema["description"] = cleandoc(kind.__doc__ or "")


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """A list that must hold something; checked where rules are compiled."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """Add the least length to pydantic's schema of the list."""
        return {**handler(source), "min_length": 1}


class Record:
    """Base of the records, all of them frozen dataclasses with slots and keyword arguments only.

    The constructor trusts its caller: our own code makes records by the thousand. What comes from a file, a child
    process or the network goes through `analyzer.model.read_record`, where an unknown key is an error, so that a
    misspelt key is never dropped in silence. Change one with `dataclasses.replace`.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "json_schema_extra": _describe}


_FIELDS: dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {}


def fields_of(record: Any) -> Any:
    """Return the fields of a record by name, in order; what `json.dumps` takes as ``default``.

    A frozen set becomes a sorted list. Raises `TypeError` for what is neither.
    """
    kind = type(record)
    known = _FIELDS.get(kind)
    if known is None:
        names = tuple(getattr(kind, "__dataclass_fields__", ()))
        if kind is frozenset:
            return sorted(record)
        if not names:
            raise TypeError(f"{kind.__name__} is no record")
        getter = attrgetter(*names) if len(names) > 1 else lambda one, name=names[0]: (getattr(one, name),)
        known = _FIELDS[kind] = (names, getter)
    return dict(zip(known[0], known[1](record), strict=True))


_COMPACT = json.JSONEncoder(default=fields_of, ensure_ascii=False, check_circular=False, separators=(",", ":"))
"""Made once: a report asks for hundreds of records, each by itself."""


def record_json(record: Any) -> bytes:
    """Write a record as compact JSON, fields in order, UTF-8; what UTF-8 cannot hold becomes ``?``."""
    return _COMPACT.encode(record).encode("utf-8", "replace")


def record_plain(record: Any) -> Any:
    """Return a record as plain JSON data: dicts, lists, texts, numbers."""
    return json.loads(record_json(record))


def stated_plain(record: Any) -> Any:
    """Return a record as plain JSON data without the fields that have their default value."""
    return json.loads(json.dumps(record, default=_stated, ensure_ascii=False))


def _stated(record: Any) -> Any:
    values = fields_of(record)
    if isinstance(values, dict):
        values = {k: v for k, v in values.items() if v != record.__dataclass_fields__[k].default}
    return values


def canonical_json(value: Any) -> str:
    """Write JSON that is byte-identical for equal values: sorted keys, UTF-8 text, two-space indent, final newline."""
    text = json.dumps(value, default=fields_of, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    return text + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bilingual(Record):
    """A text in Chinese and English."""

    zh: str
    en: str

    def pick(self, lang: str) -> str:
        """Return the text in ``lang`` (``zh`` or ``en``)."""
        return self.en if lang == "en" else self.zh
