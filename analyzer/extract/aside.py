"""Work whose answer is a record: in a copy of this process where there can be one, else here.

A copy that fails costs time and nothing else, since the work is done again here, under the same guards. So what is
found never depends on whether there was a copy.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

from analyzer.model import read_record
from analyzer.model.base import fields_of

from .forked import Forked, ForkedError
from .memory import settle_memory

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 256 << 20
"""Of one answer."""


class Aside[R]:
    """One piece of work; call `answer` exactly once."""

    def __init__(self, kind: type[R], work: Callable[[], R], *, fork: bool) -> None:
        """Start ``work``; it must change nothing that is needed here. With ``fork`` this process has one thread."""
        self._kind, self._work = kind, work
        self._copy: Forked | None = None
        if fork:
            settle_memory()
            with contextlib.suppress(OSError):  # no more processes
                self._copy = Forked(lambda: _written(work()), MOST_BYTES)

    @property
    def is_copy(self) -> bool:
        """Whether the work is under way in a copy."""
        return self._copy is not None

    def answer(self) -> R:
        """Wait for the copy, or do the work now."""
        if self._copy is not None:
            with contextlib.suppress(ForkedError, ValueError):
                return read_record(self._kind, self._copy.answer())
        return self._work()


def _written(record: object) -> bytes:
    # Half a surrogate pair in a name is kept, where `record_json` replaces it: reading refuses it, and the work is done
    # again here.
    text = json.dumps(record, default=fields_of, check_circular=False, separators=(",", ":"))
    return text.encode("ascii")
