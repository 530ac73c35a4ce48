"""Places and gaps of a comparison in the reader's language; the JSON keeps one plain wording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.model import CoverageReason, FindingEvidence
from analyzer.model.coverage_words import COVERAGE_WORDS

from .detail_words import coverage_text, evidence_text
from .difference_words import word
from .words import actor_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analyzer.model import Difference

_ACTOR = re.compile(r"\[((?:app|unknown|(?:sdk|lib):[^\]\s]+))\]")
_USED = re.compile(r"(\S+) · used: .+")


def gap_names(codes: Iterable[str], lang: str) -> str:
    """Return the kinds of gaps of a coverage in words, each once."""
    named = (coverage_text(CoverageReason(code=code, detail=""), lang)[0] for code in sorted(set(codes)))
    return word("joint", lang).join(named)


def place_text(row: Difference, place: str, names: Mapping[str, str], lang: str) -> str:
    """Return one place of a difference: gaps, owners and the use of permissions in words, code as it is."""
    if row.area == "coverage":
        code, colon, detail = place.partition(": ")
        if colon and f"coverage.{code}" in COVERAGE_WORDS:
            title, text = coverage_text(CoverageReason(code=code, detail=detail), lang)
            return f"{title}{'：' if lang == 'zh' else ': '}{text}"
        return coverage_text(CoverageReason(code=row.subject, detail=place), lang)[1]
    where, space, excerpt = place.partition(" ")
    if row.area == "findings" and _USED.fullmatch(excerpt):
        excerpt = evidence_text(FindingEvidence(kind="permission", where=where, excerpt=excerpt), lang)[1]
        place = f"{where}{space}{excerpt}"
    return _ACTOR.sub(lambda match: f"[{actor_name(match[1], dict(names), lang)}]", place)
