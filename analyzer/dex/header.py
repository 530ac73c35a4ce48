"""The header of a DEX file: versions 035 to 041, and the several logical files of an 041 container."""

from __future__ import annotations

import struct

from analyzer.model.record import dataclass

from .problem import DamagedError

_VERSIONS = frozenset((b"035", b"036", b"037", b"038", b"039", b"040", b"041"))
_HEADER, _CONTAINER_HEADER = 0x70, 0x78
_LITTLE, _BIG = 0x12345678, 0x78563412
_ROW_BYTES = {"string": 4, "type": 4, "proto": 12, "field": 8, "method": 8, "class": 32}
MAX_MEMBERS = 1000
"""Logical files read from one container; a real one holds a few."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table of fixed-size rows stands: row count and byte offset in the physical file."""

    size: int
    offset: int


@dataclass(frozen=True, slots=True)
class Header:
    """One logical DEX file. All offsets count from the beginning of the physical file."""

    version: int
    offset: int
    file_size: int
    strings: Table
    types: Table
    protos: Table
    fields: Table
    methods: Table
    classes: Table
    map_offset: int


def read_headers(data: bytes | memoryview) -> tuple[list[Header], str | None]:
    """Read the header, or in an 041 container all headers, of one physical file.

    Returns the sound headers and, if one was broken, why. Sizes are bytes; never raises.
    """
    headers: list[Header] = []
    at = 0
    while True:
        try:
            header = _read_header(data, at)
        except DamagedError as damage:
            return headers, str(damage)
        headers.append(header)
        at = header.offset + header.file_size
        if header.version < 41 or at >= len(data):
            return headers, None
        if len(headers) >= MAX_MEMBERS:
            return headers, f"more than {MAX_MEMBERS} logical files in one container"


def _read_header(data: bytes | memoryview, at: int) -> Header:
    raw = bytes(data[at : at + _CONTAINER_HEADER])
    if len(raw) < _HEADER:
        raise DamagedError("shorter than a DEX header")
    if raw[:4] != b"dex\n" or raw[7:8] != b"\0":
        raise DamagedError("does not begin with the DEX magic")
    if raw[4:7] not in _VERSIONS:
        raise DamagedError(f"DEX version {raw[4:7]!r} is not known")
    version = int(raw[4:7])
    words = struct.unpack("<20I", raw[0x20:_HEADER])
    file_size, header_size, endian = words[0], words[1], words[2]
    if endian == _BIG:
        raise DamagedError("big-endian DEX, which no Android release reads")
    if endian != _LITTLE:
        raise DamagedError(f"endian tag 0x{endian:08x} is not a DEX endian tag")
    expected = _CONTAINER_HEADER if version >= 41 else _HEADER
    if header_size < expected or len(raw) < expected:
        raise DamagedError(f"header size {header_size} is smaller than {expected}")
    if version >= 41:
        container_size, header_offset = struct.unpack("<2I", raw[_HEADER:_CONTAINER_HEADER])
        if header_offset != at or container_size > len(data):
            raise DamagedError("the container's size or header offset does not fit the file")
    if file_size < header_size or at + file_size > len(data):
        raise DamagedError(f"the header says {file_size} bytes, the file holds {len(data) - at}")
    strings, types, protos, fields, methods, classes = (
        _table(data, words, number, name) for number, name in enumerate(_ROW_BYTES)
    )
    return Header(version, at, file_size, strings, types, protos, fields, methods, classes, words[5])


def _table(data: bytes | memoryview, words: tuple[int, ...], number: int, name: str) -> Table:
    size, offset = words[6 + 2 * number], words[7 + 2 * number]
    if size and (offset < _HEADER or offset + size * _ROW_BYTES[name] > len(data)):
        raise DamagedError(f"the {name} table ({size} rows at {offset}) lies outside the file")
    return Table(size, offset if size else 0)
