"""What we have written to files ourselves, read back: reports, facts of a package, facts of a whole case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.model import Facts, StaticFacts, UnreadableInputError, canonical_json, read_record, record_json

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 256 << 20
"""Bytes of a stored report or of stored facts."""
FACTS = "eduaudit.facts/1"
"""Schema of the facts of a package, and of a case with all its channels."""
CHANNELS = ("static", "policy", "filing", "traffic", "resolution", "images")


def read_json_object(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file; `None` for anything that does not begin like one.

    Raises `UnreadableInputError` for a file that cannot be read, is too large, or is no object of JSON after all.
    """
    import json

    try:
        if path.is_dir():
            return None
        with path.open("rb") as file:
            if not file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
                return None
            size = path.stat().st_size
            if size > LARGEST:
                raise UnreadableInputError(path, f"JSON 过大 / the JSON is too large: {size} > {LARGEST} B")
            file.seek(0)
            data = json.loads(file.read().decode("utf-8-sig"))
    except OSError as error:
        raise UnreadableInputError(path, f"不能读取 / cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(path, f"不是完整的 JSON / not valid JSON: {error}") from error
    if not isinstance(data, dict):
        raise UnreadableInputError(path, "不是报告 / no report: a JSON object is expected")
    return data


def schema_of(data: Mapping[str, Any]) -> Any:
    """Return what a stored object says it is."""
    return data.get("schema") or data.get("schema_")


def facts_json(facts: Facts) -> bytes:
    """Return the facts of a case as canonical JSON, ready for `read_facts`."""
    return canonical_json({"schema": FACTS, **{name: _plain(getattr(facts, name)) for name in CHANNELS}}).encode()


def _plain(value: Any) -> Any:
    import json

    return json.loads(record_json(value)) if value is not None else None


def read_facts(path: Path) -> Facts:
    """Read stored facts: of a case, or of a package alone. Raises `UnreadableInputError` with the reason."""
    data = read_json_object(path)
    if data is None:
        raise UnreadableInputError(path, "不是事实文件（JSON）/ not a file of facts (JSON)")
    kind = schema_of(data)
    if kind == "eduaudit.report/1":
        why = "这是报告，不是事实；请用 --save-facts 存下事实 / a report, no facts: keep those with --save-facts"
        raise UnreadableInputError(path, why)
    if kind != FACTS:
        why = f"不是本版本的事实 / no facts of this version (schema: {kind!s:.60}, not {FACTS})"
        raise UnreadableInputError(path, why)
    if "schema" in data and (unknown := sorted(data.keys() - {"schema", *CHANNELS})):
        raise UnreadableInputError(path, f"{unknown[0]:.60}: 未知的键 / unknown key")
    try:
        if "schema_" in data:
            return Facts(static=read_record(StaticFacts, data))
        return read_record(Facts, {name: data.get(name) for name in CHANNELS})
    except ValueError as error:
        why = str(error).splitlines()[0]
        raise UnreadableInputError(path, f"事实文件不完整或已损坏 / the facts are not in order: {why:.300}") from error
