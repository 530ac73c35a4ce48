"""The operator's marks: when the app was started, consent shown and given. They decide the consent phase."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from analyzer.model import UnreadableInputError

from .events import append_line

KINDS = ("first_start", "consent_shown", "agreed", "refused", "background", "foreground", "function")
LATEST = 4_102_444_800
"""2100-01-01. Later "seconds" are milliseconds by mistake, and every phase would be wrong."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark."""

    time: float
    """Epoch seconds."""
    mark: str
    """One of `KINDS`."""
    note: str = ""

    def line(self) -> str:
        """Return the line of the marks file."""
        record = {"time": round(self.time, 3), "mark": self.mark, "note": self.note}
        return json.dumps(record, ensure_ascii=False) + "\n"


def read_marks(path: Path, *, may_be_cut: bool = False) -> tuple[Mark, ...]:
    """Read a marks file, sorted by time; marks of one moment stay in the order of the file.

    ``may_be_cut``: the file was being written when the machine stopped, so a last line without its end is dropped.
    Raises `UnreadableInputError` naming file and line for anything that is no mark.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(path, f"不能读取 / cannot be read: {error}") from error
    marks = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            marks.append(_parse(json.loads(line)))
        except (ValueError, RecursionError) as error:
            if may_be_cut and number == len(lines) and not line.endswith("\n"):
                break
            why = str(error) if isinstance(error, _WrongMarkError) else "不是 JSON 对象 / not a JSON object"
            raise UnreadableInputError(f"{path}:{number}", why) from error
    return tuple(sorted(marks, key=lambda mark: mark.time))


class _WrongMarkError(ValueError):
    pass


def _parse(record: Any) -> Mark:
    if not isinstance(record, dict):
        raise _WrongMarkError("不是 JSON 对象 / not a JSON object")
    unknown = sorted(set(record) - {"time", "mark", "note"})
    if unknown:
        raise _WrongMarkError(f"未知的键 / unknown key: {unknown[0]}")
    kind = record.get("mark")
    if kind not in KINDS:
        raise _WrongMarkError(f"未知的标记 / unknown mark: {kind!r} ({', '.join(KINDS)})")
    note = record.get("note")
    return Mark(_seconds(record.get("time")), kind, note if isinstance(note, str) else "")


def _seconds(value: Any) -> float:
    """Read epoch seconds or ISO 8601; without an offset it is the local time of this machine, as ISO 8601 has it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
        if not math.isfinite(seconds) or not 0 <= seconds < LATEST:
            raise _WrongMarkError("time: 应为秒 / epoch seconds are expected, not milliseconds")
        return seconds
    try:
        return datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError):
        raise _WrongMarkError("time: 应为 ISO 8601 或秒 / ISO 8601 or epoch seconds are expected") from None


def append_mark(path: Path, mark: Mark) -> None:
    """Append one mark. Raises `OSError` when the disk did not take it."""
    append_line(path, mark.line())
