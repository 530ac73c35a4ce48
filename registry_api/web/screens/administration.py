"""Administration: people and keys, code tables, rules in force with their sources, settings. It decides no case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

import analyzer
from registry_api.accounts.access import Action, Actor, Role, require
from registry_api.accounts.endpoints import KeyBody
from registry_api.accounts.keys import issue, revoke
from registry_api.accounts.models import ApiKey
from registry_api.accounts.users import NO_SECRET, add_user, disable_user, list_users, reset_user
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.kit.requests import RegistryPart
from registry_api.kit.schemas import Body, ProvinceCode, RowId, Text
from registry_api.registry import Registry
from registry_api.settings import PREFIX, Settings
from registry_api.web.forms import first, read_body
from registry_api.web.rendering import render
from registry_api.web.typed import KeptRoute
from registry_api.web.visitors import Lang, Signed, language, read_form
from registry_api.web.words import provinces

router = APIRouter(route_class=KeptRoute)

_USER = ("login", "name", "role", "province", "organization_id")
_KEY = ("name", "role", "province", "organization_id", "expires_at")
_SECRET = ("secret", "url")
"""Settings whose name has one of these parts are shown as set or not set, never with their value."""


class UserBody(Body):
    """An account to create."""

    login: Text
    name: str = ""
    role: Role
    province: ProvinceCode | None = None
    organization_id: RowId | None = None


@router.get("/administration")
def administration_page(request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show people and keys."""
    return _people(registry, actor, request, lang)


def _people(
    registry: Registry,
    actor: Actor,
    request: Request,
    lang: str,
    *,
    form: str = "",
    typed: dict[str, str] | None = None,
    error: RegistryError | None = None,
    shown: dict[str, str] | None = None,
) -> Response:
    require(actor, Action.KEYS)
    with registry.database.read() as session:
        users = [
            {
                "login": account.login,
                "name": account.name,
                "role": own.role,
                "province": own.province,
                "organization_id": own.organization_id,
                "elsewhere": account.oidc_subject is not None,
                "must_change": account.must_change,
                "locked": account.locked_until is not None and account.locked_until > now(),
                "disabled": account.disabled_at,
                "seen": account.last_sign_in_at,
            }
            for account, own in list_users(session)
        ]
        keys = session.exec(
            select(ApiKey).where(ApiKey.secret_hash != NO_SECRET).order_by(col(ApiKey.created_at).desc())
        ).all()
        rows = [
            {
                "id": key.id,
                "name": key.name,
                "role": key.role,
                "province": key.province,
                "organization_id": key.organization_id,
                "scopes": key.scopes,
                "created": key.created_at,
                "expires": key.expires_at,
                "used": key.last_used_at,
                "revoked": key.revoked_at,
                "user": key.user_id,
            }
            for key in keys
        ]
    return render(
        "administration.html",
        lang,
        error.status if error else 200,
        users=users,
        keys=rows,
        roles=list(Role),
        provinces=list(provinces()),
        form=form,
        typed={**dict.fromkeys((*_USER, *_KEY), ""), **(typed or {})},
        error=error,
        shown=shown,
        signed_in=actor,
        here=request.url.replace(path="/administration"),
    )


