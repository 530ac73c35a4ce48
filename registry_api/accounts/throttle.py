"""How often a client may do what: per key, else per address, counted in this process.

Several processes count together in `accounts.shared_throttle`.
"""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import Request

from analyzer.model import EduauditError
from registry_api.errors import RegistryError

if TYPE_CHECKING:
    from limits import RateLimitItem

_SWEEP_SECONDS = 60.0


@lru_cache(maxsize=8)
def read_networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Return addresses and networks with commas between them. Raises `EduauditError` for what is none."""
    try:
        return tuple(ipaddress.ip_network(item.strip(), strict=False) for item in text.split(",") if item.strip())
    except ValueError as error:
        raise EduauditError(f"EDUAUDIT_TRUSTED_PROXIES: {error}") from None


def _trusted(address: str, proxies: str) -> bool:
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(host in network for network in read_networks(proxies))


def client_address(request: Request, proxies: str) -> str:
    """Return the client's address: the peer's, or what the trusted ``proxies`` in between say.

    ``X-Forwarded-For`` is read from its end, past every trusted address: what a client writes in front is not believed.
    """
    peer = request.client.host if request.client else ""
    if not _trusted(peer, proxies):
        return peer
    hops = [item.strip() for item in request.headers.get("x-forwarded-for", "").split(",") if item.strip()]
    for hop in reversed(hops):
        if not _trusted(hop, proxies):
            try:
                return str(ipaddress.ip_address(hop))
            except ValueError:
                return peer
    return peer


def over_https(request: Request, proxies: str) -> bool:
    """Tell whether the browser speaks TLS, to us or to a trusted proxy."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-proto", "") if _trusted(peer, proxies) else ""
    return request.url.scheme == "https" or forwarded.partition(",")[0].strip() == "https"


class Throttle:
    """Counts hits in a moving window. An empty rate limits nothing.

    The window is a queue of moments for each client: the ready-made storage starts a thread for every hit.
    """

    def __init__(self) -> None:
        self._hits: dict[tuple[str, str, str], deque[float]] = {}
        self._lock = threading.Lock()
        self._swept = 0.0

    def hit(self, rate: str, what: str, who: str) -> bool:
        """Count one; tell whether it is still within ``rate``, such as ``10/minute``."""
        return not rate or self._within(rate, what, who, count=True)

    def wait(self, rate: str, what: str, who: str) -> int:
        """Return the seconds until one more would be within the rate, at least 1."""
        limit, seconds = amounts(rate)
        with self._lock:
            hits = self._hits.get((rate, what, who))
            oldest = hits[-limit] if hits and 0 < limit <= len(hits) else None
        return max(1, math.ceil(oldest + seconds - time.monotonic())) if oldest is not None else 1

    def free(self, rate: str, what: str, who: str) -> bool:
        """Tell whether one more would be within the rate, and count nothing."""
        return not rate or self._within(rate, what, who, count=False)

    def _within(self, rate: str, what: str, who: str, *, count: bool) -> bool:
        limit, seconds = amounts(rate)
        moment = time.monotonic()
        with self._lock:
            self._sweep(moment)
            hits = self._hits.get((rate, what, who))
            if hits is None:
                if not count:
                    return limit > 0
                hits = self._hits[rate, what, who] = deque()
            while hits and hits[0] <= moment - seconds:
                hits.popleft()
            if len(hits) >= limit:
                return False
            if count:
                hits.append(moment)
            return True

    def _sweep(self, moment: float) -> None:
        """Forget, once a minute, clients whose last hit no rate remembers."""
        if moment - self._swept > _SWEEP_SECONDS:
            self._swept = moment
            for name in [
                name for name, hits in self._hits.items() if not hits or hits[-1] <= moment - amounts(name[0])[1]
            ]:
                del self._hits[name]


@lru_cache(maxsize=32)
def amounts(rate: str) -> tuple[int, int]:
    """Return (hits, seconds) of a rate."""
    read = read_rate(rate)
    return read.amount, read.get_expiry()


@lru_cache(maxsize=32)
def read_rate(rate: str) -> RateLimitItem:
    """Return a rate. Raises `EduauditError` for what is none."""
    from limits import parse  # noqa: PLC0415 - only a server counts

    try:
        return parse(rate)
    except ValueError:
        raise EduauditError(f"{rate!r} is no rate; write such as 10/minute") from None


def refuse(wait: int = 60) -> RegistryError:
    """Return the refusal of one too many, which says after how many seconds to come back."""
    return RegistryError(
        "too-many-requests",
        f"请求过于频繁 / too many requests; try again in {wait} s",
        headers={"Retry-After": str(wait)},
    )


def counted_address(address: str) -> str:
    """Return what is counted for an address: an IPv6 subscriber has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)
