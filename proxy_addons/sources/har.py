"""HAR files of browsers, proxies and phone tools, entry by entry: an odd entry costs itself."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from analyzer.model import NotAnalysed

from .message import Item, Message
from .recon import is_recon, read_recon

MILLISECONDS = 1e11
"""Later seconds than the year 5138 are milliseconds."""
LONGEST_NUMBER = 1000


class NotHarError(ValueError):
    """The text is no HAR document."""


def read_har(data: bytes, app: str | None = None) -> Iterator[Item]:
    """Yield the messages of a HAR document, or of ReCon's JSON (then of ``app`` only).

    A document that is cut in the middle gives its whole entries and one ``capture_truncated`` row.
    Raises `NotHarError` when it is none at all.
    """
    text = data.decode("utf-8-sig", "replace")
    try:
        document = json.loads(text, strict=False, parse_int=_integer)
    except (ValueError, RecursionError):
        yield from _cut(text)
        return
    if is_recon(document):
        yield from read_recon(document, app)
        return
    for number, entry in enumerate(_found_entries(document)):
        yield from _entry(number, entry)


def _found_entries(document: Any) -> list[Any]:
    """Return ``log.entries``; some tools leave ``log`` out or write the list alone."""
    if isinstance(document, list) and all(isinstance(entry, dict) and "request" in entry for entry in document):
        entries: Any = document
        if not document:
            raise NotHarError("an empty list")
    elif isinstance(document, dict):
        log = document.get("log")
        entries = log.get("entries") if isinstance(log, dict) else document.get("entries")
    else:
        raise NotHarError("no log.entries")
    if not isinstance(entries, list):
        raise NotHarError("no log.entries")
    return entries


def _integer(text: str) -> int | float:
    """Read a number; one of thousands of digits, which Python refuses, must not cost the whole document."""
    return int(text) if len(text) < LONGEST_NUMBER else float("inf")


def _cut(text: str) -> Iterator[Item]:
    """Read the whole entries of a document that does not parse."""
    at = text.find('"entries"')
    at = text.find("[", at) + 1 if at >= 0 else 0
    if not at or '"log"' not in text[:at]:
        raise NotHarError("neither JSON nor the beginning of a HAR document")
    decoder = json.JSONDecoder(strict=False, parse_int=_integer)
    number = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if text[at : at + 1] != "{" or (following := _next_entry(text, at)) < 0:
                break
            yield _odd(f"har-{number}", None, "it is damaged and was stepped over")
            at = following
        else:
            yield from _entry(number, entry)
        number += 1
    if text[at : at + 1] == "]":
        return
    why = f"the document is cut or damaged after {number} entries; {len(text) - at} characters could not be read"
    yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)


def _next_entry(text: str, at: int) -> int:
    """Return where the entry behind a damaged one begins, or -1."""
    this = text.find('"startedDateTime"', at)
    following = text.find('"startedDateTime"', this + 1) if this >= 0 else -1
    begin = text.rfind("{", at + 1, following) if following >= 0 else -1
    return begin if begin > at else -1


def _entry(number: int, entry: Any) -> list[Item]:
    name = f"har-{number}"
    host: str | None = None
    try:
        request = entry["request"]
        url = urlsplit(str(request["url"]))
        host = url.hostname
        if not host:
            return [_odd(name, None, "the URL names no host")]
        started = _time(entry.get("startedDateTime"))
        scheme = url.scheme.lower()
        common: dict[str, Any] = {
            "flow": name,
            "host": host,
            "method": str(request.get("method", "")),
            "target": (url.path or "/") + _query(url.query, request.get("queryString")),
            "decoded": True,
            "address": str(entry.get("serverIPAddress") or "").strip("[]") or None,
        }
        headers = _with_cookies(_headers(request.get("headers")), request.get("cookies"))
        messages: list[Item] = [
            Message(
                **common,
                time=started,
                direction="request",
                kind="http",
                scheme=scheme,
                headers=headers,
                body=_request_body(request, headers),
            )
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [_odd(name, host, f"the request cannot be read ({type(error).__name__})")]
    try:
        messages += _answer(entry, common, scheme, started)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        messages.append(_odd(name, host, f"the response cannot be read ({type(error).__name__})"))
    return messages


def _answer(entry: dict[str, Any], common: dict[str, Any], scheme: str, started: float) -> list[Item]:
    messages: list[Item] = []
    response = entry.get("response")
    if isinstance(response, dict) and response.get("status", 0) not in {0, -1}:
        content = response.get("content") or {}
        messages.append(
            Message(
                **common,
                time=started + max(float(entry.get("time") or 0), 0) / 1000,
                direction="response",
                kind="http",
                scheme=scheme,
                headers=_headers(response.get("headers")),
                body=_decoded(content.get("text"), content.get("encoding")),
                status=int(response.get("status") or 0),
            )
        )
    for part in entry.get("_webSocketMessages") or ():
        data = part.get("data") or ""
        messages.append(
            Message(
                **common,
                time=float(part.get("time") or started),
                kind="websocket",
                headers=(),
                direction="request" if part.get("type") == "send" else "response",
                scheme="wss" if scheme in {"https", "wss"} else "ws",
                body=_decoded(data, "base64" if part.get("opcode") == 2 else None),  # RFC 6455: binary
            )
        )
    return messages


def _odd(name: str, host: str | None, why: str) -> NotAnalysed:
    return NotAnalysed(request_id=name, host=host, code="decode_failed", detail=f"HAR entry: {why}")


def _time(value: Any) -> float:
    """Return epoch seconds. A missing time is 0: the phase of such an entry is unknown."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) / 1000 if value > MILLISECONDS else float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    """Read a list of {name, value}, or the dictionary that some phone tools write."""
    if isinstance(value, dict):
        return tuple((str(name), str(text)) for name, text in value.items())
    return tuple(_pairs(value))


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    for field in value if isinstance(value, list) else ():
        if isinstance(field, dict) and "name" in field:
            text = field.get("value")
            yield str(field["name"]), "" if text is None else str(text)


def _query(query: str, parameters: Any) -> str:
    """Return the query of the URL, else of ``queryString``: some tools cut the URL."""
    if not query:
        query = "&".join(f"{quote(name, '')}={quote(text, '')}" for name, text in _pairs(parameters))
    return f"?{query}" if query else ""


def _with_cookies(headers: tuple[tuple[str, str], ...], cookies: Any) -> tuple[tuple[str, str], ...]:
    """Add ``cookies`` where the headers have none: browsers export them apart or not at all."""
    text = "; ".join(f"{name}={value}" for name, value in _pairs(cookies))
    if not text or any(name.lower() == "cookie" for name, _ in headers):
        return headers
    return (*headers, ("Cookie", text))


def _request_body(request: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> bytes | None:
    """Return the body of ``postData``: its text (base64 where a tool says so), else its parameters as a form."""
    other = request.get("_content")  # HTTP Toolkit, for bodies that are no text
    if isinstance(other, dict) and other.get("text"):
        return _decoded(other["text"], other.get("encoding"))
    post = request.get("postData")
    if isinstance(post, str) and post:
        return _decoded(post, None)
    if not isinstance(post, dict):
        claimed = next((value for name, value in headers if name.lower() == "content-length"), "0")
        size = request.get("bodySize")
        missing = (isinstance(size, int) and size > 0) or (claimed.isdigit() and int(claimed) > 0)
        return None if missing else b""
    if post.get("text"):
        return _decoded(post["text"], post.get("encoding") or post.get("_encoding"))
    parameters = post.get("params")
    fields = parameters if isinstance(parameters, list) else ()
    names = [part for part in fields if isinstance(part, dict) and "name" in part]
    parts = [(str(part["name"]), str(part.get("value") or part.get("fileName") or "")) for part in names]
    return "&".join(f"{quote(name, '')}={quote(text, '')}" for name, text in parts).encode()


def _decoded(text: Any, encoding: Any) -> bytes | None:
    if text is None:
        return None
    if encoding == "base64":
        try:
            return base64.b64decode(str(text), validate=False)
        except binascii.Error:
            pass
    return str(text).encode("utf-8", "surrogateescape" if _escaped(str(text)) else "surrogatepass")


def _escaped(text: str) -> bool:
    """Tell whether lone surrogates stand for raw bytes, as mitmproxy writes binary bodies."""
    return all(not 0xD800 <= ord(char) <= 0xDFFF or 0xDC80 <= ord(char) <= 0xDCFF for char in text)
