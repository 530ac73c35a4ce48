"""The rules about calls that no instruction makes, worked out for one app: which reference stands for which call."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from analyzer.dex.arrays import Flags, Ints

from .definitions import Definitions
from .kinship import Kinship
from .names import Names
from .pairs import Rows, flags, unique
from .patterns import called_methods
from .plan import CallbackType, CallRule, ImplicitCalls, LinkKind, Phase
from .platform import Platform

PHASES: tuple[Phase, ...] = ("start", "user", "system")
LINKS: tuple[LinkKind, ...] = (
    "call", "dispatch", "scheduled", "callback", "gesture", "lifecycle", "class_init", "started", "inflated",
    "reflected",
)  # fmt: skip
_OBJECT = "Ljava/lang/Object;"


class Handed(NamedTuple):
    """A method that runs on an object because it was handed over, or because it exists."""

    shape: int
    link: int
    phase: int


def coded(phase: Phase, link: LinkKind) -> tuple[int, int]:
    """Return the numbers of link and phase; what waits for the user is a gesture, whatever made it wait."""
    return _CODED[phase, link]


_CODED: dict[tuple[Phase, LinkKind], tuple[int, int]] = {
    (phase, link): (LINKS.index("gesture" if phase == "user" else link), number)
    for number, phase in enumerate(PHASES)
    for link in LINKS
}


class Callbacks:
    """What the platform calls on an object of each type."""

    def __init__(
        self, rules: Iterable[CallbackType], names: Names, kin: Kinship, defined: Definitions, platform: Platform
    ) -> None:
        self._names, self._kin, self._defined, self._platform = names, kin, defined, platform
        self._rules: dict[str, CallbackType] = {}
        self._patterns: list[tuple[re.Pattern[str], CallbackType]] = []
        for rule in rules:
            if "*" in rule.type:
                expression = ".*".join(re.escape(piece) for piece in rule.type.split("*"))
                self._patterns.append((re.compile(expression), rule))
            else:
                self._rules.setdefault(rule.type, rule)
        self._has_body = flags(len(names.shape_name), defined.shape)
        self._has_named_body = flags(len(names.names), names.shape_name[defined.shape])
        self._named: dict[tuple[int, str], list[int]] = {}
        self._run_names: dict[str, bool] = {}
        self._depths: list[int] = np.diff(kin.above.first).tolist()
        self._rule_of: dict[int, CallbackType | None] = {}
        self._bodies = Rows.keep(defined.shape, defined.type, len(names.shape_name))
        self._by_name: dict[int, dict[str, list[str]]] = {}
        self._handed: dict[int, list[Handed]] = {}
        self._made: dict[int, list[Handed]] = {}
        self._gestures: dict[int, frozenset[int]] = {}
        self._lines: dict[int, list[int]] = {}
        self._by_rule: dict[tuple[int, str], list[Handed]] = {}
        self._runs: dict[str, tuple[list[tuple[str, int, int]], tuple[int, int] | None]] = {}

    def rule_of(self, kind: int) -> CallbackType | None:
        """Return the rule for a type itself."""
        if kind not in self._rule_of:
            text = self._names.descriptor(kind)
            found = self._rules.get(text)
            if found is None:
                found = next((rule for pattern, rule in self._patterns if pattern.fullmatch(text)), None)
            self._rule_of[kind] = found
        return self._rule_of[kind]

    def lineage(self, kind: int) -> list[int]:
        """Return a type and what stands above it, the most specific first."""
        known = self._lines.get(kind)
        if known is None:
            above = self._kin.above.of(kind).tolist()
            known = [kind, *sorted(above, key=lambda number: (-self.depth(number), self._names.type_names[number]))]
            self._lines[kind] = known
        return known

    def depth(self, kind: int) -> int:
        """Return how many types stand above one."""
        return self._depths[kind]

    def _platform_methods(self, kind: int) -> dict[str, list[str]]:
        """Return the methods of a type of the platform by name, those left out under whose name nothing could run."""
        known = self._by_name.get(kind)
        if known is None:
            grouped = defaultdict(list)
            for member in self._platform.methods(self._names.descriptor(kind)):
                name = member.partition("(")[0]
                if self._is_run(name):
                    grouped[name].append(member)
            known = self._by_name[kind] = dict(grouped)
        return known

    def _declared_shapes(self, kind: int) -> list[int]:
        """Return the overridable methods that a class of the package declares itself."""
        first = self._defined.first_virtual
        return self._defined.virtual_shape[first[kind] : first[kind + 1]].tolist()  # type: ignore[no-any-return]  # numpy

    def named(self, kind: int, name: str) -> list[int]:
        """Return the shapes of a type's methods of one name; of its descendants' where nobody knows the type's own."""
        known = self._named.get((kind, name))
        if known is None:
            known = self._named[kind, name] = self._find_named(kind, name) if self._is_run(name) else []
        return known

    def _is_run(self, name: str) -> bool:
        """Whether the package has code under a method name: most of what a platform could call it does not define."""
        if name not in self._run_names:
            number = self._names.name(name)
            self._run_names[name] = number >= 0 and bool(self._has_named_body[number])
        return self._run_names[name]

    def _find_named(self, kind: int, name: str) -> list[int]:
        names = self._names
        found = {shape for member in self._platform_methods(kind).get(name, ()) for shape in names.shapes_like(member)}
        wanted = names.shapes_named(name)
        for above in self.lineage(kind):
            if self._kin.defined[above]:
                found.update(shape for shape in self._declared_shapes(above) if shape in wanted)
            elif above != kind:
                found.update(
                    shape
                    for member in self._platform_methods(above).get(name, ())
                    for shape in names.shapes_like(member)
                )
        if not found and self._is_vague(kind):
            found = {shape for shape in wanted if self._runs_below(kind, shape)}
        return [shape for shape in sorted(found) if self._has_body[shape]]

    def _is_vague(self, kind: int) -> bool:
        """Whether nobody knows the methods of a type: what its descendants define could be meant."""
        line = self.lineage(kind)
        if self._names.descriptor(kind) == _OBJECT:
            return True
        return not any(
            self._kin.defined[above] or self._platform.methods(self._names.descriptor(above))
            for above in line
            if self._names.descriptor(above) != _OBJECT
        )

    def _runs_below(self, kind: int, shape: int) -> bool:
        types = self._bodies.of(shape)
        return bool(self._kin.is_below(types, np.full(len(types), kind)).any())

    def _all(self, kind: int) -> list[int]:
        """Return the shapes of all methods of a type that subclasses can override, those of Object left out."""
        found = set(self._declared_shapes(kind)) if self._kin.defined[kind] else set()
        for members in self._platform_methods(kind).values():
            for member in members:
                found.update(self._names.shapes_like(member))
        basic = {"equals(Ljava/lang/Object;)Z", "hashCode()I", "toString()Ljava/lang/String;", "finalize()V",
                 "clone()Ljava/lang/Object;"}  # fmt: skip
        for member in basic:
            found.difference_update(self._names.shapes_like(member))
        return [shape for shape in sorted(found) if self._has_body[shape]]

    def by_rule(self, kind: int, rule: CallbackType) -> list[Handed]:
        """Return what a rule says runs on objects of a type."""
        known = self._by_rule.get((kind, rule.type))
        if known is None:
            known = self._by_rule[kind, rule.type] = self._find_by_rule(kind, rule)
        return known

    def _find_by_rule(self, kind: int, rule: CallbackType) -> list[Handed]:
        runs = self._runs.get(rule.type)
        if runs is None:
            # Names that the package has no code under are left out at once.
            named = [
                (name, *coded(phase, rule.link))
                for name, phase in rule.methods.items() if name != "*" and self._is_run(name)
            ]  # fmt: skip
            rest = rule.methods.get("*")
            runs = self._runs[rule.type] = named, None if rest is None else coded(rest, rule.link)
        found: dict[int, Handed] = {}
        for name, link, phase in runs[0]:
            for shape in self.named(kind, name):
                found.setdefault(shape, Handed(shape, link, phase))
        if runs[1] is not None:
            for shape in self._all(kind):
                found.setdefault(shape, Handed(shape, *runs[1]))
        return list(found.values())

    def handed_over(self, kind: int) -> list[Handed]:
        """Return what runs on an object that is given to the platform as a type."""
        known = self._handed.get(kind)
        if known is None:
            known = self._handed[kind] = [*self._ruled(kind), *self._unruled(kind)]
        return known

    def _ruled(self, kind: int, *, made: bool = False) -> list[Handed]:
        """Return what the rules of a type and of those above it say; ``made``: those about what the platform makes."""
        found: dict[int, Handed] = {}
        for above in self.lineage(kind):
            rule = self.rule_of(above)
            if rule is not None and not rule.alive and rule.made == made:
                for row in self.by_rule(above, rule):
                    found.setdefault(row.shape, row)
        return list(found.values())

    def _unruled(self, kind: int) -> Iterator[Handed]:
        """Yield the callbacks of a type that no rule decides over: neither the type's own nor one of those above it."""
        names, platform = self._names, self._platform
        if names.descriptor(kind) == _OBJECT or self.rule_of(kind) is not None:
            return
        settled = frozenset[str]().union(
            *(
                platform.methods(names.descriptor(above))
                for above in self.lineage(kind)
                if names.descriptor(above) != _OBJECT and self.rule_of(above) is not None
            )
        )
        for member in sorted(frozenset(platform.callbacks(names.descriptor(kind))) - settled):
            for shape in names.shapes_like(member):
                if self._has_body[shape]:
                    yield Handed(shape, *coded("start", "callback"))

    def all_of(self, kind: int, phase: Phase, link: LinkKind) -> list[tuple[int, Handed]]:
        """Return every method of a type with the type: as its rules say, or without any rule in the phase given.

        What rules say of the types below it alone, such as of dialogs among fragments, is added with those types.
        """
        made = self.made(kind)
        rows = [(kind, row) for row in made or self._ruled(kind)]
        if made:
            for below in self._kin.below.of(kind).tolist():
                own = self.rule_of(below)
                if own is not None and own.made:
                    rows += [(below, row) for row in self.by_rule(below, own)]
        found = {(one, row.shape): Handed(row.shape, coded(PHASES[row.phase], link)[0], row.phase) for one, row in rows}
        if not any(self.rule_of(above) is not None for above in self.lineage(kind)):
            for above in self.lineage(kind):
                if self._names.descriptor(above) != _OBJECT and (above == kind or self._kin.defined[above]):
                    for shape in self._all(above):
                        found.setdefault((kind, shape), Handed(shape, *coded(phase, link)))
        return [(one, row) for (one, _), row in found.items()]

    def made(self, kind: int) -> list[Handed]:
        """Return what runs on an object that the platform itself has made, besides what runs on every object."""
        known = self._made.get(kind)
        if known is None:
            known = self._made[kind] = self._ruled(kind, made=True)
        return known

    def with_gestures(self) -> list[int]:
        """Return the types that a rule says something of that the user's acts run."""
        return sorted(
            number
            for rule in self._rules.values()
            if "user" in rule.methods.values() and (number := self._names.type(rule.type)) >= 0
        )

    def gestures(self, kind: int) -> frozenset[int]:
        """Return the methods of a type that rules say the user's acts run."""
        known = self._gestures.get(kind)
        if known is None:
            user = PHASES.index("user")
            rule = self.rule_of(kind)
            rows = self.by_rule(kind, rule) if rule is not None and not rule.alive and not rule.made else []
            known = self._gestures[kind] = frozenset(row.shape for row in rows if row.phase == user)
        return known

    def alive(self) -> Iterator[tuple[int, Handed]]:
        """Yield (type, method) of all that runs on every object of a type, the most specific types first."""
        names, kinds = self._names, []
        listed = {names.type(rule.type) for rule in self._rules.values() if rule.alive}
        if self._patterns:
            listed.update(range(len(names.type_names)))
        for kind in listed:
            rule = self.rule_of(kind) if kind >= 0 else None
            if rule is not None and rule.alive:
                kinds.append((-self.depth(kind), names.type_names[kind], kind, rule))
        for _, _, kind, rule in sorted(kinds, key=lambda row: row[:2]):
            for row in self.by_rule(kind, rule):
                yield kind, row


