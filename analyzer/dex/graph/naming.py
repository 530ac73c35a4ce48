"""Which class names which: what a class's code calls and creates, and what it extends. No dispatch is involved."""

from __future__ import annotations

import numpy as np

from analyzer.dex.arrays import Ints

from .code import Code
from .decode import HANDLE, NEW, STATIC_FIELD
from .definitions import Definitions
from .kinship import Kinship
from .names import Names
from .pairs import Rows, pair_ids


class Naming:
    """Naming and named classes, by descriptor."""

    def __init__(self, code: Code, names: Names, kin: Kinship, defined: Definitions) -> None:
        self._names = names
        owner = np.full(len(code.first) - 1, -1)
        owner[defined.item[::-1]] = defined.type[::-1]  # of bodies that share their code the first one
        of_type = (code.kind == NEW) | (code.kind == STATIC_FIELD)
        of_method = (code.kind < NEW) | (code.kind == HANDLE)
        target = code.target.astype(np.int64)
        named = np.full(len(target), -1)
        named[of_type] = target[of_type]
        named[of_method] = names.method_type[target[of_method]]
        naming = owner[code.item]
        lower = np.flatnonzero(kin.super_of >= 0)
        left: Ints = np.concatenate((naming, lower))
        right: Ints = np.concatenate((named, kin.super_of[lower]))
        keep = (left >= 0) & (right >= 0) & (left != right)
        _, left, right = pair_ids(left[keep], right[keep])
        self._size = kin.size
        self._callees = Rows.keep(left, right, kin.size)
        self._callers = Rows.keep(right, left, kin.size)

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
