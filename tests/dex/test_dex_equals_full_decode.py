import random
import struct
from collections import Counter

import pytest
from dexreference import Reference
from dexwriter import Class, Code, Ref, write_dex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.dex import Query, load, sweep

CALLEES = [f"Lp/T{n};->m{n % 3}({'J' * (n % 2)})V" for n in range(6)]
FIELDS = [f"Lp/T{n};->f:I" for n in range(3)]
TEXTS = ["", "a", "a\0b", "a\x01", "content://sms", "中文", "😀", "x" * 70, "x" * 64 + "y", "é"]
TYPES = ["Lp/T0;", "[I", "Lq/New;"]
WIDTHS = {1: [0x00, 0x01, 0x0E, 0x12, 0x1D, 0x28, 0x3E, 0x73, 0x79, 0xB0], 2: [0x02, 0x13, 0x32, 0x44, 0x90, 0xD8, 0xE3, 0xF2, 0xFE],
          3: [0x03, 0x14, 0x24, 0x2A, 0x2B, 0x26, 0xE9, 0xEA, 0xFC], 5: [0x18]}  # fmt: skip

pytestmark = pytest.mark.usefixtures("each_core")
units = st.integers(0, 0xFFFF) | st.sampled_from([0, 1, 2, 3, 0x0100, 0x0200, 0x0300, 0x1A, 0x6E, 0x71])


@st.composite
def instruction(draw):
    kind = draw(
        st.sampled_from(["call", "range", "poly", "field", "string", "jumbo", "type", "plain", "payload", "junk"])
    )
    high = draw(st.integers(0, 255)) << 8
    tail = [draw(units)]
    if kind == "call":
        return [
            draw(st.sampled_from([0x6E, 0x6F, 0x70, 0x71, 0x72])) | high,
            Ref("method", draw(st.sampled_from(CALLEES))),
            *tail,
        ]
    if kind == "range":
        return [
            draw(st.sampled_from([0x74, 0x75, 0x76, 0x77, 0x78])) | high,
            Ref("method", draw(st.sampled_from(CALLEES))),
            *tail,
        ]
    if kind == "poly":
        return [
            draw(st.sampled_from([0xFA, 0xFB])) | high,
            Ref("method", draw(st.sampled_from(CALLEES))),
            *tail,
            draw(units),
        ]
    if kind == "field":
        return [draw(st.integers(0x52, 0x6D)) | high, Ref("field", draw(st.sampled_from(FIELDS)))]
    if kind == "string":
        return [0x1A | high, Ref("string", draw(st.sampled_from(TEXTS)))]
    if kind == "jumbo":
        text = draw(st.sampled_from(TEXTS))
        return [0x1B | high, Ref("string", text), Ref("high", text)]
    if kind == "type":
        return [draw(st.sampled_from([0x1C, 0x22])) | high, Ref("type", draw(st.sampled_from(TYPES)))]
    if kind == "plain":
        width = draw(st.sampled_from(sorted(WIDTHS)))
        first = draw(st.sampled_from(WIDTHS[width])) | high
        if first & 0xFF == 0 and first >> 8 in {1, 2, 3}:
            first = 0
        return [first, *(draw(units) for _ in range(width - 1))]
    if kind == "payload":
        size = draw(st.integers(0, 4))
        shape = draw(st.sampled_from([0x0100, 0x0200, 0x0300]))
        if shape == 0x0300:
            count, width = draw(st.integers(0, 5)), draw(st.sampled_from([1, 2, 4, 8]))
            body = [width, count, 0, *(draw(units) for _ in range((count * width + 1) // 2))]
        else:
            body = [size, *(draw(units) for _ in range(size * 2 + 2 if shape == 0x0100 else size * 4))]
        return [shape, *body]
    return [draw(units) for _ in range(draw(st.integers(1, 3)))]


@st.composite
def programs(draw):
    codes = [
        Code([unit for part in draw(st.lists(instruction(), max_size=12)) for unit in part] or [0x0E])
        for _ in range(draw(st.integers(1, 5)))
    ]
    classes = []
    for number in range(draw(st.integers(1, 3))):
        picked = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=4))
        classes.append(Class(f"Lapp/C{number};", [(f"m{n}", "()V", code) for n, code in enumerate(picked)]))
    return classes


def everything(reference):
    return Query(
        methods=frozenset(reference.methods), fields=frozenset(reference.fields), strings=frozenset(reference.strings),
        types=frozenset(reference.types),
    )  # fmt: skip


def assert_equal(data, query=None):
    reference = Reference(data)
    index = load([("classes.dex", data)])
    assert index.problems == ()
    query = query or everything(reference)
    wanted = {"call": query.methods, "field": query.fields, "string": query.strings, "type": query.types}
    expected = Counter(site for site in reference.sites() if site[1] in wanted[site[0]])
    found = Counter(
        (site.kind, site.ref, site.caller, site.offset) for site in index.find(query).sites if site.ref == site.target
    )
    assert found == expected


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(programs(), st.booleans(), st.sampled_from([1, 2, 7, 1 << 15]))
def test_every_site_equals_a_full_linear_decode(classes, with_all, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "_CHUNK", chunk)
        check_program(classes, with_all)


def check_program(classes, with_all):
    data = write_dex(classes, extra_strings=TEXTS, extra_methods=CALLEES)
    if with_all:
        assert_equal(data)
    else:
        assert_equal(
            data, Query(methods=frozenset(CALLEES[:2]), fields=frozenset(FIELDS[:1]), strings=frozenset(TEXTS[3:5]))
        )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.integers(0, 2**32))
