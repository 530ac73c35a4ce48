"""The ASGI application: routers, errors as problem documents, security headers."""

from __future__ import annotations

import errno
import logging
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

import analyzer
from analyzer.model import EduauditError
from registry_api.accounts import endpoints as accounts
from registry_api.audits import alert_endpoints as alerts
from registry_api.audits import endpoints as audits
from registry_api.audits import finding_endpoints as findings
from registry_api.audits import shipped_endpoints as shipped
from registry_api.audits import weekly_endpoints as weekly
from registry_api.campaigns import endpoints as campaigns
from registry_api.certificates import endpoints as certificates
from registry_api.errors import FULL, MEDIA_TYPE, TITLES, FieldError, RegistryError, problem, slug_of, why_away
from registry_api.exchange import endpoints as exchange
from registry_api.exchange.exports import export_router
from registry_api.exchange.webhooks import endpoints as webhooks
from registry_api.filings import attachment_endpoints, change_endpoints, user_endpoints
from registry_api.filings import endpoints as filings
from registry_api.kit import condition
from registry_api.kit.bodycap import BodyCap
from registry_api.kit.examples import describe_examples
from registry_api.kit.headers import SecurityHeaders
from registry_api.kit.requests import RegistryPart
from registry_api.kit.sections import walk_only_where_routed
from registry_api.notices import endpoints as notices
from registry_api.notices import list_endpoints as listings
from registry_api.organizations import claim_endpoints
from registry_api.organizations import endpoints as organizations
from registry_api.public import endpoints as public
from registry_api.registry import Registry
from registry_api.reviews import endpoints as reviews
from registry_api.statistics import endpoints as statistics
from registry_api.storage import endpoints as storage
from registry_api.trail import endpoints as trail

API = "/api/v1"

DESCRIPTION = """教育移动应用备案登记与个人信息审计 / the registry of educational apps.

Every request carries `Authorization: Bearer edr_<id>_<secret>` and, with a body, `Content-Type: application/json`.
Errors are `application/problem+json`; `errors` names each field that is wrong.

A vendor: `POST /organizations`, `POST /filings`, `PUT /uploads/{uuid}` for package and policy, then
`POST /filings/{id}/submit`; `GET /audits/{id}` until it has ended.

A regulator: `GET /filings?state=under_review` is the queue; `GET /filings/{id}` gives the filing and its `ETag`;
`GET /apps/{package}/findings` and `/ledger` what was found; `POST /filings/{id}/transitions` decides, with the ETag in
`If-Match`: `{"event": "return", "corrections": [{"field": "/app/sdks", "problem": "…", "suggestion": "…"}]}`,
`{"event": "approve"}`, `{"event": "refuse", "reason": "…"}`. `GET /filings/transitions` is the table of legal steps.
"""

_log = logging.getLogger(__name__)

_base = APIRouter()


@_base.get("/health", operation_id="getHealth")
def get_health(registry: RegistryPart) -> dict[str, Any]:
    """Return whether the database answers, and the versions in force."""
    with registry.database.read() as session:
        session.execute(sa.text("SELECT 1"))
    return {
        "status": "ok",
        "version": analyzer.__version__,
        "engine": registry.analysis.engine(),
        "rules": registry.analysis.rules_version(),
    }


@_base.get("/schema/filing", operation_id="getFilingSchema")
def get_filing_schema(registry: RegistryPart) -> dict[str, Any]:
    """Return the JSON Schema of a filing document."""
    return registry.analysis.filing_schema()


@_base.get("/dictionary", operation_id="getDictionary")
def get_dictionary() -> dict[str, Any]:
    """Return the data dictionary: each field of both filing forms, and the code tables, with names and sources."""
    return analyzer.data_dictionary()


