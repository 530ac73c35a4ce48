import re
import struct

import pytest
from dexwriter import Class, Code, Ref, write_dex

from analyzer.dex import Query, load

pytestmark = pytest.mark.usefixtures("each_core")
RETURN = Code([0x0E])
RESOLVER = "Landroid/content/Context;->getContentResolver()Landroid/content/ContentResolver;"
LISTENER = "Landroid/location/LocationListener;->onLocationChanged(Landroid/location/Location;)V"


def call(method):
    return [0x106E, Ref("method", method), 0]


def dex(*classes, **options):
    return ("classes.dex", write_dex(list(classes), **options))


def test_a_call_through_an_inheriting_app_class_over_two_files_is_found():
    base = dex(Class("Lapp/Base;", superclass="Landroid/app/Activity;"))
    own = "Lapp/Main;->getContentResolver()Landroid/content/ContentResolver;"
    main = ("classes2.dex", write_dex([Class("Lapp/Main;", [("m", "()V", Code(call(own)))], superclass="Lapp/Base;")]))
    (site,) = load([base, main]).find(Query(methods=frozenset([RESOLVER]))).sites
    assert (site.target, site.ref, site.dex, site.caller) == (RESOLVER, own, "classes2.dex", "Lapp/Main;->m()V")


def test_an_app_class_that_defines_the_method_itself_is_what_runs():
    own = "Lapp/Main;->getContentResolver()Landroid/content/ContentResolver;"
    proto = "()Landroid/content/ContentResolver;"
    direct = Class(
        "Lapp/Main;",
        [("m", "()V", Code(call(own))), ("getContentResolver", proto, RETURN)],
        superclass="Landroid/app/Activity;",
    )
    heir_call = "Lapp/Heir;->getContentResolver()Landroid/content/ContentResolver;"
    heir = Class("Lapp/Heir;", [("m", "()V", Code(call(heir_call)))], superclass="Lapp/Main;")
    index = load([dex(direct), ("classes2.dex", write_dex([heir]))])
    assert index.find(Query(methods=frozenset([RESOLVER]))).sites == ()


def test_definitions_that_implement_a_listener_are_found_through_a_chain():
    proto = "(Landroid/location/Location;)V"
    mine = Class("Lapp/L;", [("onLocationChanged", proto, RETURN)], interfaces=("Lapp/I;",))
    between = Class("Lapp/I;", interfaces=("Landroid/location/LocationListener;",))
    stranger = Class("Lapp/S;", [("onLocationChanged", proto, RETURN)])
    (site,) = load([dex(mine, between, stranger)]).find(Query(overrides=frozenset([LISTENER]))).sites
    assert (site.kind, site.caller) == ("override", f"Lapp/L;->onLocationChanged{proto}")


def test_methods_that_share_one_code_item_are_both_callers():
    shared = Code(call(RESOLVER))
    sites = (
        load([dex(Class("Lapp/A;", [("a", "()V", shared), ("b", "()V", shared)]))])
        .find(Query(methods=frozenset([RESOLVER])))
        .sites
    )
    assert [site.caller for site in sites] == ["Lapp/A;->a()V", "Lapp/A;->b()V"]


def test_the_first_file_wins_and_counts_are_of_what_was_read():
    index = load(
        [
            dex(Class("La/A;", [("m", "()V", RETURN)])),
            ("classes2.dex", write_dex([Class("La/A;", [("n", "()V", RETURN)])])),
        ]
    )
    assert (index.dex_files, index.class_count, index.method_count) == (2, 1, 2)
    assert index.defines("La/A;")
    assert not index.defines("Ljava/lang/Object;")
    assert list(index.class_names()) == ["La/A;"]
    assert list(index.slash_names()) == ["a/A"]


def test_a_string_table_out_of_order_is_still_searched():
    name, data = dex(Class("Lapp/A;", [("m", "()V", Code([0x1A, Ref("string", "zz1"), 0x1A, Ref("string", "zz2")]))]))
    raw = bytearray(data)
    count, at = struct.unpack_from("<II", raw, 0x38)
    places = list(struct.unpack_from(f"<{count}I", raw, at))
    places[-1], places[-2] = places[-2], places[-1]
    struct.pack_into(f"<{count}I", raw, at, *places)
    sites = load([(name, bytes(raw))]).find(Query(strings=frozenset(["zz1"]))).sites
    assert [site.offset for site in sites] == [2]


