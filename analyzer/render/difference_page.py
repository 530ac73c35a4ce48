"""A comparison as one HTML file, with the style and the filter of the report's page."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from .detail_words import coverage_text
from .difference_places import place_text
from .difference_words import word
from .differences import actor_text, because_text, by_area, detail_text, first_of, kind_text, rest_of, subject_text
from .page import FOLDER, safe, template

if TYPE_CHECKING:
    from analyzer.model import Diff


def write(diff: Diff, lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return a self-contained page: opens from disk, prints, asks nothing of any network, readable without script."""
    script = (FOLDER / "report.js").read_text(encoding="utf-8")
    names = diff.sdk_names
    telling, minor = rest_of(diff)
    return template("diff.html").render(
        diff=diff,
        lang=lang,
        w=lambda key: word(key, lang),
        style=safe((FOLDER / "report.css").read_text(encoding="utf-8")),
        script=safe(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        first=by_area(first_of(diff)),
        telling=telling,
        minor=minor,
        kind=lambda row: kind_text(row, lang),
        subject=lambda row: subject_text(row, names, lang),
        actor=lambda row: actor_text(row, names, lang),
        detail=lambda row: detail_text(row, lang),
        gap=lambda reason: coverage_text(reason, lang),
        place=lambda row, place: place_text(row, place, names, lang),
        why=lambda row: because_text(diff, row, lang),
    )
