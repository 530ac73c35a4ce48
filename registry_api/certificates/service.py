"""Which filing has a certificate, what it says, and what a text that claims to be one is worth today."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from registry_api.accounts.access import Actor, scope_of
from registry_api.certificates.keys import public_keys, signing_key
from registry_api.certificates.token import Certificate, check, shorten, sign
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.filings.states import IN_FORCE
from registry_api.kit.china import day_of
from registry_api.organizations.models import App, Organization
from registry_api.public.service import by_number, show_published
from registry_api.registry import Registry


def certificate_of(session: Session, filing: Filing, key: str) -> Certificate:
    """Return what the certificate of a filing says today.

    Raises ``illegal-transition`` when the filing has no number, or is not in force: there is nothing to certify.
    """
    if filing.number is None or filing.state not in IN_FORCE:
        raise RegistryError("illegal-transition", f"a filing in state {filing.state} has no certificate")
    app, unit = session.get(App, filing.app_id), session.get(Organization, filing.organization_id)
    moment = filing.filed_at or filing.decided_at or filing.updated_at
    return Certificate(
        number=filing.number,
        app=shorten(app.name if app else ""),
        package=app.package if app else "",
        provider=shorten(unit.name if unit else ""),
        province=filing.province,
        filed_on=day_of(moment).isoformat(),
        key=key,
    )


def signed_certificate(registry: Registry, session: Session, filing: Filing) -> tuple[Certificate, str]:
    """Return the certificate of a filing that was found within reach, and its signed text."""
    identity, key = signing_key(registry.settings.data)
    certificate = certificate_of(session, filing, identity)
    return certificate, sign(certificate, key)


def find_certified(session: Session, actor: Actor, number: str) -> Filing:
    """Return the filing with a number within reach, or raise ``not-found``."""
    found = session.exec(select(Filing).where(Filing.number == number, scope_of(Filing, actor))).first()
    if found is None:
        raise RegistryError("not-found", f"there is no filing with number {number}")
    return found


def examine(registry: Registry, text: str) -> dict[str, Any]:
    """Say what a certificate's text, or a bare number, is worth: was it signed here, and what stands on record now.

    ``verdict`` is ``valid``, ``forged``, ``unknown_key`` or, for a bare number, `None`; ``present`` is the public
    entry of the number, `None` when there is none; ``differs`` names what the record says otherwise by now.
    Raises `CertificateError` for a text that is neither.
    """
    text = text.strip()
    if text.startswith("教APP备"):
        return {"verdict": None, "certificate": None, "present": _present(registry, text), "differs": []}
    checked = check(text, public_keys(registry.settings.data))
    if checked.verdict != "valid":  # what nobody here signed is not repeated beside the record
        return {"verdict": checked.verdict, "certificate": None, "present": None, "differs": []}
    said = checked.certificate
    present = _present(registry, said.number)
    differs = []
    if present is not None:
        now = {"app": shorten(present["name"]), "package": present["package"], "provider": shorten(present["provider"])}
        differs = [name for name, value in now.items() if getattr(said, name) != value]
    shown = {
        "number": said.number,
        "app": said.app,
        "package": said.package,
        "provider": said.provider,
        "province": said.province,
        "filed_on": said.filed_on,
        "key": said.key,
    }
    return {"verdict": "valid", "certificate": shown, "present": present, "differs": differs}


def _present(registry: Registry, number: str) -> dict[str, Any] | None:
    with registry.database.read() as session:
        rows = list(session.exec(by_number(number[:40])).all())
        return next(iter(show_published(session, rows, number)), None)
