"""Every transmission points at flow, layer path and offset, and neither the path nor the id gives a value away."""

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.attribute.phase import Timeline
from proxy_addons.decode.tree import Leaf, unfold
from proxy_addons.evidence.exhibit import open_message
from proxy_addons.evidence.masking import masked, opened_below, pieces, tag
from proxy_addons.evidence.places import Paths, Sight, all_sights, first_sights
from proxy_addons.marks import Mark
from proxy_addons.match.hit import Hit
from proxy_addons.redaction import Tags

IMEI = "490154203237518"


def packed(value):
    return base64.b64encode(gzip.compress(json.dumps(value).encode()))


def test_a_transmission_names_flow_capture_path_and_offset(message, facts_of):
    body = packed({"a": {"note": f"my id {IMEI}!"}})
    (row,) = facts_of(message(body, "text/plain", flow="f7", address="8.8.8.8")).transmissions
    assert (row.request_id, row.capture, row.path, row.offset) == ("f7", "a.flow", "body.base64.gzip.json$.a.note", 6)
    assert row.id.startswith("t-")
    assert (row.address, row.address_country) == ("8.8.8.8", "US")


def test_the_offset_leads_to_the_value(message, matcher):
    sent = message(json.dumps({"x": "1", "deep": [{"q": f"ab {IMEI}"}], "phone": "13912345678"}).encode())
    leaves = unfold(sent).leaves
    found = {leaves[one.leaf].text[one.start : one.end] for one in first_sights(matcher, leaves)}
    assert found == {IMEI, "13912345678"}


def test_ids_are_the_same_in_every_run_and_differ_within_one(message, facts_of):
    sent = [
        message(json.dumps({"imei": IMEI, "list": [IMEI, "13912345678"]}).encode(), flow=f"f{at}", time=1e9 + at)
        for at in range(3)
    ]
    one, other = facts_of(*sent), facts_of(*reversed(sent))
    assert [row.id for row in one.transmissions] == [row.id for row in other.transmissions]
    assert len({row.id for row in one.transmissions}) == len(one.transmissions) == 3


def test_two_values_under_keys_that_are_not_shown_have_two_ids(message, facts_of):
    body = {"13912345678": {"imei": "490154203237518"}, "13812345678": {"imei": "352099001761481"}}
    rows = [row for row in facts_of(message(json.dumps(body).encode())).transmissions if row.data == "device.imei"]
    assert len({row.id for row in rows}) == 2
    assert {row.path for row in rows} == {"body.json$.#.imei"}


@pytest.mark.parametrize(
    "key", ["13912345678", "edu-3f9a@example.com", "钟离澄砚", "a1b2c3d4e5f60718", "00:DB:96:D2:80:79"]
)
def test_a_path_never_holds_a_value(message, matcher, profile, key):
    leaves = unfold(message(json.dumps({"users": {key: {"imei": IMEI}}}).encode())).leaves
    for leaf in leaves:
        shown = Paths(matcher).shown(leaf)
        assert key not in shown
        assert not any(value in shown for values in profile.values.values() for value in values if len(value) > 3)


def test_a_path_of_ordinary_keys_is_shown_whole(message, matcher):
    (leaf,) = [
        leaf for leaf in unfold(message(b'{"device_info":{"ids":[{"imei":"490154203237518"}]}}')).leaves if leaf.key
    ]
    assert Paths(matcher).shown(leaf) == leaf.path == "body.json$.device_info.ids[0].imei"


def test_seconds_since_the_start(message, facts_of):
    sent = message(json.dumps({"imei": IMEI}).encode(), time=1003.25)
    marked = Timeline([Mark(1000, "first_start"), Mark(1010, "first_start")])
    (row,) = facts_of(sent, timeline=marked).transmissions
    assert row.since_start_s == 3.2
    (row,) = facts_of(sent, timeline=Timeline([Mark(1000, "agreed")])).transmissions
    assert row.since_start_s is None


def test_every_place_of_a_value_is_masked(message, matcher):
    body = json.dumps({"imei": IMEI, "raw": f"x{IMEI}".replace("x", "imei="), "list": [IMEI]})
    exhibit = open_message(message(body.encode(), target=f"/v1/{IMEI}?imei={IMEI}"), matcher, Paths(matcher))
    word = tag(Tags())
    texts = [
        masked(leaf.text, [one for one in exhibit.sights if one.leaf == index], word)
        for index, leaf in enumerate(exhibit.leaves)
    ]
    assert sum(IMEI in leaf.text for leaf in exhibit.leaves) >= 5
    assert not any(IMEI in text for text in texts)


def test_both_numbers_of_a_position_are_masked(message, matcher):
    leaves = unfold(message(b'{"geo":{"lat":31.2304,"lng":121.4737},"price":{"a":12.34}}')).leaves
    sights = all_sights(matcher, leaves)
    assert {leaves[one.leaf].key for one in sights} == {"lat", "lng"}


def test_what_only_wraps_is_known(message):
    leaves = unfold(message(packed({"imei": IMEI}), "text/plain")).leaves
    wrapping = opened_below(leaves)
    assert [leaf.path for index, leaf in enumerate(leaves) if index in wrapping and leaf.place == "body"] == ["body"]
    leaves = unfold(message(b'{"a":"plain text of some length"}')).leaves
    assert opened_below(leaves) == frozenset()


def sight(start, end):
    return Sight(0, start, end, Hit(start, end, "device.imei", "x" * 15, 1, (), None, "known_value", "V"))


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6))
def test_masking_keeps_what_no_sight_covers_and_nothing_else(text, spans):
    sights = [sight(start, min(start + size, len(text))) for start, size in spans if start < len(text)]
    covered = {at for one in sights for at in range(one.start, one.end)}
    kept = "".join(part.text for part in pieces(text, sights, lambda _: "■") if part.sight is None)
    assert kept == "".join(char for at, char in enumerate(text) if at not in covered)


def test_a_leaf_of_no_layers_wraps_nothing():
    leaf = Leaf("abc", "body", None, (), "body", "body")
    assert opened_below([leaf, leaf]) == frozenset()
