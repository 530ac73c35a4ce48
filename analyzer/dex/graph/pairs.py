"""Small array operations that everything here is made of: pairs as dense numbers, and rows of unequal length.

`numpy.unique` hashes integers and is many times slower than sorting packed keys, so nothing here uses it; nor
`numpy.isin`, which calls it and loads numpy's masked arrays for that: 90 ms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analyzer.dex.arrays import Flags, Ints

Int4 = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.signedinteger[Any]]
"""Integers of any size."""


def bits(limit: int) -> int:
    """Return how many bits hold the numbers below ``limit``."""
    return max(1, int(limit - 1).bit_length()) if limit > 1 else 1


def unique(values: Numbers) -> Ints:
    """Return the sorted distinct values."""
    ordered = np.sort(values).astype(np.int64)
    if not len(values):
        return ordered
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def pair_ids(left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Give numbers to distinct (left, right) pairs of non-negative integers in ascending order.

    Returns the number of each given pair, then both halves by number. Exact: nothing is hashed.
    """
    count = len(left)
    if not count:
        empty = np.zeros(0, np.int64)
        return empty, empty, empty
    right_bits, place_bits = bits(int(right.max()) + 1), bits(count)
    if bits(int(left.max()) + 1) + right_bits + place_bits <= 63:
        packed = left.astype(np.int64) << right_bits
        packed |= right
        packed <<= place_bits
        packed |= np.arange(count)
        packed.sort()
        order = packed & ((1 << place_bits) - 1)
        packed >>= place_bits
        fresh = np.empty(count, np.bool_)
        fresh[0] = True
        np.not_equal(packed[1:], packed[:-1], out=fresh[1:])
        keys = packed[fresh]
        halves = keys >> right_bits, keys & ((1 << right_bits) - 1)
    else:
        order = np.lexsort((right, left))
        first, second = left[order], right[order]
        fresh = np.concatenate(([True], (first[1:] != first[:-1]) | (second[1:] != second[:-1])))
        halves = first[fresh].astype(np.int64), second[fresh].astype(np.int64)
    numbers = np.empty(count, np.int64)
    numbers[order] = np.cumsum(fresh) - 1
    return numbers, halves[0], halves[1]


def spread(first: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Lay rows of unequal length behind each other.

    Row n covers ``first[n]`` to ``first[n] + count[n]``. Returns all those places, and the row of each.
    """
    total = int(count.sum())
    owner = np.repeat(np.arange(len(count)), count)
    begin = np.cumsum(count)
    begin -= count
    return np.arange(total) + (first - begin)[owner], owner


def among(values: Numbers, members: Numbers) -> Flags:
    """Return for each value whether it is one of ``members``, which are ascending."""
    if not len(members):
        return np.zeros(len(values), np.bool_)
    places = np.minimum(np.searchsorted(members, values), len(members) - 1)
    found: Flags = members[places] == values
    return found


def equal_range(ordered: npt.NDArray[Any], value: int) -> tuple[int, int]:
    """Return where a value begins and ends in an ascending array.

    The value is given the array's own type: with another one numpy would copy the whole array at each call.
    """
    wanted = ordered.dtype.type(value)
    return int(ordered.searchsorted(wanted)), int(ordered.searchsorted(wanted, "right"))


class Rows:
    """Numbers grouped by owner, for owners 0 … n-1."""

    __slots__ = ("first", "values")

    def __init__(self, first: Ints, values: Ints) -> None:
        """Take the offsets, one more than there are owners, and all values in order of owner."""
        self.first, self.values = first, values

    @classmethod
    def group(cls, owners: Ints, values: Ints, size: int) -> Rows:
        """Group values by owner and sort them within each; equal ones are kept once."""
        numbers, left, right = pair_ids(owners, values)
        del numbers
        return cls(np.searchsorted(left, np.arange(size + 1)), right)

    @classmethod
    def keep(cls, owners: Numbers, values: Ints, size: int) -> Rows:
        """Group values by owner and keep their order and number."""
        order = np.argsort(owners, kind="stable")
        return cls(np.searchsorted(owners[order], np.arange(size + 1)), values[order])

    def of(self, owner: int) -> Ints:
        """Return the values of one owner."""
        return self.values[self.first[owner] : self.first[owner + 1]]

    def counts(self, owners: Ints) -> Ints:
        """Return how many values each owner has."""
        return self.first[owners + 1] - self.first[owners]

    def many(self, owners: Numbers) -> tuple[Ints, Ints]:
        """Return the values of many owners behind each other, and the position in ``owners`` of each."""
        first = self.first[owners]
        places, owner = spread(first, self.first[owners + 1] - first)
        return self.values[places], owner


class Keys:
    """Finds (left, right) pairs among sorted distinct ones."""

    def __init__(self, left: Ints, right: Ints, right_limit: int) -> None:
        self._limit = max(right_limit, 1)
        self._keys: Ints = left.astype(np.int64) * self._limit + right
        self._top = len(self._keys) - 1

    def find(self, left: Ints, right: Ints) -> Ints:
        """Return the number of each pair, -1 for one that does not exist."""
        if self._top < 0 or not len(left):
            return np.full(len(left), -1, np.int64)
        wanted = left.astype(np.int64) * self._limit + right
        places = np.minimum(self._keys.searchsorted(wanted), self._top)
        places[self._keys[places] != wanted] = -1
        return places


def flags(size: int, *members: Numbers) -> Flags:
    """Return ``size`` flags that are true at the members."""
    found = np.zeros(size, np.bool_)
    for numbers in members:
        found[numbers] = True
    return found
