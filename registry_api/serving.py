"""`eduaudit registry serve`: migrate, make the first key, listen, and work in the same process."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from analyzer.model import EduauditError
from registry_api.accounts.keys import PREFIX, first_key
from registry_api.accounts.oidc import OpenId, read_map
from registry_api.accounts.sessions import one_time_token
from registry_api.accounts.throttle import read_networks, read_rate
from registry_api.accounts.users import first_administrator
from registry_api.app import create_app
from registry_api.certificates.signature import check_paper_key
from registry_api.jobs.worker import BackgroundWorker
from registry_api.migrations import migrate
from registry_api.registry import Registry
from registry_api.settings import Settings


def serve(registry: Registry, *, worker: bool, say: Callable[[str], None]) -> None:
    """Serve until interrupted. Raises `EduauditError` at once, before anything is written, when the port is taken."""
    settings = registry.settings
    check_access_settings(settings)
    with contextlib.closing(_listen(settings.host, settings.port)) as listener:
        migrate(settings)
        registry.blobs.clear_incoming()
        port = listener.getsockname()[1]
        url = f"http://{'127.0.0.1' if settings.host in {'0.0.0.0', ''} else settings.host}:{port}"  # noqa: S104 - only compared
        with registry.database.write() as session:
            key = first_key(session)
            first = first_administrator(session)
            token = one_time_token(session, key.removeprefix(PREFIX + "_").split("_")[0]) if key else None
        if key:
            say(f"administrator's API key (shown once): {key}")
        if first:
            say(f"administrator: {first[0]}, one-time password (shown once, to be changed at sign-in): {first[1]}")
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(registry),
                log_level="warning",
                access_log=False,
                proxy_headers=False,  # whom to believe is said by the setting trusted_proxies alone
                lifespan="off",
                timeout_graceful_shutdown=5,
            )
        )
        with BackgroundWorker(registry) if worker else contextlib.nullcontext():
            say(f"registry at {url}/login?token={token}" if token else f"registry at {url}/")
            server.run(sockets=[listener])
        registry.close()
    _leave_running_audits()


def check_access_settings(settings: Settings) -> None:
    """Raise `EduauditError` for a rate, proxy or map that is not in order: at the start, not at the first request."""
    for rate in (settings.request_rate, settings.public_rate, settings.failure_rate, settings.sign_in_rate):
        if rate:
            read_rate(rate)
    read_networks(settings.trusted_proxies)
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        raise EduauditError(f"EDUAUDIT_PUBLIC_URL: {settings.public_url!r} is no address; write https://…")
    check_paper_key(settings)
    read_map(settings.oidc_map)
    if settings.oidc_issuer:
        OpenId(settings)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise EduauditError(f"{host}:{port}: {error.strerror or error}; choose another with --port") from None
    return listener


def _leave_running_audits() -> None:
    """End the process although an audit still runs: its lease gives it back, the next worker does it again."""
    if any(thread.name.startswith("dbos-executor") and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
