"""One capture on disk, whatever its format: its digest, its messages, and the files that live beside it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer.model import UnreadableInputError

from .capturefiles import beside, body_file, keylogs
from .flowfile import read_flow_file
from .flowstate import in_pieces
from .har import NotHarError, read_har
from .message import Item, Message
from .pcap import MAGIC, read_pcap

__all__ = ["Capture", "beside", "body_file", "open_capture"]
MAX_HAR = 512 << 20
"""Bytes; a HAR document has to be in memory whole."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture file."""

    path: Path
    sha256: str
    kind: Literal["flow", "har", "pcap"]
    """``har`` is every JSON format."""

    def messages(self, app: str | None = None, keylog: Path | None = None) -> Iterator[Item]:
        """Yield what the file holds. Raise `UnreadableInputError` when it is no capture at all.

        ``app``: its package; formats that name the app of each message give only that one's. ``keylog``: TLS secrets
        for a packet capture; without it those that lie beside the capture.
        """
        if self.kind == "pcap":
            keys = keylog or next((path for path in keylogs(self.path) if path.exists()), None)
            for item in read_pcap(self.path, keys):
                yield from in_pieces(item) if isinstance(item, Message) else (item,)
            return
        if self.kind == "flow":
            with self.path.open("rb") as file:
                yield from read_flow_file(file, self.path)
            return
        data = self.path.read_bytes()
        if data[:1] == b"\x78":
            data = _inflated(self.path, data)
        try:
            for item in read_har(data, app):
                yield from in_pieces(item) if isinstance(item, Message) else (item,)
        except NotHarError as error:
            raise UnreadableInputError(self.path, f"不是 HAR 抓包 / not a HAR capture: {error}") from error


def open_capture(path: Path) -> Capture:
    """Look at the first bytes of ``path`` and take its digest.

    Raises `UnreadableInputError` when it cannot be read or is of no known format.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
            sha256 = hashlib.sha256(head)
            while block := file.read(1 << 20):
                sha256.update(block)
    except OSError as error:
        raise UnreadableInputError(path, f"不能读取 / cannot be read: {error.strerror}") from error
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    kind = _kind(head, text)
    if not head and beside(path, "events").exists():
        return Capture(path, sha256.hexdigest(), "flow")  # our own: nothing got through, and the events say why
    if not head:
        raise UnreadableInputError(path, "文件为空 / the file is empty")
    if kind is None:
        why = "不是 .flow、HAR、PCAP 或 ReCon JSON 抓包文件 / neither a .flow, HAR, PCAP nor ReCon JSON capture"
        raise UnreadableInputError(path, why)
    if kind == "har" and path.stat().st_size > MAX_HAR:
        raise UnreadableInputError(path, f"HAR 超过 / HAR exceeds {MAX_HAR >> 20} MiB")
    return Capture(path, sha256.hexdigest(), kind)


def _kind(head: bytes, text: bytes) -> Literal["flow", "har", "pcap"] | None:
    if head.startswith(MAGIC):
        return "pcap"
    if text.startswith((b"{", b"[")) or head.startswith((b"\x78\x9c", b"\x78\xda", b"\x78\x01")):
        return "har"
    return "flow" if head[:1].isdigit() else None


def _inflated(path: Path, data: bytes) -> bytes:
    """Open the `.zhar` of mitmproxy (zlib)."""
    try:
        inflater = zlib.decompressobj()
        text = inflater.decompress(data, MAX_HAR)
    except zlib.error as error:
        raise UnreadableInputError(path, f"压缩数据损坏 / damaged compressed data: {error}") from error
    if inflater.unconsumed_tail:
        raise UnreadableInputError(path, f"HAR 超过 / HAR exceeds {MAX_HAR >> 20} MiB")
    return text
