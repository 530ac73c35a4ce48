"""All leaves of a message as one text, so that each search runs once."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from proxy_addons.decode.tree import Leaf

SEPARATOR = "\x00"
NAME_BEFORE = re.compile(r"""([\w.$\-一-鿿]{1,60})["']?\s{0,3}(?:[:=]|=>|>)\s{0,3}["']?[^"'&,;<>=:{}]{0,24}\Z""")
"""The name before a value in running text: ``"imei": "``, ``imei=``, ``<imei>``."""


class Haystack:
    """The leaves joined by NUL, which is no letter, digit or base64 character, so that nothing matches across."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self.leaves = leaves
        self.starts: list[int] = []
        at = 0
        for leaf in leaves:
            self.starts.append(at)
            at += len(leaf.text) + 1
        self.text = SEPARATOR.join(leaf.text for leaf in leaves)
        lowered = self.text.lower()
        # A few letters (such as İ) grow when lowered and would shift every offset behind them.
        self.lowered = (
            lowered
            if len(lowered) == len(self.text)
            else "".join(low if len(low := char.lower()) == 1 else char for char in self.text)
        )

    def leaf_at(self, position: int) -> int:
        """Return the index of the leaf that holds ``position``."""
        return bisect_right(self.starts, position) - 1

    def key_at(self, start: int) -> str | None:
        """Return the key name of the value at ``start``: written just before it in running text, else the leaf's."""
        index = self.leaf_at(start)
        begin = self.starts[index]
        if start > begin:
            found = NAME_BEFORE.search(self.text[max(begin, start - 96) : start])
            if found:
                return found.group(1)
        return self.leaves[index].key

    def whole(self, start: int, end: int) -> bool:
        """Tell whether ``start:end`` is all that its leaf or the quoted value around it holds."""
        before = self.text[start - 1 : start]
        after = self.text[end : end + 1]
        edges = "\x00\"' \t\r\n&=;:,<>|()[]{}"
        return (not before or before in edges) and (not after or after in edges)
