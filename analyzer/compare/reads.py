"""Code that reads personal data and code that asks for permissions: by data, API, owner and how it is reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from analyzer.model import Access, Bilingual, Change, Difference, PermissionRequest, Renamed, Severity
from analyzer.model.difference import Area

from .making import because, change, kind_of, places
from .matching import LEVELS, Left, Moved, Occurrence, grouped, match, worst
from .version import UNNAMED, Version, gathered

_WEAK = "weak"
_PLATFORM = ("Landroid/", "Ljava/", "Ljavax/", "Ldalvik/")


@dataclass(frozen=True)
class Reads:
    """What the comparison of code came to."""

    differences: tuple[Difference, ...]
    renamed: tuple[Renamed, ...]
    hidden: tuple[frozenset[str], frozenset[str]]
    """Actors of OLD, of NEW whose reads the other side has in code without a known owner."""


def level_of(row: Access | PermissionRequest, *, flat: bool) -> str:
    """Return a level of `LEVELS`; ``flat``: a side has no chains, so that levels say nothing."""
    if flat:
        return "present"
    return f"{row.level}?" if row.level == "before_consent" and row.doubt else row.level


def searched(old: Version, new: Version) -> bool:
    """Tell whether call chains were searched on both sides; if not, levels cannot be compared."""
    return old.report.coverage.entries is not None and new.report.coverage.entries is not None


def compare_accesses(old: Version, new: Version) -> Reads:
    """Compare reads of personal data."""
    flat = not searched(old, new)

    def rows(version: Version) -> Iterable[Occurrence]:
        for row in version.report.accesses:
            thing = (row.data, row.api, _WEAK if row.weak is not None else "")
            yield Occurrence(thing, row.actor, level_of(row, flat=flat), row.sites, row.caller)

    left, moved = match(grouped(rows(old)), grouped(rows(new)))
    weights = _Weights(old, new)
    titles = _titles(old, new)
    found = [_difference("accesses", one, (old, new), weights.read(one), titles.get(one.thing[0])) for one in left]
    found += [_reattributed(one, titles.get(one.thing[0])) for one in moved if not one.renamed]
    return Reads(tuple(found), _renamed("accesses", moved), _hidden(moved))


def compare_requests(old: Version, new: Version) -> Reads:
    """Compare the places that ask for permissions."""
    flat = not searched(old, new)

    def rows(version: Version) -> Iterable[Occurrence]:
        for row in version.report.permission_requests:
            thing = tuple(sorted({name.removeprefix("android.permission.") for name in row.permissions}))
            place = f"{row.caller} {row.api} {','.join(map(str, row.offsets))}"
            yield Occurrence(thing, row.actor, level_of(row, flat=flat), 1, place)

    left, moved = match(grouped(rows(old)), grouped(rows(new)))
    found = [_difference("requests", one, (old, new), _asked(one)) for one in left]
    found += [_reattributed(one, None, area="requests") for one in moved if not one.renamed]
    return Reads(tuple(found), _renamed("requests", moved), _hidden(moved))


def _difference(
    area: Area, one: Left, versions: tuple[Version, Version], weight: Severity, title: Bilingual | None = None
) -> Difference:
    old, new = versions
    before, after = worst(one.old_levels), worst(one.new_levels)
    read = area == "accesses"
    hidden = read and _renameable(one.thing[1])
    read_old, read_new = (each.code and not (hidden and each.hides_names) for each in versions)
    kind = kind_of(in_old=before is not None, in_new=after is not None, read_old=read_old, read_new=read_new)
    changes: tuple[Change, ...] = ()
    direction: Literal["up", "down"] | None = None
    chains = False
    if before and after:
        changes = tuple(
            change(f"sites.{level.replace('?', '_doubtful')}", one.old_levels[level], one.new_levels[level])
            for level in LEVELS
            if one.old_levels[level] != one.new_levels[level]
        )
        if before != after:
            up = LEVELS.index(after) > LEVELS.index(before)
            direction = "up" if up else "down"
            changes = (change("level", before, after), *changes)
            # a path that was not found may lie in code that was not read
            chains = not (old if up else new).chains
            kind = ("first_seen" if up else "not_seen") if chains else kind
        else:
            up = one.new_levels.total() >= one.old_levels.total()
            unread = not (old if up else new).code
            kind = ("first_seen" if up else "not_seen") if unread and len(changes) == 1 else kind
    else:
        changes = (change("level", before, after), change("sites", one.old_levels.total(), one.new_levels.total()))
    data, api = (one.thing[0], one.thing[1]) if read else (None, None)
    unsure, silent = kind in {"first_seen", "not_seen"}, old if kind == "first_seen" else new
    actor = _actor(one)
    subject = " ".join((*one.thing[:2], actor)) if read else f"{', '.join(one.thing) or '?'} {actor}"
    return Difference(
        area=area,
        kind=kind,
        weight=weight,
        subject=subject + (f" ({_WEAK})" if read and one.thing[2] else ""),
        title=title,
        data=data,
        api=api,
        actor=actor,
        direction=direction,
        changes=changes,
        because=because(
            ("coverage", unsure and not chains and not silent.code),
            ("chains", chains),
            ("names_hidden", unsure and not chains and silent.code),
        ),
        old=_places(one.old, one.old_levels, one.new_levels),
        new=_places(one.new, one.new_levels, one.old_levels),
    )


def _renameable(api: str) -> bool:
    """Tell whether an API is a class inside the package, which an obfuscator may rename; the platform's are not."""
    return api.startswith("L") and not api.startswith(_PLATFORM)


