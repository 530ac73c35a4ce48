"""Routes of statistics: JSON, or csv for a spreadsheet; always within the reach of who asks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from registry_api.exchange.sheets import MEDIA_TYPES, write_csv
from registry_api.kit.requests import Reader, RegistryPart
from registry_api.kit.strict import StrictRoute
from registry_api.statistics.service import (
    Grouping,
    count_declared_sdks,
    count_filings,
    count_findings,
    decision_times,
)

router = APIRouter(
    route_class=StrictRoute,
    prefix="/statistics",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the figures"}},
)

Kind = Annotated[Literal["json", "csv"], Query(alias="format")]
Top = Annotated[int, Query(ge=1, le=100)]


def _answer(kind: str, rows: list[dict[str, Any]], columns: list[str], **more: Any) -> Any:
    if kind == "csv":
        return StreamingResponse(write_csv(columns, rows), media_type=MEDIA_TYPES["csv"])
    return {"items": rows, **more}


@router.get("/filings", operation_id="countFilings")
def get_filing_counts(
    registry: RegistryPart, actor: Reader, by: Grouping = "province", export_format: Kind = "json"
) -> Any:
    """Count filings by province, state, category, stage or month of submission."""
    with registry.database.read() as session:
        rows = count_filings(session, actor, by)
    states = sorted({state for row in rows for state in row["states"]})
    return _answer(export_format, rows, ["key", "total", *(f"states.{state}" for state in states)], by=by)


@router.get("/decisions", operation_id="getDecisionTimes")
def get_decision_times(registry: RegistryPart, actor: Reader, export_format: Kind = "json") -> Any:
    """Return the working days from submission to decision, by province; `*` is all within reach.

    Counted by the calendar of public holidays; in a year that is not announced yet, Mondays to Fridays.
    """
    with registry.database.read() as session:
        rows = decision_times(session, actor)
    columns = ["key", "decided", "median_working_days", "p90_working_days", "longest"]
    return _answer(export_format, rows, columns, calendar="cn")


@router.get("/findings", operation_id="countFindings")
def get_finding_counts(registry: RegistryPart, actor: Reader, top: Top = 20, export_format: Kind = "json") -> Any:
    """Count findings: by status and severity, the commonest rules and clauses, and the rate of those that came back."""
    with registry.database.read() as session:
        counts = count_findings(session, actor, top)
    if export_format == "csv":
        rows = [{"list": name, **row} for name in ("top_rules", "top_clauses") for row in counts[name]]
        return _answer(export_format, rows, ["list", "key", "total"])
    return counts


@router.get("/sdks", operation_id="countSdks")
def get_sdk_counts(registry: RegistryPart, actor: Reader, top: Top = 20, export_format: Kind = "json") -> Any:
    """Count the SDKs that filings declare. Declared, not detected: what was found stands in each app's report."""
    with registry.database.read() as session:
        rows = count_declared_sdks(session, actor, top)
    return _answer(export_format, rows, ["key", "total"], source="declared")
