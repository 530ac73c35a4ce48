"""The blocks of a method as the compiled core has built them: the same questions, the costly ones asked of it."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

from analyzer.dex.native import Followed

from .blocks import Blocks


class CompiledBlocks(Blocks):
    """Blocks whose walks run in the compiled core."""

    def __init__(self, followed: Followed) -> None:
        """Take a method that the core follows and whose blocks it could build; see `of`."""
        self._followed = followed
        self.first, live, self._edge_rows, self._owner = followed.blocks()
        self._live_flags = live

    @classmethod
    def of(cls, followed: Followed) -> CompiledBlocks | None:
        """Return the blocks, `None` when the exception handlers cannot be read."""
        return cls(followed) if followed.has_blocks else None

    @cached_property
    def edges(self) -> list[list[int]]:  # type: ignore[override]  # made when it is asked for
        """For each block the blocks that may follow: behind a condition first the one that is jumped to."""
        starts, edges = self._edge_rows
        return [edges[begin:end] for begin, end in pairwise(starts)]

    @cached_property
    def _live_blocks(self) -> set[int]:  # type: ignore[override]  # as above
        return {block for block, flag in enumerate(self._live_flags) if flag}

    @cached_property
    def live(self) -> set[int]:  # type: ignore[override]  # as above
        """Numbers of the instructions that can run at all."""
        flags = self._live_flags
        return {number for number, block in enumerate(self._owner) if flags[block]}

    def is_live(self, number: int) -> bool:
        """Whether an instruction can run at all."""
        return 0 <= number < len(self._owner) and bool(self._live_flags[self._owner[number]])

    def repeats(self, number: int, *, without: int) -> bool:
        """Whether an instruction can run again without the instruction ``without`` in between."""
        block, cut = self._owner[number], self._owner[without]
        return block != cut and self._followed.can_reach(block, block, without=cut)

    def can_follow(self, early: int, late: int) -> bool:
        """Whether ``late`` can run after ``early``."""
        first, last = self._owner[early], self._owner[late]
        return (first == last and early < late) or self._followed.can_reach(first, last)

    def _stands_before(self, first: int, last: int) -> bool:
        if "_spans" in self.__dict__ or len(self.first) > _FEW:
            return super()._stands_before(first, last)
        if not self._live_flags[last] or first == last:
            return True
        return bool(self._live_flags[first]) and not self._followed.can_reach(0, last, without=first, itself=True)


_FEW = 400
"""Blocks from which on dominators are computed once for all questions."""
