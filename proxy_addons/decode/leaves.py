"""Where texts lie in a message: nodes of layers, and the leaves on them, kept as columns until somebody asks for one.

A dense body holds hundreds of leaves of which a handful matter, so a `Leaf` is only made when it is looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, count
from operator import add
from typing import NamedTuple, overload

from analyzer.model.channels import Place

MAX_PATH = 400
"""Characters of a path that are shown."""


class Leaf(NamedTuple):
    """A text at the end of a path of layers."""

    text: str
    place: Place
    key: str | None
    layers: tuple[str, ...]
    path: str
    """Where it is, for a person: ``body.gzip.$.device.imei``."""
    group: str
    """Equal for siblings of one object."""
    binary: bool = False
    """The bytes were no text: known values may stand in them, patterns would only be chance."""


class Node(NamedTuple):
    """A layer, or an object or list inside one."""

    parent: int
    step: str | int
    """What its path has beyond its parent's; a number in a list."""
    place: Place
    layers: tuple[str, ...]
    key: str | None
    """Key of leaves that have none of their own."""
    mark: str
    """Between its path and the key of a leaf; ``[`` for a list, empty where leaves stand for the node itself."""
    group: int
    """The node whose leaves are siblings of its own: itself, but for a layer around one value."""
    depth: int
    binary: bool = False


