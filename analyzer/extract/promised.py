"""What the manifest says of classes whose ancestors no file defines: an activity is one, whoever stands above it.

A superclass is missing where a split is, where it comes from a shared library, or where code is loaded at run time.
What the platform calls on such a component is still certain, so the first missing ancestor is taken for its type.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.catalogue.callgraph import CallGraphRules
    from analyzer.dex import DexIndex
    from analyzer.dex.graph import Platform
    from analyzer.model import Component


class _Promised:
    """A platform with some more classes, of which only their superclass is known."""

    def __init__(self, platform: Platform, above: Mapping[str, tuple[str, ...]]) -> None:
        self._platform, self._above = platform, above

    def known(self, descriptor: str) -> bool:
        return self._platform.known(descriptor)

    def supers(self, descriptor: str) -> tuple[str, ...]:
        return self._above.get(descriptor) or self._platform.supers(descriptor)

    def methods(self, descriptor: str) -> Collection[str]:
        return self._platform.methods(descriptor)

    def callbacks(self, descriptor: str) -> Collection[str]:
        return self._platform.callbacks(descriptor)


def promised_platform(index: DexIndex, components: Iterable[Component], rules: CallGraphRules) -> Platform:
    """Return the platform with the missing superclasses of components below the types that their kinds demand.

    One that two kinds of components descend from says nothing of either and is left out.
    """
    found: dict[str, set[tuple[str, ...]]] = {}
    for one in components:
        rule = rules.entries.get(one.kind)
        above = index.unknown_ancestor(f"L{one.name.replace('.', '/')};") if rule is not None else None
        if rule is not None and above is not None and not rules.platform.known(above):
            found.setdefault(above, set()).add(rule.types)
    promised = {above: next(iter(types)) for above, types in found.items() if len(types) == 1}
    promised.pop("Ljava/lang/Object;", None)
    return _Promised(rules.platform, promised) if promised else rules.platform
