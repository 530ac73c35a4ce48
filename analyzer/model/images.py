"""What a local model said of the pictures in a package and in what servers sent."""

from __future__ import annotations

from .base import Record
from .record import dataclass

LEAST_BYTES, MOST_BYTES = 3 << 10, 8 << 20
"""Smaller pictures are icons, larger ones are none that an app shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHit(Record):
    """One picture that the model takes for nudity."""

    path: str
    """Archive entry; ``split!entry`` in a split. Of a captured response: host, ``#`` and the id of its flow."""
    sha256: str
    label: str
    """The model's own word, such as ``FEMALE_BREAST_EXPOSED``."""
    score: float
    """0 to 1, as the model gives it, two decimals."""
    thumbnail: str | None = None
    """PNG of 12 × 12 points, base64: nothing can be made out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts(Record):
    """The pictures of one package, or of the responses in captures."""

    model: str | None
    """Name and version; `None`: none is installed, and nothing was looked at."""
    looked: int = 0
    left_out: int = 0
    """Pictures beyond the limits of number and size; icons below the least size do not count."""
    unreadable: int = 0
    hits: tuple[ImageHit, ...] = ()
    problem: str | None = None
    """Why the model could not go on."""


def together(package: ImageFacts | None, traffic: ImageFacts | None) -> ImageFacts | None:
    """Return what was said of both; `None` where neither was looked at."""
    if package is None or traffic is None:
        return package or traffic
    return ImageFacts(
        model=package.model or traffic.model,
        looked=package.looked + traffic.looked,
        left_out=package.left_out + traffic.left_out,
        unreadable=package.unreadable + traffic.unreadable,
        hits=tuple(sorted((*package.hits, *traffic.hits), key=lambda hit: (-hit.score, hit.path))),
        problem=package.problem or traffic.problem,
    )
