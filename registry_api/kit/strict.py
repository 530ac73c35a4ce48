"""JSON bodies as databases can keep them: no NaN, no NUL, no half of a surrogate pair, no number past 64 bits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from registry_api.kit.answering import answered_in_thread

_WIDEST = 2**63
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of the character, and not a text that spells the escape."""


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text.

    Raises `json.JSONDecodeError` when it is none, and a 422 `HTTPException` when a value in it could not be stored:
    every database and every later reader would choke on it, each in its own way.
    """
    value = json.loads(body, parse_constant=_refuse_constant, parse_int=_whole)
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        raise HTTPException(422, "a text holds half of a surrogate pair") from None
    except ValueError:
        raise HTTPException(422, "a number is out of range") from None
    if _NUL.search(text):
        raise HTTPException(422, "a text holds a NUL character")
    return value


def _refuse_constant(name: str) -> float:
    raise HTTPException(422, f"{name} is not a JSON number")


def _whole(digits: str) -> int:
    # The length comes first: turning a million digits into a number takes seconds.
    if len(digits) > 20 or not -_WIDEST <= int(digits) < _WIDEST:
        raise HTTPException(422, f"the number {digits[:24]} is larger than 64 bits")
    return int(digits)


class _StrictRequest(Request):
    async def json(self) -> Any:
        """Return the body's value, read by `read_json`."""
        return read_json(await self.body())


class StrictRoute(APIRoute):
    """A route whose JSON body is read by `read_json`, and whose answer is written in the thread that made it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        reads = set(more.get("methods") or ("GET",)) <= {"GET", "HEAD"}
        super().__init__(path, answered_in_thread(endpoint, reads=reads, status=more.get("status_code")), **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler behind the strict request."""
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict
