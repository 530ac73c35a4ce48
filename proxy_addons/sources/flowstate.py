"""One record of a `.flow` file → messages, without building mitmproxy's objects where its format is the current one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.model import NotAnalysed

from .capturefiles import body_file
from .message import Direction, Item, Message
from .pieces import SCANNED, TooLongError, pieces_of, read_pieces
from .tnetstring import parse, spans

CURRENT = 21
"""Flow format whose states are read directly; older and newer ones go through mitmproxy's own reader."""

SERVER_FIELDS = {"peername", "via", "address", "sni", "timestamp_tls_setup"}
WHOLE = 16 << 20
"""Bytes up to which a body is examined as one, with all its layers; longer ones in pieces."""


def messages_of_record(record: bytes, capture: Path | None = None) -> list[Item]:
    """Return the messages of one record; a record that nobody can read is one `NotAnalysed` row.

    ``capture``: the file that the record stands in; long bodies lie in a folder beside it.
    """
    return list(iterate_record(record, capture))


def iterate_record(record: bytes, capture: Path | None = None) -> Iterator[Item]:
    """Yield what `messages_of_record` returns, a long body piece by piece."""
    try:
        messages = list(_messages(record))
    except _UNREADABLE as error:
        why = f"a flow record cannot be read: {str(error)[:120] or type(error).__name__}"
        yield NotAnalysed(request_id="", host=None, code="decode_failed", detail=why)
        return
    for message, kept in messages:
        if kept is None:
            yield from in_pieces(message)
        else:
            yield from _in_pieces(message, kept, capture)


def messages_of_flow(flow: Any) -> list[Message]:
    """Return the messages of a flow object of mitmproxy, as the record of it in a file would give them."""
    state = flow.get_state()
    return [message for message, _ in _of_state(state.get, state)]


_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError)


def _messages(record: bytes) -> Iterator[tuple[Message, dict[str, Any] | None]]:
    """Yield each message with the note about its long body, if it has one."""
    places = spans(record)

    def value(key: str) -> Any:
        if key == "server_conn" and key in places:
            # Certificates are long and nobody here asks for them.
            within = spans(record, places[key])
            return {name: parse(record, at)[0] for name, at in within.items() if name in SERVER_FIELDS}
        return parse(record, places[key])[0] if key in places else None

    if value("version") != CURRENT:
        for state in _migrated(record):
            yield from _of_state(state.get, state)
        return
    yield from _of_state(value, places)


def _migrated(record: bytes) -> Iterator[dict[str, Any]]:
    """Read a record of another format version the way mitmproxy does; raise `ValueError` when it cannot."""
    from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415  # slow import, only for these files
    from mitmproxy.io import FlowReader  # noqa: PLC0415  # same

    try:
        for flow in FlowReader(io.BytesIO(record)).stream():
            yield dict(flow.get_state())
    except FlowReadException as error:
        raise ValueError(str(error)) from error


def _of_state(value: Any, keys: Any) -> Iterator[tuple[Message, dict[str, Any] | None]]:
    kind = value("type")
    told = (value("metadata") or {}).get("eduaudit") or {}
    name = str(told.get("of") or value("id"))
    if kind == "http":
        yield from _http(name, value, told)
    elif kind in {"tcp", "udp"} and "messages" in keys:
        for message in _stream(name, kind, value):
            yield message, None
    elif kind not in {"tcp", "udp", "dns"}:
        raise ValueError(f"unknown kind of flow: {kind!r}")
    # DNS: a host name that is looked up carries nothing that the later request does not show


def _http(name: str, value: Any, told: dict[str, Any]) -> Iterator[tuple[Message, dict[str, Any] | None]]:
    request, response, socket = value("request"), value("response"), value("websocket")
    bodies = told.get("bodies") or {}
    headers = _fields(request)
    scheme = _text(request["scheme"])
    first = Message(
        flow=name,
        host=_host(request, headers),
        method=_text(request["method"]),
        target=_text(request["path"]),
        time=request["timestamp_start"],
        direction="request",
        kind="http",
        scheme=scheme,
        headers=headers,
        body=request["content"],
        address=_address(value),
    )
    if not told.get("part"):
        yield first, bodies.get("request")
        if response is not None:
            moment = response["timestamp_start"] or first.time
            answer = replace(
                first,
                time=moment,
                direction="response",
                headers=_fields(response),
                body=response["content"],
                status=response["status_code"],
            )
            yield answer, bodies.get("response")
    for kind, from_client, content, moment, *_ in (socket or {}).get("messages") or ():
        del kind
        direction: Direction = "request" if from_client else "response"
        scheme = "wss" if first.scheme == "https" else "ws"
        plain = content.encode() if isinstance(content, str) else content
        yield (
            replace(first, time=moment, direction=direction, kind="websocket", scheme=scheme, headers=(), body=plain),
            None,
        )


