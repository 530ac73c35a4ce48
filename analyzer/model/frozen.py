"""The base of the records that are checked when they are made: documents of others, and the report."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable record. Unknown keys are errors, so that a misspelt key in a file is never dropped in silence."""

    # defer_build: a command that only prints help, or only reads one kind of record, does not pay for all schemas.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
