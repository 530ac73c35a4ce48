"""Saved captures → traffic facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.model import TrafficFacts

from .attribute.phase import Timeline
from .bulk import examine_file, worth_it
from .events import read_events
from .incidents import incident_rows
from .marks import Mark, read_marks
from .pipeline import Examination
from .profile import Profile, read_profile
from .sources.capture import Capture, beside, open_capture

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue


def read_captures(
    paths: Sequence[Path],
    profile: Path | Profile | None = None,
    marks: Path | None = None,
    app: str | None = None,
    keylog: Path | None = None,
    jobs: int | None = None,
) -> TrafficFacts:
    """Examine `.flow`, HAR, PCAP and ReCon files of one app.

    ``profile``: the device profile; without it only patterns are looked for. ``marks``: marks for all captures; without
    it those that `traffic capture` wrote beside each one. ``app``: package name for the facts. ``keylog``: TLS secrets
    for packet captures; without it those beside each one. ``jobs``: processes for a large `.flow` file; all by default.
    Raises `analyzer.model.UnreadableInputError` naming the file, and line where it has lines, that is not in order.
    A capture that is cut gives what it holds and a ``capture_truncated`` row.
    """
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # start-up of commands that need no rules

    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    given = read_marks(marks) if marks else None
    captures = [open_capture(Path(path)) for path in paths]
    examination = Examination(catalogue, known, app=app)
    for capture in captures:
        examine(examination, capture, given, app, keylog, jobs)
    return examination.facts(capture.sha256 for capture in captures)


def load_profile(profile: Path | Profile | None, catalogue: Catalogue) -> Profile | None:
    """Return the profile, read from its file where a path is given."""
    if profile is None or isinstance(profile, Profile):
        return profile
    return read_profile(profile, frozenset(catalogue.personal_data))


def examine(
    examination: Examination,
    capture: Capture,
    marks: Sequence[Mark] | None,
    app: str | None = None,
    keylog: Path | None = None,
    jobs: int | None = None,
) -> None:
    """Examine one capture with ``marks``, or with those beside it when they are `None`."""
    examination.mark(str(capture.path), Timeline(marks if marks is not None else marks_beside(capture.path)))
    several = worth_it(capture.path, jobs) if capture.kind == "flow" else 1
    if several > 1:
        examination.enter(examine_file(examination.examiner, capture.path, several), str(capture.path))
    else:
        examination.add(capture.messages(app, keylog), str(capture.path))
    add_failures(examination, capture.path)


def add_failures(examination: Examination, capture: Path, unwritten: Iterable[dict[str, Any]] = ()) -> None:
    """Note what the proxy saw but could not read or record; ``unwritten``: events that the disk did not take."""
    for row in incident_rows([*read_events(beside(capture, "events")), *unwritten]):
        examination.miss(row)
        if row.host:
            examination.host(row.host.lower(), "https", capture.name)


def marks_beside(capture: Path) -> tuple[Mark, ...]:
    """Return the marks that were written beside a capture; none where there is no such file."""
    path = beside(capture, "marks")
    return read_marks(path, may_be_cut=True) if path.exists() else ()
