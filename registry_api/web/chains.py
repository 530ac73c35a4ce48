"""Call chains of a stored report as the page of one app shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzer.model.signature import short_name, split_guard
from registry_api.web.words import word

_SHOWN, _HEAD, _TAIL = 7, 3, 3
"""Steps shown at once, and of a longer chain at either end."""


@dataclass(frozen=True)
class Step:
    """One method of a chain, and how it is reached."""

    link: str
    name: str
    signature: str


@dataclass(frozen=True)
class Chain:
    """A chain, cut where it folds; `middle` is empty for a short one."""

    head: tuple[Step, ...]
    middle: tuple[Step, ...]
    tail: tuple[Step, ...]


def chain_of(site: dict[str, Any], lang: str) -> Chain:
    """Return the chain of an access, a permission request or a ``path`` of evidence."""
    chain = site.get("chain") or []
    links = [word(f"link.{link}", lang) for link in site.get("links") or []]
    first = word(f"entry.{site['entry']}", lang) if site.get("entry") else ""
    names = [first, *links, *[""] * len(chain)]
    rows = tuple(Step(link, short_name(step), step) for link, step in zip(names, chain, strict=False))
    if len(rows) <= _SHOWN:
        return Chain(rows, (), ())
    return Chain(rows[:_HEAD], rows[_HEAD:-_TAIL], rows[-_TAIL:])


def doubt_of(site: dict[str, Any], lang: str) -> str:
    """Say why a level is not certain, with flag and place of a guard; empty where it is certain."""
    if not site.get("doubt"):
        return ""
    text = word(f"doubt.{site['doubt']}", lang)
    if not (site["level"] == "reachable" and site["doubt"] == "consent_guard"):  # asking first is as it should be
        text = word("doubt.not_certain", lang) + text
    if not site.get("guard"):
        return text
    kind, name, where = split_guard(site["guard"])
    if not where:
        return f"{text} ({name})" if lang == "en" else f"{text}（{name}）"
    title, place = word(f"guard.{kind}", lang), short_name(where)
    if lang == "en":
        return f"{text} ({title} “{name}”, {word('guard.in', lang)} {place})"
    return f"{text}（{title}“{name}”，{word('guard.in', lang)} {place}）"


def offsets_of(site: dict[str, Any]) -> str:
    """Return the offsets of the call in its method, such as ``0x1a, 0x2c``; the rest of many is counted."""
    offsets = site.get("offsets") or []
    shown = ", ".join(f"{offset:#x}" for offset in offsets[:4])
    return f"{shown} (+{len(offsets) - 4})" if len(offsets) > 4 else shown
