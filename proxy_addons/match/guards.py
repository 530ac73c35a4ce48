"""Guards against numbers that only look like an identifier."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

FIRST_SECOND, LAST_SECOND = 946_684_800, 2_208_988_800
"""2000-01-01 and 2040-01-01, seconds since the epoch."""
COUNTER_KEY = re.compile(
    r"order|trade|bill|invoice|seq|timestamp|(^|_)ts$|time|date|nonce|sign|trace|span|request|(^|_)req|version|(^|_)ver"
    r"|build|size|length|offset|count|price|amount|duration|random|rand|hash|checksum|crc|etag|session|cursor|page",
    re.IGNORECASE,
)
"""Names of numbers that a program makes up: an unnamed pattern under one of them is chance."""


def epoch_millis(value: str, _: str, __: str) -> bool:
    """Milliseconds (13 digits), microseconds (16) or nanoseconds (19) of a date in this age."""
    return value.isdigit() and len(value) in {13, 16, 19} and FIRST_SECOND <= int(value[:10]) < LAST_SECOND


def epoch_seconds(value: str, _: str, __: str) -> bool:
    """Seconds of a date in this age."""
    return value.isdigit() and len(value) == 10 and FIRST_SECOND <= int(value) < LAST_SECOND  # digits


def all_zero(value: str, _: str, __: str) -> bool:
    """Zeros only: masked."""
    return not re.sub(r"[0:\-.,+\s]", "", value)


def one_character(value: str, _: str, __: str) -> bool:
    """One character repeated: a placeholder."""
    return len(set(re.sub(r"[:\-.\s]", "", value).lower())) <= 1


def ascending_digits(value: str, _: str, __: str) -> bool:
    """123456789…: a placeholder."""
    return value.isdigit() and value in "01234567890123456789012345"


def hex_digest_part(_: str, before: str, after: str) -> bool:
    """Part of a longer run of hex digits (dashes allowed): a piece of a digest or a UUID."""
    return bool(re.search(r"[0-9A-Fa-f]-?\Z", before) or re.match(r"-?[0-9A-Fa-f]", after))


GUARDS: Mapping[str, Callable[[str, str, str], bool]] = {
    "epoch_millis": epoch_millis,
    "epoch_seconds": epoch_seconds,
    "all_zero": all_zero,
    "one_character": one_character,
    "ascending_digits": ascending_digits,
    "hex_digest_part": hex_digest_part,
}
"""Name in `rules/identifiers.yaml` → (value, text before, text after) → whether it is none."""
