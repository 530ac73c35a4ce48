"""Reports for people and machines: one module a format, each with one function behind one interface."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from analyzer.model import Report

FORMATS = {"terminal": "terminal", "json": "document", "html": "page"}
"""Format → module of this package that writes it."""


class Renderer(Protocol):
    """Writes one format."""

    def __call__(self, report: Report, lang: str, *, color: bool = False, width: int | None = None) -> str:
        """Return the document; ``color`` and ``width`` (columns) concern the terminal alone."""
        ...


def render(report: Report, form: str, lang: str = "zh", *, color: bool = False, width: int | None = None) -> str:
    """Return ``report`` as ``form`` (a key of `FORMATS`) in ``lang`` (``zh`` or ``en``)."""
    writer = cast("Renderer", import_module(f".{FORMATS[form]}", __name__).write)
    return writer(report, lang, color=color, width=width)
