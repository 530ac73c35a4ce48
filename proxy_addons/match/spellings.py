"""The ways in which one value is written before it is sent, encoded or hashed (integration papers of ad exchanges)."""

from __future__ import annotations

import re
from collections.abc import Iterable

SEPARATORS = re.compile(r"[\s:\-.]")
HEX_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2}[:\-]?){5}[0-9a-fA-F]{2}\Z")
UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\Z")
PHONE = re.compile(r"1[3-9]\d{9}\Z")
POINT = re.compile(r"-?\d+\.\d+,-?\d+\.\d+\Z")
DATE = re.compile(r"((?:19|20)\d{2})[-/.年]?(\d{2})[-/.月]?(\d{2})日?\Z")


def spellings(value: str, wanted: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every spelling of ``value``, the value itself first, without repetition.

    ``wanted`` are the names of `analyzer.catalogue.identifiers.Spelling` that its kind asks for; case and separators
    are always varied, since every exchange writes them differently.
    """
    bare = SEPARATORS.sub("", value)
    if not re.fullmatch(r"[0-9A-Za-z+]+", bare):
        bare = value
    forms = [value, value.lower(), value.upper(), bare, bare.lower(), bare.upper()]
    names = set(wanted)
    if HEX_PAIRS.match(value) and len(bare) == 12:  # a MAC
        for mark in ":-":
            pairs = mark.join(bare[index : index + 2] for index in range(0, 12, 2))
            forms += [pairs.upper(), pairs.lower()]
        forms.append(".".join(bare[index : index + 4] for index in range(0, 12, 4)).lower())
    if UUID.match(value):
        dashed = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
        forms += [dashed.lower(), dashed.upper()]
    if PHONE.match(bare):
        forms += [prefix + bare for prefix in ("86", "+86", "0086", "+86 ", "86-", "+86-")]
        forms += [f"{bare[:3]}{mark}{bare[3:7]}{mark}{bare[7:]}" for mark in "- "]
    if (
        "without_leading_zeros" in names and value.startswith("0") and len(value.lstrip("0")) >= 12
    ):  # Long.toHexString of an Android ID
        forms += [value.lstrip("0").lower(), value.lstrip("0").upper()]
    if "first_14" in names and value.isdigit() and len(value) == 15:  # IMEI without its check digit
        forms.append(value[:14])
    if "without_check_digit" in names and value.isdigit():
        forms.append(value[:-1])
    if "quoted" in names:
        forms.append(f'"{value}"')
    if POINT.match(value):
        lat, lng = value.split(",")
        forms += [f"{lng},{lat}", f"{lat}, {lng}"]
    if date := DATE.match(value):
        forms += [mark.join(date.groups()) for mark in ("-", "/", ".", "")]
    return tuple(dict.fromkeys(form for form in forms if form))
