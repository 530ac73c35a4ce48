"""mitmproxy's `.flow` files, record by record: a damaged or cut record costs itself, not what stands before it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from analyzer.model import NotAnalysed

from .message import Direction, Item, Message

if TYPE_CHECKING:
    from mitmproxy.flow import Flow

MAX_RECORD = 1 << 30
"""Bytes; a longer length prefix is damage, not a flow."""


class CutError(Exception):
    """The file ends inside a record, or what stands there is none."""


class RecordReader:
    """Splits a file into its tnetstring records, also one that still grows.

    `read` returns `None` where the file ends between two records or inside one that may still be written.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def read(self) -> bytes | None:
        """Return the next whole record, or `None` when there is none yet. Raise `CutError` for what is no record."""
        self._file.seek(self._at)
        head = self._file.read(14)
        if not head:
            return None
        digits, colon, _ = head.partition(b":")
        if not digits.isdigit() or (not colon and len(head) > 12):  # digits of the longest prefix
            raise CutError(f"no flow record at byte {self._at}")
        if not colon:
            return None
        size = int(digits)
        if size > MAX_RECORD:
            raise CutError(f"absurd record length at byte {self._at}")
        self._file.seek(self._at)
        record = self._file.read(len(digits) + 1 + size + 1)
        if len(record) < len(digits) + 2 + size:
            return None
        self._at += len(record)
        return record

    def rest(self) -> int:
        """Return the bytes behind the last whole record."""
        return self._file.seek(0, io.SEEK_END) - self._at


def read_flow_file(file: BinaryIO) -> Iterator[Item]:
    """Yield the messages of a finished file; a cut or damaged tail is one `NotAnalysed` row."""
    reader = RecordReader(file)
    try:
        while (record := reader.read()) is not None:
            yield from messages_of_record(record)
        cut = reader.rest()
        why = f"the capture ends inside a flow; {cut} bytes could not be read"
    except CutError as error:
        cut, why = reader.rest(), f"{error}; {reader.rest()} bytes could not be read"
    if cut:
        yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)


def follow_flow_file(file: BinaryIO, ended: Callable[[], bool], pause: float = 0.2) -> Iterator[list[Item]]:
    """Yield the messages of a file while it grows, in batches, an empty one when nothing is new; ends when it ended."""
    reader = RecordReader(file)
    while True:
        last = ended()  # asked first: what was written before the end is still read below
        batch: list[Item] = []
        try:
            while (record := reader.read()) is not None:
                batch += messages_of_record(record)
                if len(batch) >= 100:  # flows between two looks at the clock
                    yield batch
                    batch = []
        except CutError as error:
            yield [*batch, NotAnalysed(request_id="", host=None, code="capture_truncated", detail=str(error))]
            return
        yield batch
        if last:
            if cut := reader.rest():
                why = f"the capture ends inside a flow; {cut} bytes could not be read"
                yield [NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)]
            return
        time.sleep(pause)


def messages_of_record(record: bytes) -> list[Item]:
    """Return the messages of one record; a record that mitmproxy cannot read is one `NotAnalysed` row."""
    from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415  # slow import, only for these files
    from mitmproxy.io import FlowReader  # noqa: PLC0415  # same

    try:
        flows = list(FlowReader(io.BytesIO(record)).stream())
    except (FlowReadException, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = f"a flow record cannot be read: {str(error)[:120] or type(error).__name__}"
        return [NotAnalysed(request_id="", host=None, code="decode_failed", detail=why)]
    return [message for flow in flows for message in messages_of_flow(flow)]


def messages_of_flow(flow: Flow) -> list[Item]:
    """Return request, response and WebSocket messages of a flow, or the two directions of a raw stream."""
    from mitmproxy.http import HTTPFlow  # noqa: PLC0415  # slow import
    from mitmproxy.tcp import TCPFlow  # noqa: PLC0415  # same
    from mitmproxy.udp import UDPFlow  # noqa: PLC0415  # same

    if isinstance(flow, HTTPFlow):
        return _http(flow)
    if isinstance(flow, TCPFlow | UDPFlow):
        return _stream(flow, "tcp" if isinstance(flow, TCPFlow) else "udp")
    return []  # DNS: a host name that is looked up carries nothing that the later request does not show


def _http(flow: Any) -> list[Item]:
    request = flow.request
    host = request.pretty_host
    common = {
        "flow": flow.id,
        "host": host,
        "method": request.method,
        "target": request.path,
        "address": server_address(flow),
    }
    messages: list[Item] = [
        Message(
            **common,
            time=request.timestamp_start,
            direction="request",
            kind="http",
            scheme=request.scheme,
            headers=_fields(request),
            body=request.raw_content,
        )
    ]
    if flow.response is not None:
        messages.append(
            Message(
                **common,
                time=flow.response.timestamp_start or request.timestamp_start,
                direction="response",
                kind="http",
                scheme=request.scheme,
                headers=_fields(flow.response),
                body=flow.response.raw_content,
                status=flow.response.status_code,
            )
        )
    if flow.websocket is not None:
        scheme = "wss" if request.scheme == "https" else "ws"
        messages += [
            Message(
                **common,
                time=part.timestamp,
                direction="request" if part.from_client else "response",
                kind="websocket",
                scheme=scheme,
                headers=(),
                body=part.content,
            )
            for part in flow.websocket.messages
        ]
    return messages


def _stream(flow: Any, transport: str) -> list[Item]:
    """Join each direction: private push protocols cut their texts anywhere."""
    tls = bool(flow.client_conn.tls_established or flow.server_conn.tls_established)
    address = flow.server_conn.address
    host = flow.server_conn.sni or flow.client_conn.sni or (address[0] if address else "")
    messages: list[Item] = []
    directions: tuple[tuple[bool, Direction], ...] = ((True, "request"), (False, "response"))
    for from_client, direction in directions:
        parts = [part for part in flow.messages if part.from_client is from_client]
        if parts:
            messages.append(
                Message(
                    flow=flow.id,
                    time=parts[0].timestamp,
                    direction=direction,
                    kind="stream",
                    scheme="tls" if tls else transport,
                    host=host,
                    method=transport.upper(),
                    target="",
                    headers=(),
                    body=b"".join(part.content for part in parts),
                    address=server_address(flow),
                )
            )
    return messages


def server_address(flow: Any) -> str | None:
    """Return the IP address that the proxy connected to; `None` behind another proxy or without a connection."""
    peer = None if flow.server_conn.via else flow.server_conn.peername
    return str(peer[0]) if peer else None


def _fields(part: Any) -> tuple[tuple[str, str], ...]:
    fields = [(name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in part.headers.fields]
    if part.trailers:
        fields += [
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in part.trailers.fields
        ]
    return tuple(fields)
