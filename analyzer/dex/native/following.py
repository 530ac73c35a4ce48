"""One method inside the library: its instructions, its blocks, and where registers get what they hold."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.dex.arrays import Bytes

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
        self._numbers, self._bytes = np.empty(0, np.int32), np.empty(0, np.uint8)
        self._places = 0, 0

    def scratch(self, units: int) -> tuple[npt.NDArray[np.int32], Bytes, tuple[int, int]]:
        """Return room for that many numbers and bytes, and where it is; the next call gives it out again."""
        if units > len(self._numbers):
            self._numbers, self._bytes = np.empty(2 * units, np.int32), np.empty(2 * units, np.uint8)
            self._places = address(self._numbers), address(self._bytes)
        return self._numbers, self._bytes, self._places


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
        positions, codes, places = self._methods.scratch(self._units + 1)
        whole = ctypes.c_uint8()
        count = self._methods.instructions(self._handle, *places, ctypes.addressof(whole))
        self._instructions = count
        return positions[:count].tolist(), codes[:count].tobytes(), bool(whole.value)

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
        first, to, owner = (np.empty(size, np.int32) for size in (count, edges, self._units))
        live, starts = np.empty(count, np.uint8), np.empty(count + 1, np.int64)
        columns: list[npt.NDArray[Any]] = [first, live, starts, to, owner]
        self._methods.blocks(self._handle, *(address(column) for column in columns))
        return first.tolist(), live.tobytes(), (starts.tolist(), to.tolist()), owner[: self._instructions].tolist()

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


def address(array: npt.NDArray[Any]) -> int:
    """Return where an array's first element stands in memory."""
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]  # numpy types it as Any; cheaper than `ctypes`
