"""The annotations of a DEX file: items, sets of them, and for each class a directory. Source: the DEX format."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from .annotations import encode_annotation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .annotations import Annotation
    from .ids import Ids
    from .members import OutClass

_ITEM, _SET, _LIST, _DIRECTORY = 0x2004, 0x1003, 0x1002, 0x2006

Set = tuple[bytes, ...]
"""The items of a set."""


class _Annotated(NamedTuple):
    """What of one class bears annotations: member numbers with their sets."""

    own: Set
    fields: list[tuple[int, Set]]
    methods: list[tuple[int, Set]]
    parameters: list[tuple[int, tuple[Set, ...]]]


def write_annotations(classes: Sequence[OutClass], ids: Ids, section: Callable[..., Any]) -> dict[bytes, int]:
    """Write all annotations through ``section`` (kind, keyed items, alignment); returns class → its directory."""
    sets: dict[Set, None] = {}
    lists: dict[tuple[Set, ...], None] = {}
    told: dict[bytes, _Annotated] = {}
    for cls in classes:
        one = _annotated(cls, ids)
        if any(one):
            told[cls.name] = one
            sets |= dict.fromkeys([one.own, *(key for _, key in (*one.fields, *one.methods))])
            for _, of_parameters in one.parameters:
                lists[of_parameters] = None
                sets |= dict.fromkeys(of_parameters)
    items = section(_ITEM, ((raw, raw) for key in sets for raw in key))
    places = section(_SET, ((key, _offsets([items[raw] for raw in key])) for key in sets if key), 4)
    lined = section(_LIST, ((key, _offsets([places.get(each, 0) for each in key])) for key in lists), 4)
    directories = []
    for name, one in told.items():
        counts = len(one.fields), len(one.methods), len(one.parameters)
        raw = struct.pack("<4I", places.get(one.own, 0), *counts)
        raw += b"".join(struct.pack("<2I", number, places[key]) for number, key in (*one.fields, *one.methods))
        raw += b"".join(struct.pack("<2I", number, lined[key]) for number, key in one.parameters)
        directories.append((name, raw))
    found: dict[bytes, int] = section(_DIRECTORY, directories, 4)
    return found


def _annotated(cls: OutClass, ids: Ids) -> _Annotated:
    found = _Annotated(_set(cls.annotations, ids), [], [], [])
    for field in cls.fields:
        if field.annotations:
            found.fields.append((ids.field[cls.name, field.name, field.shape], _set(field.annotations, ids)))
    for method in cls.methods:
        number = ids.method[cls.name, method.name, method.shape]
        if method.annotations:
            found.methods.append((number, _set(method.annotations, ids)))
        if any(method.parameter_annotations):
            found.parameters.append((number, tuple(_set(each, ids) for each in method.parameter_annotations)))
    found.fields.sort()
    found.methods.sort()
    found.parameters.sort()
    return found


def _set(annotations: Sequence[Annotation], ids: Ids) -> Set:
    """Return the items of a set, one of a kind and sorted, as the format has it."""
    if not annotations:
        return ()
    once = {one.type: one for one in annotations}
    ordered = sorted(once.values(), key=lambda one: ids.type[one.type])
    return tuple(bytes((one.visible,)) + encode_annotation(one, ids) for one in ordered)


def _offsets(places: list[int]) -> bytes:
    return struct.pack(f"<{len(places) + 1}I", len(places), *places)
