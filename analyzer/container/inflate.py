"""Bounded raw inflate: never produces more than it is allowed to.

isal is about twice as fast as zlib (measured: 24 MB of DEX in 78 ms against 174 ms); where its wheel is missing,
zlib does.
"""

from __future__ import annotations

import zlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

_deflate: ModuleType
try:
    from isal import isal_zlib as _deflate
except ImportError:  # pragma: no cover  # a platform without the wheel
    _deflate = zlib

if TYPE_CHECKING:
    from collections.abc import Iterator

RAW = -15
ERRORS: tuple[type[BaseException], ...] = (zlib.error, _deflate.error)
BLOCK = 1 << 20


class InflateError(Exception):
    """The stream is no deflate stream, or ends early."""


def crc32(data: Any, start: int = 0) -> int:
    """Return the CRC-32 of a buffer."""
    value: int = _deflate.crc32(data, start)
    return value


def adler32(data: Any) -> int:
    """Return the Adler-32 of a buffer."""
    value: int = _deflate.adler32(data)
    return value


def inflate(stored: Any, expected: int, most: int) -> bytes:
    """Inflate the buffer ``stored``, which claims to give ``expected`` bytes; stop at ``most`` + 1 bytes.

    A result longer than ``most`` tells the caller that the limit was passed. Raises `InflateError` on a broken or
    truncated stream.
    """
    decoder = _deflate.decompressobj(RAW)
    try:
        out: bytes = decoder.decompress(stored, min(expected, most) + 1)
        if decoder.eof or len(out) > most:
            return out
        parts = [out]
        total = len(out)
        while not decoder.eof and total <= most:
            more = decoder.decompress(decoder.unconsumed_tail, most + 1 - total)
            if not more and not decoder.unconsumed_tail:
                raise InflateError(f"deflate stream ends early, after {total:,} bytes")
            parts.append(more)
            total += len(more)
    except ERRORS as error:
        raise InflateError(f"broken deflate stream: {error}") from error
    return b"".join(parts)


def inflate_blocks(stored: Any, most: int) -> Iterator[bytes]:
    """Yield the inflated stream in blocks of at most 1 MiB, never more than ``most`` bytes in all and one block.

    Raises `InflateError` on a broken or truncated stream.
    """
    decoder = _deflate.decompressobj(RAW)
    pending, total = stored, 0
    try:
        while not decoder.eof and total <= most:
            block = decoder.decompress(pending, BLOCK)
            pending = decoder.unconsumed_tail
            if not block and not decoder.eof and not pending:
                raise InflateError(f"deflate stream ends early, after {total:,} bytes")
            total += len(block)
            yield block
    except ERRORS as error:
        raise InflateError(f"broken deflate stream: {error}") from error
