"""One type chunk of a resource table: the entries of a type in one configuration. Source: AOSP ``ResourceTypes.h``."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

SPARSE, OFFSET16 = 0x01, 0x02
_HEADER = struct.Struct("<HHIBBHII")


class TypeChunk:
    """Where the entries of one chunk lie. Raises `struct.error` when the header is cut off."""

    __slots__ = ("_base", "_none", "_offsets", "_scale", "_sparse", "language", "plain", "release", "stop")

    def __init__(self, data: memoryview, position: int) -> None:
        _, header, size, _, flags, _, count, start = _HEADER.unpack_from(data, position)
        self.stop = stop = min(position + size, len(data))
        self._base = position + start
        self.language, self.plain, self.release = read_config(data, position + 20)
        index = data[position + header : stop]
        width = 2 if flags & OFFSET16 and not flags & SPARSE else 4
        count = min(count, len(index) // width)
        self._sparse: Mapping[int, int] | None = None
        self._scale, self._none = (4, 0xFFFF) if width == 2 else (1, 0xFFFFFFFF)
        if flags & SPARSE:
            pairs = struct.unpack_from(f"<{2 * count}H", index)
            self._sparse = {key: 4 * quarter for key, quarter in zip(pairs[-2::-2], pairs[-1::-2], strict=True)}
            self._offsets: memoryview | tuple[int, ...] = ()
        else:
            # Offsets are little-endian in the file, as they are on every machine that this runs on.
            self._offsets = index[: width * count].cast("H" if width == 2 else "I")

    def place(self, number: int) -> int | None:
        """Return where entry ``number`` begins, `None` where this configuration has none."""
        if self._sparse is not None:
            offset = self._sparse.get(number)
            return None if offset is None else self._base + offset
        if number >= len(self._offsets):
            return None
        offset = int(self._offsets[number])
        return None if offset == self._none else self._base + offset * self._scale

    def numbers(self) -> Iterable[int]:
        """Return the numbers of the entries that have room here."""
        return range(len(self._offsets)) if self._sparse is None else self._sparse


def read_config(data: memoryview, position: int) -> tuple[str, bool, int | None]:
    """Return the language, whether nothing else is qualified, and the release if nothing but these two is."""
    size = int.from_bytes(data[position : position + 4], "little")
    config = bytes(data[position + 4 : position + max(4, min(size, 64))])
    language = _code(config[4:6], ord("a"))
    region = _code(config[6:8], ord("0"))
    release = int.from_bytes(config[20:22], "little")
    others = any(config[:4]) or any(config[8:20]) or any(config[24:])
    whole = f"{language}-{region}" if region and language else language
    return whole, not (others or any(config[20:24])), None if others else release


def _code(raw: bytes, base: int) -> str:
    """Decode a language or region: two ASCII letters, or three packed into 15 bits."""
    if len(raw) < 2 or not any(raw):
        return ""
    if raw[0] & 0x80:
        first, second = raw[1] & 0x1F, ((raw[1] & 0xE0) >> 5) + ((raw[0] & 0x03) << 3)
        return "".join(chr(base + part) for part in (first, second, (raw[0] & 0x7C) >> 2))
    return raw.decode("ascii", "replace")
