"""Instructions that name what their file does not have: an index behind the end of its table."""

from __future__ import annotations

import numpy as np

from analyzer.dex import opcodes
from analyzer.dex.arrays import Flags, Ints, Words
from analyzer.dex.bodies import Bodies
from analyzer.dex.sweep import decode, readable_irregular, window
from analyzer.dex.tables import DexFile

from .decode import Marks
from .pairs import unique

_CHUNK = 1 << 16
_TYPE_OPS = (opcodes.CONST_CLASS, 0x1F, 0x20, opcodes.NEW_INSTANCE, 0x23, 0x24, 0x25)
"""Instructions whose second code unit is a type index: loads, casts, tests and creations."""
_NEVER = 1 << 16


def find_stray(dex: DexFile, bodies: Bodies, marks: Marks) -> Ints:
    """Return the code items with an instruction whose index lies outside its table, ascending, each once.

    Indices of strings, types, fields and methods are looked at. Never raises.
    """
    limits = _limits(dex)
    found = [np.zeros(0, np.int64)]
    regular = np.flatnonzero(~bodies.irregular)
    if len(regular):
        at = _candidates(dex.words, int(bodies.start[regular[0]]), int(bodies.end[regular[-1]]), limits)
        at = at[marks.begin(at)]
        at = at[_is_stray(dex, dex.words, at)]
        found.append(regular[np.searchsorted(bodies.start[regular], at, "right") - 1])
    for number in readable_irregular(dex.words, bodies) if len(regular) < len(bodies.start) else ():
        view, shift, start, end = window(dex.words, dex.data, bodies, number)
        at = np.array(decode(view, memoryview(dex.data)[shift:], start, end)[0], np.int64)
        at = at[at + 1 < end]
        at = at[view[at + 1] >= limits[view[at]]]
        if bool(_is_stray(dex, view, at).any()):
            found.append(np.array([number], np.int64))
    return unique(np.concatenate(found))


def _limits(dex: DexFile) -> Ints:
    """Return by whole code unit from which second code unit on an index may lie outside its table."""
    limits = np.full(256, _NEVER, np.int32)
    limits[list(opcodes.INVOKES)] = len(dex.methods)
    limits[list(opcodes.FIELD_OPS)] = len(dex.fields)
    limits[list(_TYPE_OPS)] = len(dex.types)
    limits[opcodes.CONST_STRING] = min(dex.strings.count, _NEVER)
    limits[opcodes.CONST_STRING_JUMBO] = 0  # its other half decides, too
    return np.tile(limits, 256)


def _candidates(words: Words, low: int, high: int, limits: Ints) -> Ints:
    """Return the positions in ``[low, high)`` whose next code unit is too large, were they instructions."""
    found = [np.zeros(0, np.int64)]
    high = min(high, len(words) - 1)
    for begin in range(low, high, _CHUNK):
        stop = min(begin + _CHUNK, high)
        found.append(np.flatnonzero(words[begin + 1 : stop + 1] >= limits.take(words[begin:stop])) + begin)
    return np.concatenate(found)


def _is_stray(dex: DexFile, words: Words, at: Ints) -> Flags:
    """Look at the whole index of the long form of loading a string; the others are as good as found."""
    stray = np.ones(len(at), np.bool_)
    jumbo = np.flatnonzero((words[at] & np.uint16(0xFF)) == opcodes.CONST_STRING_JUMBO)
    index = words[at[jumbo] + 1].astype(np.int64) | words[at[jumbo] + 2].astype(np.int64) << 16
    stray[jumbo] = index >= dex.strings.count
    return stray
