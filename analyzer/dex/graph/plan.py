"""What a search through the call graph is asked: entry points, and the calls that a platform makes on its own.

Plain data, so that rules (`rules/callgraph/`), the manifest and the search meet here and nowhere else. Descriptors are
``Lpkg/Cls;``, signatures ``Lpkg/Cls;->name(args)ret``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Literal

from analyzer.model.facts import Link
from analyzer.model.record import dataclass

Phase = Literal["start", "user", "system"]
"""When a platform calls a method. ``start``: without the user, as part of starting up or of what start-up code asked
for; ``user``: only after the user has acted; ``system``: without the user, on an event outside of start-up (broadcast,
job, push message). Only ``start`` is followed for *before consent*; all three are for *reachable*."""

LinkKind = Link
"""As `analyzer.model.facts.Link`."""


@dataclass(frozen=True, slots=True)
class CallbackType:
    """A type of the platform, or of a library, whose methods are called on objects of the app's subclasses."""

    type: str
    """Descriptor; ``*`` stands for any part of a name: ``Landroid/view/View$On*Listener;``."""
    methods: Mapping[str, Phase]
    """Method name → phase; ``*`` for every other method that the type declares or a subclass overrides."""
    alive: bool = False
    """Called as soon as an object exists (activities, fragments, views): otherwise only on objects that were handed to
    a method outside of the package, or to a call of `CallRule`."""
    link: LinkKind = "callback"
    """How the chain names it; a ``user`` method is always ``gesture``."""
    made: bool = False
    """Called as soon as the platform itself has made an object: a root, a component that an intent starts, what a
    layout names. An object that code makes waits for a call of `CallRule`."""


@dataclass(frozen=True, slots=True)
class CallRule:
    """A call that makes methods of one of its arguments run: of the platform, or of a library inside the package."""

    method: str
    """Signature, found through subclasses too; ``*`` as the prototype stands for any: ``Ljava/util/Timer;->schedule*``
    is written ``Ljava/util/Timer;->schedule(*``."""
    argument: int
    """Which declared parameter holds the object: 0 is the first one, -1 the receiver."""
    runs: tuple[str, ...]
    """Names of the methods that run; ``*``: those of the parameter's type; ``@La/B;``: all with this annotation."""
    phase: Phase = "start"
    link: LinkKind = "scheduled"
    type: str | None = None
    """The type whose methods run, where it is not the parameter's own: one that the object is of, too, or one of an
    object that it was made with (the ``Runnable`` of a ``Thread``)."""


OWN = -2
"""`ClassRule.argument` of a method whose own code names the classes."""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A call that is given a class (``const-class`` or its constant name) and makes the platform create one."""

    method: str
    """As in `CallRule`; with `OWN` the method of the app's classes that names them."""
    argument: int
    """As in `CallRule`, or `OWN`."""
    base: str | None = None
    """Only subclasses of this type; `None`: the components of the manifest."""
    runs: tuple[str, ...] = ()
    """Methods that run besides the constructor; empty: what `CallbackType` with `alive` says of its types."""
    phase: Phase = "start"
    link: LinkKind = "started"
    sent: tuple[str, ...] = ()
    """Calls that use what was made of the class, as `method`: only components, and in `phase`."""
    later: tuple[str, ...] = ()
    """Calls that keep it for an event that is no part of starting up."""
    unsent: tuple[str, ...] = ()
    """Calls that create nothing; in a method with one of them that neither sends nor keeps, no object is created.
    ``*``: in any method. Otherwise what is made is handed on, and taken to be sent."""
    listed: bool = False
    """The classes are those that ``META-INF/services`` lists for the one that is given."""


@dataclass(frozen=True, slots=True)
class ImplicitCalls:
    """All rules about calls that no instruction of the package makes."""

    types: tuple[CallbackType, ...] = ()
    calls: tuple[CallRule, ...] = ()
    classes: tuple[ClassRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Root:
    """One entry point: an object that the platform creates by itself."""

    kind: str
    """As in `analyzer.model.Access.entry`: ``application``, ``provider``, ``startup``, ``launcher``, ``factory``,
    ``activity``, ``service``, ``receiver``, ``page`` …"""
    owner: str
    """Descriptor of the class; its constructor and initialiser run too."""
    phase: Phase
    methods: Mapping[str, Phase] = field(default_factory=dict)
    """Method name → phase; empty: what `CallbackType` with `alive` says of its types."""


@dataclass(frozen=True, slots=True)
class Inflation:
    """What the platform creates when a layout, menu, navigation graph or preference screen is inflated."""

    classes: tuple[str, ...] = ()
    """Descriptors of views and fragments that the file names."""
    handlers: tuple[str, ...] = ()
    """Method names given by ``android:onClick``: gestures on the activity that shows the layout."""
    later: tuple[str, ...] = ()
    """Descriptors that are named but created only when something else happens: destinations of a navigation graph
    behind the first one, fragments and activities that a preference opens, views of a ``ViewStub``. Only for
    *reachable*, never for *before consent*."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one app's search starts from."""

    roots: tuple[Root, ...]
    implicit: ImplicitCalls
    components: frozenset[str] = frozenset()
    """Descriptors of the enabled components of the manifest: what an intent can start."""
    inflations: Mapping[int, Inflation] = field(default_factory=dict)
    """Resource id (``0x7f…``) → what inflating it creates."""
    by_action: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Intent action → descriptors of enabled components that are not exported and listen to it."""
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Interface → classes that ``META-INF/services`` lists for it (descriptors)."""
    is_library: Callable[[str], bool] = field(default=lambda _: False, repr=False, compare=False)
    """Whether a class (a descriptor) belongs to a library. Library code that calls a listener of the user's acts, such
    as ``onClick``, does so because the user has acted."""
