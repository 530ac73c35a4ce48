"""A read-only mapping whose rows become objects when they are first looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any, overload


class LazyTable[K, V](Mapping[K, V]):
    """Maps ids to rule objects over plain data, each row as data or as its JSON text (bytes).

    Two threads that build one row build equal rows: no lock is needed.
    """

    __slots__ = ("_built", "_make", "_plain", "_whole")

    def __init__(self, plain: Mapping[K, Any], make: Callable[[K, Any], V]) -> None:
        self._plain = plain
        self._make = make
        self._built: dict[K, V] = {}
        self._whole: dict[K, V] | None = None

    def __getitem__(self, key: K) -> V:
        row = self._built.get(key)
        if row is None:
            plain = self._plain[key]
            if isinstance(plain, bytes):
                plain = json.loads(plain)
            row = self._built[key] = self._make(key, plain)
        return row

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get[D](self, key: K, /, default: D) -> V | D: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        """Return the row, or ``default``."""
        row = self._built.get(key)
        return row if row is not None else self[key] if key in self._plain else default

    def items(self) -> ItemsView[K, V]:
        """Return all rows with their ids; made once, for judging goes through them for every app."""
        return self._all().items()

    def values(self) -> ValuesView[V]:
        """Return all rows."""
        return self._all().values()

    def _all(self) -> dict[K, V]:
        if self._whole is None:
            self._whole = {key: self[key] for key in self._plain}
        return self._whole

    def __iter__(self) -> Iterator[K]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __contains__(self, key: object) -> bool:
        return key in self._plain

    def __repr__(self) -> str:
        return f"LazyTable({len(self)} rows)"
