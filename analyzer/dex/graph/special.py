"""Steps that the constants of a method decide: components started, classes named for reflection, layouts inflated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from analyzer.dex.arrays import Flags, Ints

from .code import Code
from .decode import POLYMORPHIC
from .definitions import Definitions
from .implicit import LINKS, PHASES, Callbacks, coded
from .kinship import Kinship
from .names import Names
from .pairs import among, flags
from .passed import passing_methods
from .plan import OWN, ClassRule, Inflation, LinkKind, Phase, Plan

_BODY, _CLASS, _INITIALIZER = 0, 2, 3  # as in `steps`
BY_NAME = ("Ljava/lang/Class;->forName(*", "Ljava/lang/ClassLoader;->loadClass(*")
CREATES = ("Ljava/lang/Class;->newInstance(*", "Ljava/lang/reflect/Constructor;->newInstance(*")
MEMBER = ("Ljava/lang/Class;->getMethod(*", "Ljava/lang/Class;->getDeclaredMethod(*")
REFLECTION = (*BY_NAME, *CREATES, *MEMBER)
_ACTIVITY = "Landroid/app/Activity;"
_CLICKS = ("(Landroid/view/View;)", "(Landroid/view/MenuItem;)")
"""What a method must take to be named by ``android:onClick`` of a view, of an item of a menu."""
_ATTRIBUTES, _STRING = "Landroid/util/AttributeSet;", "Ljava/lang/String;"
_OF_CLASS = "Ljava/lang/Class;"

Row = tuple[int, int, int, int, int, int, int, int]


class Special:
    """Reads the constants of those methods that could use them in one of these ways."""

    def __init__(
        self, plan: Plan, listed: Mapping[int, list[str]], code: Code, names: Names, kin: Kinship,
        defined: Definitions, callbacks: Callbacks, fields: Mapping[tuple[str, str], int],
    ) -> None:  # fmt: skip
        """Take which called methods the rules mean (``listed``), and static values of R classes (``fields``)."""
        self._plan, self._listed, self._code, self._names = plan, listed, code, names
        self._kin, self._defined, self._callbacks = kin, defined, callbacks
        self._rules: dict[str, list[ClassRule]] = defaultdict(list)
        for rule in plan.implicit.classes:
            if rule.argument != OWN:
                self._rules[rule.method].append(rule)
        self._by_method: dict[int, list[ClassRule]] = {}
        self._made: dict[int, list[tuple[int, int, int]]] = {}
        self._is_listed: Flags = flags(len(names.method_type), np.array(sorted(listed), np.int64))
        self._resources = self._resource_uses(fields)
        items = flags(len(code.first) - 1, np.array(sorted(self._resources), np.int64))
        # Calls that only say what becomes of an intent are no reason to look at a method.
        causes = frozenset((*self._rules, *REFLECTION))
        is_cause = [method for method, patterns in listed.items() if not causes.isdisjoint(patterns)]
        rows = self._calls(np.arange(len(code.kind)), flags(len(names.method_type), np.array(is_cause, np.int64)))
        items[code.item[rows]] = True
        self._passed = passing_methods(code, names, defined, self._passing, self._names_component)
        """Methods of the package that are given a class, and what becomes of it."""
        passing = flags(len(names.method_type), np.array(sorted(self._passed), np.int64))
        items[code.item[self._calls(np.arange(len(code.kind)), passing)]] = True
        self._is_listed |= passing
        self._named: dict[int, list[ClassRule]] = defaultdict(list)
        """Rules about the classes that a body's own code names."""
        self._find_named()
        items[self._defined.item[list(self._named)]] = True
        self._items: Flags = items

    def _calls(self, rows: Ints, wanted: Flags) -> Ints:
        """Return the rows that call one of the wanted methods."""
        calls = rows[self._code.kind[rows] < POLYMORPHIC]
        return calls[wanted[self._code.target[calls]]]

    def _passing(self, uses: Sequence[tuple[int, int]]) -> list[tuple[ClassRule, Phase]]:
        """Return the rules about calls that are given a class, with the phases in which their classes are created."""
        return [
            (rule, phase)
            for at, method in uses
            for rule in self._rules_of(method)
            if self._parameter(rule, method) == _OF_CLASS
            for _, _, phase in self._places(rule, (at, method), uses)
        ]

    def _parameter(self, rule: ClassRule, method: int) -> str | None:
        """Return the type of the parameter that a rule means."""
        parameters = self._names.parameters(method)
        known = 0 <= rule.argument < len(parameters)
        return self._names.descriptor(parameters[rule.argument]) if known else None

    def _names_component(self, item: int) -> bool:
        return any(kind == "class" and text in self._plan.components for _, kind, text in self._code.loads(item))

    def _find_named(self) -> None:
        for rule in self._plan.implicit.classes:
            if rule.argument != OWN:
                continue
            owner, _, member = rule.method.partition("->")
            kind = self._names.type(owner)
            for shape in self._names.shapes_like(member) if kind >= 0 else ():
                for body in np.flatnonzero(self._defined.shape == shape).tolist():
                    if bool(self._kin.is_below(self._defined.type[[body]], np.array([kind]))[0]):
                        self._named[body].append(rule)

    def _resource_uses(self, fields: Mapping[tuple[str, str], int]) -> Mapping[int, list[tuple[int, int]]]:
        """Return (offset, resource id) of everything that can be inflated, by code item."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        wanted = frozenset(self._plan.inflations)
        if not wanted:
            return found
        item, at, value = self._code.literals
        for place in np.flatnonzero(among(value, np.array(sorted(wanted), np.int64))).tolist():
            found[int(item[place])].append((int(at[place]), int(value[place])))
        for number, offset, field in zip(*(column.tolist() for column in self._code.resources), strict=True):
            held = fields.get(self._code.resource_field(number, field))
            if held is not None and held in wanted:
                found[number].append((offset, held))
        return found

    def steps(self, bodies: Ints, rows: Ints, owner: Ints) -> Ints:
        """Return the steps (owner and the columns of `Steps.extra`) of some bodies, whose sites are given."""
        found: list[Row] = []
        chosen = bodies[self._items[self._defined.item[bodies]]]
        if len(chosen):
            calls = np.flatnonzero(self._code.kind[rows] < POLYMORPHIC)
            calls = calls[self._is_listed[self._code.target[rows[calls]]]]
            by_body: dict[int, list[int]] = defaultdict(list)
            for row, body in zip(rows[calls].tolist(), owner[calls].tolist(), strict=True):
                by_body[body].append(row)
            for body in chosen.tolist():
                found += self._read(body, by_body.get(body, ()))
        return np.array(found, np.int64).reshape(-1, 8).T

    def _read(self, body: int, calls: Sequence[int]) -> list[Row]:
        item = int(self._defined.item[body])
        found: list[Row] = []
        for at, number in self._resources.get(item, ()):
            found += self._inflated(body, at, self._plan.inflations[number])
        if not calls and body not in self._named:
            return found
        texts: list[str] = []
        classes: list[str] = []
        for at, kind, text in self._code.loads(item):
            (texts if kind == "string" else classes).append(text)
            if kind == "class":
                found += self._given(self._named.get(body, ()), body, at, text)
        named = [number for text in dict.fromkeys(texts) if (number := self._class_named(text)) >= 0]
        loaded = [number for text in dict.fromkeys(classes) if (number := self._class(text)) >= 0]
        uses = [(int(self._code.at[row]), int(self._code.target[row])) for row in calls]
        for at, method in uses:
            for rule, phase in self._passed.get(method, ()):
                for number in (one for one in loaded if self._fits(rule, one)):
                    found += self._made_by(rule, body, at, number, phase, method)
            for rule in self._rules_of(method):
                wanted = self._wanted(rule, method, texts, loaded, named)
                for place, call, phase in self._places(rule, (at, method), uses) if wanted else ():
                    for number in wanted:
                        found += self._made_by(rule, body, place, number, phase, call)
        found += self._reflected(body, uses, texts, loaded, named)
        return list(dict.fromkeys(found))

    def _given(self, rules: Sequence[ClassRule], body: int, at: int, text: str) -> list[Row]:
        """Return the steps to a class that the code of a method names for whoever asks the method."""
        number = self._class(text)
        fitting = [rule for rule in rules if number >= 0 and self._fits(rule, number)]
        return [row for rule in fitting for row in self._made_by(rule, body, at, number, rule.phase, -1)]

    def _rules_of(self, method: int) -> Sequence[ClassRule]:
        listed = self._listed.get(method)
        if listed is None:
            return ()
        known = self._by_method.get(method)
        if known is None:
            known = [rule for pattern in dict.fromkeys(listed) for rule in self._rules.get(pattern, ())]
            self._by_method[method] = known
        return known

    def _places(
        self, rule: ClassRule, cause: tuple[int, int], uses: Sequence[tuple[int, int]]
    ) -> list[tuple[int, int, Phase]]:
        """Return (offset, method, phase) of the calls that create what a call names: those that use it, or itself."""
        found: list[tuple[int, int, Phase]] = []
        for patterns, phase in ((rule.sent, rule.phase), (rule.later, "system")):
            listed = frozenset(patterns)
            found += [(at, method, phase) for at, method in uses if not listed.isdisjoint(self._listed.get(method, ()))]
        unsent = frozenset(rule.unsent)
        if found or "*" in unsent or any(not unsent.isdisjoint(self._listed.get(method, ())) for _, method in uses):
            return found
        return [(*cause, rule.phase)]

    def _class(self, descriptor: str) -> int:
        number = self._names.type(descriptor)
        return number if number >= 0 and self._kin.defined[number] else -1

    def _class_named(self, text: str) -> int:
        """Return the class of the package that a text names: with dots, with slashes, or as a descriptor."""
        if "/" in text:
            return self._class(text if text.startswith("L") and text.endswith(";") else f"L{text};")
        return self._class(f"L{text.replace('.', '/')};") if "." in text else -1

    def _wanted(
        self, rule: ClassRule, method: int, texts: Sequence[str], loaded: Sequence[int], named: Sequence[int]
    ) -> list[int]:
        """Return the classes that a call is given, as far as constants of its method tell."""
        if rule.listed:
            given = [name for number in loaded for name in self._plan.services.get(self._names.descriptor(number), ())]
            return list(dict.fromkeys(number for name in given if (number := self._class(name)) >= 0))
        as_text = self._parameter(rule, method) == _STRING
        wanted = [number for number in (*(() if as_text else loaded), *named) if self._fits(rule, number)]
        if as_text and rule.base is None:
            answering = [name for text in texts for name in self._plan.by_action.get(text, ())]
            wanted += [number for name in answering if (number := self._class(name)) >= 0]
        return list(dict.fromkeys(wanted))

    def _fits(self, rule: ClassRule, number: int) -> bool:
        """Whether a rule means a class: a component, or a class below a type."""
        if (rule.base is None or rule.sent) and self._names.descriptor(number) not in self._plan.components:
            return False
        base = self._names.type(rule.base) if rule.base is not None else number
        return base >= 0 and bool(self._kin.is_below(np.array([number]), np.array([base]))[0])

    def _made_by(self, rule: ClassRule, body: int, at: int, number: int, phase: Phase, method: int) -> list[Row]:
        """Return the steps to what runs when a call makes the platform create an object."""
        found = self._create(body, at, number, rule.link, phase, rule.argument, method)
        for name in rule.runs:
            shapes = self._callbacks.named(number, name)
            for target in self._bodies(number, shapes):
                found.append(self._row(body, at, _BODY, target, rule.link, phase, rule.argument, method))
        return found

    def _reflected(
        self,
        body: int,
        uses: Sequence[tuple[int, int]],
        texts: Sequence[str],
        loaded: Sequence[int],
        named: Sequence[int],
    ) -> list[Row]:
        found: list[Row] = []
        for at, method in uses:
            patterns = self._listed.get(method, ())
            if any(pattern in BY_NAME for pattern in patterns):
                for number in named:
                    found += self._create(body, at, number, "reflected", "start", -2, method)
            if any(pattern in CREATES for pattern in patterns):
                for number in loaded:
                    found += self._create(body, at, number, "reflected", "start", -2, method)
            if any(pattern in MEMBER for pattern in patterns):
                for number in dict.fromkeys((*loaded, *named)):
                    for text in dict.fromkeys(texts):
                        shapes = list(self._names.shapes_named(text))
                        for target in self._bodies(number, shapes):
                            found.append(self._row(body, at, _BODY, target, "reflected", "start", -2, method))
        return found

    def _inflated(self, body: int, at: int, inflation: Inflation) -> list[Row]:
        found: list[Row] = []
        attributes = self._names.type(_ATTRIBUTES)
        # Neither a gesture nor start-up: what is created later is merely reachable.
        phases: list[tuple[str, Phase]] = [(name, "start") for name in inflation.classes]
        phases += [(name, "system") for name in inflation.later]
        for name, phase in phases:
            number = self._class(name)
            if number < 0:
                continue
            makers = [
                target
                for target in self._constructors(number)
                if attributes in self._names.parameters(int(self._defined.method[target]))
            ]
            if makers:
                found.append(self._row(body, at, _CLASS, number, "inflated", phase, -2, -1))
                found.append(self._row(body, at, _INITIALIZER, number, "inflated", phase, -2, -1))
                found += [self._row(body, at, _BODY, target, "inflated", phase, -2, -1) for target in makers]
                found += self._living(body, at, number, "inflated", phase, -1)
            else:
                found += self._create(body, at, number, "inflated", phase, -2, -1)
        for name in inflation.handlers:
            shapes = [
                shape
                for shape in self._names.shapes_named(name)
                if self._names.proto_text(int(self._names.shape_proto[shape])).startswith(_CLICKS)
            ]
            for target in self._handlers(int(self._defined.type[body]), shapes):
                found.append(self._row(body, at, _BODY, target, "gesture", "user", -2, -1))
        return found

    def _handlers(self, owner: int, shapes: Sequence[int]) -> list[int]:
        """Return the methods that a click runs: of the activity whose code shows the layout, or of any."""
        activity = self._names.type(_ACTIVITY)
        if activity < 0 or not shapes:
            return []
        if bool(self._kin.is_below(np.array([owner]), np.array([activity]))[0]):
            kinds = [owner, *self._kin.below.of(owner).tolist()]
        else:
            kinds = self._kin.below.of(activity).tolist()
        return list(dict.fromkeys(target for kind in kinds for target in self._bodies(kind, shapes)))

    def _bodies(self, number: int, shapes: Sequence[int]) -> list[int]:
        """Return the bodies that a class has for some shapes."""
        if not shapes:
            return []
        found = self._defined.resolve(np.full(len(shapes), number), np.array(shapes, np.int64))
        bodies = self._defined.body_of[found[found >= 0]]
        return bodies[bodies >= 0].tolist()  # type: ignore[no-any-return]  # numpy types tolist as Any

    def _constructors(self, number: int) -> list[int]:
        wanted = self._names.shapes_named("<init>")
        return [body for body in self._defined.bodies_of(number) if int(self._defined.shape[body]) in wanted]

    def _create(
        self, body: int, at: int, number: int, link: LinkKind, phase: Phase, argument: int, method: int
    ) -> list[Row]:
        """Return the steps of creating an object: the class comes to life, its simplest constructor and initialiser."""
        found = [self._row(body, at, _CLASS, number, link, phase, argument, method)]
        plain = self._names.shapes_like("<init>()V")
        targets = self._bodies(number, plain)
        found += [self._row(body, at, _BODY, target, link, phase, argument, method) for target in targets]
        found.append(self._row(body, at, _INITIALIZER, number, link, phase, argument, method))
        if link != "reflected":  # code that makes an object for itself is not the platform
            found += self._living(body, at, number, link, phase, method)
        return found

    def made(self, number: int) -> list[tuple[int, int, int]]:
        """Return (body, link, phase) of what runs on an object that the platform has made, because it has."""
        known = self._made.get(number)
        if known is None:
            found: dict[int, tuple[int, int, int]] = {}
            rows = self._callbacks.made(number)
            if not rows:
                self._made[number] = []
                return []
            shapes = np.array([row.shape for row in rows], np.int64)
            methods = self._defined.resolve(np.full(len(rows), number), shapes)
            bodies = np.where(methods >= 0, self._defined.body_of[methods], -1)
            for row, body in zip(rows, bodies.tolist(), strict=True):
                if body >= 0:
                    found.setdefault(body, (body, row.link, row.phase))
            known = self._made[number] = list(found.values())
        return known

    def _living(self, body: int, at: int, number: int, link: LinkKind, phase: Phase, method: int) -> list[Row]:
        found = []
        for target, own, when in self.made(number):
            word: LinkKind = "started" if link == "started" and LINKS[own] == "lifecycle" else LINKS[own]
            late: Phase = phase if phase != "start" else PHASES[when]
            found.append(self._row(body, at, _BODY, target, word, late, -2, method))
        return found

    @staticmethod
    def _row(body: int, at: int, mode: int, node: int, link: LinkKind, phase: Phase, argument: int, method: int) -> Row:
        number, when = coded(phase, link)
        return body, at, mode, node, number, when, argument, method
