"""Superclasses and interfaces over all DEX files together, with the platform's own above them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

import numpy as np

from .arrays import Bytes
from .platform import SUPERS
from .tables import DexFile

_MAX_CHAIN = 64
"""Ancestors looked at for one class; a hostile file can make a ring."""


class Hierarchy:
    """Answers which classes stand above a class. Descriptors are MUTF-8 bytes."""

    def __init__(self, files: Sequence[DexFile]) -> None:
        self._files = files
        self._parents: dict[bytes, tuple[bytes, ...]] = {}

    @cached_property
    def home(self) -> dict[bytes, DexFile]:
        """The file that defines a class; the first one wins, as on a phone."""
        home: dict[bytes, DexFile] = {}
        for dex in reversed(self._files):
            home.update(dict.fromkeys(dex.defined, dex))
        return home

    def parents(self, name: bytes) -> tuple[bytes, ...]:
        """Return the superclass, then the interfaces of a class, `()` for one that nobody knows."""
        known = self._parents.get(name)
        if known is None:
            dex = self.home.get(name)
            known = dex.parents_of(dex.defined[name]) if dex is not None else (SUPERS[name],) if name in SUPERS else ()
            self._parents[name] = known
        return known

    def ancestors(self, name: bytes) -> Iterator[bytes]:
        """Yield the classes and interfaces above ``name``, nearest first, each once."""
        seen = {name}
        line = [name]
        for _ in range(_MAX_CHAIN):
            above = []
            for child in line:
                for parent in self.parents(child):
                    if parent not in seen:
                        seen.add(parent)
                        above.append(parent)
                        yield parent
            if not above:
                return
            line = above

    def heirs(self, tops: Sequence[AbstractSet[bytes]]) -> list[Bytes]:
        """Return for each file, by type index, which sets of ``tops`` a class belongs to or inherits from.

        Bit n stands for ``tops[n]``; at most eight. All classes of a file are marked at once, then names that were
        marked in one file are carried to the others until nothing changes.
        """
        carried: dict[bytes, int] = {}
        for number, names in enumerate(tops):
            for name in names:
                carried[name] = carried.get(name, 0) | 1 << number
        self._mark_platform(carried)
        marks = [np.zeros(len(dex.types), np.uint8) for dex in self._files]
        fresh = carried
        while fresh:
            found: dict[bytes, int] = {}
            for dex, mark in zip(self._files, marks, strict=True):
                found |= self._spread(dex, mark, fresh, carried)
            for name, bits in found.items():
                carried[name] = carried.get(name, 0) | bits
            fresh = found
        return marks

    @staticmethod
    def _mark_platform(carried: dict[bytes, int]) -> None:
        for _ in range(_MAX_CHAIN):
            changed = False
            for name, above in SUPERS.items():
                bits = carried.get(name, 0) | carried.get(above, 0)
                if bits != carried.get(name, 0):
                    carried[name], changed = bits, True
            if not changed:
                return

    @staticmethod
    def _spread(dex: DexFile, mark: Bytes, fresh: dict[bytes, int], carried: dict[bytes, int]) -> dict[bytes, int]:
        """Mark one file's types by name, then down its own class tree; return the names that are new to the others."""
        names = dex.type_names
        if len(fresh) < len(names):
            numbers = dex.type_numbers
            for name, bits in fresh.items():
                number = numbers.get(name)
                if number is not None:
                    mark[number] |= bits
        else:
            for number, name in enumerate(names):
                if name in fresh:
                    mark[number] |= fresh[name]
        child, parent = dex.inheritance
        while True:
            inherited = mark[parent]
            changed = np.flatnonzero(inherited & ~mark[child])
            if not len(changed):
                break
            mark[child[changed]] |= inherited[changed]
        marked = np.flatnonzero(mark).tolist()
        values = mark[marked].tolist()
        return {names[n]: bits for n, bits in zip(marked, values, strict=True) if bits & ~carried.get(names[n], 0)}
