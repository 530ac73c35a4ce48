"""How often a client may do what: per key, else per address, counted in this process."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import Request

from analyzer.model import EduauditError
from registry_api.errors import RegistryError

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import MovingWindowRateLimiter


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
    """Counts hits in a moving window. An empty rate limits nothing."""

    def __init__(self) -> None:
        self._limiter: MovingWindowRateLimiter | None = None
        self._lock = threading.Lock()

    def _ready(self) -> MovingWindowRateLimiter:
        with self._lock:
            if self._limiter is None:
                from limits.storage import MemoryStorage  # noqa: PLC0415 - only a server counts
                from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415 - same

                self._limiter = MovingWindowRateLimiter(MemoryStorage())
            return self._limiter

    def hit(self, rate: str, what: str, who: str) -> bool:
        """Count one; tell whether it is still within ``rate``, such as ``10/minute``."""
        return not rate or self._ready().hit(read_rate(rate), what, who)

    def wait(self, rate: str, what: str, who: str) -> int:
        """Return the seconds until one more would be within the rate, at least 1."""
        reset = self._ready().get_window_stats(read_rate(rate), what, who).reset_time
        return max(1, math.ceil(reset - time.time()))

    def free(self, rate: str, what: str, who: str) -> bool:
        """Tell whether one more would be within the rate, and count nothing."""
        return not rate or self._ready().test(read_rate(rate), what, who)


@lru_cache(maxsize=32)
def read_rate(rate: str) -> RateLimitItem:
    """Return a rate. Raises `EduauditError` for what is none."""
    from limits import parse  # noqa: PLC0415 - as above

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
