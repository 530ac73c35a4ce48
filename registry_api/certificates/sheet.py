"""A4 sheets as Chinese offices set them: margins, centred title, document number, body indented by two characters.

After GB/T 9704—2012 as far as one embedded typeface allows: margins 37, 35, 26 and 28 mm, page number ``— 1 —`` at the
foot; the bureau's own letterhead and seal are not ours to print.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, LongTable, PageTemplate, Paragraph, TableStyle

import analyzer

TOP, BOTTOM, LEFT, RIGHT = 37 * mm, 35 * mm, 28 * mm, 26 * mm
WIDTH = A4[0] - LEFT - RIGHT
INK, DIM, LINE, RED = (HexColor(value) for value in ("#1B2430", "#5B6776", "#C3CAD3", "#B3261E"))
_SIZE = 12
_LONGEST = 4000


class Sheet:
    """Makes the flowables of one document; every text given to it is inert."""

    def __init__(self) -> None:
        font, self.markup = analyzer.typeface()
        self.font = font
        body = ParagraphStyle(
            "body", fontName=font, fontSize=_SIZE, leading=22, textColor=INK, wordWrap="CJK", firstLineIndent=2 * _SIZE
        )
        flush = ParagraphStyle("flush", body, firstLineIndent=0)
        self.styles = {
            "body": body,
            "flush": flush,
            "title": ParagraphStyle("title", flush, fontSize=20, leading=30, alignment=TA_CENTER, spaceAfter=6),
            "number": ParagraphStyle("number", flush, alignment=TA_CENTER, textColor=INK, spaceAfter=18),
            "heading": ParagraphStyle("heading", flush, fontSize=13, leading=22, spaceBefore=14, keepWithNext=1),
            "item": ParagraphStyle("item", flush, leftIndent=2 * _SIZE, spaceBefore=3, keepWithNext=1),
            "detail": ParagraphStyle("detail", flush, fontSize=9.5, leading=15, leftIndent=3 * _SIZE, textColor=DIM),
            "right": ParagraphStyle("right", flush, alignment=TA_RIGHT),
            "small": ParagraphStyle("small", flush, fontSize=8.5, leading=13, textColor=DIM),
            "cell": ParagraphStyle("cell", flush, fontSize=9.5, leading=14),
            "label": ParagraphStyle("label", flush, fontSize=9.5, leading=14, textColor=DIM),
        }

    def text(self, text: str, style: str = "body") -> Paragraph:
        """Return a paragraph; its lines are kept."""
        shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "……（下略，全文见平台）"
        return Paragraph("<br/>".join(map(self.markup, shown.split("\n"))), self.styles[style])

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], heads: Sequence[str] = ()) -> Flowable:
        """Return a table as wide as the page; ``widths`` are shares. Without ``heads`` the first column is labels."""
        share = WIDTH / sum(widths)
        grid = [[self.text(head, "label") for head in heads]] if heads else []
        grid += [
            [self.text(cell, "label" if not heads and number == 0 else "cell") for number, cell in enumerate(row)]
            for row in rows
        ]
        made = LongTable(grid, [wide * share for wide in widths], repeatRows=1 if heads else 0, splitInRow=1)
        made.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                    ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
                    ("LEFTPADDING", (0, 0), (-1, -1), 3),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ]
            )
        )
        return made


def build(story: list[Flowable], *, title: str, font: str, foot: str = "", keywords: str = "") -> bytes:
    """Return the PDF; byte-identical for equal input."""
    sink = io.BytesIO()

    def around(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFillColor(DIM)
        canvas.setFont(font, 10)
        canvas.drawCentredString(A4[0] / 2, 22 * mm, f"— {document.page} —")
        canvas.setFont(font, 7)
        canvas.drawCentredString(A4[0] / 2, 15 * mm, foot)
        canvas.restoreState()

    document = BaseDocTemplate(
        sink, pagesize=A4, leftMargin=LEFT, rightMargin=RIGHT, topMargin=TOP, bottomMargin=BOTTOM,
        title=title, author="eduaudit", creator="eduaudit", keywords=keywords, invariant=1,
    )  # fmt: skip
    frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=around))
    document.build(story)
    return sink.getvalue()
