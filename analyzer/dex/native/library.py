"""Loads the shared library and calls it with numpy arrays."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.dex.arrays import U4, Bytes, Flags, Ints
from analyzer.model.record import dataclass

from . import compiler
from .following import Followed, Methods, address

SWITCH = "EDUAUDIT_NATIVE"
"""Environment variable; 0 switches the library off."""
_ROWS = 1 << 16
"""Rows that one call may give back."""
_CLASS_ROW = 32
"""Bytes of a row of the class table."""
Slots = npt.NDArray[np.int32]
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
        self.path = path
        library = ctypes.CDLL(path)
        self._decode_items = library.decode_items
        self._decode_items.restype = _N
        self._decode_items.argtypes = (
            ctypes.c_char_p, _N, _P, _P, _N, ctypes.POINTER(_N), _P, _P, _N, _N,
            _P, _P, _P, _P, _N, _P, _P, _N, _N,
        )  # fmt: skip
        nothing = np.empty(0, np.int32)
        self._columns: tuple[Any, Any, Any, Any] = (nothing, nothing, nothing, nothing)
        self._read_classes = library.read_classes
        self._read_classes.restype = _N
        self._read_classes.argtypes = (
            ctypes.c_char_p, _N, _P, _N, _N, _P, _P, _P, _P, _N, ctypes.POINTER(_N),
        )  # fmt: skip
        self._fill_slots = library.fill_slots
        self._fill_slots.restype = _N
        self._fill_slots.argtypes = (ctypes.c_char_p, _N, _P, _N, _P, _N)
        self._find_strings = library.find_strings
        self._find_strings.restype = None
        self._find_strings.argtypes = (ctypes.c_char_p, _N, _P, _N, _P, _N, ctypes.c_char_p, _P, _N, _P)
        self._mark_beginnings = library.mark_beginnings
        self._mark_beginnings.restype = _N
        self._mark_beginnings.argtypes = (ctypes.c_char_p, _N, _P, _N, ctypes.c_char_p, _P, _N, _P)
        self._find_endings = library.find_endings
        self._find_endings.restype = _N
        self._find_endings.argtypes = (ctypes.c_char_p, _N, _P, _N, ctypes.c_char_p, _P, _N, _P, _N)
        self._find_text = library.find_text
        self._find_text.restype = _N
        self._find_text.argtypes = (ctypes.c_char_p, _N, _N, _N, ctypes.c_char_p, _N, _P, _N)
        self._may_load = library.may_load
        self._may_load.restype = _N
        self._may_load.argtypes = (ctypes.c_char_p, _N, _N, _N, _P, _N)
        self._read_parents = library.read_parents
        self._read_parents.restype = _N
        self._read_parents.argtypes = (ctypes.c_char_p, _N, _P, _N, _N, _P, _P, _N)
        self._read_items = library.read_items
        self._read_items.restype = _N
        self._read_items.argtypes = (
            ctypes.c_char_p, _N, _P, _P, _N, _P, _P, _P, _P, _P, _P, ctypes.POINTER(_N),
        )  # fmt: skip
        self._methods = Methods(library)
        self.traits = bytes((ctypes.c_uint8 * 256).in_dll(library, "TRAITS"))
        """What instructions do by opcode, as the library has it: see ``method.h``."""
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
        only_wanted: bool = False,
        begins: Flags | None = None,
        base: int = 0,
    ) -> Instructions:
        """Decode code items at bytes ``start`` to ``end``; see `analyzer.dex.native`.

        ``kinds``: by opcode a row of ``wanted``, 0 for none; ``wanted``: by kind (at least 1) a look-up of operands,
        `None` for all; an operand is shifted right by ``shifts`` before it is looked up. ``begins``: one flag for each
        code unit from byte ``base`` on, set where an instruction begins. ``only_wanted``: nothing but the wanted
        instructions is of interest, not where others begin or what is cut: several times as fast when they are few. It
        is for operands that are not shifted.
        """
        start, end = np.ascontiguousarray(start, np.int64), np.ascontiguousarray(end, np.int64)
        if len(start) != len(end) or len(kinds) != 256:
            raise ValueError("starts and ends, or kinds, are not as many as they have to be")
        choices = (_Wanted * (max(wanted, default=0) + 1))()
        kept = {kind: np.ascontiguousarray(flags, np.bool_) for kind, flags in wanted.items() if flags is not None}
        for kind in wanted:
            if kind in kept:
                choices[kind] = _Wanted(address(kept[kind]), len(kept[kind]), (shifts or {}).get(kind, 0))
        kept_kinds = np.zeros(256, np.uint8)
        kept_kinds[list(wanted)] = list(wanted)
        kinds = kept_kinds[kinds]  # a kind that nobody wants is no row
        if begins is not None and not (begins.flags.c_contiguous and begins.flags.writeable):
            raise ValueError("the flags of beginnings cannot be written to")
        cut = np.zeros(len(start), np.bool_)
        item, at, operand, opcode, rows = self._room(int((end - start).max(initial=0)) // 2)
        done, parts = _N(0), []
        while True:
            count = self._decode_items(
                data, len(data), address(start), address(end), len(start), done,
                address(kinds), ctypes.addressof(choices), len(choices),
                only_wanted,
                address(item), address(at), address(opcode), address(operand), rows,
                address(cut), None if begins is None else address(begins), base, 0 if begins is None else len(begins),
            )  # fmt: skip
            parts.append((item[:count].copy(), at[:count].copy(), opcode[:count].copy(), operand[:count].copy()))
            if done.value >= len(start):
                break
        if len(parts) == 1:
            return Instructions(*parts[0], cut)
        items, ats, opcodes, operands = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Instructions(items, ats, opcodes, operands, cut)

    def _room(self, units: int) -> tuple[Any, Any, Any, Any, int]:
        """Return columns for found instructions, which are copied out of them before the next call."""
        if units > len(self._columns[0]) or len(self._columns[0]) < _ROWS:
            rows = max(_ROWS, units)
            numbers = (np.empty(rows, np.int32), np.empty(rows, np.int32), np.empty(rows, np.uint32))
            self._columns = (*numbers, np.empty(rows, np.uint8))
        return (*self._columns, len(self._columns[0]))

    def read_classes(self, data: bytes, offsets: U4, methods: int) -> tuple[Ints, Ints, Ints, Flags, int] | None:
        """Read the class_data at ``offsets``; ``methods`` is the size of that table.

        Returns method indices, rows of the class table, offsets of the code, whether virtual, one row for each method,
        and the number of damaged classes; `None` for a file that defines more methods than it has.
        """
        offsets = np.ascontiguousarray(offsets, np.uint32)
        method, row, code = np.empty(methods, np.int64), np.empty(methods, np.int64), np.empty(methods, np.int64)
        virtual, damaged = np.empty(methods, np.bool_), _N(0)
        count = self._read_classes(
            data, len(data), address(offsets), len(offsets), methods,
            address(method), address(row), address(code), address(virtual), methods, damaged,
        )  # fmt: skip
        if count < 0:
            return None
        return method[:count], row[:count], code[:count], virtual[:count], damaged.value

    def read_items(
        self, data: bytes, codes: Ints, methods: Ints
    ) -> tuple[Ints, Ints, Flags, Ints, Ints, Ints, int] | None:
        """Return the columns of `Bodies` for methods and the offsets of their code; `None` for a file too large."""
        codes, methods = np.ascontiguousarray(codes), np.ascontiguousarray(methods)
        most = len(codes)
        start, end, offset, rows = (np.empty(most, np.int64) for _ in range(4))
        irregular, first_row, lost = np.empty(most, np.bool_), np.empty(most + 1, np.int64), _N(0)
        count = self._read_items(
            data, len(data), address(codes), address(methods), most, address(start), address(end), address(irregular),
            address(offset), address(first_row), address(rows), lost,
        )  # fmt: skip
        if count < 0:
            return None
        kept = int(first_row[count])  # methods whose item is sound
        start, end, offset = start[:count].copy(), end[:count].copy(), offset[:count].copy()
        return (
            start,
            end,
            irregular[:count].copy(),
            offset,
            first_row[: count + 1].copy(),
            rows[:kept].copy(),
            lost.value,
        )

    def fill_slots(self, data: bytes, starts: Ints) -> Slots | None:
        """Return a table to look strings up that begin at ``starts``; `None` for strings no honest file has."""
        size = 1 << (2 * len(starts)).bit_length()
        slots = np.full(size, -1, np.int32)
        done = self._fill_slots(data, len(data), address(starts), len(starts), address(slots), size - 1)
        return slots if done else None

    def find_strings(self, data: bytes, starts: Ints, slots: Slots, texts: bytes, begins: Ints) -> Ints:
        """Return the index of the first string equal to each text, -1 for none.

        ``texts`` are closed by a NUL each and stand one behind the other, number n at ``begins[n]``.
        """
        found = np.empty(len(begins) - 1, np.int64)
        self._find_strings(
            data, len(data), address(starts), len(starts), address(slots), len(slots) - 1,
            texts, address(begins), len(found), address(found),
        )  # fmt: skip
        return found

    def mark_beginnings(self, data: bytes, starts: Ints, prefixes: Sequence[bytes]) -> Flags:
        """Return for each string whether it begins with one of some texts."""
        marks = np.empty(len(starts), np.bool_)
        begins = np.cumsum([0, *map(len, prefixes)], dtype=np.int64)
        self._mark_beginnings(
            data, len(data), address(starts), len(starts), b"".join(prefixes), address(begins), len(prefixes),
            address(marks),
        )  # fmt: skip
        return marks

    def find_endings(self, data: bytes, ends: Ints, endings: AbstractSet[bytes]) -> Ints | None:
        """Return the places of the dots with which, and one of ``endings``, strings end that close at ``ends``.

        `None` for endings too long to be looked for so.
        """
        texts = sorted(endings, key=lambda ending: (len(ending), ending))
        begins = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        ends, found = np.ascontiguousarray(ends, np.int64), np.empty(len(ends) + 1024, np.int64)
        count = self._find_endings(
            data, len(data), address(ends), len(ends), b"".join(texts), address(begins), len(texts),
            address(found), len(found),
        )  # fmt: skip
        return found[:count] if count >= 0 else None

    def find_text(self, data: bytes, first: int, last: int, text: bytes) -> list[int] | None:
        """Return every place between two bytes at which a text stands; `None` for more of them than are kept."""
        found = np.empty(_ROWS, np.int64)
        count = self._find_text(data, len(data), first, last, text, len(text), address(found), len(found))
        return found[:count].tolist() if count >= 0 else None

    def may_load(self, data: bytes, first: int, last: int, wanted: Flags) -> bool:
        """Whether code units ``first`` to ``last`` of a file may load a wanted string; see `Program.may_load`."""
        return self._may_load(data, len(data), first, last, address(wanted), len(wanted)) == 1  # type: ignore[no-any-return]  # ctypes

    def read_parents(self, data: bytes, classes: npt.NDArray[Any], types: int) -> tuple[Ints, Ints] | None:
        """Return (class, superclass or interface) pairs of type indices; ``classes`` is the class table.

        `None` for more pairs than an honest file has.
        """
        most = 8 * len(classes) + len(data) // 16
        classes = np.ascontiguousarray(classes)
        if classes.nbytes != _CLASS_ROW * len(classes):
            raise ValueError("rows of the class table have another size")
        child, parent = np.empty(most, np.int64), np.empty(most, np.int64)
        count = self._read_parents(
            data, len(data), address(classes), len(classes), types, address(child), address(parent), most
        )
        return (child[:count].copy(), parent[:count].copy()) if count >= 0 else None

    def follow(self, data: bytes, item: int, start: int, units: int) -> Followed | None:
        """Decode ``units`` code units at byte ``start``, of the code item at byte ``item``, to follow its registers.

        `None` when they lie outside the file.
        """
        handle = self._methods.new(data, len(data), item, start, units)
        return Followed(self._methods, handle, data, units) if handle else None


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