@router.post("/administration/users")
async def create_user(request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Create an account; its one-time password is on the page that answers, and nowhere else."""
    form = await read_form(request, actor)

    def work(session: Session) -> dict[str, str]:
        body = read_body(UserBody, _given(form, _USER))
        account, password = add_user(
            session,
            login=body.login,
            name=body.name,
            role=body.role,
            province=body.province,
            organization_id=body.organization_id,
            by=actor,
        )
        return {"what": "password", "who": account.login, "secret": password or ""}

    return await run_in_threadpool(_act, registry, actor, request, "user", form, work)


@router.post("/administration/users/{login}/reset")
async def reset(login: str, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Give an account a new one-time password."""
    form = await read_form(request, actor)

    def work(session: Session) -> dict[str, str]:
        return {"what": "password", "who": login, "secret": reset_user(session, login, actor)}

    return await run_in_threadpool(_act, registry, actor, request, "", form, work)


@router.post("/administration/users/{login}/disable")
async def disable(login: str, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Disable an account."""
    form = await read_form(request, actor)

    def work(session: Session) -> None:
        disable_user(session, login, actor)

    return await run_in_threadpool(_act, registry, actor, request, "", form, work)


@router.post("/administration/keys")
async def create_key(request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Issue a key; it is on the page that answers, and nowhere else."""
    form = await read_form(request, actor)

    def work(session: Session) -> dict[str, str]:
        given = _given(form, _KEY)
        if "expires_at" in given:  # a day of a form: its end in China
            given["expires_at"] += "T23:59:59+08:00"
        body = read_body(KeyBody, given)
        key, text = issue(
            session,
            name=body.name,
            role=body.role,
            province=body.province,
            organization_id=body.organization_id,
            expires_at=body.expires_at,
            by=actor,
        )
        return {"what": "key", "who": key.name, "secret": text}

    return await run_in_threadpool(_act, registry, actor, request, "key", form, work)


@router.post("/administration/keys/{key_id}/revoke")
async def revoke_key(key_id: str, request: Request, registry: RegistryPart, actor: Signed) -> Response:
    """Revoke a key."""
    form = await read_form(request, actor)

    def work(session: Session) -> None:
        revoke(session, key_id, actor)

    return await run_in_threadpool(_act, registry, actor, request, "", form, work)


def _given(form: dict[str, list[str]], names: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name in names if (text := first(form, name).strip())}


def _act(
    registry: Registry,
    actor: Actor,
    request: Request,
    name: str,
    form: dict[str, list[str]],
    work: Callable[[Session], dict[str, str] | None],
) -> Response:
    """Do it; a secret is shown in the answer itself, since it is kept nowhere from which a later page could read it."""
    require(actor, Action.KEYS)
    lang = language(request)
    typed = {key: values[0] for key, values in form.items() if values}
    try:
        with registry.database.write() as session:
            shown = work(session)
    except RegistryError as error:
        return _people(registry, actor, request, lang, form=name, typed=typed, error=error)
    if shown is None:
        return RedirectResponse(f"/administration?lang={lang}", 303)
    return _people(registry, actor, request, lang, shown=shown)


@router.get("/administration/rules")
def rules_page(
    request: Request,
    registry: RegistryPart,
    actor: Signed,
    lang: Lang = "zh",
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the rules in force: their version, the clauses with their sources, the code tables, the notices."""
    require(actor, Action.KEYS)
    wanted = q.strip().casefold()
    clauses = [
        item
        for item in analyzer.clauses().values()
        if wanted in f"{item.id} {item.article} {item.title.zh} {item.title.en} {item.source}".casefold()
    ]
    return render(
        "rules.html",
        lang,
        version=registry.analysis.rules_version(),
        engine=registry.analysis.engine(),
        program=analyzer.__version__,
        clauses=clauses,
        sources=analyzer.rule_sources(),
        tables=analyzer.filing_codes(),
        templates=analyzer.notice_templates(),
        items=analyzer.supervisory_items(),
        calendar=sorted(analyzer.calendar()),
        q=q,
        signed_in=actor,
        here=request.url,
    )


@router.get("/administration/settings")
def settings_page(request: Request, registry: RegistryPart, actor: Signed, lang: Lang = "zh") -> Response:
    """Show the settings in force without any secret."""
    require(actor, Action.KEYS)
    rows = read_settings_table(registry.settings)
    return render("settings.html", lang, rows=rows, signed_in=actor, here=request.url)


def read_settings_table(settings: Settings) -> list[dict[str, Any]]:
    """Return variable, value and whether it differs from the default; a secret is `True` or `False`: set or not."""
    usual = Settings()
    rows = []
    for item in fields(Settings):
        value = getattr(settings, item.name)
        hidden = any(part in item.name.split("_") for part in _SECRET)
        rows.append(
            {
                "name": PREFIX + item.name.upper(),
                "value": bool(value) if hidden else str(value),
                "hidden": hidden,
                "changed": value != getattr(usual, item.name),
            }
        )
    return rows
