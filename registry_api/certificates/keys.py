"""The signing key of one registry: made at first use, readable by its owner alone, beside the record.

``keys/certificate.pem`` is the secret; every public key that ever signed stays as ``keys/<id>.pub.pem``, so that old
certificates can be checked after the secret was replaced. Several servers must share the folder.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.model import EduauditError
from registry_api.certificates.token import key_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FOLDER = "keys"
_SECRET = "certificate.pem"  # noqa: S105 - the name of the file
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def signing_key(data: Path) -> tuple[str, Ed25519PrivateKey]:
    """Return id and signing key of the record in ``data``; both are made when there is none.

    Raises `EduauditError` when the file is not an Ed25519 key, or when others than its owner may read it.
    """
    path = data / FOLDER / _SECRET
    if not path.exists():
        _make(path)
    status = path.stat()
    if status.st_mode & _OTHERS:
        raise EduauditError(f"{path}: others may read the signing key; chmod 600 it, and replace it if it was read")
    return _load(path, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _load(path: Path, _changed: int) -> tuple[str, Ed25519PrivateKey]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - on first use
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - same

    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise EduauditError(f"{path}: no signing key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise EduauditError(f"{path}: is no Ed25519 key")
    identity = key_id(key.public_key().public_bytes_raw())
    public = path.with_name(f"{identity}.pub.pem")
    if not public.exists():
        _write(public, pem(key.public_key()).encode(), 0o644)
    return identity, key


def _make(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - on first use
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - same

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Ed25519PrivateKey.generate()
    text = made.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    _write(path, text, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a whole file or none; of two processes that write it at the same time the first one wins."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink(missing_ok=True)


def public_keys(data: Path) -> dict[str, Ed25519PublicKey]:
    """Return id → public key of every key that signed certificates of the record in ``data``."""
    found = {}
    for path in sorted((data / FOLDER).glob("*.pub.pem")):
        identity, key = read_public_key(path.read_text("ascii", "replace"), str(path))
        found[identity] = key
    return found


def read_public_key(text: str, source: str) -> tuple[str, Ed25519PublicKey]:
    """Return id and key from PEM, or from 32 bytes as hex or base64. Raises `EduauditError` naming ``source``."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - on first use
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - same

    text = text.strip()
    try:
        if text.startswith("-----BEGIN"):
            key = load_pem_public_key(text.encode())
        else:
            raw = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
            key = Ed25519PublicKey.from_public_bytes(raw)
    except (ValueError, TypeError):
        raise EduauditError(f"{source}: 不是公钥 / no public key (PEM, hex or base64 of an Ed25519 key)") from None
    if not isinstance(key, Ed25519PublicKey):
        raise EduauditError(f"{source}: 不是 Ed25519 公钥 / no Ed25519 key")
    return key_id(key.public_bytes_raw()), key


def pem(key: Ed25519PublicKey) -> str:
    """Return a public key as PEM."""
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - on first use

    return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo).decode()
