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


class NotHarError(ValueError):
    """The text is no HAR document."""


def read_har(data: bytes) -> Iterator[Item]:
    """Yield the messages of a HAR document.

    A document that is cut in the middle gives its whole entries and one ``capture_truncated`` row.
    Raises `NotHarError` when it is none at all.
    """
    text = data.decode("utf-8-sig", "replace")
    try:
        document = json.loads(text, strict=False)
        entries = document["log"]["entries"]
        if not isinstance(entries, list):
            raise NotHarError("log.entries is no list")  # wrong content, not a wrong call
    except (ValueError, RecursionError) as error:
        if isinstance(error, NotHarError):
            raise
        yield from _cut(text)
        return
    except (KeyError, TypeError):
        raise NotHarError("no log.entries") from None
    for number, entry in enumerate(entries):
        yield from _entry(number, entry)


def _cut(text: str) -> Iterator[Item]:
    """Read the whole entries of a document that does not parse."""
    at = text.find('"entries"')
    at = text.find("[", at) + 1 if at >= 0 else 0
    if not at or '"log"' not in text[:at]:
        raise NotHarError("neither JSON nor the beginning of a HAR document")
    decoder = json.JSONDecoder(strict=False)
    number = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        yield from _entry(number, entry)
        number += 1
    why = f"the document is cut or damaged after {number} entries; {len(text) - at} characters could not be read"
    yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)


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
            "target": (url.path or "/") + (f"?{url.query}" if url.query else ""),
            "decoded": True,
            "address": str(entry.get("serverIPAddress") or "").strip("[]") or None,
        }
        headers = _headers(request.get("headers"))
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
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except ValueError:
        return 0.0


def _headers(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        (str(field["name"]), str(field.get("value", "")))
        for field in value
        if isinstance(field, dict) and "name" in field
    )


def _request_body(request: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> bytes | None:
    """Return the body of ``postData``: its text (base64 where a tool says so), else its parameters as a form."""
    post = request.get("postData")
    if not isinstance(post, dict):
        claimed = next((value for name, value in headers if name.lower() == "content-length"), "0")
        size = request.get("bodySize")
        missing = (isinstance(size, int) and size > 0) or (claimed.isdigit() and int(claimed) > 0)
        return None if missing else b""
    if post.get("text"):
        return _decoded(post["text"], post.get("encoding") or post.get("_encoding"))
    pairs = [field for field in post.get("params") or () if isinstance(field, dict) and "name" in field]
    return "&".join(
        f"{quote(str(field['name']), '')}={quote(str(field.get('value', '')), '')}" for field in pairs
    ).encode()


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
