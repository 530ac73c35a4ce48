"""One method inside the library: its instructions, its blocks, and where registers get what they hold."""

from __future__ import annotations

import ctypes

_MOST = 6001
"""Definitions that one register may have before it is given up."""
_P, _N = ctypes.c_void_p, ctypes.c_int64


class Methods:
    """The functions of the library that work on one method."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Take them. Raises `AttributeError` when the library has none."""
        self.new = library.new_method
        self.new.restype, self.new.argtypes = _P, (ctypes.c_char_p, _N, _N, _N, _N)
        self.forget = library.forget_method
        self.forget.restype, self.forget.argtypes = None, (_P,)
        self.instructions = library.instructions_of
        self.instructions.restype, self.instructions.argtypes = _N, (_P, _P, _P, _P)
        self.count_blocks = library.count_blocks
        self.count_blocks.restype, self.count_blocks.argtypes = _N, (_P, ctypes.POINTER(_N))
        self.blocks = library.blocks_of
        self.blocks.restype, self.blocks.argtypes = None, (_P, _P, _P, _P, _P, _P)
        self.can_reach = library.can_reach
        self.can_reach.restype, self.can_reach.argtypes = _N, (_P, _N, _N, _N, _N)
        self.definitions = library.definitions_of
        self.definitions.restype, self.definitions.argtypes = _N, (_P, _N, _N, _P)
        self.found = (_N * _MOST)()
        """Where definitions are written to; read at once, by the one thread that evaluates."""
        self.found_at = ctypes.addressof(self.found)


class Followed:
    """A method that the library holds until this object goes."""

    def __init__(self, methods: Methods, handle: int, data: bytes, units: int) -> None:
        """Take the library's method over ``data``, which is kept as long."""
        self._methods, self._handle, self._data, self._units = methods, handle, data, units
        self._count, self._edges, self._instructions = -2, 0, 0

    def __del__(self) -> None:
        """Give the memory back."""
        if self._handle:
            self._methods.forget(self._handle)
            self._handle = 0

    def instructions(self) -> tuple[list[int], bytes, bool]:
        """Return where instructions begin, in code units, their opcodes, and whether the last ends with the code."""
        positions, codes, whole = (ctypes.c_int32 * self._units)(), (ctypes.c_uint8 * self._units)(), ctypes.c_uint8()
        count = self._methods.instructions(
            self._handle, ctypes.addressof(positions), ctypes.addressof(codes), ctypes.addressof(whole)
        )
        self._instructions = count
        return positions[:count], bytes(memoryview(codes)[:count]), bool(whole.value)

    @property
    def has_blocks(self) -> bool:
        """Whether jumps and exception handlers can be read."""
        if self._count == -2:
            edges = _N(0)
            self._count, self._edges = self._methods.count_blocks(self._handle, edges), edges.value
        return self._count >= 0

    def blocks(self) -> tuple[list[int], bytes, tuple[list[int], list[int]], list[int]]:
        """Return the first instruction of each block, whether it can run, its edges, and the block of each instruction.

        To be asked after `instructions`. Edges: where those of each block begin, one more than there are blocks, and
        the blocks they lead to.
        """
        if not self.has_blocks:
            raise ValueError("the exception handlers cannot be read")
        count, edges = self._count, self._edges
        first, live, starts = (ctypes.c_int32 * count)(), (ctypes.c_uint8 * count)(), (_N * (count + 1))()
        to, owner = (ctypes.c_int32 * edges)(), (ctypes.c_int32 * self._units)()
        addresses = [ctypes.addressof(column) for column in (first, live, starts, to, owner)]
        self._methods.blocks(self._handle, *addresses)
        return first[:], bytes(live), (starts[:], to[:]), owner[: self._instructions]

    def can_reach(self, early: int, last: int, *, without: int = -1, itself: bool = False) -> bool:
        """Whether block ``last`` can run after ``early`` has; ``itself``: or is that block."""
        return self._methods.can_reach(self._handle, early, last, without, itself) == 1  # type: ignore[no-any-return]  # ctypes

    def definitions(self, at: int, register: int) -> frozenset[int] | None:
        """Return where a register may have got what it holds before ``at``; see `Method.definitions`."""
        count = self._methods.definitions(self._handle, at, register, self._methods.found_at)
        if count < 0:
            return None
        if count == 1:
            return frozenset((self._methods.found[0],))
        return frozenset(self._methods.found[:count])
