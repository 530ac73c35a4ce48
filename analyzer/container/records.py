"""The records of a ZIP file: end records, central directory, local headers.

Reads as Android's libziparchive reads, and where that would refuse, goes on as far as the bytes make sense, so that
what an attacker hides is seen. Every deviation is noted. Source: PKWARE APPNOTE 6.3.9, libziparchive.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from .notes import Notes

END = b"PK\x05\x06"
CENTRAL = b"PK\x01\x02"
LOCAL = b"PK\x03\x04"
END64_LOCATOR = b"PK\x06\x07"
END64 = b"PK\x06\x06"

_END = struct.Struct("<4sHHHHIIH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_U32, _U16 = 0xFFFFFFFF, 0xFFFF

STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR = 0x0001, 0x0008
MAX_COMMENT = 0xFFFF
HUGE_EXTRA = 0x8000


type Searchable = mmap | bytes


@dataclass(slots=True)
class Entry:
    """One entry as the central directory (or, where that is lost, the local header) states it."""

    name: str
    """UTF-8, undecodable bytes as ``\\xNN``; otherwise raw: use `text.shown` before showing it."""
    raw_name: bytes
    method: int
    flags: int
    crc: int
    compressed: int
    size: int
    header: int
    """Offset of the local header."""
    data: int = -1
    """Offset of the data; -1 when there is no local header."""


@dataclass(frozen=True, slots=True)
class End:
    """Where the central directory lies and how many entries it claims."""

    offset: int
    """Of the end record."""
    directory: int
    size: int
    count: int
    comment: int


def decode_name(raw: bytes) -> str:
    """Decode an entry name; what is not UTF-8 becomes an escape, so that names stay distinct."""
    return raw.decode("utf-8", "backslashreplace")


def find_end(data: memoryview, buffer: Searchable, length: int) -> tuple[End | None, list[tuple[int, bool]]]:
    """Return the best end record, or `None`, and where candidates stand: (offset, whether its comment ends the file).

    The last one whose comment ends the file and whose directory is there goes first, as on a phone; then, so that a
    false record cannot hide the entries, one before it whose directory is there; then whatever is left.
    ``buffer`` is the object behind ``data`` (an mmap or bytes), which can search.
    """
    low = max(0, length - _END.size - MAX_COMMENT)
    position = length
    seen: list[tuple[int, bool]] = []
    best: End | None = None
    best_rank = -1
    while (position := buffer.rfind(END, low, position)) >= 0:
        if position + _END.size > length:
            continue
        _, _, _, _, count, size, offset, comment = _END.unpack_from(data, position)
        seen.append((position, position + _END.size + comment == length))
        end = End(position, offset, size, count, comment)
        if count == _U16 or _U32 in {size, offset}:
            end = _end64(data, end) or end
        rank = _rank(data, end, length)
        if rank > best_rank:
            best, best_rank = end, rank
    return best, seen


def _rank(data: memoryview, end: End, length: int) -> int:
    after = length - end.offset - _END.size - end.comment
    if end.directory + end.size > end.offset or after < 0:
        return 0
    listed = end.count > 0 and data[end.directory : end.directory + 4] == CENTRAL
    return 1 + 2 * listed + (after == 0)


def _end64(data: memoryview, end: End) -> End | None:
    locator = end.offset - 20
    if locator < 0 or data[locator : locator + 4] != END64_LOCATOR:
        return None
    position = int.from_bytes(data[locator + 8 : locator + 16], "little")
    if position + _END64.size > len(data) or data[position : position + 4] != END64:
        return None
    *_, count, size, offset = _END64.unpack_from(data, position)
    return End(end.offset, offset, size, count, end.comment)


def central_entries(data: memoryview, start: int, stop: int, notes: Notes) -> Iterator[Entry]:
    """Yield the entries of the central directory between two offsets; resynchronises after a broken record."""
    position = start
    while position + _CENTRAL.size <= stop:
        (
            magic,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            compressed,
            size,
            name_length,
            extra_length,
            comment_length,
            _,
            _,
            _,
            header,
        ) = _CENTRAL.unpack_from(data, position)
        after_name = position + _CENTRAL.size + name_length
        following = after_name + extra_length + comment_length
        if magic != CENTRAL or after_name > stop:
            position = _resync(data, position + 1, stop, notes, "record without signature or longer than the directory")
            if position < 0:
                return
            continue
        raw = bytes(data[position + _CENTRAL.size : after_name])
        entry = Entry(decode_name(raw), raw, method, flags, crc, compressed, size, header)
        if extra_length >= HUGE_EXTRA:
            notes.add("huge_extra_field", f"{entry.name}: extra field of {extra_length:,} bytes")
        extra = data[after_name : min(after_name + extra_length, stop)]
        if extra_length and _U32 in {compressed, size, header}:
            _apply_zip64(entry, extra)
        if _overruns(extra):
            notes.add("extra_field_malformed", f"{entry.name}: a part of its extra field is longer than the field")
        yield entry
        if following > stop or (following < stop and data[following : following + 4] != CENTRAL):
            if following == stop or stop - following in range(4):
                return
            position = _resync(data, after_name, stop, notes, f"{entry.name}: wrong extra or comment length")
            if position < 0:
                return
        else:
            position = following


def _resync(data: memoryview, start: int, stop: int, notes: Notes, why: str) -> int:
    notes.add("central_directory_damaged", why)
    found = bytes(data[start:stop]).find(CENTRAL)
    return start + found if found >= 0 else -1


def _overruns(extra: memoryview) -> bool:
    """Whether a part of an extra field is longer than the field: some readers then refuse the archive, phones do not.

    Fewer than four bytes at the end are the filling that build tools align entries with.
    """
    position = 0
    while position + 4 <= len(extra):
        position += 4 + int.from_bytes(extra[position + 2 : position + 4], "little")
    return position > len(extra)


def _apply_zip64(entry: Entry, extra: memoryview) -> None:
    position = 0
    while position + 4 <= len(extra):
        kind = int.from_bytes(extra[position : position + 2], "little")
        length = int.from_bytes(extra[position + 2 : position + 4], "little")
        if kind == 1:
            fields = bytes(extra[position + 4 : position + 4 + length])
            for name in ("size", "compressed", "header"):
                if getattr(entry, name) == _U32 and len(fields) >= 8:
                    setattr(entry, name, int.from_bytes(fields[:8], "little"))
                    fields = fields[8:]
            return
        position += 4 + length


def check_local(data: memoryview, entry: Entry, notes: Notes) -> None:
    """Find the entry's data through its local header and note where the two headers disagree."""
    position = entry.header
    if position + _LOCAL.size > len(data) or data[position : position + 4] != LOCAL:
        notes.add("local_header_missing", f"{entry.name}: no local header at {position:,}")
        return
    (_, _, flags, method, _, _, crc, compressed, size, name_length, extra_length) = _LOCAL.unpack_from(data, position)
    after_name = position + _LOCAL.size + name_length
    entry.data = after_name + extra_length
    if data[position + _LOCAL.size : after_name] != entry.raw_name:
        local = decode_name(bytes(data[position + _LOCAL.size : after_name]))
        notes.add("name_mismatch", f"{entry.name}: the local header says {local}")
    if (flags | entry.flags) & ENCRYPTED:
        notes.add("encrypted_flag", f"{entry.name}: marked as encrypted")
    if method != entry.method:
        notes.add("header_mismatch", f"{entry.name}: compression method {entry.method} and {method}")
    elif (
        not flags & DESCRIPTOR
        and _U32 not in (compressed, size)
        and ((crc, compressed, size) != (entry.crc, entry.compressed, entry.size))
    ):
        notes.add("header_mismatch", f"{entry.name}: sizes or checksum of the two headers differ")
    if extra_length >= HUGE_EXTRA:
        notes.add("huge_extra_field", f"{entry.name}: extra field of {extra_length:,} bytes")


def local_entries(data: memoryview, buffer: Searchable, start: int, stop: int) -> Iterator[Entry]:
    """Yield the entries whose local headers stand between two offsets, directory or not."""
    position = start
    find = buffer.find
    while (position := find(LOCAL, position, stop)) >= 0:
        if position + _LOCAL.size > len(data):
            return
        (_, _, flags, method, _, _, crc, compressed, size, name_length, extra_length) = _LOCAL.unpack_from(
            data, position
        )
        body = position + _LOCAL.size + name_length + extra_length
        if body > stop:
            position += 4
            continue
        raw = bytes(data[position + _LOCAL.size : position + _LOCAL.size + name_length])
        if flags & DESCRIPTOR and not compressed:
            following = find(LOCAL, body, stop)
            compressed = (following if following >= 0 else stop) - body
            size = size or _U32
        yield Entry(decode_name(raw), raw, method, flags, crc, compressed, size, position, body)
        position = body if body + compressed > stop else body + compressed
