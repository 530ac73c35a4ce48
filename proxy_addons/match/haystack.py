"""The leaves of a message as one run of bytes, so that each search runs once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from proxy_addons.decode.leaves import Leaf, Leaves, leaves_of
from proxy_addons.decode.text import WORD, tokens_of

NAME_END = re.compile(r"[\w.$\-一-鿿]{1,60}\Z")
VALUE_BEGIN = re.compile(r"""\s{0,3}["']?[^"'&,;<>=:{}]{0,24}\Z""")
DIGIT_RUN = b"0" * 11
SHARE = b"0." + DIGIT_RUN
NAME_REACH = 96
"""Characters before a value in which its name stands."""
TO_WORDS = bytes(code if code in WORD else 32 for code in range(256))
TO_SHAPE = bytes(48 if code in b"0123456789" else code for code in range(256))
EDGES = frozenset(b"\x00\"' \t\r\n&=;:,<>|()[]{}")
DIGITS = frozenset(b"0123456789")
MAX_PLACES = 50
"""Places at which the same token is looked at."""


class Haystack:
    """Leaves joined by NUL, which is no letter, digit or base64 character, so that nothing matches across.

    Positions count bytes of `data`; `lowered` has the same positions.
    """

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves: Leaves = leaves_of(leaves)
        self.data = self.leaves.data
        self.lowered = self.data.lower()  # ASCII letters only: nothing grows

    def cut(self, what: str) -> None:
        """Note that a bound was reached: there may be more of ``what`` than was looked at."""
        self.leaves.cuts.add(what)

    @cached_property
    def lowered_keys(self) -> str:
        """The distinct names of the leaves, in lower case."""
        return "\x00".join(key for key in set(self.leaves.keys) if key).lower()

    @cached_property
    def shape(self) -> bytes:
        """The data with a zero for every digit: numbers are then found as fast as any other text."""
        return self.data.translate(TO_SHAPE)

    @property
    def text_end(self) -> int:
        """Where the texts end in `data`: behind stand bytes, in which patterns would only be chance."""
        return len(self.leaves.written) if self.leaves.raws else len(self.data)

    @cached_property
    def whole_digits(self) -> bytes:
        """The shape without the digits of shares such as 0.13912345678901, which are no number of anybody."""
        return self.shape.replace(SHARE, b"")

    @cached_property
    def tokens(self) -> dict[bytes, None]:
        """Distinct runs of base64 characters of `SHORTEST` or more, in order of appearance."""
        there = self.leaves.tokens
        if there is None:
            return tokens_of(self.data)
        return there | tokens_of(b"\x00".join(self.leaves.raws)) if self.leaves.raws else there

    @cached_property
    def words(self) -> list[bytes]:
        """Runs of letters and digits in the tokens, in order of appearance."""
        return b" ".join(self.tokens).translate(TO_WORDS).split()

    def places(self, token: bytes) -> Iterator[int]:
        """Yield where ``token`` stands by itself, not inside a longer run of letters and digits."""
        at = self.data.find(token)
        left = MAX_PLACES
        while at >= 0:
            if self.free(at, at + len(token), WORD):
                if left == 0:
                    self.cut("places of one value")
                    return
                left -= 1
                yield at
            at = self.data.find(token, at + len(token))

    def free(self, start: int, end: int, letters: frozenset[int]) -> bool:
        """Tell whether none of ``letters`` touches ``start:end``."""
        data = self.data
        return not (start and data[start - 1] in letters) and not (end < len(data) and data[end] in letters)

    def aligned(self, position: int) -> int:
        """Return ``position``, or where the character begins in which it stands."""
        while 0 < position < len(self.data) and self.data[position] & 0xC0 == 0x80:  # a byte behind the first
            position -= 1
        return position

    def key_of(self, index: int) -> str | None:
        """Return the key of a leaf."""
        leaves = self.leaves
        return leaves.keys[index] if index < len(leaves.texts) else leaves.nodes[leaves.home_of(index)].key

    def key_at(self, start: int) -> str | None:
        """Return the key name of the value at ``start``: written just before it in running text, else the leaf's."""
        index = self.leaves.leaf_at(start)
        begin = self.leaves.starts[index]
        if start > begin:
            before = self.data[max(begin, start - 160) : start].decode("utf-8", "replace")
            if (name := name_before(before[-NAME_REACH:])) is not None:
                return name
        return self.key_of(index)

    def whole(self, start: int, end: int) -> bool:
        """Tell whether ``start:end`` is all that its leaf or the quoted value around it holds."""
        data = self.data
        return (not start or data[start - 1] in EDGES) and (end >= len(data) or data[end] in EDGES)


def name_before(text: str) -> str | None:
    """Return the name that stands before a value in running text: ``"imei": "``, ``imei=``, ``imei=>``, ``<imei>``."""
    at = max(text.rfind(":"), text.rfind("="), text.rfind(">"))
    if at < 1 or VALUE_BEGIN.match(text, at + 1) is None:
        return None
    head = text[: at - 1] if text[at - 1 : at + 1] == "=>" else text[:at]
    bare = head.rstrip()
    if len(head) - len(bare) > 3:  # blanks
        return None
    if bare[-1:] in {'"', "'"}:
        bare = bare[:-1]
    name = NAME_END.search(bare, max(0, len(bare) - 60))
    return name.group() if name else None
