"""Which instruction may run after which: blocks of instructions, the edges between them, and what dominates what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING

from analyzer.dex import opcodes

from .dominators import immediate_dominators

if TYPE_CHECKING:
    from .method import Method

_THROWING = frozenset(
    (
        *range(0x1A, 0x28), *range(0x44, 0x73), *range(0x74, 0x79), 0x93, 0x94, 0x9E, 0x9F, 0xB3, 0xB4,
        0xBE, 0xBF, 0xD3, 0xD4, 0xDB, 0xDC, *range(0xFA, 0x100),
    )
)  # fmt: skip
"""Instructions that may throw, and so go on in an exception handler."""


ENDS = tuple(
    opcode in opcodes.NO_FALL_THROUGH or opcode in {*range(0x28, 0x2D), *range(0x32, 0x3E)} for opcode in range(256)
)
"""By opcode: whether a block ends behind it."""


class Blocks:
    """Runs of instructions that are only entered at their first one. Numbers count instructions."""

    def __init__(self, method: Method, ranges: list[tuple[int, int, list[int]]]) -> None:
        """Take the exception ranges as (first unit, unit behind the last, handlers)."""
        positions, codes, widths = method.positions, method.opcodes, opcodes.WIDTH
        place = {at: number for number, at in enumerate(positions)}
        jumps: dict[int, list[int]] = {}
        leaders = {0}
        for number in compress(range(len(codes)), map(ENDS.__getitem__, codes)):
            at = positions[number]
            targets = method.targets(at)
            if targets:
                jumps[number] = [place[target] for target in targets if target in place]
                leaders.update(jumps[number])
            leaders.add(number + 1)
        caught: dict[int, list[int]] = {}
        for first, last, handlers in ranges:
            starts = [place[handler] for handler in handlers if handler in place]
            leaders.update(starts)
            for number in range(method.number(first), method.number(last)):
                if codes[number] in _THROWING:
                    caught.setdefault(number, []).extend(starts)
                    leaders.add(number)  # what ran before it has run when it throws, what follows has not
        leaders.discard(len(positions))
        self.first = sorted(leaders)
        """Number of each block's first instruction."""
        self._owner: list[int] = []
        for block, begin in enumerate(self.first):
            end = self.first[block + 1] if block + 1 < len(self.first) else len(positions)
            self._owner += [block] * (end - begin)
        self.edges: list[list[int]] = []
        """For each block the blocks that may follow: behind a condition first the one that is jumped to."""
        sources: dict[int, list[int]] = {}
        for block, begin in enumerate(self.first):
            last = (self.first[block + 1] if block + 1 < len(self.first) else len(positions)) - 1
            after = list(jumps.get(last, ()))
            opcode = codes[last]
            falls = opcode not in opcodes.NO_FALL_THROUGH and last + 1 < len(positions)
            if falls and positions[last] + widths[opcode] == positions[last + 1]:
                after.append(last + 1)
            for number in jumps.get(last, ()):
                sources.setdefault(number, []).append(last)
            for number in caught.get(begin, ()):
                sources.setdefault(number, []).append(begin)
                after.append(number)
            self.edges.append([self._owner[number] for number in after])
        self._live_blocks = self.reach(0) if positions else set()
        live = self._live_blocks
        self.live = (
            set(range(len(positions)))
            if len(live) == len(self.first)
            else {number for number, block in enumerate(self._owner) if block in live}
        )
        """Numbers of the instructions that can run at all."""
        self.joins = {
            target: [number for number in dict.fromkeys(numbers) if number in self.live]
            for target, numbers in sources.items()
        }
        """Instruction → those that jump to it, or throw what it catches."""

    def is_live(self, number: int) -> bool:
        """Whether an instruction can run at all."""
        return number in self.live

    def block(self, number: int) -> int:
        """Return the block of an instruction."""
        return self._owner[number]

    def reach(
        self, start: int, *, without_block: int | None = None, without_edge: tuple[int, int] | None = None
    ) -> set[int]:
        """Return the blocks that can run from the beginning of ``start`` on, some part of the graph taken out."""
        if start == without_block:
            return set()
        seen, stack = {start}, [start]
        while stack:
            block = stack.pop()
            for after in self.edges[block]:
                if after not in seen and after != without_block and (block, after) != without_edge:
                    seen.add(after)
                    stack.append(after)
        return seen

    def dominates(self, early: int, late: int) -> bool:
        """Whether the instruction ``early`` has always run when ``late`` runs."""
        first, last = self._owner[early], self._owner[late]
        if first == last:
            return early <= late
        return self._stands_before(first, last)

    def repeats(self, number: int, *, without: int) -> bool:
        """Whether an instruction can run again without the instruction ``without`` in between."""
        block, cut = self._owner[number], self._owner[without]
        if block == cut:
            return False
        return any(block in self.reach(after, without_block=cut) for after in self.edges[block])

    def can_follow(self, early: int, late: int) -> bool:
        """Whether ``late`` can run after ``early``."""
        first, last = self._owner[early], self._owner[late]
        if first == last and early < late:
            return True
        return any(last in self.reach(after) for after in self.edges[first])

    @cached_property
    def _above(self) -> list[int]:
        return immediate_dominators(self.edges)

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """For each block when a walk through the tree of dominators comes to it, and when it leaves it."""
        below: list[list[int]] = [[] for _ in self.edges]
        for block, above in enumerate(self._above):
            if above >= 0:
                below[above].append(block)
        spans, time = [(0, 0)] * len(self.edges), 0
        stack = [(0, -1)]
        while stack:
            block, begin = stack.pop()
            time += 1
            if begin >= 0:
                spans[block] = (begin, time)
                continue
            stack.append((block, time))
            stack += [(one, -1) for one in below[block]]
        return spans

    def _stands_before(self, first: int, last: int) -> bool:
        """Whether a block has always run when another one runs; true of those that never run."""
        if last not in self._live_blocks or first == last:
            return True
        if first not in self._live_blocks:
            return False
        (begin, end), (late, _) = self._spans[first], self._spans[last]
        return begin <= late <= end

    @cached_property
    def _doors(self) -> list[int]:
        """For each block the one other block from which alone it is entered for the first time, else -1."""
        found = [-1] * len(self.edges)
        for block in sorted(self._live_blocks):
            for after in self.edges[block]:
                if after and not self._stands_before(after, block):
                    found[after] = block if found[after] == -1 else -2  # -2: from several, or twice from one
        return [max(block, -1) for block in found]

    def passes_edge(self, number: int, target: int, late: int) -> bool:
        """Whether every way to the instruction ``late`` takes the edge from ``number`` to ``target``."""
        source, to = self._owner[number], self._owner[target]
        if self._owner[late] not in self._live_blocks:
            return self.edges[source].count(to) == 1
        return self._doors[to] == source and self._stands_before(to, self._owner[late])

    def deciding(self, late: int) -> Iterator[int]:
        """Yield the instructions that end a block and on one way out of which alone ``late`` runs, the last first."""
        block = self._owner[late]
        while block > 0 and block in self._live_blocks:
            door = self._doors[block]
            if door >= 0 and len(self.edges[door]) > 1:
                yield self.first[door + 1] - 1 if door + 1 < len(self.first) else len(self._owner) - 1
            block = self._above[block]
