"""Content-addressed files in a local folder: ``blobs/ab/abcdef…``. A file is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from registry_api.db import insert_missing, now
from registry_api.errors import RegistryError
from registry_api.storage.models import Blob

_CHUNK = 1024 * 1024
_LEFT_OVER_SECONDS = 24 * 3600


class BlobStore:
    """The folder of blobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / ".incoming"

    def path(self, sha256: str) -> Path:
        """Return where the file is, or would be."""
        return self.folder / sha256[:2] / sha256

    def read(self, sha256: str) -> bytes:
        """Return the content; raises `RegistryError` when the file is missing or was altered."""
        try:
            content = self.path(sha256).read_bytes()
        except OSError:
            raise RegistryError("unavailable", f"blob {sha256} is missing from the store") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RegistryError("unavailable", f"blob {sha256} was altered in the store")
        return content

    def put(self, content: bytes) -> str:
        """Keep ``content`` and return its SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.path(sha256).exists():
            with self.receiving() as file:
                file.write(content)
                self.keep(file, sha256)
        return sha256

    @contextmanager
    def receiving(self) -> Iterator[BinaryIO]:
        """Open a temporary file beside the blobs; whatever was not kept is gone afterwards."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        name = self.incoming / secrets.token_hex(16)
        try:
            with name.open("xb") as file:
                yield file
        finally:
            name.unlink(missing_ok=True)

    def clear_incoming(self) -> None:
        """Remove what a killed server left half received; younger files may belong to another server."""
        if self.incoming.is_dir():
            for path in self.incoming.iterdir():
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _LEFT_OVER_SECONDS:
                        path.unlink()

    def keep(self, file: BinaryIO, sha256: str) -> None:
        """Make a received file durable under its hash."""
        file.flush()
        os.fsync(file.fileno())
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        # Also over a file that is there: it has the same content, or was damaged and is mended by this one.
        Path(file.name).replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def altered(self, sha256: str) -> str | None:
        """Return what is wrong with a blob (``missing``, ``altered``), or `None`."""
        hasher = hashlib.sha256()
        try:
            with self.path(sha256).open("rb") as file:
                while chunk := file.read(_CHUNK):
                    hasher.update(chunk)
        except OSError:
            return "missing"
        return None if hasher.hexdigest() == sha256 else "altered"


def record_blob(session: Session, sha256: str, size: int) -> None:
    """Note a blob in the caller's transaction, once; two transactions may note the same one at the same time."""
    insert_missing(session, Blob, sha256=sha256, size=size, created_at=now())
