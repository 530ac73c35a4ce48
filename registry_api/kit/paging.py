"""Keyset pagination: pages by the last id, not by an offset that shifts and slows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlmodel import Session, col

from registry_api.kit.schemas import WIDEST_ID

LIMIT = 200

After = Annotated[int | None, Query(ge=0, le=WIDEST_ID, description="id of the last item of the page before")]
Limit = Annotated[int, Query(ge=1, le=LIMIT)]


def page(
    session: Session,
    statement: Any,
    key: Any,
    after: int | None,
    limit: int,
    show: Callable[[list[Any]], list[Any]],
    request: Request,
    response: Response,
    *,
    newest_first: bool = False,
) -> dict[str, Any]:
    """Return ``{items, next}`` and set ``Link: rel=next``; ``show`` turns all rows of the page into items at once."""
    column: Any = col(key)
    if after is not None:
        statement = statement.where(column < after if newest_first else column > after)
    rows = list(session.exec(statement.order_by(column.desc() if newest_first else column).limit(limit + 1)).all())
    more = len(rows) > limit
    rows = rows[:limit]
    last = getattr(rows[-1], column.key) if more else None
    if last is not None:
        link_next(request, response, last, limit)
    return {"items": show(rows), "next": last}


def link_next(request: Request, response: Response, after: object, limit: int) -> None:
    """Set ``Link: rel=next``."""
    response.headers["Link"] = f'<{request.url.include_query_params(after=after, limit=limit)}>; rel="next"'
