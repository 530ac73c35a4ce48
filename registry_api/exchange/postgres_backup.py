"""Backup and restore of PostgreSQL with its own tools, and of the files beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import select

from registry_api.db import Database
from registry_api.errors import RegistryError
from registry_api.exchange.backup import Verification, verify
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.storage.blobs import BlobStore, file_digest, open_store
from registry_api.storage.models import Blob

DUMP = "registry.dump"


def back_up(registry: Registry, target: Path) -> Verification:
    """Dump the database to the new folder ``target``, copy all files that it names, and verify what can be.

    Files never change and the copy comes after the dump: it holds everything that the dump names. The dump is read
    through by ``pg_restore``; the trail and the files are those of the running registry and of the copy.
    """
    if target.exists() and any(target.iterdir()):
        raise RegistryError("conflict", f"{target} is not empty")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    dump = target / DUMP
    _run(registry.settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
    _run(registry.settings, "pg_restore", "--list", str(dump), connect=False)
    blobs = BlobStore(target / "blobs")
    with registry.database.read() as session:
        known = session.exec(select(Blob.sha256)).all()
    for sha256 in known:
        registry.blobs.copy(sha256, blobs.local(sha256))
    if (registry.settings.data / "keys").is_dir():
        shutil.copytree(registry.settings.data / "keys", target / "keys")
    return verify(registry.database, blobs)


def bring_back(source: Path, settings: Settings) -> Verification:
    """Restore a backup into an empty database and the store of ``settings``, and verify it whole.

    All or nothing: the tool works in one transaction. Nothing on record is ever overwritten.
    """
    dump = source / DUMP
    if not dump.is_file():
        raise RegistryError("not-found", f"{source}: no backup of PostgreSQL there ({DUMP} is missing)")
    store = open_store(settings)
    database = Database(settings)
    try:
        if sa.inspect(database.writer).get_table_names():
            raise RegistryError("conflict", "the database is not empty; a restore overwrites nothing, make a new one")
        for path in _files(source):
            if file_digest(path) != path.name:
                raise RegistryError("conflict", f"{source} is not intact: blob {path.name}: altered")
            store.adopt(path, path.name)
        keys = settings.data / "keys"
        if (source / "keys").is_dir() and not keys.exists():
            shutil.copytree(source / "keys", keys)
        _run(settings, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(dump))
        return verify(database, store)
    finally:
        database.close()


def _files(source: Path) -> Iterable[Path]:
    return sorted(path for path in (source / "blobs").glob("??/*") if path.is_file())


def tool(name: str) -> str:
    """Return where a tool of PostgreSQL is, the newest where there are several; ``unavailable`` when there is none."""
    found = shutil.which(name)
    if found:
        return found
    # Debian keeps the tools of each version in a folder of its own.
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest = sorted((int(path.parent.name), path / name) for path in folders if path.parent.name.isdigit())
    for _, path in reversed(newest):
        if path.exists():
            return str(path)
    raise RegistryError("unavailable", f"{name} is not installed (Debian: postgresql-client)")


def _run(settings: Settings, name: str, *arguments: str, connect: bool = True) -> None:
    url = sa.make_url(settings.url)
    environment = dict(os.environ)
    if connect:
        given = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
        # In the environment, not among the arguments: everybody on the machine can read those.
        environment |= {key: str(value) for key, value in given.items() if value is not None}
        arguments = (f"--dbname={url.database}", *arguments)
    done = subprocess.run(
        [tool(name), *arguments], env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise RegistryError("unavailable", f"{name}: {why}")