def test_damage_never_raises_and_is_never_silent(classes, seed):
    data = bytearray(write_dex(classes, extra_strings=TEXTS))
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(8, len(data))] = chance.randrange(256)
    index = load([("classes.dex", bytes(data))])
    hits = index.find(Query(methods=frozenset(CALLEES), strings=frozenset(TEXTS), fields=frozenset(FIELDS)))
    for site in hits.sites:
        site.arguments()
    assert index.dex_files == 1 or index.problems


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.data())
def test_overlapping_and_unaligned_code_items_are_decoded_one_by_one(classes, data):
    raw = bytearray(write_dex(classes, extra_strings=TEXTS))
    reference = Reference(bytes(raw))
    _, item = data.draw(st.sampled_from(reference.bodies))
    size = struct.unpack_from("<I", raw, item + 12)[0]
    room = (len(raw) - item - 16) // 2
    struct.pack_into("<I", raw, item + 12, min(room, size + data.draw(st.integers(1, 40))))
    assert_equal(bytes(raw))


def shift_first_body(data, by):
    """Move the first code item to an odd offset at the end of the file."""
    raw = bytearray(data)
    reference = Reference(data)
    _, item = min(reference.bodies, key=lambda row: row[1])
    size = struct.unpack_from("<I", raw, item + 12)[0]
    body = bytes(raw[item : item + 16 + 2 * size])
    raw += b"\0" * ((len(raw) + by) % 2) + b"\0" * (by if len(raw) % 2 == 0 else 0)
    if len(raw) % 2 == 0:
        raw += b"\0"
    place = len(raw)
    raw += body + b"\0" * 4
    struct.pack_into("<I", raw, 0x20, len(raw))
    old, new = _uleb4(item), _uleb4(place)
    assert len(old) == len(new)
    at = raw.find(old, item + 16 + 2 * size)
    raw[at : at + len(old)] = new
    return bytes(raw)


def _uleb4(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def test_a_code_item_at_an_odd_offset_is_read():
    code = Code([0x1A, Ref("string", "secret"), 0x1071, Ref("method", "Lp/X;->f(Ljava/lang/String;)V"), 0, 0x0E])
    data = shift_first_body(write_dex([Class("Lapp/A;", [("m", "()V", code)])]), 1)
    assert Reference(data).bodies[0][1] % 2 == 1
    assert_equal(data)
    site = next(
        iter(load([("classes.dex", data)]).find(Query(methods=frozenset(["Lp/X;->f(Ljava/lang/String;)V"]))).sites)
    )
    assert site.argument(0).text == "secret"


APPS = ["uiautomator2", "io.appium.settings", "android-apidemos", "appium-espresso-driver"]


@pytest.mark.network
@pytest.mark.parametrize("app", APPS)
def test_every_site_of_a_real_app_equals_the_plain_reader(real_dex, app):
    for _, data in real_dex(app):
        assert_equal(data)


@pytest.mark.network
@pytest.mark.parametrize("app", APPS)
def test_listed_apis_of_a_real_app_equal_androguard(real_dex, app):
    """Call sites and field uses of every API of the catalogue: none missing, none extra."""
    from loguru import logger

    logger.disable("androguard")
    from androguard.core.dex import DEX

    from analyzer.catalogue import load_catalogue

    apis = load_catalogue().apis
    query = Query(methods=frozenset(apis.methods), fields=frozenset(apis.fields))
    files = real_dex(app)
    index = load(files)
    assert index.problems == ()
    found = Counter(
        (site.dex, site.kind, site.ref, site.caller, site.offset)
        for site in index.find(query).sites
        if site.ref == site.target
    )
    expected = Counter()
    for name, data in files:
        dex = DEX(data)
        methods = {
            n: m
            for n in range(len(dex.methods.gets()) if dex.methods else 0)
            if (m := "{}->{}{}".format(*_joined(dex.get_cm_method(n)))) in query.methods
        }
        fields = {
            n: f
            for n in range(len(dex.fields.gets()) if dex.fields else 0)
            if (f := "{0}->{2}:{1}".format(*dex.get_cm_field(n))) in query.fields
        }
        for method in dex.get_encoded_methods():
            if method.get_code() is None:
                continue
            caller = f"{method.get_class_name()}->{method.get_name()}{method.get_descriptor().replace(' ', '')}"
            at = 0
            for ins in method.get_instructions():
                opcode = ins.get_op_value()
                if 0x6E <= opcode <= 0x78 and ins.BBBB in methods:
                    expected[name, "call", methods[ins.BBBB], caller, at // 2] += 1
                elif 0x52 <= opcode <= 0x5F and ins.CCCC in fields:
                    expected[name, "field", fields[ins.CCCC], caller, at // 2] += 1
                elif 0x60 <= opcode <= 0x6D and ins.BBBB in fields:
                    expected[name, "field", fields[ins.BBBB], caller, at // 2] += 1
                at += ins.get_length()
    assert sum(found.values()) > 100
    assert found == expected


def _joined(parts):
    owner, name, proto = parts
    return owner, name, "".join(proto).replace(" ", "")
