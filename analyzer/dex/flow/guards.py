"""Tests of flags that look like the user's consent, and the instructions that only run on one side of such a test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from analyzer.dex import opcodes
from analyzer.model.record import dataclass

from .evaluate import Evaluator
from .method import CONDITIONS, Method

_LEVELS = 2
"""Methods that are entered to find the flag that they return."""
_STEPS = 40
_WORK, _FAR, _USES = 1_500_000, 6000, 100
"""Instructions looked at in one method for all its branches, of which one register may take `_FAR`; at least `_USES`
registers are followed. More tests do not decide over one place in anything that is written by hand: what is not looked
at stays in doubt."""
_UNSEEN = "one of too many tests to look at"
_METHOD_UNITS = 300
_SWITCHES = frozenset({opcodes.PACKED_SWITCH_OP, opcodes.SPARSE_SWITCH_OP})
_BRANCHES = CONDITIONS | _SWITCHES
_ARITHMETIC_ONE = frozenset({*range(0x7B, 0x90), *range(0xD0, 0xE3)})
_ARITHMETIC_TWO = frozenset({*range(0x2D, 0x32), *range(0x90, 0x9B), *range(0xB0, 0xBB)})
_BOOLEAN, _PLAIN = "Ljava/lang/Boolean;", ("Z", "I", "Ljava/lang/Boolean;", "Ljava/lang/Integer;")
_PASSES = (
    "Ljava/lang/Boolean;->booleanValue(", "Ljava/lang/Boolean;->valueOf(", "Ljava/lang/Integer;->intValue(",
    "Ljava/lang/Boolean;->equals(", "Ljava/lang/String;->equals", "Ljava/lang/String;->isEmpty(",
    "Ljava/lang/String;->length(", "Ljava/lang/Integer;->parseInt(", "Ljava/lang/Boolean;->parseBoolean(",
    "Landroid/text/TextUtils;->isEmpty(", "Landroid/text/TextUtils;->equals(", "Ljava/util/Objects;->equals(",
    "Lkotlin/jvm/internal/Intrinsics;->areEqual(", "Ljava/lang/Object;->equals(",
)  # fmt: skip
"""Methods whose result tells what they are given."""
_IF_ZERO, _IF_NOT_ZERO, _XOR_LITERAL = 0x38, 0x39, 0xDF
_SHORT = 3
_MEANT = frozenset(
    {"add", "app", "day", "end", "fps", "get", "has", "hdr", "log", "net", "new", "now", "off", "old", "on", "pad",
     "row", "run", "sdk", "set", "ssl", "tab", "tv", "ui", "vip", "web"}
)  # fmt: skip
"""Short names that do say something."""


class Words(Protocol):
    """Tells what names of flags look like; from rules."""

    def getter(self, signature: str) -> int | None:
        """Return which declared parameter of a getter of stored flags is the name, `None` for other methods."""

    def is_consent(self, name: str) -> bool:
        """Whether the name of a key, field or method looks like the user's consent."""

    def sense(self, name: str) -> int:
        """Return 1 if a flag that is true says that the user has agreed, -1: not yet, 0: its name leaves that open."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A test on which it depends whether something runs."""

    flag: str
    """What is tested: ``preference "agreed"``, ``field La/B;->agreed``, ``method La/B;->isAgreed``."""
    place: str
    """Signature of the method that tests it."""

    @property
    def text(self) -> str:
        """Flag and place: ``preference "agreed" in La/App;->onCreate()V``."""
        return f"{self.flag} in {self.place}"


