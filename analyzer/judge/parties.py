"""Who is who: the same company under two names, a domain as it is filed, and libraries that act for their caller."""

from __future__ import annotations

from analyzer.catalogue import Catalogue
from analyzer.model import Access

from .settings import LOOKS_FOR_ITSELF, READS_FOR_ITS_CALLER


def collects_nothing(actor: str, catalogue: Catalogue) -> bool:
    """Tell whether an actor is a library of which the rules say that it collects nothing."""
    rule = catalogue.sdks.get(actor[4:]) if actor.startswith("sdk:") else None
    return rule is not None and rule.collects_nothing


def library_code(read: Access, catalogue: Catalogue) -> bool:
    """Tell whether a read is only code of a library that collects nothing, and no plugin that was chosen for it."""
    if read.actor != "app" and read.caller.startswith(LOOKS_FOR_ITSELF):
        return True
    return collects_nothing(read.actor, catalogue) and not read.caller.startswith(READS_FOR_ITS_CALLER)


def domain(value: str) -> str:
    """Return a filed domain without scheme, path and wildcard, in small letters."""
    plain = value.strip().lower().removeprefix("https://").removeprefix("http://")
    return plain.split("/")[0].removeprefix("*.").strip(".")


def same_company(one: str, other: str) -> bool:
    """Tell whether two names mean one company."""
    from analyzer.policy.declarations import company_words  # noqa: PLC0415  # its words take longer than judging

    return bool(set(map(str.lower, company_words(one))).intersection(map(str.lower, company_words(other))))
