"""The string table of one DEX file: binary search, text, and search over the raw pool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

import numpy as np
import numpy.typing as npt

from . import mutf8, native
from .arrays import Bytes, Flags, Ints
from .problem import DamagedError

_KEY = 32
"""Bytes of a string that stand in its search key. Longer equal prefixes are settled on the full strings."""


_NUL = b"\xc0\x80"


class Needles:
    """Strings to look for, as MUTF-8: made once, looked for in many files."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.texts = texts
        self.ended = [text + b"\0" for text in texts]
        self.joined = b"".join(self.ended)
        self.begins: Ints = np.cumsum([0, *map(len, self.ended)], dtype=np.int64)

    # What follows is asked for only where there is no compiled core.

    @cached_property
    def keys(self) -> npt.NDArray[np.bytes_]:
        """The first bytes of each text."""
        return np.array(self.texts, f"S{_KEY}")

    @cached_property
    def lengths(self) -> Ints:
        """Bytes of each text."""
        return np.array([len(text) for text in self.texts], np.int64)

    @cached_property
    def middles(self) -> Bytes:
        """The byte in the middle of each text, its NUL counted."""
        return np.array([ended[len(ended) - 1 >> 1] for ended in self.ended], np.uint8)

    @cached_property
    def long(self) -> list[int]:
        """Numbers of the texts that `keys` does not hold whole."""
        return [number for number, text in enumerate(self.texts) if len(text) >= _KEY]

    @cached_property
    def with_nul(self) -> list[int]:
        """Numbers of the texts with U+0000."""
        return [number for number, text in enumerate(self.texts) if b"\xc0\x80" in text]


