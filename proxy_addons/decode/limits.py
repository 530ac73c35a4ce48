"""Bounds of decoding. A message that reaches one is examined up to there and says so."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one message."""

    body: int = 16 << 20
    """Bytes of a body that are looked at."""
    inflated: int = 32 << 20
    """Bytes that all layers together may unfold to."""
    depth: int = 16
    """Nodes inside each other: a layer is one or two, and real stacks have at most five."""
    leaves: int = 100_000
    seconds: float = 20.0
    """Wall clock. Far above any honest message, so that results do not depend on the machine."""


@dataclass(slots=True)
class Budget:
    """What one message has used up, and which bounds it reached."""

    limits: Limits
    bytes_left: int = field(init=False)
    leaves_left: int = field(init=False)
    deadline: float = field(init=False)
    reached: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.bytes_left = self.limits.inflated
        self.leaves_left = self.limits.leaves
        self.deadline = time.monotonic() + self.limits.seconds

    def spend(self, size: int) -> None:
        """Book ``size`` bytes that a layer unfolded to."""
        self.bytes_left -= size
        if self.bytes_left <= 0:
            self.reached.add("size")

    def may_go_on(self, depth: int) -> bool:
        """Tell whether one more layer at ``depth`` may be opened; note the bound that forbids it."""
        if depth > self.limits.depth:
            self.reached.add("depth")
            return False
        if self.leaves_left <= 0:
            self.reached.add("leaves")
            return False
        if time.monotonic() > self.deadline:
            self.reached.add("time")
            return False
        return self.bytes_left > 0
