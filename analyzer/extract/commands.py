"""Commands that code runs, as far as their words are known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analyzer.dex import Site, Value

_STRING, _RUNTIME, _BUILDER = "Ljava/lang/String;", "Ljava/lang/Runtime;", "Ljava/lang/ProcessBuilder;"
_SHELLS = frozenset({"sh", "su", "bash"})
_PROPERTY = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
UNKNOWN_WORD = "?"

COMMANDS = frozenset(
    {
        *(
            f"{_RUNTIME}->exec({line}{rest})Ljava/lang/Process;"
            for line in (_STRING, f"[{_STRING}")
            for rest in ("", f"[{_STRING}", f"[{_STRING}Ljava/io/File;")
        ),
        f"{_BUILDER}-><init>([{_STRING})V",
        f"{_BUILDER}-><init>(Ljava/util/List;)V",
        f"{_BUILDER}->command([{_STRING}){_BUILDER}",
        f"{_BUILDER}->command(Ljava/util/List;){_BUILDER}",
    }
)
"""Calls whose first parameter is a command: one line, or an array or a list of words."""


def command_lines(site: Site) -> list[tuple[str, frozenset[str]]]:
    """Return (command, constants that make it) for each command that a call may run; unknown words become ``?``."""
    found = []
    for value in site.argument(0).options:
        words = list(value.parts) if value.kind == "array" else [value]
        texts = [_text(word) for word in words]
        if value.kind == "array" and len(texts) > 2 and texts[1] == "-c" and texts[0].rpartition("/")[2] in _SHELLS:
            texts = texts[2:]
        line = " ".join(texts)
        if texts and texts[0] and not texts[0].startswith(UNKNOWN_WORD):
            found.append((line, frozenset(text for word in words for text in _constants(word))))
    return found


def asks_for_one_property(words: Sequence[str]) -> bool:
    """Whether a command is ``getprop`` with a known name behind it."""
    return len(words) > 1 and words[0].rpartition("/")[2] == "getprop" and bool(_PROPERTY.fullmatch(words[1]))


def _text(value: Value) -> str:
    if value.kind == "string":
        return value.text
    if value.kind == "concat":
        return "".join(part.text if part.kind == "string" else UNKNOWN_WORD for part in value.parts)
    return UNKNOWN_WORD


def _constants(value: Value) -> list[str]:
    parts = value.parts if value.kind == "concat" else (value,)
    return [part.text for part in parts if part.kind == "string"]
