"""The operator's marks: by command, or with the session's code on a page from the phone or by REST."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
import time
from datetime import datetime
from typing import Any

from mitmproxy import command, dns, exceptions, http
from mitmproxy.log import ALERT
from mitmproxy.net.dns import types
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from proxy_addons.markpage import CODE_VARIABLE, MARK_ADDRESS, MARK_HOST, code_page, mark_of_path, mark_page
from proxy_addons.marks import KINDS, Mark, append_mark

from .notes import beside_capture, guarded, is_ours

logger = logging.getLogger(__name__)
HTML = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer"}
TEXT = {"content-type": "text/plain; charset=utf-8"}
LONGEST_NOTE = 200


class Marks:
    """Sets marks: ``eduaudit.mark KIND [note]``; http://eduaudit.mark/CODE/; ``POST http://eduaudit.mark/api/marks``.

    The app under test talks to the same proxy. Without the code, which only the operator's terminal shows, it could
    post "agreed" by itself and turn a collection before consent into one after it.
    """

    def __init__(self) -> None:
        self._set: list[tuple[str, str]] = []
        self._code = os.environ.pop(CODE_VARIABLE, "") or secrets.token_hex(4)
        self._mute: asyncio.Server | None = None

    async def running(self) -> None:
        """Say the code where nobody else does; keep a listener that stands for the magic host in WireGuard mode."""
        logger.log(ALERT, "marks: http://%s/%s/", MARK_HOST, self._code)
        try:
            self._mute = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        except OSError:
            self._mute = None

    def done(self) -> None:
        """Close the listener."""
        if self._mute is not None:
            self._mute.close()

    @command.command("eduaudit.mark")  # type: ignore[untyped-decorator]  # mitmproxy
    def mark(self, kind: str, note: str = "") -> None:
        """Mark this moment: first_start, consent_shown, agreed, refused, background, foreground or function."""
        if kind not in KINDS:
            raise exceptions.CommandError(f"unknown mark {kind!r}: {', '.join(KINDS)}")
        path = beside_capture("marks")
        if path is None:
            raise exceptions.CommandError("eduaudit_out is not set: there is nowhere to write marks to")
        moment = time.time()
        append_mark(path, Mark(moment, kind, note[:LONGEST_NOTE]))
        self._set.append((datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S"), kind))
        logger.info("mark: %s %s", kind, note)

    # --- the magic host, also where phones ask for its address themselves

    @guarded
    def dns_request(self, flow: dns.DNSFlow) -> None:
        """Answer for the magic host: in WireGuard mode the phone looks it up."""
        question = flow.request.question
        if question is None or question.name.lower().rstrip(".") != MARK_HOST:
            return
        answers = []
        if question.type == types.A:
            answers = [dns.ResourceRecord.A(question.name, MARK_ADDRESS, ttl=60)]
        flow.response = flow.request.succeed(answers)

    @guarded
    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Nobody is at that address: mitmproxy connects to our mute listener, and the request is answered here."""
        address = data.server.address
        if address and str(address[0]) == str(MARK_ADDRESS) and self._mute is not None:
            data.server.address = self._mute.sockets[0].getsockname()[:2]

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer requests to the magic host ourselves; nothing of it leaves the machine."""
        if not is_ours(flow.request):
            return
        try:
            flow.response = self._answer(flow.request)
        except (OSError, ValueError, exceptions.CommandError) as error:
            flow.response = http.Response.make(500, f"{error}\n", TEXT)

    def _answer(self, request: http.Request) -> http.Response:
        path = request.path.partition("?")[0]
        if path == "/api/marks":
            return self._rest(request)
        if path == "/":
            return self._door(request)
        code, _, rest = path.removeprefix("/").partition("/")
        if not self._right(code):
            return http.Response.make(403, "wrong code / 操作码不对\n", TEXT)
        kind = mark_of_path(f"/{rest}")
        if request.method == "POST" and kind is not None:
            self.mark(kind, request.urlencoded_form.get("note", "") or request.query.get("note", ""))
            return http.Response.make(303, b"", {"location": f"/{self._code}/", "cache-control": "no-store"})
        if request.method in {"GET", "HEAD"} and not rest:
            return http.Response.make(200, mark_page(self._set), HTML)
        return http.Response.make(404, "unknown mark\n", TEXT)

    def _door(self, request: http.Request) -> http.Response:
        """Ask for the code, and lead who knows it to the page."""
        given = request.query.get("code", "").strip().lower()
        if self._right(given):
            return http.Response.make(303, b"", {"location": f"/{self._code}/", "cache-control": "no-store"})
        return http.Response.make(403 if given else 200, code_page(wrong=bool(given)), HTML)

    def _rest(self, request: http.Request) -> http.Response:
        """``GET`` lists, ``POST {"mark": …, "note": …}`` sets; both with ``Authorization: Bearer CODE``."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._right(given.strip()):
            return _json(401, {"title": "the code of this session is needed", "status": 401})
        if request.method == "GET":
            return _json(200, [{"time": clock, "mark": kind} for clock, kind in self._set])
        if request.method != "POST":
            return _json(405, {"title": "GET or POST", "status": 405})
        try:
            record = json.loads(request.get_text(strict=False) or "")
            kind, note = record["mark"], record.get("note", "")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return _json(400, {"title": '{"mark": KIND, "note": TEXT} is expected', "status": 400})
        if kind not in KINDS or not isinstance(note, str):
            return _json(422, {"title": f"unknown mark: {', '.join(KINDS)}", "status": 422})
        self.mark(kind, note)
        return _json(201, {"mark": kind, "note": note[:LONGEST_NOTE]})

    def _right(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._code.encode())


def _json(status: int, value: Any) -> http.Response:
    kind = "application/problem+json" if status >= 400 else "application/json"  # HTTP errors
    return http.Response.make(status, json.dumps(value, ensure_ascii=False), {"content-type": kind})
