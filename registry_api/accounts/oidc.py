"""Signing in with an OpenID provider: authorization code with PKCE, a verified ID token, claim → role and province.

State, nonce and verifier are derived from one secret that only the browser's cookie holds: nothing is stored here.
"""

from __future__ import annotations

import hashlib
import re
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from sqlmodel import Session, select

from analyzer.model import EduauditError
from registry_api.accounts.access import MEMBERS, PROVINCIAL, Role
from registry_api.accounts.models import Account, ApiKey
from registry_api.accounts.users import add_user, change_role, note_auth
from registry_api.errors import RegistryError

if TYPE_CHECKING:
    from registry_api.settings import Settings

ALGORITHMS = ["RS256", "PS256", "ES256"]
_SECONDS = 10
_LEEWAY = 60
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Granted:
    """What a claim grants."""

    role: Role
    province: str | None


def read_map(text: str) -> dict[str, Granted]:
    """Read ``value=role[:province];…``. Raises `EduauditError` naming the part that is not in order.

    Roles of providers and schools are refused: a claim does not prove to which unit somebody belongs.
    """
    granted: dict[str, Granted] = {}
    for part in filter(None, (item.strip() for item in text.split(";"))):
        value, _, right = part.rpartition("=")
        role, _, province = right.partition(":")
        known = role in {item.value for item in Role} - {item.value for item in MEMBERS}
        fits = bool(re.fullmatch(r"[1-9]\d", province)) if known and Role(role) in PROVINCIAL else not province
        if not value or not known or not fits:
            raise EduauditError(f"EDUAUDIT_OIDC_MAP: {part!r}; write such as sh-review=reviewer:31;national=supervisor")
        granted[value] = Granted(Role(role), province or None)
    return granted


def granted_by(claims: dict[str, Any], settings: Settings) -> Granted | None:
    """Return what the claims grant: the first line of the map that fits, or `None`."""
    said = claims.get(settings.oidc_claim)
    several = said if isinstance(said, list) else [said]
    values = {item for item in several if isinstance(item, str)}
    return next((what for value, what in read_map(settings.oidc_map).items() if value in values), None)


def _derived(secret: str, what: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(f"{what}:{secret}".encode()).digest()).decode().rstrip("=")


def _refuse(why: str) -> RegistryError:
    return RegistryError("unauthenticated", f"the OpenID provider: {why}")


class OpenId:
    """One OpenID provider."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._issuer = settings.oidc_issuer.rstrip("/")
        parts = urlsplit(self._issuer)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise EduauditError("EDUAUDIT_OIDC_ISSUER: an https:// address is needed")

    def _call(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        import httpx  # noqa: PLC0415 - only who signs in this way needs it

        try:
            answer = httpx.request(method, url, timeout=_SECONDS, follow_redirects=False, **more)
            answer.raise_for_status()
            body = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise _refuse(type(error).__name__) from error
        if not isinstance(body, dict):
            raise _refuse("answered no object")
        return body

    def _discovered(self) -> dict[str, Any]:
        found = self._call("GET", f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise _refuse("names another issuer")
        return found

    def start(self, secret: str, redirect_uri: str) -> str:
        """Return the address that the browser is sent to."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile",
            "state": _derived(secret, "state"),
            "nonce": _derived(secret, "nonce"),
            "code_challenge": self.challenge(secret),
            "code_challenge_method": "S256",
        }
        endpoint = str(self._discovered().get("authorization_endpoint", ""))
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(asked)

    @staticmethod
    def challenge(secret: str) -> str:
        """Return the PKCE challenge (RFC 7636, S256)."""
        digest = hashlib.sha256(_derived(secret, "verifier").encode()).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def finish(self, secret: str, state: str, code: str, redirect_uri: str) -> dict[str, Any]:
        """Exchange the code and return the claims of the verified ID token. Raises ``unauthenticated``."""
        import hmac  # noqa: PLC0415 - as above

        from joserfc import jwt  # noqa: PLC0415 - the extra [oidc]
        from joserfc.errors import JoseError  # noqa: PLC0415 - same
        from joserfc.jwk import KeySet  # noqa: PLC0415 - same

        if not secret or not hmac.compare_digest(_derived(secret, "state").encode(), state.encode()):
            raise _refuse("the answer belongs to no attempt of this browser")
        found = self._discovered()
        tokens = self._call(
            "POST",
            str(found.get("token_endpoint", "")),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri,
                "client_id": self._settings.oidc_client_id,
                "code_verifier": _derived(secret, "verifier"),
            },
            auth=(self._settings.oidc_client_id, self._settings.oidc_client_secret),
        )
        try:
            keys: Any = self._call("GET", str(found.get("jwks_uri", "")))
            token = jwt.decode(str(tokens.get("id_token", "")), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                now=int(time.time()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": found["issuer"]},
                aud={"essential": True, "value": self._settings.oidc_client_id},
                nonce={"essential": True, "value": _derived(secret, "nonce")},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(token.claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _refuse(f"the ID token is refused: {type(error).__name__}") from error
        return dict(token.claims)


def account_of(session: Session, claims: dict[str, Any], settings: Settings, client: str) -> Account | None:
    """Return the account of verified claims, made or given its present role; `None` when nothing is granted."""
    subject = f"{claims['iss']} {claims['sub']}"[:400]
    account = session.exec(select(Account).where(Account.oidc_subject == subject)).first()
    granted = granted_by(claims, settings)
    if granted is None or (account is not None and account.disabled_at is not None):
        note_auth(session, "auth.refused", "account", account.id if account else "unknown", client)
        return None
    if account is None:
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        login = "oidc-" + hashlib.sha256(subject.encode()).hexdigest()[:12]
        account, _ = add_user(
            session, login=login, name=name, role=granted.role, province=granted.province, oidc_subject=subject
        )
    else:
        own = session.get(ApiKey, account.id)
        if own is not None and (own.role, own.province) != (granted.role.value, granted.province):
            change_role(session, account.login, granted.role, granted.province, None, None)
    note_auth(session, "auth.sign_in", "account", account.id, client, f"user:{account.id}")
    return account
