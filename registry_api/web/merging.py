"""Two people at one form: what only one of them changed is kept by itself, what both changed is put before them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TAKE = "take:"


@dataclass(frozen=True)
class Clash:
    """A field that both changed since the form was opened."""

    pointer: str
    mine: str
    theirs: str


def marks_of(values: Mapping[str, Any]) -> str:
    """Return pointer → mark of what a form was opened with, as a hidden field carries it."""
    return json.dumps({pointer: _mark(value) for pointer, value in values.items()}, separators=(",", ":"))


def _plain(value: Any) -> str:
    text = "\n".join(sorted(map(str, value))) if isinstance(value, list) else str(value)
    return text.replace("\r\n", "\n").strip()


def _mark(value: Any) -> str:
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:8]


def merge(
    typed: Mapping[str, Any], stored: Mapping[str, Any], marks: str
) -> tuple[dict[str, Any], list[Clash], list[str]]:
    """Return the merged values, what both changed (there mine stands), and the fields taken from the stored state.

    ``marks`` is of `marks_of` when the form was opened; without it every difference counts as changed by both.
    """
    try:
        read = json.loads(marks)
        base: Mapping[str, Any] = read if isinstance(read, dict) else {}
    except (ValueError, RecursionError):
        base = {}
    values, clashes, taken = dict(typed), [], []
    for pointer, theirs in stored.items():
        mine = typed.get(pointer, theirs)
        if _plain(mine) == _plain(theirs):
            continue
        if base.get(pointer) == _mark(mine):
            values[pointer] = theirs
            taken.append(pointer)
        elif base.get(pointer) != _mark(theirs):
            clashes.append(Clash(pointer, _plain(mine), _plain(theirs)))
    return values, clashes, taken


def chosen(form: Mapping[str, list[str]], typed: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, with the stored text where the form says that it is to be taken."""
    return {
        pointer: stored[pointer] if form.get(_TAKE + pointer) == ["theirs"] and pointer in stored else value
        for pointer, value in typed.items()
    }
