"""Places on earth: a known point in the coordinate systems of Chinese maps, and pairs of numbers that are a point."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyzer.catalogue.identifiers import CoordinatePair, Identifier
from proxy_addons.decode.text import WORD

from . import geohash
from .haystack import Haystack
from .hit import Hit
from .keys import KeyNames, Role

NUMBER = re.compile(r"-?\d{1,3}\.\d{1,17}\Z")
PAIR = re.compile(
    rb"(?<![\d.A-Za-z_])(-?\d{1,3}\.\d{1,17})\s{0,2}(?:,|;|\||_|/|\s|%2C|%2c)\s{0,2}(-?\d{1,3}\.\d{1,17})(?![\dA-Za-z]|\.\d)"
)
LONE = re.compile(rb"(?<![\d.A-Za-z_])-?\d{1,3}\.\d{1,17}(?![\dA-Za-z]|\.\d)")
TWO = re.compile(rb"0\.00+(?![0A-Za-z]|\.0)[^\x00]+?0\.0")
"""A fraction and the beginning of another in one leaf, in `Haystack.shape`: what every written pair of numbers has."""
TWO_ANYWHERE = re.compile(rb"0\.00+(?![0A-Za-z]|\.0).+?0\.0", re.DOTALL)
SCALED = re.compile(r"-?\d{7,10}\Z")
FRACTION = b".00"
"""Two decimals at least, in `Haystack.shape`."""
START = re.compile(rb"-?0{0,3}\Z")
MAX_NUMBERS = 5_000
GEOHASH_KEY = re.compile(r"geo|loc|gps|position|place", re.IGNORECASE)
NAMED_LETTERS = 6
"""Letters of a geohash up to which it counts under such a name only, and is a coarse place."""
TOLERANCE = 0.0006
"""Degrees, about 65 m: what two receivers and two implementations of a shift differ by."""
COARSE_DECIMALS = 2
"""So few decimals are about a kilometre: a coarse place."""
_A, _EE = 6378245.0, 0.00669342162296594323
"""Semi-major axis (m) and eccentricity² of the Krasovsky ellipsoid, on which GCJ-02 is defined."""


def in_china(lat: float, lng: float) -> bool:
    """Tell whether the GCJ-02 shift applies (the rectangle that all implementations use)."""
    return 0.8293 < lat < 55.8271 and 72.004 < lng < 137.8347


def gcj02(lat: float, lng: float) -> tuple[float, float]:
    """Shift a WGS-84 point to GCJ-02 (高德, 腾讯)."""
    if not in_china(lat, lng):
        return lat, lng
    x, y = lng - 105.0, lat - 35.0
    waves = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    d_lat += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    d_lat += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    d_lng = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    d_lng += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    d_lng += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    radians = lat / 180 * math.pi
    magic = 1 - _EE * math.sin(radians) ** 2
    d_lat = d_lat * 180 / ((_A * (1 - _EE)) / (magic * math.sqrt(magic)) * math.pi)
    d_lng = d_lng * 180 / (_A / math.sqrt(magic) * math.cos(radians) * math.pi)
    return lat + d_lat, lng + d_lng


def bd09(lat: float, lng: float) -> tuple[float, float]:
    """Shift a WGS-84 point to BD-09 (百度)."""
    g_lat, g_lng = gcj02(lat, lng)
    z = math.hypot(g_lng, g_lat) + 0.00002 * math.sin(g_lat * math.pi * 3000 / 180)
    theta = math.atan2(g_lat, g_lng) + 0.000003 * math.cos(g_lng * math.pi * 3000 / 180)
    return z * math.sin(theta) + 0.006, z * math.cos(theta) + 0.0065


SYSTEMS = (("", lambda lat, lng: (lat, lng)), ("gcj02", gcj02), ("bd09", bd09))


@dataclass(frozen=True, slots=True)
class Point:
    """A pair of numbers in a message."""

    lat: float
    lng: float
    decimals: int
    """Of the coarser number."""
    start: int
    end: int
    key: str | None
    named: bool
    """Keys say which is which; otherwise both orders are possible."""
    hinted: bool = False
    """One key says that the pair is a place."""


def parse_point(value: str) -> tuple[float, float] | None:
    """Read ``lat,lng`` in degrees; `None` for anything else."""
    parts = value.split(",")
    try:
        lat, lng = (float(part) for part in parts)
    except ValueError:
        return None
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 else None


class Coordinates:
    """Finds points: known ones within a tolerance, others as a pattern."""

    def __init__(
        self, values: Mapping[str, Sequence[str]], identifiers: Mapping[str, Identifier], names: KeyNames
    ) -> None:
        self.points = [
            (data, ordinal, value, point)
            for data, items in values.items()
            if data.startswith("location.")
            for ordinal, value in enumerate(items, 1)
            if (point := parse_point(value)) is not None
        ]
        self.cells = sorted(
            {
                cell
                for _, _, _, known in self.points
                for _, shift in SYSTEMS
                for cell in geohash.cells_around(shift(*known), TOLERANCE)
            }
        )
        """How the geohashes of known points begin."""
        pairs = [rule.pair for rule in identifiers.values() if rule.pair is not None]
        self.pair: CoordinatePair | None = pairs[0] if pairs else None
        self._names = names

    def find(self, hay: Haystack, roles: list[tuple[int, Role]]) -> list[Hit]:
        """Return one hit a point; pattern hits only for pairs whose keys say what they are, inside the bounds.

        ``roles`` are those of the keys of the leaves.
        """
        hits = []
        for point in self._candidates(hay, roles):
            hit = self._known(point) or self._pattern(point)
            if hit is not None:
                hits.append(hit)
        hits += self._geohashes(hay)
        return hits

    def _geohashes(self, hay: Haystack) -> Iterator[Hit]:
        """Find known points that are written as a geohash of any precision."""
        lowered = hay.lowered
        for cell in self.cells:
            at = lowered.find(cell)
            while at >= 0:
                found = geohash.TOKEN.match(lowered, at)
                end = found.end() if found else at + len(cell)
                if found and hay.free(at, end, WORD) and (hit := self._in_cell(hay, at, end)) is not None:
                    yield hit
                at = lowered.find(cell, end)

    def _in_cell(self, hay: Haystack, start: int, end: int) -> Hit | None:
        text = hay.lowered[start:end].decode()
        key = hay.key_at(start)
        coarse = len(text) <= NAMED_LETTERS
        if coarse and (key is None or not GEOHASH_KEY.search(key)):
            return None
        cell = geohash.decode(text)
        for data, ordinal, value, known in self.points:
            for system, shift in SYSTEMS:
                lat, lng = shift(*known)
                if (
                    abs(cell.lat - lat) <= cell.lat_half + TOLERANCE
                    and abs(cell.lng - lng) <= cell.lng_half + TOLERANCE
                ):
                    layers = ("geohash", system) if system and not coarse else ("geohash",)
                    kind = "location.coarse" if coarse else data
                    return Hit(start, end, kind, value, ordinal, layers, key, "known_value", "V")
        return None

    def _known(self, point: Point) -> Hit | None:
        orders = [(point.lat, point.lng)] if point.named else [(point.lat, point.lng), (point.lng, point.lat)]
        if point.decimals < (1 if point.named else 2 if point.hinted else 3):
            return None
        tolerance = max(TOLERANCE, 10**-point.decimals)
        for data, ordinal, value, known in self.points:
            for system, shift in SYSTEMS:
                lat, lng = shift(*known)
                for x, y in orders:
                    if abs(x - lat) <= tolerance and abs(y - lng) <= tolerance:
                        kind = "location.coarse" if point.decimals <= COARSE_DECIMALS else data
                        layers = (system,) if system and not self._plain(x, y, known, tolerance) else ()
                        return Hit(point.start, point.end, kind, value, ordinal, layers, point.key, "known_value", "V")
        return None

    @staticmethod
    def _plain(lat: float, lng: float, known: tuple[float, float], tolerance: float) -> bool:
        return abs(lat - known[0]) <= tolerance and abs(lng - known[1]) <= tolerance

    def _pattern(self, point: Point) -> Hit | None:
        low_lat, high_lat, low_lng, high_lng = 3.86, 53.55, 73.66, 135.05
        least = 4
        if self.pair is not None:
            low_lat, high_lat = float(self.pair.first_min), float(self.pair.first_max)
            low_lng, high_lng = float(self.pair.second_min), float(self.pair.second_max)
            least = self.pair.min_decimals
        if (
            not point.named
            or point.decimals < COARSE_DECIMALS
            or not (low_lat <= point.lat <= high_lat and low_lng <= point.lng <= high_lng)
        ):
            return None
        kind = "location.precise" if point.decimals >= least else "location.coarse"
        value = f"{point.lat},{point.lng}"
        return Hit(point.start, point.end, kind, value, None, (), point.key, "pattern", "?")

    def _candidates(self, hay: Haystack, roles: list[tuple[int, Role]]) -> Iterator[Point]:
        lonely: dict[tuple[object, ...], list[Number]] = {}
        yield from self._written(hay, lonely)
        texts = hay.leaves.texts
        for index, role in roles:
            if role.axis not in {"lat", "lng"}:
                continue
            text = texts[index].strip()
            if NUMBER.match(text):
                value, decimals = float(text), _decimals(text)
            elif SCALED.match(text):  # some SDKs send degrees × 10⁶ as whole numbers
                value, decimals = int(text) / 1e6, 6
            else:
                continue
            start, end = hay.leaves.span(index)
            number = (role.axis, value, decimals, start, end, hay.leaves.keys[index])
            node = hay.leaves.nodes[hay.leaves.home_of(index)]
            lonely.setdefault((node.group, node.layers), []).append(number)
        for numbers in lonely.values():
            yield from _paired(numbers)
        if self.points:
            yield from self._unnamed(hay)

    def _written(self, hay: Haystack, lonely: dict[tuple[object, ...], list[Number]]) -> Iterator[Point]:
        """Find numbers in running text: ``31.23,121.47`` and ``lat=31.23&lng=121.47``."""
        left = MAX_NUMBERS
        shape, leaves = hay.shape, hay.leaves
        if FRACTION not in shape:
            return
        if leaves.plain:
            # Most fractions are whole values: those are looked at by their keys.
            found = TWO.search(shape)
            while found is not None:
                first, last = leaves.span(leaves.leaf_at(found.start()))
                left -= yield from self._numbers_in(hay, first, last, left, lonely)
                found = TWO.search(shape, last)
        else:
            for index in range(len(leaves)):
                first, last = leaves.span(index)
                if TWO_ANYWHERE.search(shape, first, last):
                    left -= yield from self._numbers_in(hay, first, last, left, lonely)
        if left <= 0:
            hay.cut("numbers that may be places")

    def _numbers_in(
        self, hay: Haystack, first: int, last: int, left: int, lonely: dict[tuple[object, ...], list[Number]]
    ) -> Generator[Point, None, int]:
        """Yield the points of one leaf; return how many numbers were looked at."""
        shape, data = hay.shape, hay.data
        at, upto = shape.find(FRACTION, first, last), -1
        for count in range(left):
            if at < 0:
                return count
            begin = START.search(shape, max(first, at - 4), at).start()  # type: ignore[union-attr]  # it matches nothing too
            if begin < at and begin > upto:
                if (found := PAIR.match(data, begin)) is not None:
                    upto = found.end()
                    yield from self._pair(hay, found)
                elif begin > first and (found := LONE.match(data, begin)) is not None:
                    upto = found.end()
                    self._lone(hay, found, lonely)
            at = shape.find(FRACTION, max(at + 2, upto), last)
        return left

    def _pair(self, hay: Haystack, found: re.Match[bytes]) -> Iterator[Point]:
        key = hay.key_at(found.start())
        axis = self._names.axis(key)
        if axis not in {"lat", "lng"}:
            first, second = (part.decode() for part in found.groups())
            decimals = min(_decimals(first), _decimals(second))
            hinted = axis == "place"
            yield Point(float(first), float(second), decimals, *found.span(), key, named=False, hinted=hinted)

    def _lone(self, hay: Haystack, found: re.Match[bytes], lonely: dict[tuple[object, ...], list[Number]]) -> None:
        key = hay.key_at(found.start())
        axis = self._names.axis(key)
        if axis in {"lat", "lng"}:
            text = found.group().decode()
            index = hay.leaves.leaf_at(found.start())
            lonely.setdefault((index,), []).append((axis, float(text), _decimals(text), *found.span(), key))

    def _unnamed(self, hay: Haystack) -> Iterator[Point]:
        """Find neighbours that are a known point without names: protobuf has none, MessagePack lists have none."""
        texts = hay.leaves.texts
        if not any(key is None or key.isdigit() for key in set(hay.leaves.keys)):
            return
        last = -2
        for index, key in enumerate(hay.leaves.keys):
            if (key is None or key.isdigit()) and NUMBER.match(texts[index]):
                if last == index - 1 and hay.leaves.group_of(last) == hay.leaves.group_of(index):
                    first, second = texts[last], texts[index]
                    decimals = min(_decimals(first), _decimals(second))
                    start, end = hay.leaves.span(last)[0], hay.leaves.span(index)[1]
                    yield Point(float(first), float(second), decimals, start, end, key, named=False)
                last = index


Number = tuple[str, float, int, int, int, str | None]
"""(axis, degrees, decimals, start, end, key)."""


def _paired(numbers: list[Number]) -> Iterator[Point]:
    """Pair each latitude with the nearest longitude of the same object."""
    longitudes = sorted((number for number in numbers if number[0] == "lng"), key=lambda number: number[3])
    for _, lat, lat_decimals, start, end, key in (number for number in numbers if number[0] == "lat"):
        if not longitudes:
            return
        at = bisect_left(longitudes, start, key=lambda number: number[3])
        other = min(longitudes[max(0, at - 1) : at + 1], key=lambda number: abs(number[3] - start))
        decimals = min(lat_decimals, other[2])
        yield Point(lat, other[1], decimals, start, end, key, named=True)


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
