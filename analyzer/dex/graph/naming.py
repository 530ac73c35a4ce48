"""Which class names which: what a class's code calls and creates, and what it extends. No dispatch is involved."""

from __future__ import annotations

import numpy as np

from analyzer.dex.arrays import Ints

from .code import Code
from .decode import HANDLE, NEW, STATIC_FIELD
from .definitions import Definitions
from .kinship import Kinship
from .names import Names
from .pairs import Numbers, Rows, unique

_HALF = 32
_LOWER = (1 << _HALF) - 1
_CHUNK = 1 << 17
"""Instructions looked at together: all at once would need several times the memory of the code's own columns."""


class Naming:
    """Naming and named classes, by descriptor."""

    def __init__(self, code: Code, names: Names, kin: Kinship, defined: Definitions) -> None:
        self._names = names
        owner = np.full(len(code.first) - 1, -1, np.int32)
        owner[defined.item[::-1]] = defined.type[::-1]  # of bodies that share their code the first one
        lower = np.flatnonzero(kin.super_of >= 0)
        self._size = kin.size
        found = [_packed(lower, kin.super_of[lower])]
        for begin in range(0, len(code.kind), _CHUNK):
            rows = slice(begin, begin + _CHUNK)
            kind, target = code.kind[rows], code.target[rows]
            of_method = (kind < NEW) | (kind == HANDLE)
            of_type = (kind == NEW) | (kind == STATIC_FIELD)
            named = np.full(len(target), -1, np.int32)
            named[of_type] = target[of_type]
            named[of_method] = names.method_type[target[of_method]]
            found.append(unique(_packed(owner[code.item[rows]], named)))
        pairs = np.concatenate(found)
        self._callees = _by_first(pairs, kin.size)
        self._callers = _by_first((pairs & _LOWER) << _HALF | pairs >> _HALF, kin.size)

    def callers(self, descriptor: str) -> list[str]:
        """Return the classes of the package that name a class."""
        return self._of(self._callers, descriptor)

    def callees(self, descriptor: str) -> list[str]:
        """Return the classes that a class of the package names."""
        return self._of(self._callees, descriptor)

    def _of(self, rows: Rows, descriptor: str) -> list[str]:
        number = self._names.type(descriptor)
        if not 0 <= number < self._size:
            return []
        return [self._names.descriptor(one) for one in rows.of(number).tolist()]


def _packed(left: Numbers, right: Numbers) -> Ints:
    """Return pairs of two different known numbers, each as one number."""
    keep = np.flatnonzero((left >= 0) & (right >= 0) & (left != right))
    found = left[keep].astype(np.int64)
    found <<= _HALF
    found |= right[keep]
    return found


def _by_first(pairs: Ints, size: int) -> Rows:
    """Return the second halves by the first ones, ascending, each once."""
    pairs = unique(pairs)
    first = np.searchsorted(pairs, np.arange(size + 1) << _HALF)
    return Rows(first, (pairs & _LOWER).astype(np.int32))
