"""Whether an SDK that is present is also started, or switched off: present is not active.

The calls are those of the rule files. Only what is reached counts; that nothing reaches them is said only where the
class with the call is there under its own name and every chain was followed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import Component, Sdk, SdkActivity
from analyzer.model.base import Record
from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.callgraph import Switch
    from analyzer.dex import DexIndex, Hits, Query, Site
    from analyzer.model import SdkEffect, SdkState

    from .owners import Owners

_MOST = 8
"""Activities shown of one SDK."""
_LEVELS = ("before_consent", "reachable", "present")
_STARTUP = ("androidx.startup.InitializationProvider", "androidx.startup")
_ANY = "(*"
_WORDS: Mapping[tuple[str, bool], SdkEffect] = {
    ("collection", True): "stops",
    ("collection", False): "allows",
    ("start", True): "holds",
    ("start", False): "starts",
}
"""What a manifest switch is about, whether it is off → its effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCalls(Record):
    """Which of the rules' calls the code may make."""

    starts: dict[str, str]
    """Signature → SDK that it starts."""
    switches: dict[str, str]
    """Signature → call of the rules."""
    looked_for: tuple[str, ...]
    """See `SdkCalls`; sorted."""


NO_CALLS = KnownCalls(starts={}, switches={}, looked_for=())


class SdkCalls:
    """The calls of the rules that the code may make, each with the SDKs that it concerns."""

    def __init__(self, known: KnownCalls, catalogue: Catalogue) -> None:
        """Take which calls there may be."""
        self.starts: dict[str, str] = dict(known.starts)
        self.switches: dict[str, Switch] = {
            signature: catalogue.callgraph.switches[call] for signature, call in known.switches.items()
        }
        self.looked_for: set[str] = set(known.looked_for)
        """SDKs of which a class with a start call is defined under its own name."""
        self.found: tuple[tuple[str, SdkActivity], ...] = ()
        """SDK and activity for every call in the code, one for each (SDK, call, caller, effect)."""
        self.all_followed = False
        """Whether `found` has the levels of the call graph, and every chain was followed."""

    def query(self) -> Query:
        """Return the question for the sweep over the code."""
        from analyzer.dex import Query  # noqa: PLC0415  # an audit without code does not need it

        return Query(methods=frozenset((*self.starts, *self.switches)))

    def find(self, hits: Hits, owners: Owners) -> None:
        """Fill `found`. A call that an SDK makes of itself counts only once something else has started it."""
        found: dict[tuple[str, str, str, SdkEffect, str], list[int]] = defaultdict(list)
        for site in hits.of("call"):
            start, caller = self.starts.get(site.target), owners.sdk(site.caller.partition("->")[0])
            if start is not None and caller is not None and caller != start and owners.are_siblings(caller, start):
                self.looked_for.discard(start)  # its vendor's other code may start it: nobody knows
            elif start is not None and caller != start:
                found[start, site.target, site.caller, "starts", site.dex].append(site.offset)
            switch = self.switches.get(site.target)
            if switch is not None and caller != switch.sdk:
                effect = _effect(site, switch)
                for sdk in (switch.sdk, *switch.also):
                    found[sdk, site.target, site.caller, effect, site.dex].append(site.offset)
        self.found = tuple(
            (
                sdk,
                SdkActivity(
                    kind="call", value=call, effect=effect, caller=caller, dex=dex, offsets=tuple(sorted(offsets))
                ),
            )
            for (sdk, call, caller, effect, dex), offsets in sorted(found.items())
        )

    def take(self, found: tuple[tuple[str, SdkActivity], ...], *, complete: bool) -> None:
        """Take over the levels that the call graph gave; ``complete``: every chain was followed."""
        self.found, self.all_followed = found, complete


