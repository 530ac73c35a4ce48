"""What is asked of the code, and the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Literal

from analyzer.model.record import dataclass

from . import opcodes
from .flow import UNKNOWN, Evaluator, Searched, Value

SiteKind = Literal["call", "field", "string", "type", "override"]


@dataclass(frozen=True, slots=True)
class Query:
    """A set of questions; ``a | b`` asks both in one sweep. Signatures are in DEX form, classes ``Lpkg/Cls;``."""

    methods: frozenset[str] = frozenset()
    """``Lpkg/Cls;->name(args)ret``: calls, also through a subclass that inherits the method."""
    overrides: frozenset[str] = frozenset()
    """Methods whose definitions in subclasses or implementing classes are asked for, not their calls."""
    fields: frozenset[str] = frozenset()
    """``Lpkg/Cls;->name:type``: reads and writes."""
    strings: frozenset[str] = frozenset()
    """Whole texts: ``const-string`` instructions that load them."""
    prefixes: frozenset[str] = frozenset()
    """Beginnings of texts: every string that begins so is asked for too."""
    types: frozenset[str] = frozenset()
    """Descriptors: ``const-class`` and ``new-instance``."""

    def __or__(self, other: Query) -> Query:
        """Return the union."""
        return Query(
            self.methods | other.methods,
            self.overrides | other.overrides,
            self.fields | other.fields,
            self.strings | other.strings,
            self.prefixes | other.prefixes,
            self.types | other.types,
        )


@dataclass(frozen=True, slots=True)
class Site:
    """One place in the code (or one definition) that answers a question."""

    kind: SiteKind
    target: str
    """What was asked for, as written in the query."""
    ref: str
    """What the code names: another signature than `target` when a subclass stands in between."""
    caller: str
    """Signature of the method that holds it; for ``override`` the overriding method."""
    dex: str
    """File name."""
    offset: int
    """Code units from the method's first instruction; 0 for a definition."""
    opcode: int
    flow: Evaluator = field(repr=False, compare=False)
    part: int = field(repr=False, compare=False)
    """Number of the file in load order."""
    item: int = field(repr=False, compare=False)
    """Row of the file's code items; -1 for a definition."""

    @property
    def writes(self) -> bool:
        """Whether a field site stores into the field."""
        return self.kind == "field" and self.opcode not in opcodes.FIELD_READS

    @property
    def is_static(self) -> bool:
        """Whether a call has no receiver."""
        return self.opcode in opcodes.INVOKE_STATIC

    @property
    def _passes(self) -> bool:
        return self.kind == "call" and self.opcode in opcodes.INVOKES

    def arguments(self) -> tuple[Value, ...]:
        """Return what the arguments hold, the receiver first; see `analyzer.dex.flow`."""
        return self.flow.arguments(self.part, self.item, self.offset) if self._passes else ()

    def argument(self, number: int) -> Value:
        """Return one declared parameter (0 is the first one behind the receiver)."""
        if not self._passes:
            return UNKNOWN
        return self.flow.argument(self.part, self.item, self.offset, number if self.is_static else number + 1)

    def receiver(self) -> Value:
        """Return what an instance method is called on."""
        if not self._passes or self.is_static:
            return UNKNOWN
        return self.flow.argument(self.part, self.item, self.offset, 0)


@dataclass(frozen=True, slots=True)
class Hits:
    """All sites of one query, in the order of files, then of code."""

    sites: tuple[Site, ...]
    defines: Callable[[str], bool]
    """Whether a class, as ``Lpkg/Cls;``, is defined in the files."""
    search_callers: Callable[[], Searched]
    """Makes a search for the callers of single methods."""

    def of(self, kind: SiteKind) -> Iterator[Site]:
        """Yield the sites of one kind."""
        return (site for site in self.sites if site.kind == kind)
