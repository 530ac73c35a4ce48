"""Packet captures, by way of `tshark` where it is installed: it puts TCP together and opens TLS with a key log.

What it cannot open is told name by name; nothing of a packet capture is passed over in silence.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analyzer.model import NotAnalysed, UnreadableInputError

from .message import Direction, Item, Message

MAGIC = (
    b"\xd4\xc3\xb2\xa1",
    b"\xa1\xb2\xc3\xd4",
    b"\x4d\x3c\xb2\xa1",
    b"\xa1\xb2\x3c\x4d",
    b"\x0a\x0d\x0d\x0a",
)
"""Of pcap in both byte orders, with micro- and nanoseconds, and of pcapng."""
WANTED = (
    "http || http2 || websocket || tls.handshake.type == 1 || quic"
    " || (tcp.len > 0 && !tls) || (udp.length > 8 && !dns && !mdns && !dhcp && !ntp && !ssdp && !quic)"
)
RAW = 1 << 20
"""Bytes of one direction of a raw stream that are kept for examination."""
END_STREAM = "http2_http2_flags_end_stream"


def read_pcap(path: Path, keylog: Path | None = None) -> Iterator[Item]:
    """Yield the messages of a packet capture.

    ``keylog``: file of TLS secrets in the format of ``SSLKEYLOGFILE``; a pcapng may carry its own.
    Raises `UnreadableInputError` when `tshark` is missing or does not take the file.
    """
    program = shutil.which("tshark")
    if program is None:
        raise UnreadableInputError(path, "读取 PCAP 需要 tshark / reading a PCAP needs tshark (package tshark)")
    command = [program, "-n", "-r", str(path), "-T", "ek", "-x", "-Y", WANTED, "-o", "http.decompress_body:FALSE"]
    if keylog is not None:
        command += ["-o", f"tls.keylog_file:{keylog}"]
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words)
        try:
            yield from read_packets(process.stdout or ())
        finally:
            if process.stdout is not None:
                process.stdout.close()
            process.terminate()
            status = process.wait()
        words.seek(0)
        told = [line for line in words.read().decode("utf-8", "replace").splitlines() if line.startswith("tshark:")]
    if told and "cut short" in told[-1]:
        yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=told[-1][:200])
    elif status > 0:
        raise UnreadableInputError(path, f"tshark 不能读取 / tshark cannot read it: {' '.join(told)[:200] or status}")


@dataclass(slots=True)
class _Exchange:
    """A request that has been seen, and what has come of its bodies (HTTP/2)."""

    name: str
    host: str = ""
    method: str = ""
    target: str = ""
    scheme: str = "http"
    headers: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    bodies: dict[str, bytearray] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    status: int = 0
    address: str = ""


@dataclass(slots=True)
class _Connection:
    """One TCP or UDP stream."""

    name: str
    client: str = ""
    server: str = ""
    sni: str = ""
    tls: bool = False
    opened: bool = False
    """Something of it was understood."""
    count: int = 0
    last: _Exchange | None = None
    exchanges: dict[str, _Exchange] = field(default_factory=dict)
    raw: dict[str, bytearray] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    transport: str = "tcp"


def read_packets(lines: Iterable[bytes]) -> Iterator[Item]:
    """Yield the messages of tshark's ``-T ek -x`` output."""
    connections: dict[str, _Connection] = {}
    for line in lines:
        try:
            layers = json.loads(line).get("layers")
        except (ValueError, AttributeError):
            continue
        if not isinstance(layers, dict):
            continue
        try:
            yield from _packet(layers, connections)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            number = _one(_layers(layers, "frame")[0].get("frame_frame_number")) if _layers(layers, "frame") else "?"
            detail = f"packet {number} cannot be read ({type(error).__name__})"
            yield NotAnalysed(request_id="", host=None, code="decode_failed", detail=detail)
    for connection in connections.values():
        yield from _rest(connection)


