"""What is left out of a search for speed: nothing that could have matched."""

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from proxy_addons.decode.leaves import Leaf
from proxy_addons.decode.text import SHORTEST, TO_TOKENS, tokens_of
from proxy_addons.match.coordinates import LONE, PAIR, TWO
from proxy_addons.match.haystack import TO_SHAPE
from proxy_addons.match.matcher import Matcher
from proxy_addons.match.scope import ELEVEN, LEAST, Prefilter

IDENTIFIERS = load_catalogue().identifiers
BARE = Matcher({}, {}, IDENTIFIERS)
OWN = Matcher({"phone_number": ("13912345678",), "identity.name": ("钟离澄砚",)}, {}, IDENTIFIERS)
NUMBERED = [
    rule
    for rule in IDENTIFIERS.values()
    if rule.alone == "hint" and rule.data and rule.samples and all(ELEVEN.search(one) for one in rule.samples)
]


def leaf(text, key=None):
    return Leaf(text, "body", key, (), "body", "body")


@pytest.mark.parametrize("rule", [rule for rule in NUMBERED if rule.id != "suci"], ids=lambda rule: rule.id)
def test_the_samples_of_a_rule_hold_a_run_of_digits_of_every_length_that_it_may_match(rule):
    lengths = {len(ELEVEN.search(sample).group()) for sample in rule.samples}

    @settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
    @given(st.one_of([st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True) for pattern in rule.patterns]))
    def check(value):
        assert len(ELEVEN.search(value).group()) in lengths

    check()


def test_no_rule_that_needs_its_name_matches_less_than_the_least():
    from re import _parser

    for rule in IDENTIFIERS.values():
        for pattern in rule.patterns if rule.alone == "never" else ():
            shortest = _parser.parse(pattern).getwidth()[0]
            assert shortest * (1 if pattern.isascii() and "u4e00" not in pattern else 3) >= LEAST, rule.id


def test_an_identity_of_a_5g_subscriber_is_found_in_both_forms():
    for text in ("imsi-460001234567890", "suci-0-460-00-0-0-0-0000000001"):
        hits = BARE.find((leaf(f"register {text} now"),))
        assert [(hit.data, hit.value) for hit, _ in hits] == [("device.suci", text)]


def test_a_phone_number_after_a_name_is_no_digits_of_a_share():
    assert BARE.find((leaf("phone=0.13912345678"),)) == []
    assert [hit.value for hit, _ in BARE.find((leaf("phone=13912345678"),))] == ["13912345678"]


FRACTIONS = st.lists(
    st.sampled_from(
        ["31.2304", "121.4737", "3.12.0.1", "1.5", "0.1", "lat=", "lng=", ",", " ", "%2C", "_", "a", "-", ";"]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(FRACTIONS)
def test_every_text_with_two_fractions_is_looked_at_for_places(text):
    data = text.encode()
    numbers = [found for found in LONE.finditer(data) if re.search(rb"\.\d\d", found.group())]
    pairs = [found for found in PAIR.finditer(data) if re.search(rb"\.\d\d", found[1])]
    if pairs or len(numbers) > 1:
        assert TWO.search(data.translate(TO_SHAPE))


@given(st.binary(max_size=200) | st.text("abcXYZ019+/_-= .,中", max_size=200).map(str.encode))
@example(b"13912345678")
def test_tokens_are_all_long_runs(data):
    runs = [run for run in data.translate(TO_TOKENS).split() if len(run) >= SHORTEST]
    assert list(tokens_of(data)) == list(dict.fromkeys(runs))


@given(st.lists(st.text("学a\U0001f600é9 ", max_size=6), min_size=1, max_size=5), st.integers(0, 4))
def test_a_hit_is_told_by_characters_whatever_stands_before(texts, at):
    at %= len(texts)
    leaves = [leaf(text) for text in texts]
    leaves[at] = leaf(f"{texts[at]}|钟离澄砚|13912345678")
    joined = "\x00".join(one.text for one in leaves)
    found = {(hit.value, joined[hit.start : hit.end]) for hit, _ in OWN.find(leaves)}
    assert {("13912345678", "13912345678"), ("钟离澄砚", "钟离澄砚")} <= found


def test_a_number_of_a_length_that_no_rule_has_is_not_tried():
    sizes = {size for size in range(11, 25) for _ in Prefilter(NUMBERED).places(_hay("9" * size))}
    assert sizes == set()


def _hay(text):
    from proxy_addons.match.haystack import Haystack

    return Haystack((leaf(text),))
