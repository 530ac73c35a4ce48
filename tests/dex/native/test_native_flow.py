import random
import struct
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import bodies, native, opcodes
from analyzer.dex.flow import blocks, method
from analyzer.dex.native import compiler

HEADS = [0x0112, 0x1101, 0x2004, 0x000A, 0x010C, 0x001F, 0x000E, 0x0128, 0xFE28, 0x0038, 0x1032, 0x0027, 0x0023, 0x0029,
         0x002A, 0x002B, 0x002C, 0x0071, 0x1046, 0x0105, 0x0303, 0x0006, 0x0216, 0x0100, 0x0200, 0x0300, 0x001A]  # fmt: skip


@pytest.fixture(scope="module")
def core():
    library, why = compiler.build_in_place()
    if library is None:
        pytest.skip(why)
    return native.library.Core(str(library))


def write_item(chance, units, tries):
    """One code item behind some other bytes: random instructions, jumps that stay near, random exception ranges."""
    words = []
    while len(words) < units:
        head = chance.choice(HEADS) if chance.random() < 0.8 else chance.randrange(1 << 16)
        words.append(head)
        for _ in range(opcodes.WIDTH[head & 0xFF] - 1):
            small = chance.randrange(-12, 12) & 0xFFFF if chance.random() < 0.7 else chance.randrange(1 << 16)
            words.append(small)
        if head & 0xFF in {0x2A, 0x2B, 0x2C} and chance.random() < 0.9:
            words[-1] = 0 if words[-2] < 0x8000 else 0xFFFF
    words = words[:units]
    ranges, lists, first = b"", bytearray([1]), 0
    for _ in range(tries):
        first += chance.randrange(0, 4)
        length = chance.randrange(0, 6)
        ranges += struct.pack("<IHH", first, length, len(lists) if chance.random() < 0.8 else chance.randrange(40))
        first = max(0, first + length - (chance.random() < 0.03))
        count = chance.randrange(-3, 4)
        lists += bytes([count & 0x7F])
        for _ in range(abs(count)):
            lists += bytes([chance.randrange(128), chance.randrange(max(units, 1) + 2) & 0x7F])
        if count <= 0:
            lists += bytes([chance.randrange(max(units, 1) + 2) & 0x7F])
    head = struct.pack("<HHHHII", 8, 2, 0, tries, 0, units)
    code = struct.pack(f"<{units}H", *words)
    end = chance.choice([b"", b"\x80", b"\0" * 9])
    return b"\x01" * 8 + head + code + b"\0" * (2 * (units & 1)) + ranges + bytes(lists) + end


def methods(data, units, patch, core):
    dex = SimpleNamespace(data=data, words=np.frombuffer(data, "<u2", len(data) // 2), methods=())
    item = SimpleNamespace(
        start=np.array([12]), end=np.array([12 + units]), irregular=np.array([False]), offset=np.array([8])
    )
    patch.setattr(method.native, "core", lambda: core)
    compiled = method.Method(dex, item, 0)
    patch.setattr(method.native, "core", lambda: None)
    return compiled, method.Method(dex, item, 0)


def assert_same(compiled, python):
    assert compiled._followed is not None
    assert python._followed is None
    assert compiled.positions == python.positions
    assert list(compiled.opcodes) == python.opcodes
    assert compiled.whole == python.whole
    assert compiled.is_straight == python.is_straight
    for at in python.positions:
        for register in (*range(9), 255, 65535, 65536):
            assert compiled.definitions(at, register) == python.definitions(at, register), (at, register)
    left, right = compiled.blocks, python.blocks
    assert (left is None) == (right is None)
    if right is None:
        return
    assert left.first == right.first
    assert left._owner == right._owner
    assert left.live == right.live
    assert left.edges == right.edges
    assert left._live_blocks == right._live_blocks
    pairs = [(early, late) for early in range(len(right._owner)) for late in range(len(right._owner))]
    for early, late in random.Random(1).sample(pairs, min(len(pairs), 120)):
        assert left.can_follow(early, late) == right.can_follow(early, late)
        assert left.repeats(early, without=late) == right.repeats(early, without=late)
        assert left.dominates(early, late) == right.dominates(early, late), (early, late)
        assert left.is_live(early) == right.is_live(early)
        assert left.passes_edge(early, late, early) == right.passes_edge(early, late, early)
        assert list(left.deciding(late)) == list(right.deciding(late))


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 70), st.sampled_from([0, 0, 1, 2, 5]))
def test_a_method_is_followed_as_python_follows_it(core, seed, units, tries):
    data = write_item(random.Random(seed), units, tries)
    with pytest.MonkeyPatch.context() as patch:
        assert_same(*methods(data, units, patch, core))


def test_what_takes_too_many_steps_is_not_told_by_either(core, monkeypatch):
    # Thousands of jumps to one place behind which a register is asked for: more pairs than are followed.
    words = [word for _ in range(4000) for word in (0x0038, 2)] + [0x0E]
    data = b"\x01" * 8 + struct.pack("<HHHHII", 8, 2, 0, 0, 0, len(words)) + struct.pack(f"<{len(words)}H", *words)
    compiled, python = methods(data, len(words), monkeypatch, core)
    last = python.positions[-1]
    assert compiled.definitions(last, 7) == python.definitions(last, 7) == frozenset({-8})
    words = [word for _ in range(7000) for word in (0x0038, 2)] + [0x0E]
    data = b"\x01" * 8 + struct.pack("<HHHHII", 8, 2, 0, 0, 0, len(words)) + struct.pack(f"<{len(words)}H", *words)
    compiled, python = methods(data, len(words), monkeypatch, core)
    last = python.positions[-1]
    assert compiled.definitions(last, 7) is python.definitions(last, 7) is None


def test_switches_that_share_their_cases_without_end_are_given_up_by_both(core, monkeypatch):
    size = 3000
    switches = 400
    words = []
    for number in range(switches):
        words += [0x002B, (switches - number) * 3, 0]
    words += [0x0100, size, 0, 0] + [1, 0] * size
    data = b"\x01" * 8 + struct.pack("<HHHHII", 8, 2, 0, 0, 0, len(words)) + struct.pack(f"<{len(words)}H", *words)
    compiled, python = methods(data, len(words), monkeypatch, core)
    assert compiled.blocks is python.blocks is None
    assert compiled.definitions(3, 1) is python.definitions(3, 1) is None


def test_the_traits_of_instructions_are_those_of_the_tables(core):
    for opcode in range(256):
        forms = {0: 0, 4: 1, 8: 2, 16: 3}
        expected = forms[opcodes.WRITES[opcode]]
        expected |= 4 * (opcode in opcodes.WRITES_WIDE) | 8 * (opcode in opcodes.NO_FALL_THROUGH)
        expected |= 16 * (opcode in blocks._THROWING) | 32 * (opcode in method._JUMPS) | 64 * (opcode in method._MOVES)
        assert core.traits[opcode] == expected, hex(opcode)


def test_a_list_of_more_handlers_than_are_followed_is_damage():
    data = bytes([0xFF, 0xFF, 0x7F, 0])  # sleb128: -1
    assert bodies._sleb128(data, 0)[0] == -1
    with pytest.raises(bodies.DamagedError):
        bodies._handlers(bytes([0x05]) + b"\1\1" * 5, 0, 4)
    assert bodies._handlers(bytes([0x7E]) + b"\1\2\1\2\3", 0, 9) == ([2, 3], 3)
