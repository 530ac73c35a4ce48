"""An exhibit for a person: the decoded tree, in colour on a terminal, as plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from .exhibit import Exhibit, Node, tree_of
from .masking import Piece, Word, pieces

if TYPE_CHECKING:
    from rich.tree import Tree

    from .places import Sight

MAX_LEAVES = 300
"""Leaves drawn of one message; those with personal data come first."""
WIDTH = 100
"""Characters of a text without personal data that are drawn."""
AROUND = 40
"""Characters drawn on both sides of a hit in a long text."""
OPEN, CLOSE = "«", "»"
"""Around a hit where there is no colour."""

WORDS = {
    "sent": ("发出", "sent"),
    "received": ("收到", "received"),
    "below": ("（编码，见下层）", "(in code, decoded below)"),
    "binary": ("（二进制）", "(binary)"),
    "more": ("……另有 {} 处文本未显示（--all 全部显示）", "… {} more texts not drawn (--all draws them)"),
    "nothing": ("（没有可显示的内容）", "(nothing to draw)"),
    "gap": ("未分析", "not analysed"),
    "here": ("← 此处", "← here"),
}


def word(key: str, lang: str) -> str:
    """Return the word of a key."""
    return WORDS[key][0 if lang == "zh" else 1]


def heading(exhibit: Exhibit, lang: str) -> str:
    """Return the line that says which message it is; its path may hold personal data and is drawn below."""
    message = exhibit.message
    way = word("sent" if message.direction == "request" else "received", lang)
    when = datetime.fromtimestamp(message.time).astimezone().isoformat(" ", "milliseconds") if message.time > 0 else "?"
    address = f" [{message.address}]" if message.address else ""
    what = message.kind.upper() if message.kind != "http" else message.method
    return f"{way} {what} {message.scheme}://{message.host}{address}  {when}  #{message.flow}"


def drawn(exhibit: Exhibit, *, everything: bool = False) -> tuple[list[int], int]:
    """Return the leaves to draw, in their order, and how many are left out.

    Names of keys are leaves too, for a value may stand there; they are drawn where one does.
    """
    hit = {sight.leaf for sight in exhibit.sights}
    wanted = [index for index, path in enumerate(exhibit.paths) if index in hit or not _name_of_key(path)]
    if everything or len(wanted) <= MAX_LEAVES:
        return wanted, 0
    kept = set(sorted(wanted, key=lambda index: (index not in hit, index))[:MAX_LEAVES])
    return [index for index in wanted if index in kept], len(wanted) - len(kept)


def _name_of_key(path: str) -> bool:
    return "~" in path.rpartition(".")[2] or path == "query.key"


def leaf_pieces(exhibit: Exhibit, index: int, say: Word, lang: str) -> list[Piece]:
    """Return what is drawn of a leaf: its hits marked, long texts cut, its bytes and what is only wrapping left out."""
    leaf = exhibit.leaves[index]
    sights = [one for one in exhibit.sights if one.leaf == index]
    if index in exhibit.wrappings:
        return [Piece(word("below", lang), None)]
    parts = pieces(leaf.text, sights, say)
    if leaf.binary:
        shown = [part for part in parts if part.sight is not None]
        return [Piece(word("binary", lang) + " ", None), *shown]
    return [Piece(_printable(text), sight) for text, sight in (_cut(part, parts) for part in parts)]


def _cut(part: Piece, parts: list[Piece]) -> Piece:
    if part.sight is not None:
        return part
    if len(parts) == 1:
        return Piece(part.text if len(part.text) <= WIDTH else part.text[:WIDTH] + "…", None)
    if len(part.text) <= 2 * AROUND:
        return part
    first, last = part is parts[0], part is parts[-1]
    head = "" if first else part.text[:AROUND]
    tail = "" if last else part.text[-AROUND:]
    return Piece(f"{head}…{tail}", None)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "·" for char in text)


def plain_lines(
    exhibit: Exhibit, say: Word, lang: str, *, wanted: str | None = None, everything: bool = False
) -> Iterator[str]:
    """Yield the tree as indented lines; hits stand in guillemets, the wanted one has an arrow."""
    shown, left = drawn(exhibit, everything=everything)
    yield heading(exhibit, lang)
    for node in tree_of(exhibit, shown):
        yield from _plain_node(exhibit, node, 1, lambda index: _plain_leaf(exhibit, index, say, lang, wanted))
    if not shown:
        yield "  " + word("nothing", lang)
    if left:
        yield "  " + word("more", lang).format(left)
    for gap in exhibit.gaps:
        yield f"  ! {word('gap', lang)}: {gap.code}: {gap.detail}"


def _plain_node(exhibit: Exhibit, node: Node, depth: int, leaf: Callable[[int], str]) -> Iterator[str]:
    text = "" if node.leaf is None else leaf(node.leaf)
    label = _printable(node.label)
    yield "  " * depth + (f"{label}: {text}" if text and label else label or text)
    for child in node.below.values():
        yield from _plain_node(exhibit, child, depth + 1, leaf)


def _plain_leaf(exhibit: Exhibit, index: int, say: Word, lang: str, wanted: str | None) -> str:
    text, notes = "", ""
    for part in leaf_pieces(exhibit, index, say, lang):
        text += part.text if part.sight is None else f"{OPEN}{part.text}{CLOSE}"
        if part.sight is not None:
            notes += _note(exhibit, part.sight, lang, wanted)
    return text + notes


def _note(exhibit: Exhibit, sight: Sight, lang: str, wanted: str | None) -> str:
    identity = exhibit.id_of(sight)
    if identity is None:
        return ""
    return f"  {identity}" + (f" {word('here', lang)}" if identity == wanted else "")


def rich_tree(exhibit: Exhibit, say: Word, lang: str, *, wanted: str | None = None, everything: bool = False) -> Tree:
    """Return the tree for a terminal with colours."""
    from rich.text import Text  # noqa: PLC0415  # only on a terminal
    from rich.tree import Tree  # noqa: PLC0415  # same

    shown, left = drawn(exhibit, everything=everything)

    def leaf(index: int) -> Text:
        text = Text()
        for part in leaf_pieces(exhibit, index, say, lang):
            if part.sight is None:
                text.append(part.text)
                continue
            here = wanted is not None and exhibit.id_of(part.sight) == wanted
            known = part.sight.hit.proof == "known_value"
            text.append(part.text, "bold white on red" if here else "bold red" if known else "bold yellow")
            text.append(_note(exhibit, part.sight, lang, wanted), "bold" if here else "dim")
        return text

    def hang(tree: Tree, node: Node) -> None:
        label = Text(_printable(node.label), "cyan")
        if node.leaf is not None:
            label = Text.assemble(label, ": " if node.label else "", leaf(node.leaf))
        branch = tree.add(label)
        for child in node.below.values():
            hang(branch, child)

    tree = Tree(Text(heading(exhibit, lang), "bold"), guide_style="dim")
    for node in tree_of(exhibit, shown):
        hang(tree, node)
    if not shown:
        tree.add(Text(word("nothing", lang), "dim"))
    if left:
        tree.add(Text(word("more", lang).format(left), "dim"))
    for gap in exhibit.gaps:
        tree.add(Text(f"! {word('gap', lang)}: {gap.code}: {gap.detail}", "yellow"))
    return tree
