"""What parent and child agree on: the request, the exit codes, and the environment."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from enum import IntEnum
from pathlib import Path

from analyzer.container.limits import Limits


class Exit(IntEnum):
    """Exit codes of the child; everything else (a signal, a traceback) counts as a crash."""

    OK = 0
    UNREADABLE = 20
    """The file is no package; standard output holds ``{"why": …}``."""
    MEMORY = 21
    CRASH = 22
    RULES = 23
    """The rule data is not in order; standard output holds ``{"why": …}``."""
    TOO_LARGE = 24
    """The facts are larger than the limit."""


def request(path: Path, limits: Limits) -> bytes:
    """Return the request line that the child reads from its standard input."""
    return json.dumps({"path": str(path.absolute()), "limits": asdict(limits)}).encode() + b"\n"


def read_request(line: bytes) -> tuple[Path, Limits]:
    """Return path and limits of a request."""
    data = json.loads(line)
    known = {one.name for one in fields(Limits)}
    return Path(data["path"]), Limits(**{key: value for key, value in data["limits"].items() if key in known})
