"""Which country an IP address was assigned to: an offline table of the registries' own records, inside a package."""

from __future__ import annotations

import ipaddress
import json
from functools import lru_cache
from importlib import metadata

PACKAGE = "iptocc"
"""The five regional registries' assignments, made anew with each of its releases; see docs/decisions."""


@lru_cache(maxsize=4096)
def assigned_country(address: str | None) -> str | None:
    """Return the ISO 3166 code of the country to which the block of ``address`` was assigned.

    `None` for no address, a private or reserved one, and a block that no registry names. A block assigned to one
    country may serve another (cloud providers, anycast): this is a hint, never proof of where a server stands.
    """
    known = public_address(address)
    if known is None:
        return None
    from iptocc import country_code  # noqa: PLC0415  # 1.7 MB, only where captures hold addresses

    country = country_code(str(known))
    return country if isinstance(country, str) and len(country) == 2 else None  # ISO 3166


def public_address(address: str | None) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address that the whole internet can reach; IPv4 addresses inside IPv6 ones are taken out."""
    try:
        known = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv6Address):
        known = known.ipv4_mapped or known.sixtofour or known
    return known if known.is_global else None


@lru_cache(maxsize=1)
def address_data() -> str:
    """Return name, version and date of the table, such as ``iptocc 3.3.170 (2026-10-27)``.

    The date is that of the bill of materials that the release carries: it was built then, from that day's records.
    """
    found = metadata.distribution(PACKAGE)
    date = ""
    for file in found.files or ():
        if file.name.endswith(".cyclonedx.json"):
            try:
                date = str(json.loads(file.read_text(encoding="utf-8"))["metadata"]["timestamp"])[:10]
            except (OSError, ValueError, KeyError, TypeError):
                continue
    return f"{PACKAGE} {found.version}" + (f" ({date})" if date else "")
