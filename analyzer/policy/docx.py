"""Word documents (DOCX): paragraphs and table rows of the main document, read from the XML under limits."""

from __future__ import annotations

import io
import zipfile
import zlib
from xml.etree import ElementTree as ET  # a document type, and with it every entity, is refused below

MAX_XML = 32 * 1024 * 1024
"""Bytes of the unpacked main document; a policy of 50,000 characters has some two million."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_DOCUMENT = "word/document.xml"


class DocxError(Exception):
    """The reason, in one phrase, why no text can be read from the file."""


def docx_text(data: bytes) -> tuple[str, int]:
    """Return the text, one line per paragraph or table row with cells parted by tabs, and the number of pictures.

    Raise `DocxError` for another ZIP, an encrypted or damaged one, or one that unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if _DOCUMENT not in names:
                raise DocxError("is a ZIP file but no Word document (DOCX)")
            entry = archive.getinfo(_DOCUMENT)
            if entry.flag_bits & 1:
                raise DocxError("is an encrypted Word document")
            with archive.open(entry) as file:
                xml = file.read(MAX_XML + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise DocxError("is a damaged Word document") from error
    if len(xml) > MAX_XML:
        raise DocxError(f"unpacks to more than {MAX_XML // 1024 // 1024} MiB")
    if b"<!DOCTYPE" in xml[:4096]:
        raise DocxError("is no proper Word document: its XML declares a document type")
    try:
        root = ET.fromstring(xml)  # noqa: S314  # without a document type there is nothing to expand
    except ET.ParseError as error:
        raise DocxError("is a damaged Word document") from error
    lines: list[str] = []
    for body in root:
        _blocks(body, lines)
    return "\n".join(lines), sum(name.startswith("word/media/") for name in names)


def _blocks(parent: ET.Element, lines: list[str]) -> None:
    # a stack instead of recursion: nesting is the sender's choice
    stack = list(reversed(parent))
    while stack:
        node = stack.pop()
        name = _name(node)
        if name == "p":
            lines.append(_text(node))
        elif name == "tbl":
            for row in node.iter():
                if _name(row) == "tr":
                    cells = [" ".join(_text(cell).split()) for cell in row if _name(cell) == "tc"]
                    lines.append("\t".join(cells))
        else:
            stack.extend(reversed(node))


def _text(node: ET.Element) -> str:
    parts: list[str] = []
    for piece in node.iter():
        name = _name(piece)
        if name == "t":
            parts.append(piece.text or "")
        elif name in {"tab", "br", "cr"} or (name == "p" and piece is not node and parts):
            parts.append(" ")
    return "".join(parts)


def _name(node: ET.Element) -> str:
    return node.tag.removeprefix(_W).removeprefix(_STRICT) if isinstance(node.tag, str) else ""
