"""Structured bodies: JSON, forms, multipart, cookies, as flat (key, value) items that know their siblings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .text import unpercent

FORM = re.compile(r"[A-Za-z_$][\w.$\[\]%:-]{0,80}=[^\s<>{}]*(?:&[^\s&=<>]{1,120}=[^\s&<>]*)*&?\Z")
MAX_DEPTH = 400
"""JSON levels that are walked; what lies deeper is scanned as text."""


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a structure."""

    key: str | None
    value: str | bytes
    path: str
    group: str
    """Path of the object that holds it: items of equal group are siblings (a latitude and its longitude)."""
    name: str = ""
    """File name and content type of a multipart part, else empty."""


class NotThisShapeError(ValueError):
    """The text is not of this structure."""


class _Number(str):
    """A JSON number as it was written: 31.2304 must not become 31.230399999."""

    __slots__ = ()


def json_items(text: str) -> list[Item]:
    """Return the scalars of a JSON text, or of several JSON texts in a row.

    Raises `NotThisShapeError` for anything else, also for nesting beyond what Python's parser takes.
    """
    decoder = json.JSONDecoder(parse_float=_Number, parse_int=_Number, strict=False)
    items: list[Item] = []
    at, document = 0, 0
    text = text.lstrip("\ufeff")
    try:
        while at < len(text):
            if text[at] in " \t\r\n,;\x00":
                at += 1
                continue
            value, at = decoder.raw_decode(text, at)
            _walk(value, f"${document or ''}", items)
            document += 1
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotThisShapeError(str(error)[:80]) from None
    if not document:
        raise NotThisShapeError("empty")
    return items


def _walk(root: Any, path: str, items: list[Item]) -> None:
    stack: list[tuple[Any, str | None, str, str, int]] = [(root, None, path, path, 0)]
    while stack:
        value, key, where, group, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise NotThisShapeError("nested too deeply")
        if isinstance(value, dict):
            for name, child in reversed(value.items()):
                stack.append((child, name, f"{where}.{name}"[:400], where, depth + 1))
            # Lists keyed by the value itself: {"865…": {...}}
            items.extend(
                Item(None, name, f"{where}.~{name}"[:400], where) for name in value if len(name) > 6
            )  # shorter than any identifier
        elif isinstance(value, list):
            for index, child in reversed(list(enumerate(value))):
                inside = f"{where}[{index}]"
                stack.append((child, key, inside, where if not isinstance(child, dict | list) else inside, depth + 1))
        elif isinstance(value, str) and value:
            items.append(Item(key, str(value), where, group))


def form_items(text: str, charset: str | None = None) -> list[Item]:
    """Return the pairs of an urlencoded form or a query, in order, duplicates kept."""
    items = []
    for index, pair in enumerate(text.strip().split("&")):
        name, equals, value = pair.partition("=")
        key = unpercent(name, plus=True, charset=charset)
        if equals:
            items.append(Item(key, unpercent(value, plus=True, charset=charset), f"&{key}", "&"))
        elif name:
            items.append(Item(None, key, f"&{index}", "&"))
    return items


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
            yield Item(name, unpercent(value.strip('"')), f";{name}", ";")


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
    for index, chunk in enumerate(chunks[1:]):
        if chunk.startswith(b"--"):
            break
        head, blank, body = _split_head(chunk)
        if not blank:
            continue
        headers = head.decode("utf-8", "replace")
        name = re.search(r'name="([^"]*)"|name=([^;\s]+)', headers)
        key = (name.group(1) or name.group(2)) if name else None
        file = re.search(r'filename="([^"]*)"', headers)
        kind = re.search(r"content-type:\s*([^\s;]+)", headers, re.IGNORECASE)
        label = " ".join(part.group(1) for part in (file, kind) if part)
        items.append(Item(key, body, f"|{key or index}", "|", label))
        if file and file.group(1):
            items.append(Item("filename", file.group(1), f"|{key or index}.filename", "|"))
    return items


def _split_head(chunk: bytes) -> tuple[bytes, bool, bytes]:
    chunk = chunk.removeprefix(b"\r\n").removeprefix(b"\n")
    ends = [(chunk.find(blank), blank) for blank in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if blank in chunk]
    if not ends:
        return chunk, False, b""
    at, blank = min(ends)
    body = chunk[at + len(blank) :]
    return chunk[:at], True, body.removesuffix(b"\r\n").removesuffix(b"\n")
