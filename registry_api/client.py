"""The HTTP side of the command: talks to a registry and turns its problem documents into one clear line."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from analyzer.model import EduauditError, UnreadableInputError

_CHUNK = 1024 * 1024
_UPLOAD_ATTEMPTS = 5


class Client:
    """A registry at ``url``, with a key. Every failure is an `EduauditError` with one line."""

    def __init__(self, url: str, key: str, timeout: float = 60) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url + "/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=timeout
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(
        self, method: str, path: str, *, json: Any = None, etag: str | None = None, once: bool = False, **more: Any
    ) -> httpx.Response:
        """Call the API; ``once`` adds an Idempotency-Key and repeats a call whose answer was lost."""
        headers: dict[str, str] = dict(more.pop("headers", {}))
        if etag is not None:
            headers["If-Match"] = etag
        if once:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        for attempt in range(3 if once or method == "GET" else 1):
            try:
                response = self._http.request(method, path, json=json, headers=headers, **more)
                break
            except httpx.TransportError as error:
                if attempt == 2 or not (once or method == "GET") or isinstance(error, httpx.ConnectError):
                    raise EduauditError(f"{self.url}: {_why(error)}") from error
                time.sleep(0.2 * (attempt + 1))
        if response.is_error:
            raise EduauditError(f"{self.url}: {problem_line(response)}")
        return response

    def upload(self, path: Path) -> str:
        """Upload a file in a stream; return the upload's id."""
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = path.stat().st_size
        except OSError as error:
            raise UnreadableInputError(path, error.strerror or "cannot be read") from error

        upload_id = str(uuid.uuid4())
        headers = {
            "Content-Type": "application/octet-stream",
            "Upload-Length": str(size),
            "X-Content-SHA256": digest,
            "X-File-Name": quote(path.name[-80:]),  # the end says which kind of file it is
        }
        for attempt in range(_UPLOAD_ATTEMPTS):
            offset, whole = self._arrived(upload_id) if attempt else (0, False)
            if whole:
                return upload_id  # only the answer was lost
            resumed = {"Upload-Offset": str(offset)} if attempt else {}
            try:
                response = self._http.request(
                    "PATCH" if attempt else "PUT",
                    f"/uploads/{upload_id}",
                    content=_chunks(path, offset),
                    headers={**headers, **resumed, "Content-Length": str(size - offset)},
                )
                break
            except httpx.TransportError as error:
                if attempt + 1 == _UPLOAD_ATTEMPTS or isinstance(error, httpx.ConnectError):
                    raise EduauditError(f"{path}: the upload was cut: {_why(error)}; start it again") from error
                time.sleep(0.5 * (attempt + 1))
        if response.is_error:
            raise EduauditError(f"{path}: {problem_line(response)}")
        return upload_id

    def _arrived(self, upload_id: str) -> tuple[int, bool]:
        """Return how many bytes of an upload the registry has, and whether that is all."""
        try:
            answer = self._http.head(f"/uploads/{upload_id}")
        except httpx.TransportError:
            return 0, False
        return int(answer.headers.get("Upload-Offset", "0")), answer.headers.get("Upload-Complete") == "?1"

    def every(self, path: str) -> list[dict[str, Any]]:
        """Return the items of all pages of a list."""
        items: list[dict[str, Any]] = []
        after = None
        while True:
            page = self.call("GET", path, params={"after": after} if after else {}).json()
            items += page["items"]
            after = page["next"]
            if after is None:
                return items

    def find(self, path: str, **params: str) -> dict[str, Any] | None:
        """Return the first item of a list, or `None`."""
        items = self.call("GET", path, params=params).json()["items"]
        return items[0] if items else None


def _chunks(path: Path, offset: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while chunk := file.read(_CHUNK):
            yield chunk


def problem_line(response: httpx.Response) -> str:
    """Return a problem document as one line: status, title, detail, and the first fields that are wrong."""
    try:
        body = response.json()
        fields = "; ".join(f"{item['pointer']}: {item['message']}" for item in body["errors"][:3])
        line = f"{response.status_code} {body['title']} / {body['title_en']}: {fields or body['detail']}"
    except (ValueError, KeyError, TypeError):
        line = f"{response.status_code} {response.reason_phrase}"
    return " ".join(line.split())


def _why(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.ConnectError):
        return "no registry answers there"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return " ".join((str(error) or type(error).__name__).split())
