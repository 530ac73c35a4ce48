"""`eduaudit registry serve`: migrate, make the first key, listen, and work in the same process."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable

import uvicorn
from uvicorn.config import LOGGING_CONFIG

from analyzer.model import EduauditError
from registry_api.accounts.keys import PREFIX, first_key
from registry_api.accounts.oidc import OpenId, read_map
from registry_api.accounts.sessions import one_time_token
from registry_api.accounts.shared_throttle import SharedThrottle
from registry_api.accounts.throttle import read_networks, read_rate
from registry_api.accounts.users import first_administrator
from registry_api.app import create_app
from registry_api.certificates.signature import check_paper_key
from registry_api.jobs.worker import BackgroundWorker, work
from registry_api.logs import Requests
from registry_api.migrations import migrate
from registry_api.processes import Family, listen_many
from registry_api.registry import Registry
from registry_api.settings import Settings


def serve(registry: Registry, *, worker: bool, say: Callable[[str], None]) -> None:
    """Serve until interrupted. Raises `EduauditError` at once, before anything is written, when the port is taken."""
    settings = registry.settings
    check_access_settings(settings)
    with contextlib.ExitStack() as stack:
        listeners = [
            stack.enter_context(contextlib.closing(item))
            for item in listen_many(settings.host, settings.port, settings.processes)
        ]
        migrate(settings)
        registry.blobs.clear_incoming()
        if settings.sqlite:
            registry.database.refresh_statistics()
        lines = _first_lines(registry, listeners[0].getsockname()[1])
        for line in lines[:-1]:
            say(line)
        if settings.processes > 1:
            _serve_many(registry, listeners, worker=worker, ready=lambda: say(lines[-1]))
            return
        with BackgroundWorker(registry) if worker else contextlib.nullcontext():
            say(lines[-1])
            _server(registry).run(sockets=listeners)
        registry.close()
    _leave_running_audits()


def _first_lines(registry: Registry, port: int) -> list[str]:
    """Make what a new record needs; return what is said about it, the address last."""
    settings, lines = registry.settings, []
    url = f"http://{'127.0.0.1' if settings.host in {'0.0.0.0', ''} else settings.host}:{port}"  # noqa: S104 - only compared
    with registry.database.write() as session:
        key = first_key(session)
        first = first_administrator(session)
        token = one_time_token(session, key.removeprefix(PREFIX + "_").split("_")[0]) if key else None
    if key:
        lines.append(f"administrator's API key (shown once): {key}")
    if first:
        lines.append(f"administrator: {first[0]}, one-time password (shown once, to be changed at sign-in): {first[1]}")
    return [*lines, f"registry at {url}/login?token={token}" if token else f"registry at {url}/"]


def _server(registry: Registry) -> uvicorn.Server:
    json = registry.settings.log == "json"
    return uvicorn.Server(
        uvicorn.Config(
            Requests(create_app(registry)) if json else create_app(registry),
            log_level="warning",
            log_config=None if json else LOGGING_CONFIG,  # else it would take our handler away
            access_log=False,
            proxy_headers=False,  # whom to believe is said by the setting trusted_proxies alone
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )


def _serve_many(registry: Registry, listeners: list[socket.socket], *, worker: bool, ready: Callable[[], None]) -> None:
    """Serve in several processes, and audit in one more; rates are counted by all of them together."""
    registry.throttle = SharedThrottle()
    server = _server(registry)  # once, before the processes part: they share its memory
    registry.close()  # a connection belongs to one process
    gc.collect()
    gc.freeze()  # what all share is not walked in each process, which would make it a copy of its own

    def answer(listener: socket.socket) -> None:
        server.run(sockets=[listener])
        registry.close()

    def audit() -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        work(registry, stop)
        registry.close()

    works = [functools.partial(answer, listener) for listener in listeners]
    Family([*works, audit] if worker else works).run(ready)


def check_access_settings(settings: Settings) -> None:
    """Raise `EduauditError` for a rate, proxy or map that is not in order: at the start, not at the first request."""
    for rate in (settings.request_rate, settings.public_rate, settings.failure_rate, settings.sign_in_rate):
        if rate:
            read_rate(rate)
    if not 1 <= settings.processes <= 64:
        raise EduauditError(f"EDUAUDIT_PROCESSES: {settings.processes} is not from 1 to 64")
    read_networks(settings.trusted_proxies)
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        raise EduauditError(f"EDUAUDIT_PUBLIC_URL: {settings.public_url!r} is no address; write https://…")
    check_paper_key(settings)
    read_map(settings.oidc_map)
    if settings.oidc_issuer:
        OpenId(settings)


def _leave_running_audits() -> None:
    """End the process although an audit still runs: its lease gives it back, the next worker does it again."""
    if any(thread.name.startswith("dbos-executor") and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
