"""Pictures of a package, or of responses, before a local model: bounded in number and size, in a process of its own.

The model is the optional extra ``[vision]``; without it the report says that no picture was looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from analyzer.container import EntryUnreadableError, LimitReachedError, Limits
from analyzer.container.text import shown
from analyzer.model.images import LEAST_BYTES, MOST_BYTES, ImageFacts, ImageHit

if TYPE_CHECKING:
    from analyzer.container.archive import Archive

MOST = 400
"""Pictures looked at, the largest first; some 50 ms each."""
SCORE = 0.5
"""What the model gives from here on is told; always for a person to look at."""
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
_PLACES = ("res/", "assets/", "r/")
_TOLD = frozenset(
    {
        "FEMALE_GENITALIA_EXPOSED", "MALE_GENITALIA_EXPOSED", "FEMALE_BREAST_EXPOSED", "ANUS_EXPOSED",
        "BUTTOCKS_EXPOSED",
    }
)  # fmt: skip
SECONDS = 600
MEMORY = 6 << 30


class Model(NamedTuple):
    """A detector of nudity."""

    name: str
    detect: Callable[[bytes], list[tuple[str, float]]]
    """Picture → (label, score); raises whatever it likes for what is no picture."""
    thumbnail: Callable[[bytes], str | None]


class Picture(NamedTuple):
    """A picture that can be looked at."""

    name: str
    size: int
    """Bytes."""
    read: Callable[[], bytes | None]
    """Its bytes; `None` where they cannot be read."""


def look_at_images(path: Path, model: Model, limits: Limits | None = None) -> ImageFacts:
    """Look at the pictures of a package with ``model``; raises `UnreadableInputError` for what is no package."""
    from analyzer.container.package import open_package  # noqa: PLC0415  # only where pictures are asked for

    package = open_package(path, limits or Limits())
    found: list[Picture] = []
    for part in package.parts:
        before = f"{shown(part.name)}!" if part.name else ""
        for name, entry in part.archive.by_name.items():
            if name.startswith(_PLACES) and name.lower().endswith(_ENDINGS) and entry.size >= LEAST_BYTES:
                found.append(Picture(before + shown(name, 400), entry.size, partial(_read, part.archive, entry)))
    return look_over(found, model)


def look_over(pictures: Iterable[Picture], model: Model) -> ImageFacts:
    """Look at pictures with ``model``, the largest first."""
    found = sorted(pictures, key=lambda picture: (-picture.size, picture.name))
    fit = [picture for picture in found if picture.size <= MOST_BYTES][:MOST]
    hits: dict[str, ImageHit] = {}
    looked = unreadable = 0
    for name, _, read in fit:
        raw = read()
        labels = _labels(model, raw)
        if raw is None or labels is None:
            unreadable += 1
            continue
        looked += 1
        told = max(((score, label) for label, score in labels if label in _TOLD and score >= SCORE), default=None)
        if told is not None:
            digest = hashlib.sha256(raw).hexdigest()
            score, label = told
            hit = ImageHit(path=name, sha256=digest, label=label, score=round(score, 2), thumbnail=model.thumbnail(raw))
            hits.setdefault(digest, hit)
    return ImageFacts(
        model=model.name,
        looked=looked,
        left_out=len(found) - len(fit),
        unreadable=unreadable,
        hits=tuple(sorted(hits.values(), key=lambda hit: (-hit.score, hit.path))),
    )


def _labels(model: Model, raw: bytes | None) -> list[tuple[str, float]] | None:
    if raw is None:
        return None
    try:
        return model.detect(raw)
    except Exception:  # noqa: BLE001  # a decoder fed by strangers may raise anything
        return None


def _read(archive: Archive, entry: object) -> bytes | None:
    try:
        return bytes(archive.read(entry))  # type: ignore[arg-type]  # an entry of this archive
    except (LimitReachedError, EntryUnreadableError):
        return None


def images_of(path: Path) -> ImageFacts:
    """Look at the pictures of a package in a child process under limits; without the extra, say that nothing was."""
    return _in_child(_look, path)


def images_in(files: Sequence[tuple[str, Path]]) -> ImageFacts:
    """Look at picture files, each with the name by which it is told, as `images_of` does."""
    return _in_child(_look_at_files, tuple(files))


def _in_child[T](look: Callable[[T], ImageFacts], what: T) -> ImageFacts:
    from importlib.util import find_spec  # noqa: PLC0415  # only where pictures are asked for

    if find_spec("nudenet") is None:
        return ImageFacts(model=None, problem="pip install 'eduaudit[vision]'")
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415  # same
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415  # same
    from multiprocessing import get_context  # noqa: PLC0415  # same

    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_limit) as pool:
        try:
            return pool.submit(look, what).result()
        except BrokenProcessPool:
            return ImageFacts(model="nudenet", problem="the process ended: out of time or memory")


def _limit() -> None:
    import resource  # noqa: PLC0415  # in the child

    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _look(path: Path) -> ImageFacts:
    from .nudenet import nudenet  # noqa: PLC0415  # half a second of imports

    return look_at_images(path, nudenet())


def _look_at_files(files: Sequence[tuple[str, Path]]) -> ImageFacts:
    from .nudenet import nudenet  # noqa: PLC0415  # as above

    return look_over([Picture(name, path.stat().st_size, path.read_bytes) for name, path in files], nudenet())
