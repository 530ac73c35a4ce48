"""A clause of a legal text, as the checks cite it."""

from __future__ import annotations

from typing import Literal

from .base import Bilingual, Record
from .record import dataclass
from .severity import Sureness

Channel = Literal["static", "traffic", "policy", "filing", "dynamic", "human"]
"""Where a breach can be proven: S, T, P, registry record, D (dynamic run), H (a person) of the fact sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause(Record):
    """One clause: id, where it stands, what it says in our words, and through which channel a breach can be proven."""

    id: str
    text: str
    """Id of the legal text, such as ``191`` or ``PIPL``."""
    article: str
    title: Bilingual
    channels: tuple[Channel, ...]
    """Channels that prove a breach."""
    hints: tuple[Channel, ...] = ()
    """Channels that only indicate one (marked ``?`` in the fact sheet): their findings are `suspected`."""
    check: Bilingual | None = None
    """What a person must look at, and where, when no channel proves it."""
    basis: Bilingual | None = None
    """Of a clause that defines instead of demanding: where the judge applies it."""
    unseen: Bilingual | None = None
    """What the examined channels do not look at yet, so that a person must, even where they found nothing."""
    source: str
    sure: Sureness
