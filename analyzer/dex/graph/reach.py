"""The answers of a search: how far a method is reached, and by which chain of calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from analyzer.model.record import dataclass

from .plan import LinkKind

Level = Literal["present", "reachable", "before_consent"]


@dataclass(frozen=True, slots=True)
class Chain:
    """A shortest way from an entry point to a method."""

    methods: tuple[str, ...]
    """Signatures, the entry method first."""
    links: tuple[LinkKind, ...]
    """How each method but the first is reached from the one before."""
    offsets: tuple[int, ...]
    """Where in each method but the last the step to the next one begins, in code units."""
    entry: str
    """Kind of the root."""
    doubt: str | None = None
    """Why the chain is not certain; `None`: no step was found doubtful."""
    text: str = ""
    """What the examiner said of the doubt."""


class Doubt(NamedTuple):
    """An examiner's answer that a step may not be taken."""

    id: str
    text: str = ""


class Step(NamedTuple):
    """One step of a chain, put before an examiner."""

    caller: str
    part: int
    """Number of the file that holds the caller, and row of its code item there."""
    item: int
    offset: int
    """Of the instruction in the caller, in code units."""
    reference: str | None
    """The method that the instruction names; `None` where it is not a call."""
    target: str
    """The method that runs."""
    target_class: str
    """The class that defines it."""
    link: LinkKind
    argument: int | None
    """Which declared parameter holds the object that decides: -1 the receiver; `None`: nothing decides."""
    start: bool
    """Whether the chain is one of *before consent*."""
    lands: Callable[[str], bool]
    """Whether the target is what runs on an object of a class (a descriptor)."""


Examine = Callable[[Step], "str | Doubt | tuple[str, str]"]
"""Says ``keep``, ``refute``, or why a step is doubtful: the id of a reason, alone or with a text."""

DISPATCH_UNSURE = "dispatch_unsure"


class Reach:
    """What one search found."""

    def __init__(
        self,
        chains: tuple[Mapping[str, Chain], Mapping[str, Chain]],
        find: Callable[[str, bool], Chain | None],
        *,
        complete: bool,
    ) -> None:
        self._start, self._all = chains
        self._find = find
        self.complete = complete
        """Whether every step on every wanted chain was examined; otherwise some are doubtful for want of time."""
        self.signatures: frozenset[str] = frozenset(self._start) | frozenset(self._all)
        """Wanted methods that are reached."""

    def chain(self, signature: str) -> Chain | None:
        """Return the chain to a method: before consent if there is one, else from any entry point."""
        for known, start in ((self._start, True), (self._all, False)):
            found = known.get(signature) or self._find(signature, start)
            if found is not None:
                return found
        return None

    def level(self, signature: str) -> Level:
        """Return how far a method is reached."""
        if signature in self._start or self._find(signature, True):
            return "before_consent"
        return "reachable" if signature in self._all or self._find(signature, False) else "present"
