"""Uploads that may break off: what has arrived is kept for a day, and the rest is appended to it."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from registry_api.errors import FieldError, RegistryError
from registry_api.storage.blobs import BlobStore

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Part:
    """A file that is being received, for one key alone."""

    store: BlobStore
    key_id: str
    upload_id: str

    @property
    def path(self) -> Path:
        """Return where the bytes are; another key's upload of the same id is another file."""
        name = hashlib.sha256(f"{self.key_id}/{self.upload_id}".encode()).hexdigest()
        return self.store.incoming / f"part-{name}"

    def offset(self) -> int | None:
        """Return how many bytes have arrived, `None` when nothing is known of the upload."""
        try:
            return self.path.stat().st_size
        except OSError:
            return None

    @contextmanager
    def opened(self, offset: int) -> Iterator[BinaryIO]:
        """Open the part behind its first ``offset`` bytes; 0 begins anew.

        Raises ``conflict`` when another request is writing it, or when it does not end there.
        """
        self.store.incoming.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise RegistryError("in-progress", "another request is sending this upload") from None
            if offset == 0:
                file.truncate(0)
            size = file.seek(0, 2)
            if size != offset:
                if size == 0:
                    self.path.unlink(missing_ok=True)
                raise RegistryError(
                    "conflict",
                    f"{size} bytes have arrived, not {offset}",
                    [FieldError("/headers/Upload-Offset", "offset", f"{size} bytes have arrived", f"go on at {size}")],
                )
            yield file


async def append(part: Part, stream: AsyncIterator[bytes], *, offset: int, limit: int) -> int:
    """Write a request's body behind ``offset`` bytes; return the bytes that are there now.

    Raises ``too-large`` past ``limit`` bytes, and then the part is gone. A body that breaks off leaves what came.
    """
    with part.opened(offset) as file:
        size = offset
        try:
            async for chunk in stream:
                size += len(chunk)
                if size > limit:
                    part.path.unlink(missing_ok=True)
                    raise RegistryError("too-large", f"the upload exceeds {limit} bytes")
                file.write(chunk)
        finally:
            file.flush()
    return size


def finish(part: Part, expected: str | None) -> tuple[str, int]:
    """Make a part that is whole a blob; return (SHA-256, bytes).

    Raises ``hash-mismatch`` when it is not what the client said, and then the part is gone.
    """
    hasher, size = hashlib.sha256(), 0
    with part.path.open("rb+") as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
            size += len(chunk)
        sha256 = hasher.hexdigest()
        if size == 0:
            part.path.unlink(missing_ok=True)
            raise RegistryError("invalid", "the upload is empty", [FieldError("/", "empty", "no bytes were received")])
        if expected is not None and sha256 != expected.lower():
            part.path.unlink(missing_ok=True)
            raise RegistryError(
                "hash-mismatch",
                f"received {size} bytes with SHA-256 {sha256}, the header said {expected}",
                [
                    FieldError(
                        "/headers/X-Content-SHA256", "hash_mismatch", f"SHA-256 is {sha256}", "upload the file again"
                    )
                ],
            )
        part.store.keep(file, sha256)
    return sha256, size
