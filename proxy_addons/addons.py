"""The addons that mitmproxy loads: ``mitmdump -s …/proxy_addons/addons.py --set eduaudit_out=capture.flow``.

They only write down what no `.flow` keeps, and set the marks. Analysis happens in another process that follows the
`.flow` file: it can neither slow a flow down nor lose it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from datetime import datetime
from pathlib import Path

from mitmproxy import command, ctx, exceptions, http, tls
from mitmproxy.addonmanager import Loader

from proxy_addons.contentview import DecodedContent
from proxy_addons.events import append_event
from proxy_addons.markpage import MARK_HOST, mark_of_path, mark_page
from proxy_addons.marks import KINDS, Mark, append_mark
from proxy_addons.sources.capture import beside

logger = logging.getLogger(__name__)


def _beside(kind: str) -> Path | None:
    """Return the path of the file of that kind beside the capture, or `None` when nothing is recorded."""
    out = ctx.options.eduaudit_out
    return beside(Path(out), kind) if out else None


class Evidence:
    """Declares ``eduaudit_out`` and has mitmproxy save every flow there: the evidence master."""

    def load(self, loader: Loader) -> None:
        """Declare the options."""
        loader.add_option("eduaudit_out", str, "", "File for the flows; marks and events are written beside it.")
        loader.add_option("eduaudit_parent", int, 0, "End when the process with this id is gone.")

    def configure(self, updated: set[str]) -> None:
        """Point mitmproxy's own writer at the file. A percent sign there would be a date format."""
        if "eduaudit_out" in updated and ctx.options.eduaudit_out:
            folder = Path(ctx.options.eduaudit_out).parent
            if not folder.is_dir():
                raise exceptions.OptionsError(f"eduaudit_out: no such folder: {folder}")  # type: ignore[no-untyped-call]  # mitmproxy
            ctx.options.save_stream_file = "+" + ctx.options.eduaudit_out.replace("%", "%%")

    def running(self) -> None:
        """Say which addresses are listened on: the sign that the proxy is up."""
        path = _beside("events")
        if ctx.options.deferred:  # mitmproxy itself keeps quiet about options that nobody declares
            logger.error("unknown option: %s", ", ".join(sorted(ctx.options.deferred)))
            return
        server = ctx.master.addons.get("proxyserver")  # type: ignore[no-untyped-call]  # mitmproxy
        if path and server:
            append_event(path, "running", listen=[list(address[:2]) for address in server.listen_addrs()])


class TlsOutcomes:
    """Writes down which TLS handshakes of the app worked and which did not."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def tls_established_client(self, data: tls.TlsData) -> None:
        """Note the first success of a name."""
        name = data.conn.sni or ""
        if name not in self._seen:
            self._seen.add(name)
            self._note("tls_established_client", data)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        """Note every failure: pinning, or a CA that the phone does not trust."""
        self._note("tls_failed_client", data)

    def tls_failed_server(self, data: tls.TlsData) -> None:
        """Note a server whose certificate does not verify."""
        self._note("tls_failed_server", data)

    def _note(self, event: str, data: tls.TlsData) -> None:
        path = _beside("events")
        if path:
            address = data.context.server.address
            append_event(path, event, sni=data.conn.sni, address=address[0] if address else None, error=data.conn.error)


class Marks:
    """Sets marks: by the command ``eduaudit.mark KIND [note]`` and on the page http://eduaudit.mark/."""

    def __init__(self) -> None:
        self._set: list[tuple[str, str]] = []

    @command.command("eduaudit.mark")  # type: ignore[untyped-decorator]  # mitmproxy
    def mark(self, kind: str, note: str = "") -> None:
        """Mark this moment: first_start, consent_shown, agreed, refused, background, foreground or function."""
        if kind not in KINDS:
            raise exceptions.CommandError(f"unknown mark {kind!r}: {', '.join(KINDS)}")
        path = _beside("marks")
        if path is None:
            raise exceptions.CommandError("eduaudit_out is not set: there is nowhere to write marks to")
        moment = time.time()
        append_mark(path, Mark(moment, kind, note))
        self._set.append((datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S"), kind))
        logger.info("mark: %s %s", kind, note)

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer requests to the magic host ourselves; nothing of it leaves the machine."""
        if flow.request.pretty_host.lower() != MARK_HOST:
            return
        try:
            flow.response = self._answer(flow.request)
        except (OSError, exceptions.CommandError) as error:
            flow.response = http.Response.make(500, f"{error}\n", {"content-type": "text/plain; charset=utf-8"})

    def _answer(self, request: http.Request) -> http.Response:
        page = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store"}
        kind = mark_of_path(request.path)
        if request.method == "POST" and kind is not None:
            self.mark(kind, request.urlencoded_form.get("note", "") or request.query.get("note", ""))
            return http.Response.make(303, b"", {"location": "/", "cache-control": "no-store"})
        if request.method in {"GET", "HEAD"} and request.path.partition("?")[0] == "/":
            return http.Response.make(200, mark_page(self._set), page)
        return http.Response.make(404, "unknown mark\n", {"content-type": "text/plain; charset=utf-8"})


class EndWithParent:
    """Ends the proxy when the command that started it is gone, so that no port stays taken after a crash."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def running(self) -> None:
        """Begin to watch."""
        if ctx.options.eduaudit_parent:
            self._task = asyncio.create_task(self._watch(ctx.options.eduaudit_parent))

    def done(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()

    @staticmethod
    async def _watch(parent: int) -> None:
        while os.getppid() == parent:  # noqa: ASYNC110  # no event tells of it on all systems
            await asyncio.sleep(1)
        ctx.master.shutdown()  # type: ignore[no-untyped-call]  # mitmproxy


addons = [Evidence(), TlsOutcomes(), Marks(), DecodedContent(), EndWithParent()]
