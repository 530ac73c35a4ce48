"""From the signatures of a query to the indices of one DEX file, inheritance included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from . import mutf8
from .hierarchy import Hierarchy
from .query import Query
from .strings import Needles
from .tables import DexFile

Column = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]
Member = tuple[bytes, bytes]
"""Name, and prototype (methods) or type (fields)."""


class Targets:
    """The members asked for, by name and shape, then by class."""

    def __init__(self, signatures: Iterable[str], separator: str) -> None:
        self.by_member: dict[Member, dict[bytes, str]] = defaultdict(dict)
        for signature in signatures:
            owner, arrow, member = signature.partition("->")
            if not arrow:
                continue
            name, found, shape = member.partition(separator)
            if not found:
                continue
            shape = separator + shape if separator == "(" else shape
            self.by_member[mutf8.encode(name), mutf8.encode(shape)][mutf8.encode(owner)] = signature
        self.names = Needles(sorted({name for name, _ in self.by_member}))
        self.classes = frozenset(owner for owners in self.by_member.values() for owner in owners)


@lru_cache(maxsize=6)
def _targets(signatures: frozenset[str], separator: str, _use: str) -> Targets:
    """Return the targets of one use; the rules ask the same of every app."""
    return Targets(signatures, separator)


class Resolver:
    """Finds in each file the member references that mean what was asked for."""

    def __init__(self, query: Query, files: Sequence[DexFile], hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy
        self.calls = _targets(query.methods, "(", "call")
        self.overrides = _targets(query.overrides, "(", "override")
        self.fields = _targets(query.fields, ":", "field")
        targets = (self.calls, self.overrides, self.fields)
        self._bits = {id(group): 1 << number for number, group in enumerate(targets)}
        marks = hierarchy.heirs([group.classes for group in targets])
        self._heirs = {id(dex): mark for dex, mark in zip(files, marks, strict=True)}

    def methods(self, dex: DexFile) -> dict[int, str]:
        """Return method index → signature asked for, in one file."""
        found = {}
        names, own = dex.type_names, dex.has_code
        for index, owners, member in self._members(dex, self.calls):
            owner = names[dex.method_class[index]]
            if owner in owners:
                found[index] = owners[owner]
            elif not own[index]:
                target = self._climb(owner, member, owners)
                if target is not None:
                    found[index] = target
        return found

    def defined(self, dex: DexFile) -> dict[int, str]:
        """Return the methods with code in this file that override or implement one asked for."""
        found = {}
        names, own = dex.type_names, dex.has_code
        for index, owners, _ in self._members(dex, self.overrides):
            if own[index]:
                for above in self._hierarchy.ancestors(names[dex.method_class[index]]):
                    if above in owners:
                        found[index] = owners[above]
                        break
        return found

    def field_refs(self, dex: DexFile) -> dict[int, str]:
        """Return field index → signature asked for, in one file."""
        found = {}
        names = dex.type_names
        rows = self._candidates(dex, self.fields, dex.fields["class"], dex.fields["name"])
        for index, (owner, shape, name) in zip(rows, dex.fields[rows].tolist(), strict=True):
            owners = self.fields.by_member.get((dex.strings.raw(name), names[shape]))
            if owners:
                target = self._climb(names[owner], None, owners)
                if target is not None:
                    found[index] = target
        return found

    def _members(self, dex: DexFile, targets: Targets) -> Iterator[tuple[int, dict[bytes, str], Member]]:
        """Yield the method references whose name and prototype are asked for of some class above theirs."""
        rows = self._candidates(dex, targets, dex.method_class, dex.method_name)
        raw, proto = dex.strings.raw, dex.proto
        for index, (_, shape, name) in zip(rows, dex.methods[rows].tolist(), strict=True):
            member = (raw(name), proto(shape))
            owners = targets.by_member.get(member)
            if owners:
                yield index, owners, member

    def _candidates(self, dex: DexFile, targets: Targets, classes: Column, names: Column) -> list[int]:
        """Return the rows whose class may inherit from a class asked for and whose name is one asked for."""
        if not targets.classes or not len(classes):
            return []
        name_indices = [index for index in dex.strings.find(targets.names) if index >= 0]
        if not name_indices:
            return []
        heirs = (self._heirs[id(dex)] & self._bits[id(targets)]) > 0
        fits = heirs[classes] & dex.flags_for(name_indices, dex.strings.count)[names]
        return np.flatnonzero(fits).tolist()

    def _climb(self, owner: bytes, member: Member | None, owners: dict[bytes, str]) -> str | None:
        """Return the signature asked for that a reference to ``owner`` means; `None` when an app class stands before.

        A class of the app that defines the method itself is what runs; if that calls on to the platform, its own call
        is the site.
        """
        if owner in owners:
            return owners[owner]
        if member is not None and self._defines(owner, member):
            return None
        for above in self._hierarchy.ancestors(owner):
            if above in owners:
                return owners[above]
            if member is not None and self._defines(above, member):
                return None
        return None

    def _defines(self, owner: bytes, member: Member) -> bool:
        dex = self._hierarchy.home.get(owner)
        if dex is None:
            return False
        return member in self._own_methods(dex, owner)

    def _own_methods(self, dex: DexFile, owner: bytes) -> set[Member]:
        known = dex.own_members.get(owner)
        if known is None:
            row, data = dex.defined[owner], dex.class_data
            low, high = data.class_row.searchsorted(row), data.class_row.searchsorted(row, "right")
            rows = data.method[low:high][data.code[low:high] > 0]
            raw, proto = dex.strings.raw, dex.proto
            known = {(raw(name), proto(shape)) for _, shape, name in dex.methods[rows].tolist()}
            dex.own_members[owner] = known
        return known
