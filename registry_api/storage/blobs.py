"""Content-addressed files in a local folder: ``blobs/ab/abcdef…``. A file is there whole or not at all.

`registry_api.storage.objects` keeps the same files in an object store; whoever reads or writes them asks
`open_store` for the one in force and sees no difference.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from registry_api.db import insert_all_missing, insert_missing, now
from registry_api.errors import RegistryError
from registry_api.settings import Settings
from registry_api.storage.models import Blob

_CHUNK = 1024 * 1024
_LEFT_OVER_SECONDS = 24 * 3600


class BlobStore:
    """The folder of blobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / ".incoming"

    def local(self, sha256: str) -> Path:
        """Return the file's place in the folder."""
        return self.folder / sha256[:2] / sha256

    def path(self, sha256: str) -> Path:
        """Return where the file can be read, or would be if it were there."""
        return self.local(sha256)

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
        """Keep ``content`` and return its SHA-256; a damaged file of the same content is mended."""
        sha256 = hashlib.sha256(content).hexdigest()
        if BlobStore.altered(self, sha256):
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
        target = self.local(sha256)
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
        try:
            return None if file_digest(self.local(sha256)) == sha256 else "altered"
        except OSError:
            return "missing"

    def inspect(self, sha256: str) -> str | None:
        """Return what is wrong with a blob where it is kept for good, as `altered` does."""
        return self.altered(sha256)

    def copy(self, sha256: str, target: Path) -> None:
        """Write a blob's content to ``target``, unchecked; a missing blob leaves nothing there."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.local(sha256).exists():
            # A real copy: a hard link would share every later damage.
            shutil.copyfile(self.local(sha256), target)

    def remove(self, sha256: str) -> None:
        """Delete a blob that nothing on record names any longer."""
        self.local(sha256).unlink(missing_ok=True)

    def adopt(self, source: Path, sha256: str) -> None:
        """Keep a copy of a file whose hash was verified."""
        with self.receiving() as file, source.open("rb") as content:
            shutil.copyfileobj(content, file, _CHUNK)
            self.keep(file, sha256)

    def probe(self) -> None:
        """Raise `RegistryError` when the store cannot be written to just now."""
        try:
            with self.receiving() as file:
                file.write(b"probe")
                file.flush()
        except OSError as error:
            raise RegistryError("unavailable", f"files cannot be written to {self.folder}: {error.strerror}") from None

    def trim(self) -> int:
        """Give back room that can be had without loss; return the bytes. The folder itself has none to give."""
        return 0


def file_digest(path: Path) -> str:
    """Return a file's SHA-256, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_store(settings: Settings) -> BlobStore:
    """Return the store that the settings name."""
    if not settings.blob_store:
        return BlobStore(settings.blobs)
    from registry_api.storage.objects import ObjectStore  # noqa: PLC0415 - of the extra [s3]

    return ObjectStore(settings)


def record_blobs(session: Session, sizes: dict[str, int]) -> None:
    """Note several blobs (SHA-256 → bytes) at once."""
    moment = now()
    # In order of their names: two transactions that note the same ones do not wait for each other in a circle.
    rows = [{"sha256": sha256, "size": size, "created_at": moment} for sha256, size in sorted(sizes.items())]
    insert_all_missing(session, Blob, rows)


def record_blob(session: Session, sha256: str, size: int) -> None:
    """Note a blob in the caller's transaction, once; two transactions may note the same one at the same time."""
    insert_missing(session, Blob, sha256=sha256, size=size, created_at=now())