def _places(group: object, own: Mapping[str, int], other: Mapping[str, int]) -> tuple[str, ...]:
    """Return the places of the levels in which this side differs."""
    found = getattr(group, "places", {})
    return places(place for level in own if own[level] != other.get(level, 0) for place in found.get(level, ()))


def _actor(one: Left) -> str:
    """Return the actor in the words of the report: of unnamed code the name, where all of it has the same one."""
    if one.actor != UNNAMED:
        return one.actor
    names = {
        name
        for group, levels in ((one.old, one.old_levels), (one.new, one.new_levels))
        for level in levels
        for name in group.names.get(level, ())
    }
    return names.pop() if len(names) == 1 else "unknown"


def _reattributed(one: Moved, title: Bilingual | None, area: Area = "accesses") -> Difference:
    """Make the difference of code that is the same, but now bears the name of somebody else."""
    read = area == "accesses"
    return Difference(
        area=area,
        kind="changed",
        weight=Severity.LOW if read and not one.thing[2] else Severity.INFO,
        subject=" ".join(one.thing).strip(),
        title=title,
        data=one.thing[0] if read else None,
        api=one.thing[1] if read else None,
        changes=(change("actor", ", ".join(one.old), ", ".join(one.new)),),
    )


def _renamed(area: Area, moved: Iterable[Moved]) -> tuple[Renamed, ...]:
    counts: dict[tuple[str, str, str], int] = {}
    for one in moved:
        if one.renamed:
            key = (" ".join(one.thing).strip(), ", ".join(one.old), ", ".join(one.new))
            counts[key] = counts.get(key, 0) + one.count
    return tuple(Renamed(area=area, subject=key[0], old=key[1], new=key[2], count=n) for key, n in counts.items())


def _hidden(moved: Iterable[Moved]) -> tuple[frozenset[str], frozenset[str]]:
    rows = [one for one in moved if one.renamed]
    return (
        frozenset(name for one in rows for name in one.old if name != "unknown"),
        frozenset(name for one in rows for name in one.new if name != "unknown"),
    )


def _titles(old: Version, new: Version) -> dict[str, Bilingual]:
    known = {key: title for version in (old, new) for key, title in version.titles.items()}
    return known | {row.data: row.title for version in (old, new) for row in version.report.ledger}


def _asked(one: Left) -> Severity:
    """Return the weight of asking for permissions: gravest when it newly comes before consent."""
    after = worst(one.new_levels)
    return Severity.INFO if after is None else _risen(worst(one.old_levels), after)


def _risen(before: str | None, after: str) -> Severity:
    """Return the weight of being reached sooner than before."""
    if before is not None and LEVELS.index(before) >= LEVELS.index(after):
        return Severity.INFO
    return {"before_consent": Severity.HIGH, "before_consent?": Severity.MEDIUM}.get(after, Severity.LOW)


class _Weights:
    """How soon a change of reading must be looked at."""

    def __init__(self, old: Version, new: Version) -> None:
        self._known = {(row.data, gathered(row.actor)) for row in old.report.accesses if _tells(row, old)}
        self._kinds = {data for data, _ in self._known}
        self._telling = {
            (row.data, row.api, gathered(row.actor))
            for version in (old, new)
            for row in version.report.accesses
            if _tells(row, version)
        }
        self._sensitive = {row.data for version in (old, new) for row in version.report.ledger if row.sensitive}

    def read(self, one: Left) -> Severity:
        """Return the weight of one difference."""
        data, api, weak = one.thing
        before, after = worst(one.old_levels), worst(one.new_levels)
        if weak or after is None or (data, api, one.actor) not in self._telling:
            return Severity.INFO
        if before is not None:
            return _risen(before, after)
        if after == "before_consent":
            return Severity.HIGH
        reached = after != "present"
        if data not in self._kinds:
            return Severity.HIGH if data in self._sensitive and reached else Severity.MEDIUM
        newcomer = (data, one.actor) not in self._known
        return (Severity.INFO, Severity.LOW, Severity.MEDIUM)[newcomer + reached]


def _tells(row: Access, version: Version) -> bool:
    return row.weak is None and not version.quiet(row)
