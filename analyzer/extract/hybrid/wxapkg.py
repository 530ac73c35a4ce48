"""Mini-program packages (``.wxapkg``): an index of names, offsets and sizes, then the files themselves.

Layout, big-endian, as public unpackers read it: 0xBE, four bytes, length of the index, length of the data, 0xED, the
number of files, and for each the length of its name, the name, offset from the start of the package, size. A package
that the desktop client has encrypted begins with ``V1MMWX``; it cannot be read without the app's id and is not tried.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

ENCRYPTED = b"V1MMWX"
MOST_FILES = 20_000
MOST_NAME = 1024


class PackageError(ValueError):
    """The package cannot be read; the message says why."""


def is_wxapkg(head: bytes) -> bool:
    """Tell by the first 14 bytes whether it is a mini-program package, encrypted or not."""
    return head[:6] == ENCRYPTED or (len(head) >= 14 and head[0] == 0xBE and head[13] == 0xED)


def read_wxapkg(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the files, in the order of the index. Raises `PackageError`."""
    if data[:6] == ENCRYPTED:
        raise PackageError("encrypted (V1MMWX): its key is made of the mini-program's id")
    if len(data) < 18 or not is_wxapkg(data[:14]):
        raise PackageError("no mini-program package")
    (count,) = struct.unpack_from(">I", data, 14)
    if count > MOST_FILES:
        raise PackageError(f"{count:,} files, limit {MOST_FILES:,}")
    place = 18
    rows = []
    for _ in range(count):
        length = int.from_bytes(data[place : place + 4], "big")
        stop = place + 4 + length
        if length > MOST_NAME or stop + 8 > len(data):
            raise PackageError("its index is cut off")
        offset, size = struct.unpack_from(">II", data, stop)
        if offset + size > len(data):
            raise PackageError("a file lies outside of the package")
        rows.append((data[place + 4 : stop].decode("utf-8", "replace").lstrip("/"), offset, size))
        place = stop + 8
    for name, offset, size in rows:
        yield name, data[offset : offset + size]