class CallTable(NamedTuple):
    """What the call of a method makes run on its arguments: one row for each method that could run."""

    rows: Rows
    """By method: numbers of the rows below."""
    types: Ints
    shapes: Ints
    links: Ints
    phases: Ints
    arguments: Ints


def call_table(
    rules: ImplicitCalls, callbacks: Callbacks, called: Flags, names: Names, kin: Kinship, defined: Definitions,
    platform: Platform, annotated: Callable[[str], Iterable[tuple[int, int]]],
) -> CallTable:  # fmt: skip
    """Work out both kinds of rules: listed calls, and what is handed to a method outside of the package.

    ``annotated`` gives (type, shape) of the methods that bear an annotation.
    """
    by_pattern: dict[str, list[CallRule]] = defaultdict(list)
    for rule in rules.calls:
        by_pattern[rule.method].append(rule)
    listed = called_methods(by_pattern, called, names, kin, defined, platform)
    takes = _takers(callbacks, called, names, kin, defined)
    rows: list[tuple[int, int, int, int, int, int]] = []
    handed: list[tuple[int, int, int]] = []
    for method in sorted(takes.keys() | listed.keys()):
        settled = set()
        parameters: tuple[int, ...] = tuple(names.parameters(method))
        for rule in (rule for pattern in listed.get(method, ()) for rule in by_pattern[pattern]):
            kind = _type_of(rule.argument, parameters, int(names.method_type[method]))
            if kind < 0:
                continue
            settled.add(rule.argument)
            if rule.type is not None:
                kind = names.type(rule.type)
            for name in rule.runs if 0 <= kind < kin.size else ():
                coding = coded(rule.phase, rule.link)
                if name == "*":
                    found = callbacks.all_of(kind, rule.phase, rule.link)
                elif name.startswith("@"):
                    found = [(owner, Handed(shape, *coding)) for owner, shape in annotated(name[1:])]
                else:
                    found = [(kind, Handed(shape, *coding)) for shape in callbacks.named(kind, name)]
                rows += [(method, one, row.shape, row.link, row.phase, rule.argument) for one, row in found]
        if method in takes:
            handed += [
                (method, parameters[argument], argument) for argument in takes[method] if argument not in settled
            ]
    columns = np.concatenate((np.array(rows, np.int64).reshape(-1, 6).T, _handed_rows(handed, callbacks)), axis=1)
    index = Rows.keep(columns[0], np.arange(columns.shape[1]), len(names.method_type))
    return CallTable(index, columns[1], columns[2], columns[3], columns[4], columns[5])


