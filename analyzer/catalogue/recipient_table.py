"""Look-ups over all recipients: which company runs a host, and which SDK talks to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.model.making import make_record

from .lazy import LazyTable

if TYPE_CHECKING:
    from .recipients import RecipientRule


def _as_it_is(_: str, row: Any) -> Any:
    return row


class RecipientTable:
    """Look-ups over all patterns; the most specific wins: an exact name, then the longest ``*.`` name."""

    def __init__(
        self,
        companies: Mapping[str, Any],
        hosts: Mapping[str, Any],
        shapes: Mapping[str, Any],
        external: Mapping[str, Any],
    ) -> None:
        """Take plain rows by key, each as a mapping or as its JSON text."""
        self._companies = LazyTable(companies, _as_it_is)
        self._hosts = LazyTable(hosts, _as_it_is)
        self._shapes = LazyTable(shapes, _as_it_is)
        self.external_sdks: Mapping[str, Any] = LazyTable(external, _as_it_is)
        """SDK ids that have no row: id → {name, reason}."""
        self._cache: dict[tuple[str, str | None], RecipientRule] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] | None = None

    def __len__(self) -> int:
        """Return the number of patterns, path shapes included."""
        return len(self._hosts) + len(self._shapes)

    @property
    def companies(self) -> Mapping[str, Any]:
        """Company key → {name: {zh, en}, country}."""
        return self._companies

    def patterns(self) -> Iterator[str]:
        """Yield every pattern."""
        yield from self._hosts
        yield from self._shapes

    def pattern_of(self, host: str) -> str | None:
        """Return the most specific host pattern that covers ``host``, or `None`."""
        name = normal_host(host)
        if name in self._hosts:
            return name
        if is_address(name):
            return None
        rest = name
        while rest:
            if "*." + rest in self._hosts:
                return "*." + rest
            rest = rest.partition(".")[2]
        return None

    def shape_of(self, path: str) -> str | None:
        """Return the longest path shape that a path (with its query) has, or `None`."""
        if self._patterns is None:
            ordered = sorted(self._shapes, key=lambda key: (-len(key), key))
            self._patterns = [(re.compile(shape_expression(key)), key) for key in ordered]
        return next((key for pattern, key in self._patterns if pattern.search(path)), None)

    def shape_sdks(self) -> frozenset[str]:
        """Return the SDKs that a path alone can name: software that anybody can run on a host of his own."""
        return frozenset(row["sdk"] for row in self._shapes.values() if row.get("sdk"))

    def lookup(self, host: str, path: str | None = None) -> RecipientRule | None:
        """Return who receives what is sent to ``host`` (and ``path`` with its query); `None` when unknown."""
        pattern = self.pattern_of(host)
        shape = self.shape_of(path) if path else None
        key = pattern or shape
        if key is None:
            return None
        found = self._cache.get((key, shape))
        if found is None:
            found = self._cache[(key, shape)] = self.rule(pattern, shape)
        return found

    def rule(self, pattern: str | None, shape: str | None = None) -> RecipientRule:
        """Return the row of a pattern, joined with that of a path shape. Raise `KeyError` for an unknown one."""
        from .recipients import RecipientRule  # noqa: PLC0415  # a start that looks at no row builds no models

        row: dict[str, Any] = {}
        if shape is not None:
            row = {**self._shapes[shape], "shape": shape, "pattern": shape}
        if pattern is not None:
            shaped, row = row, {**self._hosts[pattern], "pattern": pattern, "shape": shape}
            if shaped and not row.get("sdk"):
                row["sdk"], row["category"] = shaped.get("sdk"), shaped["category"]
                row.setdefault("receives", shaped.get("receives", ()))
        company = row.pop("company", None)
        known = self._companies[company] if company else {}
        sdk = row.get("sdk")
        return make_record(
            RecipientRule,
            {
                "company": company,
                "name": known.get("name"),
                "country": known.get("country"),
                "known_sdk": bool(sdk) and sdk not in self.external_sdks,
                "sdk": None,
                **row,
            },
        )


def normal_host(host: str) -> str:
    """Return a host in lower case without port, brackets and final dot."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    name, _, port = host.rpartition(":")
    if name and ":" not in name and port.isdecimal():
        host = name
    return host.rstrip(".")


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    return ":" in host or bool(re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", host))


def shape_expression(shape: str) -> str:
    """Return the regular expression of a path shape such as ``*/i?app_key=`` or ``*/v3/projects/*/collect``.

    The shape may stand below another path (self-hosted software) and ends on a border; its query word may stand
    anywhere in the query.
    """
    path, _, query = shape.removeprefix("*").partition("?")
    body = "[^/?#]+".join(re.escape(part) for part in path.split("*"))
    expression = "^[^?#]*" + body + ("" if path.endswith("/") and not query else "(?=$|[/?#])")
    if query:
        expression = "^[^?#]*" + body + r"\?(?:[^#]*&)?" + re.escape(query)
    return expression
