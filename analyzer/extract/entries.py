"""Where code begins to run without being called: what the manifests of base and splits make the platform create.

Who is a root:
- the application class, the component factory and every enabled provider: they run before everything else, but a
  provider of another process only when that process starts, which is the system's business;
- classes that a library's provider reads from meta-data, such as start-up initialisers;
- activities that a launcher shows, also behind an alias (an alias counts by its own switch, not by its target's);
- other enabled activities that are exported, which by default a filter makes them: the user opens them;
- other enabled services and receivers that are exported or have an intent filter: the system itself, which starts them,
  delivers to filters whether they are exported or not;
- activities that the system opens for the user whatever they say: the one that manages storage, targets of launcher
  shortcuts, screens that settings and widgets name;
- the backup agent, unless the app forbids backups, and the class that prepares the zygote, if a service asks for it.

Whatever is disabled, or that only an intent of the app could start, is no root; the latter stands in `Plan.components`.
Components that code enables at run time count as disabled. An app without a manifest has no roots. For the manifest of
a library the same holds as for an app's, since the build merges it into that of the app.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from analyzer.container.declared import MAIN, Declared
from analyzer.container.screens import Screen, descriptor_of
from analyzer.dex.graph.plan import Inflation, Phase, Plan, Root

if TYPE_CHECKING:
    from analyzer.catalogue.callgraph import EntryKind, Initializer
    from analyzer.container.manifest import Manifest
    from analyzer.dex.graph.plan import ImplicitCalls

HOME = "android.intent.category.HOME"
PLATFORM_ACTIONS = ("android.", "com.android.")
STARTERS = {
    "com.google.firebase.components.ComponentDiscoveryService": "com.google.firebase.provider.FirebaseInitProvider",
    "com.google.mlkit.common.internal.MlKitComponentDiscoveryService": (
        "com.google.mlkit.common.internal.MlKitInitProvider"
    ),
}
"""Component whose meta-data names classes → the provider that creates them at start-up. Apps that remove the provider
start the library themselves, later."""
APPLICATION = "application"
_ORDER: dict[str, int] = {"start": 0, "system": 1, "user": 2}


class EntryRules(Protocol):
    """What is asked of `analyzer.catalogue.callgraph.CallGraphRules`."""

    @property
    def entries(self) -> Mapping[str, EntryKind]:
        """Kinds of entry points."""

    @property
    def initializers(self) -> tuple[Initializer, ...]:
        """Libraries that start classes which the manifest names."""


class Inflations(Mapping[int, Inflation]):
    """`Screen` by resource id as the graph wants it, made when it is asked for."""

    def __init__(self, screens: Mapping[int, Screen]) -> None:
        self._screens = screens

    def __getitem__(self, reference: int) -> Inflation:
        """Return what inflating a resource creates. Raises `KeyError` for an id of another type."""
        screen = self._screens[reference]
        return Inflation(
            tuple(sorted(screen.classes)), tuple(sorted(screen.handlers)), later=tuple(sorted(screen.later))
        )

    def __contains__(self, reference: object) -> bool:
        return reference in self._screens

    def __iter__(self) -> Iterator[int]:
        """Yield the ids, ascending."""
        return iter(self._screens)

    def __len__(self) -> int:
        return len(self._screens)


def find_plan(
    manifests: Sequence[Manifest],
    rules: EntryRules,
    implicit: ImplicitCalls,
    screens: Mapping[int, Screen] | None = None,
) -> Plan:
    """Return what a search starts from; ``manifests`` are those of the base, then of its splits.

    ``screens`` are the app's inflatable resources (`analyzer.container.layouts.Layouts`). Names that are no class names
    are left out; whether a class exists is the graph's business.
    """
    screens = screens or {}
    if not manifests:
        return Plan((), implicit, inflations=Inflations(screens))
    found = _Roots(manifests, rules, screens)
    enabled = found.enabled
    return Plan(
        found.collect(),
        implicit,
        components=frozenset(
            name for one in enabled if one.tag != "activity-alias" and (name := descriptor_of(one.name))
        ),
        inflations=Inflations(screens),
        by_action=_by_action(enabled),
    )


class _Roots:
    def __init__(self, manifests: Sequence[Manifest], rules: EntryRules, screens: Mapping[int, Screen]) -> None:
        self.application = manifests[0].application
        self.rules, self.screens = rules, screens
        on = self.application.enabled
        self.enabled = [one for each in manifests for one in each.declared if on and one.enabled]
        self.roots: dict[str, Root] = {}

    def collect(self) -> tuple[Root, ...]:
        """Return one root for each class, in order of phase, kind and name."""
        if self.application.enabled:
            self._application()
            self._initializers()
            for one in self.enabled:
                self._component(one)
            self._opened_by_the_system()
        kinds = {kind: place for place, kind in enumerate(self.rules.entries)}
        return tuple(
            sorted(self.roots.values(), key=lambda one: (_ORDER[one.phase], kinds.get(one.kind, 0), one.owner))
        )

    def _add(self, kind: str, name: str | None, *, late: bool = False, methods: Iterable[str] = ()) -> None:
        """Add a root of a kind of the rules; of two for one class the earlier phase counts."""
        owner = descriptor_of(name) if name else None
        if owner is None:
            return
        rule = self.rules.entries[kind]
        phase: Phase = "system" if late else rule.phase  # type: ignore[assignment]  # the rules know these words only
        runs = dict.fromkeys(methods, phase)
        for method, its in rule.methods.items() if not runs else ():
            # What belongs to the start of a late object is late, too.
            runs[method] = phase if _ORDER[phase] > _ORDER[its] else its  # type: ignore[assignment]  # same words
        known = self.roots.get(owner)
        if known is None or _ORDER[phase] < _ORDER[known.phase]:
            self.roots[owner] = Root(kind, owner, phase, runs)

    def _application(self) -> None:
        given = self.application
        self._add("factory", given.factory)
        self._add("application", given.application)
        if given.backup:
            self._add("backup", given.backup_agent)
        if any(one.app_zygote for one in self.enabled):
            self._add("zygote_preload", given.zygote_preload)

    def _initializers(self) -> None:
        """Add the classes that libraries find in meta-data: at the start where a provider looks for them."""
        providers = {one.name: one for one in self.enabled if one.tag == "provider" and not one.elsewhere}
        places = [(one.name, one.metadata) for one in self.enabled]
        places.append((APPLICATION, self.application.metadata))
        for rule in self.rules.initializers:
            starter = providers.get(STARTERS.get(rule.provider, rule.provider))
            for place, metadata in places:
                if place != rule.provider and not _is_startup(rule, place, providers):
                    continue
                for one in metadata:
                    named, other = (one.name, one.value) if rule.names == "key" else (one.value, one.name)
                    name = named.rpartition(":")[2]  # com.google.firebase.components:<class>
                    if rule.marker is None or other == rule.marker:
                        late = starter is None and place not in providers
                        self._add("startup", name, late=late, methods=rule.runs)

    def _component(self, one: Declared) -> None:
        if one.tag == "provider":
            self._add("provider", one.name, late=one.elsewhere)
        elif one.tag in {"activity", "activity-alias"}:
            if any(each.launches or (MAIN in each.actions and HOME in each.categories) for each in one.filters):
                self._add("launcher", one.code)
            elif one.exported:
                self._add("activity", one.code)
        elif one.exported or one.filters:
            self._add(one.tag, one.name)

    def _opened_by_the_system(self) -> None:
        """Add activities that the user reaches through the launcher, settings and widgets although they are private."""
        names = {descriptor_of(one.name): one.name for one in self.enabled if one.tag == "activity"}
        wanted = {descriptor_of(self.application.manage_space or "")}
        for one in self.enabled:
            for each in one.metadata:
                screen = self.screens.get(each.resource) if each.resource is not None else None
                if screen is not None:
                    wanted |= screen.later
        for owner in sorted(name for name in wanted if name in names and name):
            self._add("activity", names[owner])


def _is_startup(rule: Initializer, place: str, providers: Mapping[str, Declared]) -> bool:
    """Tell whether a provider stands in for the rule's own: an app's subclass of it, with the authority of its kind."""
    one = providers.get(place)
    return (
        one is not None
        and rule.marker == "androidx.startup"
        and any(each.endswith(".androidx-startup") for each in one.authorities.split(";"))
    )


def _by_action(enabled: Sequence[Declared]) -> dict[str, tuple[str, ...]]:
    """Return action → classes that an implicit intent of the app can start.

    An exported component listens to the actions of the app itself just as a private one; but to what the platform
    defines (``VIEW``, ``SEND``), or what asks for a certain address besides, any other app may answer.
    """
    found: dict[str, set[str]] = {}
    for one in enabled:
        owner = descriptor_of(one.code)
        if owner is None or one.tag == "provider":
            continue
        for each in one.filters:
            for action in each.actions:
                if not action.startswith(PLATFORM_ACTIONS) or not (one.exported or each.has_data or action == MAIN):
                    found.setdefault(action, set()).add(owner)
    return {action: tuple(sorted(owners)) for action, owners in sorted(found.items())}
