"""The text of a policy file: what kind of file it is, in which encoding, and what a reader would see of it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal, NamedTuple

from analyzer.model import UnreadableInputError

from .docx import DocxError, docx_text
from .main_text import main_lines
from .markdown import markdown_text
from .markup import html_text, is_html, tidy
from .pdf import PdfError, pdf_text
from .saved_page import html_part, is_mhtml

MAX_BYTES = 10 * 1024 * 1024
"""A policy is some tens of kilobytes; what is larger is not a policy."""

_NOT_TEXT = (
    (b"\xd0\xcf\x11\xe0", "is an old Office document, which is not read: hand in DOCX, PDF, HTML or plain text"),
    (b"{\\rtf", "is RTF, which is not read: hand in its HTML or plain text"),
    (b"\x1f\x8b", "is compressed (gzip): unpack it first"),
)
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
_IS_IMAGE = "policy is an image: no text can be read from it, and users cannot search it; hand in the text"
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)
_DAMAGED = re.compile("\ufffd+")
_MOSTLY = 8
"""Characters beyond ASCII for each damaged place, from which on a text is taken to be in an encoding."""
_SOUND = 1000
"""Characters for each damaged place, from which on a text is read all the same; the place shows as U+FFFD."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd]")
_GB_NAMES = frozenset({"gb2312", "gbk", "gb18030", "gb_2312-80", "cp936", "x-gbk"})
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")


class PolicyText(NamedTuple):
    """A policy as text; offsets of all its facts count characters in `text`."""

    name: str
    sha256: str
    """Of the file as handed in."""
    text: str
    language: Literal["zh", "other"]


def load_text(path: Path) -> PolicyText:
    """Read a policy file. Raise `UnreadableInputError` for what holds no text, with the reason in one line."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableInputError(path, f"is larger than {MAX_BYTES // 1024 // 1024} MiB: not a privacy policy")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or "cannot be read") from error
    return text_of(path, data)


def text_of(path: Path | str, data: bytes) -> PolicyText:
    """Return the text of a policy file whose bytes are at hand; `path` names it in errors."""
    path = Path(path)
    if not data.strip():
        raise UnreadableInputError(path, "policy is empty")
    text, images = _extracted(path, data)
    text = tidy(text)
    if not text.strip():
        raise UnreadableInputError(path, _IS_IMAGE if images else "policy holds no text")
    return PolicyText(path.name, hashlib.sha256(data).hexdigest(), text, language_of(text))


def _extracted(path: Path, data: bytes) -> tuple[str, int]:
    """Return the text of a file of any kind that is read, and the number of its pictures."""
    if data[:1024].lstrip().startswith(b"%PDF"):
        try:
            return pdf_text(data)
        except PdfError as error:
            raise UnreadableInputError(path, f"policy {error}") from error
    if data.startswith(b"PK\x03\x04"):
        try:
            return docx_text(data)
        except DocxError as error:
            raise UnreadableInputError(path, f"policy {error}") from error
    if is_mhtml(data):
        page = html_part(data)
        if page is None:
            raise UnreadableInputError(path, "policy is a saved page (MHTML) without an HTML part")
        data = page
    source = _decode(path, data)
    if not is_html(source):
        return markdown_text(source), 0
    text, images = html_text(source)
    return main_lines(source, text), images


def language_of(text: str) -> Literal["zh", "other"]:
    """Return ``zh`` where Chinese characters are at least a third of all letters (SDK names stay in Latin script)."""
    han, latin = len(_HAN.findall(text)), len(_LETTER.findall(text))
    # a Han character carries about as much as a Latin word, of some five letters
    return "zh" if han and han * 5 >= latin else "other"


def _refuse_what_is_no_text(path: Path, data: bytes) -> None:
    if data.startswith(_IMAGES[:3]) or (data.startswith(_IMAGES[3:]) and b"\x00" in data[:64]):
        raise UnreadableInputError(path, _IS_IMAGE)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise UnreadableInputError(path, _IS_IMAGE)
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableInputError(path, "policy is an encrypted Office document: hand it in without a password")
    for magic, why in _NOT_TEXT:
        if data.startswith(magic):
            raise UnreadableInputError(path, f"policy {why}")


def _decode(path: Path, data: bytes) -> str:
    _refuse_what_is_no_text(path, data)
    for bom, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(bom):
            return _strict(path, data, encoding)
    if b"\x00" in data:
        raise UnreadableInputError(path, "policy is a binary file, not text")
    declared = _META_CHARSET.search(data[:4096])
    first = "gb18030" if declared and declared[1].decode().lower() in _GB_NAMES else "utf-8"
    for encoding in dict.fromkeys((first, "utf-8", "gb18030")):
        text = data.decode(encoding, "replace")
        damaged, foreign = len(_DAMAGED.findall(text)), len(text) - len(text.encode("ascii", "ignore"))
        if encoding == "gb18030" and not _reads_as_chinese(text):
            continue
        # A damaged file of UTF-8 is often valid GB18030, of other words: what is mostly UTF-8 is never read as that.
        if damaged * _MOSTLY > foreign:
            continue
        if damaged * _SOUND > len(text) and damaged > 1:
            raise UnreadableInputError(
                path, f"policy is damaged: {damaged} places of it are no {encoding.upper()} text; hand in a whole file"
            )
        if len(_CONTROL.findall(text)) * 100 <= len(text):
            return text
    raise UnreadableInputError(path, "policy is neither UTF-8 nor GB18030 text: hand it in as UTF-8")


_OLE = b"\xd0\xcf\x11\xe0"
_EVERYDAY = re.compile(r"[的一是在不了有和我们您你用户信息个人会将为可以或时及等使收集提供服务]")


def _reads_as_chinese(text: str) -> bool:
    """Tell whether what was read as GB18030 is Chinese: Big5 and EBCDIC are valid GB18030 of words that nobody writes.

    At least one character in twenty must be one of the everyday ones, which such a misreading has by chance only.
    """
    han = len(_HAN.findall(text))
    return han == 0 or len(_EVERYDAY.findall(text)) * 20 >= han


def _strict(path: Path, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableInputError(path, f"policy says it is {encoding} but is not") from error
