"""Compressed layers, by content-coding name and by magic, never unfolding more than a limit."""

from __future__ import annotations

import io
import zlib

MAGIC = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "deflateraw": "deflate", "br": "br", "zstd": "zstd"}
CHUNK = 1 << 16


class DamagedLayerError(Exception):
    """The layer cannot be opened, or only in part: ``head`` is what came out before the damage."""

    def __init__(self, codec: str, head: bytes = b"") -> None:
        super().__init__(codec)
        self.codec = codec
        self.head = head


def codec_by_magic(data: bytes) -> str | None:
    """Return ``gzip``, ``zstd`` or ``deflate`` (zlib header) when the first bytes say so.

    Brotli and raw deflate have no magic and are only opened where a header names them.
    """
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
    opener = {"gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}[codec]
    content = opener(data, limit + 1)
    return (content[:limit], True) if len(content) > limit else (content, False)


def _gzip(data: bytes, limit: int) -> bytes:
    return _zlib(data, limit, zlib.MAX_WBITS | 16, "gzip")


def _deflate(data: bytes, limit: int) -> bytes:
    try:
        return _zlib(data, limit, zlib.MAX_WBITS, "deflate")
    except DamagedLayerError as zlib_error:
        try:
            return _zlib(data, limit, -zlib.MAX_WBITS, "deflate")
        except DamagedLayerError as raw_error:
            raise DamagedLayerError("deflate", max(zlib_error.head, raw_error.head, key=len)) from None


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
