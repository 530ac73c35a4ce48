"""What is asked a thousand times for one package, against the plainest way to say it."""

import struct
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from dexassembler import assemble
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import load, opcodes
from analyzer.dex.classdata import uleb128
from analyzer.dex.flow import method, value
from analyzer.dex.flow.members import Members
from analyzer.dex.flow.value import UNKNOWN, Value
from analyzer.dex.problem import DamagedError

pytestmark = pytest.mark.usefixtures("each_core")

KINDS = ["string", "int", "class", "field", "call", "new", "array", "concat", "parameter", "any", "unknown"]
LEAVES = st.builds(Value, st.sampled_from(KINDS), st.sampled_from(["", "0", "1", "k"]))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Value, st.sampled_from(KINDS), st.sampled_from(["", "0", "1"]), st.lists(inner, max_size=4).map(tuple)
    ),
    max_leaves=12,
)


def plainly_open(one):
    return one.kind == "parameter" or any(plainly_open(part) for part in one.parts)


def plainly_joined(values):
    options = tuple(dict.fromkeys(option for one in values for option in one.options))
    if len(options) == 1:
        return options[0]
    return Value("any", "", options) if 0 < len(options) <= 24 else UNKNOWN


def plainly_replaced(one, word, fold):
    if not plainly_open(one):
        return one
    if one.kind == "parameter":
        return word(int(one.text or 0))
    parts = tuple(plainly_replaced(part, word, fold) for part in one.parts)
    if one.kind == "any":
        return plainly_joined(parts)
    if one.kind == "call":
        return fold(one.text, parts)
    if one.kind == "concat":
        return plainly_joined(value.concat(pieces) for pieces in value.combinations(parts))
    return Value(one.kind, one.text, parts)


def numbered(one):
    """The same tree with a number in each parameter, as the evaluator makes them."""
    text = one.text if one.kind != "parameter" or one.text.isdecimal() else "0"
    return Value(one.kind, text, tuple(numbered(part) for part in one.parts))


@settings(max_examples=300, deadline=None)
@given(TREES, TREES)
def test_values_are_equal_when_their_fields_are(left, right):
    same = all(getattr(left, one.name) == getattr(right, one.name) for one in fields(Value))
    assert (left == right) == same
    assert left == Value(left.kind, left.text, left.parts)
    assert left != left.text
    assert not same or hash(left) == hash(right)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_a_value_is_open_when_a_part_of_it_is_a_parameter(one):
    assert value.has_parameters(one) == plainly_open(one)


@settings(max_examples=300, deadline=None)
@given(st.lists(TREES, max_size=30))
def test_joined_values_stand_once_each_in_their_order(values):
    joined, plain = value.join(values), plainly_joined(values)
    assert joined == plain
    assert joined.parts == plain.parts
    assert value.join(iter(values)) == plain


@settings(max_examples=300, deadline=None)
@given(TREES.map(numbered), LEAVES)
def test_parameters_are_replaced_in_every_part_and_nothing_else_is_folded(one, given_one):
    called, plainly_called = [], []

    def fold(calls):
        return lambda text, parts: calls.append((text, parts)) or Value("call", text, parts)

    replaced = value.substitute(one, lambda _: given_one, fold(called))
    assert replaced == plainly_replaced(one, lambda _: given_one, fold(plainly_called))
    assert called == plainly_called


def write_call(opcode, passed, proto):
    """One invoke of method 0 with ``passed`` registers from v3 on."""
    if opcode in opcodes.RANGE_INVOKES:
        units = [opcode | passed << 8, 0, 3]
    else:
        names = [*range(3, 3 + passed), 0, 0, 0, 0, 0]
        third = names[0] | names[1] << 4 | names[2] << 8 | names[3] << 12
        units = [opcode | (passed << 4 | names[4]) << 8, 0, third]
    data = b"\0" * 8 + struct.pack("<HHHHII", 16, 2, 0, 0, 0, 3) + struct.pack("<3H", *units)
    dex = SimpleNamespace(
        data=data, words=np.frombuffer(data, "<u2"), methods=(0,), method_proto=np.array([0]), proto=lambda _: proto
    )
    item = SimpleNamespace(start=np.array([12]), end=np.array([15]), irregular=np.array([False]), offset=np.array([8]))
    return method.Method(dex, item, 0)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x77, 0x78]),
    st.integers(0, 5),
    st.lists(st.sampled_from([b"I", b"J", b"D", b"[J", b"Lx/Y;"]), max_size=5),
)
def test_an_argument_is_found_behind_those_that_fill_two_registers(opcode, passed, types):
    call = write_call(opcode, passed, b"(" + b"".join(types) + b")V")
    registers, place, plain = call.words(0), 0, {}
    for number, wide in enumerate(call.shapes(0)):
        plain[number] = registers[place] if place < len(registers) else None
        place += 2 if wide else 1
    assert [call.argument_register(0, number) for number in range(-1, 9)] == [plain.get(n) for n in range(-1, 9)]


