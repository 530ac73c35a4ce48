"""What is asked of the code, and the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from . import opcodes
from .bodies import Bodies
from .registers import UNKNOWN, Method, Value
from .tables import DexFile

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


class Code:
    """Decodes methods of one DEX file on demand, once each."""

    def __init__(self, dex: DexFile, bodies: Bodies) -> None:
        self._dex, self._bodies = dex, bodies
        self._decoded: dict[int, Method] = {}

    def method(self, item: int) -> Method:
        """Return the decoded method of a code item."""
        known = self._decoded.get(item)
        if known is None:
            known = self._decoded[item] = Method(self._dex, self._bodies, item)
        return known


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
    code: Code = field(repr=False, compare=False)
    item: int = field(repr=False, compare=False)

    @property
    def writes(self) -> bool:
        """Whether a field site stores into the field."""
        return self.kind == "field" and self.opcode not in opcodes.FIELD_READS

    @property
    def is_static(self) -> bool:
        """Whether a call has no receiver."""
        return self.opcode in opcodes.INVOKE_STATIC

    def arguments(self) -> tuple[Value, ...]:
        """Return what the arguments hold, the receiver first; `UNKNOWN` where straight-line code does not say."""
        if self.kind != "call" or self.opcode not in opcodes.INVOKES:
            return ()
        return self.code.method(self.item).arguments(self.offset)

    def argument(self, number: int) -> Value:
        """Return one declared parameter (0 is the first one behind the receiver)."""
        if self.kind != "call" or self.opcode not in opcodes.INVOKES:
            return UNKNOWN
        return self.code.method(self.item).argument(self.offset, number if self.is_static else number + 1)

    def receiver(self) -> Value:
        """Return what an instance method is called on."""
        if self.kind != "call" or self.opcode not in opcodes.INVOKES or self.is_static:
            return UNKNOWN
        return self.code.method(self.item).argument(self.offset, 0)

    def array(self, number: int) -> tuple[Value, ...]:
        """Return the elements of an array parameter that is filled just before, `()` when not followed."""
        if self.kind != "call" or self.opcode not in opcodes.INVOKES:
            return ()
        return self.code.method(self.item).array(self.offset, number if self.is_static else number + 1)


@dataclass(frozen=True, slots=True)
class Hits:
    """All sites of one query, in the order of files, then of code."""

    sites: tuple[Site, ...]
    defines: Callable[[str], bool]
    """Whether a class, as ``Lpkg/Cls;``, is defined in the files."""

    def of(self, kind: SiteKind) -> Iterator[Site]:
        """Yield the sites of one kind."""
        return (site for site in self.sites if site.kind == kind)
