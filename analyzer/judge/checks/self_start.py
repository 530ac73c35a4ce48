"""Self-start and associated start (164-6): the manifest only suggests it, a dynamic log proves it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_component, of_policy
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import SELF_START
from analyzer.model import Bilingual, Status


@check("START.SELF")
def self_start(case: Case) -> Iterator[Hit]:
    """Receivers of system broadcasts that start the app, with no statement on it in the policy (POL-17)."""
    if case.static is None or not case.has_manifest:
        return
    if case.policy and any(point.id == "POL-17" and point.found for point in case.policy.points):
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
