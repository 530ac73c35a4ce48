"""What runs on every object of a class once it exists: the methods that `CallbackType` rules with ``alive`` name."""

from __future__ import annotations

import numpy as np

from analyzer.dex.arrays import Flags, Ints

from .definitions import Definitions
from .dispatch import Dispatch, Pile
from .implicit import Callbacks
from .kinship import Kinship
from .pairs import Keys, flags, pair_ids, unique


class Lifecycle:
    """Bodies by class, with link and phase."""

    def __init__(self, kin: Kinship, defined: Definitions, dispatch: Dispatch, callbacks: Callbacks) -> None:
        self._kin, self._defined, self._dispatch = kin, defined, dispatch
        rows = [(kind, row.shape, row.link, row.phase) for kind, row in callbacks.alive()]
        columns = np.array(rows, np.int64).reshape(-1, 4).T
        number, types, shapes = pair_ids(columns[0], columns[1])
        self._rank = np.full(len(types), len(rows))
        np.minimum.at(self._rank, number, np.arange(len(rows)))  # the most specific type comes first
        self._links, self._phases = columns[2], columns[3]
        self._keys = Keys(types, shapes, max(len(defined.is_special), 1))
        self._shapes: Flags = np.zeros(len(defined.is_special), np.bool_)
        self._shapes[shapes] = True
        self._types: Flags = np.zeros(kin.size, np.bool_)
        self._types[types] = True
        self._pile = Pile(kin.size, 3)

    def prepare(self, classes: Ints) -> None:
        """Work out many classes at once."""
        fresh = classes[~self._pile.known[classes]]
        if not len(fresh):
            return
        above, which = self._kin.above.many(fresh)
        holder, types = np.concatenate((fresh, fresh[which])), np.concatenate((fresh, above))
        keep = self._types[types]
        holder, types = holder[keep], types[keep]
        concerned = fresh[flags(self._kin.size, holder)[fresh]]
        owner, body = self._dispatch.tables(concerned, self._shapes)
        # Every (class, body) with every marked type above the class.
        order = np.argsort(holder, kind="stable")
        holder, types = holder[order], types[order]
        first = np.searchsorted(holder, owner)
        count = np.searchsorted(holder, owner, "right") - first
        which = np.repeat(np.arange(len(owner)), count)
        place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
        key = self._keys.find(types[place], self._defined.shape[body[which]])
        hit = key >= 0
        which, rank = which[hit], self._rank[key[hit]]
        best = np.full(len(owner), len(self._links))
        np.minimum.at(best, which, rank)
        known = best < len(self._links)
        rank = best[known]
        self._pile.add(fresh, owner[known], body[known], self._links[rank], self._phases[rank])

    def bodies(self, classes: Ints) -> tuple[Ints, Ints, Flags]:
        """Return the position in ``classes`` and the body of all that runs, and whether later than start-up."""
        self.prepare(unique(classes))
        places, which = self._pile.places(classes)
        body, _, phase = self._pile.columns
        return which, body[places].astype(np.int64), phase[places] > 0

    def rows(self, kind: int) -> list[tuple[int, int, int]]:
        """Return (body, link, phase) of all that runs on objects of one class."""
        if not self._pile.known[kind]:
            self.prepare(np.array([kind]))
        first = int(self._pile.first[kind])
        found = self._pile.columns[:, first : first + int(self._pile.count[kind])].T.tolist()
        return [(body, link, phase) for body, link, phase in found]
