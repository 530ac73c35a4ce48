"""The reading of a policy as one HTML file: no script, nothing from any network."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from .escape import visible
from .policy_terminal import blocks
from .policy_words import policy_word

FOLDER = files(__package__) / "templates"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(lambda name: (FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # a policy is a stranger's text: its control characters are shown, not obeyed
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    return environment.get_template("policy.html")


def write(document: dict[str, Any], lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return the self-contained page."""
    return _template().render(
        document=document, lang=lang, title=policy_word("title", lang), blocks=list(blocks(document, lang))
    )
