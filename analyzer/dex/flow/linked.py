"""`Callers` from a call graph: through which names a method or field of the package may be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from .members import PRIVATE, STATIC
from .program import Place, Program


class Graph(Protocol):
    """What is asked of the call graph: instructions by the member that they name."""

    def callers(self, signature: str) -> Iterable[tuple[str, int, int, int]]:
        """Return (method, file, code item, offset) of each instruction that calls exactly this reference."""

    def field_stores(self, signature: str) -> Iterable[tuple[int, int, int]]:
        """Return (file, code item, offset) of each instruction that writes exactly this reference."""

    def subtypes(self, descriptor: str) -> Sequence[str]:
        """Return the classes of the package below a type."""

    def overrides(self, reference: str) -> Sequence[str]:
        """Return the methods that a virtual call of a reference could run."""


class Platform(Protocol):
    """What is asked of the table of the platform's classes."""

    def known(self, descriptor: str) -> bool:
        """Whether there is such a class or interface."""

    def methods(self, descriptor: str) -> Collection[str]:
        """Return what a subclass can override: ``name(args)ret``, or ``name(*`` for any arguments."""


class Linked:
    """Who calls a method and who writes a field, through whichever class they name it."""

    def __init__(self, graph: Graph, program: Program, platform: Platform) -> None:
        """Ask ``graph``; ``platform`` says which methods are called by others too."""
        self._graph, self._program, self._platform = graph, program, platform
        self._callers: dict[str, list[Place] | None] = {}
        self._stores: dict[str, list[Place] | None] = {}
        self._lists: dict[str, frozenset[str]] = {}

    def callers(self, signature: str) -> Sequence[Place] | None:
        """See `Callers`; `None` for methods that the platform, or a class nobody knows, may call."""
        if signature not in self._callers:
            self._callers[signature] = self._find_callers(signature)
        return self._callers[signature]

    def _find_callers(self, signature: str) -> list[Place] | None:
        owner, _, member = signature.partition("->")
        body = self._program.body(signature)
        names = [owner]
        bound = (body is not None and bool(body.flags & (PRIVATE | STATIC))) or member.startswith("<")
        if not bound:
            for above in self._program.above(owner):
                if not self._program.defines(above) and self._is_called_from_outside(above, member):
                    return None
                names.append(above)
        if not member.startswith("<"):
            names += self._graph.subtypes(owner)
        return sorted(
            {place[1:] for name in dict.fromkeys(names) for place in self._graph.callers(f"{name}->{member}")}
        )

    def _is_called_from_outside(self, above: str, member: str) -> bool:
        if above == "Ljava/lang/Object;":
            return member in {
                "toString()Ljava/lang/String;",
                "hashCode()I",
                "equals(Ljava/lang/Object;)Z",
                "finalize()V",
            }
        if not self._platform.known(above):
            return True
        if above not in self._lists:
            self._lists[above] = frozenset(self._platform.methods(above))
        return member in self._lists[above] or member.partition("(")[0] + "(*" in self._lists[above]

    def field_stores(self, signature: str) -> Sequence[Place] | None:
        """See `Callers`."""
        if signature not in self._stores:
            owner, _, member = signature.partition("->")
            names = dict.fromkeys((owner, *self._graph.subtypes(owner)))
            found = {tuple(place) for name in names for place in self._graph.field_stores(f"{name}->{member}")}
            self._stores[signature] = sorted((part, item, at) for part, item, at in found)
        return self._stores[signature]

    def subtypes(self, descriptor: str) -> Iterator[str]:
        """Yield a class and those below it."""
        yield descriptor
        yield from self._graph.subtypes(descriptor)

    def overrides(self, reference: str) -> Sequence[str]:
        """Return the methods that a virtual call of a reference could run."""
        return self._graph.overrides(reference)
