"""Structured bodies: JSON, forms, multipart, cookies.

Trees are tuples of (name, value) for objects, lists, texts and bytes; numbers are texts as they were written, so that
31.2304160 does not become 31.230416 and a name that stands twice is there twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import text as texts

FORM = re.compile(r"[A-Za-z_$#][\w.$#\[\]%:-]{0,80}=[^\s<>{}]*(?:&[^\s&=<>]{1,120}=[^\s&<>]*)*&?\Z")
PAIR = re.compile(
    r'"((?:[^"\\\x00-\x1f]|\\.){1,120})"\s{0,20}:\s{0,20}(?:"((?:[^"\\]|\\.)*)(?:"|\Z)|(-?\d[\d.eE+-]{0,40}))',
    re.DOTALL,
)
MAX_PAIRS = 50_000


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a flat structure."""

    key: str | None
    value: str | bytes
    name: str = ""
    """File name and content type of a multipart part, else empty."""
    percent: bool = False
    """Bytes that were percent-encoded and are no text."""


class NotThisShapeError(ValueError):
    """The text is not of this structure."""


class TooMuchError(NotThisShapeError):
    """It may well be of this structure, but holds more than is read: the message says more of what."""


def json_trees(text: str) -> list[Any]:
    """Return a JSON text, or several in a row, as trees.

    Raises `NotThisShapeError` for anything else, also for nesting beyond what Python's parser takes.
    """
    trees: list[Any] = []
    at, size = 0, len(text)
    try:
        while at < size:
            if text[at] in " \t\r\n,;\x00\ufeff\x1e":
                at += 1
                continue
            value, at = _DECODER.raw_decode(text, at)
            trees.append(value)
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotThisShapeError(str(error)[:80]) from None
    if not trees:
        raise NotThisShapeError("empty")
    return trees


_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_float=str, parse_int=str, parse_constant=str, strict=False)


def json_inside(text: str, at: int) -> tuple[Any, int]:
    """Return (tree, position behind it) of the JSON object or list that begins at ``at`` in running text.

    Raises `NotThisShapeError`.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotThisShapeError(str(error)[:80]) from None


def json_pairs(text: str, reached: set[str]) -> tuple[tuple[str, str], ...]:
    """Return the names and plain values of JSON that is damaged, cut, or nested too deeply to parse.

    A bound that ends the search is added to ``reached``.
    """
    found = []
    for count, pair in enumerate(PAIR.finditer(text)):
        if count >= MAX_PAIRS:
            reached.add("pairs in damaged JSON")
            break
        value = pair[2] if pair[2] is not None else pair[3]
        found.append((texts.unescape(pair[1]), texts.unescape(value)))
    return tuple(found)


def form_items(text: str, charset: str | None = None) -> list[Item]:
    """Return the pairs of an urlencoded form or a query, in order, duplicates kept."""
    items = []
    for pair in text.strip().split("&"):
        name, equals, value = pair.partition("=")
        if equals or name:
            if "%" in name or "+" in name:
                name = texts.unpercent(name, plus=True, charset=charset)
            items.append(Item(name, *_form_value(value, charset)) if equals else Item(None, name))
    return items


def _form_value(value: str, charset: str | None) -> tuple[str | bytes, str, bool]:
    """Return (value, "", whether it is bytes). A plus is a space, but where it stands in base64."""
    if "+" in value and "%" not in value and texts.is_base64(value):
        return value, "", False
    if "%" not in value:
        return value.replace("+", " ") if "+" in value else value, "", False
    data = texts.unpercented(value.replace("+", " "))
    text, clean = texts.text_of(data, charset)
    plain = len(data) < 8 or (clean and texts.is_written(data))  # shorter: nothing lies in it
    return (text, "", False) if plain else (data, "", True)


def looks_like_form(text: str) -> bool:
    """Tell whether a text without a content type has the shape ``name=value&name=value``."""
    bare = text.strip()
    # ``QUJD=`` is padded base64, not a name without a value.
    return len(bare) < 1 << 20 and "=" in bare.rstrip("=&") and FORM.match(bare) is not None


def cookie_items(text: str) -> Iterator[Item]:
    """Yield the pairs of a Cookie header."""
    for pair in text.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            yield Item(name, texts.unpercent(value.strip('"')))


def multipart_items(data: bytes, content_type: str) -> list[Item]:
    """Return the parts of a multipart body. Line endings may be mixed and the last boundary missing (a cut capture).

    Raises `NotThisShapeError` without a boundary.
    """
    found = re.search(r'boundary="?([^";,\s]{1,200})"?', content_type, re.IGNORECASE)
    if not found:
        raise NotThisShapeError("no boundary")
    marker = b"--" + found.group(1).encode("latin-1", "replace")
    chunks = data.split(marker)
    if len(chunks) < 2:  # before and after one boundary
        raise NotThisShapeError("boundary not in body")
    items = []
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            break
        head, blank, body = _split_head(chunk)
        if not blank:
            continue
        headers = head.decode("utf-8", "replace")
        name = re.search(r'\bname="([^"]*)"|\bname=([^;\s]+)', headers)
        key = (name.group(1) or name.group(2)) if name else None
        file = re.search(r'filename="([^"]*)"', headers)
        kind = re.search(r"content-type:\s*([^\s;]+)", headers, re.IGNORECASE)
        coding = re.search(r"content-transfer-encoding:\s*(base64|quoted-printable)", headers, re.IGNORECASE)
        if coding:
            body = texts.transferred(body, coding.group(1).lower())
        label = " ".join(part.group(1) for part in (file, kind) if part)
        items.append(Item(key, body, label))
        if file and file.group(1):
            items.append(Item("filename", file.group(1)))
    return items


def _split_head(chunk: bytes) -> tuple[bytes, bool, bytes]:
    chunk = chunk.removeprefix(b"\r\n").removeprefix(b"\n")
    ends = [(chunk.find(blank), blank) for blank in (b"\r\n\r\n", b"\n\n", b"\n\r\n", b"\r\n\n") if blank in chunk]
    if not ends:
        return chunk, False, b""
    at, blank = min(ends)
    body = chunk[at + len(blank) :]
    # One line ending belongs to the boundary; another may be the last byte of a file.
    return chunk[:at], True, body[:-2] if body.endswith(b"\r\n") else body.removesuffix(b"\n")