@pytest.mark.parametrize("text", ["a\0b", "中文", "😀", "x" * 64, "x" * 65, "x" * 200, ""])
def test_strings_of_all_kinds_are_found(text):
    others = ("a", "a\x01", "b", "x" * 63, "x" * 64 + "y", "x" * 300, "\uffff", "é", "a\0c")
    name, data = dex(
        Class("Lapp/A;", [("m", "()V", Code([0x1B, Ref("string", text), Ref("high", text)]))]), extra_strings=others
    )
    (site,) = load([(name, data)]).find(Query(strings=frozenset([text]))).sites
    assert site.target == text


def test_searches_name_whole_strings_once():
    texts = ("https://a.cn/x", "see://http", "h" * 104 + "://", "b.example.com", "Foo.java", ".com")
    index = load([dex(Class("Lapp/A;"), extra_strings=texts)])
    assert {found.value for found in index.search_strings(re.compile(rb"https?://[a-z]"))} == {"https://a.cn/x"}
    assert [found.value for found in index.ending_strings({"com"})] == [".com", "b.example.com"]
    # 104 is "h": the length before a string must not be taken for its text
    assert [found.value for found in index.search_strings(re.compile(rb"h{104}://"))] == ["h" * 104 + "://"]


def test_prefixes_are_found_and_nothing_else():
    body = [
        unit
        for text in ("content://sms", "content://smsx", "conten", "/proc/self")
        for unit in (0x1A, Ref("string", text))
    ]
    index = load([dex(Class("Lapp/A;", [("m", "()V", Code(body))]))])
    sites = index.find(Query(prefixes=frozenset(["content://sms", "/proc"]))).sites
    assert [site.target for site in sites] == ["content://sms", "content://smsx", "/proc/self"]


def test_static_values_and_constant_returns():
    getter = Code([0x1A, Ref("string", "9.8.7"), 0x11])
    info = Class(
        "Lsdk/Info;", [("getVersion", "()Ljava/lang/String;", getter)], strings=(("A", "x"), ("VERSION", "4.5.6"))
    )
    index = load([dex(info)])
    assert index.static_string("Lsdk/Info;", "VERSION") == "4.5.6"
    assert index.static_string("Lsdk/Info;", "NONE") is None
    assert index.constant_return("Lsdk/Info;", "getVersion") == "9.8.7"
    assert index.constant_return("Lsdk/Info;", "other") is None
    assert index.static_value_users(["4.5.6", "nowhere"]) == {"4.5.6": [("classes.dex", "Lsdk/Info;")]}


def container(*members):
    """Join files into one 041 container: offsets count from the physical file, headers are eight bytes longer."""
    out = bytearray()
    total = sum(len(member) + 8 for member in members)
    for member in members:
        base = len(out)
        raw = bytearray(member[:0x70] + struct.pack("<II", total, base) + member[0x70:])
        raw[4:7] = b"041"
        struct.pack_into("<II", raw, 0x20, len(raw), 0x78)
        move = base + 8
        struct.pack_into("<I", raw, 0x34, struct.unpack_from("<I", raw, 0x34)[0] + move)
        tables = {}
        for number, name in enumerate(("strings", "types", "protos", "fields", "methods", "classes")):
            size, offset = struct.unpack_from("<II", raw, 0x38 + 8 * number)
            if size:
                struct.pack_into("<I", raw, 0x3C + 8 * number, offset + move)
            tables[name] = size, offset + 8
        size, at = tables["strings"]
        for n in range(size):
            struct.pack_into("<I", raw, at + 4 * n, struct.unpack_from("<I", raw, at + 4 * n)[0] + move)
        size, at = tables["protos"]
        for n in range(size):
            offset = struct.unpack_from("<I", raw, at + 12 * n + 8)[0]
            struct.pack_into("<I", raw, at + 12 * n + 8, offset + move if offset else 0)
        size, at = tables["classes"]
        assert not any(struct.unpack_from("<I", raw, at + 32 * n + 24)[0] for n in range(size)), (
            "classes without members only"
        )
        out += raw
    return bytes(out)


def test_all_logical_files_of_a_container_are_read():
    members = [write_dex([Class(f"Lapp/C{n};", superclass="Landroid/app/Activity;")]) for n in range(3)]
    index = load([("classes.dex", container(*members))])
    assert index.problems == ()
    assert list(index.class_names()) == ["Lapp/C0;", "Lapp/C1;", "Lapp/C2;"]


