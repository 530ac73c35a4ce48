import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from proxy_addons.decode.leaves import Leaf
from proxy_addons.decode.tree import unfold
from proxy_addons.match.haystack import TO_SHAPE, Haystack, name_before
from proxy_addons.match.matcher import Matcher
from proxy_addons.match.sieve import FULL_WIDTH, Sieve, digits_in
from proxy_addons.match.spans import Spans
from proxy_addons.sources.message import Message

RULES = load_catalogue().identifiers
NAME = re.compile(
    r"""([\w.$\-一-鿿]{1,60})["']?\s{0,3}(?:[:=]|=>|>)\s{0,3}["']?[^"'&,;<>=:{}]{0,24}\Z"""
)  # what `name_before` does, as one slow expression
PIECES = ["imei", "姓名", "phone", " ", "  ", ":", "=", ">", "=>", '"', "'", "-", ",", "<", "{", "\n", "\x00"]
VALUES = [sample for rule in RULES.values() for sample in (*rule.samples, *rule.rejects)]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_the_name_before_a_value_is_what_one_expression_says(text):
    found = NAME.search(text)
    assert name_before(text) == (found.group(1) if found else None)


@given(
    st.lists(st.sampled_from([*PIECES, *VALUES, "1", "2010", "a", "１３９１２３４５６７８"]), max_size=8).map("".join)
)
def test_a_sieve_lets_through_whatever_its_pattern_finds(text):
    data = text.encode()
    for rule in RULES.values():
        for pattern in rule.patterns:
            if re.search(pattern, text):
                assert FULL_WIDTH.search(data) or Sieve(pattern).lets_through(data, data.translate(TO_SHAPE)), pattern


def test_digits_of_a_pattern_are_never_more_than_a_match_must_hold():
    assert digits_in(r"(?<!\d)\d{15}(?!\d)") == 15
    assert digits_in(r"(?:\+\d{4})?x\d{3}") == 3
    assert digits_in(r"[EG]\d{8}|E[A-Z]\d{7}") == 7
    assert digits_in(r"[0-9a-f]{16}") == 0


def _message(body, content_type="application/json"):
    return Message(
        flow="f-1", time=1.0, direction="request", kind="http", scheme="https", host="a.example", method="POST",
        target="/", headers=(("content-type", content_type),), body=body,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["<td>IMEI</td><td>imei: 490154203237518</td>", "x;imei=490154203237518;y", "var imei='490154203237518'"])  # fmt: skip
def test_a_value_directly_behind_its_name_is_found_in_a_page(text):
    page = f"<!DOCTYPE html><html><body>{text}</body></html>".encode()
    hits = Matcher({}, {}, RULES).find(unfold(_message(page, "text/html")).leaves)
    assert {hit.data for hit, _ in hits} == {"device.imei"}


def test_short_opaque_values_that_are_not_tried_are_told():
    draw = random.Random(3)
    few = "&".join(f"k{n}={draw.randbytes(25).hex()}" for n in range(5))
    many = "&".join(f"k{n}={draw.randbytes(25).hex()}" for n in range(120))
    form = "application/x-www-form-urlencoded"
    assert not unfold(_message(few.encode(), form)).gaps
    gaps = unfold(_message(many.encode(), form)).gaps
    assert [gap.code for gap in gaps] == ["limit_reached"]
    assert "not tried" in gaps[0].detail


def test_full_width_punctuation_of_a_page_opens_no_window_that_its_patterns_could_not_use():
    rules = Matcher({}, {}, RULES).patterns
    page = "<td>联系：</td><input name='f0'><td>姓名</td>"
    places = rules.named_in_text(Haystack([Leaf(page, "body", None, (), "body", "body")]))
    assert places == {}
    wide = page + "imei：=４９０１５４２０３２３７５１８"
    assert "imei" in rules.named_in_text(Haystack([Leaf(wide, "body", None, (), "body", "body")]))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=6), st.integers(0, 36), st.integers(0, 6))
def test_a_span_holds_what_all_its_places_are_in(spans, start, size):
    taken = Spans((begin, begin + length) for begin, length in spans)
    places = {place for begin, length in spans for place in range(begin, begin + length)}
    inside = set(range(start, start + size)) <= places
    if taken.holds(start, start + size) and size:
        assert inside
    for begin, length in spans:
        assert taken.holds(begin, begin + length)
