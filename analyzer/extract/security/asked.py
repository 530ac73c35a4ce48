"""What has to be asked of the code: follows from the rules alone, made once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.dex import Query
from analyzer.model.record import dataclass

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.security import SecretRule, SecurityKind
    from analyzer.dex import Hits


@dataclass(frozen=True, slots=True)
class Asked:
    """The query, and which rules each answer is for."""

    query: Query
    targets: dict[tuple[str, str], tuple[SecurityKind, ...]]
    """(kind of site, target) → rules."""
    secrets: tuple[SecretRule, ...]


@lru_cache(maxsize=2)
def asked(catalogue: Catalogue) -> Asked:
    """Return everything that the security rules ask of the code."""
    targets: dict[tuple[str, str], list[SecurityKind]] = defaultdict(list)
    for rule in catalogue.security.values():
        for kind, names in (
            ("call", rule.calls),
            ("override", rule.overrides),
            ("field", rule.fields),
            ("type", rule.types),
            ("string", rule.texts),
        ):
            for name in names:
                targets[kind, name].append(rule)
    secrets = tuple(catalogue.secrets.values())

    def of(kind: str) -> frozenset[str]:
        return frozenset(name for one, name in targets if one == kind)

    query = Query(
        methods=of("call"),
        overrides=of("override"),
        fields=of("field"),
        types=of("type"),
        strings=of("string"),
        prefixes=frozenset(start for rule in secrets for start in (rule.prefix, *rule.beside) if start),
    )
    return Asked(query, {key: tuple(rules) for key, rules in targets.items()}, secrets)


def build_query(catalogue: Catalogue) -> Query:
    """Return what to ask the DEX index for `find_in_code`."""
    return asked(catalogue).query


def without_own(hits: Hits, catalogue: Catalogue, others: Query) -> Hits:
    """Return the hits without calls and definitions that only the security rules asked for.

    Who reads personal data looks at every call it is given; those of ours would only cost it time.
    """
    own = asked(catalogue).query
    drop = {"call": own.methods - others.methods, "override": own.overrides - others.overrides}
    none = frozenset[str]()
    return replace(hits, sites=tuple(site for site in hits.sites if site.target not in drop.get(site.kind, none)))
