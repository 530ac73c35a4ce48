"""Self-start and associated start (164-6): the manifest only suggests it, a dynamic log proves it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_component, of_policy
from analyzer.judge.hits import Hit, check
from analyzer.judge.names import listed
from analyzer.judge.settings import SELF_START
from analyzer.judge.weaknesses import facts_of, kinds_of, shown, titles
from analyzer.model import Bilingual, Severity, Status

SEVERAL_MEANS = 3
"""Kinds of means to stay alive that together are more than one function's need."""


@check("START.SELF")
def self_start(case: Case) -> Iterator[Hit]:
    """Receivers of system broadcasts that start the app, with no statement on it in the policy (POL-17)."""
    if case.static is None or not case.has_manifest:
        return
    if _explained(case):
        return
    rows = [
        row
        for row in case.static.components
        if row.kind == "receiver" and row.enabled and SELF_START.intersection(row.actions)
    ]
    if rows:
        stated = (
            (of_policy(case.policy, Bilingual(zh="自启动说明", en="a statement on self-start")),)
            if case.policy_readable and case.policy
            else ()
        )
        yield Hit(
            subject="self_start",
            status=Status.SUSPECTED,
            evidence=(*in_order(map(of_component, rows)), *stated),
            values={"receivers": len(rows)},
        )


def _explained(case: Case) -> bool:
    return bool(case.policy and any(point.id == "POL-17" and point.found for point in case.policy.points))


@check("START.WOKEN")
def woken(case: Case) -> Iterator[Hit]:
    """Services that any app can start in a process of their own: how push SDKs wake each other."""
    rows = facts_of(case, *kinds_of(case, "START.WOKEN"))
    if rows and not _explained(case):
        names = (row.detail.partition(":")[0] for row in rows)
        yield Hit(
            subject="woken",
            status=Status.SUSPECTED,
            evidence=shown(rows),
            values={"services": listed(name.rpartition(".")[2] for name in names)},
        )


@check("START.KEEP_ALIVE")
def keep_alive(case: Case) -> Iterator[Hit]:
    """Alarms, jobs, synchronisation and settings that bring the app back; several kinds together weigh more."""
    rows = facts_of(case, *kinds_of(case, "START.KEEP_ALIVE"))
    rows = tuple(row for row in rows if not row.caller or row.level != "present" or not case.searched)
    if rows and not _explained(case):
        kinds = {row.kind for row in rows}
        yield Hit(
            subject="keep_alive",
            status=Status.SUSPECTED,
            severity=Severity.LOW if len(kinds) >= SEVERAL_MEANS else Severity.INFO,
            evidence=shown(rows),
            values={"means": titles(case, rows)},
        )