def _packet(layers: dict[str, Any], connections: dict[str, _Connection]) -> Iterator[Item]:
    time = float(_one(_layers(layers, "frame")[0]["frame_frame_time_epoch"]))
    transport = "tcp" if "tcp" in layers else "udp"
    segment = _layers(layers, transport)[0]
    network = (_layers(layers, "ip") or _layers(layers, "ipv6"))[0]
    version = "ip" if "ip" in layers else "ipv6"
    source, target = (str(_one(network[f"{version}_{version}_{end}"])) for end in ("src", "dst"))
    sender = f"{source}:{_one(segment[f'{transport}_{transport}_srcport'])}"
    number = _one(segment.get(f"{transport}_{transport}_stream"))
    key = f"{transport}-{number}"
    connection = connections.get(key)
    if connection is None:
        port = int(_one(segment[f"{transport}_{transport}_srcport"]))
        other = int(_one(segment[f"{transport}_{transport}_dstport"]))
        from_client = port > other  # a client's port is the higher one; HTTP and a ClientHello correct it below
        connection = connections[key] = _Connection(
            f"pcap-{number}" if transport == "tcp" else f"pcap-udp-{number}", transport=transport
        )
        connection.client = sender if from_client else f"{target}:{other}"
        connection.server = target if from_client else source
    for tls in [*_layers(layers, "tls"), *_layers(layers, "quic")]:
        _hello(connection, tls, sender, target)
    direction: Direction = "request" if sender == connection.client else "response"
    understood = False
    for part in _layers(layers, "http2"):
        understood = True
        yield from _http2(connection, part, direction, time)
    for part in _layers(layers, "http"):
        understood = True
        body = _hex(part.get("http_http_file_data_raw")) or _hex(_find(part, "data_data_raw"))  # with an encoding
        yield from _http(connection, part, body, sender, target, time)
    for part in _layers(layers, "websocket"):
        understood = True
        yield from _websocket(connection, part, direction, time)
    if understood:
        connection.opened = True
        connection.raw.clear()
    elif not connection.opened and not connection.tls:
        _keep(connection, segment, layers, direction, time)


def _hello(connection: _Connection, tls: dict[str, Any], sender: str, target: str) -> None:
    connection.tls = True
    name = _find(tls, "tls_handshake_extensions_server_name")
    if name:
        connection.sni, connection.client, connection.server = str(name), sender, target


def _http(
    connection: _Connection, part: dict[str, Any], body: bytes, sender: str, target: str, time: float
) -> Iterator[Item]:
    if "http_http_request_method" in part:
        connection.client, connection.server = sender, target
        exchange = _Exchange(f"{connection.name}-{connection.count}", scheme="https" if connection.tls else "http")
        connection.count += 1
        connection.last = exchange
        headers = _lines(part.get("http_http_request_line"))
        uri = str(_one(part["http_http_request_uri"]))
        exchange.host = _without_port(str(_one(part.get("http_http_host")) or "")) or connection.sni or target
        exchange.target = uri if uri.startswith("/") else "/" + uri.partition("://")[2].partition("/")[2]
        exchange.method = str(_one(part["http_http_request_method"]))
        exchange.address = target
        yield _message(exchange, "request", headers, body, time)
    elif "http_http_response_code" in part and connection.last is not None:
        headers = _lines(part.get("http_http_response_line"))
        connection.last.status = int(_one(part["http_http_response_code"]))
        yield _message(connection.last, "response", headers, body, time)


def _http2(connection: _Connection, part: dict[str, Any], direction: Direction, time: float) -> Iterator[Item]:
    stream = str(_one(part.get("http2_http2_streamid")) or "0")
    names = _list(part.get("http2_http2_header_name"))
    if stream == "0":
        return
    exchange = connection.exchanges.setdefault(stream, _Exchange(f"{connection.name}-{stream}"))
    if names:
        raw = _list(part.get("http2_http2_header_value_raw"))
        values = [_hex(value).decode("utf-8", "surrogateescape") for value in raw]
        fields = dict(zip(names, values, strict=False))
        if ":method" in fields:
            exchange.method, exchange.target = fields[":method"], fields.get(":path", "/")
            exchange.scheme = "https" if connection.tls else "http"
            exchange.host = _without_port(fields.get(":authority", "")) or connection.sni or connection.server
        if fields.get(":status", "").isdigit():
            exchange.status = int(fields[":status"])
        exchange.address = connection.server
        plain = tuple((name, value) for name, value in zip(names, values, strict=False) if not name.startswith(":"))
        exchange.headers[direction] = (*exchange.headers.get(direction, ()), *plain)
        exchange.times.setdefault(direction, time)
    whole = _hex(part.get("http2_http2_body_reassembled_data_raw"))  # then the last part repeats all of it
    body = exchange.bodies.setdefault(direction, bytearray())
    body[:] = whole or body + _hex(part.get("http2_http2_data_data_raw"))
    if part.get(END_STREAM) is True:
        yield from _finish(exchange, direction)


