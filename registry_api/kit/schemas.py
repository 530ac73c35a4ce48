"""The base of all request bodies: closed to unknown keys, so that a misspelt field is told and not dropped."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
ProvinceCode = Annotated[str, StringConstraints(pattern=r"^[1-9]\d$")]
Document = dict[str, Any]
WIDEST_ID = 2**31 - 1
"""The largest id that a column holds; a larger one names nothing and would be an error of the database."""
RowId = Annotated[int, Field(ge=1, le=WIDEST_ID)]
PathId = Annotated[int, Path(ge=1, le=WIDEST_ID)]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid")
