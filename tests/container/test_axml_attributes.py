"""Attributes of an element of binary XML, read all at once, against a look at each."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.container.axml import parse_axml
from analyzer.container.chunks import ChunkError
from analyzer.container.notes import Notes

NAMES = ("a", "b", "c")


def pool():
    texts = b"".join(bytes([1, 1]) + name.encode() + b"\0" for name in NAMES)
    offsets = struct.pack("<3I", 0, 4, 8)
    size = 28 + len(offsets) + len(texts)
    return struct.pack("<HHIIIIII", 1, 28, size, 3, 0, 256, 28 + len(offsets), 0) + offsets + texts


def element(start, width, count, body):
    """An element whose attributes begin ``start`` bytes into its extension."""
    content = struct.pack("<II", 0xFFFFFFFF, 0) + struct.pack("<HHHHHH", start, width, count, 0, 0, 0) + body
    return struct.pack("<HHIII", 0x0102, 16, 16 + len(content), 1, 0xFFFFFFFF) + content


def plainly_read(start, width, count, body):
    """Attributes (name → kind and number; the first of one name counts), and whether some are cut off."""
    content, found = b"\0" * 20 + body, {}
    for number in range(count if width >= 20 else 0):
        place = start + number * width
        if place + 20 > len(content):
            return found, True
        _, name, raw, _, _, kind, value = struct.unpack_from("<IIIHBBI", content, place)
        kind, value = (3, raw) if kind == 0 and raw != 0xFFFFFFFF else (kind, value)
        found.setdefault(NAMES[name] if name < 3 else "", (kind, value))
    return found, False


ATTRIBUTE = st.builds(
    lambda name, raw, kind, value: struct.pack("<IIIHBBI", 0xFFFFFFFF, name, raw, 8, 0, kind, value),
    st.integers(0, 3), st.sampled_from([0, 1, 0xFFFFFFFF]), st.sampled_from([0, 1, 3, 16]), st.integers(0, 9),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(ATTRIBUTE, max_size=6),
    st.sampled_from([20, 20, 20, 0, 19, 21, 24, 40]),
    st.integers(0, 8),
    st.sampled_from([20, 20, 20, 16, 28, 400, 65535]),
    st.integers(0, 19),
)
def test_attributes_are_those_that_a_look_at_each_finds(attributes, width, count, start, cut):
    body = b"".join(attributes)
    body = body[: max(0, len(body) - cut)]
    one = element(start, width, count, body)
    chunks = pool() + one
    notes = Notes()
    root = parse_axml(struct.pack("<HHI", 3, 8, 8 + len(chunks)) + chunks, notes)
    expected, is_cut = plainly_read(start, width, count, body)
    # The first twenty bytes of the extension are not zero, and attributes may begin in them: those are told by name.
    if start >= 20:
        assert {name: (value.kind, value.data) for name, value in root.attributes.items()} == expected
    noted = [detail for row in notes.rows() for detail in row[1]]
    assert ("an attribute is cut off" in noted) == is_cut


def test_an_element_without_its_strings_is_refused():
    one = element(20, 20, 0, b"")
    with pytest.raises(ChunkError):
        parse_axml(struct.pack("<HHI", 3, 8, 8 + len(one)) + one)
