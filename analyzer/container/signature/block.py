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
LARGEST_PAIR = 0x7FFFFFFF


class BlockError(ValueError):
    """The signing block, or a field of it, is malformed."""


@dataclass(frozen=True, slots=True)
class SigningBlock:
    """Where the block begins, and its pairs of id and value in their order.

    ``problem`` says why there may be more pairs than could be read: a phone reads on until the pair that it looks for,
    so that those before the broken one count.
    """

    start: int
    pairs: tuple[tuple[int, bytes], ...]
    problem: str | None = None

    @property
    def values(self) -> dict[int, bytes]:
        """Return the value of each id; the first of an id counts."""
        return dict(reversed(self.pairs))


def find_signing_block(data: memoryview, directory: int) -> SigningBlock | None:
    """Return the signing block that ends where the central directory begins, or `None` when there is none.

    Raises `BlockError` when there is a magic number but no well-formed frame before it.
    """
    if directory < 32 or directory > len(data) or data[directory - 16 : directory] != MAGIC:
        return None
    size = int.from_bytes(data[directory - 24 : directory - 16], "little")
    start = directory - size - 8
    if size < 24 or start < 0:
        raise BlockError("the signing block states an impossible size")
    if int.from_bytes(data[start : start + 8], "little") != size:
        raise BlockError("the two sizes of the signing block differ")
    pairs, problem = _read_pairs(data[start + 8 : directory - 24])
    return SigningBlock(start, tuple(pairs), problem)


def _read_pairs(data: memoryview) -> tuple[list[tuple[int, bytes]], str | None]:
    pairs: list[tuple[int, bytes]] = []
    position, stop, problem = 0, len(data), None
    while position < stop:
        length = int.from_bytes(data[position : position + 8], "little")
        if position + 12 > stop or not 4 <= length <= LARGEST_PAIR or position + 8 + length > stop:
            problem = f"pair {len(pairs) + 1} of the signing block overruns it"
            break
        key = int.from_bytes(data[position + 8 : position + 12], "little")
        pairs.append((key, bytes(data[position + 12 : position + 8 + length])))
        position += 8 + length
    return pairs, problem


class Fields:
    """Reads length-prefixed fields one after the other; every overrun is a `BlockError`."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    @property
    def left(self) -> bool:
        """Tell whether there is more to read."""
        return self.position < len(self.data)

    def number(self) -> int:
        """Read a little-endian 32-bit number."""
        return int.from_bytes(self.take(4), "little")

    def take(self, count: int) -> bytes:
        """Read so many bytes."""
        if self.position + count > len(self.data):
            raise BlockError("a number is cut off")
        self.position += count
        return self.data[self.position - count : self.position]

    def field(self) -> bytes:
        """Read a length-prefixed field."""
        length = self.number()
        if self.position + length > len(self.data):
            raise BlockError("a field overruns its parent")
        self.position += length
        return self.data[self.position - length : self.position]

    def sequence(self) -> Iterator[bytes]:
        """Read a length-prefixed sequence of length-prefixed fields."""
        return Fields(self.field()).fields()

    def fields(self) -> Iterator[bytes]:
        """Read length-prefixed fields to the end."""
        while self.left:
            yield self.field()

    def pairs(self) -> Iterator[tuple[int, bytes]]:
        """Read a sequence of (number, length-prefixed field)."""
        for item in self.sequence():
            inner = Fields(item)
            yield inner.number(), inner.field()

    def attributes(self) -> Iterator[tuple[int, Fields]]:
        """Read a sequence of (id, value to the end of the element)."""
        for item in self.sequence():
            inner = Fields(item)
            yield inner.number(), inner
