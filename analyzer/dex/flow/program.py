"""All code of one package by signature: what data flow needs to go from one method to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from analyzer.dex import mutf8, native
from analyzer.dex.arrays import Flags
from analyzer.dex.bodies import Bodies
from analyzer.dex.hierarchy import Hierarchy
from analyzer.dex.opcodes import CONST_STRING, CONST_STRING_JUMBO
from analyzer.dex.strings import Needles
from analyzer.dex.tables import DexFile
from analyzer.model.record import dataclass

from .members import FINAL, PRIVATE, STATIC, Member, Members
from .method import Method

Place = tuple[int, int, int]
"""Number of the file, row of its code items, position in code units."""


class Part(Protocol):
    """One DEX file with its code."""

    @property
    def dex(self) -> DexFile:
        """The tables."""

    @property
    def bodies(self) -> Bodies:
        """The code items."""


class Callers(Protocol):
    """Who calls a method and who writes a field, over all files: the call graph, or a search for just these."""

    def callers(self, signature: str) -> Sequence[Place] | None:
        """Return every call site that may run this method of the package, `None` when they cannot be told."""

    def field_stores(self, signature: str) -> Sequence[Place] | None:
        """Return every instruction that writes this field of the package, `None` when they cannot be told."""


@dataclass(frozen=True, slots=True)
class Body:
    """A method of the package that has code."""

    part: int
    item: int
    signature: str
    """As defined: the class may stand above the one that a call names."""
    flags: int

    @property
    def is_static(self) -> bool:
        """Whether it has no receiver."""
        return bool(self.flags & STATIC)


class Program:
    """Looks up classes, members and code of a package. Nothing is read before it is asked for."""

    def __init__(self, parts: Sequence[Part], hierarchy: Hierarchy) -> None:
        """Take the readable files in load order."""
        self.parts = parts
        self.hierarchy = hierarchy
        self.callers: Callers | None = None
        """Set by who has a call graph. Without it nothing is known of what callers pass, and `wanted` says of whom."""
        self.wanted: set[str] = set()
        """Methods whose callers were asked for in vain."""
        self.misses = 0
        """How often that happened."""
        self._methods: dict[tuple[int, int], Method] = {}
        self._members: dict[str, Members | None] = {}
        self._bodies: dict[str, Body | None] = {}
        self._loaded: dict[tuple[int, frozenset[str]], Flags] = {}
        self._numbers = {id(part.dex): number for number, part in enumerate(parts)}

    def method(self, part: int, item: int) -> Method:
        """Return a decoded code item."""
        known = self._methods.get((part, item))
        if known is None:
            one = self.parts[part]
            known = self._methods[part, item] = Method(one.dex, one.bodies, item, part)
        return known

    def forget_methods(self) -> None:
        """Drop what was decoded; it is decoded again when it is asked for."""
        self._methods.clear()

    def forget_values(self) -> None:
        """Drop what was evaluated, not what was decoded."""
        for method in self._methods.values():
            method.values.clear()

    def may_load(self, part: int, item: int, texts: frozenset[str]) -> bool:
        """Whether a code item may load one of some texts, told without decoding it: false is certain."""
        key = (part, texts)
        flags = self._loaded.get(key)
        one = self.parts[part]
        if flags is None:
            found = one.dex.strings.find(_needles(texts))
            flags = one.dex.flags_for([index for index in found if index >= 0], max(65536, one.dex.strings.count))
            self._loaded[key] = flags
        start, end = int(one.bodies.start[item]), int(one.bodies.end[item])
        if start == end or one.bodies.irregular[item]:
            return start < end
        core = native.core()
        if core is not None:
            return core.may_load(one.dex.data, start, end, flags)
        units = one.dex.words[start:end]
        codes = units[:-1] & np.uint16(0xFF)
        if (codes == CONST_STRING_JUMBO).any():
            return True
        return bool(flags[units[1:][codes == CONST_STRING]].any())

    def signatures(self, part: int, item: int) -> list[str]:
        """Return the methods that use a code item: more than one where an optimiser let them share it."""
        one = self.parts[part]
        return [one.dex.method_signature(index) for index in one.bodies.methods_of(item)]

    def defines(self, descriptor: str) -> bool:
        """Whether a class is defined in the package."""
        return mutf8.encode(descriptor) in self.hierarchy.home

    def members(self, descriptor: str) -> Members | None:
        """Return what a class of the package defines, `None` for another class."""
        if descriptor not in self._members:
            name = mutf8.encode(descriptor)
            dex = self.hierarchy.home.get(name)
            self._members[descriptor] = Members(dex, dex.defined[name]) if dex is not None else None
        return self._members[descriptor]

    def part_of(self, descriptor: str) -> int:
        """Return the number of the file that defines a class of the package."""
        return self._numbers[id(self.hierarchy.home[mutf8.encode(descriptor)])]

    def above(self, descriptor: str) -> Iterator[str]:
        """Yield the known superclasses and interfaces of a class, nearest first."""
        return (mutf8.decode(name) for name in self.hierarchy.ancestors(mutf8.encode(descriptor)))

    def lineage(self, descriptor: str) -> Iterator[str]:
        """Yield a class, then what stands above it."""
        yield descriptor
        yield from self.above(descriptor)

    def body(self, signature: str) -> Body | None:
        """Return the code that a call of a method runs when it is called on the very class that is named."""
        if signature not in self._bodies:
            self._bodies[signature] = self._find_body(signature)
        return self._bodies[signature]

    def _find_body(self, signature: str) -> Body | None:
        owner, arrow, member = signature.partition("->")
        if not arrow or owner.startswith("["):
            return None
        for name in self.lineage(owner):
            members = self.members(name)
            found = members.methods.get(member) if members is not None else None
            if found is not None:
                return self._body(name, member, found) if found.code else None
        return None

    def _body(self, owner: str, member: str, found: Member) -> Body | None:
        part = self.part_of(owner)
        offsets = self.parts[part].bodies.offset
        item = int(offsets.searchsorted(found.code))
        if item >= len(offsets) or int(offsets[item]) != found.code:
            return None
        return Body(part, item, f"{owner}->{member}", found.flags)

    def own_bodies(self, descriptor: str) -> Iterator[Body]:
        """Yield the methods with code that a class of the package defines."""
        members = self.members(descriptor)
        for member, found in members.methods.items() if members is not None else ():
            body = self._body(descriptor, member, found) if found.code else None
            if body is not None:
                yield body

    @cached_property
    def _parents(self) -> frozenset[bytes]:
        names: set[bytes] = set()
        for part in self.parts:
            known = part.dex.type_names
            is_above = np.zeros(len(known), np.bool_)
            is_above[part.dex.inheritance[1].astype(np.uint32)] = True
            names.update([known[number] for number in np.flatnonzero(is_above).tolist()])
        return frozenset(names)

    def has_heirs(self, descriptor: str) -> bool:
        """Whether a class of the package extends or implements this one."""
        return mutf8.encode(descriptor) in self._parents

    def only_body(self, signature: str, *, exact: bool) -> Body | None:
        """Return the one body that a call can run; ``exact``: the call is static, direct or to a superclass."""
        body = self.body(signature)
        if body is None or exact or body.flags & (FINAL | PRIVATE | STATIC):
            return body
        owner = body.signature.partition("->")[0]
        members = self.members(owner)
        if members is not None and members.flags & FINAL:
            return body
        return None if self.has_heirs(signature.partition("->")[0]) or self.has_heirs(owner) else body

    def field(self, signature: str) -> tuple[str, Member] | None:
        """Return (class, definition) of a field of the package that an instruction names."""
        owner, _, member = signature.partition("->")
        for name in self.lineage(owner):
            members = self.members(name)
            found = members.fields.get(member) if members is not None else None
            if found is not None:
                return name, found
        return None

    def callers_of(self, signature: str) -> Sequence[Place] | None:
        """Return the call sites of a method, `None` when they are not known."""
        found = None if self.callers is None else self.callers.callers(signature)
        if found is None:
            self.wanted.add(signature)
            self.misses += 1
        return found

    def stores_of(self, signature: str, opcodes: frozenset[int]) -> list[Place] | None:
        """Return the instructions that write a field of the package, `None` when not all of them are known.

        A final or private field is only written in its class; of others the call graph knows.
        """
        found = self.field(signature)
        if found is None:
            return None
        owner, member = found
        if member.flags & (FINAL | PRIVATE):
            return list(self._stores_in(owner, member.index, opcodes))
        places = self.callers.field_stores(f"{owner}->{signature.partition('->')[2]}") if self.callers else None
        return None if places is None else list(places)

    def _stores_in(self, owner: str, index: int, wanted: frozenset[int]) -> Iterator[Place]:
        seen = set()
        for body in self.own_bodies(owner):
            bodies, words = self.parts[body.part].bodies, self.parts[body.part].dex.words
            start, end = int(bodies.start[body.item]), int(bodies.end[body.item])
            if body.item in seen or not (words[start:end] == index).any():
                continue
            seen.add(body.item)
            method = self.method(body.part, body.item)
            units = method.units
            for at in (np.flatnonzero(np.asarray(units[1 : end - start + 1]) == index)).tolist():
                if units[at] & 0xFF in wanted and method.begins(at):
                    yield body.part, body.item, at


@lru_cache(maxsize=4)
def _needles(texts: frozenset[str]) -> Needles:
    """Return texts as they are looked up: the rules ask every file for the same ones."""
    return Needles([mutf8.encode(text) for text in sorted(texts)])


class Searched:
    """`Callers` for a few methods, by one search; fields are not looked for."""

    def __init__(self, program: Program, find: Callable[[frozenset[str]], Iterable[tuple[str, Place]]]) -> None:
        """Take a search that yields (signature asked for, place) for a set of signatures."""
        self._program, self._find = program, find
        self._known: dict[str, list[Place]] = {}

    def look_for(self, signatures: Iterable[str]) -> None:
        """Search for the callers of some methods of the package."""
        names = {signature: set(self._references(signature)) for signature in sorted(signatures)}
        asked = frozenset(name for found in names.values() for name in found)
        places: dict[str, list[Place]] = {}
        for name, place in self._find(asked):
            places.setdefault(name, []).append(place)
        for signature, found in names.items():
            self._known[signature] = sorted({place for name in found for place in places.get(name, ())})

    def _references(self, signature: str) -> Iterator[str]:
        """Yield the method and those above it in the package through which it may be called."""
        owner, _, member = signature.partition("->")
        yield signature
        for name in self._program.above(owner):
            members = self._program.members(name)
            if members is not None and member in members.methods:
                yield f"{name}->{member}"

    def callers(self, signature: str) -> Sequence[Place] | None:
        """See `Callers`."""
        return self._known.get(signature)

    def field_stores(self, signature: str) -> Sequence[Place] | None:  # noqa: ARG002  # see `Callers`
        """See `Callers`: not looked for."""
        return None
