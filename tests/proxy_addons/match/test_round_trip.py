"""What an independent generator plants is found with its kind, place and recipient, and only with its own profile."""

import pytest
from clean_traffic import clean
from planted_traffic import (
    BYTE_LAYERS,
    DRESSES,
    HMAC_KEY,
    HOSTS,
    KINDS,
    MINE,
    OTHERS,
    PLACES,
    POINTS,
    SHOWN,
    TEXT_LAYERS,
    TEXT_OF_BYTES,
    Case,
    cases,
    plant,
)

from proxy_addons.attribute.recipient import recipient_of
from proxy_addons.decode.tree import unfold
from proxy_addons.match.matcher import Matcher


@pytest.fixture(scope="module")
def mine(catalogue):
    return Matcher(MINE, {"vendor": HMAC_KEY}, catalogue.identifiers)


@pytest.fixture(scope="module")
def other(catalogue):
    return Matcher(OTHERS, {"vendor": HMAC_KEY}, catalogue.identifiers)


def known(matcher, message):
    unfolded = unfold(message)
    assert not [gap for gap in unfolded.gaps if gap.code == "analyser_error"]
    return {(hit.data, leaf.place) for hit, leaf in matcher.find(unfolded.leaves) if hit.proof == "known_value"}


def expected(case):
    return {(case.data, SHOWN.get(case.place, case.place))}


def check(mine, other, case):
    message = plant(case)
    assert known(mine, message) == expected(case), case
    assert known(other, message) == set(), case


def test_six_hundred_drawn_cases(mine, other):
    for case in cases(600, seed=20):
        check(mine, other, case)


@pytest.mark.parametrize("layer", sorted({*TEXT_LAYERS, *TEXT_OF_BYTES, *BYTE_LAYERS} - {"percent bytes"}))
def test_every_layer_at_every_place(mine, other, layer):
    for place in PLACES:
        check(mine, other, Case("device.imei", "plain", (layer,), place, HOSTS[0]))


@pytest.mark.parametrize("data", sorted(data for data, kind in KINDS.items() if not kind.context and data[:3] != "loc"))
def test_every_transformation_of_every_kind(mine, other, data):
    for dress in DRESSES:
        check(mine, other, Case(data, dress, ("json",), "body", HOSTS[0]))


@pytest.mark.parametrize("dress", sorted(POINTS))
def test_a_place_in_every_system_and_form(mine, other, dress):
    for layers in ((), ("base64",), ("gzip",), ("json in string",)):
        check(mine, other, Case("location.precise", dress, layers, "body", HOSTS[0]))


@pytest.mark.parametrize("data", sorted(data for data, kind in KINDS.items() if kind.context))
def test_common_values_count_under_their_name_only(mine, data):
    named = plant(Case(data, "plain", ("json",), "body", HOSTS[0]))
    assert known(mine, named) == {(data, "body")}
    assert known(mine, plant(Case(data, "plain", (), "body", HOSTS[0]))) == set()


def test_recipients_are_told_by_the_host(catalogue):
    names = {host: recipient_of(catalogue.recipients, host, "/v1/up").name for host in HOSTS}
    assert names["graph.facebook.com"]
    assert names["api.unknown-school.example"] is None


def test_clean_traffic_gives_no_alarm(mine, catalogue):
    bare = Matcher({}, {}, catalogue.identifiers)
    for message in clean(400, seed=5):
        leaves = unfold(message).leaves
        assert [(hit.data, hit.key, hit.value) for hit, _ in mine.find(leaves) if hit.proof == "known_value"] == []
        assert [(hit.data, hit.key, hit.value) for hit, _ in bare.find(leaves)] == []
