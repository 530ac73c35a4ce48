"""Where a pattern is worth trying: two dozen expressions over every byte would cost more than all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from analyzer.catalogue.identifiers import Identifier

from .haystack import DIGIT_RUN, Haystack
from .keys import words_of
from .sieve import FULL_WIDTH, behind_name

BLOB = re.compile(r"[A-Za-z0-9+/_=-]{1024,}\Z")
"""A picture or a cipher text in base64 or hex: numbers in it are chance."""
NAMING = re.compile(rb"""[\w.$\-\x80-\xff]{0,60}["']?\s{0,3}(?:[:=]|=>|>)""")
"""What follows the word of a key name where it names a value: the rest of the name, and a sign."""
BEHIND = 120
"""Bytes behind a name in which its value stands."""
AROUND = 80
RUN = re.compile(rb"0+")
ELEVEN = re.compile(r"\d{11,}")
TO_HEX = bytes(104 if code in b"0123456789abcdefABCDEF" else code for code in range(256))
"""Every hexadecimal digit an h."""
MACS = (b"hh:hh:hh:hh:hh:hh", b"hh-hh-hh-hh-hh-hh")
MAX_PLACES = 20_000


class Prefilter:
    """Finds the places where a rule that needs no key name can match, by what all its samples hold."""

    def __init__(self, rules: Iterable[Identifier]) -> None:
        self._marks: dict[str, list[Identifier]] = {}
        for rule in rules:
            self._marks.setdefault(_mark(rule.samples), []).append(rule)
        digits = [pattern for rule in self._marks.get("digits", ()) for pattern in rule.patterns]
        ascii_only = all(pattern.isascii() for pattern in digits)
        before = [
            found.start()
            for rule in self._marks.get("digits", ())
            for found in map(ELEVEN.search, rule.samples)
            if found
        ]
        behind = [
            len(sample) - found.end()
            for rule in self._marks.get("digits", ())
            for sample in rule.samples
            if (found := ELEVEN.search(sample))
        ]
        # What a pattern may have before and behind its digits: no more than its samples, and a sign to tell the end.
        self._reach = (max(before, default=0) + 4, max(behind, default=0) + 2)
        self._digits = re.compile("|".join(f"(?:{one})" for one in digits).encode()) if digits and ascii_only else None

    def places(self, hay: Haystack, *, macs: bool = True) -> Iterator[tuple[Identifier, int, int]]:
        """Yield (rule, begin, end) in bytes; ``macs``: whether to look for addresses of network cards too."""
        for mark, rules in self._marks.items():
            if mark == "mac" and not macs:
                continue
            for count, (begin, end) in enumerate(self._marked(mark, hay)):
                if count > MAX_PLACES:
                    hay.cut("numbers with the form of an identifier")
                    break
                for rule in rules:
                    yield rule, begin, end

    def _marked(self, mark: str, hay: Haystack) -> Iterator[tuple[int, int]]:
        if mark == "digits":
            yield from self._numbers(hay)
        elif mark == "mac":
            if hay.data.count(b":") > 4 or hay.data.count(b"-") > 4:  # a MAC has five
                shape = hay.data.translate(TO_HEX)
                for text in MACS:
                    yield from _found(shape, text, hay.data)
        elif mark:
            yield from _found(hay.lowered, mark.encode(), hay.data)
        else:
            yield 0, len(hay.data)

    def _numbers(self, hay: Haystack) -> Iterator[tuple[int, int]]:
        shape = hay.shape
        if DIGIT_RUN not in hay.whole_digits:
            return
        before, behind = self._reach
        at = shape.find(DIGIT_RUN)
        data = hay.data
        while at >= 0:
            # 0.13912345678 is a share, and what begins inside a run was looked at: every log has both.
            share = at > 1 and data[at - 1] == 46 and shape[at - 2] == 48
            if share or (at and shape[at - 1] == 48):
                at = shape.find(DIGIT_RUN, at + len(DIGIT_RUN))
                continue
            end = RUN.match(shape, at).end()  # type: ignore[union-attr]  # it begins with eleven
            # Thirteen digits from 1 are milliseconds since the epoch.
            chance = end - at == 13 and data[at] == 49
            if not chance and (self._digits is None or self._digits.search(data, max(0, at - before), end + behind)):
                yield _inside(data, at, end)
            at = shape.find(DIGIT_RUN, end)


