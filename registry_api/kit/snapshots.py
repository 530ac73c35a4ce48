"""Figures that cost seconds on a full record, kept for as long as nothing on the record has changed.

Whatever changes what a figure counts is written to the trail in the same transaction; so figures are right as long as
the end of the trail is where it was. What is not told there (how far runs are) belongs into the caller's key.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.trail.models import TrailEntry

_MOST = 64
_kept: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
_lock = threading.Lock()


def kept_while_unchanged[T](session: Session, key: Hashable, compute: Callable[[], T]) -> T:
    """Return ``compute()``, or what it returned before for ``key`` if the trail has not grown since then."""
    place = (str(session.get_bind().url), key)  # type: ignore[union-attr]  # sessions are bound to engines here
    head = session.exec(select(sa.func.max(col(TrailEntry.seq)))).one() or 0
    with _lock:
        found = _kept.get(place)
        if found is not None and found[0] == head:
            _kept.move_to_end(place)
            return found[1]  # type: ignore[no-any-return]  # what the same key was computed for
    value = compute()
    with _lock:
        _kept[place] = (head, value)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return value
