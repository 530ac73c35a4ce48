"""Tables of stored files."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from registry_api.db import UtcDateTime


class Blob(SQLModel, table=True):
    """A file on store, by its content."""

    sha256: str = Field(primary_key=True, max_length=64)
    size: int = Field(sa_type=sa.BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Upload(SQLModel, table=True):
    """A file that a key has uploaded, and may therefore refer to."""

    id: str = Field(primary_key=True, max_length=36)
    key_id: str = Field(foreign_key="api_key.id", max_length=16)
    blob_sha256: str = Field(foreign_key="blob.sha256", max_length=64)
    name: str = Field(max_length=300)
    size: int = Field(sa_type=sa.BigInteger)
    kind: str = Field(default="unknown", max_length=20)
    """What the content looks like: ``apk``, ``ipa``, ``zip``, ``pdf``, ``html``, ``text`` or ``unknown``."""
    created_at: datetime = Field(sa_type=UtcDateTime)
