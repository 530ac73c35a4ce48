"""Backup while the registry runs, and the proof that record and files are whole."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from registry_api.db import Database
from registry_api.errors import RegistryError
from registry_api.registry import Registry
from registry_api.settings import Settings
from registry_api.storage.blobs import BlobStore
from registry_api.storage.models import Blob
from registry_api.trail.chain import verify as verify_trail

_DATABASE = "registry.sqlite3"


@dataclass
class Verification:
    """What a check of the whole registry found."""

    entries: int = 0
    head: str = ""
    blobs: int = 0
    problems: list[str] = field(default_factory=list)


def verify(database: Database, blobs: BlobStore) -> Verification:
    """Check the database's own integrity, walk the trail, and hash every blob."""
    result = Verification()
    with database.read() as session:
        if session.get_bind().dialect.name == "sqlite":
            answer = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar_one()
            if answer != "ok":
                result.problems.append(f"database: {answer}")
        chain = verify_trail(session)
        result.entries, result.head = chain.entries, chain.head
        if chain.broken_at is not None:
            result.problems.append(f"trail: {chain.why}")
        known = session.exec(select(Blob.sha256).order_by(col(Blob.sha256))).all()
    for sha256 in known:
        result.blobs += 1
        wrong = blobs.inspect(sha256)
        if wrong:
            result.problems.append(f"blob {sha256}: {wrong}")
    return result


def backup(registry: Registry, target: Path) -> Verification:
    """Write a consistent copy of database and blobs to the new folder ``target`` and verify the copy.

    Blobs never change, so copying them after the database cannot miss one that the copy refers to.
    """
    if not registry.settings.sqlite:
        raise RegistryError("unavailable", "use pg_dump for PostgreSQL, and copy the folder of blobs after it")
    if target.exists() and any(target.iterdir()):
        raise RegistryError("conflict", f"{target} is not empty")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = Settings(data=target)
    raw = registry.database.reader.raw_connection()
    try:
        # The pool's connection only reads; VACUUM INTO writes a new file from one snapshot, also while others write.
        cursor = raw.cursor()
        cursor.execute("PRAGMA query_only=OFF")
        cursor.execute("VACUUM INTO ?", (str(target / _DATABASE),))
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()
    finally:
        raw.close()
    database, blobs = Database(copy), BlobStore(copy.blobs)
    try:
        with database.read() as session:
            known = session.exec(select(Blob.sha256)).all()
        for sha256 in known:
            registry.blobs.copy(sha256, blobs.local(sha256))
        _copy_keys(registry.settings.data, target)
        return verify(database, blobs)
    finally:
        database.close()


def restore(source: Path, data: Path) -> Verification:
    """Make the new data folder ``data`` from a backup and verify it. Nothing on record is ever overwritten.

    The copy is made beside ``data`` and renamed when it is proven whole: ``data`` is there whole or not at all.
    Raises `RegistryError` when there is no backup, when ``data`` holds anything, or when the copy is not intact.
    """
    database = source / _DATABASE
    if not database.is_file():
        raise RegistryError("not-found", f"{source}: no backup there ({_DATABASE} is missing)")
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise RegistryError("conflict", f"{data} is not empty; a restore overwrites nothing, name another folder")
    data.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{data.name}-", dir=data.parent))
    try:
        for name in (_DATABASE, f"{_DATABASE}-wal"):  # a backup that somebody opened may have a log beside it
            if (source / name).is_file():
                shutil.copyfile(source / name, made / name)
        if (source / "blobs").is_dir():
            shutil.copytree(source / "blobs", made / "blobs", ignore=shutil.ignore_patterns(".incoming"))
        _copy_keys(source, made)
        result = _verified(Settings(data=made))
        if result.problems:
            raise RegistryError("conflict", f"{source} is not intact: {'; '.join(result.problems[:3])}")
        if data.exists():
            data.rmdir()
        made.rename(data)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return result


def _copy_keys(source: Path, target: Path) -> None:
    # Modes come along: the signing key of certificates is readable by its owner alone.
    if (source / "keys").is_dir():
        shutil.copytree(source / "keys", target / "keys")


def _verified(settings: Settings) -> Verification:
    database = Database(settings)
    try:
        return verify(database, BlobStore(settings.blobs))
    except DatabaseError as error:
        return Verification(problems=[f"database: {error.orig}"])
    finally:
        database.close()
