"""Content digests of the file, as schemes v2 to v4 define them: chunks of 1 MiB, or a hash tree of 4 KiB pages."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CHUNK = 1 << 20
PAGE = 4096
SALT = bytes(8)
"""Of the tree of schemes v2 and v3."""


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


def verity_digest(sections: Sequence[memoryview | bytes]) -> bytes:
    """Root of the fs-verity tree (SHA-256, salt of eight zero bytes) followed by the length of the signed bytes."""
    root, _ = hash_tree(sections, SALT)
    return root + sum(len(section) for section in sections).to_bytes(8, "little")


def hash_tree(sections: Sequence[memoryview | bytes], salt: bytes) -> tuple[bytes, bytes]:
    """Return root and all levels (top first, each filled up to whole pages) of the fs-verity tree over the sections."""
    salted = hashlib.sha256(salt)
    levels: list[bytes] = []
    pages: Iterable[memoryview | bytes] = _pages(sections)
    while True:
        level = b"".join(_digest(salted, page) for page in pages)
        full = level.ljust(-(-len(level) // PAGE) * PAGE, b"\0")
        levels.append(full)
        if len(level) <= PAGE:
            break
        pages = [full[start : start + PAGE] for start in range(0, len(full), PAGE)]
    top = levels[-1] or bytes(PAGE)
    return _digest(salted, top), b"".join(reversed(levels))


def _digest(salted: hashlib._Hash, page: memoryview | bytes) -> bytes:
    hashed = salted.copy()
    hashed.update(page)
    return hashed.digest()


def _pages(sections: Sequence[memoryview | bytes]) -> Iterator[memoryview | bytes]:
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
            yield section[place : place + PAGE]
        rest = bytes(section[whole:])
    if rest:
        yield rest.ljust(PAGE, b"\0")
