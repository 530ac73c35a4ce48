"""Long and endless bodies: passed on piece by piece, kept while they pass, never held in memory whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

from mitmproxy import http

KEEP = 4 << 20
"""Bytes up to which a body is held in memory and becomes part of its flow."""
MOST = 512 << 20
"""Bytes of one body that are written to the disk; what is longer passes on and is noted as cut."""


class Tee:
    """The ``stream`` of a message: returns each piece as it is, and keeps a copy. A failure to keep never stops it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parts: list[bytes] = []
        self._file: BinaryIO | None = None
        self.size = 0
        """Bytes that passed."""
        self.kept = 0
        """Bytes of them that were kept."""
        self.trouble = ""
        """Why not all of them were."""

    def __call__(self, data: bytes) -> bytes:
        """Take one piece; the empty one is the end."""
        self.size += len(data)
        if data and not self.trouble:
            try:
                self._keep(data)
            except Exception as error:  # noqa: BLE001  # the app's traffic comes first; `trouble` is reported
                self.trouble = getattr(error, "strerror", None) or type(error).__name__
        return data

    def _keep(self, data: bytes) -> None:
        if self._file is None and self.size <= KEEP:
            self._parts.append(data)
            self.kept += len(data)
            return
        if self._file is None:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "wb", buffering=0)
            self._file.write(b"".join(self._parts))
            self._parts = []
        if self.kept + len(data) > MOST:
            self.trouble = f"longer than {MOST >> 20} MiB"
            return
        self._file.write(data)
        self.kept += len(data)

    def finish(self, message: http.Message) -> dict[str, Any] | None:
        """Put a short body into its message; return the note about a long one, for the metadata of its flow."""
        if self._file is not None:
            self._file.close()
            self._file = None
            return {"size": self.size, "kept": self.kept, "trouble": self.trouble}
        if self.size and not self.trouble:
            message.data.content = b"".join(self._parts)
        self._parts = []
        return {"size": self.size, "kept": 0, "trouble": self.trouble} if self.trouble else None


def needs_tee(message: http.Message, *, until_close: bool) -> bool:
    """Tell whether a body is long, or of unknown length: then it must not be held back until its end.

    ``until_close``: without any length the body goes on until the connection is closed (responses of HTTP/1).
    """
    chunked = False
    for name, value in message.data.headers.fields:
        if len(name) == len(b"content-length") and name.lower() == b"content-length":
            return value.isdigit() and int(value) > KEEP
        if len(name) == len(b"transfer-encoding") and name.lower() == b"transfer-encoding":
            chunked = True
    return chunked or until_close or not message.data.http_version.startswith(b"HTTP/1")