class StringPool:
    """Strings of one DEX file by index, in the order of the file (UTF-16 code units).

    The order is checked, not believed: a table that breaks it is searched through a dictionary instead.
    """

    def __init__(self, data: bytes, offsets: npt.NDArray[np.uint32]) -> None:
        self._data = data
        self._raw: Bytes = np.frombuffer(data, np.uint8)
        self.count = len(offsets)
        if self.count and int(offsets.max()) + 2 > len(data):
            raise DamagedError("a string lies outside the file")
        self._offsets = offsets
        self.starts: Ints = self._skip_lengths(offsets.astype(np.int64))

    def _skip_lengths(self, at: Ints) -> Ints:
        """Return where the characters begin: behind the ULEB128 of the length in UTF-16 units (1 to 5 bytes)."""
        pending = np.flatnonzero(self._raw[at] >= 0x80) if self.count else at
        starts = at + 1
        for _ in range(4):
            if not len(pending):
                return starts
            if int(starts[pending].max()) + 1 > len(self._raw) - 1:
                raise DamagedError("a string lies outside the file")
            longer = self._raw[starts[pending]] >= 0x80
            starts[pending] += 1
            pending = pending[longer]
        if len(pending):
            raise DamagedError("the length of a string is not a ULEB128 number")
        return starts

    @cached_property
    def _start_list(self) -> memoryview:
        return memoryview(self.starts)  # single numbers come out of it much faster than out of an array

    def raw(self, index: int) -> bytes:
        """Return the MUTF-8 bytes of a string."""
        start = self._start_list[index]
        end = self._data.find(b"\0", start)
        return self._data[start:] if end < 0 else self._data[start:end]

    def many(self, indices: Ints) -> list[bytes]:
        """Return the MUTF-8 bytes of many strings; a third of the time of asking for each."""
        if not len(indices):
            return []
        ends = self._pool[1]
        starts = self.starts[indices]
        places = np.searchsorted(ends, starts)
        if int(places.max()) >= len(ends):  # the last one is not closed
            return [self.raw(index) for index in indices.tolist()]
        data = self._data
        return [data[start:end] for start, end in zip(starts.tolist(), ends[places].tolist(), strict=True)]

    def text(self, index: int) -> str:
        """Return a string as text."""
        return mutf8.decode(self.raw(index))

    @cached_property
    def _with_nul(self) -> list[int]:
        """Indices of the strings that contain U+0000: their bytes are not in the order of the table."""
        data, found = self._data, []
        at, ends = self._pool
        last = int(ends[-1]) if len(ends) else 0
        while (at := data.find(b"\xc0", at, last)) >= 0:  # one byte is found much faster; it begins nothing else
            if data[at + 1] != 0x80:
                at += 1
                continue
            found.append(at)
            at = data.find(b"\0", at)  # once for each string; Kotlin's metadata is full of them
            if at < 0:
                break
        owners, inside = self._owners(np.array(found, np.int64))
        return self._indices(owners[inside]).tolist()  # type: ignore[no-any-return]  # numpy types tolist as Any

    @cached_property
    def keys(self) -> npt.NDArray[np.bytes_]:
        """The first bytes of every string, with whatever follows a shorter one: NUL ends the part that counts.

        U+0000 is put in as one NUL, so that the order is that of UTF-16; no string without it compares as far as that.
        """
        room = len(self._data) - _KEY
        near_end = self.starts > room
        if room < 0:
            keys = np.zeros(self.count, f"S{_KEY}")
        else:
            windows: npt.NDArray[np.bytes_] = np.ndarray((room + 1,), f"S{_KEY}", buffer=self._data, strides=(1,))
            keys = windows[np.where(near_end, 0, self.starts)]
        for index in np.flatnonzero(near_end).tolist():
            start = self._start_list[index]
            keys[index] = self._data[start : start + _KEY]
        for index in self._with_nul:
            start = self._start_list[index]
            head = self._data[start : start + 2 * _KEY]  # two bytes become one
            keys[index] = head.replace(b"\xc0\x80", b"\0")[:_KEY]
        return keys

    @cached_property
    def is_sorted(self) -> bool:
        """Whether the keys are in the order that the format asks for: by UTF-16 code unit.

        Strings with equal keys may stand in any order: among those `find` looks at each.
        """
        if self.count < 2:
            return True
        # Eight bytes at a time, as numbers: a fifth of the time of comparing the keys, which most often differ late.
        words = self.keys.view(">u8").reshape(self.count, _KEY // 8)
        same = np.arange(self.count - 1)
        doubtful: list[int] = []  # or what follows a shorter string made it look so
        for column in range(_KEY // 8):
            word = words[:, column].astype(np.uint64)
            before, after = word[same], word[same + 1]
            doubtful += same[before > after].tolist()
            same = same[before == after]
            if not len(same):
                break
        return all(
            self.raw(index).replace(b"\xc0\x80", b"\0") < self.raw(index + 1).replace(b"\xc0\x80", b"\0")
            for index in doubtful
        )

    @cached_property
    def _by_bytes(self) -> dict[bytes, int]:
        return {self.raw(index): index for index in range(self.count - 1, -1, -1)}

    @cached_property
    def _slots(self) -> tuple[native.Core, native.Slots] | None:
        """The compiled core and its table of the strings, `None` without it."""
        core = native.core()
        slots = core.fill_slots(self._data, self.starts) if core is not None else None
        return (core, slots) if core is not None and slots is not None else None

    def find(self, wanted: Needles) -> list[int]:
        """Return the index of each wanted string, -1 where the file does not have it."""
        if not self.count or not wanted.texts:
            return [-1] * len(wanted.texts)
        if self._slots is not None:
            core, slots = self._slots
            return core.find_strings(self._data, self.starts, slots, wanted.joined, wanted.begins).tolist()  # type: ignore[no-any-return]  # numpy
        if not self.is_sorted:
            return [self._by_bytes.get(item, -1) for item in wanted.texts]
        places = np.searchsorted(self.keys, wanted.keys)
        found = [-1] * len(wanted.texts)
        data, starts = self._data, self._start_list
        for number in self._possible(places, wanted):
            place = int(places[number])
            if data.startswith(wanted.ended[number], starts[place]):
                found[number] = place
        for number in wanted.long:
            found[number] = self._find_long(wanted.ended[number], wanted.texts[number][:_KEY], int(places[number]))
        for number in wanted.with_nul:
            found[number] = next((i for i in self._with_nul if self.raw(i) == wanted.texts[number]), -1)
        return found

    def _possible(self, places: Ints, wanted: Needles) -> list[int]:
        """Return the numbers of the needles whose first, middle and closing byte fit what stands at their place."""
        inside = np.minimum(places, self.count - 1)
        at, last = self.starts[inside], len(self._raw) - 1
        fits = (places < self.count) & (self._raw[np.minimum(at + wanted.lengths, last)] == 0)
        fits &= self._raw[np.minimum(at + wanted.lengths // 2, last)] == wanted.middles
        return np.flatnonzero(fits).tolist()

    def _find_long(self, ended: bytes, key: bytes, place: int) -> int:
        """Look at every string from ``place`` on that begins with ``key``."""
        while place < self.count and self._data.startswith(key, self._start_list[place]):
            if self._data.startswith(ended, self._start_list[place]):
                return place
            place += 1
        return -1

    def starting(self, prefixes: Sequence[bytes]) -> list[int]:
        """Return the indices of the strings that begin with one of ``prefixes`` (no NUL in them), by prefix."""
        if not prefixes or not self.count:
            return []
        core = native.core()
        if core is not None or not self.is_sorted:
            marks = core.mark_beginnings(self._data, self.starts, prefixes) if core is not None else self.starts > 0
            rows = np.flatnonzero(marks).tolist()
            starts = self._start_list
            return [row for prefix in prefixes for row in rows if self._data.startswith(prefix, starts[row])]
        lows = np.searchsorted(self.keys, np.array(prefixes, f"S{_KEY}")).tolist()
        found = []
        for prefix, low in zip(prefixes, lows, strict=True):
            key, index = prefix[:_KEY], low
            while index < self.count and self._data.startswith(key, self._start_list[index]):
                if self._data.startswith(prefix, self._start_list[index]):
                    found.append(index)
                index += 1
        return found

    @cached_property
    def _pool(self) -> tuple[int, Ints]:
        """Where the first string begins, and the places of the NUL bytes that end strings, in order of place."""
        first = int(self.starts.min())
        last = self._data.find(b"\0", int(self.starts.max()))
        ends = self._offsets[1:].astype(np.int64) - 1
        if (
            last >= 0
            and self._order[0] is None
            and bool((self._raw[ends] == 0).all() and (ends >= self.starts[:-1]).all())
        ):
            return first, np.append(ends, last)  # one string right behind the other, as compilers write them
        return first, np.flatnonzero(self._raw[first : last + 1 if last >= 0 else None] == 0) + first

    @cached_property
    def _order(self) -> tuple[Ints | None, Ints]:
        """Indices by place in the file (`None`: already so, as compilers write them) and their starts in that order."""
        if self.count < 2 or bool((self.starts[1:] > self.starts[:-1]).all()):
            return None, self.starts
        order = np.argsort(self.starts, kind="stable")
        return order, self.starts[order]

    def _owners(self, at: Ints) -> tuple[Ints, Flags]:
        """Return which string each place lies in or behind (by order of place), and whether it lies in it."""
        _, starts = self._order
        ends = self._pool[1]
        owners = np.searchsorted(starts, at, "right") - 1
        inside = owners >= 0
        first_end = np.searchsorted(ends, starts[np.maximum(owners, 0)])
        inside &= np.where(first_end < len(ends), ends[np.minimum(first_end, len(ends) - 1)], 1 << 62) >= at
        return owners, inside

    def _indices(self, owners: Ints) -> Ints:
        order = self._order[0]
        found = np.sort(owners if order is None else order[owners])
        return found[np.concatenate(([True], found[1:] != found[:-1]))] if len(found) else found

    def ending(self, endings: AbstractSet[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield (index, whole string) of the strings that end with a dot and one of ``endings``, in index order."""
        if not self.count or not endings:
            return
        ends = self._pool[1]
        core = native.core()
        dots = core.find_endings(self._data, ends, endings) if core is not None else None
        if dots is None:
            dots = self._dotted(ends, endings)
        if not len(dots):
            return
        owners, inside = self._owners(dots)
        for index in self._indices(owners[inside]).tolist():
            yield index, self.raw(index)

    def _dotted(self, ends: Ints, endings: AbstractSet[bytes]) -> Ints:
        found: list[int] = []
        for length in sorted({len(ending) for ending in endings}):
            after = ends[ends > length]
            dotted = after[self._raw[after - length - 1] == ord(".")].tolist()
            found += [end - length - 1 for end in dotted if self._data[end - length : end] in endings]
        return np.array(found, np.int64)

    def search(self, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield (index, whole string) of every string in which ``pattern`` matches, in index order.

        The expression runs over the raw bytes of the table at once, so it must not be able to match a NUL.
        """
        for index in self._matching(pattern).tolist():
            yield index, self.raw(index)

    def _matching(self, pattern: re.Pattern[bytes]) -> Ints:
        if not self.count:
            return np.zeros(0, np.int64)
        first, ends = self._pool
        last = int(ends[-1]) if len(ends) else len(self._data)
        at = np.array(_places(pattern, self._data, first, last), np.int64)
        owners, inside = self._owners(at)
        hits = owners[inside]
        # A match that began in the length before a string took its beginning along: look at that string alone.
        order, starts = self._order
        late = np.searchsorted(starts, at[~inside])
        again = [
            number
            for number in sorted(set(late[late < self.count].tolist()))
            if pattern.search(self.raw(number if order is None else int(order[number])))
        ]
        return self._indices(np.concatenate((hits, np.asarray(again, np.int64))))


def _places(pattern: re.Pattern[bytes], data: bytes, first: int, last: int) -> list[int]:
    """Return where an expression matches. The text that it begins with is found many times faster by itself."""
    core, text = native.core(), pattern.pattern
    head = re.match(rb"[^.^$*+?{}\[\]\\|()]*", text)
    plain = head is not None and b"|" not in text and not pattern.flags and text[head.end() :][:1] not in _REPEATS
    at = core.find_text(data, first, last, head[0]) if core is not None and head is not None and plain else None
    if at is None or head is None or not head[0]:
        return [match.start() for match in pattern.finditer(data, first, last)]
    return [place for place in at if pattern.match(data, place, last)]


_REPEATS = frozenset({b"*", b"+", b"?", b"{"})
