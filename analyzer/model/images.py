"""What a local model said of the pictures in a package."""

from __future__ import annotations

from .base import Record
from .record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHit(Record):
    """One picture that the model takes for nudity."""

    path: str
    """Archive entry; ``split!entry`` in a split."""
    sha256: str
    label: str
    """The model's own word, such as ``FEMALE_BREAST_EXPOSED``."""
    score: float
    """0 to 1, as the model gives it, two decimals."""
    thumbnail: str | None = None
    """PNG of 12 × 12 points, base64: nothing can be made out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts(Record):
    """The pictures of one package."""

    model: str | None
    """Name and version; `None`: none is installed, and nothing was looked at."""
    looked: int = 0
    left_out: int = 0
    """Pictures beyond the limits of number and size; icons below the least size do not count."""
    unreadable: int = 0
    hits: tuple[ImageHit, ...] = ()
    problem: str | None = None
    """Why the model could not go on."""
