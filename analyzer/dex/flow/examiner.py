"""Looks at single steps of a chain of calls: can the call run that method, does a consent flag decide over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from analyzer.dex import opcodes
from analyzer.model.record import dataclass

from .evaluate import Evaluator
from .guards import Guard, Guards, Words
from .linked import Graph, Linked, Platform
from .objects import Kinds, Objects

CONSENT_GUARD, DISPATCH_UNSURE, SDK_PREINIT = "consent_guard", "dispatch_unsure", "sdk_preinit"
"""Ids of `rules/weak_reasons.yaml`."""
KEEP, REFUTE = "keep", "refute"
_CROWD = 8
"""Classes whose objects are thrown together in one field or parameter, beyond which nobody knows which one is there."""
_HANDLES = frozenset({0xFC, 0xFD, opcodes.CONST_METHOD_HANDLE})
"""Instructions that make an object which calls a method."""
_WAITING = frozenset({"dispatch", "scheduled", "callback", "gesture"})


class Step(Protocol):
    """One step of a chain; `analyzer.dex.graph.Step` is one."""

    @property
    def part(self) -> int:
        """Number of the file that holds the caller."""

    @property
    def item(self) -> int:
        """Row of the caller's code item."""

    @property
    def offset(self) -> int:
        """Of the instruction in the caller, in code units."""

    @property
    def reference(self) -> str | None:
        """The method that the instruction names; `None` where it is not a call."""

    @property
    def link(self) -> str:
        """How the target is reached."""

    @property
    def argument(self) -> int | None:
        """Which declared parameter holds the object that decides: -1 the receiver; `None`: nothing decides."""

    @property
    def start(self) -> bool:
        """Whether the chain is one of *before consent*."""

    @property
    def lands(self) -> Callable[[str], bool]:
        """Whether the target is what runs on an object of a class."""


@dataclass(frozen=True, slots=True)
class Switch:
    """A call that turns an SDK's collection off."""

    call: str
    """Signature; ``(*`` for any arguments."""
    argument: int | None
    """The declared parameter that decides; `None`: the call by itself does."""
    stops: bool
    """The value that turns collection off."""
    sdk: str


@dataclass(frozen=True, slots=True)
class SdkCalls:
    """What SDKs' rule files say of calls before consent."""

    preinit: frozenset[str] = frozenset()
    """Signatures of calls that collect nothing; ``(*`` for any arguments."""
    switches: tuple[Switch, ...] = ()
    sdk_of: Callable[[str], str | None] = lambda _: None
    """To which SDK a class belongs."""


class Examiner:
    """Answers for each step ``keep``, ``refute``, or why it is doubtful."""

    def __init__(
        self, flow: Evaluator, graph: Graph, platform: Platform, words: Words, sdks: SdkCalls | None = None,
        holders: Mapping[str, frozenset[str]] | None = None,
    ) -> None:  # fmt: skip
        """Follow objects by ``graph``; the evaluator asks it for callers from now on. ``holders``: see `Objects`."""
        self._flow, self._sdks = flow, sdks or SdkCalls()
        linked = Linked(graph, flow.program, platform)
        flow.use(linked)
        self.objects = Objects(flow.program, linked, holders, flow)
        self.guards = Guards(flow, words)
        self._switches: Mapping[str, tuple[Switch, ...]] = {
            switch.call: tuple(other for other in self._sdks.switches if other.call == switch.call)
            for switch in self._sdks.switches
        }
        self._asked: dict[tuple[int, int, int, int], tuple[int, Kinds | None]] = {}
        self._guarded = frozenset(switch.sdk for switch in self._sdks.switches)

    def __call__(self, step: Step) -> str | tuple[str, str]:
        """Examine one step."""
        verdict = self._object(step)
        if verdict == REFUTE or not step.start:
            return verdict
        guard = self.guards.guard(step.part, step.item, step.offset)
        if guard is not None:
            return CONSENT_GUARD, guard.text
        return self._before_collection(step) or verdict

    def read_guard(self, places: Iterable[tuple[int, int, int]]) -> Guard | None:
        """Return the test that decides over reads at some places; `None` when one of them runs without a test."""
        found = [self.guards.guard(*place) for place in places]
        return found[0] if found and all(found) else None

    def _object(self, step: Step) -> str:
        argument = step.argument
        decides = argument is not None and step.reference is not None
        if not decides and step.link != "dispatch":
            return KEEP
        opcode, kinds = self._at(step, argument if decides and argument is not None else None)
        if step.link == "dispatch" and opcode in _HANDLES:
            return DISPATCH_UNSURE  # made here; whether anybody calls it is not followed
        if not decides:
            return KEEP
        if opcode not in opcodes.INVOKES:
            return KEEP if step.link not in _WAITING else DISPATCH_UNSURE
        return self._verdict(kinds, step.lands)

    def _at(self, step: Step, argument: int | None) -> tuple[int, Kinds | None]:
        """Return the opcode of a step's instruction and, where one decides, the classes of that argument."""
        key = (step.part, step.item, step.offset, -2 if argument is None else argument)
        known = self._asked.get(key)
        if known is None:
            opcode = self._flow.program.method(step.part, step.item).opcode(step.offset)
            kinds = None
            if argument is not None and opcode in opcodes.INVOKES:
                number = argument + (opcode not in opcodes.INVOKE_STATIC)
                kinds = self.objects.objects(step.part, step.item, step.offset, number)
            known = self._asked[key] = opcode, kinds
        return known

    @staticmethod
    def _verdict(kinds: Kinds | None, lands: Callable[[str], bool]) -> str:
        if kinds is None:
            return DISPATCH_UNSURE
        if not any(lands(one) for one in kinds.classes):
            return REFUTE
        return DISPATCH_UNSURE if kinds.shared and len(kinds.classes) > _CROWD else KEEP

    def _before_collection(self, step: Step) -> tuple[str, str] | None:
        """Return the doubt when the step calls an SDK that collects nothing yet, or was told not to."""
        reference = step.reference
        if reference is None:
            return None
        start = reference.partition("(")[0] + "(*"
        if reference in self._sdks.preinit or start in self._sdks.preinit:
            return SDK_PREINIT, reference
        sdk = self._sdks.sdk_of(reference.partition("->")[0]) if self._guarded else None
        if sdk not in self._guarded or self._switches_on(reference):
            return None
        switched = self._switched_off(step, sdk)
        return (SDK_PREINIT, switched) if switched else None

    def _switches_on(self, reference: str) -> Sequence[Switch]:
        return self._switches.get(reference) or self._switches.get(reference.partition("(")[0] + "(*", ())

    def _switched_off(self, step: Step, sdk: str | None) -> str | None:
        """Return the call before the step, in the same method, that last told the SDK to collect nothing."""
        method = self._flow.program.method(step.part, step.item)
        blocks = method.blocks
        late = method.number(step.offset)
        answer: str | None = None
        for number, at in enumerate(method.positions[:late]):
            signature = method.invoked(at)
            for switch in self._switches_on(signature) if signature else ():
                if switch.sdk != sdk or blocks is None or not blocks.dominates(number, late):
                    continue
                answer = signature if self._is_off(step, at, switch) else None
        return answer

    def _is_off(self, step: Step, at: int, switch: Switch) -> bool:
        if switch.argument is None:
            return switch.stops
        method = self._flow.program.method(step.part, step.item)
        number = switch.argument + (method.opcode(at) not in opcodes.INVOKE_STATIC)
        value = self._flow.argument(step.part, step.item, at, number)
        return value.kind == "int" and (value.text != "0") == switch.stops
