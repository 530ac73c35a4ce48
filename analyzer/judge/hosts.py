"""Which hosts are the app's own: named by its code, its traffic or its filing, and known to belong to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, ip_address

from analyzer.catalogue import Catalogue
from analyzer.model import Endpoint, Facts

from .parties import domain


def own_hosts(facts: Facts, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the names, sorted; those of known recipients and of SDKs' code are left out, and addresses."""
    rows = [*(facts.static.endpoints if facts.static else ()), *(facts.traffic.hosts if facts.traffic else ())]
    found = {row.host.lower() for row in rows if _own(row, catalogue) and address_of(row.host) is None}
    filed = (domain(name) for name in (facts.filing.domains if facts.filing else ()))
    return tuple(sorted(found | {name for name in filed if "." in name and address_of(name) is None}))


def literal_ipv4(facts: Facts, catalogue: Catalogue) -> tuple[Endpoint, ...]:
    """Return the places in the app's own code and files that name a server by a public IPv4 address."""
    rows = facts.static.endpoints if facts.static else ()
    return tuple(
        sorted(
            (row for row in rows if isinstance(address_of(row.host), IPv4Address) and _own(row, catalogue)),
            key=lambda row: (row.host, row.found_in, row.url),
        )
    )


def address_of(host: str) -> object | None:
    """Return the address that a host literally is; `None` for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _own(row: Endpoint, catalogue: Catalogue) -> bool:
    if row.recipient is not None or catalogue.recipients.lookup(row.host) is not None:
        return False
    return not any(catalogue.sdk_index.owner(name) for name in _classes(row.found_in))


def _classes(found_in: str) -> Iterator[str]:
    """Yield the class of ``classes.dex: La/B;``; nothing for a file of the archive."""
    _, colon, name = found_in.partition(": ")
    if colon and name.startswith("L"):
        yield name