class Leaves(Sequence[Leaf]):
    """The leaves of one message: texts in the order in which they were opened, then what is no text."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.keys: list[str | None] = []
        self.texts: list[str] = []
        self.raws: list[bytes] = []
        self._raw_nodes: list[int] = []
        self._firsts: list[int] = []
        self._homes: list[int] = []
        self._offsets: list[int] = []
        self._paths: dict[int, str] = {}
        self.cuts: set[str] = set()
        """Of what there is more than a search looked at."""
        self.tokens: dict[bytes, None] | None = None
        """Distinct long runs of base64 characters in the texts, where the search for layers has collected them."""

    # building

    def node(
        self,
        parent: int,
        step: str,
        *,
        place: Place | None = None,
        layer: str | None = None,
        key: str | None = None,
        mark: str = "",
        shared: bool = False,
        depth: int = 1,
    ) -> int:
        """Add a node below ``parent`` (-1: a place of the message) and return its number; ``shared``: same group."""
        number = len(self.nodes)
        if parent < 0:
            assert place is not None  # noqa: S101  # places are the roots
            self.nodes.append(Node(-1, step, place, (layer,) if layer else (), key, mark, number, 0))
            return number
        above = self.nodes[parent]
        self.nodes.append(
            Node(
                parent,
                step,
                above.place,
                (*above.layers, layer) if layer else above.layers,
                key or above.key,
                mark,
                above.group if shared else number,
                above.depth + depth,
            )
        )
        return number

    def home(self, node: int, offset: int = 0) -> None:
        """Say that the texts added from here on lie on ``node``; in a list from position ``offset``."""
        self._firsts.append(len(self.texts))
        self._homes.append(node)
        self._offsets.append(offset)

    def add(self, node: int, text: str, key: str | None = None) -> None:
        """Add one text on ``node``."""
        self.home(node)
        self.keys.append(key or self.nodes[node].key)
        self.texts.append(text)

    def add_raw(self, node: int, data: bytes) -> None:
        """Add bytes that are no text."""
        self._raw_nodes.append(node)
        self.raws.append(data)

    # asking

    def __len__(self) -> int:
        return len(self.texts) + len(self.raws)

    @overload
    def __getitem__(self, index: int) -> Leaf: ...

    @overload
    def __getitem__(self, index: slice) -> list[Leaf]: ...

    def __getitem__(self, index: int | slice) -> Leaf | list[Leaf]:
        """Return a leaf, or several."""
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if index >= len(self.texts):
            raw = index - len(self.texts)
            number = self._raw_nodes[raw]
            node = self.nodes[number]
            text = self.raws[raw].decode("utf-8", "surrogateescape")
            path = self.path(number)
            return Leaf(text, node.place, node.key, node.layers, path, self.path(node.group), binary=True)
        at = bisect_right(self._firsts, index) - 1
        number = self._homes[at]
        node = self.nodes[number]
        path = self.path(number)
        group = path if node.group == number else self.path(node.group)
        shown = (path + self._suffix(index, at))[:MAX_PATH] if node.mark else path
        return Leaf(self.texts[index], node.place, self.keys[index], node.layers, shown, group, node.binary)

    def __iter__(self) -> Iterator[Leaf]:
        for index in range(len(self)):
            yield self[index]

    def home_of(self, index: int) -> int:
        """Return the node on which a text lies, or that of bytes behind the texts."""
        if index >= len(self.texts):
            return self._raw_nodes[index - len(self.texts)]
        return self._homes[bisect_right(self._firsts, index) - 1]

    def suffix(self, index: int) -> str:
        """Return what the path of a text has beyond its node's."""
        return self._suffix(index, bisect_right(self._firsts, index) - 1)

    def _suffix(self, index: int, at: int) -> str:
        mark = self.nodes[self._homes[at]].mark
        if mark == "[":
            return f"[{index - self._firsts[at] + self._offsets[at]}]"
        return f"{mark}{self.keys[index] or ''}" if mark else ""

    def path(self, node: int) -> str:
        """Return the path of a node."""
        if (there := self._paths.get(node)) is not None:
            return there
        steps: list[str] = []
        at = node
        while at >= 0 and at not in self._paths:
            step = self.nodes[at].step
            steps.append(step if isinstance(step, str) else f"[{step}]")
            at = self.nodes[at].parent
        path = ((self._paths[at] if at >= 0 else "") + "".join(reversed(steps)))[:MAX_PATH]
        self._paths[node] = path
        return path

    def is_binary(self, index: int) -> bool:
        """Tell whether the bytes of a leaf were no text."""
        return index >= len(self.texts) or self.nodes[self.home_of(index)].binary

    def group_of(self, index: int) -> int:
        """Return a number that siblings of one object share."""
        return self.nodes[self.home_of(index)].group

    @cached_property
    def written(self) -> bytes:
        """The texts as `data` has them: what is no text stands behind."""
        return "\x00".join(self.texts).encode("utf-8", "surrogatepass")

    @cached_property
    def data(self) -> bytes:
        """All leaves as bytes, with a NUL between one and the next, lone surrogates as three bytes.

        NUL is no letter, digit or base64 character: nothing matches across.
        """
        if not self.raws:
            return self.written
        return b"\x00".join([self.written, *self.raws] if self.texts else self.raws)

    @cached_property
    def plain(self) -> bool:
        """Whether no leaf holds a NUL itself."""
        return self.data.count(b"\x00") <= len(self) - 1

    @cached_property
    def starts(self) -> list[int]:
        """Where each leaf begins in `data`."""
        data = self.data
        if self.plain:
            sizes = map(len, data.split(b"\x00"))
        else:  # some leaf holds a NUL itself
            coded = (text.encode("utf-8", "surrogatepass") for text in self.texts)
            sizes = map(len, (*coded, *self.raws))
        return list(map(add, accumulate(sizes, initial=0), count()))[:-1]

    @cached_property
    def begins(self) -> list[int]:
        """Where each leaf begins when the texts of all are joined by one character."""
        if self.data.isascii():
            return self.starts
        sizes = (*map(len, self.texts), *(len(raw.decode("utf-8", "surrogateescape")) for raw in self.raws))
        return list(map(add, accumulate(sizes, initial=0), count()))[:-1]

    def leaf_at(self, position: int) -> int:
        """Return the number of the leaf that holds a byte of `data`."""
        return bisect_right(self.starts, position) - 1

    def span(self, index: int) -> tuple[int, int]:
        """Return where a leaf begins and ends in `data`."""
        start = self.starts[index]
        end = self.starts[index + 1] - 1 if index + 1 < len(self) else len(self.data)
        return start, end

    def character(self, index: int, position: int) -> int:
        """Return how many characters of leaf ``index`` stand before a byte of `data`."""
        start = self.starts[index]
        if position == start:
            return 0
        if index < len(self.texts) and self.texts[index].isascii():
            return position - start
        while start < position < len(self.data) and self.data[position] & 0xC0 == 0x80:  # inside a character
            position -= 1
        before = self.data[start:position]
        if before.isascii():
            return len(before)
        raw = index >= len(self.texts)
        return len(before.decode("utf-8", "surrogateescape" if raw else "surrogatepass"))


def leaves_of(items: Sequence[Leaf]) -> Leaves:
    """Return single leaves as one set of columns, in their order."""
    if isinstance(items, Leaves):
        return items
    leaves = Leaves()
    groups: dict[str, int] = {}
    for item in items:
        node = leaves.node(-1, item.path, place=item.place, key=item.key)
        group = groups.setdefault(item.group, node)
        leaves.nodes[node] = leaves.nodes[node]._replace(layers=item.layers, group=group, binary=item.binary)
        leaves.add(node, item.text)
    return leaves
