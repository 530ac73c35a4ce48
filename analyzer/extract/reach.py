"""How far code that reads personal data is reached: from which entry point, by which chain, before consent or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from analyzer.dex.flow.examiner import CONSENT_GUARD, Examiner, SdkCalls, Switch
from analyzer.dex.flow.linked import Linked
from analyzer.dex.graph import CallbackType, CallRule, ClassRule, ImplicitCalls, Reach, build_graph
from analyzer.model.record import dataclass

from .promised import promised_platform

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.callgraph import CallGraphRules
    from analyzer.dex import DexIndex, Hits
    from analyzer.dex.graph import CallGraph
    from analyzer.dex.graph.program import Program
    from analyzer.model import Access, Component, PermissionRequest, SdkActivity, SecurityFact

    from .reflection import Computed

    type Row = Access | PermissionRequest | SecurityFact | SdkActivity

Place = tuple[int, int, int]


class Rows(NamedTuple):
    """What stands in code and has a level."""

    accesses: tuple[Access, ...]
    requests: tuple[PermissionRequest, ...]
    security: tuple[SecurityFact, ...] = ()
    """Those of a manifest or a file have no caller, and no level."""
    calls: tuple[tuple[str, SdkActivity], ...] = ()
    """SDKs with the calls that concern them."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The rows with their levels and chains, and what could not be followed."""

    rows: Rows
    complete: bool
    """Whether every step of every chain was examined."""
    problems: tuple[str, ...]


def implicit_calls(catalogue: Catalogue) -> ImplicitCalls:
    """Return the rules about calls that no instruction makes, as the call graph takes them."""
    return _implicit(catalogue.callgraph)


@lru_cache(maxsize=2)
def _implicit(rules: CallGraphRules) -> ImplicitCalls:
    tables = rules.implicit
    return ImplicitCalls(
        tuple(CallbackType(*row) for row in tables.types),  # type: ignore[arg-type]  # the rules are linted for these words
        tuple(CallRule(*row) for row in tables.calls),  # type: ignore[arg-type]  # same
        tuple(ClassRule(*row) for row in tables.classes),  # type: ignore[arg-type]  # same
    )


def link(index: DexIndex, catalogue: Catalogue, components: Iterable[Component] = ()) -> CallGraph:
    """Build the call graph, and let data flow ask it for callers from now on."""
    platform = promised_platform(index, components, catalogue.callgraph)
    graph = build_graph(index, platform)
    index.flow.use(Linked(graph, index.flow.program, platform))
    return graph


def follow(
    index: DexIndex,
    graph: CallGraph,
    hits: Hits,
    found: Rows,
    program: Program,
    catalogue: Catalogue,
    *,
    sdk_of: Callable[[str], str | None],
) -> Followed:
    """Give each access, request, security fact and call that concerns an SDK its level, and the chain that shows it."""
    rules, places = catalogue.callgraph, _places(hits)
    rows: list[Row] = [*found.accesses, *found.requests, *found.security, *(row for _, row in found.calls)]
    examiner = Examiner(
        index.flow, graph, rules.platform, rules.guards, _sdk_calls(rules, sdk_of), _holders(program.plan.implicit)
    )
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.caller.startswith(("L", "[")) and _runs(row, graph):
            wanted.setdefault(row.caller, set()).update(row.offsets)
    reach = graph.search(program, [(caller, sorted(at)) for caller, at in sorted(wanted.items())], examiner)

    def levelled[T: Row](row: T) -> T:
        return _with_level(row, reach, examiner, places) if row.caller and _runs(row, graph) else row

    return Followed(
        Rows(
            tuple(map(levelled, found.accesses)),
            tuple(map(levelled, found.requests)),
            tuple(map(levelled, found.security)),
            tuple((sdk, levelled(row)) for sdk, row in found.calls),
        ),
        reach.complete,
        tuple(f"{problem.dex}: {problem.why}" if problem.dex else problem.why for problem in graph.problems),
    )


def _runs(row: Row, graph: CallGraph) -> bool:
    """Tell whether a row is of the copy of its class that is loaded: of two, the platform takes the first file's."""
    return graph.runs_from(row.caller) in (None, row.dex)


def _holders(implicit: ImplicitCalls) -> Mapping[str, frozenset[str]]:
    """Return class → types of what its objects are made with and run once a method of theirs is called."""
    found: dict[str, frozenset[str]] = {}
    for rule in implicit.calls:
        if rule.type is not None and rule.argument < 0:
            owner = rule.method.partition("->")[0]
            found[owner] = found.get(owner, frozenset()) | {rule.type}
    return found


def _places(hits: Hits) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Return (file, caller) → (number of the file, code item)."""
    return {(site.dex, site.caller): (site.part, site.item) for site in hits.sites if site.item >= 0}


def _sdk_calls(rules: CallGraphRules, sdk_of: Callable[[str], str | None]) -> SdkCalls:
    switches = tuple(
        Switch(call, switch.argument, switch.stops, sdk)
        for call, switch in sorted(rules.switches.items())
        for sdk in (switch.sdk, *switch.also)
    )
    return SdkCalls(frozenset(rules.preinit), switches, sdk_of)


def _with_level[T: Row](
    row: T, reach: Reach, examiner: Examiner, places: Mapping[tuple[str, str], tuple[int, int]]
) -> T:
    level = reach.level(row.caller) if row.caller in reach.signatures else "present"
    chain = reach.chain(row.caller) if level != "present" else None
    if chain is None:
        return row
    doubt, guard = chain.doubt, chain.text or None
    if doubt is None and level == "before_consent":
        own = _own_guard(row, examiner, places)
        if own is not None:
            doubt, guard = CONSENT_GUARD, own
    return replace(
        row, level=level, chain=chain.methods, links=chain.links, entry=chain.entry, doubt=doubt, guard=guard
    )  # fmt: skip


def _own_guard(row: Row, examiner: Examiner, places: Mapping[tuple[str, str], tuple[int, int]]) -> str | None:
    """Return the test of a consent flag that decides over all reads of a row, inside the reading method itself."""
    place = places.get((row.dex, row.caller))
    if place is None or not row.offsets:
        return None
    found = examiner.read_guard((*place, offset) for offset in row.offsets)
    return found.text if found is not None else None


def computed_reasons(found: Iterable[Computed], shown: int = 5) -> list[str]:
    """Return sentences for members that app code looks up by names which cannot be read."""
    rows = sorted({(one.caller, one.what) for one in found})
    texts = [f"{caller}: {what}" for caller, what in rows[:shown]]
    if len(rows) > shown:
        texts.append(f"{len(rows) - shown} more places")
    return texts
