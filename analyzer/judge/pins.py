"""Until when pinned certificates of a network security configuration hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from analyzer.model import Facts, SecurityFact

_UNTIL = re.compile(r", until (\d{4}-\d{1,2}-\d{1,2})$")


def pins_until(row: SecurityFact) -> date | None:
    """Return the day from which on pins are passed over (``yyyy-MM-dd``); `None`: never, or no day that can be read."""
    found = _UNTIL.search(row.detail) if row.kind == "netconfig.pins" else None
    if found is None:
        return None
    try:
        return date(*map(int, found[1].split("-")))
    except ValueError:
        return None


def days_of_pins(facts: Facts) -> Iterator[date]:
    """Yield the days on which pins of a package end."""
    for row in facts.static.security if facts.static else ():
        until = pins_until(row)
        if until is not None:
            yield until
