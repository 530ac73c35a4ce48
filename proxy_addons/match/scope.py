"""Where a pattern is worth trying: two dozen expressions over every byte would cost more than all the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analyzer.catalogue.identifiers import Identifier

from .automata import automaton
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
RUNS = re.compile(DIGIT_RUN + rb"0*")
ELEVEN = re.compile(r"\d{11,}")
TO_HEX = bytes(104 if code in b"0123456789abcdefABCDEF" else code for code in range(256))
"""Every hexadecimal digit an h."""
MACS = (b"hh:hh:hh:hh:hh:hh", b"hh-hh-hh-hh-hh-hh")
MAC = re.compile(r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}")
SIGNS = ("@", "imsi-", "suci-")
MAX_PLACES = 20_000
LEAST = 5
"""Bytes of the shortest value of a rule that needs its name: ``a.b.c``."""
VALUED = re.compile(NAMING.pattern + rb"""(?=>?\s{0,3}["']?[^"'&,;<>={}]{%d})""" % LEAST)
"""The same where a value stands behind: most names in a page have none."""


class Prefilter:
    """Finds the places where a rule that needs no key name can match, by what all its samples hold."""

    def __init__(self, rules: Iterable[Identifier]) -> None:
        self._marks: dict[str, list[Identifier]] = {}
        numbers: dict[int, list[tuple[Identifier, int, int]]] = {}
        for rule in rules:
            runs = [ELEVEN.search(sample) for sample in rule.samples]
            if not _in_digits(rule):
                for mark in _marks(rule.samples):
                    self._marks.setdefault(mark, []).append(rule)
                continue
            for sample, run in zip(rule.samples, runs, strict=True):
                if run is not None:
                    around = (rule, run.start(), len(sample) - run.end())
                    numbers.setdefault(run.end() - run.start(), []).append(around)
        self._numbers = {size: Numbers.of(around) for size, around in numbers.items()}

    def places(self, hay: Haystack, *, macs: bool = True) -> Iterator[tuple[Identifier, int, int]]:
        """Yield (rule, begin, end) in bytes; ``macs``: whether to look for addresses of network cards too."""
        yield from self._numbers_in(hay)
        for mark, rules in self._marks.items():
            if mark == "mac" and not macs:
                continue
            for count, (begin, end) in enumerate(self._marked(mark, hay)):
                if count > MAX_PLACES:
                    hay.cut("numbers with the form of an identifier")
                    break
                for rule in rules:
                    yield rule, begin, end

    @staticmethod
    def _marked(mark: str, hay: Haystack) -> Iterator[tuple[int, int]]:
        if mark == "mac":
            data = hay.data
            shape = b""
            for sign, text in zip((b":", b"-"), MACS, strict=True):
                if data.count(sign, 0, hay.text_end) > 4:  # a MAC has five
                    shape = shape or data.translate(TO_HEX)
                    yield from _found(shape, text, data, hay.text_end)
        elif mark:
            yield from _found(hay.lowered, mark.encode(), hay.data, hay.text_end)
        else:
            yield 0, hay.text_end

    def _numbers_in(self, hay: Haystack) -> Iterator[tuple[Identifier, int, int]]:
        shape = hay.shape
        if DIGIT_RUN not in shape or DIGIT_RUN not in hay.whole_digits:
            return
        data, kinds = hay.data, self._numbers
        count = 0
        for run in RUNS.finditer(shape, 0, hay.text_end):
            at, end = run.span()
            kind = kinds.get(end - at)
            # Thirteen digits from 1 are milliseconds since the epoch; 0.13912345678 is a share: every log has both.
            if kind is None or (end - at == 13 and data[at] == 49):
                continue
            if at > 1 and data[at - 1] == 46 and shape[at - 2] == 48:
                continue
            if kind.pattern is None or kind.pattern.search(data, max(0, at - kind.before), end + kind.behind):
                count += 1
                if count > MAX_PLACES:
                    hay.cut("numbers with the form of an identifier")
                    return
                begin, upto = _inside(data, at, end)
                for rule in kind.rules:
                    yield rule, begin, upto


def _found(shape: bytes, text: bytes, data: bytes, last: int) -> Iterator[tuple[int, int]]:
    at, upto = shape.find(text, 0, last), -1
    while at >= 0:
        if at + len(text) > upto:  # else a window that covers it was given already
            begin, upto = _inside(data, at, at + len(text))
            yield begin, upto
        at = shape.find(text, at + 1, last)


def _inside(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the surroundings of ``start:end`` within its leaf."""
    begin, upto = max(0, start - AROUND), end + AROUND
    close = data.find(b"\x00", end, upto)
    return data.rfind(b"\x00", begin, start) + 1 or begin, upto if close < 0 else close


class Numbers(NamedTuple):
    """The rules whose values hold a run of digits of one length: no other rule can find anything in such a run."""

    rules: tuple[Identifier, ...]
    pattern: re.Pattern[bytes] | None
    """Any of theirs; `None`: not to be tried on bytes."""
    before: int
    """Bytes of a value before its digits: no more than in its samples, and a sign to tell the end."""
    behind: int

    @classmethod
    def of(cls, around: list[tuple[Identifier, int, int]]) -> Numbers:
        """Return them from (rule, characters before, characters behind) of their samples."""
        rules = tuple({rule.id: rule for rule, _, _ in around}.values())
        patterns = [f"(?:{pattern})" for rule in rules for pattern in rule.patterns]
        tried = re.compile("|".join(patterns).encode()) if all(map(str.isascii, patterns)) else None
        return cls(rules, tried, max(one[1] for one in around) + 4, max(one[2] for one in around) + 2)


def _in_digits(rule: Identifier) -> bool:
    """Tell whether each sample of a rule is a run of digits with a few signs around it."""
    found = [ELEVEN.search(sample) is not None and "imsi" not in sample for sample in rule.samples]
    return bool(found) and all(found)


def _marks(samples: tuple[str, ...]) -> tuple[str, ...]:
    """Return what the samples of a rule hold, one of it each: ``mac``, signs, or nothing that helps."""
    if samples and all(MAC.fullmatch(sample) for sample in samples):
        return ("mac",)
    held = [next((mark for mark in SIGNS if mark in sample.lower()), "") for sample in samples]
    return tuple(dict.fromkeys(held)) if held and all(held) else ("",)


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
        # A kind that counts under its name only must stand directly behind it; others are found without it, but for
        # digits of full width.
        self._behind = {
            rule.id: [behind_name(pattern) for pattern in rule.patterns] for rule in rules if rule.alone == "never"
        }
        # Nearly always none of them does: one expression for all that a word names says so.
        self._never = never = [[rule for rule in named if rule in self._behind] for named in self._rules]
        patterns = {rule.id: rule.patterns for rule in rules}
        self._any_behind = [
            behind_name(*dict.fromkeys(pattern for rule in some for pattern in patterns[rule])) if some else None
            for some in never
        ]
        self._automaton = automaton(list(words))

    def places(self, hay: Haystack, begin: int, end: int) -> dict[str, list[tuple[int, int]]]:
        """Return rule id → places in bytes behind its names, between ``begin`` and ``end``."""
        found: dict[str, list[tuple[int, int]]] = {}
        if self._automaton is None:
            return found
        data = hay.data
        part = hay.lowered[begin:end]
        wide = b"\xef\xbc" in part and FULL_WIDTH.search(part) is not None
        naming = (NAMING if wide else VALUED).match
        for number, low, high in self._automaton.find_matches_as_indexes(part, overlapping=True):
            sign = naming(part, high)
            if sign is None:
                continue
            after = begin + sign.end()
            together = self._any_behind[number]
            if not wide and (together is None or together.match(data, after, min(end, after + BEHIND)) is None):
                continue
            place = (begin + low, min(end, after + BEHIND))
            for rule in self._rules[number] if wide else self._never[number]:
                if not wide and not any(pattern.match(data, after, place[1]) for pattern in self._behind[rule]):
                    continue
                places = found.setdefault(rule, [])
                if places and place[0] <= places[-1][1]:
                    places[-1] = (places[-1][0], max(places[-1][1], place[1]))
                else:
                    places.append(place)
        return found
