"""`dataclass` as the standard library's, but its methods are generated when they are first needed.

The standard one compiles half a dozen methods for each class as the module is imported: 0.5 to 1 ms a class, and a run
imports a hundred of them. Here a class costs a tenth; `dataclasses.replace`, `fields` and `field` work as ever.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from functools import cache
from inspect import get_annotations  # `dataclasses` has loaded it
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, cast, dataclass_transform, overload


@overload
def dataclass[C](cls: type[C], /) -> type[C]: ...


@overload
def dataclass[C](
    *, frozen: bool = False, slots: bool = False, kw_only: bool = False
) -> Callable[[type[C]], type[C]]: ...


@dataclass_transform(field_specifiers=(dataclasses.field,))
def dataclass(
    cls: type[Any] | None = None, /, *, frozen: bool = False, slots: bool = False, kw_only: bool = False
) -> Any:
    """Make a dataclass whose ``__init__`` is generated at the first call; compared and hashed by its fields."""

    def make(plain: type[Any]) -> Any:
        hints: dict[str, Any] = get_annotations(plain)
        if plain.__doc__ is None or any(map(_is_special, hints.values())):
            made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(plain)
        else:
            made = _make(plain, hints, slots=slots, kw_only=kw_only)
        own: dict[str, Any] = {"__init__": _first_call, "__eq__": _equal, "__repr__": _shown}
        own["__hash__"] = _hash if frozen else None
        if frozen:
            own |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
        if slots:
            own |= {"__getstate__": _state, "__setstate__": _restore}
        for name, method in own.items():
            if name not in plain.__dict__ or plain.__dict__[name] is None:  # what the class writes itself stays
                setattr(made, name, method)
        return made

    return make if cls is None else make(cls)


@cache
def _template(*, slots: bool, kw_only: bool) -> Any:
    """Return a class that the standard library has made with these parameters, for its marks."""
    kind = type("Template", (), {"__annotations__": {"field": object}, "__doc__": ""})
    return dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(kind)


def _make(plain: Any, hints: dict[str, Any], *, slots: bool, kw_only: bool) -> Any:
    """Return what `dataclasses.dataclass` makes of a class whose annotations are all of fields, at a third of its cost.

    It asks of each annotation what else it could be, and compiles functions, of which there are none to compile here.
    """
    template = _template(slots=slots, kw_only=kw_only)
    marked = template.__dataclass_fields__["field"]
    fields: dict[str, Any] = {}
    for base in plain.__mro__[-1:0:-1]:
        fields.update(getattr(base, "__dataclass_fields__", {}))
    for name, hint in hints.items():
        default = getattr(plain, name, MISSING)
        one: Any = default
        if not isinstance(default, dataclasses.Field):
            one = dataclasses.field(default=MISSING if isinstance(default, MemberDescriptorType) else default)
        elif one.default is MISSING:
            delattr(plain, name)
        else:
            setattr(plain, name, one.default)
        if one.default is not MISSING and type(one.default).__hash__ is None:
            raise ValueError(f"the default of {name} can change: use default_factory")
        one.name, one.type, one._field_type = name, hint, marked._field_type  # noqa: SLF001  # as the template has it
        if one.kw_only is MISSING:
            one.kw_only = kw_only
        fields[name] = one
    plain.__dataclass_fields__ = fields
    plain.__dataclass_params__ = template.__dataclass_params__
    matched = tuple([name for name, one in fields.items() if one.init and not one.kw_only])
    setattr(plain, "__match_args__", matched)  # noqa: B010  # a type checker does not allow it
    if hasattr(template, "__replace__"):  # Python 3.13
        plain.__replace__ = template.__dict__["__replace__"]
    return _with_slots(plain, fields) if slots else plain


def _with_slots(plain: Any, fields: dict[str, Any]) -> Any:
    """Return the class anew, with its fields in slots."""
    inherited: set[str] = set()
    for base in plain.__mro__[1:-1]:
        names = base.__dict__.get("__slots__", ())
        inherited.update((names,) if isinstance(names, str) else names)
    body = {key: value for key, value in plain.__dict__.items() if key not in fields}
    body["__slots__"] = tuple([name for name in fields if name not in inherited])
    body.pop("__dict__", None)
    body.pop("__weakref__", None)
    made = type(plain)(plain.__name__, plain.__bases__, body)
    made.__qualname__ = plain.__qualname__
    return made


def _is_special(hint: object) -> bool:
    """Whether an annotation may mean something else than a field's type."""
    return not isinstance(hint, str) or "ClassVar" in hint or "InitVar" in hint or "KW_ONLY" in hint


def _first_call(self: Any, *values: Any, **named: Any) -> None:
    """Generate ``__init__`` of the class that this method stands in, and call it."""
    kind = next((one for one in type(self).__mro__ if one.__dict__.get("__init__") is _first_call), None)
    if kind is None:  # another thread was faster
        cast("Any", type(self)).__init__(self, *values, **named)
        return
    made = _initialiser(kind)
    setattr(kind, "__init__", made)  # noqa: B010  # a type checker may not see it
    made(self, *values, **named)


def _initialiser(kind: type) -> Any:
    names: dict[str, Any] = {}
    places, keywords, lines = ["self"], ["*"], []
    for field in dataclasses.fields(cast("Any", kind)):
        parameter, value = field.name, field.name
        if field.default is not MISSING:
            names[f"_default_{field.name}"] = field.default
            parameter += f"=_default_{field.name}"
        elif field.default_factory is not MISSING:
            names[f"_make_{field.name}"] = field.default_factory
            names["_missing"] = MISSING
            parameter += "=_missing"
            value = f"_make_{field.name}() if {field.name} is _missing else {field.name}"
        (keywords if field.kw_only else places).append(parameter)
        setter = _setter(kind, field.name)
        if setter is None:
            lines.append(f"    self.{field.name} = {value}")
        else:
            names[f"_put_{field.name}"] = setter
            lines.append(f"    _put_{field.name}(self, {value})")
    if hasattr(kind, "__post_init__"):
        lines.append("    self.__post_init__()")
    head = ", ".join(places + (keywords if len(keywords) > 1 else []))
    text = "\n".join([f"def __init__({head}):", *(lines or ["    pass"])])
    exec(text, names)  # noqa: S102  # field names of our own classes, as the standard library does
    return names["__init__"]


def _setter(kind: type, name: str) -> Any:
    """Return what sets a field of a frozen class, `None` where it can simply be set."""
    if cast("Any", kind.__setattr__) is object.__setattr__:
        return None
    slot = next((one.__dict__[name] for one in kind.__mro__ if name in one.__dict__), None)
    if isinstance(slot, MemberDescriptorType):
        return slot.__set__  # the slot itself is set twice as fast as by its name
    return lambda self, value: object.__setattr__(self, name, value)


_GETTERS: dict[type, Callable[[Any], Any]] = {}


def values_of(record: Any) -> Any:
    """Return the values of all fields, in order: a tuple, or the value itself where there is one field."""
    kind = type(record)
    getter = _GETTERS.get(kind)
    if getter is None:
        names = tuple(field.name for field in dataclasses.fields(kind))
        getter = _GETTERS[kind] = attrgetter(*names) if names else _nothing
    return getter(record)


def _nothing(_: Any) -> tuple[()]:
    return ()


def _equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return values_of(self) == values_of(other)


def _hash(self: Any) -> int:
    return hash(values_of(self))


def _shown(self: Any) -> str:
    inside = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self))
    return f"{type(self).__qualname__}({inside})"


def _refuse_to_set(_: Any, name: str, value: Any) -> None:  # noqa: ARG001  # the signature is Python's
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
