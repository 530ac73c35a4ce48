"""What is wrong with a profile as a whole: values inside values, and values that other traffic holds by chance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, permutations

SEPARATORS = re.compile(r"[\s:\-.]")
MIN_INSIDE = 4
"""Characters below which a value counts under its own key only, so that it cannot be met inside another."""
CLOCK = re.compile(r"1[5-9]\d{8}(?:\d{3})?\Z")
"""Seconds and milliseconds of the years 2017 to 2033: every second request holds one."""
CENTRES = {
    "0,0": (0.0, 0.0),
    "北京 / Beijing": (39.9042, 116.4074),
    "上海 / Shanghai": (31.2304, 121.4737),
    "广州 / Guangzhou": (23.1291, 113.2644),
    "深圳 / Shenzhen": (22.5431, 114.0579),
    "模拟器缺省 / the emulator's default": (37.421998, -122.084),
}
NEAR = 0.0006
"""Degrees (some 60 m): apps fill in these points where they have no position."""
MIN_DECIMALS = 4
WRONG_SHAPES = {
    "device.android_id": (
        re.compile(r"[0-9a-fA-F]{12,16}\Z"),
        "应为 16 位十六进制 / 16 hexadecimal digits are expected",
    ),
    "device.imsi": (re.compile(r"\d{14,15}\Z"), "应为 15 位数字 / 15 digits are expected"),
    "device.iccid": (re.compile(r"\d{18,19}[0-9A-F]?\Z"), "应为 19 至 20 位 / 19 to 20 digits are expected"),
    "device.oaid": (re.compile(r"[0-9a-zA-Z-]{16,64}\Z"), "应为 16 至 64 位 / 16 to 64 characters are expected"),
    "identity.id_card": (re.compile(r"\d{15}\Z|\d{17}[0-9Xx]\Z"), "应为 18 位 / 18 characters are expected"),
    "bank_card": (re.compile(r"\d{13,19}\Z"), "应为 13 至 19 位数字 / 13 to 19 digits are expected"),
}


def collisions(values: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield one line for each value that stands inside one of another kind: one transmission would count as two."""
    flat = [(data, value) for data, items in values.items() for value in items if not data.startswith("location.")]
    for (data, value), (other, larger) in permutations(flat, 2):
        inner, outer = _bare(value), _bare(larger)
        if data != other and inner != outer and len(inner) >= MIN_INSIDE and inner in outer:
            yield f"{data}: 其值包含在 {other} 的值中，会同时命中 / stands inside that of {other}: both would be met"


def by_chance(data: str, value: str) -> str | None:
    """Return why other traffic may hold ``value`` by chance or why no device has it, or `None`."""
    if data.startswith("location."):
        return _common_place(value)
    known = WRONG_SHAPES.get(data)
    if known is not None and not known[0].match(value):
        return known[1]
    plain = _bare(value)
    if CLOCK.match(plain) and data != "phone_number":
        return "看起来是时间戳，常见于流量 / looks like a time stamp, which much traffic holds"
    if len(plain) > MIN_INSIDE and (len(set(plain)) <= 2 or _runs(plain)):  # two different characters
        return "规律性太强，可能偶然出现 / too regular: others may send it by chance"
    return None


def _bare(value: str) -> str:
    return SEPARATORS.sub("", value).lower()


def _runs(text: str) -> bool:
    """Tell whether it only counts up or down: 12345678, abcdefgh."""
    steps = {ord(later) - ord(earlier) for earlier, later in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _common_place(value: str) -> str | None:
    lat, _, lng = value.partition(",")
    try:
        point = float(lat), float(lng)
    except ValueError:
        return None
    for name, centre in CENTRES.items():
        if abs(point[0] - centre[0]) < NEAR and abs(point[1] - centre[1]) < NEAR:
            return f"应用常以此为缺省位置：{name} / a default that apps fill in: {name}"
    if min(len(part.partition(".")[2]) for part in (lat, lng)) < MIN_DECIMALS:
        return "小数位太少，难以区分 / too few decimals to be told apart"
    return None
