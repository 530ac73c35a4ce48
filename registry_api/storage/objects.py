"""Content-addressed files in an object store that speaks S3, with copies in a local folder.

The object is the truth: a file counts as kept when the store has taken it whole. What is read comes through the
folder, fetched once, and is believed only with its hash. A store that is slow, away or refuses is ``unavailable``:
an upload that has arrived stays received and can be finished later, an audit is tried again later.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from analyzer.model import EduauditError
from registry_api.errors import RegistryError
from registry_api.settings import Settings
from registry_api.storage.blobs import BlobStore, file_digest

_ATTEMPTS = 3
"""Times that one request to the store is made; after that an audit's own attempts follow."""
_SLOWEST = 256 * 1024
"""Bytes a second: a file that moves slower than that is given up."""
_IN_USE_SECONDS = 3600.0
"""A copy that was asked for so lately may be open: it stays."""


class ObjectStore(BlobStore):
    """The bucket, behind the folder's interface."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.blobs)
        self.settings = settings
        self.root = settings.blob_store.removeprefix("s3://").strip("/")
        if not self.root:
            raise EduauditError("EDUAUDIT_BLOB_STORE: no bucket is named; write s3://bucket or s3://bucket/prefix")

    @cached_property
    def _files(self) -> Any:
        try:
            from s3fs import S3FileSystem  # noqa: PLC0415 - of the extra [s3], and slow to load
        except ImportError:
            raise EduauditError("EDUAUDIT_BLOB_STORE needs the extra: pip install 'eduaudit[s3]'") from None
        seconds = self.settings.blob_timeout
        client = {"region_name": self.settings.blob_region} if self.settings.blob_region else {}
        files = S3FileSystem(
            endpoint_url=self.settings.blob_endpoint or None,
            client_kwargs=client,
            config_kwargs={
                "connect_timeout": min(seconds, 10.0),
                "read_timeout": seconds,
                "retries": {"max_attempts": 1},
            },
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        files.retries = _ATTEMPTS
        return files

    def key(self, sha256: str) -> str:
        """Return ``bucket/prefix/ab/abcdef…``."""
        return f"{self.root}/{sha256[:2]}/{sha256}"

    def _ask(self, method: str, *arguments: Any, size: int = 0) -> Any:
        """Call a method of the store and return its answer.

        Raises `FileNotFoundError` when the object or bucket is not there, and ``unavailable`` for everything else,
        also when ``size`` bytes take much too long: the store's own time limits do not cover every silence.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - of the extra [s3]
        from fsspec.asyn import sync  # noqa: PLC0415 - same

        files = self._files
        seconds = self.settings.blob_timeout * _ATTEMPTS + size / _SLOWEST

        async def within() -> Any:
            return await asyncio.wait_for(getattr(files, f"_{method}")(*arguments), seconds)

        try:
            return sync(files.loop, within)
        except FileNotFoundError:
            raise
        except (OSError, BotoCoreError, ClientError) as error:
            why = " ".join(str(error).split())[:300] or f"no answer in {seconds:.0f} s"
            raise RegistryError("unavailable", f"the object store does not answer: {why}") from error

    def path(self, sha256: str) -> Path:
        """Return the local copy, fetched when there is none.

        A blob that the store has not, or has altered, gives a path where nothing is, as in the folder.
        """
        place = self.local(sha256)
        try:
            os.utime(place)  # it was used: `trim` looks for that
        except FileNotFoundError:
            self._fetch(sha256)
        return place

    def _fetch(self, sha256: str) -> str | None:
        """Bring a blob into the folder; return what is wrong with it, or `None`."""
        with self.receiving() as file:
            wrong = self._load(sha256, Path(file.name))
            if wrong is None:
                super().keep(file, sha256)
            return wrong

    def _load(self, sha256: str, target: Path) -> str | None:
        try:
            size = self._ask("info", self.key(sha256))["size"]
            self._ask("get_file", self.key(sha256), str(target), size=size)
        except FileNotFoundError:
            return "missing"
        return None if file_digest(target) == sha256 else "altered"

    def read(self, sha256: str) -> bytes:
        """See `BlobStore.read`; a damaged copy is fetched anew."""
        with suppress(OSError):
            content = self.local(sha256).read_bytes()
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
        wrong = self._fetch(sha256)
        if wrong:
            raise RegistryError("unavailable", f"blob {sha256} is {wrong} in the store")
        return super().read(sha256)

    def put(self, content: bytes) -> str:
        """See `BlobStore.put`."""
        sha256 = hashlib.sha256(content).hexdigest()
        with self.receiving() as file:
            file.write(content)
            self.keep(file, sha256)
        return sha256

    def keep(self, file: BinaryIO, sha256: str) -> None:
        """Send a received file to the store, then keep it as the local copy; it stays as it is when that fails."""
        file.flush()
        path = Path(file.name)
        try:
            self._ask("put_file", str(path), self.key(sha256), size=path.stat().st_size)
            stored = self._ask("info", self.key(sha256))["size"]
        except FileNotFoundError:
            raise RegistryError("unavailable", f"the object store has no bucket {self.root.split('/')[0]}") from None
        if stored != path.stat().st_size:
            raise RegistryError("unavailable", f"the object store kept {stored} bytes of {path.stat().st_size}")
        super().keep(file, sha256)

    def altered(self, sha256: str) -> str | None:
        """See `BlobStore.altered`: a damaged or missing copy is fetched anew first."""
        return self._fetch(sha256) if super().altered(sha256) else None

    def inspect(self, sha256: str) -> str | None:
        """Look at the object itself, whatever the copy says."""
        with self.receiving() as file:
            return self._load(sha256, Path(file.name))

    def copy(self, sha256: str, target: Path) -> None:
        """See `BlobStore.copy`."""
        target.parent.mkdir(parents=True, exist_ok=True)
        if self._load(sha256, target) == "missing":
            target.unlink(missing_ok=True)

    def remove(self, sha256: str) -> None:
        """See `BlobStore.remove`."""
        with suppress(FileNotFoundError):
            self._ask("rm_file", self.key(sha256))
        super().remove(sha256)

    def probe(self) -> None:
        """Write and read one small object beside the blobs, and a file in the folder of copies."""
        super().probe()
        name = f"{self.root}/.probe"
        try:
            self._ask("pipe_file", name, b"probe")
            self._ask("info", name)
        except FileNotFoundError:
            raise RegistryError("unavailable", f"the object store has no bucket {self.root.split('/')[0]}") from None

    def trim(self) -> int:
        """Remove copies that were not asked for longest while there are more than `Settings.blob_cache` bytes."""
        found = []
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
        held, freed, before = sum(size for _, size, _ in found), 0, time.time() - _IN_USE_SECONDS
        for used, size, path in sorted(found):
            if held - freed <= self.settings.blob_cache or used > before:
                break
            path.unlink(missing_ok=True)
            freed += size
        return freed
