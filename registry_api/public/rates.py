"""Rate limit of what needs no key: so many requests a minute from one address, counted in this process."""

from __future__ import annotations

import math
import time
from ipaddress import ip_address, ip_network

from fastapi import Request
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from analyzer.model import EduauditError
from registry_api.settings import Settings


class PublicRate:
    """The limit of one server process."""

    def __init__(self, settings: Settings) -> None:
        try:
            self._limit = parse(settings.public_rate)
            self._proxies = [ip_network(item.strip()) for item in settings.trusted_proxies.split(",") if item.strip()]
        except ValueError as error:
            raise EduauditError(f"EDUAUDIT_PUBLIC_RATE or EDUAUDIT_TRUSTED_PROXIES: {error}") from None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def client(self, request: Request) -> str:
        """Return the address that asks; ``X-Forwarded-For`` counts only behind a proxy of the settings.

        An IPv6 subscriber has a whole /64, so that is what is counted.
        """
        address = request.client.host if request.client else "unknown"
        forwarded = [item.strip() for item in request.headers.get("x-forwarded-for", "").split(",") if item.strip()]
        while forwarded and self._trusted(address):
            address = forwarded.pop()
        try:
            parsed = ip_address(address)
        except ValueError:
            return address[:60]
        return str(ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)

    def hit(self, request: Request) -> int:
        """Count a request; return 0 when it may pass, else the seconds to wait."""
        key = self.client(request)
        if self._limiter.hit(self._limit, key):
            return 0
        reset = self._limiter.get_window_stats(self._limit, key).reset_time
        return max(1, math.ceil(reset - time.time()))
