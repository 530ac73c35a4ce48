"""Content digests of the file, as schemes v2 and v3 define them: chunks of 1 MiB, or a hash tree of 4 KiB pages."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 1 << 20
PAGE = 4096
SALT = bytes(8)


def signed_sections(data: memoryview, block: int, directory: int, end: int) -> tuple[memoryview, memoryview, bytes]:
    """Return the three signed sections: entries, central directory, and the end record with its offset put back."""
    record = bytearray(data[end:])
    record[16:20] = (block & 0xFFFFFFFF).to_bytes(4, "little")
    return data[:block], data[directory:end], bytes(record)


def chunked_digest(sections: Iterable[memoryview | bytes], name: str) -> bytes:
    """Digest of the digests of all chunks of 1 MiB."""
    digests = []
    for section in sections:
        for start in range(0, len(section), CHUNK):
            chunk = section[start : start + CHUNK]
            hashed = hashlib.new(name, b"\xa5" + len(chunk).to_bytes(4, "little"))
            hashed.update(chunk)
            digests.append(hashed.digest())
    return hashlib.new(name, b"\x5a" + len(digests).to_bytes(4, "little") + b"".join(digests)).digest()


def verity_digest(sections: tuple[memoryview | bytes, ...]) -> bytes:
    """Root of the fs-verity tree (SHA-256, salt of eight zero bytes) followed by the length of the signed bytes."""
    length = sum(len(section) for section in sections)
    level = b"".join(hashlib.sha256(SALT + page).digest() for page in _pages(sections))
    while len(level) > PAGE:
        level = b"".join(
            hashlib.sha256(SALT + level[start : start + PAGE].ljust(PAGE, b"\0")).digest()
            for start in range(0, len(level), PAGE)
        )
    root = hashlib.sha256(SALT + level.ljust(PAGE, b"\0")).digest()
    return root + length.to_bytes(8, "little")


def _pages(sections: tuple[memoryview | bytes, ...]) -> Iterator[bytes]:
    rest = b""
    for section in sections:
        start = 0
        if rest:
            start = min(PAGE - len(rest), len(section))
            rest += bytes(section[:start])
            if len(rest) < PAGE:
                continue
            yield rest
            rest = b""
        whole = start + (len(section) - start) // PAGE * PAGE
        for place in range(start, whole, PAGE):
            yield bytes(section[place : place + PAGE])
        rest = bytes(section[whole:])
    if rest:
        yield rest.ljust(PAGE, b"\0")
