"""The whole comparison: every area, in the order in which a person must look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

from analyzer.model import Diff, Difference, DiffNote, DiffSummary, Renamed, Severity, record_json
from analyzer.model.difference import Area, DifferenceKind

from .contents import (
    compare_anomalies,
    compare_bundles,
    compare_coverage,
    compare_packers,
    compare_sdks,
    compare_security,
    compare_strings,
    compare_transmissions,
)
from .endpoints import compare_endpoints
from .findings import compare_findings, with_origin
from .identity import compare_identity, compare_signers
from .making import ordered
from .manifest import compare_components, compare_flags, compare_permissions
from .notes import notes_of
from .reads import compare_accesses, compare_requests
from .version import Version

AREAS: tuple[Area, ...] = get_args(Area)
KINDS: tuple[DifferenceKind, ...] = get_args(DifferenceKind)
_BY_RULES = frozenset({"packers", "findings", "requests", "accesses", "sdks", "bundles", "security", "strings"})
"""Areas in which the rules decide what is seen at all."""
_BY_ENGINE = frozenset(AREAS) - {"identity"}


def compare(old: Version, new: Version, *, tool: str, extra_notes: Iterable[DiffNote] = ()) -> Diff:
    """Return all differences of two versions. Pure; the order of rows in a report, and rows given twice, say nothing.

    ``tool`` is our own version; ``extra_notes`` are what was done to make the two sides comparable.
    """
    reads, requests = compare_accesses(old, new), compare_requests(old, new)
    components, renamed_components = compare_components(old, new)
    hidden = (reads.hidden[0] | requests.hidden[0], reads.hidden[1] | requests.hidden[1])
    findings, renamed_findings = compare_findings(old, new, renamed_components, hidden)
    both = old.static and new.static
    found: list[Difference] = [
        *compare_identity(old, new),
        *compare_signers(old, new),
        *compare_coverage(old, new),
        *compare_packers(old, new),
        *compare_anomalies(old, new),
        *findings,
        *compare_transmissions(old, new),
        *compare_permissions(old, new),
        *(requests.differences if both else ()),
        *(reads.differences if both else ()),
        *compare_sdks(old, new, hidden),
        *compare_bundles(old, new),
        *compare_security(old, new),
        *compare_endpoints(old, new),
        *components,
        *compare_flags(old, new),
        *compare_strings(old, new),
    ]
    differences = _sorted(_origin(one, old, new) for one in found)
    renamed = (*reads.renamed, *requests.renamed, *renamed_components, *renamed_findings) if both else ()
    names = tuple(sorted(set(renamed), key=lambda row: (AREAS.index(row.area), record_json(row))))
    return Diff(
        tool=tool,
        old=old.side,
        new=new.side,
        notes=(*notes_of(old, new), *extra_notes),
        summary=_summary(differences, names, complete=old.code and new.code),
        differences=differences,
        renamed=names,
        sdk_names={row.id: row.name for each in (old, new) for row in ordered(each.report.sdks)},
    )


def _origin(found: Difference, old: Version, new: Version) -> Difference:
    engine = old.report.run.engine != new.report.run.engine and found.area in _BY_ENGINE
    rules = old.facts_rules != new.facts_rules and found.area in _BY_RULES
    if found.area == "findings":
        rules = rules or old.report.run.rules != new.report.run.rules
    same = old.static and old.report.artifact.sha256 == new.report.artifact.sha256
    channel = found.area in {"findings", "transmissions"} and old.side.channels != new.side.channels
    return with_origin(found, rules=rules, engine=engine, same=same and (rules or engine) and not channel)


def _sorted(found: Iterable[Difference]) -> tuple[Difference, ...]:
    def place(row: Difference) -> tuple[int, int, int, str, bytes]:
        return row.weight.rank, AREAS.index(row.area), KINDS.index(row.kind), row.subject, record_json(row)

    return tuple(sorted(found, key=place))


def _summary(found: tuple[Difference, ...], renamed: tuple[Renamed, ...], *, complete: bool) -> DiffSummary:
    kinds = Counter(row.kind for row in found)
    weights = Counter(row.weight for row in found)
    verdict: Literal["same", "changed", "unsure"] = "changed" if found else ("same" if complete else "unsure")
    return DiffSummary(
        verdict=verdict,
        kinds={kind: kinds[kind] for kind in KINDS},
        weights={weight.value: weights[weight] for weight in Severity},
        renamed=sum(row.count for row in renamed),
    )