def plainly_stored(program, owner, index, wanted):
    seen = set()
    for body in program.own_bodies(owner):
        if body.item not in seen:
            seen.add(body.item)
            one = program.method(body.part, body.item)
            for at in one.positions:
                if one.opcode(at) in wanted and one.units[at + 1] == index:
                    yield body.part, body.item, at


def test_writes_of_a_field_are_found_on_instructions_alone():
    # Each number below looks like a write of field 0 or 1.
    index = load([("classes.dex", assemble("""
        .class Lapp/A;
        .field s:Ljava/lang/String; public static
        .field t:Ljava/lang/String; public static
        .method public static m()V
            const v0, 105
            sput-object v0, Lapp/A;->s:Ljava/lang/String;
            const v0, 65641
            sput-object v0, Lapp/A;->t:Ljava/lang/String;
            sput-object v0, Lapp/A;->s:Ljava/lang/String;
            fill-array-data v1
            .array 2 105 0 105 1 105
            return-void
        .end"""))])  # fmt: skip
    program, dex = index.flow.program, index.parts[0].dex
    wanted, found = frozenset({0x69}), []
    for number in range(len(dex.fields)):
        rows = list(program._stores_in("Lapp/A;", number, wanted))
        assert rows == list(plainly_stored(program, "Lapp/A;", number, wanted))
        found.append(len(rows))
    assert found == [2, 1]
    assert program.method(0, 0).begins(0)
    assert not program.method(0, 0).begins(1)


def plainly_read(data, at):
    counts, rows = [], []
    for _ in range(4):
        count, at = uleb128(data, at)
        counts.append(count)
    for place, count in enumerate(counts):
        index = 0
        for _ in range(count):
            step, at = uleb128(data, at)
            index += step
            flags, at = uleb128(data, at)
            code, at = uleb128(data, at) if place > 1 else (0, at)
            rows.append((place > 1, index, flags, code))
    return rows


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.binary(max_size=60))
def test_members_of_a_class_are_read_number_by_number(counts, rest):
    data = bytes([9, *counts]) + rest
    tables = SimpleNamespace(
        data=data, fields=range(1 << 40), methods=range(1 << 40), method_name=range(1 << 40),
        method_proto=range(1 << 40), classes=np.array([(1, 1)], [("access", "u4"), ("data", "u4")]),
        field_signature=lambda number: f"L;->f{number}", proto=lambda _: b"()V",
        strings=SimpleNamespace(raw=lambda number: b"m%d" % number),
    )  # fmt: skip
    found = Members(tables, 0)
    try:
        rows = plainly_read(data, 1)
    except DamagedError:
        assert not found._sound
        return
    fields_read = {f"f{index}": (index, flags) for is_method, index, flags, _ in rows if not is_method}
    assert {name: (one.index, one.flags) for name, one in found.fields.items()} == fields_read
    methods_read = {f"m{index}()V": (index, flags, code) for is_method, index, flags, code in rows if is_method}
    assert {name: (one.index, one.flags, one.code) for name, one in found.methods.items()} == methods_read


def test_what_stands_above_is_told_of_the_last_type_too():
    index = load([("classes.dex", assemble(".class Lapp/A;\n.class Lapp/B; extends Lapp/A;\n.class Lapp/Z;"))])
    program = index.flow.program
    heirs = [name for name in ("Lapp/A;", "Lapp/B;", "Lapp/Z;", "Ljava/lang/Object;") if program.has_heirs(name)]
    assert heirs == ["Lapp/A;", "Ljava/lang/Object;"]
