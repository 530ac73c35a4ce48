"""Where the addons write down what no `.flow` keeps, and how a bug of theirs is contained and counted."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mitmproxy import ctx, exceptions, http

from proxy_addons.events import EVENT_LINE, append_event
from proxy_addons.markpage import MARK_BYTES, MARK_HOST
from proxy_addons.sources.capturefiles import beside


def beside_capture(kind: str) -> Path | None:
    """Return the path of the file of that kind beside the capture, or `None` when nothing is recorded."""
    out = ctx.options.eduaudit_out
    return beside(Path(out), kind) if out else None


def is_ours(request: http.Request) -> bool:
    """Tell whether a request is for the magic host. Asked for every request, so without parsing what others parse."""
    data = request.data
    if data.host == MARK_HOST or data.authority.lower().partition(b":")[0] == MARK_BYTES:
        return True
    return any(
        name.lower() == b"host" and value.lower().partition(b":")[0] == MARK_BYTES
        for name, value in data.headers.fields
    )


def note(event: str, **fields: Any) -> None:
    """Append one event beside the capture; never raises. What the disk does not take goes to the parent process."""
    path = beside_capture("events")
    if path is None:
        return
    try:
        append_event(path, event, **fields)
    except OSError:
        line = json.dumps({"event": event, **fields}, ensure_ascii=True, default=str)
        sys.stdout.write(f"{EVENT_LINE}{line}\n")
        sys.stdout.flush()


def guarded[Hook: Callable[..., Any]](hook: Hook) -> Hook:
    """Wrap a hook so that a bug in it is one event with the id of the flow, and the traffic goes on."""

    @functools.wraps(hook)
    def safe(self: Any, *args: Any) -> Any:
        try:
            return hook(self, *args)
        except (exceptions.OptionsError, exceptions.CommandError):
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is: it must not reach the app, nor be lost
            flow = args[0] if args else None
            host = getattr(getattr(flow, "request", None), "pretty_host", None)
            place = f"{hook.__qualname__}: {type(error).__name__}"
            note("analyser_error", flow=getattr(flow, "id", ""), host=host, where=place)
            return None

    return safe  # type: ignore[return-value]  # same signature
