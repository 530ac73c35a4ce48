"""Statements that are made once: making one, and looking up how it is compiled, takes longer than its answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

_MOST = 500
_MADE: dict[Hashable, Any] = {}


def prepared[T](shape: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make`` made when it was last called for this shape.

    The shape is everything that goes into the statement, `scope_key` above all; what differs from request to request
    is a bound parameter.
    """
    found: T | None = _MADE.get(shape)
    if found is None:
        if len(_MADE) >= _MOST:
            _MADE.clear()
        found = _MADE[shape] = make()
    return found