def _finish(exchange: _Exchange, direction: Direction) -> Iterator[Item]:
    headers = exchange.headers.pop(direction, None)
    if headers is not None:
        body = bytes(exchange.bodies.pop(direction, b""))
        yield _message(exchange, direction, headers, body, exchange.times.get(direction, 0.0))


def _websocket(connection: _Connection, part: dict[str, Any], direction: Direction, time: float) -> Iterator[Item]:
    payload = _hex(part.get("websocket_websocket_payload_raw"))
    if _one(part.get("websocket_websocket_opcode")) in {"8", "9", "10"} or not payload:  # RFC 6455: control frames
        return
    exchange = connection.last or _Exchange(connection.name, host=connection.sni or connection.server)
    yield Message(
        flow=exchange.name,
        time=time,
        direction=direction,
        kind="websocket",
        scheme="wss" if connection.tls else "ws",
        host=exchange.host,
        method=exchange.method,
        target=exchange.target,
        headers=(),
        body=payload,
        address=connection.server,
    )


def _keep(
    connection: _Connection, segment: dict[str, Any], layers: dict[str, Any], direction: Direction, time: float
) -> None:
    """Keep what a stream of unknown kind carries, until it is understood or the capture ends."""
    payload = _hex(segment.get(f"{connection.transport}_{connection.transport}_payload_raw"))
    if not payload and connection.transport == "udp":
        payload = _hex(next((part.get("data_data_raw") for part in _layers(layers, "data")), None))
    kept = connection.raw.setdefault(direction, bytearray())
    connection.started.setdefault(direction, time)
    kept += payload[: RAW - len(kept)]


def _rest(connection: _Connection) -> Iterator[Item]:
    """Yield what a connection still holds at the end of the capture, or the statement that it stayed closed."""
    host = connection.sni or connection.server
    for exchange in connection.exchanges.values():
        for direction in ("request", "response"):
            for message in _finish(exchange, direction):
                yield message
                why = f"{direction}: the capture does not hold the end of this message"
                yield NotAnalysed(request_id=exchange.name, host=exchange.host, code="capture_truncated", detail=why)
    if connection.tls and not connection.opened:
        why = "no keys for this connection in the key log"
        yield NotAnalysed(request_id=connection.name, host=host or None, code="tls_failed", detail=why)
        return
    for direction, data in connection.raw.items():
        if data:
            yield Message(
                flow=connection.name,
                time=connection.started[direction],
                direction="request" if direction == "request" else "response",
                kind="stream",
                scheme=connection.transport,
                host=host,
                method=connection.transport.upper(),
                target="",
                headers=(),
                body=bytes(data),
                address=connection.server,
            )
            if len(data) >= RAW:
                detail = f"{direction}: a raw stream was looked at up to {RAW >> 20} MiB"
                yield NotAnalysed(request_id=connection.name, host=host, code="limit_reached", detail=detail)


def _message(
    exchange: _Exchange, direction: Direction, headers: tuple[tuple[str, str], ...], body: bytes, time: float
) -> Message:
    return Message(
        flow=exchange.name,
        time=time,
        direction=direction,
        kind="http",
        scheme=exchange.scheme,
        host=exchange.host,
        method=exchange.method,
        target=exchange.target,
        headers=headers,
        body=body,
        address=exchange.address or None,
        status=exchange.status if direction == "response" else 0,
    )


def _layers(layers: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [part for part in _list(layers.get(name)) if isinstance(part, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _hex(value: Any) -> bytes:
    """Return the bytes of a ``_raw`` field; of several parts, all."""
    return b"".join(bytes.fromhex(part) for part in _list(value) if isinstance(part, str))


def _find(part: Any, name: str) -> Any:
    """Return the first value whose key ends in ``name``, however deep."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key.endswith(name):
                return _one(value)
            if (found := _find(value, name)) is not None:
                return found
    elif isinstance(part, list):
        for value in part:
            if (found := _find(value, name)) is not None:
                return found
    return None


def _lines(value: Any) -> tuple[tuple[str, str], ...]:
    pairs = (str(line).rstrip("\r\n").partition(":") for line in _list(value))
    return tuple((name.strip(), text.strip()) for name, colon, text in pairs if colon)


def _without_port(authority: str) -> str:
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority
