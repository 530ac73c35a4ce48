"""Which rules have judged on this record, and since when: a worker that was forgotten at an upgrade must not judge.

Rules are named by their hash, which has no order; the order is that in which the registry first saw them. Two workers
with different rules would open and retract the same findings in turns, and accuse and acquit by whose turn it is.
"""

from __future__ import annotations

import time
from datetime import datetime

from sqlmodel import select

from registry_api.audits.models import RuleSet
from registry_api.db import insert_missing, now
from registry_api.registry import Registry

_LOOK_SECONDS = 15.0
_looked: dict[tuple[str, str], tuple[float, datetime | None]] = {}
"""(database, rules) → when was looked, and since when newer rules are in use."""


def newer_since(registry: Registry) -> datetime | None:
    """Return since when rules that came after this process's have judged here; `None`: ours are the newest.

    Rules that were never seen are noted as the newest. With `Settings.older_rules` older ones may judge: an operator
    who goes back to a former release says so.
    """
    if registry.settings.older_rules:
        return None
    rules = registry.analysis.rules_version()
    key, moment = (registry.settings.url, rules), time.monotonic()
    if key in _looked and moment - _looked[key][0] < _LOOK_SECONDS:
        return _looked[key][1]
    with registry.database.read() as session:
        known = {row.rules: row.first_seen_at for row in session.exec(select(RuleSet)).all()}
    if rules not in known:
        with registry.database.write() as session:
            insert_missing(session, RuleSet, rules=rules, first_seen_at=now())
        _looked.clear()
        return None
    newer = [seen for other, seen in known.items() if other != rules and seen > known[rules]]
    found = min(newer, default=None)
    _looked[key] = (moment, found)
    return found
