"""What may be written of a value outside the capture.

Nobody must be able to work the value out from it, yet two equal values must be seen to be equal. A digest without a key
does not do that: an 11-digit phone number with four digits shown leaves ten million candidates, which any laptop hashes
in seconds. So equality is shown by a number that carries no information about the value: ``=2`` is the second value of
this kind in the device profile (equal in all captures under that profile), ``~1`` the first other value of this kind
that the captures hold, in order of appearance (equal within one set of facts).
"""

from __future__ import annotations

import re

SECRET = frozenset(
    {"account.password", "payment", "clipboard", "sms", "biometric.face", "biometric.voice", "biometric.fingerprint"}
)
"""Kinds of which nothing is shown but that there is a value."""
MAX_STARS = 12
LONG, MIDDLE = 8, 4


def redact(data: str, value: str) -> str:
    """Return ``value`` with all but its ends replaced: two characters each side from 8, the first one from 4."""
    if data in SECRET:
        return "*" * 6
    if data.startswith("location.") and (point := re.fullmatch(r"(-?\d+)\.\d+,\s?(-?\d+)\.\d+", value)):
        return f"{point.group(1)}.***,{point.group(2)}.***"
    text = "".join(char if char.isprintable() else "?" for char in value)
    if len(text) >= LONG and text.isascii():
        return f"{text[:2]}{'*' * min(len(text) - 4, MAX_STARS)}{text[-2:]}"
    if len(text) >= MIDDLE:
        return text[:1] + "*" * min(len(text) - 1, MAX_STARS)
    return "*" * len(text)


class Tags:
    """Numbers the values that are not in the profile, in order of first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}

    def redacted(self, data: str, value: str, known: int | None) -> str:
        """Return the redacted value with its number; ``known`` is the ordinal in the profile or `None`."""
        if known is not None:
            return f"{redact(data, value)} ={known}"
        place = (data, value)
        if place not in self._numbers:
            self._counts[data] = self._counts.get(data, 0) + 1
            self._numbers[place] = self._counts[data]
        return f"{redact(data, value)} ~{self._numbers[place]}"
