"""The records of `.flow` files, read in place: only what is asked for is parsed, the rest is stepped over.

mitmproxy writes tnetstrings: ``<length>:<bytes><type>``, with ``;`` for UTF-8 text, ``,`` bytes, ``#`` and ``^``
numbers, ``!`` booleans, ``~`` null, ``]`` lists and ``}`` dictionaries.
"""

from __future__ import annotations

from typing import Any

TEXT, BYTES, INTEGER, FLOAT, BOOLEAN, NULL, LIST, DICTIONARY = b";,#^!~]}"
LENGTH_DIGITS = 12


def parse(data: bytes, at: int = 0) -> tuple[Any, int]:
    """Return the value at ``at`` and the place behind it. Raise `ValueError` or `IndexError` for anything else."""
    colon = data.index(b":", at, at + LENGTH_DIGITS + 1)
    start = colon + 1
    end = start + int(data[at:colon])
    kind = data[end]
    if kind == BYTES:
        return data[start:end], end + 1
    if kind == TEXT:
        return data[start:end].decode("utf-8"), end + 1
    if kind == LIST:
        items = []
        while start < end:
            item, start = parse(data, start)
            items.append(item)
        return items, end + 1
    if kind == DICTIONARY:
        pairs = {}
        while start < end:
            key, start = parse(data, start)
            pairs[key], start = parse(data, start)
        return pairs, end + 1
    return _scalar(kind, data[start:end]), end + 1


def _scalar(kind: int, text: bytes) -> Any:
    if kind == INTEGER:
        return int(text)
    if kind == FLOAT:
        return float(text)
    if kind == BOOLEAN and text in {b"true", b"false"}:
        return text == b"true"
    if kind == NULL and not text:
        return None
    raise ValueError("no tnetstring")


def spans(data: bytes, at: int = 0) -> dict[str, int]:
    """Return where the value of each text key of the dictionary at ``at`` begins; values are not parsed."""
    colon = data.index(b":", at, at + LENGTH_DIGITS + 1)
    end = colon + 1 + int(data[at:colon])
    if data[end] == NULL:
        return {}
    if data[end] != DICTIONARY:
        raise ValueError("a flow is a dictionary")
    at = colon + 1
    places = {}
    index = data.index
    while at < end:
        colon = index(b":", at, at + LENGTH_DIGITS + 1)
        behind = colon + 1 + int(data[at:colon])
        if data[behind] == TEXT:  # as all of them are; in place, for a flow has dozens
            key, at = data[colon + 1 : behind].decode("utf-8"), behind + 1
        else:
            key, at = parse(data, at)
        places[key] = at
        colon = index(b":", at, at + LENGTH_DIGITS + 1)
        at = colon + 2 + int(data[at:colon])
    if at != end:
        raise ValueError("a value reaches beyond its record")
    return places
