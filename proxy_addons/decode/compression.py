"""Compressed layers, by content-coding name, by magic and by trial, never unfolding more than a limit."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy"),
)
FIRST_BYTES = frozenset((b"\x1f", b"\x28", b"\x04", b"\xff", b"\x78"))
CODINGS = {
    "gzip": "gzip",
    "x-gzip": "gzip",
    "deflate": "deflate",
    "deflateraw": "deflate",
    "br": "br",
    "zstd": "zstd",
    "snappy": "snappy",
    "x-snappy": "snappy",
    "x-snappy-framed": "snappy",
    "lz4": "lz4",
    "x-lz4": "lz4",
}
CHUNK = 1 << 16
SNAPPY_COMPRESSED, SNAPPY_PLAIN = 0, 1
"""Chunk types of the framing format that carry data, and after which a four-byte checksum stands."""
SHORTEST = 6
"""Bytes of the shortest content that trial may give."""
GROWTH = 255
"""Bytes that one byte of LZ4 may unfold to; no honest block of any of these formats says more."""


class DamagedLayerError(Exception):
    """The layer cannot be opened, or only in part: ``head`` is what came out before the damage."""

    def __init__(self, codec: str, head: bytes = b"") -> None:
        super().__init__(codec)
        self.codec = codec
        self.head = head


def codec_by_magic(data: bytes) -> str | None:
    """Return the codec that the first bytes name: gzip, zstd, LZ4 frame, framed Snappy, or ``deflate`` (zlib header).

    Brotli, raw deflate, raw Snappy and bare LZ4 blocks have no magic: see `by_trial`.
    """
    if data[:1] not in FIRST_BYTES:
        return None
    for magic, codec in MAGIC:
        if data.startswith(magic):
            return codec
    # RFC 1950: method 8, window ≤ 32 KiB, no dictionary, check bits. Only the levels that real writers emit.
    if len(data) > 8 and data[0] == 0x78 and data[1] in {0x01, 0x5E, 0x9C, 0xDA}:  # CMF, FLG
        return "deflate"
    return None


def codecs_by_header(value: str) -> list[str | None]:
    """Return the codecs of a Content-Encoding header, outermost first; `None` for a name nobody knows."""
    names = [name.strip().lower() for name in value.split(",")]
    return [CODINGS.get(name) for name in reversed(names) if name and name not in {"identity", "none"}]


def inflate(data: bytes, codec: str, limit: int) -> tuple[bytes, bool]:
    """Return (content, cut): at most ``limit`` bytes, and whether there was more.

    Raises `DamagedLayerError` carrying the readable head.
    """
    content = OPENERS[codec](data, limit + 1)
    return (content[:limit], True) if len(content) > limit else (content, False)


def by_trial(data: bytes, limit: int, reached: set[str]) -> list[tuple[str, bytes]]:
    """Return (codec, content) of the formats without magic that the whole of ``data`` fits.

    Content above ``limit`` bytes is left out, and ``size`` added to ``reached``. Random bytes pass now
    and then, so the caller must ask whether the content makes sense.
    """
    found = []
    for codec, opener in TRIALS.items():
        try:
            content = opener(data, limit + 1)
        except DamagedLayerError:
            continue
        if len(content) > limit:
            reached.add("size")
        elif len(data) // 2 <= len(content) and len(content) >= SHORTEST:  # what has no magic is no padding
            found.append((codec, content))
    return found


def is_block(data: bytes) -> bool:
    """Tell whether bytes are a short Snappy block: such a one can be read as text but for a few bytes."""
    if not data or not data[0] // 4 <= len(data) <= data[0] + 8:  # a size of one byte, and what it says is likely
        return False
    try:
        _snappy_block(data, CHUNK)
    except DamagedLayerError:
        return False
    return True


def _gzip(data: bytes, limit: int) -> bytes:
    return _zlib(data, limit, zlib.MAX_WBITS | 16, "gzip")


def _deflate(data: bytes, limit: int) -> bytes:
    try:
        return _zlib(data, limit, zlib.MAX_WBITS, "deflate")
    except DamagedLayerError as zlib_error:
        try:
            return _raw_deflate(data, limit)
        except DamagedLayerError as raw_error:
            raise DamagedLayerError("deflate", max(zlib_error.head, raw_error.head, key=len)) from None


def _raw_deflate(data: bytes, limit: int) -> bytes:
    return _zlib(data, limit, -zlib.MAX_WBITS, "deflate")


def _whole_deflate(data: bytes, limit: int) -> bytes:
    """Open a raw deflate stream that ends where the data ends."""
    member = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = member.decompress(data, limit)
    except zlib.error:
        raise DamagedLayerError("deflate") from None
    if len(content) < limit and (not member.eof or member.unused_data):
        raise DamagedLayerError("deflate")
    return content


def _whole_brotli(data: bytes, limit: int) -> bytes:
    """Open a brotli stream that needs the last byte of the data."""
    import brotli  # noqa: PLC0415  # only where a body may be brotli

    content = _brotli(data, limit)
    shorter = brotli.Decompressor()
    try:
        shorter.process(data[:-1], output_buffer_limit=limit)
    except brotli.error:
        return content
    if shorter.is_finished():
        raise DamagedLayerError("br")
    return content


def _zlib(data: bytes, limit: int, wbits: int, codec: str) -> bytes:
    out = bytearray()
    while data and len(out) < limit:
        member = zlib.decompressobj(wbits)
        pending = data
        try:
            while pending and len(out) < limit and not member.eof:
                out += member.decompress(pending, min(CHUNK, limit - len(out)))
                pending = member.unconsumed_tail
        except zlib.error:
            raise DamagedLayerError(codec, bytes(out)) from None
        if not member.eof:
            if len(out) < limit:
                raise DamagedLayerError(codec, bytes(out))
            break
        data = member.unused_data
        if not data.startswith(b"\x1f\x8b"):  # only gzip members may follow each other; the rest is padding
            break
    return bytes(out)


def _brotli(data: bytes, limit: int) -> bytes:
    import brotli  # noqa: PLC0415  # only where a body is brotli

    decoder = brotli.Decompressor()
    out = bytearray()
    try:
        out += decoder.process(data, output_buffer_limit=min(CHUNK, limit))
        while len(out) < limit and not decoder.is_finished():
            more = decoder.process(b"", output_buffer_limit=min(CHUNK, limit - len(out)))
            if not more:
                raise DamagedLayerError("br", bytes(out))
            out += more
    except brotli.error:
        raise DamagedLayerError("br", bytes(out)) from None
    return bytes(out)


def _zstd(data: bytes, limit: int) -> bytes:
    import zstandard  # noqa: PLC0415  # only where a body is zstd

    out = bytearray()
    # A frame may ask for a window of gigabytes: 128 MiB is what browsers grant.
    decoder = zstandard.ZstdDecompressor(max_window_size=128 << 20)
    try:
        with decoder.stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
            while len(out) < limit:
                piece = reader.read(min(CHUNK, limit - len(out)))
                if not piece:
                    break
                out += piece
    except zstandard.ZstdError:
        raise DamagedLayerError("zstd", bytes(out)) from None
    if not out and len(data) > 12:  # a frame with content that ends before its first block
        raise DamagedLayerError("zstd")
    return bytes(out)


def _lz4(data: bytes, limit: int) -> bytes:
    import lz4.frame  # noqa: PLC0415  # only where a body is LZ4

    if not data.startswith(MAGIC[2][0]):
        return _lz4_block(data, limit)
    out = bytearray()
    decoder = lz4.frame.LZ4FrameDecompressor()
    try:
        out += decoder.decompress(data, max_length=min(CHUNK, limit))
        while len(out) < limit and not decoder.eof:
            more = decoder.decompress(b"", max_length=min(CHUNK, limit - len(out)))
            if not more:
                raise DamagedLayerError("lz4", bytes(out))
            out += more
    except (RuntimeError, EOFError, ValueError):
        raise DamagedLayerError("lz4", bytes(out)) from None
    return bytes(out)


def _lz4_block(data: bytes, limit: int) -> bytes:
    """Open a bare block, or one behind its size as four bytes, as the common bindings write it."""
    import lz4.block  # noqa: PLC0415  # only where a body is LZ4

    if len(data) < 8:  # no block worth opening is shorter
        raise DamagedLayerError("lz4")
    size = int.from_bytes(data[:4], "little")
    tries = [(data, min(limit, len(data) * GROWTH))]
    if len(data) <= size + (size >> 3) + 16 and size <= min(limit, len(data) * GROWTH):
        tries.insert(0, (data[4:], size))
    for block, room in tries:
        try:
            content: bytes = lz4.block.decompress(block, uncompressed_size=room)
        except (lz4.block.LZ4BlockError, ValueError, MemoryError):
            continue
        if len(content) == room or block is data:
            return content
    raise DamagedLayerError("lz4")


def _snappy(data: bytes, limit: int) -> bytes:
    if not data.startswith(MAGIC[3][0]):
        return _snappy_block(data, limit)
    out = bytearray()
    at = len(MAGIC[3][0])
    while at + 4 <= len(data) and len(out) < limit:
        kind, size = data[at], int.from_bytes(data[at + 1 : at + 4], "little")
        chunk = data[at + 8 : at + 4 + size]  # behind the checksum
        at += 4 + size
        if kind == SNAPPY_PLAIN:
            out += chunk
        elif kind == SNAPPY_COMPRESSED:
            try:
                out += _snappy_block(chunk, CHUNK)
            except DamagedLayerError:
                raise DamagedLayerError("snappy", bytes(out)) from None
        elif kind < 0x80:  # a chunk that may not be skipped
            raise DamagedLayerError("snappy", bytes(out))
    if at > len(data) and len(out) < limit:
        raise DamagedLayerError("snappy", bytes(out))
    return bytes(out)


def _snappy_block(data: bytes, limit: int) -> bytes:
    import cramjam  # noqa: PLC0415  # only where a body is Snappy

    try:
        size = cramjam.snappy.decompress_raw_len(data)
        if not 0 < size <= min(limit, len(data) * GROWTH):
            raise DamagedLayerError("snappy")
        return bytes(cramjam.snappy.decompress_raw(data))
    except cramjam.DecompressionError:
        raise DamagedLayerError("snappy") from None


Opener = Callable[[bytes, int], bytes]
OPENERS: dict[str, Opener] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "lz4": _lz4,
    "snappy": _snappy,
}
TRIALS: dict[str, Opener] = {
    "snappy": _snappy_block,
    "deflate": _whole_deflate,
    "br": _whole_brotli,
    "lz4": _lz4_block,
}
