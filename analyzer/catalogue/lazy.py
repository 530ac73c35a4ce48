"""A read-only mapping whose rows become objects when they are first looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class LazyTable[K, V](Mapping[K, V]):
    """Maps ids to rule objects over plain data, each row as data or as its JSON text (bytes).

    Two threads that build one row build equal rows: no lock is needed.
    """

    __slots__ = ("_built", "_make", "_plain")

    def __init__(self, plain: Mapping[K, Any], make: Callable[[K, Any], V]) -> None:
        self._plain = plain
        self._make = make
        self._built: dict[K, V] = {}

    def __getitem__(self, key: K) -> V:
        row = self._built.get(key)
        if row is None:
            plain = self._plain[key]
            if isinstance(plain, bytes):
                plain = json.loads(plain)
            row = self._built[key] = self._make(key, plain)
        return row

    def __iter__(self) -> Iterator[K]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __contains__(self, key: object) -> bool:
        return key in self._plain

    def __repr__(self) -> str:
        return f"LazyTable({len(self)} rows)"
