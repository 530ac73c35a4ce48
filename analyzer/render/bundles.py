"""Bundles of hybrid frameworks in rows of a label and a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bundle_words import reasons_in_chinese
from .words import word

if TYPE_CHECKING:
    from analyzer.model import Bundle

MOST = 12


def rows_of(bundle: Bundle, lang: str) -> list[tuple[str, str]]:
    """Return what there is to say of one bundle."""
    if bundle.framework == "webview":
        return [(word("bundle.unread", lang), f"{word('bundle.remote', lang)} {_listed(bundle.unread)}")]
    counted = word("bundle.counted", lang).format(scripts=bundle.scripts, runtime=bundle.runtime)
    state = " · ".join(filter(None, (bundle.version, bundle.engine)))
    rows = [
        ("bundle.place", bundle.place),
        ("bundle.version", state),
        ("bundle.scripts", counted),
        ("bundle.unread", _unread(bundle, lang)),
        ("bundle.updates", _listed(bundle.updates)),
        ("bundle.modules", _listed(bundle.modules)),
        ("bundle.sdks", _listed(bundle.sdks)),
        ("bundle.permissions", _listed(bundle.permissions)),
    ]
    return [(word(key, lang), text) for key, text in rows if text]


def _unread(bundle: Bundle, lang: str) -> str:
    text = _listed(bundle.unread)
    return reasons_in_chinese(text) if lang == "zh" else text


def _listed(names: tuple[str, ...]) -> str:
    more = f" … +{len(names) - MOST}" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more
