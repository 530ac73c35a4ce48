"""Secrets of webhooks are sealed in the database (AES-256-GCM): a copy of it signs nothing.

The keys are in ``keys/webhooks.key`` beside the record, readable by its owner alone: base64 of 32 bytes a line, the
newest first. Only the first seals; all of them open, until `reseal` has sealed everything anew. Several servers share
the folder, as they do for the key of certificates.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlmodel import col

from analyzer.model import EduauditError
from registry_api.certificates.keys import FOLDER
from registry_api.exchange.webhooks.sending import PREFIX

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FILE = "webhooks.key"
_BYTES = 32
_NONCE = 12
_MARK = "s1"
"""First part of a sealed text: ``s1.<first letters of the key's hash>.<base64 of nonce and cipher text>``."""
_OTHERS = 0o077


def seal(data: Path, secret: str) -> str:
    """Return a secret ``whsec_…`` sealed with the newest key of the record in ``data``, made when there is none.

    At most 100 characters: as many as the column has had from the beginning.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - heavy, and seldom used

    path = data / FOLDER / _FILE
    if not path.exists():
        _write(path, [_fresh()])
    key = _read(path)[0]
    nonce = secrets.token_bytes(_NONCE)
    raw = base64.b64decode(secret.removeprefix(PREFIX))
    text = base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, raw, _MARK.encode())).decode()
    return f"{_MARK}.{_name(key)}.{text}"


def unseal(data: Path, sealed: str) -> str:
    """Return the secret. Raises `EduauditError`, which repeats nothing of it, when its key is not there."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - heavy, and seldom used
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - same

    path = data / FOLDER / _FILE
    mark, _, rest = sealed.partition(".")
    name, _, text = rest.partition(".")
    if mark != _MARK:
        raise EduauditError("the secret of a webhook is not sealed; run: eduaudit registry migrate")
    for key in _read(path):
        if _name(key) == name:
            try:
                raw = base64.urlsafe_b64decode(text)
                opened = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _MARK.encode())
                return PREFIX + base64.b64encode(opened).decode()
            except (InvalidTag, ValueError):
                raise EduauditError(f"{path}: the secret of a webhook was changed since it was sealed") from None
    raise EduauditError(f"{path}: the key {name}, with which secrets of webhooks are sealed, is missing")


def reseal(connection: Connection, data: Path) -> int:
    """Make a new key and seal every secret with it, in the caller's transaction; return how many there are.

    The old keys stay in the file until `forget_old_keys`: if the transaction fails, they still open what is there.
    """
    path = data / FOLDER / _FILE
    opened = {row.id: unseal(data, row.secret) for row in _rows(connection)}
    _write(path, [_fresh(), *(_read(path) if path.exists() else [])])
    _store(connection, {identity: seal(data, secret) for identity, secret in opened.items()})
    return len(opened)


def forget_old_keys(data: Path) -> None:
    """Keep only the newest key; everything must have been sealed with it."""
    path = data / FOLDER / _FILE
    _write(path, _read(path)[:1])


def seal_plain(connection: Connection, data: Path) -> None:
    """Seal what an earlier release stored as it was; for the migration."""
    _store(
        connection,
        {row.id: seal(data, row.secret) for row in _rows(connection) if not row.secret.startswith(f"{_MARK}.")},
    )


def unseal_all(connection: Connection, data: Path) -> None:
    """Store every secret as an earlier release did; for taking the migration back."""
    _store(connection, {row.id: unseal(data, row.secret) for row in _rows(connection)})


def problem_of(connection: Connection, data: Path) -> str | None:
    """Return what is wrong with the key file or with one of the secrets; `None` when each can be opened."""
    try:
        for row in _rows(connection):
            unseal(data, row.secret)
    except EduauditError as error:
        return str(error)
    return None


_TABLE = sa.table("webhook_endpoint", sa.column("id", sa.Integer), sa.column("secret", sa.String))
"""As every release has had it: a migration must not lean on the model of the day."""


def _rows(connection: Connection) -> list[sa.Row[tuple[int, str]]]:
    return list(connection.execute(sa.select(_TABLE.c.id, _TABLE.c.secret).order_by(_TABLE.c.id)))


def _store(connection: Connection, texts: dict[int, str]) -> None:
    for identity, text in texts.items():
        connection.execute(_TABLE.update().where(col(_TABLE.c.id) == identity).values(secret=text))


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def _fresh() -> bytes:
    return secrets.token_bytes(_BYTES)


def _read(path: Path) -> list[bytes]:
    try:
        status, text = path.stat(), path.read_text("ascii")
        keys = [base64.b64decode(line, validate=True) for line in text.split()]
    except FileNotFoundError:
        raise EduauditError(f"{path}: the key with which secrets of webhooks are sealed is missing") from None
    except (OSError, ValueError) as error:
        raise EduauditError(f"{path}: no key for secrets of webhooks: {type(error).__name__}") from None
    if status.st_mode & _OTHERS:
        raise EduauditError(f"{path}: others may read it; chmod 600, and then: eduaudit registry webhooks reseal")
    if not keys or any(len(key) != _BYTES for key in keys):
        raise EduauditError(f"{path}: no key for secrets of webhooks: 32 bytes in base64 a line")
    return keys


def _write(path: Path, keys: list[bytes]) -> None:
    """Put a whole file in place, or none; a first one never replaces another's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.replace(path)
        else:
            try:
                os.link(beside, path)
            except FileExistsError:
                return  # another process made it at the same moment: its key counts
    finally:
        beside.unlink(missing_ok=True)
