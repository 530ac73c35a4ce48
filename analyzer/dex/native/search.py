"""The functions of the compiled core that search a call graph."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .library import core

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyzer.dex.arrays import Flags, Ints
    from analyzer.dex.graph.web import Web

_P, _N = ctypes.c_void_p, ctypes.c_int64
_Int4 = npt.NDArray[np.int32]


class _Rows(ctypes.Structure):
    _fields_ = (("first", _P), ("values", _P), ("owners", _N), ("size", _N))


class _Steps(ctypes.Structure):
    _fields_ = (("first", _P), ("target", _P), ("size", _N))


class _Web(ctypes.Structure):
    _fields_ = (
        ("bodies", _N), ("types", _N), ("references", _N), ("pairs", _N),
        ("answers", _Rows), ("own_pairs", _Rows), ("more_pairs", _Rows),
        ("pair_first", _P), ("pair_body", _P), ("pair_reference", _P),
    )  # fmt: skip


class _Apart(ctypes.Structure):
    _fields_ = (("body", _P), ("pair", _P), ("count", _N))


class SearchCore:
    """The search in C; the same as `analyzer.dex.graph.search.Run` does with numpy."""

    def __init__(self, path: str) -> None:
        """Load the library. Raises `OSError`, and `AttributeError` when it is another one."""
        self._search = ctypes.CDLL(path).search_web
        self._search.restype = None
        self._search.argtypes = (*[_P] * 5, _P, _N, _P, _N, *[_P] * 4)

    def search(
        self, web: Web, targets: Sequence[_Int4], apart: npt.NDArray[Any], apart_pair: Ints, roots: Ints, owners: Ints
    ) -> tuple[Flags, _Int4]:
        """Return by pair of the web whether it runs, and by body how many steps away it is (-1: not reached).

        ``targets`` are those of its direct steps, calls and creations, as this search may follow them; ``apart`` the
        rows of its calls of which only the pairs ``apart_pair`` may be.
        """
        kept: list[npt.NDArray[Any]] = []

        def held(array: npt.NDArray[Any], kind: type) -> int:
            kept.append(np.ascontiguousarray(array, kind))
            return kept[-1].__array_interface__["data"][0]  # type: ignore[no-any-return]  # numpy types it as Any

        def rows(one: Any) -> _Rows:
            return _Rows(held(one.first, np.int64), held(one.values, np.int64), len(one.first) - 1, len(one.values))

        bodies, types, references, pairs = web.count, len(web.types), web.reference_count, len(web.pair_body)
        graph = _Web(
            bodies, types, references, pairs, rows(web.answers), rows(web.own_pairs), rows(web.more_pairs),
            held(web.pair_first, np.int64), held(web.pair_body, np.int64), held(web.pair_reference, np.int64),
        )  # fmt: skip
        steps = [
            _Steps(held(edges.first, np.int64), held(target, np.int32), len(target))
            for edges, target in zip((web.direct, web.calls, web.creations), targets, strict=True)
        ]
        alone = _Apart(held(web.calls.body[apart], np.int32), held(apart_pair, np.int64), len(apart))
        enabled, depth = np.zeros(pairs, np.bool_), np.empty(bodies + 1, np.int32)
        self._search(
            *(ctypes.addressof(one) for one in (graph, *steps, alone)),
            held(roots, np.int64), len(roots), held(owners, np.int64), len(owners),
            held(np.zeros(2 * bodies + types + references, np.uint8), np.uint8),
            held(np.empty(bodies + types, np.int32), np.int32),
            held(enabled, np.bool_), held(depth, np.int32),
        )  # fmt: skip
        return enabled, depth


def search_core() -> SearchCore | None:
    """Return the functions, `None` where `core` is."""
    found = core()
    return None if found is None else _load(found.path)


@cache
def _load(path: str) -> SearchCore | None:
    try:
        return SearchCore(path)
    except (OSError, AttributeError):
        return None
