"""The JSON of ReCon, AntShield and NoMoAds: one object a packet, with the app that sent it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.model import NotAnalysed

from .message import Item, Message

BODIES = ("post_body", "body", "payload", "data")
TIMES = ("ts", "log_time", "time", "timestamp")
MARKS = ({"host", "uri"}, {"dst_ip", "uri"}, {"domain", "uri"})
MILLISECONDS = 1e11
"""Later seconds than the year 5138 are milliseconds."""


def is_recon(document: Any) -> bool:
    """Tell whether a JSON document is a list or a dictionary of such packets."""
    first = next(iter(_entries(document)), None)
    return first is not None and any(mark <= set(first[1]) for mark in MARKS)


def read_recon(document: Any, app: str | None = None) -> Iterator[Item]:
    """Yield the requests; those of other apps than ``app`` are counted in one row. An odd packet costs itself."""
    others = 0
    for name, packet in _entries(document, odd=True):
        if not isinstance(packet, dict):
            yield _odd(f"recon-{name}", "no object")
            continue
        package = packet.get("package_name")
        if app and isinstance(package, str) and package and package != app:
            others += 1
            continue
        try:
            yield _message(f"recon-{name}", packet)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield _odd(f"recon-{name}", f"cannot be read ({type(error).__name__})")
    if others:
        detail = f"{others} packets of other apps were left out"
        yield NotAnalysed(request_id="", host=None, code="other_app", detail=detail)


def _entries(document: Any, *, odd: bool = False) -> Iterator[tuple[Any, Any]]:
    pairs = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    return ((name, packet) for name, packet in pairs if odd or isinstance(packet, dict))


def _message(name: str, packet: dict[str, Any]) -> Message:
    host = str(packet.get("host") or packet.get("domain") or packet.get("dst_ip") or "")
    if not host:
        raise ValueError
    port = str(packet.get("dst_port", ""))
    scheme = str(packet.get("scheme") or packet.get("protocol") or "").lower()
    if scheme not in {"http", "https"}:
        scheme = "https" if port == "443" else "http"
    fields = packet.get("headers") or {}
    pairs = fields.items() if isinstance(fields, dict) else [part.split(":", 1) for part in fields if ":" in str(part)]
    headers = tuple((str(key).strip(), str(value).strip()) for key, value in pairs)
    if packet.get("referrer") and not any(key.lower() == "referer" for key, _ in headers):
        headers = (*headers, ("Referer", str(packet["referrer"])))
    body = next((packet[key] for key in BODIES if packet.get(key)), "")
    moment = next((packet[key] for key in TIMES if isinstance(packet.get(key), int | float | str)), 0)
    seconds = float(moment)
    return Message(
        flow=name,
        time=seconds / 1000 if seconds > MILLISECONDS else seconds,
        direction="request",
        kind="http",
        scheme=scheme,
        host=host.partition(":")[0] if host.count(":") == 1 else host,
        method=str(packet.get("method") or ("POST" if body else "GET")),
        target=str(packet["uri"]) or "/",
        headers=headers,
        body=str(body).encode("utf-8", "replace"),
        decoded=True,
        address=str(packet["dst_ip"]) if packet.get("dst_ip") else None,
    )


def _odd(name: str, why: str) -> NotAnalysed:
    return NotAnalysed(request_id=name, host=None, code="decode_failed", detail=f"packet: {why}")
