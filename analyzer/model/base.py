"""The base of every shared record: frozen, closed to unknown keys, and canonical when written."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest, 64 lower-case hex digits."""

DataId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")]
"""A personal-data id of the taxonomy in `rules/personal_data.yaml`, such as ``device.imei``."""


class Frozen(BaseModel):
    """An immutable record. Unknown keys are errors, so that a misspelt key in a file is never dropped in silence."""

    # defer_build: a command that only prints help, or only reads one kind of record, does not pay for all schemas.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def canonical_json(value: Any) -> str:
    """Write JSON that is byte-identical for equal values: sorted keys, UTF-8 text, two-space indent, final newline."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


class Bilingual(Frozen):
    """A text in Chinese and English."""

    zh: str
    en: str

    def pick(self, lang: str) -> str:
        """Return the text in ``lang`` (``zh`` or ``en``)."""
        return self.en if lang == "en" else self.zh
