"""Who is who: the same company under two names, a domain as it is filed, and libraries that act for their caller."""

from __future__ import annotations

from analyzer.catalogue import Catalogue
from analyzer.catalogue.suffixes import registrable, same_owner
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


def under_domain(host: str, filed: str, cloud: str | None = None) -> bool:
    """Tell whether ``host`` is the filed domain, below it, or below the same registered name.

    Who files ``www.xuexi.cn`` also owns ``api.xuexi.cn``. A public suffix or a cloud's name for all its customers
    (``com.cn``, ``github.io``), filed by mistake, makes nobody else's host the provider's own. ``cloud``: name of the
    shared cloud under which the host lies, where the recipient table knows one that the list does not.
    """
    if cloud is not None:
        return host == filed or (host.endswith("." + filed) and filed.endswith("." + cloud))
    if host == filed or same_owner(host, filed):
        return True
    return host.endswith("." + filed) and registrable(filed) is not None


def same_company(one: str, other: str) -> bool:
    """Tell whether two names mean one company."""
    from analyzer.policy.indexes import company_words  # noqa: PLC0415  # its words take longer than judging

    return bool(set(map(str.lower, company_words(one))).intersection(map(str.lower, company_words(other))))
