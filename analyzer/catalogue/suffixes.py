"""Where one owner of names ends and the next begins: the public suffix list, from a package with a release a week."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .recipient_table import is_address, normal_host

OPERATORS_OWN = frozenset({"googleapis.com"})
"""On the private part of the list only to keep cookies apart: nobody but the operator has names below them."""


@lru_cache(maxsize=2)
def _suffixes(*, registries_only: bool) -> Any:
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415  # 0.1 s, only where two names have to be told apart

    return PublicSuffixList(only_icann=registries_only)


@lru_cache(maxsize=4096)
def registrable(host: str) -> str | None:
    """Return the name that one owner holds, such as ``xuexi.cn`` of ``api.xuexi.cn``.

    `None` for an address, a single label and a public suffix itself. Below the names under which a host's customers
    get sub-domains (``github.io``, ``oss-cn-beijing.aliyuncs.com``) each customer is an owner.
    """
    name = normal_host(host)
    if not name or is_address(name) or "." not in name:
        return None
    found = _suffixes(registries_only=False).privatesuffix(name)
    return str(found) if found else None


def same_owner(one: str, other: str) -> bool:
    """Tell whether two host names lie under one registrable name."""
    first, second = normal_host(one), normal_host(other)
    if first == second:
        return bool(first)
    if first.rpartition(".")[2] != second.rpartition(".")[2]:
        return False  # no need of the list
    mine = registrable(first)
    return mine is not None and mine == registrable(second)


def registry_suffix(name: str) -> bool:
    """Tell whether strangers register below ``name`` (``com.cn``)."""
    return bool(_suffixes(registries_only=True).is_public(name))


def hosting_suffix(name: str) -> bool:
    """Tell whether an operator gives his customers names below ``name`` (``github.io``)."""
    return name not in OPERATORS_OWN and bool(_suffixes(registries_only=False).is_public(name))
