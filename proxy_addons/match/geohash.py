"""Geohashes: a place on earth as a few letters, each of which divides the cell before it by 32."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
SHORTEST, LONGEST = 5, 12
"""Letters: five are a cell of 4.9 km, twelve are centimetres."""
TOKEN = re.compile(rb"[0-9b-hjkmnp-z]{5,12}")
"""In lower case."""
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}


class Cell(NamedTuple):
    """The middle of a cell and half its sides, in degrees."""

    lat: float
    lng: float
    lat_half: float
    lng_half: float


def encode(lat: float, lng: float, letters: int) -> str:
    """Return the geohash of a point."""
    (south, north), (west, east) = (-90.0, 90.0), (-180.0, 180.0)
    text = ""
    value = 0
    for bit in range(letters * 5):
        if bit % 2:
            middle = (south + north) / 2
            value = value * 2 + (lat >= middle)
            south, north = (middle, north) if lat >= middle else (south, middle)
        else:
            middle = (west + east) / 2
            value = value * 2 + (lng >= middle)
            west, east = (middle, east) if lng >= middle else (west, middle)
        if bit % 5 == 4:  # a letter is full
            text += ALPHABET[value]
            value = 0
    return text


def decode(text: str) -> Cell:
    """Return the cell of a geohash in lower case. Raise `KeyError` for another letter."""
    (south, north), (west, east) = (-90.0, 90.0), (-180.0, 180.0)
    even = True
    for letter in text:
        value = _VALUES[letter]
        for shift in (4, 3, 2, 1, 0):
            upper = value >> shift & 1
            if even:
                middle = (west + east) / 2
                west, east = (middle, east) if upper else (west, middle)
            else:
                middle = (south + north) / 2
                south, north = (middle, north) if upper else (south, middle)
            even = not even
    return Cell((south + north) / 2, (west + east) / 2, (north - south) / 2, (east - west) / 2)


def cells_around(point: tuple[float, float], reach: float) -> Iterator[bytes]:
    """Yield the shortest geohashes of all cells within ``reach`` degrees of a point, less than a cell."""
    lat, lng = point
    for x in (lat - reach, lat + reach):
        for y in (lng - reach, lng + reach):
            yield encode(x, y, SHORTEST).encode()
