"""Known places as geohashes, of any precision, in each coordinate system of Chinese maps."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from proxy_addons.decode.tree import unfold
from proxy_addons.examiner import Examiner
from proxy_addons.match.coordinates import bd09, gcj02
from proxy_addons.match.geohash import ALPHABET, cells_around, decode, encode
from proxy_addons.match.matcher import Matcher
from proxy_addons.profile import Profile
from proxy_addons.sources.message import Message

POINT = (31.230416, 121.473701)
VALUES = {"location.precise": ("31.230416,121.473701",)}
RULES = load_catalogue().identifiers
MATCHER = Matcher(VALUES, {}, RULES)


def message(body):
    headers = (("content-type", "application/json"),)
    return Message(
        "f", 1.0, "request", "http", "https", "api.example.cn", "POST", "/v1", headers, json.dumps(body).encode()
    )


def hits(body):
    found = MATCHER.find(unfold(message(body)).leaves)
    return [(hit.data, hit.proof, hit.layers) for hit, _ in found if "geohash" in hit.layers]


def test_geohashes_are_those_of_the_published_examples():
    assert encode(57.64911, 10.40744, 11) == "u4pruydqqvj"
    assert encode(42.605, -5.603, 5) == "ezs42"


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9), st.integers(1, 12))
def test_a_point_lies_in_the_cell_of_its_geohash(lat, lng, letters):
    cell = decode(encode(lat, lng, letters))
    assert abs(cell.lat - lat) <= cell.lat_half
    assert abs(cell.lng - lng) <= cell.lng_half
    assert encode(lat, lng, 5).encode() in set(cells_around((lat, lng), 1e-9))


@pytest.mark.parametrize("letters", range(7, 13))
def test_a_precise_geohash_is_the_known_place_under_any_name(letters):
    text = encode(*POINT, letters)
    assert hits({"k": text}) == [("location.precise", "known_value", ("geohash",))]
    assert hits({"k": text.upper()}) == [("location.precise", "known_value", ("geohash",))]
    assert hits({"k": base64.b64encode(f'{{"g":"{text}"}}'.encode()).decode()})


@pytest.mark.parametrize(("system", "shift"), [("gcj02", gcj02), ("bd09", bd09)])
def test_the_systems_of_chinese_maps_are_told(system, shift):
    assert hits({"k": encode(*shift(*POINT), 9)}) == [("location.precise", "known_value", ("geohash", system))]


@pytest.mark.parametrize("letters", [5, 6])
def test_a_short_geohash_counts_under_a_name_of_a_place_and_is_coarse(letters):
    text = encode(*POINT, letters)
    assert hits({"geohash": text}) == [("location.coarse", "known_value", ("geohash",))]
    assert hits({"code": text}) == []


def test_the_letters_of_another_place_or_inside_a_word_are_none():
    text = encode(*POINT, 9)
    assert hits({"k": encode(POINT[0] + 0.01, POINT[1], 9)}) == []
    assert hits({"k": "x" + text}) == []
    assert hits({"k": text + ALPHABET[:6]}) == []


def test_the_glance_lets_a_geohash_through():
    examiner = Examiner(load_catalogue(), Profile("p", VALUES, {}))
    body = {"filler": ["lesson"] * 40, "place": encode(*POINT, 8)}
    assert [seen.encoding[-1] for seen in examiner.look(message(body)).seen] == ["geohash"]
