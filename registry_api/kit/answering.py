"""A request is answered in one thread: what an endpoint returns is written as JSON where it was read.

The framework sends a plain function to a thread, then its result to a thread to be validated, and writes it in the
event loop, during which nobody else is heard. A short answer cost twice its reading.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import anyio
import anyio.to_thread
import orjson
from anyio.lowlevel import RunVar
from fastapi import Response
from pydantic_core import to_json

from registry_api.kit.shown import Document

READERS = 6
"""Requests of one process that read at a time: past the cores, more threads only take turns, and all end late."""

_readers: RunVar[anyio.CapacityLimiter] = RunVar("_readers")
_PLAIN = dict[str, Any]


def answered_in_thread(endpoint: Callable[..., Any], *, reads: bool, status: int | None) -> Callable[..., Any]:
    """Return an endpoint that does the same, and writes a ``dict[str, Any]`` in the thread that made it.

    ``reads``: it shares `READERS` turns with the others that only read; who writes may wait for a lock of the database
    and has no part in them. A function that is asynchronous is returned as it is.
    """
    if inspect.iscoroutinefunction(endpoint) or inspect.isgeneratorfunction(endpoint):
        return endpoint
    signature = inspect.signature(endpoint, eval_str=True)
    given = next((item.name for item in signature.parameters.values() if item.annotation is Response), None)
    writes = signature.return_annotation == _PLAIN
    name = given or "_reply"

    def work(values: dict[str, Any]) -> Any:
        reply = values[name] if given else values.pop(name)
        body = endpoint(**values)
        if not writes or type(body) is not dict:
            return body
        answer = Response(write(body), reply.status_code or status or 200, media_type="application/json")
        answer.raw_headers.extend(reply.raw_headers)
        return answer

    async def answer(**values: Any) -> Any:
        return await anyio.to_thread.run_sync(work, values, limiter=_turns() if reads else None)

    answer.endpoint = endpoint  # type: ignore[attr-defined]  # read by `original_of`
    parameters = list(signature.parameters.values())
    if given is None:
        parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Response))
    answer.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # read by the framework
    answer.__name__, answer.__qualname__ = endpoint.__name__, endpoint.__qualname__
    answer.__module__, answer.__doc__ = endpoint.__module__, endpoint.__doc__
    return answer


def original_of(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Return the plain function behind an endpoint."""
    original: Callable[..., Any] = getattr(endpoint, "endpoint", endpoint)
    return original


def write(body: Any) -> bytes:
    """Write an answer. What the quick writer does not know, such as a moment, is written as the framework would."""
    try:
        return orjson.dumps(body, default=_as_it_is, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        return to_json(body, fallback=lambda value: value.read() if isinstance(value, Document) else str(value))


def _as_it_is(value: Any) -> orjson.Fragment:
    if isinstance(value, Document):
        return orjson.Fragment(value.text)
    raise TypeError


def _turns() -> anyio.CapacityLimiter:
    try:
        return _readers.get()
    except LookupError:
        made = anyio.CapacityLimiter(READERS)
        _readers.set(made)
        return made
