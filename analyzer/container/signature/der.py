"""A small reader of DER, enough for certificates and PKCS#7 signatures.

Own reader: `cryptography` verifies keys but gives no access to the signer infos of PKCS#7, and its X.509 layer refuses
certificates (odd versions, negative serials) that phones accept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

INTEGER, OCTETS, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31


class DerError(ValueError):
    """The bytes are not the DER that is expected."""


class Node(NamedTuple):
    """One tag-length-value: the tag, its content, and the whole encoding."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> Iterator[Node]:
        """Yield the nodes inside."""
        return nodes(self.content)

    def expect(self, tag: int) -> Node:
        """Return itself when it has this tag; raises `DerError` otherwise."""
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#04x} where {tag:#04x} is expected")
        return self


def read_node(data: bytes, position: int = 0) -> tuple[Node, int]:
    """Read the node at ``position``; return it and the position behind it."""
    start = position
    if position + 2 > len(data):
        raise DerError("cut off")
    tag, length = data[position], data[position + 1]
    position += 2
    if tag & 0x1F == 0x1F:
        raise DerError("long tags are not used here")
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 4:
            raise DerError("indefinite or huge length")
        length = int.from_bytes(data[position : position + octets], "big")
        position += octets
    if position + length > len(data):
        raise DerError("cut off")
    stop = position + length
    return Node(tag, data[position:stop], data[start:stop]), stop


def nodes(data: bytes) -> Iterator[Node]:
    """Yield the nodes that stand one after the other in ``data``."""
    position = 0
    while position < len(data):
        node, position = read_node(data, position)
        yield node


def oid(content: bytes) -> str:
    """Return the dotted form of an object identifier."""
    if not content:
        raise DerError("empty object identifier")
    parts, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(value)
            value = 0
    if not parts:
        raise DerError("cut-off object identifier")
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))
