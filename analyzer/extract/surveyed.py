"""What the sites of the sweep say, each followed by itself: reads, requests, security facts, calls of SDKs, and whose.

Needs the call graph for what callers pass; how far a row is reached is found out afterwards. So it can run beside the
preparation of that search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.container.package import Package
from analyzer.model.facts import Bundle, PermissionRequest, Sdk, SecurityFact

from . import accesses, reach, requests, security, unread
from .answers import SdkCall, SurveyedCode
from .attribution import attribute, unknown_classes
from .memory import give_back, peak_memory
from .stages import Stages
from .swept import reads_query
from .traces import read_traces

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyzer.dex import DexIndex, Hits
    from analyzer.dex.graph import CallGraph
    from analyzer.model import Component

    from .owners import Owners
    from .sdk_states import SdkCalls


def survey_code(
    index: DexIndex,
    hits: Hits,
    graph: CallGraph | None,
    catalogue: Any,
    owners: Owners,
    calls: SdkCalls,
    components: tuple[Component, ...],
    every: tuple[Component, ...] | None,
    find_sdks: Callable[[], tuple[Sdk, ...]],
) -> SurveyedCode:
    """Look at all sites; what fails becomes a reason. ``every``: the components, `None` if there may be others.

    ``find_sdks`` is done here too, since the way to the chains is the longest and nothing on it asks for SDKs.
    """
    stages, package = Stages(), Package("dex")
    found = accesses.Survey((), ())
    asked_for: tuple[PermissionRequest, ...] = ()
    facts: tuple[SecurityFact, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    sdks: tuple[Sdk, ...] | None = None
    with stages.guarded("accesses", package):
        reads = security.without_own(hits, catalogue, reads_query(catalogue, calls))
        found = accesses.survey(reads, catalogue, owners, every)
        asked_for = requests.find_requests(hits, owners)
        bundles = unread.find_web_views(hits, owners.actor, catalogue.frameworks["webview"].title.zh)
        calls.find(hits, owners)
        for text in reach.computed_reasons(found.computed):
            package.reason("reflection", text)
    with stages.guarded("security", package):
        facts = security.find_in_code(hits, catalogue, owners)
    with stages.guarded("sdks", package):
        sdks = find_sdks()
    index.flow.program.forget_methods()  # hardly any of them is asked for again
    give_back()
    rows = found.accesses
    if graph is not None:
        with stages.guarded("actors", package):
            wanted = unknown_classes((*rows, *asked_for, *facts))
            if wanted:
                # Obfuscated classes that read something: find out whose they are.
                traces = read_traces(graph, index.flow, wanted, catalogue, components)
                owners.adopt(attribute(owners, wanted, traces, catalogue))
                rows = tuple(owners.named(row) for row in rows)
                asked_for = tuple(owners.named(row) for row in asked_for)
                facts = tuple(owners.named(row) for row in facts)
    return SurveyedCode(
        accesses=rows,
        requests=asked_for,
        security=facts,
        bundles=bundles,
        sdks=sdks,
        calls=tuple(SdkCall(sdk=sdk, activity=activity) for sdk, activity in calls.found),
        looked_for=tuple(sorted(calls.looked_for)),
        reasons=tuple(package.reasons),
        seconds=stages.seconds,
        peak_memory=peak_memory(),
    )
