"""One delivery over HTTP, signed as Standard Webhooks has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from registry_api.errors import RegistryError
from registry_api.exchange.webhooks.guard import check_target

PREFIX = "whsec_"
_SECONDS = 10.0


def new_secret() -> str:
    """Return a fresh secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, identity: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``: HMAC-SHA256 over ``id.timestamp.body``."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, f"{identity}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt; without a status nobody answered."""

    status: int | None
    error: str | None

    @property
    def delivered(self) -> bool:
        """Tell whether the other side has taken it."""
        return self.status is not None and 200 <= self.status < 300


def send(url: str, secret: str, identity: str, timestamp: int, body: bytes, *, allowed: str) -> Outcome:
    """Post ``body``; nothing is raised, redirects are not followed, the answer's body is not read."""
    import httpx  # noqa: PLC0415 - heavy, and only where something is sent

    try:
        target = check_target(url, allowed)
    except RegistryError as error:
        return Outcome(None, error.detail[:300])
    host = f"[{target.address}]" if ":" in target.address else target.address
    default = 443 if target.url.scheme == "https" else 80
    headers = {
        "Host": target.url.netloc if target.port != default else target.host,
        "Content-Type": "application/json",
        "User-Agent": "eduaudit-webhook/1",
        "webhook-id": identity,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, identity, timestamp, body),
    }
    address = target.url._replace(netloc=f"{host}:{target.port}", fragment="").geturl()
    try:
        # To the address that was checked; certificate and server name are still those of the host.
        with (
            httpx.Client(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", address, content=body, headers=headers, extensions={"sni_hostname": target.host}
            ) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return Outcome(None, (" ".join(str(error).split()) or type(error).__name__)[:300])
    return Outcome(status, None if 200 <= status < 300 else f"answered {status}")
