"""Which body runs when a method is called on an object of a class, worked out for a class when it first comes to life.

A *reference* is a (type, shape) pair that calls name. A call of it runs ``impl(D, shape)`` for every live class D at or
below its type. Objects of a class lead to the same pairs of reference and body in every search, so they are kept.
"""

from __future__ import annotations

import numpy as np

from analyzer.dex.arrays import Flags, Ints

from .definitions import Definitions
from .kinship import Kinship
from .pairs import Int4, Keys, pair_ids, spread, unique


class Pile:
    """Rows of several columns, grouped by owner, added a batch of owners at a time."""

    def __init__(self, owners: int, columns: int) -> None:
        self.first, self.count = np.zeros(owners, np.int64), np.zeros(owners, np.int64)
        self.known: Flags = np.zeros(owners, np.bool_)
        self._buffer: Int4 = np.zeros((columns, 1024), np.int32)
        self.size = 0

    @property
    def columns(self) -> Int4:
        """All rows so far, one line for each column."""
        return self._buffer[:, : self.size]

    def add(self, owners: Ints, owner: Ints, *columns: Ints) -> None:
        """Add a batch: ``owners`` is complete now, ``owner`` tells for each row whose it is."""
        order = np.argsort(owner, kind="stable")
        total = self.size + len(order)
        if total > self._buffer.shape[1]:
            grown = np.zeros((len(self._buffer), max(total, 2 * self._buffer.shape[1])), np.int32)
            grown[:, : self.size] = self.columns
            self._buffer = grown
        for line, column in zip(self._buffer, columns, strict=True):
            line[self.size : total] = column[order]
        whose = owner[order]
        self.first[owners] = np.searchsorted(whose, owners) + self.size
        self.count[owners] = np.searchsorted(whose, owners, "right") + self.size - self.first[owners]
        self.known[owners] = True
        self.size = total

    def places(self, owners: Ints) -> tuple[Ints, Ints]:
        """Return the rows of many owners, and the position in ``owners`` of each."""
        return spread(self.first[owners], self.count[owners])


class Dispatch:
    """Virtual calls of one search."""

    def __init__(self, kin: Kinship, defined: Definitions, types: Ints, shapes: Ints) -> None:
        """Take the references of all calls, distinct and ascending."""
        self._kin, self._defined = kin, defined
        self.types, self.shapes = types, shapes
        self.count = len(types)
        self._keys = Keys(types, shapes, max(len(defined.is_special), 1))
        self._wanted: Flags = np.zeros(len(defined.is_special), np.bool_)
        self._wanted[shapes] = True
        self._table = Pile(kin.size, 1)
        self._own = Pile(defined.count, 1)
        self._more = Pile(kin.size, 2)

    def find(self, types: Ints, shapes: Ints) -> Ints:
        """Return the number of each reference, -1 for one that is not called."""
        return self._keys.find(types, shapes)

    def prepare(self, classes: Ints) -> None:
        """Work out the tables of classes that were not seen before."""
        fresh = classes[~self._table.known[classes]]
        if not len(fresh):
            return
        owner, body = self.tables(fresh, self._wanted)
        self._table.add(fresh, owner, body)
        bodies = unique(body)
        bodies = bodies[~self._own.known[bodies]]
        kin, defined = self._kin, self._defined
        above, which = kin.above.many(defined.type[bodies])
        holder, types = np.concatenate((bodies, bodies[which])), np.concatenate((defined.type[bodies], above))
        reference = self.find(types, defined.shape[holder])
        hit = reference >= 0
        self._own.add(bodies, holder[hit], reference[hit])
        inherited = defined.type[body] != owner
        owner, body = owner[inherited], body[inherited]
        above, which = kin.above.many(owner)
        holder, target = np.concatenate((owner, owner[which])), np.concatenate((body, body[which]))
        types = np.concatenate((owner, above))
        reference = self.find(types, defined.shape[target])
        rows = np.flatnonzero(reference >= 0)
        rows = rows[~kin.is_below(defined.type[target[rows]], types[rows])]  # those are among the body's own
        self._more.add(fresh, holder[rows], reference[rows], target[rows])

    def tables(self, classes: Ints, wanted: Flags) -> tuple[Ints, Ints]:
        """Return (class, body) for every wanted shape that objects of the classes answer."""
        kin, defined = self._kin, self._defined
        names_shape = defined.virtual_shape
        lines, places, ranks = [classes], [np.arange(len(classes))], [np.zeros(len(classes), np.int64)]
        current, place, rank = kin.super_of[classes], np.arange(len(classes)), 1
        while True:
            keep = current >= 0
            current, place = current[keep], place[keep]
            if not len(current):
                break
            lines.append(current)
            places.append(place)
            ranks.append(np.full(len(current), rank))
            current, rank = kin.super_of[current], rank + 1
        above, which = kin.above.many(classes)
        sides = kin.is_interface[above]
        lines.append(above[sides])
        places.append(which[sides])
        ranks.append(np.full(int(sides.sum()), rank))
        line, place, order = np.concatenate(lines), np.concatenate(places), np.concatenate(ranks)
        first = defined.first_virtual[line]
        rows, which = spread(first, defined.first_virtual[line + 1] - first)
        shape = names_shape[rows]
        keep = wanted[shape]
        rows, which, shape = rows[keep], which[keep], shape[keep]
        body = defined.body_of[defined.virtual[rows]]
        of_interface = order[which] == rank
        keep = ~(of_interface & (body < 0))  # an interface that gives no body hides nothing
        body, which, shape = body[keep], which[keep], shape[keep]
        cell, owner, _ = pair_ids(place[which], shape)
        best = np.full(len(owner), rank + 1)
        np.minimum.at(best, cell, order[which])
        chosen = np.flatnonzero(order[which] == best[cell])
        body, cell = body[chosen], cell[chosen]
        chosen_owner = owner[cell]
        keep = body >= 0
        body, cell, chosen_owner = body[keep], cell[keep], chosen_owner[keep]
        several = np.flatnonzero(np.bincount(cell, minlength=len(owner))[cell] > 1)
        if len(several):  # defaults of several interfaces
            lost = [
                number
                for number in several.tolist()
                if int(body[number])
                not in defined.defaults(int(classes[chosen_owner[number]]), int(defined.shape[body[number]]))
            ]
            body, chosen_owner = np.delete(body, lost), np.delete(chosen_owner, lost)
        return classes[chosen_owner], body

    def bodies(self, classes: Ints) -> tuple[Ints, Ints]:
        """Return the bodies that objects of the classes answer with, and the position in ``classes`` of each."""
        places, which = self._table.places(classes)
        return self._table.columns[0][places].astype(np.int64), which

    def own(self, bodies: Ints) -> tuple[Ints, Ints]:
        """Return (reference, body) for the references at or above the class of each body."""
        places, which = self._own.places(bodies)
        return self._own.columns[0][places].astype(np.int64), bodies[which]

    def more(self, classes: Ints) -> tuple[Ints, Ints, Ints]:
        """Return (reference, body, class) for references that objects answer with a body that is not below them.

        Of the class the position in ``classes``.
        """
        places, which = self._more.places(classes)
        reference, body = self._more.columns[:, places].astype(np.int64)
        return reference, body, which