def _handed_rows(handed: list[tuple[int, int, int]], callbacks: Callbacks) -> Ints:
    """Return the columns of a table for (method, type, argument): all that runs on an object given as that type."""
    method, kind, argument = np.array(handed, np.int64).reshape(-1, 3).T
    kinds = unique(kind)
    own = [(place, *row) for place, number in enumerate(kinds.tolist()) for row in callbacks.handed_over(number)]
    place, shape, link, phase = np.array(own, np.int64).reshape(-1, 4).T
    rows, which = Rows(np.searchsorted(place, np.arange(len(kinds) + 1)), np.arange(len(own))).many(
        np.searchsorted(kinds, kind)
    )
    return np.stack((method[which], kind[which], shape[rows], link[rows], phase[rows], argument[which]))


def _type_of(argument: int, parameters: tuple[int, ...], receiver: int) -> int:
    if argument < 0:
        return receiver
    return parameters[argument] if argument < len(parameters) else -1


def _takers(
    callbacks: Callbacks, called: Flags, names: Names, kin: Kinship, defined: Definitions
) -> dict[int, list[int]]:
    """Return the called methods of the platform with parameters on which it could call back: which parameters."""
    wanted = np.zeros(len(kin.defined), np.bool_)
    used = np.flatnonzero(flags(kin.size, names.parameter_types) & (np.diff(kin.below.first) > 0))
    for kind in used.tolist():
        if not kin.defined[kind] and callbacks.handed_over(kind):
            wanted[kind] = True
    rows = names.proto_parameters
    owner = np.repeat(np.arange(len(rows.first) - 1), np.diff(rows.first))
    hits = np.flatnonzero(wanted[rows.values])
    fitting = flags(len(rows.first) - 1, owner[hits])
    methods = np.flatnonzero(called & fitting[names.shape_proto[names.method_shape]])
    methods = methods[_outside(methods, names, kin, defined)]
    return {
        method: [number for number, kind in enumerate(names.parameters(method)) if wanted[kind]]
        for method in methods.tolist()
    }


def _outside(methods: Ints, names: Names, kin: Kinship, defined: Definitions) -> Flags:
    """Return for each method whether no class of the package declares what a reference to it names."""
    kind, shape = names.method_type[methods], names.method_shape[methods]
    above, which = kin.above.many(kind)
    place = np.concatenate((np.arange(len(methods)), which))
    known = names.keys.find(np.concatenate((kind, above)), shape[place])
    hit = known >= 0
    hit[hit] = defined.declared[known[hit]]
    return ~flags(len(methods), place[hit])
