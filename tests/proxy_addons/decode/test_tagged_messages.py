import struct
from contextlib import suppress
from dataclasses import replace

import planted_traffic as planted
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from proxy_addons.decode.structure import NotThisShapeError
from proxy_addons.decode.tagged import jce, thrift_binary
from proxy_addons.decode.tree import unfold
from proxy_addons.match.matcher import Matcher

TEXTS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789中文", min_size=1, max_size=30)


def thrift_struct(fields):
    out = b""
    for number, text in fields:
        data = text.encode()
        out += struct.pack(">bhi", 11, number, len(data)) + data
    return out + b"\x00"


def jce_struct(fields):
    out = b""
    for number, text in fields:
        data = text.encode()
        head = bytes([number << 4 | 6]) if number < 15 else bytes([0xF6, number])
        out += head + bytes([len(data)]) + data
    return out


def jce_map(pairs):
    """Field 2: a map of texts; its size as a byte under tag 0."""
    inner = b"".join(jce_struct([(0, key)]) + jce_struct([(1, value)]) for key, value in pairs)
    return bytes([0x28, 0x00, len(pairs)]) + inner


@given(st.lists(st.tuples(st.integers(1, 90), TEXTS), min_size=1, max_size=12))
def test_what_was_written_is_read(fields):
    wanted = tuple((str(number), text) for number, text in fields)
    assert thrift_binary(thrift_struct(fields), sure=True) == wanted
    assert jce(jce_struct(fields), sure=True) == wanted


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data):
    for parse in (thrift_binary, jce):
        for sure in (False, True):
            with suppress(NotThisShapeError):
                parse(data, sure=sure)


def test_a_call_of_the_binary_protocol_is_read_behind_its_head():
    head = struct.pack(">HHi", 0x8001, 1, 4) + b"send" + struct.pack(">i", 7)
    assert thrift_binary(head + thrift_struct([(1, "490154203237518")])) == (("1", "490154203237518"),)


def test_maps_of_jce_keep_their_names():
    assert jce(jce_map([("imei", "490154203237518")]), sure=True) == (("2", (("imei", "490154203237518"),)),)


@pytest.mark.parametrize(
    "body",
    [
        jce_struct([(0, "com.example.app")]) + jce_map([("imei", "490154203237518"), ("model", "Edu Phone 7")]),
        thrift_struct([(1, "sdk-name"), (2, "490154203237518"), (5, "session-begin")]),
    ],
)
def test_known_values_in_them_are_found_without_a_header_that_says_what_they_are(body):
    one = planted.message(body, "body")
    matcher = Matcher(planted.MINE, {}, load_catalogue().identifiers)
    found = [(hit.data, leaf.layers) for hit, leaf in matcher.find(unfold(one).leaves)]
    assert [data for data, _ in found if data == "device.imei"]
    assert any(layers[-1:] in {("jce",), ("thrift",)} for _, layers in found)


def test_a_header_names_jce():
    body = jce_struct([(0, "0.1")])
    one = replace(planted.message(body, "body"), headers=(("content-type", "application/jce"),))
    assert [leaf.layers for leaf in unfold(one).leaves if leaf.place == "body"] == [("jce",)]
