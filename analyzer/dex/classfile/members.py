"""Translated classes as they are handed to the writer of DEX files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .annotations import Annotation, Value
    from .emit import Body
    from .ids import Ids

STATIC, PRIVATE = 0x0008, 0x0002


@dataclass(frozen=True, slots=True)
class OutField:
    """A field of a class; ``value`` is what a static one begins as."""

    access: int
    name: bytes
    shape: bytes
    value: Value | None = None
    zero: Value | None = None
    annotations: Sequence[Annotation] = ()


@dataclass(frozen=True, slots=True)
class OutMethod:
    """A method of a class; ``body`` is `None` for an abstract or native one, and for one that was not translated."""

    access: int
    name: bytes
    shape: bytes
    body: Body | None = None
    annotations: Sequence[Annotation] = ()
    parameter_annotations: Sequence[Sequence[Annotation]] = ()

    @property
    def is_direct(self) -> bool:
        """Whether subclasses cannot override it."""
        return bool(self.access & (STATIC | PRIVATE)) or self.name[:1] == b"<"


@dataclass(frozen=True, slots=True)
class OutClass:
    """A class with everything that it names."""

    name: bytes
    access: int
    superclass: bytes | None
    interfaces: tuple[bytes, ...]
    fields: Sequence[OutField]
    methods: Sequence[OutMethod]
    ids: Ids
    annotations: Sequence[Annotation] = ()
