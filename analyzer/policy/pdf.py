"""PDF files: their text, read by PDFium in a child process under limits, and put back into lines and table rows.

PDFium was taken for its text: of Chinese pages printed by Chromium it restores all characters and no false spaces,
where pypdf leaves radicals (⼈ for 人) and spaces around Latin words; it needs a tenth of the time. It is native code
fed by strangers, hence the child.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter

from .layout import is_table_head

MAX_PAGES = 300
SECONDS = 20
"""CPU seconds of the child; 50,000 characters need less than one."""
MEMORY = 1024 * 1024 * 1024
MAX_CHARACTERS = 2_000_000

_ENDS = re.compile(r"[。；;：:！!？?…）)》”]$")
_OPENS = re.compile(
    r"^\s*(?:[-*•·▪●#]|第?[一二三四五六七八九十百]+[、.章节条]|[（(][一二三四五六七八九十\d]+[)）]|\d{1,2}(?:\.\d+)*[、.\s]|\||https?://)"
)
_PAGE_NUMBER = re.compile(r"\d+\s*/\s*\d+|第\s*\d+\s*页|^\W*\d+\W*$|^page \d+|^(?:file|https?)://", re.IGNORECASE)
"""What differs from page to page in a running head or foot."""
_FULL = 0.85
"""A line at least this long, against the longest of its page, was broken by the margin."""


class PdfError(Exception):
    """The reason, in one phrase, why no text can be read from the file."""


def pdf_text(data: bytes) -> tuple[str, int]:
    """Return the text and the number of pictures. Raise `PdfError` for an encrypted, damaged or endless file."""
    command = [sys.executable, "-I", "-m", "analyzer.policy.pdf_child"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=3 * SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise PdfError("is a PDF that takes too long to read") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise PdfError("is a PDF that cannot be read within the limits") from error
    if "error" in answer:
        raise PdfError(answer["error"])
    return "\n".join(map(_joined, _bodies(answer["pages"]))), answer["images"]


def _bodies(pages: list[str]) -> list[list[str]]:
    """Return the lines of each page without running heads and feet: those that most pages have, but for numbers."""
    sheets = [[line.strip() for line in re.split(r"\r\n|\r|\n", page) if line.strip()] for page in pages]
    if len(sheets) < 3:
        return sheets
    edges = Counter(shape for sheet in sheets for shape in {_shape(line) for line in (*sheet[:2], *sheet[-2:])})
    running = {shape for shape, count in edges.items() if count > len(sheets) / 2}
    return [
        [line for at, line in enumerate(sheet) if 1 < at < len(sheet) - 2 or _shape(line) not in running]
        for sheet in sheets
    ]


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line) if _PAGE_NUMBER.search(line) else line


def _joined(rows: list[str]) -> str:
    """Undo the margin's line breaks of one page, and part the cells of what looks like a table."""
    longest = max(map(_width, rows), default=0)
    out: list[str] = []
    broken, columns = False, 0
    for row in rows:
        cells = row.split(" ")
        if len(cells) > 2 and is_table_head("\t".join(cells)):
            columns, broken = len(cells), False
            out.append("\t".join(cells))
            continue
        if columns and len(cells) == columns and not broken:
            out.append("\t".join(cells))
            continue
        columns = 0
        if out and broken and not _OPENS.match(row):
            out[-1] += row
        else:
            out.append(row)
        broken = _width(row) >= _FULL * longest and not _ENDS.search(row)
    return "\n".join(out)


def _width(text: str) -> int:
    """Return the width in half characters: Chinese ones are twice as wide as Latin ones."""
    return sum(1 if char.isascii() else 2 for char in text)
