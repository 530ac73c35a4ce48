"""Formats, spellings and key names of identifiers in traffic and texts: `rules/identifiers.yaml`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from analyzer.model import Bilingual, DataId, RuleDataError
from analyzer.model.base import Record
from analyzer.model.record import dataclass

from .checksums import VALIDATORS
from .reading import read_mapping
from .rows import Row, build_rows, check_patterns

Spelling = Literal[
    "raw", "lower", "upper",
    "plain_lower", "plain_upper",
    "colons_lower", "colons_upper", "dashes_lower", "dashes_upper",
    "with_86", "with_plus86", "without_86",
    "without_leading_zeros", "first_14", "without_check_digit", "quoted",
    "date_dashed", "date_plain", "date_slashed",
    "decimals_4", "decimals_5", "decimals_6", "lng_lat",
]  # fmt: skip
"""How a known value may be written before it is hashed or encoded; `plain` is without separators."""
Digest = Literal["md5", "sha1", "sha256", "md5_md5", "sha256_md5", "md5_16"]
Guard = Literal["epoch_millis", "epoch_seconds", "all_zero", "one_character", "ascending_digits", "hex_digest_part"]
_KEY_NOISE = re.compile(r"[\s_\-.$#\[\]]+")


def key_form(name: str) -> str:
    """Return the form in which key names are compared: ``Imei_MD5``, ``imei-md5`` and ``imeiMd5`` are ``imeimd5``."""
    return _KEY_NOISE.sub("", name).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoordinatePair(Record):
    """Two numbers that count only together, under keys of the same object, within these bounds (degrees)."""

    first_keys: tuple[str, ...]
    second_keys: tuple[str, ...]
    first_min: str
    first_max: str
    second_min: str
    second_max: str
    min_decimals: int
    """Fewer decimals give a coarse place only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier(Row):
    """One kind of value that can be recognised, and what it takes to believe it."""

    id: str
    title: Bilingual
    kind: Literal["device", "person", "registry"]
    data: DataId | None
    """`None` for registry numbers, which are no personal data."""
    patterns: tuple[str, ...] = ()
    """Python regular expressions; group 1, where there is one, is the value. Empty: known value or key name only."""
    validator: Literal["luhn", "id18", "xueji", "uscc", "mac", "none"] = "none"
    """Name of the check in `checksums`."""
    alone: Literal["never", "hint"]
    """``never``: the pattern needs a key name besides; ``hint``: pattern and check alone may be `suspected`."""
    keys: tuple[str, ...] = ()
    """Key names that raise confidence, in any case and with any separators (`key_form`)."""
    weak_keys: tuple[str, ...] = ()
    """Ambiguous key names (``aid``, ``cid``): with a matching pattern only, and never for `proven`."""
    other_keys: tuple[str, ...] = ()
    """Key names that say that it is something else: a match under them is dropped."""
    together: tuple[tuple[str, ...], ...] = ()
    """Groups of key names of which one each must stand in the same object."""
    pair: CoordinatePair | None = None
    min_count: int = 1
    """Number of matches in one list from which they count."""
    spellings: tuple[Spelling, ...] = ("raw",)
    """Spellings of a known value to look for."""
    digests: tuple[Digest, ...] = ()
    whole_token: bool = False
    """A known value is short or common: it counts only as a whole token, never inside a longer one."""
    min_known_length: int = 4
    """Shorter known values count only under one of the keys."""
    guards: tuple[Guard, ...] = ()
    ignore: tuple[str, ...] = ()
    """Values that every device may send; compared in lower case without separators too."""
    samples: tuple[str, ...] = ()
    """Made-up or published values that must match."""
    rejects: tuple[str, ...] = ()
    """Values that must not."""
    note: Bilingual | None = None

    def __post_init__(self) -> None:
        check_patterns(self.patterns)
        if self.alone == "hint" and not self.patterns:
            raise ValueError("alone: hint needs a pattern")
        if (self.kind == "registry") != (self.data is None):
            raise ValueError("data: null for registry numbers, and only for them")

    def ignores(self, value: str) -> bool:
        """Tell whether ``value`` is on the ignore list."""
        plain = re.sub(r"[\s:\-]", "", value).lower()
        return any(plain == re.sub(r"[\s:\-]", "", item).lower() for item in self.ignore)

    def find(self, text: str) -> list[str]:
        """Return the values in ``text`` that fit a pattern, pass the check and are not ignored, in order."""
        check = VALIDATORS[self.validator]
        found: list[str] = []
        for pattern in self.patterns:
            for match in re.finditer(pattern, text):
                value = next((group for group in match.groups() if group is not None), match.group())
                if check(value) and not self.ignores(value) and value not in found:
                    found.append(value)
        return found


def parse_identifiers(root: Path) -> dict[str, Identifier]:
    """Read the identifiers, by id; each row's own samples and rejects are tried."""
    path = root / "identifiers.yaml"
    rows = build_rows(Identifier, path, read_mapping(path))
    for key, row in rows.items():
        for sample in row.samples:
            if not row.find(sample):
                raise RuleDataError(f"{path}: {key}: samples: {sample} is not found")
        for reject in row.rejects:
            if row.find(reject):
                raise RuleDataError(f"{path}: {key}: rejects: {reject} is found")
    return rows