def create_app(registry: Registry) -> FastAPI:
    """Return the application around one registry; it refers to nothing of another server."""
    app = FastAPI(
        title="eduaudit registry",
        description=DESCRIPTION,
        version=analyzer.__version__,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={
            status: {
                "description": f"problem: {slug}",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for slug, (status, _) in TITLES.items()
            if status in {400, 401, 403, 404, 409, 413, 415, 422, 429}
        },
    )
    app.state.registry = registry
    routers = (
        _base,
        condition.router,
        accounts.router,
        storage.router,
        organizations.router,
        filings.router,
        notices.router,  # before the attachments of filings, whose first part of the path would take those of notices
        change_endpoints.router,
        user_endpoints.router,
        attachment_endpoints.router,
        claim_endpoints.router,
        reviews.router,
        audits.router,
        findings.router,
        shipped.router,
        alerts.router,
        weekly.router,
        campaigns.router,
        trail.router,
        listings.router,
        exchange.router,
        public.router,
        certificates.router,
        webhooks.router,
        statistics.router,
    )
    for router in (*routers, export_router(routers)):
        app.include_router(walk_only_where_routed(router, API), prefix=API)
    from registry_api.web import oidc, pages, screens, signin  # noqa: PLC0415 - web is on top: nothing below may import it

    for router in (signin.router, oidc.router, pages.router, *screens.routers()):
        app.include_router(walk_only_where_routed(router), include_in_schema=False)
    _answer_errors(app)
    _answer_database_errors(app)
    _describe_problem(app)
    app.add_middleware(BodyCap, limit=registry.settings.body_limit, exempt=f"{API}/uploads/")

    app.add_middleware(SecurityHeaders)
    return app


def _answer(
    request: Request,
    slug: str,
    detail: str,
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    body = problem(slug, detail, errors, instance=request.url.path)
    if slug == "unauthenticated":
        headers = {**(headers or {}), "WWW-Authenticate": "Bearer"}
    if slug == "too-many-requests":
        headers = {"Retry-After": "60", **(headers or {})}
    return JSONResponse(body, body["status"], headers, MEDIA_TYPE)


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(RegistryError)
    def _registry(request: Request, error: RegistryError) -> JSONResponse:
        return _answer(request, error.slug, error.detail, error.errors, error.headers)

    @app.exception_handler(EduauditError)
    def _eduaudit(request: Request, error: EduauditError) -> JSONResponse:
        return _answer(request, "invalid", str(error))

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [_field_error(item) for item in error.errors()]
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        whole = any(item["loc"] == ("body",) and item["type"] != "missing" for item in error.errors())
        if whole and kind != "application/json" and not kind.endswith("+json"):
            detail = f"send Content-Type: application/json, not {kind or 'nothing'}"
            return _answer(request, "unsupported-media-type", detail)
        return _answer(request, "invalid", "; ".join(f"{item.pointer}: {item.message}" for item in errors[:3]), errors)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        slug = slug_of(error.status_code)
        if slug == "not-found":
            return _answer(request, slug, f"there is nothing at {request.url.path}", headers=headers)
        return _answer(request, slug, str(error.detail), headers=headers)

    @app.exception_handler(OSError)
    def _system(request: Request, error: OSError) -> JSONResponse:
        _log.exception("error at %s", request.url.path, exc_info=error)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return _answer(request, "unavailable", FULL, headers={"Retry-After": "60"})
        return _answer(request, "internal", "an unexpected error; it was logged")

    @app.exception_handler(Exception)
    def _fallback(request: Request, error: Exception) -> JSONResponse:
        _log.exception("error at %s", request.url.path, exc_info=error)
        return _answer(request, "internal", "an unexpected error; it was logged")


def _answer_database_errors(app: FastAPI) -> None:
    @app.exception_handler(StaleDataError)
    def _stale(request: Request, _error: StaleDataError) -> JSONResponse:
        return _answer(request, "stale", "the record was changed by another request; read it again")

    @app.exception_handler(IntegrityError)
    def _integrity(request: Request, error: IntegrityError) -> JSONResponse:
        _log.info("conflict at %s: %s", request.url.path, error.orig)
        return _answer(request, "conflict", "another request has just written the same record; read it again")

    @app.exception_handler(DataError)
    def _data(request: Request, error: DataError) -> JSONResponse:
        _log.info("value refused at %s: %s", request.url.path, error.orig)
        return _answer(request, "invalid", "a value does not fit the field that it is for")

    @app.exception_handler(OperationalError)
    def _operational(request: Request, error: OperationalError) -> JSONResponse:
        _log.error("database at %s: %s", request.url.path, error.orig)
        return _answer(request, "unavailable", why_away(error), headers={"Retry-After": "5"})


def _field_error(item: Any) -> FieldError:
    parts = [str(part) for part in item["loc"]]
    pointer = "/" + "/".join(parts[1:] if parts and parts[0] == "body" else parts)
    return FieldError(pointer, str(item["type"]), str(item["msg"]))


def _describe_problem(app: FastAPI) -> None:
    make = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        schema = make()
        text = {"type": "string"}
        item = {"type": "object", "properties": dict.fromkeys(("pointer", "code", "message", "suggestion"), text)}
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = {
            "type": "object",
            "required": ["type", "title", "title_en", "code", "status", "detail", "instance", "errors"],
            "properties": {
                **dict.fromkeys(("type", "title", "title_en", "code", "detail", "instance"), text),
                "status": {"type": "integer"},
                "errors": {"type": "array", "items": item},
            },
        }
        for path in schema["paths"].values():
            for operation in path.values():
                _describe_headers(operation)
                describe_examples(operation)
        schema["components"]["securitySchemes"] = {
            "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "edr_<id>_<secret>"}
        }
        schema["security"] = [{"apiKey": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way the framework documents it


_MATCHED = frozenset(
    {
        "assignCase",
        "claimCase",
        "decideClaim",
        "moveCampaign",
        "moveFiling",
        "moveNotice",
        "moveUserFiling",
        "releaseCase",
        "reportRectified",
        "requestChange",
        "requestUserChange",
        "submitFiling",
        "submitUserFiling",
        "updateFiling",
        "updateUserFiling",
    }
)
_REPEATABLE = _MATCHED | {
    "addAttachment",
    "claimPackage",
    "createUserFiling",
    "recountDueDays",
    "replyCorrection",
    "resolveCorrection",
    "setSuperior",
    "addTraffic",
    "addVersion",
    "cancelAudit",
    "createApp",
    "createCampaign",
    "createFiling",
    "createListing",
    "createNotice",
    "createOrganization",
    "decideFinding",
    "decideFindings",
    "endListing",
    "setPolicy",
    "startAudit",
}


def _describe_headers(operation: dict[str, Any]) -> None:
    """Say in the description which headers an operation reads: they are read in one place, outside the signatures."""
    parameters = operation.setdefault("parameters", [])
    if operation["operationId"] in _MATCHED:
        parameters.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": 'the ETag of the record as it was read, such as "4"; 412 when it has changed since',
                "schema": {"type": "string"},
            }
        )
        for slug in ("stale", "precondition-required"):
            operation["responses"][str(TITLES[slug][0])] = {
                "description": f"problem: {slug}",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    if operation["operationId"] in _REPEATABLE:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "chosen by the client; the same request with the same key is done once, for three days",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
            }
        )
