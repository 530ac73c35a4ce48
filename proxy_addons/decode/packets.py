"""MQTT: what push services send over sockets and WebSockets."""

from __future__ import annotations

from typing import Any

from .structure import NotThisShapeError
from .wire import printable

MAX_PACKETS = 10_000
CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE = 1, 3, 8, 10
KNOWN = frozenset(range(1, 16))
HAS_USER, HAS_PASSWORD, HAS_WILL = 0x80, 0x40, 0x04


def mqtt(data: bytes, reached: set[str]) -> list[Any]:
    """Return the packets of an MQTT 3.1, 3.1.1 or 5 stream that carry texts, as a tree for `structure`.

    A stream that was cut keeps its whole packets; a bound that ends the reading is added to ``reached``.
    Raises `NotThisShapeError`.
    """
    packets: list[Any] = []
    at = count = 0
    version = 4
    while at < len(data) and count < MAX_PACKETS:
        kind, flags = data[at] >> 4, data[at] & 15
        size, begin = _size(data, at + 1)
        if kind not in KNOWN or begin + size > len(data):
            if count and packets:
                break
            raise NotThisShapeError("not MQTT")
        body = data[begin : begin + size]
        at, count = begin + size, count + 1
        if kind == CONNECT:
            version = _protocol(body)
            packets.append(_connect(body, version))
        elif kind == PUBLISH:
            packets.append(_publish(body, flags, version))
        elif kind in {SUBSCRIBE, UNSUBSCRIBE} and flags == 2:  # fixed by the standard
            text = printable(body[4:]) or ""
            packets.append((("topic", text),))
    if not packets:
        raise NotThisShapeError("no packet with content")
    if count >= MAX_PACKETS and at < len(data):
        reached.add("MQTT packets")
    return packets


def _size(data: bytes, at: int) -> tuple[int, int]:
    size = 0
    for place in range(4):  # bytes of a remaining length
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        size |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # the last of them
            return size, at
    raise NotThisShapeError("length")


class _Fields:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def data(self) -> bytes:
        size = int.from_bytes(self.body[self.at : self.at + 2], "big")
        begin = self.at + 2
        if begin + size > len(self.body):
            raise NotThisShapeError("cut field")
        self.at = begin + size
        return self.body[begin : self.at]

    def text(self) -> str:
        text = printable(self.data())
        if text is None:
            raise NotThisShapeError("no text")
        return text

    def properties(self, version: int) -> None:
        if version >= 5:  # they hold names of the transport and of the app's own choosing
            size, begin = _size(self.body, self.at)
            self.at = begin + size


def _protocol(body: bytes) -> int:
    fields = _Fields(body)
    if fields.text() not in {"MQTT", "MQIsdp"} or len(body) < fields.at + 4:
        raise NotThisShapeError("no MQTT CONNECT")
    return body[fields.at]


def _connect(body: bytes, version: int) -> tuple[tuple[str, Any], ...]:
    fields = _Fields(body)
    fields.text()
    flags = body[fields.at + 1]
    fields.at += 4  # version, flags, keep-alive
    fields.properties(version)
    found: list[tuple[str, Any]] = [("clientId", fields.text())]
    if flags & HAS_WILL:
        fields.properties(version)
        found.append(("willTopic", fields.text()))
        found.append(("will", fields.data()))
    if flags & HAS_USER:
        found.append(("username", fields.text()))
    if flags & HAS_PASSWORD:
        data = fields.data()
        found.append(("password", printable(data) or data))
    return tuple(found)


def _publish(body: bytes, flags: int, version: int) -> tuple[tuple[str, Any], ...]:
    fields = _Fields(body)
    topic = fields.text()
    if (flags >> 1) & 3:  # quality of service: a packet id follows
        fields.at += 2
    fields.properties(version)
    payload = body[fields.at :]
    text = printable(payload)
    return (("topic", topic), ("payload", payload if text is None else text))
