"""Methods that bear an annotation, read from the annotation directories of one DEX file."""

from __future__ import annotations

import struct

import numpy as np

from analyzer.dex import mutf8
from analyzer.dex.arrays import Ints
from analyzer.dex.classdata import uleb128
from analyzer.dex.problem import DamagedError
from analyzer.dex.tables import DexFile

from .pairs import among, spread, unique

_MOST = 200_000
"""Annotated methods read in one file; a file of 65,536 methods has no more."""


def annotated_methods(dex: DexFile, annotation: str) -> Ints:
    """Return the indices of the methods that bear an annotation (a descriptor), ascending, without damaged ones."""
    wanted = dex.type_numbers.get(mutf8.encode(annotation))
    if wanted is None:
        return np.zeros(0, np.int64)
    table = np.frombuffer(dex.data, "<u4", len(dex.data) // 4)
    directories = dex.classes["annotations"].astype(np.int64)
    directories = directories[(directories > 0) & (directories & 3 == 0)] >> 2
    directories = directories[directories + 4 <= len(table)]
    fields, methods = (table[directories + place].astype(np.int64) for place in (1, 2))
    first = directories + 4 + 2 * fields
    keep = (methods > 0) & (first + 2 * methods <= len(table))
    first, methods = first[keep], methods[keep]
    if int(methods.sum()) > _MOST:  # directories that lie over each other: no compiler does that
        return np.zeros(0, np.int64)
    rows, owner = spread(first, methods)
    rows += rows - first[owner]  # each entry has two numbers
    method, place = table[rows].astype(np.int64), table[rows + 1].astype(np.int64)
    sets = [one for one in unique(place).tolist() if _has(dex.data, one, wanted)]
    return unique(method[among(place, np.array(sets, np.int64)) & (method < len(dex.methods))])


def _has(data: bytes, place: int, wanted: int) -> bool:
    """Whether a set of annotations has one of a type."""
    try:
        size = struct.unpack_from("<I", data, place)[0]
        if place + 4 + 4 * size > len(data):
            return False
        return any(
            uleb128(data, offset + 1)[0] == wanted for offset in struct.unpack_from(f"<{size}I", data, place + 4)
        )
    except (struct.error, DamagedError, IndexError):
        return False