def _found(shape: bytes, text: bytes, data: bytes) -> Iterator[tuple[int, int]]:
    at, upto = shape.find(text), -1
    while at >= 0:
        if at + len(text) > upto:  # else a window that covers it was given already
            begin, upto = _inside(data, at, at + len(text))
            yield begin, upto
        at = shape.find(text, at + 1)


def _inside(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the surroundings of ``start:end`` within its leaf."""
    begin, upto = max(0, start - AROUND), end + AROUND
    close = data.find(b"\x00", end, upto)
    return data.rfind(b"\x00", begin, start) + 1 or begin, upto if close < 0 else close


def _mark(samples: tuple[str, ...]) -> str:
    """Return what every sample of a rule holds: ``digits``, ``mac``, a sign, or nothing that helps."""
    if not samples:
        return ""
    if all(re.search(r"\d{11}", sample) for sample in samples) and not any("-" in sample for sample in samples):
        return "digits"
    if all(re.fullmatch(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}", sample) for sample in samples):
        return "mac"
    for mark in ("@", "imsi-", "suci-"):
        if all(mark in sample.lower() for sample in samples):
            return mark
    return ""


class NamedText:
    """Finds names of values in running text: ``imei=…``, ``"phone": …``, ``<xm>…``."""

    def __init__(self, rules: Iterable[Identifier]) -> None:
        words: dict[bytes, list[str]] = {}
        rules = tuple(rules)
        for rule in rules:
            for name in (*rule.keys, *rule.weak_keys):
                word = max(words_of(name), key=len, default=name.lower())
                words.setdefault(word.encode(), []).append(rule.id)
        self._rules = list(words.values())
        # A kind that counts under its name only must stand directly behind it.
        self._behind = {
            rule.id: [behind_name(pattern) for pattern in rule.patterns] for rule in rules if rule.alone == "never"
        }
        # Nearly always none of them does: one expression for all that a word names says so.
        never = [[rule for rule in named if rule in self._behind] for named in self._rules]
        patterns = {rule.id: rule.patterns for rule in rules}
        self._any_behind = [
            behind_name(*dict.fromkeys(pattern for rule in some for pattern in patterns[rule])) if some else None
            for some in never
        ]
        self._always = [[rule for rule in named if rule not in self._behind] for named in self._rules]
        self._automaton = ahocorasick_rs.BytesAhoCorasick(list(words)) if words else None

    def places(self, hay: Haystack, begin: int, end: int) -> dict[str, list[tuple[int, int]]]:
        """Return rule id → places in bytes behind its names, between ``begin`` and ``end``."""
        found: dict[str, list[tuple[int, int]]] = {}
        if self._automaton is None:
            return found
        data, naming = hay.data, NAMING.match
        part = hay.lowered[begin:end]
        wide = b"\xef\xbc" in part and FULL_WIDTH.search(part) is not None
        for number, low, high in self._automaton.find_matches_as_indexes(part, overlapping=True):
            sign = naming(part, high)
            if sign is None:
                continue
            after = begin + sign.end()
            together = self._any_behind[number]
            some = together is None or wide or together.match(data, after, min(end, after + BEHIND)) is not None
            rules = self._rules[number] if some else self._always[number]
            if not rules:
                continue
            place = (begin + low, min(end, after + BEHIND))
            for rule in rules:
                if not wide and rule in self._behind:
                    for pattern in self._behind[rule]:
                        if pattern.match(data, after, place[1]) is not None:
                            break
                    else:
                        continue
                places = found.setdefault(rule, [])
                if places and place[0] <= places[-1][1]:
                    places[-1] = (places[-1][0], max(places[-1][1], place[1]))
                else:
                    places.append(place)
        return found
