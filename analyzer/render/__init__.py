"""Reports for people and machines: one module a format, each with one function behind one interface."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast, overload

from analyzer.model.errors import EduauditError

from .forms import BINARY, EXTRA, VIEWED, View

if TYPE_CHECKING:
    from analyzer.model import Report

FORMATS = {
    "terminal": "terminal",
    "json": "document",
    "html": "page",
    "sarif": "sarif",
    "cyclonedx": "cyclonedx",
    "xlsx": "workbook",
    "pdf": "printed",
}
"""Format → module of this package that writes it."""

TextForm = Literal["terminal", "json", "html", "sarif", "cyclonedx"]


class Renderer(Protocol):
    """Writes one format."""

    def __call__(
        self, report: Report, lang: str, *, color: bool = False, width: int | None = None, **view: View
    ) -> str | bytes:
        """Return the document; ``color`` and ``width`` (columns) are the terminal's, ``view`` its and the page's."""
        ...


def renderer(form: str) -> Renderer:
    """Return the writer of ``form`` (a key of `FORMATS`).

    Raises `EduauditError` when a library that it needs is not installed.
    """
    try:
        return cast("Renderer", import_module(f".{FORMATS[form]}", __name__).write)
    except ModuleNotFoundError as error:
        if form in BINARY and (error.name or "").partition(".")[0] in EXTRA.values():
            raise EduauditError(
                f"--format {form}: 缺少组件 / missing library {error.name!r}: pip install 'eduaudit[reports]'"
            ) from error
        raise


@overload
def render(
    report: Report,
    form: TextForm,
    lang: str = "zh",
    *,
    color: bool = False,
    width: int | None = None,
    view: View = "full",
) -> str: ...
@overload
def render(
    report: Report, form: str, lang: str = "zh", *, color: bool = False, width: int | None = None, view: View = "full"
) -> str | bytes: ...
def render(
    report: Report, form: str, lang: str = "zh", *, color: bool = False, width: int | None = None, view: View = "full"
) -> str | bytes:
    """Return ``report`` as ``form`` (a key of `FORMATS`) in ``lang`` (``zh`` or ``en``): bytes for a binary format.

    ``view`` is for the formats in `VIEWED`; the others are always the whole record.
    """
    more: dict[str, Any] = {"view": view} if form in VIEWED else {}
    return renderer(form)(report, lang, color=color, width=width, **more)
