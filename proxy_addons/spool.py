"""Facts to disk first, then to the registry. A registry that is down, or a `kill -9`, loses nothing.

One entry is one file ``<sha256 of body>.json``: {``registry``, ``package``, ``body``}, written under another name,
flushed to the disk and renamed, so that it is there whole or not at all. It is removed only after the registry has
answered 2xx; the idempotency key (the digest) makes a second delivery harmless. API keys are never written.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer.model import EduauditError, TrafficFacts, UnreadableInputError, record_json

Outcome = Literal["sent", "kept", "rejected"]
RETRY_STATUS = frozenset({401, 403, 408, 429})
"""Client errors that another try can mend: a wrong key, a time-out, too many requests."""
TIMEOUT = 15.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
ANSWER = 64 << 10
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Facts that wait to be sent."""

    path: Path
    registry: str
    package: str
    body: bytes

    @property
    def key(self) -> str:
        """Return the idempotency key, SHA-256 of the body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of one try."""

    entry: Entry
    outcome: Outcome
    answer: str
    """One line: the status and what the registry or the network said."""


def default_folder() -> Path:
    """Return ``$EDUAUDIT_SPOOL``, else the user's state folder."""
    if given := os.environ.get("EDUAUDIT_SPOOL"):
        return Path(given)
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "eduaudit" / "spool"


class Spool:
    """A folder of entries, with ``rejected/`` for what the registry will never take."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, facts: TrafficFacts, registry: str, package: str) -> Entry:
        """Write facts to the disk. Raise `EduauditError` when that cannot be done (disk full, no right)."""
        body = record_json(facts)
        registry = checked_url(registry)
        name = hashlib.sha256(body).hexdigest()
        path = self.folder / f"{name}.json"
        envelope = {"registry": registry, "package": package, "body": body.decode()}
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(path, json.dumps(envelope, ensure_ascii=False).encode())
        except OSError as error:
            raise EduauditError(f"{path}: 不能写入待发目录 / cannot be spooled: {error.strerror}") from error
        return Entry(path, registry, package, body)

    def entries(self) -> Iterator[Entry]:
        """Yield what waits, oldest first; after it raise `UnreadableInputError` for a file that is no entry."""
        if not self.folder.is_dir():
            return
        broken: UnreadableInputError | None = None
        for path in sorted(self.folder.glob("*.json"), key=lambda path: (_age(path), path.name)):
            try:
                envelope = json.loads(path.read_bytes())
                entry = Entry(path, str(envelope["registry"]), str(envelope["package"]), envelope["body"].encode())
            except FileNotFoundError:
                continue  # another process has just sent it
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                broken = broken or UnreadableInputError(path, "不是待发文件 / not a spool entry")
            else:
                yield entry
        if broken is not None:
            raise broken  # one foreign file must not hold up what can be delivered

    def rejected(self) -> list[Path]:
        """Return the entries that the registry refused for good."""
        return sorted((self.folder / "rejected").glob("*.json"))

    def send(self, entry: Entry, key: str) -> Delivery:
        """Try once to deliver ``entry`` with the API ``key``, and file it by the answer."""
        status, answer = post(entry, key)
        line = " ".join(answer.split())[:200]
        if 200 <= status < 300:  # HTTP success
            entry.path.unlink(missing_ok=True)
            return Delivery(entry, "sent", f"{status}")
        if 400 <= status < 500 and status not in RETRY_STATUS:  # HTTP client errors
            self._reject(entry, status, answer)
            return Delivery(entry, "rejected", f"{status} {line}")
        return Delivery(entry, "kept", f"{status} {line}" if status else line)

    def _reject(self, entry: Entry, status: int, answer: str) -> None:
        folder = self.folder / "rejected"
        folder.mkdir(exist_ok=True, mode=0o700)
        told = json.dumps({"status": status, "answer": answer}, ensure_ascii=False).encode()
        write_durably(folder / f"{entry.path.stem}.answer", told)
        entry.path.replace(folder / entry.path.name)
        _sync_folder(folder)

    def send_all(self, key: str, *, registry: str | None = None, patience: float = 0.0) -> Iterator[Delivery]:
        """Try to deliver everything (for ``registry`` only, where given).

        ``patience``: seconds for which kept entries are tried again, waiting 1, 2, 4 … 60 s between the rounds.
        """
        end = time.monotonic() + patience
        wait = FIRST_WAIT
        wanted = checked_url(registry) if registry else None
        while True:
            kept = []
            for entry in self.entries():
                if wanted is None or entry.registry == wanted:
                    delivery = self.send(entry, key)
                    if delivery.outcome == "kept":
                        kept.append(delivery)
                    else:
                        yield delivery
            if not kept or time.monotonic() + wait > end:
                yield from kept
                return
            time.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def checked_url(registry: str) -> str:
    """Return the address without its final slash. Raise `EduauditError` when it is no http(s) address."""
    parts = urllib.parse.urlsplit(registry)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise EduauditError(f"--registry: 应为 http(s) 地址 / an http(s) address is expected: {registry!r}")
    return registry.rstrip("/")


def post(entry: Entry, key: str) -> tuple[int, str]:
    """POST one entry; returns (status, text of the answer), status 0 when nobody answered."""
    package = urllib.parse.quote(entry.package, safe="")
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": entry.key,
        "User-Agent": "eduaudit",
    }
    url = f"{entry.registry}/api/v1/apps/{package}/traffic"
    request = urllib.request.Request(url, data=entry.body, headers=headers, method="POST")  # noqa: S310  # checked_url
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as response:
            return response.status, response.read(ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _read(error)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        return 0, f"{type(error).__name__}: {reason}"


def _read(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(ANSWER).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would lose its body or hand the API key to another host."""

    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
"""Without the proxy of the environment: that may be our own."""


def write_durably(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def summary(deliveries: list[Delivery]) -> Mapping[str, int]:
    """Return the number of deliveries by outcome."""
    return {outcome: sum(one.outcome == outcome for one in deliveries) for outcome in ("sent", "kept", "rejected")}
