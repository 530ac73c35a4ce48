"""Markdown to text: tables become rows with cells parted by tabs; everything else stays as it is written."""

from __future__ import annotations

import re

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")


def markdown_text(source: str) -> str:
    """Return a Markdown text with its pipe tables as tabbed rows; other texts come back unchanged."""
    lines = source.replace("\r\n", "\n").split("\n")
    out: list[str] = []
    inside = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if inside and "|" in line:
            if not _RULE.match(line):
                out.append(_row(line))
        elif "|" in line and "|" in following and _RULE.match(following):
            inside = True
            out.append(_row(line))
        else:
            inside = False
            out.append(line)
    return "\n".join(out)


def _row(line: str) -> str:
    cells = _CELL.split(line.strip().removeprefix("|").removesuffix("|"))
    return "\t".join(cell.strip().replace("\\|", "|") for cell in cells)
