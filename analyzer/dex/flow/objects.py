"""Of which classes an object may be: followed backwards through moves, fields, parameters and results, over all code.

The answer is a set of classes that holds every class of an object which the package itself made, or `None` when it
cannot be told: the object comes from the platform, a collection, an array, or from too far away. Which caller passed
which object, and which object's field was read, is not told apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analyzer.dex import opcodes
from analyzer.model.record import dataclass

from . import made
from .assembled import constructor
from .evaluate import Evaluator
from .linked import Linked
from .method import NEW_ARRAY, Method, parameters
from .program import Body, Program

_MOST = 400
"""Places looked at for one object."""
_TARGETS = 8
"""Methods that one call may run before its result is given up."""
_CONSTRUCTORS = 3
"""Constructors entered to see what they give to those that they call."""
_EXACT = frozenset({0x6F, 0x70, 0x71, 0x75, 0x76, 0x77})
_DIRECT = frozenset({0x70, 0x76})
_STATIC_PUTS, _INSTANCE_PUTS = frozenset(range(0x67, 0x6E)), frozenset(range(0x59, 0x60))
_PASSED_ON = frozenset(
    {
        "Ljava/util/Objects;->requireNonNull(Ljava/lang/Object;)Ljava/lang/Object;",
        "Ljava/util/Objects;->requireNonNull(Ljava/lang/Object;Ljava/lang/String;)Ljava/lang/Object;",
        "Ljava/util/Optional;->of(Ljava/lang/Object;)Ljava/util/Optional;",
        "Ljava/util/Optional;->get()Ljava/lang/Object;",
    }
)
"""Methods that return what they are given first."""

Node = tuple[str, int, int, int, int] | tuple[str, str]
"""``("held", file, item, position, register)``, ``("word", file, item, number, 0)``, ``("result", file, item, 0, 0)``,
``("field", signature)``."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Classes that an object may be of."""

    classes: frozenset[str]
    """Descriptors; empty: there is never an object but null."""
    shared: bool
    """Whether fields or parameters were followed, so that several callers' objects are thrown together."""


@dataclass(frozen=True, slots=True)
class _Step:
    """What one place contributes: classes, and places to look at next."""

    classes: frozenset[str] = frozenset()
    next: tuple[Node, ...] = ()