def _stream(name: str, transport: str, value: Any) -> Iterator[Message]:
    """Join each direction: private push protocols cut their texts anywhere."""
    client, server = value("client_conn"), value("server_conn")
    tls = bool(client.get("timestamp_tls_setup") or server.get("timestamp_tls_setup"))
    address = server.get("address")
    host = server.get("sni") or client.get("sni") or (address[0] if address else "")
    directions: tuple[tuple[bool, Direction], ...] = ((True, "request"), (False, "response"))
    messages = value("messages")
    for from_client, direction in directions:
        parts = [part for part in messages if part[0] is from_client]
        if parts:
            yield Message(
                flow=name,
                time=parts[0][2],
                direction=direction,
                kind="stream",
                scheme="tls" if tls else transport,
                host=_text(host),
                method=transport.upper(),
                target="",
                headers=(),
                body=b"".join(part[1] for part in parts),
                address=_address(value),
            )


def _in_pieces(message: Message, kept: dict[str, Any], capture: Path | None) -> Iterator[Item]:
    """Yield a message without its body, then the body in pieces, then what of it was not looked at."""
    size = int(kept.get("size") or 0)
    path = body_file(capture, message.flow, message.direction) if capture else None
    if path is None or not kept.get("kept") or not path.exists():
        yield replace(message, body=None)
        return
    if size == kept.get("kept") and size <= WHOLE:
        try:
            yield replace(message, body=path.read_bytes())
        except OSError:
            yield replace(message, body=None)
        return
    yield from _pieces(message, read_pieces(path, message.header("content-encoding")), size)
    if kept.get("trouble"):
        why = f"only {kept.get('kept')} of {size} bytes were kept: {kept['trouble']}"
        yield _missed(message, why, "not_recorded")


def in_pieces(message: Message) -> Iterator[Item]:
    """Yield a message as it is, or one whose body is too long to be examined as one in pieces."""
    body = message.body
    if body is None or len(body) <= WHOLE:
        yield message
        return
    encodings = "" if message.decoded or _lies(body[:4096]) else message.header("content-encoding")
    yield from _pieces(message, pieces_of(io.BytesIO(body), encodings), len(body))


def _lies(head: bytes) -> bool:
    """Tell whether a body is plain text, whatever its Content-Encoding says."""
    from proxy_addons.decode.compression import codec_by_magic  # noqa: PLC0415  # only for long bodies
    from proxy_addons.decode.text import opaque  # noqa: PLC0415  # same

    return codec_by_magic(head) is None and not opaque(head)


def _pieces(message: Message, pieces: Iterator[bytes], size: int) -> Iterator[Item]:
    yield replace(message, body=b"")
    bare = replace(message, target="", headers=(), decoded=True)
    seen = 0
    why, code = "", "limit_reached"
    try:
        for piece in pieces:
            seen += len(piece)
            yield replace(bare, body=piece)
    except TooLongError:
        why = f"a body of {size} bytes was looked at up to {SCANNED >> 20} MiB"
    except Exception as error:  # noqa: BLE001  # each codec has errors of its own
        why, code = f"the body cannot be opened behind {seen} bytes: {type(error).__name__}", "decode_failed"
    if why:
        yield _missed(message, why, code)


def _missed(message: Message, why: str, code: str) -> NotAnalysed:
    detail = f"{message.direction}: {why}"
    return NotAnalysed(request_id=message.flow, host=message.host, code=code, detail=detail)


def _address(value: Any) -> str | None:
    """Return the IP address that the proxy connected to; `None` behind another proxy or without a connection."""
    server = value("server_conn") or {}
    peer = None if server.get("via") else server.get("peername")
    return _text(peer[0]) if peer else None


def _host(request: dict[str, Any], headers: tuple[tuple[str, str], ...]) -> str:
    """Return the host as the app named it: authority or Host header, else the address."""
    named = next((value for key, value in headers if key.lower() == "host"), "")
    if not _text(request["http_version"]).startswith("HTTP/1"):
        named = _text(request["authority"]) or named
    if not named:
        return _text(request["host"])
    if named.startswith("["):
        return named[1:].partition("]")[0]
    host, colon, port = named.rpartition(":")
    return host if colon and port.isdigit() else named


def _fields(part: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape"))
        for name, value in (*part["headers"], *(part["trailers"] or ()))
    )


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