def look_up(index: DexIndex, catalogue: Catalogue) -> KnownCalls:
    """Look the rules' calls up in the code: a call of a class that the code does not define cannot run."""
    starts, switches, looked_for = dict[str, str](), dict[str, str](), set[str]()
    for call, sdk in catalogue.sdk_index.init_calls().items():
        signatures = _defined(index, call)
        if signatures is not None:
            looked_for.add(sdk)
            starts.update(dict.fromkeys(sorted(signatures), sdk))
    for call in catalogue.callgraph.switches:
        switches.update(dict.fromkeys(sorted(_defined(index, call) or ()), call))
    return KnownCalls(starts=starts, switches=switches, looked_for=tuple(sorted(looked_for)))


def _defined(index: DexIndex, call: str) -> set[str] | None:
    """Return the signatures that a call of the rules stands for; `None` when its class is not defined."""
    owner, _, rest = call.partition("->")
    if not index.defines(owner):
        return None
    return index.signatures(owner, rest.removesuffix(_ANY)) if call.endswith(_ANY) else {call}


def _effect(site: Site, switch: Switch) -> SdkEffect:
    if switch.argument is None:
        return "stops" if switch.stops else "allows"
    value = site.argument(switch.argument)
    if value.kind != "int":
        return "unclear"
    return "stops" if (value.text != "0") == switch.stops else "allows"


def add_states(
    found: Iterable[Sdk],
    calls: SdkCalls,
    catalogue: Catalogue,
    components: Iterable[Component],
    metadata: Mapping[str, str],
) -> tuple[Sdk, ...]:
    """Return the SDKs with their states."""
    activity: dict[str, list[SdkActivity]] = defaultdict(list)
    for sdk, one in calls.found:
        activity[sdk].append(one)
    for sdk, one in _declared(catalogue, components, metadata):
        activity[sdk].append(one)
    complete = calls.looked_for if calls.all_followed else frozenset[str]()
    return tuple(_with_state(sdk, activity.get(sdk.id, []), looked_for=sdk.id in complete) for sdk in found)


def _declared(
    catalogue: Catalogue, components: Iterable[Component], metadata: Mapping[str, str]
) -> Iterable[tuple[str, SdkActivity]]:
    """Yield what the manifest itself starts or turns off."""
    enabled = {one.name: one for one in components if one.enabled}
    for name in sorted(enabled):
        for sdk in catalogue.sdk_index.started_by(name) if enabled[name].kind == "provider" else ():
            yield sdk, SdkActivity(kind="component", value=name, effect="starts", level="before_consent")
    for key, value in sorted(metadata.items()):
        for sdk in catalogue.sdk_index.started_by(key) if value == _STARTUP[1] and _STARTUP[0] in enabled else ():
            yield sdk, SdkActivity(kind="metadata", value=key, effect="starts", level="before_consent")
        switch = catalogue.sdk_index.manifest_switch(key)
        if switch is not None:
            stated = is_true(value)
            effect: SdkEffect = "unclear"
            if stated is not None:
                off = stated == (switch[1] == "true")
                effect = _WORDS[switch[2], off]
            yield switch[0], SdkActivity(kind="metadata", value=shown(f"{key}={value}"), effect=effect)


def is_true(value: str) -> bool | None:
    """Return what a boolean of the manifest says, as binary XML gives it; `None` for anything else."""
    text = value.strip().lower()
    if text in {"true", "1", "-1", "4294967295"}:
        return True
    return False if text in {"false", "0"} else None


def _with_state(sdk: Sdk, rows: list[SdkActivity], *, looked_for: bool) -> Sdk:
    rows = sorted(rows, key=lambda row: (_LEVELS.index(row.level), row.effect, row.value, row.caller, row.dex))
    live = [row for row in rows if row.level != "present" or row.kind == "metadata"]
    effects = {row.effect for row in live}
    if "holds" in effects:  # it does not start by itself
        effects = {row.effect for row in live if row.kind == "call" or row.effect != "starts"}
    state: SdkState | None = None
    if "stops" in effects and not effects & {"allows", "unclear"}:
        state = "switched_off"
    elif "starts" in effects:
        state = "initialised"
    elif "holds" in effects:
        state = "switched_off"
    elif looked_for:
        state = "present"
    return replace(sdk, state=state, activity=tuple((live or rows)[:_MOST]))
