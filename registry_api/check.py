"""What is wrong with settings and data, one line each, before a user finds out."""

from __future__ import annotations

import os
import shutil
import stat

from sqlalchemy.exc import SQLAlchemyError

from analyzer.model import EduauditError
from registry_api.db import Database
from registry_api.errors import RegistryError
from registry_api.settings import PREFIX, Settings
from registry_api.storage.blobs import open_store

_LOW = 2 * 1024**3
_KNOWN_ELSEWHERE = frozenset({"URL", "KEY", "CACHE"})
"""Variables with our prefix that the commands read, not the server."""


def problems(settings: Settings, environ: dict[str, str]) -> list[str]:
    """Return one line for each thing that is wrong; nothing is changed."""
    return [
        *_of_names(environ),
        *_of_values(settings),
        *_of_folder(settings),
        *_of_files(settings),
        *_of_data(settings),
    ]


def _of_names(environ: dict[str, str]) -> list[str]:
    known = {name.upper() for name in Settings.__dataclass_fields__} | _KNOWN_ELSEWHERE
    return [f"{name}: no such setting" for name in sorted(environ) if name.startswith(PREFIX) and name[9:] not in known]


def _of_values(settings: Settings) -> list[str]:
    from registry_api.serving import check_access_settings  # noqa: PLC0415 - loads the server

    counts = ("workers", "lease_seconds", "attempts", "poll_seconds", "blob_timeout", "upload_limit", "body_limit")
    found = [f"{PREFIX}{name.upper()}: must be more than 0" for name in counts if getattr(settings, name) <= 0]
    if 0 < settings.lease_seconds < 10:
        found.append(f"{PREFIX}LEASE_SECONDS: under 10 s a busy worker loses its audits to the others")
    if settings.host not in {"127.0.0.1", "::1", "localhost"} and not settings.trusted_proxies:
        found.append(f"{PREFIX}HOST: reached from elsewhere, yet {PREFIX}TRUSTED_PROXIES names no proxy with TLS")
    if settings.blob_store and settings.sqlite:
        found.append(f"{PREFIX}BLOB_STORE: several machines need PostgreSQL too ({PREFIX}DATABASE_URL)")
    if settings.capture_days < 0:
        found.append(f"{PREFIX}CAPTURE_DAYS: must be 0 (never) or more")
    if settings.log not in {"", "json"}:
        found.append(f"{PREFIX}LOG: {settings.log!r} is unknown; json, or leave it out")
    found += _of_schedule(settings)
    try:
        check_access_settings(settings)
    except EduauditError as error:
        found.append(str(error))
    return found


def _of_schedule(settings: Settings) -> list[str]:
    from registry_api.audits.schedule import read_begin, read_level  # noqa: PLC0415 - only this check needs it

    found = []
    for read, text in ((read_begin, settings.weekly), (read_level, settings.weekly_notices)):
        try:
            read(text)
        except EduauditError as error:
            found.append(str(error))
    return found


def _of_folder(settings: Settings) -> list[str]:
    if not settings.data.is_dir():
        return [f"{settings.data}: no such folder; the first start makes it"]
    found = []
    if stat.S_IMODE(settings.data.stat().st_mode) & 0o077:
        found.append(f"{settings.data}: others on this machine may read it; chmod 700")
    if not os.access(settings.data, os.W_OK):
        found.append(f"{settings.data}: cannot be written to")
    free = shutil.disk_usage(settings.data).free
    if free < max(_LOW, settings.upload_limit):
        found.append(f"{settings.data}: only {free >> 20} MiB are free")
    return found


def _of_files(settings: Settings) -> list[str]:
    try:
        open_store(settings).probe()
    except (RegistryError, EduauditError) as error:
        return [str(error)]
    return []


def _of_data(settings: Settings) -> list[str]:
    if settings.sqlite and not (settings.data / "registry.sqlite3").exists():
        return [f"{settings.data}: no registry there; start one with: eduaudit registry serve"]
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - only this check needs it
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - same

    from registry_api.exchange.webhooks.sealing import problem_of  # noqa: PLC0415 - same
    from registry_api.migrations import config  # noqa: PLC0415 - same
    from registry_api.trail.chain import verify  # noqa: PLC0415 - same

    database = Database(settings)
    try:
        with database.writer.connect() as connection:
            head = ScriptDirectory.from_config(config(connection, settings.data)).get_current_head()
            if MigrationContext.configure(connection).get_current_revision() != head:
                return ["the database is of another version; run: eduaudit registry migrate"]
            sealed = problem_of(connection, settings.data)
        with database.read() as session:
            why = verify(session).why
            return [*([f"trail: {why}"] if why else []), *([sealed] if sealed else [])]
    except SQLAlchemyError as error:
        # The driver's text may hold an address, never a password.
        why = " ".join(str(getattr(error, "orig", error)).split())[:200]
        return [f"the database does not answer: {why}"]
    finally:
        database.close()
