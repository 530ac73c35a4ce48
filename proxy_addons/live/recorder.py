"""Writes every flow to the capture: the evidence master. A full disk never stops the app's traffic."""

from __future__ import annotations

import logging
import os
import uuid
from collections import deque
from pathlib import Path
from typing import Any

from mitmproxy import ctx, dns, exceptions, flow, http, tcp, udp
from mitmproxy.addonmanager import Loader

from proxy_addons.sources.capturefiles import body_file

from .bodies import Tee, needs_tee
from .notes import guarded, is_ours, note
from .record import encode_record

logger = logging.getLogger(__name__)
WAITING = 64 << 20
"""Bytes of records that wait in memory for a disk that is full; the oldest give way, counted by their flow."""
NO_BODY = {b"HEAD", b"CONNECT"}
PART_MESSAGES, PART_BYTES = 200, 256 << 10
"""A WebSocket is written in parts of this many messages or bytes, so that an endless one takes no memory."""
STREAM_MESSAGES, STREAM_BYTES = 4000, 1 << 20
"""The same for raw streams; longer parts, since a value may be cut where a part ends."""


class Recorder:
    """Declares ``eduaudit_out`` and records there."""

    def __init__(self) -> None:
        self._descriptor = -1
        self._end = 0
        self._waiting: deque[tuple[str, str, bytes]] = deque()
        self._waiting_bytes = 0
        self._full = False
        self._active: dict[str, flow.Flow] = {}
        self._tees: dict[tuple[str, str], Tee] = {}
        self._notes: dict[str, dict[str, Any]] = {}
        self._grown_by: dict[str, tuple[int, int]] = {}
        self._parts: dict[str, int] = {}

    def load(self, loader: Loader) -> None:
        """Declare the options."""
        loader.add_option("eduaudit_out", str, "", "File for the flows; marks and events are written beside it.")

    def configure(self, updated: set[str]) -> None:
        """Open the file for appending."""
        if "eduaudit_out" not in updated:
            return
        self._close()
        if not ctx.options.eduaudit_out:
            return
        path = Path(ctx.options.eduaudit_out)
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._end = os.fstat(self._descriptor).st_size
        except OSError as error:
            raise exceptions.OptionsError(f"eduaudit_out: {path}: {error.strerror}") from error  # type: ignore[no-untyped-call]  # mitmproxy

    # --- bodies on their way

    @guarded
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Remember a flow until it ends, and let a long request body pass while it is kept."""
        if self._descriptor < 0 or is_ours(flow.request):
            return
        self._active[flow.id] = flow
        if flow.request.data.method not in NO_BODY and needs_tee(flow.request, until_close=False):
            self._tee(flow, "request", flow.request)

    @guarded
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        """Let a long or endless response body pass while it is kept."""
        response = flow.response
        if response is None or flow.id not in self._active or flow.request.data.method == b"HEAD":
            return
        status = response.data.status_code
        if status >= 200 and status not in {204, 304} and needs_tee(response, until_close=True):
            self._tee(flow, "response", response)

    def _tee(self, flow: http.HTTPFlow, direction: str, message: http.Message) -> None:
        if self._descriptor >= 0 and not callable(message.stream):
            tee = Tee(body_file(Path(ctx.options.eduaudit_out), flow.id, direction))
            self._tees[flow.id, direction] = message.stream = tee

    def _finish_body(self, flow: http.HTTPFlow, direction: str, message: http.Message | None) -> None:
        tee = self._tees.pop((flow.id, direction), None)
        if tee is None or message is None:
            return
        told = tee.finish(message)
        if told is not None:
            self._notes.setdefault(flow.id, {})[direction] = told

    # --- HTTP

    @guarded
    def request(self, flow: http.HTTPFlow) -> None:
        """Put a request body that has passed into its flow."""
        self._finish_body(flow, "request", flow.request)

    @guarded
    def response(self, flow: http.HTTPFlow) -> None:
        """Write a flow that is whole; a WebSocket is written as it goes on."""
        self._finish_body(flow, "response", flow.response)
        if flow.websocket is None:
            self._save(flow)

    @guarded
    def error(self, flow: http.HTTPFlow) -> None:
        """Write a flow that ended in an error, with what there is of it."""
        self._finish_body(flow, "request", flow.request)
        self._finish_body(flow, "response", flow.response)
        if flow.websocket is None:
            self._save(flow)

    @guarded
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        """Write what has come together of a long connection, and forget it."""
        socket = flow.websocket
        if socket is None or not self._grown(flow, len(socket.messages[-1].content), PART_MESSAGES, PART_BYTES):
            return
        self._save_part(flow)
        del socket.messages[:]

    @guarded
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        """Write the rest of a connection."""
        self._save_part(flow, last=True)

    # --- raw streams and DNS

    @guarded
    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        """Remember a stream until it ends."""
        if self._descriptor >= 0:
            self._active[flow.id] = flow

    @guarded
    def tcp_message(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        """Write what has come together of a long stream, and forget it."""
        if self._grown(flow, len(flow.messages[-1].content), STREAM_MESSAGES, STREAM_BYTES):
            self._save_part(flow)
            del flow.messages[:]

    @guarded
    def tcp_end(self, flow: tcp.TCPFlow | udp.UDPFlow) -> None:
        """Write the rest of a stream."""
        self._save_part(flow, last=True)

    tcp_error = tcp_end
    udp_start = tcp_start
    udp_message = tcp_message
    udp_end = tcp_end
    udp_error = tcp_end

    @guarded
    def dns_response(self, flow: dns.DNSFlow) -> None:
        """Write a look-up."""
        self._save(flow)

    dns_error = dns_response

    def done(self) -> None:
        """Write what is still under way, and say what could not be written."""
        for one in list(self._active.values()):
            if isinstance(one, http.HTTPFlow):
                self._finish_body(one, "request", one.request)
                self._finish_body(one, "response", one.response)
            self._save_part(one, last=True)
        self._flush()
        while self._waiting:
            name, host, record = self._waiting.popleft()
            self._lost(name, host, len(record))
        self._close()

    # --- the file

    def _grown(self, flow: flow.Flow, size: int, most_messages: int, most_bytes: int) -> bool:
        """Count one more message of a connection; tell whether it is time to write a part."""
        if self._descriptor < 0:
            return False
        count, total = self._grown_by.get(flow.id, (0, 0))
        count, total = count + 1, total + size
        full = count >= most_messages or total >= most_bytes
        self._grown_by[flow.id] = (0, 0) if full else (count, total)
        return full

    def _save_part(self, flow: flow.Flow, *, last: bool = False) -> None:
        """Write a flow whose earlier messages may have been written already: each part is a record of its own."""
        number = self._parts.get(flow.id, 0)
        part = {"part": number, "of": flow.id} if number or not last else None
        self._save(flow, part, new_id=str(uuid.uuid4()) if number else None, last=last)
        if last:
            self._parts.pop(flow.id, None)
            self._grown_by.pop(flow.id, None)
        else:
            self._parts[flow.id] = number + 1

    def _save(
        self, flow: flow.Flow, part: dict[str, Any] | None = None, *, new_id: str | None = None, last: bool = True
    ) -> None:
        known = self._active.pop(flow.id, None) if last else self._active.get(flow.id)
        if self._descriptor < 0 or (known is None and isinstance(flow, http.HTTPFlow) and is_ours(flow.request)):
            return
        host = flow.request.data.host if isinstance(flow, http.HTTPFlow) else ""
        told = self._notes.pop(flow.id, None)
        extra = {**(part or {}), **({"bodies": told} if told else {})}
        try:
            record = encode_record(flow, extra or None, new_id)
        except Exception as error:  # noqa: BLE001  # a flow that cannot be encoded is told by its id
            note("not_recorded", flow=flow.id, host=host, why=type(error).__name__)
            return
        self._waiting.append((flow.id, host, record))
        self._waiting_bytes += len(record)
        self._flush()

    def _flush(self) -> None:
        while self._waiting:
            name, host, record = self._waiting[0]
            if not self._write(record):
                break
            self._waiting.popleft()
            self._waiting_bytes -= len(record)
        while self._waiting_bytes > WAITING:
            name, host, record = self._waiting.popleft()
            self._waiting_bytes -= len(record)
            self._lost(name, host, len(record))

    def _write(self, record: bytes) -> bool:
        """Append one record whole, or not at all."""
        try:
            written = os.write(self._descriptor, record)
            while written < len(record):
                written += os.write(self._descriptor, record[written:])
        except OSError as error:
            os.ftruncate(self._descriptor, self._end)
            if not self._full:
                self._full = True
                logger.error("the capture cannot be written: %s", error.strerror)  # noqa: TRY400  # one line
            return False
        self._end += len(record)
        if self._full:
            self._full = False
            logger.warning("the capture is written again")
        return True

    def _lost(self, name: str, host: str, size: int) -> None:
        note("not_recorded", flow=name, host=host, why=f"the disk took no more ({size} bytes)")

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
