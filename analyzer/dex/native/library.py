"""Loads the shared library and calls it with numpy arrays."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.dex.arrays import Bytes, Flags, Ints
from analyzer.model.record import dataclass

from . import compiler

SWITCH = "EDUAUDIT_NATIVE"
"""Environment variable; 0 switches the library off."""
_ROWS = 1 << 16
"""Rows that one call may give back."""
_P, _N = ctypes.c_void_p, ctypes.c_int64


class _Wanted(ctypes.Structure):
    _fields_ = (("flags", _P), ("count", _N), ("shift", _N))


@dataclass(frozen=True, slots=True)
class Instructions:
    """Instructions of some code items, in the order of items, then of code."""

    item: npt.NDArray[np.int32]
    """Row of the item among those that were decoded."""
    at: npt.NDArray[np.int32]
    """Code units from the beginning of the item."""
    opcode: Bytes
    operand: npt.NDArray[np.uint32]
    """What the second code unit names; all bits of ``const``, ``const/high16`` and ``const-string/jumbo``."""
    cut: Flags
    """By item: its last instruction or payload does not end where the item ends."""


class Core:
    """The functions of the library."""

    def __init__(self, path: str) -> None:
        """Load it. Raises `OSError`, and `AttributeError` when it is another library."""
        library = ctypes.CDLL(path)
        self._decode_items = library.decode_items
        self._decode_items.restype = _N
        self._decode_items.argtypes = (
            ctypes.c_char_p, _N, _P, _P, _N, ctypes.POINTER(_N), _P, _P, _N,
            _P, _P, _P, _P, _N, _P, _P, _N, _N,
        )  # fmt: skip
        self.width = bytes((ctypes.c_uint8 * 256).in_dll(library, "WIDTH"))
        """Width in code units by opcode, as the library has it."""

    def decode_items(
        self,
        data: bytes,
        start: Ints,
        end: Ints,
        kinds: Bytes,
        wanted: Mapping[int, Flags | None],
        *,
        shifts: Mapping[int, int] | None = None,
        begins: Flags | None = None,
        base: int = 0,
    ) -> Instructions:
        """Decode code items at bytes ``start`` to ``end``; see `analyzer.dex.native`.

        ``kinds``: by opcode a row of ``wanted``, 0 for none; ``wanted``: by kind (at least 1) a look-up of operands,
        `None` for all; an operand is shifted right by ``shifts`` before it is looked up. ``begins``: one flag for each
        code unit from byte ``base`` on, set where an instruction begins.
        """
        start, end = np.ascontiguousarray(start, np.int64), np.ascontiguousarray(end, np.int64)
        if len(start) != len(end) or len(kinds) != 256:
            raise ValueError("starts and ends, or kinds, are not as many as they have to be")
        kinds = np.ascontiguousarray(kinds, np.uint8).copy()
        choices = (_Wanted * (max(wanted, default=0) + 1))()
        kept = {kind: np.ascontiguousarray(flags, np.bool_) for kind, flags in wanted.items() if flags is not None}
        for kind in wanted:
            if kind in kept:
                choices[kind] = _Wanted(_address(kept[kind]), len(kept[kind]), (shifts or {}).get(kind, 0))
        kinds[~np.isin(kinds, list(wanted))] = 0  # a kind that nobody wants is no row
        if begins is not None and not (begins.flags.c_contiguous and begins.flags.writeable):
            raise ValueError("the flags of beginnings cannot be written to")
        cut = np.zeros(len(start), np.bool_)
        rows = max(_ROWS, int((end - start).max(initial=0)) // 2)
        item, at, operand = np.empty(rows, np.int32), np.empty(rows, np.int32), np.empty(rows, np.uint32)
        opcode = np.empty(rows, np.uint8)
        done, parts = _N(0), []
        while True:
            count = self._decode_items(
                data, len(data), _address(start), _address(end), len(start), done,
                _address(kinds), ctypes.addressof(choices), len(choices),
                _address(item), _address(at), _address(opcode), _address(operand), rows,
                _address(cut), None if begins is None else _address(begins), base, 0 if begins is None else len(begins),
            )  # fmt: skip
            parts.append((item[:count].copy(), at[:count].copy(), opcode[:count].copy(), operand[:count].copy()))
            if done.value >= len(start):
                break
        if len(parts) == 1:
            return Instructions(*parts[0], cut)
        items, ats, opcodes, operands = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Instructions(items, ats, opcodes, operands, cut)


@cache
def core() -> Core | None:
    """Return the library, `None` where it is missing or switched off."""
    if os.environ.get(SWITCH) == "0":
        return None
    path = compiler.FOLDER / compiler.library_name()
    try:
        return Core(str(path)) if path.is_file() else None
    except (OSError, AttributeError, ValueError):
        return None


def _address(array: npt.NDArray[Any]) -> int:
    return array.__array_interface__["data"][0]  # type: ignore[no-any-return]  # numpy types it as Any; cheaper than `ctypes`
