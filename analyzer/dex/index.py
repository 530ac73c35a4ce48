"""The index over all DEX files of one app: the façade of this package."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from analyzer.model.record import dataclass

from . import mutf8
from .arrays import Flags
from .bodies import Bodies, read_bodies
from .classdata import ClassData
from .flow import Evaluator, Place, Program, Searched
from .header import read_headers
from .hierarchy import Hierarchy
from .problem import DamagedError, Problem
from .query import Hits, Query, Site, SiteKind
from .resolve import Resolver
from .strings import Needles
from .sweep import CALL_SITE, FIELD, HANDLE, METHOD, STRING, TYPE, narrow, readable_irregular, sweep
from .tables import DexFile
from .values import call_site_methods, constant_return, loaded_strings, static_strings, string_indices, value_arrays

_KIND_NAMES: dict[int, SiteKind] = {
    METHOD: "call",
    FIELD: "field",
    STRING: "string",
    TYPE: "type",
    CALL_SITE: "call",
    HANDLE: "call",
}


@dataclass(frozen=True, slots=True)
class FoundString:
    """A string that a search found."""

    dex: str
    value: str


@dataclass(frozen=True, slots=True)
class _Part:
    """One readable logical file with its code."""

    dex: DexFile
    bodies: Bodies


class DexIndex:
    """All DEX files of one app. Holds their bytes; drop it to free them."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Index ``(name, bytes)`` pairs in order: of classes defined twice the first counts, as on a phone."""
        self._parts: list[_Part] = []
        self._problems: list[Problem] = []
        self.dex_bytes = 0
        for name, data in files:
            self.dex_bytes += len(data)
            headers, damage = read_headers(data)
            if damage:
                self._problems.append(Problem(name, "file", damage))
            for number, header in enumerate(headers):
                self._add(name if len(headers) == 1 else f"{name}!{number}", DexFile, (data, header))
        self._hierarchy = Hierarchy([part.dex for part in self._parts])

    def _add(self, name: str, make: type[DexFile], source: tuple[bytes, object]) -> None:
        try:
            dex = make(name, *source)  # type: ignore[arg-type]  # data and header, as read above
        except DamagedError as damage:
            self._problems.append(Problem(name, "file", str(damage)))
            return
        defined: ClassData = dex.class_data
        if defined.damaged:
            self._problems.append(
                Problem(name, "class_data", f"the members of {defined.damaged} classes cannot be read")
            )
        bodies = read_bodies(dex.data, dex.words, defined)
        lost = bodies.damaged
        if lost:
            self._problems.append(Problem(name, "code", f"the code of {lost} methods lies outside the file", lost))
        overlapping = int(bodies.irregular.sum())
        skipped = overlapping - len(readable_irregular(dex.words, bodies)) if overlapping else 0
        if skipped:
            why = f"{skipped} overlapping code items add up to more than is decoded"
            self._problems.append(Problem(name, "code", why, skipped))
        self._parts.append(_Part(dex, bodies))

    @property
    def parts(self) -> Sequence[_Part]:
        """The readable files with their code, in load order."""
        return self._parts

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read. Empty means that everything was."""
        return tuple(self._problems)

    @property
    def unreadable_methods(self) -> int:
        """Methods that were not read, as far as they can be counted; a whole file in `problems` comes on top."""
        return sum(problem.methods for problem in self._problems)

    @property
    def dex_files(self) -> int:
        """Logical DEX files that were read."""
        return len(self._parts)

    @cached_property
    def class_count(self) -> int:
        """Classes that the files define, each once."""
        return len(self._hierarchy.home)

    @property
    def method_count(self) -> int:
        """Methods with code that was read."""
        return sum(len(part.bodies.rows) for part in self._parts)

    def defines(self, descriptor: str) -> bool:
        """Whether a class, as ``Lpkg/Cls;``, is defined (not merely referred to)."""
        return mutf8.encode(descriptor) in self._hierarchy.home

    @cached_property
    def _class_names(self) -> list[str]:
        joined = b"\n".join(self._hierarchy.home)
        if joined.isascii() and joined.count(b"\n") == len(self._hierarchy.home) - 1:  # decoded all at once
            return sorted(joined.decode("ascii").split("\n"))
        return sorted(mutf8.decode(name) for name in self._hierarchy.home)

    def class_names(self) -> Sequence[str]:
        """Return the descriptors of all defined classes, sorted."""
        return self._class_names

    @cached_property
    def _slash_names(self) -> list[str]:
        return sorted([name[1:-1] for name in self._class_names])

    def slash_names(self) -> Sequence[str]:
        """Return the defined classes as ``pkg/Cls``, sorted by that form."""
        return self._slash_names

    def has_class_below(self, prefix: str) -> bool:
        """Whether a class is defined whose slash name is ``prefix`` or continues it at a segment border."""
        names = self._class_names
        for low in (f"L{prefix};", f"L{prefix}$", f"L{prefix}/"):
            at = bisect_left(names, low)
            if at < len(names) and names[at].startswith(low):
                return True
        return False

    def ancestors(self, descriptor: str) -> Iterator[str]:
        """Yield the known superclasses and interfaces of a class, nearest first."""
        return (mutf8.decode(name) for name in self._hierarchy.ancestors(mutf8.encode(descriptor)))

    def unknown_ancestor(self, descriptor: str) -> str | None:
        """Return the nearest superclass of a defined class that no file defines, `None` where there is none."""
        home, seen = self._hierarchy.home, set[bytes]()
        name = mutf8.encode(descriptor)
        while name in home and name not in seen:
            seen.add(name)
            above = self._hierarchy.parents(name)
            if not above:
                return None
            name = above[0]
        return mutf8.decode(name) if seen and name not in home else None

    def search_strings(self, pattern: re.Pattern[bytes]) -> list[FoundString]:
        """Return the strings in which ``pattern`` matches, by file and index.

        The expression sees raw MUTF-8 and must not be able to match a NUL byte, which separates strings.
        """
        return [
            FoundString(part.dex.name, mutf8.decode(raw))
            for part in self._parts
            for _, raw in part.dex.strings.search(pattern)
        ]

    def ending_strings(self, endings: Iterable[str]) -> list[FoundString]:
        """Return the strings that end with a dot and one of ``endings`` (ASCII), by file and index.

        Much cheaper than an expression that is anchored at the end.
        """
        wanted = frozenset(ending.encode() for ending in endings)
        return [
            FoundString(part.dex.name, mutf8.decode(raw))
            for part in self._parts
            for _, raw in part.dex.strings.ending(wanted)
        ]

    def find(self, query: Query) -> Hits:
        """Answer a query in one sweep over the code of all files."""
        resolver = Resolver(query, [part.dex for part in self._parts], self._hierarchy)
        texts = sorted(query.strings)
        strings = (Needles([mutf8.encode(text) for text in texts]), texts)
        types = {mutf8.encode(name): name for name in query.types}
        prefixes = sorted(mutf8.encode(text) for text in query.prefixes)
        sites: list[Site] = []
        for number in range(len(self._parts)):
            sites += self._sweep(number, resolver, strings, prefixes, types)
        return Hits(tuple(sites), self.defines, self.search_callers)

    def _sweep(
        self,
        number: int,
        resolver: Resolver,
        strings: tuple[Needles, list[str]],
        prefixes: list[bytes],
        types: dict[bytes, str],
    ) -> Iterator[Site]:
        part = self._parts[number]
        dex, bodies, flow = part.dex, part.bodies, self.flow
        methods = resolver.methods(dex)
        fields = resolver.field_refs(dex)
        texts = {
            index: text for index, text in zip(dex.strings.find(strings[0]), strings[1], strict=True) if index >= 0
        }
        texts.update((index, dex.strings.text(index)) for index in dex.strings.starting(prefixes))
        classes = {index: types[name] for index, name in enumerate(dex.type_names) if name in types} if types else {}
        targets: dict[int, dict[int, str]] = {METHOD: methods, FIELD: fields, STRING: texts, TYPE: classes}
        indirect: dict[tuple[int, int], list[int]] = {}
        lookups: dict[int, Flags] = {
            kind: dex.flags_for(list(found), max(65536, dex.strings.count if kind == STRING else 0))
            for kind, found in targets.items()
            if found
        }
        if methods:
            indirect = self._indirect(dex, methods)
            for kind in (CALL_SITE, HANDLE):
                wanted = [index for known, index in indirect if known == kind]
                if wanted:
                    lookups[kind] = dex.flags_for(wanted, 65536)
        first, rows = memoryview(bodies.first_row), memoryview(bodies.rows)
        name, signature = dex.name, dex.method_signature
        for item, at, opcode, kind, operand in sweep(dex.words, dex.data, bodies, narrow(lookups)):
            for method in rows[first[item] : first[item + 1]]:
                caller = signature(method)
                if kind in {CALL_SITE, HANDLE}:
                    for index in indirect[kind, operand]:
                        ref = signature(index)
                        yield Site("call", methods[index], ref, caller, name, at, opcode, flow, number, item)
                    continue
                target = ref = targets[kind][operand]
                if kind == METHOD:
                    ref = signature(operand)
                elif kind == FIELD:
                    ref = dex.field_signature(operand)
                yield Site(_KIND_NAMES[kind], target, ref, caller, name, at, opcode, flow, number, item)
        yield from self._overrides(part, resolver, flow, number)

    def _indirect(self, dex: DexFile, methods: dict[int, str]) -> dict[tuple[int, int], list[int]]:
        """Return the wanted methods behind call sites and method handles: (kind, index) → method indices."""
        try:
            sites, handles = call_site_methods(dex)
        except DamagedError as damage:
            self._note(Problem(dex.name, "code", f"call sites: {damage}"))
            return {}
        found = {(CALL_SITE, number): [m for m in named if m in methods] for number, named in enumerate(sites)}
        found |= {(HANDLE, number): [method] for number, method in enumerate(handles) if method in methods}
        return {key: named for key, named in found.items() if named}

    def _note(self, problem: Problem) -> None:
        if problem not in self._problems:
            self._problems.append(problem)

    @staticmethod
    def _overrides(part: _Part, resolver: Resolver, flow: Evaluator, number: int) -> Iterator[Site]:
        dex, bodies = part.dex, part.bodies
        wanted = resolver.defined(dex)
        if not wanted:
            return
        has_code = set(bodies.rows[dex.flags_for(list(wanted), len(dex.methods))[bodies.rows]].tolist())
        for method, target in wanted.items():
            if method in has_code:
                signature = dex.method_signature(method)
                yield Site("override", target, signature, signature, dex.name, 0, 0, flow, number, -1)

    @cached_property
    def flow(self) -> Evaluator:
        """Data flow over the code of all files, on demand."""
        return Evaluator(Program(self._parts, self._hierarchy))

    def search_callers(self) -> Searched:
        """Return a search for the callers of single methods, for data flow without a call graph."""

        def find(signatures: frozenset[str]) -> Iterator[tuple[str, Place]]:
            for site in self.find(Query(methods=signatures)).sites:
                yield site.target, (site.part, site.item, site.offset)

        return Searched(self.flow.program, find)

    def static_string(self, descriptor: str, name: str) -> str | None:
        """Return the text with which a static field begins, or `None` (no such class, field or constant)."""
        dex = self._hierarchy.home.get(mutf8.encode(descriptor))
        if dex is None:
            return None
        try:
            return static_strings(dex, dex.defined[mutf8.encode(descriptor)]).get(name)
        except DamagedError as damage:
            self._note(Problem(dex.name, "static_values", f"{descriptor}: {damage}"))
            return None

    def constant_return(self, descriptor: str, name: str) -> str | None:
        """Return the string that a method without parameters always returns, or `None`."""
        signature = f"{descriptor}->{name}()Ljava/lang/String;"
        for part, found, item in self._bodies_of(descriptor, name):
            if found == signature:
                return constant_return(part.dex, part.bodies, item)
        return None

    def loaded_strings(self, descriptor: str, name: str) -> list[str]:
        """Return the strings that the methods of a class with this name load, in order of the code."""
        found: list[str] = []
        for part, _, item in self._bodies_of(descriptor, name):
            found += loaded_strings(part.dex, part.bodies, item)
        return found

    def signatures(self, descriptor: str, name: str) -> set[str]:
        """Return the signatures of the methods of a class with this name that the files define or name."""
        owner, wanted = mutf8.encode(descriptor), f"{descriptor}->{name}("
        found = set()
        for part in self._parts:
            number = part.dex.type_numbers.get(owner)
            if number is not None:
                rows = np.flatnonzero(part.dex.method_class == number)
                found |= {text for row in rows.tolist() if (text := part.dex.method_signature(row)).startswith(wanted)}
        return found

    def strings_beginning(self, prefixes: Iterable[str]) -> list[str]:
        """Return the strings of the files that begin with one of some texts, each once."""
        wanted = sorted(mutf8.encode(text) for text in prefixes)
        if not wanted:
            return []
        found = (part.dex.strings.text(row) for part in self._parts for row in part.dex.strings.starting(wanted))
        return list(dict.fromkeys(found))

    def strings_among(self, texts: Iterable[str]) -> set[str]:
        """Return which of some texts are whole strings of the files."""
        wanted = sorted(set(texts))
        if not wanted:
            return set()
        needles = Needles([mutf8.encode(text) for text in wanted])
        return {
            text
            for part in self._parts
            for index, text in zip(part.dex.strings.find(needles), wanted, strict=True)
            if index >= 0
        }

    def _bodies_of(self, descriptor: str, name: str) -> Iterator[tuple[_Part, str, int]]:
        """Yield (file, signature, row of the code item) of the methods of a defined class with this name."""
        owner = mutf8.encode(descriptor)
        part = next((part for part in self._parts if self._hierarchy.home.get(owner) is part.dex), None)
        if part is None:
            return
        data, dex = part.dex.class_data, part.dex
        own = dex.method_class[data.method] == dex.type_numbers[owner]
        for row in np.flatnonzero(own & (data.code > 0)).tolist():
            signature, offset = dex.method_signature(int(data.method[row])), int(data.code[row])
            item = int(np.searchsorted(part.bodies.offset, offset))
            inside = item < len(part.bodies.offset) and int(part.bodies.offset[item]) == offset
            if inside and signature.startswith(f"{descriptor}->{name}("):
                yield part, signature, item

    def static_value_users(self, texts: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """Return for each text the (file, class) pairs that hold it as the initial value of a static field."""
        wanted = sorted(set(texts))
        needles = Needles([mutf8.encode(text) for text in wanted])
        users: dict[str, list[tuple[str, str]]] = {}
        for part in self._parts:
            dex = part.dex
            indices = {index: text for index, text in zip(dex.strings.find(needles), wanted, strict=True) if index >= 0}
            if not indices:
                continue
            for row, at in value_arrays(dex, indices):
                try:
                    held = string_indices(dex.data, at)
                except DamagedError as damage:
                    self._note(Problem(dex.name, "static_values", str(damage)))
                    continue
                owner = dex.type_name(int(dex.classes[row]["type"]))
                for index in dict.fromkeys(held):
                    if index in indices:
                        users.setdefault(indices[index], []).append((dex.name, owner))
        return users


def load(files: Iterable[tuple[str, bytes]]) -> DexIndex:
    """Index the DEX files of one app, ``(name, bytes)`` pairs in load order. Never raises for what they contain."""
    return DexIndex(files)
