"""A capture as HAR without personal data.

HAR is for exchange, the `.flow` file is the evidence. So bodies are not put together again: each is a JSON object of
the texts that it unfolds to, by layer path.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from analyzer.model import NotAnalysed, UnreadableInputError

from .redactor import MIME, Redactor

if TYPE_CHECKING:
    from proxy_addons.sources.message import Item, Message

    from .exhibit import Exhibit

REDACTED = (
    "Redacted by eduaudit: values of the profile and of known forms are tags, equal values have equal tags; "
    "bodies are the texts they unfold to, by layer path; original sizes are not kept."
)


def write_har(items: Iterable[Item], redactor: Redactor, output: Path, engine: str) -> tuple[int, dict[str, int]]:
    """Write the messages to ``output``, entry by entry; returns the number of entries and what was dropped, by reason.

    The file appears when it is whole. Raises `UnreadableInputError` when it cannot be written.
    """
    temporary: Path | None = None
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=output.parent, prefix=f".{output.name}-", delete=False
        ) as file:
            temporary = Path(file.name)
            head = {"version": "1.2", "creator": {"name": "eduaudit", "version": engine}, "pages": []}
            file.write('{"log":' + json.dumps(head)[:-1] + ',"entries":[')
            count = 0
            for entry in entries(items, redactor):
                file.write(("," if count else "") + "\n" + json.dumps(entry, ensure_ascii=False))
                count += 1
            dropped = dict(sorted(redactor.left.counts.items()))
            tail = {"comment": REDACTED, "_eduaudit": {"dropped": dropped}}
            file.write("\n]," + json.dumps(tail, ensure_ascii=False)[1:] + "}\n")
        temporary.replace(output)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        raise UnreadableInputError(output, f"不能写入 / cannot be written: {error.strerror}") from error
    except BaseException:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()
        raise
    return count, dropped


def entries(items: Iterable[Item], redactor: Redactor) -> Iterator[dict[str, Any]]:
    """Yield one entry for each HTTP flow; what is no HTTP is counted and left out."""
    for _, group in groupby(items, key=lambda item: item.request_id if isinstance(item, NotAnalysed) else item.flow):
        messages: list[Message] = []
        for item in group:
            if isinstance(item, NotAnalysed):
                redactor.left.add(item.code)
            elif item.kind == "stream":
                redactor.left.add("stream")
            else:
                messages.append(item)
        if messages:
            yield _entry(messages, redactor)


def _entry(messages: list[Message], redactor: Redactor) -> dict[str, Any]:
    exhibits = [redactor.exhibit(message) for message in messages]
    http = [one for one in exhibits if one.message.kind == "http"]
    asked = next((one for one in http if one.message.direction == "request"), exhibits[0])
    answer = next((one for one in http if one.message.direction == "response"), None)
    begun = asked.message.time
    took = max(answer.message.time - begun, 0) * 1000 if answer is not None else 0
    entry: dict[str, Any] = {
        "startedDateTime": datetime.fromtimestamp(max(begun, 0), UTC).isoformat(timespec="milliseconds"),
        "time": round(took, 3),
        "request": _request(asked, redactor),
        "response": _response(answer, redactor),
        "cache": {},
        "timings": {"send": 0, "wait": round(took, 3), "receive": 0},
        "_eduaudit": {"flow": asked.message.flow, "transmissions": [row for one in exhibits for row in _found(one)]},
    }
    if asked.message.address:
        entry["serverIPAddress"] = asked.message.address
    frames = [one for one in exhibits if one.message.kind == "websocket"]
    if frames:
        entry["_webSocketMessages"] = [_frame(one, redactor) for one in frames]
    return entry


def _found(exhibit: Exhibit) -> Iterator[dict[str, Any]]:
    for (leaf, start, data), identity in exhibit.ids.items():
        yield {"id": identity, "data": data, "path": exhibit.paths[leaf], "offset": start}


def _request(exhibit: Exhibit, redactor: Redactor) -> dict[str, Any]:
    message = exhibit.message
    rows = _rows(exhibit, redactor)
    query = [{"name": name.removeprefix("query").strip("&.") or name, "value": text} for name, text in rows["query"]]
    path = "/".join(quote(text, safe="[]*=~.,:@!") for _, text in rows["path"])
    request: dict[str, Any] = {
        "method": message.method if message.method.isalpha() else "?",
        "url": f"{message.scheme}://{_host(message.host)}/{path}"
        + ("?" + "&".join(f"{quote(row['name'])}={quote(row['value'])}" for row in query) if query else ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(message, rows),
        "queryString": query,
        "headersSize": -1,
        "bodySize": -1,
    }
    if rows["body"]:
        text, comment = _body(exhibit, rows["body"])
        request["postData"] = {"mimeType": "application/json", "params": [], "text": text, "comment": comment}
    return request


def _response(exhibit: Exhibit | None, redactor: Redactor) -> dict[str, Any]:
    rows = _rows(exhibit, redactor) if exhibit is not None else {}
    content: dict[str, Any] = {"size": 0, "mimeType": "x-unknown"}
    if exhibit is not None and rows["body"]:
        text, comment = _body(exhibit, rows["body"])
        content = {"size": len(text.encode()), "mimeType": "application/json", "text": text, "comment": comment}
    return {
        "status": exhibit.message.status if exhibit is not None else 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(exhibit.message, rows) if exhibit is not None else [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
    }


def _frame(exhibit: Exhibit, redactor: Redactor) -> dict[str, Any]:
    rows = _rows(exhibit, redactor)
    text, _ = _body(exhibit, [*rows["websocket"], *rows["body"]])
    way = "send" if exhibit.message.direction == "request" else "receive"
    return {"type": way, "time": exhibit.message.time, "opcode": 1, "data": text}


def _rows(exhibit: Exhibit, redactor: Redactor) -> dict[str, list[tuple[str, str]]]:
    """Return (path, redacted text) of the leaves, by place."""
    rows: dict[str, list[tuple[str, str]]] = {
        place: [] for place in ("path", "query", "header", "cookie", "body", "websocket")
    }
    for index, text in redactor.texts(exhibit):
        rows[exhibit.leaves[index].place].append((exhibit.paths[index], text))
    return rows


def _headers(message: Message, rows: dict[str, list[tuple[str, str]]]) -> list[dict[str, str]]:
    """Return what the headers unfold to; of those of the transport the kind of content alone."""
    headers = [{"name": name.removeprefix("header."), "value": text} for name, text in rows["header"]]
    headers += [{"name": name, "value": text} for name, text in rows["cookie"]]
    kind = message.header("content-type").partition(";")[0].strip().lower()
    if MIME.match(kind):
        headers.append({"name": "content-type", "value": kind})
    return headers


def _body(exhibit: Exhibit, rows: list[tuple[str, str]]) -> tuple[str, str]:
    """Return the texts as a JSON object, and what the body was."""
    texts: dict[str, str | list[str]] = {}
    for name, text in rows:
        there = texts.get(name)
        if there is None:
            texts[name] = text
        elif isinstance(there, list):
            there.append(text)
        else:
            texts[name] = [there, text]
    kind = exhibit.message.header("content-type").partition(";")[0].strip().lower()
    gaps = "".join(f"; {gap.code}: {gap.detail}" for gap in exhibit.gaps)
    return json.dumps(texts, ensure_ascii=False, indent=1), f"was {kind if MIME.match(kind) else '?'}{gaps}"


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
