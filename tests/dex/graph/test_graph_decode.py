import struct

from dexreference import Reference
from dexwriter import Class, Code, Ref, write_dex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_dex_equals_full_decode import CALLEES, TEXTS, programs, shift_first_body

from analyzer.dex import load
from analyzer.dex.graph import NoPlatform, build_graph, decode
from analyzer.dex.graph.decode import read_sites
from analyzer.dex.sweep import decode as decode_one
from analyzer.dex.sweep import readable_irregular, window

KINDS = {
    **dict.fromkeys((0x6E, 0x72, 0x74, 0x78), decode.VIRTUAL), **dict.fromkeys((0x6F, 0x75), decode.SUPER),
    **dict.fromkeys((0x70, 0x76), decode.DIRECT), **dict.fromkeys((0x71, 0x77), decode.STATIC),
    **dict.fromkeys((0xFA, 0xFB), decode.POLYMORPHIC), **dict.fromkeys((0xFC, 0xFD), decode.CUSTOM),
    0xFE: decode.HANDLE, 0x22: decode.NEW, **dict.fromkeys(range(0x60, 0x6E), decode.STATIC_FIELD),
}  # fmt: skip


def expected_sites(index):
    found = []
    for part in index.parts:
        bodies = part.bodies
        irregular = set(readable_irregular(part.dex.words, bodies))
        for item in range(len(bodies.start)):
            if bodies.irregular[item] and item not in irregular:
                continue
            words, shift, start, end = window(part.dex.words, part.dex.data, bodies, item)
            for at in decode_one(words, memoryview(part.dex.data)[shift:], start, end)[0]:
                opcode = int(words[at]) & 0xFF
                if opcode in KINDS:
                    found.append((item, at - start, KINDS[opcode], int(words[at + 1])))
                elif opcode == 0x14 and words[at + 2] >> 8 == 0x7F:
                    found.append((item, at - start, decode.LITERAL, int(words[at + 1]) | int(words[at + 2]) << 16))
                elif opcode == 0x15 and words[at + 1] >> 8 == 0x7F:
                    found.append((item, at - start, decode.LITERAL_HIGH, int(words[at + 1]) << 16))
    return found


def check(data):
    index = load([("classes.dex", data)])
    assert index.problems == ()
    for part in index.parts:
        marks, sites = read_sites(part.dex.words, part.dex.data, part.bodies)
        rows = zip(*(column.tolist() for column in (sites.item, sites.at, sites.kind, sites.operand)), strict=True)
        assert list(rows) == expected_sites(index)
        for item in range(len(part.bodies.start)):
            if not part.bodies.irregular[item]:
                start, end = int(part.bodies.start[item]), int(part.bodies.end[item])
                positions = decode_one(part.dex.words, part.dex.data, start, end)[0]
                assert marks.positions(start, end).tolist() == positions
    build_graph(index, NoPlatform())


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.sampled_from([0, 1, 60]), st.sampled_from([1, 3, 8]))
def test_walking_in_step_equals_decoding_one_by_one(classes, few, stride):
    before = decode._FEW, decode._STRIDE
    decode._FEW, decode._STRIDE = few, stride
    try:
        check(write_dex(classes, extra_strings=TEXTS, extra_methods=CALLEES))
    finally:
        decode._FEW, decode._STRIDE = before


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.data())
def test_overlapping_items_equal_decoding_one_by_one(classes, data):
    raw = bytearray(write_dex(classes, extra_strings=TEXTS, extra_methods=CALLEES))
    _, item = data.draw(st.sampled_from(Reference(bytes(raw)).bodies))
    size = struct.unpack_from("<I", raw, item + 12)[0]
    room = (len(raw) - item - 16) // 2
    struct.pack_into("<I", raw, item + 12, min(room, size + data.draw(st.integers(1, 40))))
    before = decode._FEW
    decode._FEW = 0
    try:
        check(bytes(raw))
    finally:
        decode._FEW = before


def test_an_item_at_an_odd_offset_is_decoded():
    code = Code([0x1071, Ref("method", "Lp/X;->f(Ljava/lang/String;)V"), 0, 0x0E])
    check(shift_first_body(write_dex([Class("Lapp/A;", [("m", "()V", code)])]), 1))


def test_a_method_of_sixty_thousand_units_with_a_payload_before_the_end_is_decoded():
    call = [0x1071, Ref("method", "Lp/X;->f()V"), 0]
    code = Code([*call * 20_000, 0x28, 0x0100, 2, 0, 0, 1, 0, 2, 0, *call, 0x0E])
    data = write_dex([Class("Lapp/A;", [("m", "()V", code)])])
    check(data)
    graph = build_graph(load([("classes.dex", data)]), NoPlatform())
    assert len(graph.callers("Lp/X;->f()V")) == 20_001


def test_resource_ids_are_found_in_both_forms():
    code = Code([0x0014, 0x0001, 0x7F0B, 0x0015, 0x7F0C, 0x0014, 0x0001, 0x7E0B, 0x0E])
    index = load([("classes.dex", write_dex([Class("Lapp/A;", [("m", "()V", code)])]))])
    graph = build_graph(index, NoPlatform())
    assert [column.tolist() for column in graph.code.literals] == [[0, 0], [0, 3], [0x7F0B0001, 0x7F0C0000]]
