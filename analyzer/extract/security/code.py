"""Security facts in code: the sites of `build_query`, each looked at by what its rule demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model import SecurityFact
from analyzer.model.record import dataclass

from . import bodies, secrets
from .asked import asked
from .calls import look_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.security import SecurityKind
    from analyzer.dex import Hits, Site
    from analyzer.extract.owners import Owners


@dataclass(frozen=True, slots=True)
class Found:
    """One site that counts."""

    kind: str
    site: Site
    """Where the level is to be found out: the use of a class rather than its definition, where one is known."""
    certainty: str
    detail: str = ""
    api: str = ""


def find_in_code(hits: Hits, catalogue: Catalogue, owners: Owners) -> tuple[SecurityFact, ...]:
    """Return the facts of all sites, sorted; sites of one method that say the same are one fact."""
    rules = asked(catalogue)
    rows = list(_find(hits, rules.targets))
    rows += [Found(*row) for row in bodies.find_bodies(hits, rules.targets)]
    rows += [Found(*row) for row in secrets.find_secrets(hits, rules.secrets)]
    return _facts(rows, owners)


def _find(hits: Hits, targets: Mapping[tuple[str, str], tuple[SecurityKind, ...]]) -> Iterator[Found]:
    for site in hits.sites:
        for rule in targets.get((site.kind, site.target), ()):
            if rule.reads == "use" or site.kind == "override" or site.caller.startswith(rule.within or ("\0",)):
                continue
            if site.kind == "field" and site.writes:
                continue
            found = look_at(site, rule)
            if found is not None:
                yield Found(rule.id, site, *found, site.target)


def _facts(rows: Iterable[Found], owners: Owners) -> tuple[SecurityFact, ...]:
    grouped: dict[tuple[str, ...], set[int]] = {}
    for row in rows:
        site = row.site
        key = (row.kind, site.dex, site.caller, row.certainty, row.detail, row.api)
        grouped.setdefault(key, set()).add(site.offset)
    return tuple(
        SecurityFact(
            kind=kind,
            detail=detail,
            certainty=certainty,  # type: ignore[arg-type]  # one of its words
            file=dex,
            api=api,
            caller=caller,
            actor=owners.actor(caller.partition("->")[0]),
            dex=dex,
            offsets=tuple(sorted(offsets)),
        )
        for (kind, dex, caller, certainty, detail, api), offsets in sorted(grouped.items())
    )