class Objects:
    """Finds the classes of objects in one program."""

    def __init__(
        self, program: Program, linked: Linked, holders: Mapping[str, frozenset[str]] | None = None,
        flow: Evaluator | None = None,
    ) -> None:  # fmt: skip
        """Follow objects of ``program`` by the callers and writers that ``linked`` knows.

        ``flow`` tells the classes of objects that are made by reflection; without it these are not known.

        ``holders``: class → types of what its objects are made with and run later; an object of a holder counts as one
        of those classes, too.
        """
        self._program, self._linked, self._holders = program, linked, holders or {}
        self._flow = flow
        self._steps: dict[Node, _Step | None] = {}
        self._known: dict[Node, Kinds | None] = {}

    def objects(self, part: int, item: int, offset: int, argument: int) -> Kinds | None:
        """Return of which classes an argument of the invoke at ``offset`` may be: 0 is the first, the receiver too."""
        register = self._program.method(part, item).argument_register(offset, argument)
        return None if register is None else self.held(part, item, offset, register)

    def held(self, part: int, item: int, at: int, register: int) -> Kinds | None:
        """Return of which classes the object in a register may be just before ``at``; `None`: it cannot be told."""
        root: Node = ("held", part, item, at, register)
        if root not in self._known:
            self._known[root] = self._collect(root)
        return self._known[root]

    def _collect(self, root: Node) -> Kinds | None:
        classes: set[str] = set()
        seen: set[Node] = {root}
        stack: list[Node] = [root]
        while stack:
            node = stack.pop()
            if node not in self._steps:
                self._steps[node] = self._follow(node)
            step = self._steps[node]
            if step is None or len(seen) > _MOST:
                return None
            classes |= step.classes
            for other in step.next:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return Kinds(frozenset(classes), any(node[0] in {"word", "field"} for node in seen))

    def _follow(self, node: Node) -> _Step | None:
        if node[0] == "field":
            return self._stored(str(node[1]))
        _, part, item, at, register = node  # type: ignore[misc]  # the other form of a node was just ruled out
        if node[0] == "word":
            return self._passed(part, item, at)
        if node[0] == "result":
            return self._returned(part, item)
        method = self._program.method(part, item)
        definitions = method.definitions(at, register)
        if not definitions:
            return None
        return _all(self._defined(method, place) for place in sorted(definitions))

    def _defined(self, method: Method, place: int) -> _Step | None:  # noqa: PLR0911  # one for each kind of instruction
        part, item, dex = method.part, method.item, method.dex
        if place < 0:
            word = -1 - place - (method.registers - method.ins)
            return _Step(next=(("word", part, item, word, 0),)) if word >= 0 else None
        opcode, index = method.opcode(place), method.units[place + 1]
        if opcode in {opcodes.NEW_INSTANCE, NEW_ARRAY} and index < len(dex.types):
            descriptor = dex.type_name(index)
            held = self._held_types(descriptor)
            call = constructor(method, place) if held else None
            inner = () if call is None else tuple(self._made_with(method, call, held, _CONSTRUCTORS))
            return _Step(frozenset({descriptor}), inner)
        if opcode in {opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO}:
            return _Step(frozenset({"Ljava/lang/String;"}))
        if opcode == opcodes.CONST_CLASS:
            return _Step(frozenset({"Ljava/lang/Class;"}))
        if 0x12 <= opcode <= 0x15:  # null
            return _Step()
        if opcode in opcodes.FIELD_READS and index < len(dex.fields):
            return _Step(next=(("field", dex.field_signature(index)),))
        if opcode in opcodes.MOVE_RESULTS:
            call = method.before(place)
            return None if call is None else self._result(method, call)
        return None

    def _held_types(self, descriptor: str) -> frozenset[str]:
        if not self._holders:
            return frozenset()
        found = (self._holders.get(name, frozenset()) for name in self._program.lineage(descriptor))
        return frozenset[str]().union(*found)

    def _made_with(self, method: Method, call: int, held: frozenset[str], levels: int) -> Iterator[Node]:
        """Yield where what a constructor is given for its object to run is held, also what it gives to another one."""
        signature = method.invoked(call)
        if signature is None:
            return
        registers, word = method.words(call), 1
        for kind in parameters(("(" + signature.partition("(")[2]).encode(errors="replace")):
            if word < len(registers) and kind.decode(errors="replace") in held:
                yield ("held", method.part, method.item, call, registers[word])
            word += 2 if kind in {b"J", b"D"} else 1
        body = self._program.body(signature) if levels else None
        if body is None:
            return
        inner = self._program.method(body.part, body.item)
        for at, opcode in zip(inner.positions, inner.opcodes, strict=True):
            if opcode in _DIRECT and inner.words(at)[:1] == [inner.registers - inner.ins]:
                name = inner.invoked(at)
                if name is not None and "-><init>(" in name:
                    yield from self._made_with(inner, at, held, levels - 1)

    def _result(self, method: Method, call: int) -> _Step | None:
        signature = method.invoked(call)
        if signature is None:
            return None
        if signature in made.BY_REFLECTION:
            kinds = made.classes(self._flow.argument(method.part, method.item, call, 0)) if self._flow else None
            return None if kinds is None else _Step(kinds)
        if signature in _PASSED_ON:
            return _Step(next=(("held", method.part, method.item, call, method.words(call)[0]),))
        bodies = list(self._run(signature, exact=method.opcode(call) in _EXACT))
        if not bodies or len(bodies) > _TARGETS or None in bodies:
            return None
        return _Step(next=tuple(("result", body.part, body.item, 0, 0) for body in bodies if body is not None))

    def _run(self, signature: str, *, exact: bool) -> Iterator[Body | None]:
        only = self._program.only_body(signature, exact=exact)
        if only is not None or exact:
            yield only
            return
        if not self._program.defines(signature.partition("->")[0]):
            return  # of the platform: its own classes may answer too
        for target in self._linked.overrides(signature):
            yield self._program.body(target)

    def _returned(self, part: int, item: int) -> _Step | None:
        method = self._program.method(part, item)
        places = [at for at, opcode in zip(method.positions, method.opcodes, strict=True) if opcode == 0x11]
        live = None if method.is_straight or method.blocks is None else method.blocks.live
        return _Step(
            next=tuple(
                ("held", part, item, at, method.units[at] >> 8)
                for at in places
                if live is None or method.number(at) in live
            )
        )

    def _passed(self, part: int, item: int, word: int) -> _Step | None:
        steps = []
        for signature in self._program.signatures(part, item):
            body = self._program.body(signature)
            if word == 0 and body is not None and not body.is_static:
                owner = signature.partition("->")[0]
                steps.append(_Step(frozenset(self._linked.subtypes(owner))))
                continue
            places = self._linked.callers(signature)
            if not places:
                return None
            nodes: list[Node] = []
            for caller_part, caller_item, at in places:
                method = self._program.method(caller_part, caller_item)
                registers = method.words(at) if method.opcode(at) in opcodes.INVOKES else []
                if word >= len(registers):
                    return None
                nodes.append(("held", caller_part, caller_item, at, registers[word]))
            steps.append(_Step(next=tuple(nodes)))
        return _all(iter(steps))

    def _stored(self, signature: str) -> _Step | None:
        found = self._program.field(signature)
        if found is None:
            return None
        owner, _ = found
        places = self._linked.field_stores(f"{owner}->{signature.partition('->')[2]}")
        if places is None:
            return None
        nodes: list[Node] = []
        for part, item, at in places:
            head = self._program.method(part, item).units[at]
            register = head >> 8 if head & 0xFF in _STATIC_PUTS else head >> 8 & 15
            nodes.append(("held", part, item, at, register))
        return _Step(next=tuple(nodes))


def _all(steps: Iterator[_Step | None]) -> _Step | None:
    classes: frozenset[str] = frozenset()
    following: list[Node] = []
    for step in steps:
        if step is None:
            return None
        classes |= step.classes
        following += step.next
    return _Step(classes, tuple(dict.fromkeys(following)))
