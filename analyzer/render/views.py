"""The views of a report: which parts, in which order, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.signature import short_name

from .detail_words import evidence_text
from .words import word

if TYPE_CHECKING:
    from analyzer.model import FindingEvidence, Report

    from .fixes import FixGroup
    from .forms import View

_DETAILS = ("sdks", "permissions", "requests", "reads", "transmissions", "declarations")
PARTS: dict[View, tuple[str, ...]] = {
    "full": ("findings", "ledger", "governance", *_DETAILS, "rest", "human"),
    "vendor": ("fixes", "findings", *_DETAILS, "rest"),
    "regulator": ("ledger", "mismatches", "governance", "human", "findings", *_DETAILS, "rest"),
}
"""View → parts of the page in their order."""


def fix_name(group: FixGroup, sdk_names: dict[str, str], lang: str) -> str:
    """Return what is to be mended in words: the SDK's name, the class, the file; a document by its kind."""
    if group.kind == "sdk":
        return sdk_names.get(group.name, group.name)
    return group.name or word(f"fix.{group.kind}", lang)


def images_line(report: Report, lang: str) -> str | None:
    """Say what was looked at of the pictures; `None` where nobody asked."""
    images = report.images
    if images is None:
        return None
    if images.model is None:
        return word("images.none", lang)
    if images.problem:
        return word("images.problem", lang).format(problem=images.problem)
    return word("images.looked", lang).format(
        model=images.model, looked=images.looked, hits=len(images.hits), left=images.left_out, bad=images.unreadable
    )


def spot(item: FindingEvidence, lang: str) -> str:
    """Return where exactly: the method by its short name, host and place of a request, or what the evidence says."""
    code = item.where.partition(" [")[0]
    if "->" in code:
        return f"{short_name(code)} ← {short_name(item.excerpt)}" if "->" in item.excerpt else short_name(code)
    where, told = evidence_text(item, lang)
    if item.kind == "transmission":
        told = told.partition(" ")[0]  # the kind of data; value and time stand with the finding
    elif item.kind == "sdk":
        return where
    return f"{where} – {told}" if told else where
