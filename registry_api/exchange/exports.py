"""Every list as a file: one mechanism reads the list's own route page by page, so filter and reach are the same."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute

from registry_api.db import now
from registry_api.exchange.sheets import MEDIA_TYPES, write_csv, write_jsonl, write_xlsx
from registry_api.kit.answering import original_of
from registry_api.kit.paging import LIMIT
from registry_api.kit.shown import plain
from registry_api.kit.strict import StrictRoute

Format = Literal["csv", "xlsx", "jsonl"]

COLUMNS: dict[str, list[str]] = {
    "listApps": [
        "id",
        "package",
        "name",
        "province",
        "organization.id",
        "organization.name",
        "filing.id",
        "filing.state",
        "filing.number",
        "version.version_name",
        "version.version_code",
        "version.artifact_sha256",
        "created_at",
    ],
    "listFilings": [
        "id",
        "number",
        "state",
        "package",
        "name",
        "province",
        "organization_id",
        "document.unit.legal_name",
        "document.unit.uscc",
        "document.app.category",
        "document.app.app_types",
        "decision_reason",
        "created_at",
        "submitted_at",
        "decided_at",
        "version",
    ],
    "listFindings": [
        "id",
        "package",
        "rule",
        "severity",
        "status",
        "record_status",
        "subject",
        "title.zh",
        "title.en",
        "clauses",
        "first_seen_at",
        "last_seen_at",
        "fingerprint",
        "first_run",
        "last_run",
    ],
    "listAudits": [
        "id",
        "package",
        "kind",
        "state",
        "requested_at",
        "started_at",
        "finished_at",
        "engine",
        "rules",
        "extracted",
        "report_sha256",
        "summary.verdict",
        "summary.complete",
        "error.code",
        "error.detail",
    ],
    "listTrail": [
        "seq",
        "at",
        "actor",
        "role",
        "action",
        "object.kind",
        "object.id",
        "province",
        "reason",
        "payload",
        "prev_hash",
        "hash",
    ],
}
"""Columns of csv and xlsx by the list's operation, as paths into an item; other lists have their items' own keys."""

_SET_HERE = frozenset({"after", "limit", "count", "response"})


def export_router(routers: Iterable[APIRouter]) -> APIRouter:
    """Return a router with ``GET /exports/<list>`` for every ``list…`` operation of ``routers``."""
    made = APIRouter(route_class=StrictRoute)
    for route in chain.from_iterable(router.routes for router in routers):
        if (
            isinstance(route, APIRoute)
            and (route.operation_id or "").startswith("list")
            and "GET" in (route.methods or ())
        ):
            _add(made, route)
    return made


def _add(router: APIRouter, route: APIRoute) -> None:
    operation = route.operation_id or ""
    endpoint = original_of(route.endpoint)
    parameters = inspect.signature(endpoint, eval_str=True).parameters
    given = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in parameters.values()]
    kept = [item for item in given if item.name not in _SET_HERE]
    if "request" not in parameters:
        kept.append(inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request))
    wanted = Annotated[Format, Query(alias="format", description="kind of file")]
    kept.append(inspect.Parameter("export_format", inspect.Parameter.KEYWORD_ONLY, default="csv", annotation=wanted))

    def export(export_format: Format, **more: Any) -> Response:
        if "request" not in parameters:
            more.pop("request")
        return _answer(operation, export_format, _pages(endpoint, parameters.keys(), more))

    export.__signature__ = inspect.Signature(kept)  # type: ignore[attr-defined]  # read by the framework
    export.__doc__ = (
        f"Export the list of `{operation}` with the same filter and within the same reach, read page by page.\n\n"
        "In csv and xlsx a cell that a spreadsheet would take for a formula begins with an apostrophe."
    )
    export.__module__, export.__name__ = __name__, f"export_{endpoint.__name__}"
    router.add_api_route(
        f"/exports{route.path}",
        export,
        methods=["GET"],
        operation_id="export" + operation.removeprefix("list"),
        response_class=StreamingResponse,
        responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "the file"}},
    )


def _pages(endpoint: Callable[..., Any], names: Iterable[str], given: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """Yield the items of page after page; each page is a short transaction of its own."""
    names = set(names)
    after: Any = None
    while True:
        more: dict[str, Any] = {"after": after, "limit": LIMIT, "count": False, "response": Response()}
        answer = endpoint(**given, **{name: value for name, value in more.items() if name in names})
        yield [{name: plain(value) for name, value in item.items()} for item in answer["items"]]
        after = answer.get("next")
        if after is None:
            return
        after = str(after)


def _answer(operation: str, kind: Format, pages: Iterator[list[dict[str, Any]]]) -> Response:
    # The first page is read before the answer begins: what is wrong with the request is told as a problem.
    first = next(pages)
    columns = COLUMNS.get(operation) or list(first[0] if first else ())
    items = chain(first, chain.from_iterable(pages))
    write = {"csv": write_csv, "jsonl": write_jsonl, "xlsx": write_xlsx}[kind]
    name = f"{operation.removeprefix('list').lower()}-{now():%Y%m%d}.{kind}"
    return StreamingResponse(
        write(columns, items),
        media_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
