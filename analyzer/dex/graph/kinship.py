"""Which class stands above which, over all DEX files and the platform together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.dex import mutf8
from analyzer.dex.arrays import Flags, Ints
from analyzer.dex.tables import NO_INDEX, DexFile

from .names import Names
from .pairs import Keys, Rows, flags, pair_ids, spread, unique
from .platform import Platform

_MAX_DEPTH = 256
"""Classes above each other; what stands deeper loses its ancestors. Real hierarchies end at about twenty."""
_MAX_ANCESTORS = 64
"""Average number of ancestors of a class beyond which a hierarchy is taken for an attack on memory."""


class Kinship:
    """Superclasses, ancestors and descendants by type number. The first file that defines a class wins."""

    def __init__(self, files: Sequence[DexFile], names: Names, platform: Platform) -> None:
        self._names, self._platform = names, platform
        self._platform_super: dict[int, int] = {}
        self.dropped = 0
        """Classes whose ancestors were not followed: rings, and hierarchies deeper or wider than any real one."""
        self.home_part, self.home_row = self._find_homes(files)
        child, parent, above = self._own_pairs(files)
        child, parent = self._add_platform(child, parent)
        self.size = len(names.type_names)
        """Number of types, those that only the platform names included."""
        grown = self.size - len(self.home_part)
        self.home_part = np.concatenate((self.home_part, np.full(grown, -1)))
        self.home_row = np.concatenate((self.home_row, np.full(grown, -1)))
        self.defined: Flags = self.home_part >= 0
        self.super_of: Ints = np.concatenate((above, np.full(self.size - len(above), -1)))
        child, parent = self._order(child, parent)
        first = self.super_of.copy()
        first[list(self._platform_super)] = list(self._platform_super.values())
        self.is_interface: Flags = flags(self.size, parent[parent != first[child]])
        """Types that stand above another one otherwise than as its superclass."""
        self.above = self._close(child, parent)
        """Ancestors by type, ascending, without the type itself."""
        owner = np.repeat(np.arange(self.size), np.diff(self.above.first))
        self._is_below = Keys(owner, self.above.values, self.size)
        self._owner = owner
        self._below: Rows | None = None

    @property
    def below(self) -> Rows:
        """Descendants by type, ascending, without the type itself."""
        if self._below is None:
            self._below = Rows.keep(self.above.values, self._owner, self.size)
        return self._below

    def is_below(self, lower: Ints, upper: Ints) -> Flags:
        """Return for each pair whether the first type is the second or stands below it."""
        found: Flags = (lower == upper) | (self._is_below.find(lower, upper) >= 0)
        return found

    def _find_homes(self, files: Sequence[DexFile]) -> tuple[Ints, Ints]:
        size = len(self._names.type_names)
        part, row = np.full(size, -1), np.full(size, -1)
        for number in range(len(files) - 1, -1, -1):
            types = self._names.types[number][files[number].classes["type"]]
            part[types] = number
            row[types[::-1]] = np.arange(len(types))[::-1]
        return part, row

    def _own_pairs(self, files: Sequence[DexFile]) -> tuple[Ints, Ints, Ints]:
        """Return (class, superclass or interface) pairs of the classes that count, and the superclass of each type."""
        above = np.full(len(self._names.type_names), -1)
        children, parents = [], []
        for number, dex in enumerate(files):
            types = self._names.types[number]
            own = types[dex.classes["type"]]
            counts = (self.home_part[own] == number) & (self.home_row[own] == np.arange(len(own)))
            supers = dex.classes["super"]
            rows = np.flatnonzero(counts & (supers != NO_INDEX))
            above[own[rows]] = types[supers[rows]]
            if len(unique(own)) == len(own):
                child, parent = dex.inheritance
                mine = self.home_part[types[child]] == number
                children.append(types[child[mine]])
                parents.append(types[parent[mine]])
                continue
            for row in np.flatnonzero(counts).tolist():
                found = [self._names.add_type(name) for name in dex.parents_of(row)]
                children.append(np.full(len(found), own[row]))
                parents.append(np.array(found, np.int64))
        empty = np.zeros(0, np.int64)
        return np.concatenate([empty, *children]), np.concatenate([empty, *parents]), above

    def _add_platform(self, child: Ints, parent: Ints) -> tuple[Ints, Ints]:
        """Add what the platform says of the types above the app's classes."""
        names, platform = self._names, self._platform
        pending = unique(parent[self.home_part[parent] < 0]).tolist()
        seen = set(pending)
        lower, upper = [], []
        while pending:
            number = pending.pop()
            for place, above in enumerate(platform.supers(names.descriptor(number))):
                found = names.add_type(mutf8.encode(above))
                if not place:
                    self._platform_super[number] = found
                if found < len(self.home_part) and self.home_part[found] >= 0:
                    continue  # the package brings its own copy: what it says of itself counts
                lower.append(number)
                upper.append(found)
                if found not in seen:
                    seen.add(found)
                    pending.append(found)
        return np.concatenate((child, np.array(lower, np.int64))), np.concatenate((parent, np.array(upper, np.int64)))

    def _order(self, child: Ints, parent: Ints) -> tuple[Ints, Ints]:
        """Return the pairs, each once, without those that close a ring."""
        if len(child):
            _, child, parent = pair_ids(child, parent)
        keep = child != parent
        own = child[~keep]
        self.super_of[own[self.super_of[own] == own]] = -1
        child, parent = child[keep], parent[keep]
        waiting = np.bincount(child, minlength=self.size)
        heirs = Rows.keep(parent, child, self.size)
        ready = np.flatnonzero(waiting == 0)
        levels = 0
        while len(ready) and levels < _MAX_DEPTH:
            below, _ = heirs.many(ready)
            waiting -= np.bincount(below, minlength=self.size)
            ready = unique(below[waiting[below] == 0])
            levels += 1
        stuck = waiting > 0
        stuck[ready] = True
        if not bool(stuck.any()):
            return child, parent
        keep = ~stuck[child]
        lost = self._ring_members(child[~keep], parent[~keep], stuck) if levels < _MAX_DEPTH else np.flatnonzero(stuck)
        self.dropped += len(lost)
        self.super_of[lost] = -1
        gone = np.zeros(self.size, np.bool_)
        gone[lost] = True
        return self._order(child[~gone[child]], parent[~gone[child]])

    def _ring_members(self, child: Ints, parent: Ints, stuck: Flags) -> Ints:
        """Return the classes that stand above themselves, of those that wait for each other."""
        inner = stuck[parent]
        child, parent = child[inner], parent[inner]
        while True:  # peel off what has no waiting heir: it only stands below a ring
            is_parent = np.zeros(self.size, np.bool_)
            is_parent[parent] = True
            keep = is_parent[child]
            if bool(keep.all()):
                break
            child, parent = child[keep], parent[keep]
        # A bridge between two rings counts too: its classes could not be loaded either.
        return unique(child)

    def _close(self, child: Ints, parent: Ints) -> Rows:
        """Return all ancestors by type, level by level from the top."""
        size = self.size
        first, count = np.zeros(size, np.int64), np.zeros(size, np.int64)
        parents = Rows.keep(child, parent, size)
        heirs = Rows.keep(parent, child, size)
        waiting = np.bincount(child, minlength=size)
        values = np.zeros(0, np.int64)
        ready = heirs.many(np.flatnonzero(waiting == 0))[0]
        waiting -= np.bincount(ready, minlength=size)
        ready = unique(ready[waiting[ready] == 0])
        while len(ready):
            direct, owner = parents.many(ready)
            places, which = spread(first[direct], count[direct])
            _, left, right = pair_ids(np.concatenate((owner, owner[which])), np.concatenate((direct, values[places])))
            if len(values) + len(right) > _MAX_ANCESTORS * size + (1 << 16):
                self.dropped += len(ready)  # and all below: they never become ready
                break
            count[ready] = np.bincount(left, minlength=len(ready))
            first[ready] = np.searchsorted(left, np.arange(len(ready))) + len(values)
            values = np.concatenate((values, right))
            below = heirs.many(ready)[0]
            waiting -= np.bincount(below, minlength=size)
            ready = unique(below[waiting[below] == 0])
        places, _ = spread(first, count)
        return Rows(np.concatenate(([0], np.cumsum(count))), values[places])
