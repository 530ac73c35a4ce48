"""The unified social credit code (统一社会信用代码, GB 32100-2015): form and check character."""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


def check_character(head: str) -> str:
    """Return the check character for the first 17 characters."""
    total = sum(_ALPHABET.index(char) * pow(3, index, 31) for index, char in enumerate(head))
    return _ALPHABET[(31 - total % 31) % 31]


def uscc_problem(code: str) -> str | None:
    """Return what is wrong with a code, or `None`."""
    if not _FORM.fullmatch(code):
        return "18 characters, digits and capital letters without I, O, S, V, Z"
    expected = check_character(code[:17])
    return None if code[17] == expected else f"the check character is {code[17]}, computed is {expected}"


def province_of(code: str) -> str:
    """Return the province digits of the place of registration."""
    return code[2:4]
