"""The personal-data ledger (个人信息台账): one row for each kind of data that any channel knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analyzer.catalogue import Catalogue
from analyzer.model import Access, Bilingual, Facts, LedgerRow, TrafficFacts, Transmission

from .case import Case
from .confirmation import code_behind
from .settings import WITHOUT_CONSENT


def make_ledger(facts: Facts, catalogue: Catalogue) -> tuple[LedgerRow, ...]:
    """Join the channels, sorted by data id. `None` in a column: not examined, or not decidable from what was."""
    case = Case(facts, {}, catalogue)
    observed: Mapping[str, tuple[Transmission, ...]] = case.by_data()
    permitted = _permitted_data(case)
    filed = facts.filing.personal_data if facts.filing else None
    known = {*case.said, *(filed or ()), *permitted, *case.accesses, *observed}
    return tuple(_row(case, data, observed.get(data, ()), permitted) for data in sorted(known))


def _row(case: Case, data: str, sent: tuple[Transmission, ...], permitted: frozenset[str]) -> LedgerRow:
    rule = case.catalogue.personal_data.get(data)
    reads = case.accesses.get(data, ())
    needs_permission = bool(rule and rule.permissions)
    return LedgerRow(
        data=data,
        title=rule.title if rule else Bilingual(zh=data, en=data),
        category=rule.category if rule else "A13",
        sensitive=case.sensitive(data) or case.for_children,
        necessary=case.necessary(data) if case.types_declared else None,
        declared=_declared(case, data),
        permitted=data in permitted if case.has_manifest and needs_permission else None,
        present=_present(case, reads),
        reachable=_reached(case, reads, ("reachable", "before_consent")),
        before_consent=_reached(case, reads, ("before_consent",)),
        observed=_observed(case.traffic, sent),
        observed_before_consent=_observed_unconsented(case.traffic, sent),
        actors=tuple(sorted({read.actor for read in reads})),
        recipients=tuple(sorted({case.receiver(row) for row in sent})),
        confirmed=tuple(recipient for recipient, _ in code_behind(case, sent)),
    )


def _permitted_data(case: Case) -> frozenset[str]:
    if not case.has_manifest:
        return frozenset()
    rows: Iterable[Any] = case.catalogue.personal_data.values()
    return frozenset(row.id for row in rows if case.held_permissions.intersection(row.permissions))


def _declared(case: Case, data: str) -> bool | None:
    """Filing or policy name it; `None` also where only a general word ("设备信息") or an unread language stands."""
    filed = case.filing.personal_data if case.filing else None
    said = case.said.get(data)
    if said == "yes" or (filed is not None and data in filed):
        return True
    if said == "general" or (case.policy is not None and not case.policy_readable):
        return None
    return False if case.policy is not None or filed is not None else None


def _present(case: Case, reads: tuple[Access, ...]) -> bool | None:
    if reads:
        return True
    return False if case.complete else None


def _reached(case: Case, reads: tuple[Access, ...], levels: tuple[str, ...]) -> bool | None:
    """Answer whether code of these levels is there.

    `None`: no chain was looked for, not all code was read, or the only chains are not certain. That consent seems to
    be tested on the way leaves it open whether the code runs before, not whether it runs at all.
    """
    found = [read for read in reads if read.level in levels]
    certain = {None, "consent_guard"} if "reachable" in levels else {None}
    if any(read.doubt in certain for read in found):
        return True
    if found or not case.complete:
        return None
    return False if case.chains or not reads else None


def _observed(traffic: TrafficFacts | None, sent: tuple[Transmission, ...]) -> bool | None:
    """Not seen is `False` only when known values were looked for and every flow could be looked at."""
    if sent:
        return True
    if traffic is None or traffic.profile is None or traffic.not_analysed or not traffic.flows:
        return None
    return False


def _observed_unconsented(traffic: TrafficFacts | None, sent: tuple[Transmission, ...]) -> bool | None:
    """Sent before the consent mark, or after a refusal; unknown without marks."""
    if any(row.phase in WITHOUT_CONSENT for row in sent):
        return True
    if traffic is None or not {"agreed", "refused"}.intersection(traffic.marks):
        return None
    if any(row.phase == "unknown" for row in sent):
        return None
    return False if sent or _observed(traffic, sent) is False else None
