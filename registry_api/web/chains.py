"""Call chains of a stored report as the page of one app shows them."""

from __future__ import annotations

from typing import Any

from analyzer.model.chains import Chain, doubt_sentence, folded, offsets_text


def chain_of(site: dict[str, Any], lang: str) -> Chain:
    """Return the chain of an access, a permission request or a ``path`` of evidence."""
    return folded(site.get("chain") or (), site.get("links") or (), site.get("entry"), lang)


def doubt_of(site: dict[str, Any], lang: str) -> str:
    """Say why a level is not certain, with flag and place of a guard; empty where it is certain."""
    return doubt_sentence(site.get("doubt"), site.get("guard"), site.get("level", ""), lang)


def offsets_of(site: dict[str, Any]) -> str:
    """Return the offsets of the call in its method."""
    return offsets_text(site.get("offsets") or ())
