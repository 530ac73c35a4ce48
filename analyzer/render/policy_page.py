"""The reading of a policy as one HTML file: no script, nothing from any network."""

from __future__ import annotations

from typing import Any

from .page import template
from .policy_terminal import blocks
from .policy_words import policy_word


def write(document: dict[str, Any], lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return the self-contained page."""
    return template("policy.html").render(
        document=document, lang=lang, title=policy_word("title", lang), blocks=list(blocks(document, lang))
    )
