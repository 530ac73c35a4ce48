"""Puts what a layer holds into the columns of a message's leaves, within its bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from proxy_addons.sources.message import Message

from .leaves import Leaves, Node
from .limits import Budget

PLAIN_NAME = re.compile(r"[A-Za-z_$#@.\-/]{0,60}\d{0,3}[A-Za-z_$#.\-/]{0,40}\Z")


MAX_FAILURES = 24
"""Short values of one message that are tried in vain for codecs without magic: signatures and keys look the same."""
_NEW = tuple.__new__


def _mark(tree: Any) -> str:
    """Return what stands between a node and its leaves."""
    return "." if type(tree) is tuple else "[" if type(tree) is list else ""


class Gap(NamedTuple):
    """Something of this message that was not looked at: a code of `analyzer.model.NotAnalysed` and one sentence."""

    code: str
    detail: str


class Planting:
    """The leaves of one message as they grow."""

    def __init__(self, message: Message, budget: Budget) -> None:
        self.message = message
        self.budget = budget
        self.leaves = Leaves()
        self.gaps: list[Gap] = []
        self.trials = MAX_FAILURES
        self.untried = 0
        """Short values that were not tried when those tries were used up."""
        self.pieces: set[int] = set()
        """Texts of which the lines together are one token: one line by itself would be cut."""

    def gap(self, detail: str, code: str = "decode_failed") -> None:
        """Note something that could not be opened."""
        self.gaps.append(Gap(code, detail))

    @contextmanager
    def careful(self, what: str) -> Iterator[None]:
        """Keep a bug of ours in one layer from losing the rest of the message; it is noted."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever it is, the other layers are worth reading
            self.gap(f"{self.message.direction}: {type(error).__name__} in a layer of {what}", "analyser_error")

    def unfolded(self, data: bytes | str, *, cut: bool = False) -> None:
        """Book what a layer unfolded to."""
        self.budget.spend(len(data))
        if cut:
            self.budget.reached.add("size")

    def below(self, node: int, layer: str, key: str | None = None, step: str | None = None) -> int:
        """Add a layer around the one value that lies on ``node``."""
        return self.leaves.node(node, step or f".{layer}", layer=layer, key=key, shared=True)

    def may_open(self, index: int) -> bool:
        """Tell whether a layer may be opened in a text."""
        return self.budget.may_go_on(self.leaves.nodes[self.leaves.home_of(index)].depth + 1)

    def beside(self, index: int, layer: str) -> int:
        """Add a layer around a text that stays where it is."""
        leaves = self.leaves
        return self.below(leaves.home_of(index), layer, leaves.keys[index], f"{leaves.suffix(index)}.{layer}")

    def anchor(self, index: int) -> int:
        """Add a node for a text whose place is taken by what it holds."""
        leaves = self.leaves
        return leaves.node(leaves.home_of(index), leaves.suffix(index), key=leaves.keys[index], shared=True)

    def plant(self, tree: Any, parent: int, layer: str | None, step: str | None = None) -> None:
        """Add the values of a tree below ``parent``."""
        leaves = self.leaves
        mark = _mark(tree)
        root = leaves.node(parent, step or f".{layer}$", layer=layer, mark=mark, shared=not mark)
        first, nodes = len(leaves.texts), len(leaves.nodes)
        blobs: list[tuple[bytes, int, str | None]] = []
        stack: list[tuple[Any, int]] = [(tree, root)]
        while stack:
            value, node = stack.pop()
            if type(value) is tuple:
                inner = self._object(value, node, blobs)
            elif type(value) is list:
                inner = self._list(value, node, blobs)
            else:
                inner = []
                if isinstance(value, str):
                    leaves.add(node, value)
                elif isinstance(value, bytes):
                    blobs.append((value, node, None))
            stack += reversed(inner)
            if len(leaves.texts) > self.budget.limits.leaves:
                self.budget.reached.add("leaves")
                break
        names = {node.key for node in leaves.nodes[nodes:]}
        names.update(leaves.keys[first:])
        self.names(names, root)
        for data, node, name in blobs:
            self.open_bytes(data, leaves.node(node, f".{name or ''}", key=name, shared=True), guessed=True)

    def _object(
        self, pairs: tuple[tuple[str, Any], ...], node: int, blobs: list[tuple[bytes, int, str | None]]
    ) -> list[tuple[Any, int]]:
        """Add the texts of an object; return (value, node) of what has to be opened in turn."""
        leaves = self.leaves
        keys, texts, nodes = leaves.keys, leaves.texts, leaves.nodes
        _, _, place, layers, _, _, _, depth, _ = nodes[node]
        inner: list[tuple[Any, int]] = []
        leaves.home(node)
        for name, child in pairs:
            kind = type(child)
            if kind is str:
                if child:
                    keys.append(name)
                    texts.append(child)
            elif kind is tuple or kind is list:
                if child:
                    number = len(nodes)
                    inner.append((child, number))
                    mark = "." if kind is tuple else "["
                    # A third of the time of the class's own constructor.
                    nodes.append(_NEW(Node, (node, f".{name}", place, layers, name, mark, number, depth, False)))
            elif kind is bytes and child:
                blobs.append((child, node, name))
        return inner

    def _list(self, values: list[Any], node: int, blobs: list[tuple[bytes, int, str | None]]) -> list[tuple[Any, int]]:
        """Add the texts of a list, as `_object` does."""
        leaves = self.leaves
        keys, texts, nodes = leaves.keys, leaves.texts, leaves.nodes
        _, _, place, layers, key, _, _, depth, _ = nodes[node]
        inner: list[tuple[Any, int]] = []
        home = True
        for index, child in enumerate(values):
            kind = type(child)
            if kind is str:
                if home:
                    leaves.home(node, index)
                    home = False
                keys.append(key)
                texts.append(child)
                continue
            home = True
            if kind is tuple or kind is list:
                if child:
                    number = len(nodes)
                    inner.append((child, number))
                    mark = "." if kind is tuple else "["
                    nodes.append(_NEW(Node, (node, index, place, layers, key, mark, number, depth, False)))
            elif kind is bytes and child:
                blobs.append((child, node, key))
        return inner

    def names(self, names: set[str | None], node: int) -> None:
        """Add the names of a structure that are no plain words: maps are keyed by phone numbers or persons."""
        for name in sorted(filter(None, names)):
            if (len(name) > 6 or not name.isascii()) and not PLAIN_NAME.match(name):  # shorter than any identifier
                child = self.leaves.node(node, f".~{name}", shared=True)
                self.leaves.nodes[child] = self.leaves.nodes[child]._replace(key=None)
                self.leaves.add(child, name)

    def open_bytes(self, data: bytes, node: int, content_type: str = "", *, guessed: bool = False) -> bool:
        """Open bytes inside a structure."""
        raise NotImplementedError
