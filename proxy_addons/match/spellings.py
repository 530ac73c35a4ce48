"""The ways in which one value is written before it is sent, encoded or hashed (integration papers of ad exchanges)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from math import prod

SEPARATORS = re.compile(r"[\s:\-.]")
HEX_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2}[:\-]?){5}[0-9a-fA-F]{2}\Z")
UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\Z")
PHONE = re.compile(r"1[3-9]\d{9}\Z")
ID_CARD = re.compile(r"\d{17}[\dXx]\Z")
POINT = re.compile(r"-?\d+\.\d+,-?\d+\.\d+\Z")
DATE = re.compile(r"((?:19|20)\d{2})[-/.年]?(\d{2})[-/.月]?(\d{2})日?\Z")
HAN_NAME = re.compile(r"[㐀-鿿]{2,4}(?:·[㐀-鿿]{1,8})?\Z")
_DOUBLE = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生公户公玉公仪梁丘公仲公上公门公山公坚左丘公伯西门公祖第五公乘贯丘公皙南荣东里东宫仲长子书子桑即墨达奚"
    "褚师"
)
DOUBLE_SURNAMES = frozenset(_DOUBLE[at : at + 2] for at in range(0, len(_DOUBLE), 2))
"""Surnames of two characters, so that the given name is known where both are written in Latin letters."""
MAX_READINGS = 64
"""Combinations of readings of one name that are looked for, the commonest first (`unread` counts the others)."""


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
        forms += [prefix + bare for prefix in ("86", "+86", "0086", "+86 ", "86-", "+86-", "0")]
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


def masked(value: str) -> tuple[str, ...]:
    """Return a phone, citizen or card number as it is shown with its middle starred out."""
    bare = SEPARATORS.sub("", value)
    cuts: tuple[tuple[int, int], ...]
    if PHONE.match(bare):
        return (f"{bare[:3]}****{bare[7:]}", f"{bare[:3]}xxxx{bare[7:]}")
    if ID_CARD.match(bare):
        cuts = ((6, 4), (4, 4), (3, 4), (6, 2))
    elif bare.isdigit() and 16 <= len(bare) <= 19:  # a bank card
        cuts = ((6, 4), (4, 4))
    else:
        return ()
    return tuple(f"{bare[:head]}{'*' * (len(bare) - head - tail)}{bare[-tail:]}" for head, tail in cuts)


def romanized(value: str) -> tuple[str, ...]:
    """Return a Chinese name in Latin letters, in both orders, in every reading; nothing for anything else."""
    readings = _readings(value)
    if not readings:
        return ()
    cut = 2 if value[:2] in DOUBLE_SURNAMES and len(value) > 2 else 1
    forms: list[str] = []
    for choice in islice(_choices([len(one) for one in readings]), MAX_READINGS):
        syllables = [one[number] for one, number in zip(readings, choice, strict=True)]
        surname, given = "".join(syllables[:cut]), "".join(syllables[cut:])
        forms += [f"{surname}{mark}{given}" for mark in ("", " ", ".", "_", "-")]
        forms += [f"{given}{mark}{surname}" for mark in ("", " ", ".", "_", "-")]
        forms.append(" ".join(syllables))
    return tuple(dict.fromkeys(forms))


def unread(value: str) -> int:
    """Return how many combinations of readings of a Chinese name `romanized` leaves out."""
    readings = _readings(value)
    return max(0, prod(map(len, readings)) - MAX_READINGS) if readings else 0


def _readings(value: str) -> list[list[str]]:
    """Return the readings of each character of a Chinese name, the commonest first; nothing for anything else."""
    if not HAN_NAME.match(value):
        return []
    from pypinyin import Style, pinyin  # noqa: PLC0415  # its tables are only worth loading for a name

    return pinyin(value.replace("·", ""), style=Style.NORMAL, heteronym=True, errors="ignore")


def _choices(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield one number below each size, those with the smallest sum first."""

    def summing(place: int, rest: int) -> Iterator[tuple[int, ...]]:
        if place == len(sizes):
            if rest == 0:
                yield ()
            return
        for number in range(min(rest, sizes[place] - 1) + 1):
            for others in summing(place + 1, rest - number):
                yield (number, *others)

    for total in range(sum(sizes) - len(sizes) + 1):
        yield from summing(0, total)
