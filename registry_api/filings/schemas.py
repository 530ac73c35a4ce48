"""Bodies that several routes of filings share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from registry_api.kit.schemas import Body, LongText, RowId, Text


class CorrectionItem(Body):
    """One item to be mended (补正)."""

    field: Text
    problem: LongText
    suggestion: LongText = ""


class ReplyItem(Body):
    """An answer to one correction item."""

    id: RowId
    reply: LongText


Corrections = Annotated[tuple[CorrectionItem, ...], Field(max_length=200)]
Replies = Annotated[tuple[ReplyItem, ...], Field(max_length=200)]