class Guards:
    """Finds such tests."""

    def __init__(self, flow: Evaluator, words: Words) -> None:
        """Evaluate with ``flow``; ``words`` tells consent from other flags."""
        self._flow, self._words = flow, words
        self._program = flow.program
        self._known: dict[tuple[int, int, int], Guard | None] = {}
        self._flags: dict[tuple[int, int, int], str | None] = {}
        self._testing: dict[tuple[int, int], bool] = {}
        self._uses: Counter[tuple[int, int]] = Counter()

    def guard(self, part: int, item: int, offset: int) -> Guard | None:
        """Return the test on one side of which alone the instruction at ``offset`` runs; the last one before it.

        Where a method has more tests than are looked at, one that was not looked at may be the user's consent: that is
        a guard, too, whose flag says so.
        """
        key = (part, item, offset)
        if key not in self._known:
            self._known[key] = self._find(part, item, offset)
        return self._known[key]

    def _find(self, part: int, item: int, offset: int) -> Guard | None:
        method = self._program.method(part, item)
        if method.is_straight or method.blocks is None:
            return None
        if not self._may_test(method):
            return None
        late = method.number(offset)
        place = self._program.signatures(part, item)[0]
        for number in method.blocks.deciding(late):
            at = method.positions[number]
            if method.opcodes[number] not in _BRANCHES:
                continue
            flag = self._tested(method, at, method.opcodes[number])
            if flag is not None and not self._is_refused(method, at, late):
                return Guard(flag, place)
        return None

    @staticmethod
    def _passes(method: Method, at: int, late: int, way: int) -> bool:
        """Whether an instruction runs only when a branch goes one way."""
        blocks, to = method.blocks, method.number(way)
        if blocks is None or not blocks.is_live(late) or to >= len(method.positions):
            return False
        return blocks.passes_edge(method.number(at), to, late)

    def _is_refused(self, method: Method, at: int, late: int) -> bool:
        """Whether an instruction runs only on the side of a test where the user has not agreed, beyond doubt."""
        opcode = method.opcode(at)
        if opcode not in {_IF_ZERO, _IF_NOT_ZERO}:
            return False
        jumps = self._passes(method, at, late, method.targets(at)[0])
        if jumps == self._passes(method, at, late, method.behind(at)):
            return False
        sense = self._sense(method, at, method.units[at] >> 8, _STEPS)
        # The register is not zero where the branch of "if not zero" jumps, and where that of "if zero" does not.
        return bool(sense) and (sense > 0) != (jumps == (opcode == _IF_NOT_ZERO))

    def _sense(self, method: Method, at: int, register: int, steps: int) -> int:
        """Return 1 if a register that is not zero says that the user has agreed, -1: not yet, 0 where that is open."""
        found = method.definitions(at, register)
        place = next(iter(found)) if found and len(found) == 1 else -1
        return self._sense_of(method, place, steps) if place >= 0 and steps else 0

    def _sense_of(self, method: Method, place: int, steps: int) -> int:
        """Return the same of what an instruction yields."""
        opcode, second = method.opcode(place), method.units[place + 1]
        if opcode == _XOR_LITERAL and second >> 8 == 1:
            return -self._sense(method, place, second & 0xFF, steps - 1)
        if opcode in opcodes.FIELD_READS and second < len(method.dex.fields):
            name, _, kind = method.dex.field_signature(second).partition("->")[2].partition(":")
            return self._words.sense(name) if kind in {"Z", _BOOLEAN} else 0
        call = method.before(place) if opcode in opcodes.MOVE_RESULTS else None
        signature = None if call is None else method.invoked(call)
        if call is not None and signature is not None:
            if signature.startswith("Ljava/lang/Boolean;->booleanValue("):
                return self._sense(method, call, method.words(call)[0], steps - 1)
            return self._sense_of_call(method, call, signature)
        return 0

    def _sense_of_call(self, method: Method, call: int, signature: str) -> int:
        number = self._words.getter(signature)
        name = signature.partition("->")[2].partition("(")[0]
        if not signature.endswith(")Z") or name.startswith("contains"):
            return 0
        if number is None or number < 0:
            return self._words.sense(name)
        value = self._flow.argument(
            method.part, method.item, call, number + (method.opcode(call) not in opcodes.INVOKE_STATIC)
        )
        senses = {self._words.sense(text) for text in value.texts}
        return senses.pop() if len(senses) == 1 and len(value.texts) == len(value.options) else 0

    def _may_test(self, method: Method) -> bool:
        """Whether a method reads a flag at all: those of its branches that decide need only be looked at then."""
        key = (method.part, method.item)
        if key not in self._testing:
            self._testing[key] = any(
                self._may_tell(method, at, opcode)
                for at, opcode in zip(method.positions, method.opcodes, strict=True)
                if opcode in opcodes.FIELD_READS or opcode in opcodes.INVOKES
            )
        return self._testing[key]

    def _may_tell(self, method: Method, at: int, opcode: int) -> bool:
        if opcode in opcodes.FIELD_READS:
            return self._field(method, method.units[at + 1]) is not None
        signature = method.invoked(at)
        if signature is None:
            return False
        if self._words.getter(signature) is not None:
            return True
        owner, _, member = signature.partition("->")
        return member.rpartition(")")[2] in _PLAIN and self._program.defines(owner)

    def _tested(self, method: Method, at: int, opcode: int) -> str | None:
        """Return the consent flag that the branch at ``at`` tests, `_UNSEEN` when there were too many before it."""
        key = (method.part, method.item, at)
        if key not in self._flags:
            seen = self._uses[key[:2]] <= max(_USES, _WORK // min(len(method.positions), _FAR))
            self._flags[key] = self._condition(method, at, opcode) if seen else _UNSEEN
        return self._flags[key]

    def _condition(self, method: Method, at: int, opcode: int) -> str | None:
        head = method.units[at]
        registers = [head >> 8] if opcode >= 0x38 or opcode in _SWITCHES else [head >> 8 & 15, head >> 12]
        for register in registers:
            flag = self._flag(method, at, register, _LEVELS)
            if flag is not None:
                return flag
        return None

    def _flag(self, method: Method, at: int, register: int, levels: int) -> str | None:
        """Return the consent flag that a register's value tells, through negations, boxes and comparisons."""
        pending, seen = [(at, register)], set[tuple[int, int]]()
        while pending and len(seen) < _STEPS:
            use = pending.pop()
            if use in seen:
                continue
            seen.add(use)
            self._uses[method.part, method.item] += 1
            for place in sorted(method.definitions(*use) or ()):
                flag = self._told(method, place, levels, pending)
                if flag is not None:
                    return flag
        return None

    def _told(self, method: Method, place: int, levels: int, pending: list[tuple[int, int]]) -> str | None:
        """Return the flag that an instruction reads, or add what its result is made of to ``pending``."""
        if place < 0:
            return None
        head, second = method.units[place], method.units[place + 1]
        opcode = head & 0xFF
        if opcode in opcodes.FIELD_READS:
            return self._field(method, second)
        if opcode in opcodes.MOVE_RESULTS:
            call = method.before(place)
            return None if call is None else self._call(method, call, levels, pending)
        if opcode in _ARITHMETIC_ONE:
            pending.append((place, head >> 12 if opcode < 0xD8 else second & 0xFF))
        elif opcode in _ARITHMETIC_TWO:
            pair = (head >> 8 & 15, head >> 12) if opcode >= 0xB0 else (second & 0xFF, second >> 8)
            pending += [(place, register) for register in pair]
        elif 0x12 <= opcode <= 0x14 and not method.is_straight and method.blocks is not None:
            # ``a && b`` and ``!a`` become constants that are chosen by branches: those branches tell.
            conditions = [
                method.positions[number]
                for number in islice(method.blocks.deciding(method.number(place)), _STEPS)
                if method.opcodes[number] in CONDITIONS and method.positions[number] < place
            ]
            for at in sorted(conditions):
                pending.append((at, method.units[at] >> 8 if method.opcode(at) >= 0x38 else method.units[at] >> 8 & 15))
        return None

    def _field(self, method: Method, index: int) -> str | None:
        if index >= len(method.dex.fields):
            return None
        signature = method.dex.field_signature(index)
        owner, _, member = signature.partition("->")
        name, _, kind = member.partition(":")
        if kind not in _PLAIN or not self._program.defines(owner):
            return None
        return f"field {owner}->{name}" if self._looks_so(name) else None

    def _call(self, method: Method, call: int, levels: int, pending: list[tuple[int, int]]) -> str | None:
        signature = method.invoked(call)
        if signature is None:
            return None
        number = self._words.getter(signature)
        if number is not None:
            return self._stored(method, call, signature, number)
        if signature.startswith(_PASSES):
            pending += [(call, register) for register in method.words(call)]
            return None
        owner, _, member = signature.partition("->")
        if signature.rpartition(")")[2] not in _PLAIN or not self._program.defines(owner):
            return None
        name = member.partition("(")[0]
        if self._words.is_consent(name):
            return f"method {owner}->{name}"
        found = self._entered(signature, method.opcode(call), levels) if levels else None
        return found and f"{found} by {owner}->{name}"

    def _stored(self, method: Method, call: int, signature: str, number: int) -> str | None:
        if number < 0:
            return f"method {signature.partition('(')[0]}"
        argument = number + (method.opcode(call) not in opcodes.INVOKE_STATIC)
        value = self._flow.argument(method.part, method.item, call, argument)
        names = value.texts
        for name in names:
            if self._looks_so(name):
                return f'preference "{name}"'
        # A name that nobody can read says nothing: it may be the consent.
        return None if names and len(names) == len(value.options) else "preference of an unknown name"

    def _entered(self, signature: str, opcode: int, levels: int) -> str | None:
        """Return the flag that a method of the package returns."""
        exact = opcode not in {0x6E, 0x72, 0x74, 0x78}
        body = self._program.only_body(signature, exact=exact)
        if body is None:
            return None
        bodies = self._program.parts[body.part].bodies
        if int(bodies.end[body.item] - bodies.start[body.item]) > _METHOD_UNITS:
            return None
        method = self._program.method(body.part, body.item)
        for at in self._returns(method):
            flag = self._flag(method, at, method.units[at] >> 8, levels - 1)
            if flag is not None:
                return flag
        return None

    @staticmethod
    def _returns(method: Method) -> Iterator[int]:
        return (at for at, opcode in zip(method.positions, method.opcodes, strict=True) if opcode in {0x0F, 0x11})

    def _looks_so(self, name: str) -> bool:
        """Whether a name looks like consent, or like nothing at all (obfuscated)."""
        if self._words.is_consent(name):
            return True
        letters = name.strip("_$0123456789")
        return len(letters) <= _SHORT and letters.isascii() and letters.lower() not in _MEANT
