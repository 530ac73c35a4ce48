"""The life of the proxy as a child of the command: says when it is up, ends when the command is gone."""

from __future__ import annotations

import asyncio
import logging
import os

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

from .notes import guarded, note

logger = logging.getLogger(__name__)


class Lifeline:
    """Notes the addresses listened on, and ends the proxy with its parent, so that no port stays taken."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def load(self, loader: Loader) -> None:
        """Declare the option."""
        loader.add_option("eduaudit_parent", int, 0, "End when the process with this id is gone.")

    @guarded
    def running(self) -> None:
        """Say that the proxy is up, and begin to watch."""
        if ctx.options.eduaudit_parent:
            self._task = asyncio.create_task(self._watch(ctx.options.eduaudit_parent))
        if ctx.options.deferred:  # mitmproxy itself keeps quiet about options that nobody declares
            logger.error("unknown option: %s", ", ".join(sorted(ctx.options.deferred)))
            return
        server = ctx.master.addons.get("proxyserver")  # type: ignore[no-untyped-call]  # mitmproxy
        if server:
            choice = "allow" if ctx.options.http3 else "block"
            addresses = [list(address[:2]) for address in server.listen_addrs()]
            note("running", listen=addresses, modes=list(ctx.options.mode), quic=choice)

    def done(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()

    @staticmethod
    async def _watch(parent: int) -> None:
        while os.getppid() == parent:  # noqa: ASYNC110  # no event tells of it on all systems
            await asyncio.sleep(1)
        ctx.master.shutdown()  # type: ignore[no-untyped-call]  # mitmproxy
