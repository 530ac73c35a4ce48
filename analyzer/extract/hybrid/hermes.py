"""Hermes byte code (React Native): its header and string table, so that names are exact and not found by chance.

The layout is that of the engine's `BytecodeFileFormat.h`. The header is 128 bytes: magic, version, SHA-1 of the
source, file length, then counts; those up to the size of the string storage stand at the same place since version 62
(seen in files of the compilers 0.2 to 1.0: versions 62, 76, 84, 85, 94, 96, 98 and 99). Then come, each aligned to four
(seen in files of the compilers 0.2 to 1.0: versions 62, 76, 84, 85, 94, 96, 98, 99). Then come, each aligned to four
storage: ASCII, or UTF-16 where an entry says so. A function header is 16 bytes, from version 97 on 12.
"""

from __future__ import annotations

import struct
from typing import Any

from analyzer.model.record import dataclass

MAGIC = bytes.fromhex("c61fbc03c103191f")
DELTA_MAGIC = bytes(byte ^ 0xFF for byte in MAGIC)
"""A file made for differences, which no phone runs."""
HEADER = 128
OLDEST, SHORT_HEADERS_FROM = 62, 97
OVERFLOW = 0xFF
_COUNTS = struct.Struct("<8I")
_RUN_KIND = 31


class HermesError(ValueError):
    """The file is no Hermes byte code that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class HermesFile:
    """What one file of byte code says."""

    version: int
    """Version of the byte code: 96 is React Native 0.73 to 0.82."""
    strings: tuple[str, ...]
    """In the order of the table."""
    identifiers: frozenset[str]
    """Those by which code looks up a property or a global; the others are only values."""
    functions: int


def is_hermes(data: Any) -> bool:
    """Tell whether a file begins as Hermes byte code."""
    return bytes(data[:8]) in (MAGIC, DELTA_MAGIC)


def read_hermes(data: bytes) -> HermesFile:
    """Read header and string table. Raises `HermesError`; never reads outside of ``data``."""
    if data[:8] == DELTA_MAGIC:
        raise HermesError("byte code in delta form")
    if data[:8] != MAGIC or len(data) < HEADER:
        raise HermesError("no Hermes byte code" if data[:8] != MAGIC else "cut off in its header")
    version = int.from_bytes(data[8:12], "little")
    if version < OLDEST:
        raise HermesError(f"byte code version {version}: older than {OLDEST}, whose layout is not known")
    length, _, functions, kinds, identifiers, strings, overflows, storage = _COUNTS.unpack_from(data, 32)
    if length > len(data):
        raise HermesError(f"cut off: {len(data):,} of {length:,} bytes are there")
    first = HEADER + functions * (12 if version >= SHORT_HEADERS_FROM else 16)
    entries = first + 4 * (kinds + identifiers)
    overflow = entries + 4 * strings
    start = overflow + 8 * overflows
    if start + storage > len(data):
        raise HermesError(f"byte code version {version}: its tables do not fit into the file")
    table = struct.unpack_from(f"<{strings}I", data, entries)
    long = struct.unpack_from(f"<{2 * overflows}I", data, overflow)
    content = data[start : start + storage]
    texts = tuple(_text(entry, long, content) for entry in table)
    runs = struct.unpack_from(f"<{kinds}I", data, first)
    return HermesFile(version, texts, frozenset(_identifiers(texts, runs, identifiers)), functions)


def _text(entry: int, long: tuple[int, ...], storage: bytes) -> str:
    """Return one string: bit 0 says UTF-16, then 23 bits of offset and 8 of length in characters."""
    wide, offset, length = entry & 1, (entry >> 1) & 0x7FFFFF, entry >> 24
    if length == OVERFLOW:
        if 2 * offset + 1 >= len(long):
            raise HermesError("a string refers to a long entry that is not there")
        offset, length = long[2 * offset], long[2 * offset + 1]
    stop = offset + length * (2 if wide else 1)
    if stop > len(storage):
        raise HermesError("a string lies outside of the string storage")
    return storage[offset:stop].decode("utf-16-le" if wide else "latin-1", "replace")


def _identifiers(texts: tuple[str, ...], runs: tuple[int, ...], count: int) -> list[str]:
    """Return the strings of the runs that are identifiers: bit 31 of a run says so, in old files bits 30 and 31."""
    found: list[str] = []
    place = 0
    for run in runs:
        kind, length = run >> _RUN_KIND, run & 0x7FFFFFFF
        if place + length > len(texts):  # two bits of kind
            kind, length = run >> 30, run & 0x3FFFFFFF
        if kind:
            found += texts[place : place + length]
        place += length
    if place != len(texts) or len(found) != count:
        raise HermesError("the kinds of strings do not cover the string table")
    return found
