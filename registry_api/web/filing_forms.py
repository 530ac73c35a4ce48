"""Forms of filing documents on a page: fields with their kinds, from document to form and back."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import analyzer
from registry_api.errors import FieldError


@dataclass(frozen=True)
class Field:
    """One field: ``kind`` is text, long, list, number, numbers, date, bool, select or checks."""

    pointer: str
    kind: str = "text"
    options: str = ""
    """Code table of the rules; or codes with blanks between them, named as `registry_api.web.words` names them."""
    required: bool = False

    @property
    def key(self) -> str:
        """Return the last part of the pointer, by which the field is named."""
        return self.pointer.rpartition("/")[2]

    def choices(self) -> dict[str, tuple[str, str]]:
        """Return code → (Chinese, English) of a select or a group of boxes."""
        if " " in self.options:
            return {code: _FREE.get(code, (code, code)) for code in self.options.split()}
        return analyzer.code_names(self.options)


_FREE = {
    "android": ("安卓", "Android"),
    "ios": ("iOS", "iOS"),
    "ads": ("广告", "advertising"),
    "games": ("游戏", "games"),
    "social": ("社交", "social"),
    "live": ("直播", "live streams"),
    "required": ("要求统一使用", "required"),
    "recommended": ("推荐使用", "recommended"),
    "free": ("自愿使用", "free choice"),
}
_LISTS = frozenset({"list", "numbers", "checks"})
_BOOL = {"yes": True, "no": False}


def values_of(document: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """Return pointer → what the form shows: a text, or the list of chosen codes."""
    return {item.pointer: _shown(item, _at(document, item.pointer)) for item in fields}


def _at(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _shown(item: Field, value: Any) -> Any:
    if item.kind == "checks":
        return [str(code) for code in value] if isinstance(value, list) else []
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def typed_of(form: Mapping[str, list[str]], fields: Sequence[Field]) -> dict[str, Any]:
    """Return pointer → what was typed, so that a refused form shows it again."""
    return {
        item.pointer: [text[:200] for text in form.get(item.pointer, [])]
        if item.kind == "checks"
        else form.get(item.pointer, [""])[0]
        for item in fields
    }


def document_of(typed: Mapping[str, Any], fields: Sequence[Field], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with what was typed; what the form has no field for stays, and an empty field is left out."""
    document: dict[str, Any] = copy.deepcopy(dict(before))
    for item in fields:
        *path, last = item.pointer.split("/")[1:]
        place = document
        for part in path:
            inner = place.get(part)
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        value = _read(item, typed[item.pointer])
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return document


def _read(item: Field, text: Any) -> Any:
    """Return the value; a number that is none stays a text, which the rules then name as wrong."""
    if item.kind == "checks":
        return list(text) or None
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return None
    if item.kind == "bool":
        return _BOOL.get(text, text)
    if item.kind in _LISTS:
        rows = [part.strip() for part in text.replace("，", "\n").replace(",", "\n").split("\n") if part.strip()]
        return [_number(row) for row in rows] if item.kind == "numbers" else rows
    return _number(text) if item.kind == "number" else text


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def errors_by_field(errors: Sequence[FieldError], fields: Sequence[Field]) -> dict[str, list[FieldError]]:
    """Return pointer of a field → its errors (those of its items too); what belongs to no field is under ``""``."""
    known = {item.pointer for item in fields}
    found: dict[str, list[FieldError]] = {}
    for error in errors:
        pointer = error.pointer
        while pointer and pointer not in known:
            pointer = pointer.rpartition("/")[0]
        found.setdefault(pointer, []).append(error)
    return found
