"""Routes of the public look-up: no key, answers that caches may keep, and a limit for each address."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from registry_api.errors import RegistryError
from registry_api.kit.answering import write
from registry_api.kit.paging import After, page
from registry_api.kit.requests import RegistryPart, WithoutKey
from registry_api.kit.strict import StrictRoute
from registry_api.organizations.models import App
from registry_api.public.detail import detail_of
from registry_api.public.service import COLUMNS, prepared_look, published, show_published, values_of

CACHE_SECONDS = 300


async def _limited(_within: WithoutKey, response: Response) -> None:
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"


router = APIRouter(
    route_class=StrictRoute,
    prefix="/public",
    dependencies=[Depends(_limited)],
    responses={429: {"description": "problem: too-many-requests"}, 304: {"description": "as the ETag given"}},
)

PublicLimit = Annotated[int, Query(ge=1, le=50)]
Words = Annotated[str, Query(max_length=100)]


@router.get("/apps", operation_id="findPublicApps", openapi_extra={"security": []})
def find_public_apps(
    request: Request,
    response: Response,
    registry: RegistryPart,
    after: After = None,
    limit: PublicLimit = 20,
    q: Annotated[str, Query(max_length=100, description="words of name, package or provider")] = "",
    name: Annotated[str, Query(max_length=100, description="words of the name")] = "",
    number: Annotated[str, Query(max_length=40, description="教APP备…号, whole")] = "",
    package: Annotated[str, Query(max_length=255, description="package, whole")] = "",
    provider: Annotated[str, Query(max_length=100, description="words of the provider's name, or its code")] = "",
) -> Any:
    """Look up apps that have a number, by name, number, package or provider. Needs no key.

    At least one of them must be given; words have two characters or more.
    """
    values = values_of(q=q, name=name, number=number, package=package, provider=provider)
    with registry.database.read() as session:
        body = page(
            session,
            prepared_look(session, values),
            App.id,
            after,
            limit,
            lambda rows: show_published(session, rows, number.strip()),
            request,
            response,
            columns=COLUMNS,
        )
    return _cached(request, response, body)


@router.get("/apps/{package}", operation_id="getPublicApp", openapi_extra={"security": []})
def get_public_app(package: str, request: Request, response: Response, registry: RegistryPart) -> Any:
    """Return what is public of one app. Needs no key."""
    with registry.database.read() as session:
        rows = list(session.exec(published().where(App.package == package)).all())
        items = show_published(session, rows)
        if not items:
            raise RegistryError("not-found", f"no app {package} has a number")
        body = {**items[0], **detail_of(session, rows[0])}
    return _cached(request, response, body)


def _cached(request: Request, response: Response, body: dict[str, Any]) -> Any:
    text = write(body)
    response.headers["ETag"] = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    if request.headers.get("if-none-match", "") == response.headers["ETag"]:
        return Response(status_code=304, headers=dict(response.headers))
    return Response(text, headers={**response.headers, "content-type": "application/json"})
