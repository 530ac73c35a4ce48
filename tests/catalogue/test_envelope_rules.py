"""Shapes of requests that an SDK encrypts: read strictly, and the first that fits is told."""

import shutil

import pytest

from analyzer.catalogue import find_rules, load_catalogue
from analyzer.catalogue.envelopes import EnvelopeRule, parse_envelopes
from analyzer.model import RuleDataError

ORIGIN = {"source": "own knowledge", "sure": "K"}


def test_every_shape_says_what_it_is_told_by_and_shapes_stand_before_hosts():
    rules = list(load_catalogue().envelopes.values())
    assert len(rules) > 20
    bare = [bool(rule.hosts) for rule in rules]
    assert bare == sorted(bare)


@pytest.mark.parametrize("line", [
    "odd: {maker: Odd, hosts: '(', source: own knowledge, sure: K}",
    "odd: {maker: Odd, hosts: 'a', path: '[', source: own knowledge, sure: K}",
    "odd: {maker: Odd, path: '/a', source: own knowledge, sure: K}",
])  # fmt: skip
def test_a_shape_that_is_no_pattern_or_fits_anything_is_refused_by_name(tmp_path, line):
    shutil.copy(find_rules() / "envelopes.yaml", tmp_path / "envelopes.yaml")
    with (tmp_path / "envelopes.yaml").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(RuleDataError, match=r"envelopes\.yaml: odd"):
        parse_envelopes(tmp_path)


def test_each_part_of_a_shape_must_fit():
    rule = EnvelopeRule(
        id="x", maker="X", hosts=r"\.x\.cn\Z", path="/up", query="a=1", content_type="octet", names=(("m", "k"), ("n",)),
        **ORIGIN,
    )  # fmt: skip
    good = ("a.x.cn", "/up?a=1", "application/octet-stream", frozenset({"m", "k", "z"}))
    assert rule.fits(*good)
    assert rule.fits(*good[:3], frozenset({"n"}))
    for place, other in enumerate(("a.y.cn", "/down?a=1", "text/plain", frozenset({"m"}))):
        assert not rule.fits(*good[:place], other, *good[place + 1 :])
    assert not rule.fits(good[0], "/up?b=2", *good[2:])
    assert not rule.fits(good[0], "/a=1/up", *good[2:])
