"""Where a webhook may go: never into this network, unless a setting says so (server-side request forgery)."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from registry_api.errors import FieldError, RegistryError

Resolve = Callable[[str, int], list[str]]
"""(host, port) → addresses."""

_NAT64 = ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Target:
    """A checked address: what is connected to, and what is asked for there."""

    url: SplitResult
    host: str
    port: int
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; an unknown one has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def check_target(text: str, allowed: str, look_up: Resolve = resolve) -> Target:
    """Return where to connect for an address, or raise ``invalid``.

    ``allowed`` are networks, separated by commas, that count as public although they are not; only there is plain
    ``http`` taken. The address that was checked is the one that is connected to: a name that changes its mind in
    between gains nothing.
    """
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    except ValueError:
        raise _refuse("is no address") from None
    if url.scheme not in {"https", "http"} or not host or url.username is not None or url.password is not None:
        raise _refuse("must be https://host/path, without a user")
    networks = [ip_network(item.strip()) for item in allowed.split(",") if item.strip()]
    addresses = look_up(host, port)
    if not addresses:
        raise _refuse(f"{host} has no address")
    for item in addresses:
        address = ip_address(item.split("%")[0])
        inside = any(address in network for network in networks if network.version == address.version)
        if not inside and not _public(address):
            raise _refuse(f"{host} is not a public address")
        if url.scheme == "http" and not inside:
            raise _refuse("must be https")
    return Target(url, host, port, addresses[0])


def _public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _public(inner)
    return address.is_global and not address.is_multicast


def _refuse(why: str) -> RegistryError:
    return RegistryError("invalid", f"the webhook's url {why}", [FieldError("/url", "url", why)])
