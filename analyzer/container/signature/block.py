"""The APK signing block: found before the central directory, split into its id-value pairs, and its nested fields.

Source: source.android.com, "APK Signature Scheme v2", "v3".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"APK Sig Block 42"
V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61


class BlockError(ValueError):
    """The signing block, or a field of it, is malformed."""


@dataclass(frozen=True, slots=True)
class SigningBlock:
    """Where the block begins, and its values by id."""

    start: int
    values: dict[int, bytes]


def find_signing_block(data: memoryview, directory: int) -> SigningBlock | None:
    """Return the signing block that ends where the central directory begins, or `None` when there is none.

    Raises `BlockError` when there is a magic number but no well-formed block before it.
    """
    if directory < 32 or directory > len(data) or data[directory - 16 : directory] != MAGIC:
        return None
    size = int.from_bytes(data[directory - 24 : directory - 16], "little")
    start = directory - size - 8
    if size < 24 or start < 0:
        raise BlockError("the signing block states an impossible size")
    if int.from_bytes(data[start : start + 8], "little") != size:
        raise BlockError("the two sizes of the signing block differ")
    values: dict[int, bytes] = {}
    position, stop = start + 8, directory - 24
    while position + 12 <= stop:
        length = int.from_bytes(data[position : position + 8], "little")
        if length < 4 or position + 8 + length > stop:
            raise BlockError("a pair of the signing block overruns it")
        key = int.from_bytes(data[position + 8 : position + 12], "little")
        values.setdefault(key, bytes(data[position + 12 : position + 8 + length]))
        position += 8 + length
    return SigningBlock(start, values)


class Fields:
    """Reads length-prefixed fields one after the other; every overrun is a `BlockError`."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def number(self) -> int:
        """Read a little-endian 32-bit number."""
        if self.position + 4 > len(self.data):
            raise BlockError("a number is cut off")
        self.position += 4
        return int.from_bytes(self.data[self.position - 4 : self.position], "little")

    def field(self) -> bytes:
        """Read a length-prefixed field."""
        length = self.number()
        if self.position + length > len(self.data):
            raise BlockError("a field overruns its parent")
        self.position += length
        return self.data[self.position - length : self.position]

    def sequence(self) -> Iterator[bytes]:
        """Read a length-prefixed sequence of length-prefixed fields."""
        inner = Fields(self.field())
        while inner.position < len(inner.data):
            yield inner.field()

    def pairs(self) -> Iterator[tuple[int, bytes]]:
        """Read a sequence of (number, length-prefixed field)."""
        for item in self.sequence():
            inner = Fields(item)
            yield inner.number(), inner.field()
