"""Automata that find many texts in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import ahocorasick_rs

TABLE = 64 << 10
"""Bytes of texts up to which the automaton is a table: twice as fast, at some megabytes."""


def automaton(texts: Sequence[bytes]) -> ahocorasick_rs.BytesAhoCorasick | None:
    """Return an automaton for ``texts``; `None` where there is nothing to look for."""
    if not texts:
        return None
    kind = ahocorasick_rs.Implementation.DFA if sum(map(len, texts)) <= TABLE else None
    return ahocorasick_rs.BytesAhoCorasick(texts, implementation=kind)
