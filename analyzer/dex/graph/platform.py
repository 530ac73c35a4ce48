"""What the graph must know of the platform's own classes, which no DEX file of an app carries."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class Platform(Protocol):
    """Look-ups by descriptor (``Lpkg/Cls;``). A type that is not known has nothing above it and no methods."""

    def known(self, descriptor: str) -> bool:
        """Whether there is such a class or interface."""

    def supers(self, descriptor: str) -> tuple[str, ...]:
        """Return the superclass, then the interfaces."""

    def methods(self, descriptor: str) -> Collection[str]:
        """Return what a subclass can override, inherited methods too: ``name(args)ret``, or ``name(*`` for any."""

    def callbacks(self, descriptor: str) -> Collection[str]:
        """Return what a subclass of an interface or abstract class must implement, written likewise; else nothing."""


class NoPlatform:
    """A platform of which nothing is known."""

    def known(self, descriptor: str) -> bool:  # noqa: ARG002  # the answer is the same for all
        """Return false."""
        return False

    def supers(self, descriptor: str) -> tuple[str, ...]:  # noqa: ARG002  # as above
        """Return nothing."""
        return ()

    def methods(self, descriptor: str) -> Collection[str]:  # noqa: ARG002  # as above
        """Return nothing."""
        return ()

    def callbacks(self, descriptor: str) -> Collection[str]:  # noqa: ARG002  # as above
        """Return nothing."""
        return ()
