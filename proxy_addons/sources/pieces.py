"""Bodies too long for memory, read piece by piece from the file that the proxy kept them in."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

PIECE = 1 << 20
"""Bytes of a piece."""
SCANNED = 128 << 20
"""Bytes of one body, opened, that are looked at."""
SEAM = 4096
"""A piece ends at a separator within its last bytes where there is one, so that no value is cut in two."""
SEPARATORS = b"\n\r\x00 ,;&\"'<>{}[]|"


class TooLongError(Exception):
    """A body goes on behind what is looked at."""


def read_pieces(path: Path, encodings: str) -> Iterator[bytes]:
    """Yield the body in pieces, its content encodings undone on the way.

    Raises `TooLongError` behind the bound, `ValueError` or ``zlib.error`` where an encoding is damaged, `OSError`.
    """
    with path.open("rb") as file:
        yield from pieces_of(file, encodings)


def pieces_of(file: BinaryIO, encodings: str) -> Iterator[bytes]:
    """Yield what an open file holds so; raises the same."""
    rest = b""
    seen = 0
    for block in _opened(file, encodings):
        rest += block
        while len(rest) >= PIECE:
            cut = _cut(rest)
            yield rest[:cut]
            seen += cut
            rest = rest[cut:]
            if seen >= SCANNED:
                raise TooLongError
    if rest:
        yield rest


def _cut(data: bytes) -> int:
    """Return where the piece ends: behind the last separator near its end, else at its full length."""
    tail = data[PIECE - SEAM : PIECE]
    place = max(tail.rfind(bytes([separator])) for separator in SEPARATORS)
    return PIECE - SEAM + place + 1 if place >= 0 else PIECE


def _opened(file: BinaryIO, encodings: str) -> Iterator[bytes]:
    blocks = iter(lambda: file.read(PIECE), b"")
    for name in reversed([part.strip().lower() for part in encodings.split(",") if part.strip()]):
        blocks = _inflated(blocks, name)
    yield from blocks


def _inflated(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    if name in {"identity", "none"}:
        yield from blocks
        return
    if name in {"gzip", "x-gzip", "deflate"}:
        yield from _deflated(blocks)
        return
    if name == "br":
        yield from _brotli(blocks)
        return
    if name == "zstd":
        import zstandard  # noqa: PLC0415  # only for such bodies

        with zstandard.ZstdDecompressor().stream_reader(
            cast("BinaryIO", _Readable(blocks)), read_across_frames=True
        ) as reader:
            while part := reader.read(PIECE):
                yield part
        return
    raise ValueError(f"unknown content encoding {name!r}")


class _Readable:
    """Blocks as something to read from, for a codec that bounds its output only that way."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; an empty answer is the end."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
        part, self._rest = (self._rest[:size], self._rest[size:]) if size >= 0 else (self._rest, b"")
        return part


def _brotli(blocks: Iterator[bytes]) -> Iterator[bytes]:
    import brotli  # noqa: PLC0415  # only for such bodies

    decoder = brotli.Decompressor()
    for block in blocks:
        yield decoder.process(block, output_buffer_limit=PIECE)
        while not decoder.can_accept_more_data():
            yield decoder.process(b"", output_buffer_limit=PIECE)
    while not decoder.is_finished() and (part := decoder.process(b"", output_buffer_limit=PIECE)):
        yield part


def _deflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo gzip or zlib with bounded output a step; what is neither is raw deflate."""
    inflater = None
    for data in blocks:
        block = data
        if inflater is None:
            wrapped = block[:2] == b"\x1f\x8b" or (block[:1] == b"\x78" and int.from_bytes(block[:2], "big") % 31 == 0)
            inflater = zlib.decompressobj(47 if wrapped else -15)  # 32 + 15: zlib or gzip by its head
        while block:
            yield inflater.decompress(block, PIECE)
            block = inflater.unconsumed_tail
    if inflater is not None:
        yield inflater.flush()
