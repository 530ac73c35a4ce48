"""Check digits and shapes of identifiers, by the names that `rules/identifiers.yaml` uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_ID18_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID18_CHECK = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DIGITS = re.compile(r"[0-9]+")
_HEX12 = re.compile(r"[0-9A-Fa-f]{12}")


def luhn(text: str) -> bool:
    """Tell whether ASCII digits pass the Luhn check (ISO/IEC 7812): IMEI, ICCID, bank card."""
    if not _DIGITS.fullmatch(text):
        return False
    total = 0
    for place, character in enumerate(reversed(text)):
        digit = int(character)
        if place % 2:
            digit = digit * 2 - (9 if digit > 4 else 0)
        total += digit
    return total % 10 == 0


def id18(text: str) -> bool:
    """Tell whether an 18-character citizen number has the right check character (GB 11643)."""
    if len(text) != 18 or not _DIGITS.fullmatch(text[:17]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, _ID18_WEIGHTS, strict=False))
    return _ID18_CHECK[total % 11] == text[17].upper()


def xueji(text: str) -> bool:
    """Tell whether it can be a national student record number (学籍号).

    G and J carry the check of `id18`; the end of an L-number is random.
    """
    if len(text) != 19 or text[0] not in "GLJ":
        return False
    if text[0] == "L":
        return bool(_DIGITS.fullmatch(text[1:18])) and text[18] in "0123456789Xx"
    return id18(text[1:])


def uscc(text: str) -> bool:
    """Tell whether a unified social credit code has the right check character (GB 32100-2015, mod 31)."""
    if len(text) != 18 or any(character not in _USCC_ALPHABET for character in text):
        return False
    total = sum(_USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(text[:17]))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


def mac(text: str) -> bool:
    """Tell whether it is a hardware address that one device can have: not constant, not multicast."""
    digits = re.sub(r"[:-]", "", text)
    if not _HEX12.fullmatch(digits):
        return False
    lowered = digits.lower()
    if lowered == "020000000000" or len(set(lowered)) == 1:
        return False
    return int(lowered[:2], 16) & 1 == 0


def none(text: str) -> bool:
    """Accept everything that is not empty: the pattern is all there is."""
    return bool(text)


VALIDATORS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"luhn": luhn, "id18": id18, "xueji": xueji, "uscc": uscc, "mac": mac, "none": none}
)
"""The check behind each `validator` name."""