BROKEN = {
    "empty": lambda raw: b"",
    "not a DEX": lambda raw: b"PK\x03\x04" + raw[4:],
    "unknown version": lambda raw: raw[:4] + b"099" + raw[7:],
    "cut": lambda raw: raw[: len(raw) // 2],
    "big-endian": lambda raw: raw[:0x28] + b"\x12\x34\x56\x78" + raw[0x2C:],
    "string table outside": lambda raw: raw[:0x3C] + struct.pack("<I", len(raw)) + raw[0x40:],
    "class table too long": lambda raw: raw[:0x60] + struct.pack("<I", 1 << 27) + raw[0x64:],
}


@pytest.mark.parametrize("damage", BROKEN)
def test_an_unreadable_file_is_named_with_its_reason_and_others_are_read(damage):
    _, good = dex(Class("La/A;", [("m", "()V", RETURN)]))
    index = load([("classes.dex", BROKEN[damage](good)), ("classes2.dex", good)])
    (problem,) = index.problems
    assert (problem.dex, problem.where) == ("classes.dex", "file")
    assert problem.why
    assert index.dex_files == 1
    assert index.defines("La/A;")


def test_code_outside_the_file_is_counted_and_the_rest_is_read():
    good = Class("Lapp/A;", [("a", "()V", Code(call(RESOLVER))), ("b", "()V", Code(call(RESOLVER)))])
    raw = bytearray(write_dex([good]))
    items = [
        at
        for at in range(0, len(raw) - 4, 4)
        if raw[at : at + 4] == struct.pack("<HH", 16, 0) and raw[at + 12 : at + 16] == b"\3\0\0\0"
    ]
    struct.pack_into("<I", raw, items[-1] + 12, 1 << 28)
    index = load([("classes.dex", bytes(raw))])
    assert index.unreadable_methods == 1
    assert index.problems[0].where == "code"
    assert len(index.find(Query(methods=frozenset([RESOLVER]))).sites) == 1


def test_equal_input_gives_equal_answers_in_equal_order():
    data = write_dex([Class(f"Lapp/C{n};", [("m", "()V", Code(call(RESOLVER)))]) for n in range(20)])
    query = Query(methods=frozenset([RESOLVER]))
    runs = [[site.caller for site in load([("classes.dex", data)]).find(query).sites] for _ in range(2)]
    assert runs[0] == runs[1]


def test_strings_among_and_beginning():
    index = load([dex(Class("La/B;"), extra_strings=("GTC-1.0", "GTC-2", "tag", "中文")), dex(Class("La/C;"))])
    assert index.strings_among(["tag", "ta", "中文", "none"]) == {"tag", "中文"}
    assert index.strings_among([]) == set()
    assert index.strings_beginning(["GTC-", "zz"]) == ["GTC-1.0", "GTC-2"]
    assert index.strings_beginning([]) == []


def test_strings_that_methods_of_one_name_load_in_order():
    def loads(*texts):
        return Code([unit for text in texts for unit in (0x1A, Ref("string", text))] + [0x0E])

    own = Class("La/B;", [("f", "()V", loads("2", "1")), ("f", "(I)V", loads("3")), ("g", "()V", loads("4"))])
    index = load([dex(own), dex(Class("La/C;", [("f", "()V", loads("5"))]))])
    assert sorted(index.loaded_strings("La/B;", "f")) == ["1", "2", "3"]
    assert index.loaded_strings("La/B;", "f").index("2") < index.loaded_strings("La/B;", "f").index("1")
    assert index.loaded_strings("La/C;", "f") == ["5"]
    assert index.loaded_strings("La/B;", "fo") == []
    assert index.loaded_strings("Lno/Such;", "f") == []


def test_signatures_of_a_method_name_also_where_it_is_only_called():
    caller = Class("La/B;", [("m", "()V", Code([*call("Lx/Y;->init(I)V"), 0x0E]))])
    index = load([dex(caller), dex(Class("Lx/Y;", [("init", "()V", RETURN), ("initAll", "()V", RETURN)]))])
    assert index.signatures("Lx/Y;", "init") == {"Lx/Y;->init(I)V", "Lx/Y;->init()V"}
    assert index.signatures("Lno/Such;", "init") == set()
