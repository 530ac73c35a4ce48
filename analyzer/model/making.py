"""Makes records from plain JSON data with the standard library alone: checked, or trusted for what we wrote ourselves.

`read_record` is for what comes from outside: types, words, patterns, missing and unknown keys are checked.
`make_record` is for compiled rules, which were checked when they were compiled: it only gives every value its type.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import Enum
from functools import partial
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from .base import Pattern, Record

Convert = Callable[[Any], Any]


def read_record[R](kind: type[R], data: bytes | str | Mapping[str, Any]) -> R:
    """Read a record of ``kind`` from JSON text or from plain data.

    Raises `ValueError` naming the key that is wrong, missing or unknown.
    """
    value: Any = data
    if isinstance(data, bytes | str):
        try:
            value = json.loads(data, parse_constant=_refuse_constant)
        except RecursionError as error:
            raise ValueError("nested too deep") from error
        if _has_surrogate(data):
            json.dumps(value, ensure_ascii=False).encode()  # raises for half a surrogate pair: no UTF-8 holds one
    record: R = _converter(kind, checked=True)(value)
    return record


def make_record[R](kind: type[R], data: Mapping[str, Any]) -> R:
    """Make a record of ``kind`` from plain data that is known to be right; a key that is no field is left out."""
    record: R = _converter(kind, checked=False)(data)
    return record


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _has_surrogate(data: bytes | str) -> bool:
    return (rb"\ud" in data or rb"\uD" in data) if isinstance(data, bytes) else ("\\ud" in data or "\\uD" in data)


_CONVERTERS: dict[tuple[Any, bool], Convert] = {}


def _converter(kind: Any, *, checked: bool) -> Convert:
    """Return the function that makes a value of a type, built once."""
    key = (kind, checked)
    known = _CONVERTERS.get(key)
    if known is None:
        known = _CONVERTERS[key] = _record_maker(kind, checked=checked)
    return known


Plan = list[tuple[str, Convert | None]]
"""The fields of a record in order, each with the conversion of its value."""


def _record_maker(kind: Any, *, checked: bool) -> Convert:
    homes: dict[str, dict[str, Any]] = {}
    for base in reversed(kind.__mro__):  # an annotation is read in the module that it stands in
        homes.update(dict.fromkeys(vars(base).get("__annotations__", ()), vars(sys.modules[base.__module__])))
    plan: Plan = []
    defaults: dict[str, Callable[[], Any]] = {}
    for field in fields(kind):
        plan.append((field.name, _for_field(field.type, homes[field.name], checked=checked)))
        if field.default is not MISSING:
            defaults[field.name] = partial(_itself, field.default)
        elif field.default_factory is not MISSING:
            defaults[field.name] = field.default_factory
    return _checked_maker(kind, plan, defaults) if checked else _trusted_maker(kind, plan, defaults)


def _itself(value: Any) -> Any:
    return value


def _trusted_maker(kind: Any, plan: Plan, defaults: Mapping[str, Callable[[], Any]]) -> Convert:
    new, put = object.__new__, object.__setattr__

    def make(data: Any) -> Any:
        record = new(kind)
        for name, convert in plan:
            if name in data:
                value = data[name]
                put(record, name, value if convert is None else convert(value))
            else:
                put(record, name, defaults[name]())
        return record

    return make


def _checked_maker(kind: Any, plan: Plan, defaults: Mapping[str, Callable[[], Any]]) -> Convert:
    known, examine = frozenset(name for name, _ in plan), getattr(kind, "__post_init__", None)
    new, put = object.__new__, object.__setattr__

    def make(data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValueError("an object is expected")  # noqa: TRY004  # what is wrong is the data, not our call
        if not known.issuperset(data):
            raise ValueError(f"{min(str(key) for key in data if key not in known)}: unknown key")
        record = new(kind)
        for name, convert in plan:
            try:
                if name in data:
                    value = data[name]
                    put(record, name, value if convert is None else convert(value))
                else:
                    put(record, name, defaults.get(name, _missing)())
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        if examine is not None:
            examine(record)
        return record

    return make


def _missing() -> Any:
    raise ValueError("missing")


_PLAIN = frozenset({"str", "int", "bool", "float", "str | None", "int | None", "bool | None", "float | None"})
_TYPES: dict[tuple[int, str, bool], Convert | None] = {}


def _for_field(hint: Any, names: dict[str, Any], *, checked: bool) -> Convert | None:
    """Return the conversion of a field from its annotation, a text; `None`: the value is taken as it is."""
    if not checked and hint in _PLAIN:
        return None
    key = (id(names), hint, checked)
    if key not in _TYPES:
        # The annotations are our own source text.
        _TYPES[key] = _for_type(eval(hint, names) if isinstance(hint, str) else hint, checked=checked)  # noqa: S307
    return _TYPES[key]


def _for_type(hint: Any, *, checked: bool) -> Convert | None:  # noqa: PLR0911  # one branch a kind of type
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        (some,) = (one for one in arguments if one is not NoneType)  # the only unions are "or nothing"
        return _optional(_for_type(some, checked=checked))
    if hasattr(hint, "__metadata__"):
        inner = _for_type(arguments[0], checked=checked)
        patterns = [one for one in hint.__metadata__ if isinstance(one, Pattern)]
        return _fitting(inner, patterns[0].regex) if checked and inner and patterns else inner
    if origin is Literal:
        return _one_of(frozenset(arguments)) if checked else None
    if origin in (tuple, frozenset):
        inner = _for_type(arguments[0], checked=checked)
        if origin is tuple and arguments[-1] is not Ellipsis:
            raise TypeError(f"{hint} is no type of a record's field")
        make = _sequence(origin, inner)
        return _checked_list(make) if checked else make
    if origin is dict:
        return _mapping(_for_type(arguments[1], checked=True)) if checked else None
    if isinstance(hint, type) and issubclass(hint, Record):
        return _converter(hint, checked=checked)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint in (str, int, bool, float):
        return _exactly(hint) if checked else None
    raise TypeError(f"{hint} is no type of a record's field")


def _optional(inner: Convert | None) -> Convert | None:
    return None if inner is None else lambda value: None if value is None else inner(value)


def _exactly(kind: type) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise ValueError(f"{kind.__name__} is expected")
        return value

    return check


def _fitting(inner: Convert, regex: str) -> Convert:
    matches = re.compile(regex.removesuffix("$") + r"\Z").match

    def check(value: Any) -> Any:
        if not matches(inner(value)):
            raise ValueError(f"must look like {regex}")
        return value

    return check


def _one_of(words: frozenset[Any]) -> Convert:
    def check(value: Any) -> Any:
        if type(value) not in (str, int) or value not in words:
            raise ValueError(f"one of {', '.join(sorted(map(str, words)))} is expected")
        return value

    return check


def _sequence(kind: Callable[[Any], Any], inner: Convert | None) -> Convert:
    return kind if inner is None else lambda value: kind([inner(one) for one in value])


def _checked_list(make: Convert) -> Convert:
    def check(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise ValueError("a list is expected")  # noqa: TRY004  # as above
        return make(value)

    return check


def _mapping(inner: Convert | None) -> Convert:
    def check(value: Any) -> Any:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise ValueError("an object is expected")
        return {key: inner(one) for key, one in value.items()} if inner else dict(value)

    return check
