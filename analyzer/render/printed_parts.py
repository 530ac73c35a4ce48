"""The pieces of the printed report: styles, paragraphs, tables, and the page around them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from reportlab.lib import textsplit
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, LongTable, PageTemplate, Paragraph, TableStyle, paragraph

from .typeface import NAME, markup, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportlab.platypus import Flowable

# Signs that may not begin a line of Chinese: reportlab's own list, which two modules hold, lacks these full-width ones.
for _module in (textsplit, paragraph):
    _module.ALL_CANNOT_START += "，；：！？”’》"

MARGIN = 16 * mm
TOP = 20 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, DIM, LINE, SHADE = (HexColor(value) for value in ("#1B2430", "#5B6776", "#C3CAD3", "#EEF2F7"))
COLORS = {"critical": "#9B1C1C", "high": "#B42318", "medium": "#8A5A00", "low": "#1D5F8A", "info": "#5B6776"}
BELOW_HEADING = 45 * mm
"""Room that a heading needs below itself on a page."""
MOST_CELL = 400
"""Characters of a cell; the files for machines hold all."""


class Styles:
    """The paragraph styles of one language: Chinese breaks between any two characters, English between words."""

    def __init__(self, lang: str) -> None:
        wrap = "CJK" if lang == "zh" else None
        self.body = ParagraphStyle("body", fontName=NAME, fontSize=9, leading=14, textColor=INK, wordWrap=wrap)
        self.title = ParagraphStyle("title", self.body, fontSize=20, leading=28, spaceAfter=2)
        self.kind = ParagraphStyle("kind", self.body, fontSize=11, textColor=DIM, spaceAfter=10)
        self.heading = ParagraphStyle(
            "heading", self.body, fontSize=14, leading=20, spaceBefore=16, spaceAfter=6, textColor=HexColor("#1F3A5F"),
        )  # fmt: skip
        self.finding = ParagraphStyle(
            "finding", self.body, fontSize=10.5, leading=16, spaceBefore=12, spaceAfter=2, keepWithNext=1
        )
        self.subject = ParagraphStyle(
            "subject", self.body, spaceBefore=5, keepWithNext=1, textColor=HexColor("#1F3A5F")
        )
        self.evidence = ParagraphStyle(
            "evidence", self.body, fontSize=7.5, leading=11, leftIndent=9, bulletIndent=2, textColor=HexColor("#3A4654")
        )
        self.verdict = ParagraphStyle("verdict", self.body, fontSize=11, leading=17, spaceAfter=10)
        self.advice = ParagraphStyle("advice", self.body, spaceBefore=4)
        self.small = ParagraphStyle("small", self.body, fontSize=7.5, leading=11, textColor=DIM)
        self.cell = ParagraphStyle("cell", self.body, fontSize=7.2, leading=10)
        self.head = ParagraphStyle("head", self.cell, textColor=DIM)
        self.sign = ParagraphStyle("sign", self.cell, alignment=1)
        self.sign_head = ParagraphStyle("sign_head", self.head, alignment=1, fontSize=6.4, leading=8.5)


class Pen:
    """Makes paragraphs and tables in one language; every text given to it is inert."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    @cached_property
    def styles(self) -> Styles:
        """The styles."""
        return Styles(self.lang)

    def text(self, text: str, style: str = "body", *, color: str | None = None, bullet: str | None = None) -> Paragraph:
        """Return a paragraph; its lines are kept."""
        inside = "<br/>".join(map(markup, text.split("\n")))
        if color:
            inside = f'<font color="{color}">{inside}</font>'
        return Paragraph(inside, getattr(self.styles, style), bulletText=bullet)

    def labelled(self, label: str, text: str, style: str = "body") -> Paragraph:
        """Return a paragraph that begins with a dim label."""
        lines = "<br/>".join(map(markup, text.split("\n")))
        return Paragraph(f'<font color="#5B6776">{markup(label)}</font>　{lines}', getattr(self.styles, style))

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[float],
        *,
        signs: Sequence[int] = (),
    ) -> Flowable:
        """Return a table as wide as the page; ``widths`` are shares, ``signs`` the columns with centred content."""
        share = WIDTH / sum(widths)
        grid = (
            [[self.text(head, "sign_head" if n in signs else "head") for n, head in enumerate(heads)]] if heads else []
        )
        first = len(grid)
        grid += [
            [self.text(_cut(cell), "sign" if n in signs else "cell") for n, cell in enumerate(row)] for row in rows
        ]
        made = LongTable(grid, [wide * share for wide in widths], repeatRows=first, splitInRow=1)
        commands: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
        commands += [(side, (n, 0), (n, -1), 1) for n in signs for side in ("LEFTPADDING", "RIGHTPADDING")]
        if first:
            commands.append(("BACKGROUND", (0, 0), (-1, 0), SHADE))
        made.setStyle(TableStyle(commands))
        return made


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CELL else text[:MOST_CELL] + " …"


class Paper(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """A4 pages with header and footer, an outline, and bytes that equal input makes again."""

    def __init__(self, sink: Any, *, title: str, head: tuple[str, str], foot: str) -> None:
        super().__init__(
            sink, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=TOP, bottomMargin=TOP,
            title=printable(title), author="eduaudit", creator="eduaudit", invariant=1,
        )  # fmt: skip
        self.head = head
        self.foot = foot
        self._marks = 0
        frame = Frame(MARGIN, TOP, WIDTH, A4[1] - 2 * TOP, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self._around))

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # reportlab's name
        """Put headings into the outline."""
        level = {"heading": 0, "finding": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is None or not isinstance(flowable, Paragraph):
            return
        self._marks += 1
        key = f"h{self._marks}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(flowable.getPlainText(), key, level, closed=level == 0)

    def _around(self, canvas: Canvas, _: Any) -> None:
        canvas.saveState()
        canvas.setFont(NAME, 7.5)
        canvas.setFillColor(DIM)
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.4)
        high, low, right = A4[1] - 13 * mm, 11 * mm, A4[0] - MARGIN
        canvas.drawString(MARGIN, high, printable(self.head[0]))
        canvas.drawRightString(right, high, printable(self.head[1]))
        canvas.line(MARGIN, high - 3, right, high - 3)
        canvas.line(MARGIN, low + 10, right, low + 10)
        canvas.setFont(NAME, 6.5)
        canvas.drawString(MARGIN, low, printable(self.foot))
        canvas.setFont(NAME, 7.5)
        canvas.drawRightString(right - 16, low, f"{canvas.getPageNumber()} / ")
        canvas.saveState()
        canvas.translate(right - 16, low)
        canvas.doForm(TOTAL)
        canvas.restoreState()
        canvas.restoreState()


TOTAL = "total"
"""The number of pages: a piece that every page shows and that is drawn when the last one is known."""


class Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Draws `TOTAL` at the end."""

    def save(self) -> None:
        """Write the number of pages and the file."""
        total = str(self.getPageNumber() - 1)
        self.beginForm(TOTAL, 0, -3, 40, 10)
        self.setFont(NAME, 7.5)
        self.setFillColor(DIM)
        self.drawString(0, 0, total)
        self.endForm()
        super().save()
