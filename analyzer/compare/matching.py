"""Matches what two versions do, counted by who does it and how it is reached, whatever the classes are called.

Code of the app or of an obfuscated library has other names in each build, and with its names it may lose the owner by
which it was called. So what is counted are places by (thing, actor, level); equal places are taken off both sides, and
what remains of a named actor is taken off the code without a known owner, and the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .version import UNNAMED, gathered

LEVELS = ("present", "reachable", "before_consent?", "before_consent")
"""Levels of code, least first; with a question mark: the chain is doubtful."""


@dataclass(frozen=True)
class Occurrence:
    """Places of one thing in one method."""

    thing: tuple[str, ...]
    actor: str
    level: str
    count: int
    place: str
    """Where: evidence only."""


@dataclass
class Group:
    """The places of one thing and one (gathered) actor on one side."""

    levels: Counter[str] = field(default_factory=Counter)
    names: dict[str, set[str]] = field(default_factory=dict)
    """Level → the actors as they are called on this side."""
    places: dict[str, set[str]] = field(default_factory=dict)

    def add(self, row: Occurrence) -> None:
        """Take in one row."""
        self.levels[row.level] += row.count
        self.names.setdefault(row.level, set()).add(row.actor)
        self.places.setdefault(row.level, set()).add(row.place)


@dataclass(frozen=True)
class Moved:
    """Places that are the same but for the actor's name."""

    thing: tuple[str, ...]
    level: str
    count: int
    old: tuple[str, ...]
    """How the actor is called in OLD."""
    new: tuple[str, ...]

    @property
    def renamed(self) -> bool:
        """Whether renaming alone explains it: one side's owner is not known, or both are libraries without a rule.

        The app's code that turns up under a readable name of somebody else is more than that.
        """
        sides = {name for name in (*self.old, *self.new) if not name.startswith("lib:")}
        return "unknown" in sides or not sides


@dataclass(frozen=True)
class Left:
    """One thing and one actor that differ, without the places that are the same under another name."""

    thing: tuple[str, ...]
    actor: str
    old: Group
    """As it is in OLD; its `levels` may count places that moved."""
    new: Group
    old_levels: Counter[str]
    """Places by level, those that only moved left out."""
    new_levels: Counter[str]


def worst(levels: Counter[str]) -> str | None:
    """Return the gravest level, `None` where there is none."""
    return max(levels, key=LEVELS.index) if levels else None


type Side = Mapping[tuple[str, ...], Mapping[str, Group]]


def grouped(rows: Iterable[Occurrence]) -> Side:
    """Return thing → gathered actor → its places; a row given twice counts once."""
    found: dict[tuple[str, ...], dict[str, Group]] = {}
    for row in dict.fromkeys(rows):
        found.setdefault(row.thing, {}).setdefault(gathered(row.actor), Group()).add(row)
    return found


def match(old: Side, new: Side) -> tuple[list[Left], list[Moved]]:
    """Take off what is equal; return what remains, and what is equal but for its name."""
    left: list[Left] = []
    moved: list[Moved] = []
    for thing in sorted({*old, *new}):
        olds, news = old.get(thing, {}), new.get(thing, {})
        actors = sorted({*olds, *news})
        empty = Group()
        old_left = {actor: +(olds.get(actor, empty).levels - news.get(actor, empty).levels) for actor in actors}
        new_left = {actor: +(news.get(actor, empty).levels - olds.get(actor, empty).levels) for actor in actors}
        if UNNAMED in actors:
            for actor in actors:
                if actor != UNNAMED:
                    moved += _move(thing, olds, news, (old_left[actor], new_left[UNNAMED]), (actor, UNNAMED))
                    moved += _move(thing, olds, news, (old_left[UNNAMED], new_left[actor]), (UNNAMED, actor))
            moved += _renamed_groups(thing, olds, news)
        for actor in actors:
            if old_left[actor] or new_left[actor]:
                groups = olds.get(actor, empty), news.get(actor, empty)
                both = groups[0].levels & groups[1].levels
                left.append(Left(thing, actor, *groups, both + old_left[actor], both + new_left[actor]))
    return left, moved


def _move(
    thing: tuple[str, ...],
    olds: Mapping[str, Group],
    news: Mapping[str, Group],
    left: tuple[Counter[str], Counter[str]],
    actors: tuple[str, str],
) -> Iterable[Moved]:
    """Take places of equal level off what is left of an actor in OLD and of another one in NEW."""
    for level in LEVELS:
        count = min(left[0][level], left[1][level])
        if count:
            names = olds[actors[0]].names[level], news[actors[1]].names[level]
            left[0].subtract({level: count})
            left[1].subtract({level: count})
            yield Moved(thing, level, count, *(tuple(sorted(one)) for one in names))
    for one in left:
        for level in [name for name, number in one.items() if not number]:
            del one[level]


def _renamed_groups(thing: tuple[str, ...], olds: Mapping[str, Group], news: Mapping[str, Group]) -> Iterable[Moved]:
    """Tell of code without a known owner that both sides have under different names."""
    if UNNAMED not in olds or UNNAMED not in news:
        return
    one, other = olds[UNNAMED], news[UNNAMED]
    for level in LEVELS:
        gone, come = (
            one.names.get(level, set()) - other.names.get(level, set()),
            other.names.get(level, set()) - one.names.get(level, set()),
        )
        if gone and come:
            count = min(one.levels[level], other.levels[level])
            yield Moved(thing, level, count, tuple(sorted(gone)), tuple(sorted(come)))
