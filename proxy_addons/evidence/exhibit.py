"""One message opened up: its leaves as a tree of steps, with the sights on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from proxy_addons.decode.limits import Limits
from proxy_addons.decode.tree import Gap, Leaf, unfold
from proxy_addons.sources.message import Message

from .masking import opened_below
from .places import Paths, Sight, all_sights, first_sights, sight_ids

if TYPE_CHECKING:
    from proxy_addons.match.matcher import Matcher
    from proxy_addons.sources.message import Item

STEP = re.compile(r"\[\d+\]|[^.\[&/$]+|\$")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A message, what it unfolds to, and where personal data stand in it."""

    message: Message
    leaves: tuple[Leaf, ...]
    paths: tuple[str, ...]
    """Of each leaf, fit to be written."""
    gaps: tuple[Gap, ...]
    sights: tuple[Sight, ...]
    """Every one, also of a value that several ways of decoding lead to."""
    ids: dict[tuple[int, int, str], str]
    """(leaf, start, data) → id, of the sights that the facts count."""
    wrappings: frozenset[int]
    """Leaves that are shown decoded further down."""

    def id_of(self, sight: Sight) -> str | None:
        """Return the id of a sight; `None` for one that repeats another."""
        return self.ids.get((sight.leaf, sight.start, sight.hit.data))

    def has(self, identity: str) -> bool:
        """Tell whether ``identity`` is the id of a transmission of this message, or of its flow or begins it."""
        return identity in self.ids.values() or self.message.flow.startswith(identity)


def open_message(message: Message, matcher: Matcher, paths: Paths, limits: Limits | None = None) -> Exhibit:
    """Unfold ``message`` and look for personal data in it, as the facts do."""
    unfolded = unfold(message, limits)
    counted = first_sights(matcher, unfolded.leaves)
    names = sight_ids(message, unfolded.leaves, counted, paths)
    return Exhibit(
        message,
        tuple(unfolded.leaves),
        tuple(paths.shown(leaf) for leaf in unfolded.leaves),
        unfolded.gaps,
        tuple(all_sights(matcher, unfolded.leaves)) if counted else (),
        {(one.leaf, one.start, one.hit.data): name for one, name in zip(counted, names, strict=True)},
        opened_below(unfolded.leaves),
    )


def find_exhibits(items: Iterable[Item], identity: str, matcher: Matcher) -> Iterator[Exhibit]:
    """Yield the messages that ``identity`` names: that of a transmission (``t-…``), or all of a flow.

    A flow may be named by the first characters of its id.
    """
    paths = Paths(matcher)
    for item in items:
        if not isinstance(item, Message):
            continue
        if identity.startswith("t-"):
            if not first_sights(matcher, unfold(item).leaves):
                continue
        elif not item.flow.startswith(identity):
            continue
        exhibit = open_message(item, matcher, paths)
        if exhibit.has(identity):
            yield exhibit


@dataclass(slots=True)
class Node:
    """A step of the paths: a layer, a key, an index."""

    label: str
    leaf: int | None = None
    below: dict[str, Node] = field(default_factory=dict)


def tree_of(exhibit: Exhibit, shown: Iterable[int]) -> list[Node]:
    """Return the leaves ``shown`` as trees, one for each place; chains without a branch are one node."""
    root = Node("")
    for index in shown:
        node = root
        for step in STEP.findall(exhibit.paths[index]):
            node = node.below.setdefault(step, Node(step))
        if node.leaf is None:
            node.leaf = index
        else:  # two leaves of one path: a repeated key, or keys that are not shown
            node.below[f"\x00{index}"] = Node("", index)
    return [_short(node) for node in root.below.values()]


def _short(node: Node) -> Node:
    while node.leaf is None and len(node.below) == 1:
        (child,) = node.below.values()
        node = Node(f"{node.label} › {child.label}" if child.label else node.label, child.leaf, child.below)
    return Node(node.label, node.leaf, {name: _short(child) for name, child in node.below.items()})
