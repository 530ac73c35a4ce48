"""The typeface of the PDF report, and how a text is made so that every character of it is seen on paper."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont

from .escape import visible

NAME = "NotoSansSC"
_FILE = files(__package__) / "fonts" / "NotoSansSC-subset.ttf"


@cache
def characters() -> frozenset[int]:
    """Register the typeface and return the code points that it shows; `deploy/report_font.py` says which it has."""
    with as_file(_FILE) as path:
        font = TTFont(NAME, str(path))
    registerFont(font)
    return frozenset(code for code in font.face.charToGlyph if visible(chr(code)) == chr(code))


def printable(text: str) -> str:
    """Return ``text`` with what the typeface lacks (rare Han characters, emoji) as ``[U+20BB7]``: nothing vanishes."""
    known = characters()
    return "".join(char if ord(char) in known else _by_number(char) for char in text)


def _by_number(char: str) -> str:
    shown = visible(char)
    return f"[U+{ord(char):04X}]" if shown == char else shown


def markup(text: str) -> str:
    """Return ``text`` as the content of a paragraph, where ``<`` and ``&`` would be commands."""
    return escape(printable(text))
