"""Sites as plain texts and numbers, to hand them from one process to another that has read the same files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from analyzer.model.base import Record
from analyzer.model.record import dataclass

from .query import Hits, Site

if TYPE_CHECKING:
    from .index import DexIndex
    from .query import SiteKind

_COLUMNS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainSites(Record):
    """Sites, row behind row: kind, target, reference, caller and file by number of the text, then four numbers."""

    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def plain_sites(sites: Iterable[Site]) -> PlainSites:
    """Return sites without the process that they were found in."""
    known: dict[str, int] = {}
    numbers: list[int] = []
    for site in sites:
        texts = (site.kind, site.target, site.ref, site.caller, site.dex)
        numbers += [known.setdefault(text, len(known)) for text in texts]
        numbers += (site.offset, site.opcode, site.part, site.item)
    return PlainSites(texts=tuple(known), numbers=tuple(numbers))


def hits_of(index: DexIndex, plain: PlainSites) -> Hits:
    """Return the hits whose sites these are, for an index over the same files."""
    texts, numbers, flow = plain.texts, iter(plain.numbers), index.flow
    rows = zip(*[numbers] * _COLUMNS, strict=True)
    return Hits(
        tuple(
            Site(
                cast("SiteKind", texts[kind]), texts[target], texts[ref], texts[caller], texts[dex],
                offset, opcode, flow, part, item,
            )
            for kind, target, ref, caller, dex, offset, opcode, part, item in rows
        ),
        index.defines,
        index.search_callers,
    )  # fmt: skip
