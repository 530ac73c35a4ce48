"""What a manifest declares in full: components with their filters and meta-data, and the application's own classes.

The report shows `analyzer.model.Component`; this is what a search for entry points needs besides.
"""

from __future__ import annotations

from typing import Literal

from analyzer.model.record import dataclass

MAIN = "android.intent.action.MAIN"
LAUNCHERS = frozenset({"android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER"})

Tag = Literal["activity", "activity-alias", "service", "receiver", "provider"]


@dataclass(frozen=True, slots=True)
class Filter:
    """An ``<intent-filter>``."""

    actions: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    has_data: bool = False
    """Whether it asks for a scheme, host, path or MIME type besides."""

    @property
    def launches(self) -> bool:
        """Whether it puts an activity among the apps to start."""
        return MAIN in self.actions and bool(self.categories & LAUNCHERS)


@dataclass(frozen=True, slots=True)
class MetaData:
    """A ``<meta-data>`` element of a component."""

    name: str
    value: str = ""
    """The text or number, references resolved; '' where there is none."""
    resource: int | None = None
    """The resource id of ``android:resource``."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A component. Names are complete class names."""

    tag: Tag
    name: str
    exported: bool
    enabled: bool
    """Of its own and of the application; a resource is taken as a phone of the newest release takes it."""
    target: str | None = None
    """The activity behind an alias."""
    permission: str | None = None
    filters: tuple[Filter, ...] = ()
    metadata: tuple[MetaData, ...] = ()
    authorities: str = ""
    elsewhere: bool = False
    """It runs in another process than the application's own."""
    app_zygote: bool = False
    """A service whose processes are forked from one that the app prepares (``android:useAppZygote``)."""

    @property
    def code(self) -> str:
        """The class that runs: of an alias, its target."""
        return (self.target or self.name) if self.tag == "activity-alias" else self.name


@dataclass(frozen=True, slots=True)
class ApplicationClasses:
    """Classes that ``<application>`` names, complete; `None` is not stated."""

    enabled: bool = True
    application: str | None = None
    factory: str | None = None
    backup_agent: str | None = None
    backup: bool = True
    """Whether the backup agent is ever called: backups are allowed, or the release ignores that they are not."""
    manage_space: str | None = None
    zygote_preload: str | None = None
    metadata: tuple[MetaData, ...] = ()
    """Of the application itself, not of its components."""
