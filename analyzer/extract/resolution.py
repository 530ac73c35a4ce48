"""Addresses of hosts from a name service. The only use of a network, and only on request."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from analyzer.model import HostAddresses, ResolutionFacts

if TYPE_CHECKING:
    from datetime import date

MOST_HOSTS = 100
SECONDS = 20.0
"""For all of them together; who has not answered by then has not answered."""
_WORKERS = 8
_NONE_FITS = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})

Resolver = Callable[[str, socket.AddressFamily], Sequence[str] | None]
"""(host, family) → its addresses; empty: the name has none; `None`: no answer."""


def resolve(
    hosts: Sequence[str], asked: date, resolver: Resolver | None = None, *, seconds: float = SECONDS
) -> ResolutionFacts:
    """Ask for the IPv4 and IPv6 addresses of ``hosts``, some side by side, at most `MOST_HOSTS` of them."""
    resolver = resolver or ask_system
    wanted = list(dict.fromkeys(hosts))[:MOST_HOSTS]
    questions: SimpleQueue[str] = SimpleQueue()
    answers: SimpleQueue[HostAddresses] = SimpleQueue()
    for host in wanted:
        questions.put(host)

    def work() -> None:
        while True:
            try:
                host = questions.get_nowait()
            except Empty:
                return
            families = (socket.AF_INET, socket.AF_INET6)
            ipv4, ipv6 = (_sorted(resolver(host, family)) for family in families)
            answers.put(HostAddresses(host=host, ipv4=ipv4, ipv6=ipv6))

    # Daemons: a name service that never answers does not keep the program from ending.
    for _ in range(min(_WORKERS, len(wanted))):
        Thread(target=work, daemon=True).start()
    until = monotonic() + seconds
    found: dict[str, HostAddresses] = {}
    while len(found) < len(wanted):
        try:
            row = answers.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            break
        found[row.host] = row
    rows = tuple(found.get(host, HostAddresses(host=host, ipv4=None, ipv6=None)) for host in sorted(wanted))
    return ResolutionFacts(asked=asked.isoformat(), hosts=rows, left_out=len(set(hosts)) - len(wanted))


def ask_system(host: str, family: socket.AddressFamily) -> Sequence[str] | None:
    """Ask the machine's name service."""
    try:
        rows = socket.getaddrinfo(host, 443, family, socket.SOCK_STREAM)
    except socket.gaierror as error:
        return () if error.errno in _NONE_FITS else None
    except (OSError, UnicodeError):
        return None
    return [str(row[4][0]) for row in rows]


def _sorted(found: Sequence[str] | None) -> tuple[str, ...] | None:
    if found is None:
        return None
    addresses = {ip_address(text.partition("%")[0]) for text in found}
    # An IPv4 address written as IPv6 reaches nobody over IPv6.
    return tuple(sorted(str(one) for one in addresses if getattr(one, "ipv4_mapped", None) is None))
