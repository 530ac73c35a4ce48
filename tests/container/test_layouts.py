import struct

import pytest
from apks import ATTRIBUTE_IDS, Member, Node, make_axml, make_zip
from hypothesis import given, settings
from hypothesis import strategies as st
from resources import make_table, make_xml, number_resources

from analyzer.container.archive import Archive
from analyzer.container.layouts import Layouts, ResourcePart
from analyzer.container.limits import Limits
from analyzer.container.resources import JoinedTables, ResourceTable
from analyzer.container.screens import Screen, descriptor_of, is_plain, read_screen, references_to

PACKAGE = "cn.example"
ID = 0x01010000


def build(files=(), strings=(), ids=(), *, table_only=(), package=PACKAGE, path="res/{kind}/{name}.xml"):
    """Return (layouts, numbers, reasons) of a package with these files: (type, name) → XML text or bytes."""
    files, strings = dict(files), dict(strings)
    values = {("string", name): text for name, text in strings.items()} | {("id", name): False for name in ids}
    values |= {key: path.format(kind=key[0], name=key[1]) for key in (*files, *table_only)}
    numbers = number_resources(values)
    rows = [Member(b"resources.arsc", make_table(values, package))]
    for key, content in files.items():
        raw = content if isinstance(content, bytes) else make_xml(content, numbers)
        rows.append(Member(values[key].encode(), raw))
    archive = Archive(make_zip(rows), Limits())
    table = ResourceTable(archive.read(archive.by_name["resources.arsc"]))
    reasons = []
    return (
        Layouts([ResourcePart(archive, table)], package, lambda *one: reasons.append(one)),
        numbers,
        reasons,
    )


def screen(text, kind="layout", **options):
    """Return (classes, later, handlers), sorted, of one file."""
    layouts, numbers, reasons = build({(kind, "main"): text}, **options)
    found = layouts[numbers[kind, "main"]]
    assert reasons == []
    return sorted(found.classes), sorted(found.later), sorted(found.handlers)


def test_tags_with_a_package_are_views_and_short_ones_are_the_platforms():
    text = "<LinearLayout><TextView/><cn.example.Card/><view class='cn.example.Outer$Inner'/><merge/></LinearLayout>"
    assert screen(text) == (["Lcn/example/Card;", "Lcn/example/Outer$Inner;"], [], [])
    assert screen("<FrameLayout><TextView android:text='cn.example.NoClass'/></FrameLayout>") == ([], [], [])


def test_fragments_are_named_by_class_and_by_name():
    text = (
        "<x><fragment android:name='cn.example.A'/><fragment class='cn.example.B'/>"
        "<androidx.fragment.app.FragmentContainerView android:name='cn.example.C'/><item android:name='cn.example.D'/></x>"
    )
    classes, _, _ = screen(text)
    assert {"Lcn/example/A;", "Lcn/example/B;", "Lcn/example/C;"} <= set(classes)
    assert "Lcn/example/D;" not in classes


def test_click_handlers_are_gestures_unless_data_binding_makes_them():
    text = "<x><Button android:onClick='pay'/><Button android:onClick='@string/method'/><Button android:onClick='{z}'/></x>"
    found = screen(text.replace("{z}", "x"), strings={"method": "buy"})
    assert found == ([], [], ["buy", "pay", "x"])
    layouts, numbers, _ = build({("layout", "main"): make_axml(Node("x", {"onClick": "@{() -> m.go()}"}))})
    assert not layouts[numbers["layout", "main"]].handlers


def test_names_may_be_relative_or_strings():
    text = (
        "<x><r app:layoutManager='.Grid'/><r app:layoutManager='LinearLayoutManager'/>"
        "<r app:layout_behavior='@string/scroll'/><r app:layout_behavior='.Own'/></x>"
    )
    assert screen(text, strings={"scroll": "com.lib.Behavior"})[0] == [
        "Landroidx/recyclerview/widget/LinearLayoutManager;",
        "Lcn/example/Grid;",
        "Lcn/example/Own;",
        "Lcom/lib/Behavior;",
    ]


def test_attributes_of_libraries_may_name_classes_under_any_name():
    raw = make_axml(Node("x", {":": "com.lib.Made", ":title": "not a class", ":font": "fonts/a.ttf", ":size": "1..5"}))
    layouts, numbers, _ = build({("layout", "main"): raw})
    assert layouts[numbers["layout", "main"]].classes == {"Lcom/lib/Made;"}


def test_attributes_of_the_designer_say_nothing():
    node = Node("x", {":context": "cn.example.Main"})
    raw = make_axml(node).replace(
        "http://schemas.android.com/apk/res/android".encode("utf-16-le"),
        "http://schemas.android.com/tools".ljust(42, "\0").encode("utf-16-le"),
    )
    # The attribute is written without a name space: give it the one that is now the designer's.
    start = raw.index(struct.pack("<HHI", 0x0102, 16, 56))
    pool = read_strings(raw)
    spot = start + 36
    raw = raw[:spot] + struct.pack("<I", next(n for n, text in enumerate(pool) if "tools" in text)) + raw[spot + 4 :]
    raw = raw.replace(
        struct.pack("<H", 42) + "http".encode("utf-16-le"), struct.pack("<H", 32) + "http".encode("utf-16-le")
    )
    layouts, numbers, _ = build({("layout", "main"): raw})
    assert layouts[numbers["layout", "main"]].classes == set()


def read_strings(raw):
    from analyzer.container.chunks import StringPool

    pool = StringPool(memoryview(raw), 8)
    return [pool[number] for number in range(pool.count)]


def test_menus_name_views_providers_and_handlers():
    text = (
        "<menu><item android:actionViewClass='cn.example.Search'/><item app:actionProviderClass='cn.example.Share'/>"
        "<item android:onClick='sort'/></menu>"
    )
    assert screen(text, "menu") == (["Lcn/example/Search;", "Lcn/example/Share;"], [], ["sort"])


def test_preference_screens_open_fragments_and_activities_later():
    text = (
        "<PreferenceScreen><cn.example.Slider/><Preference app:fragment='cn.example.A'/>"
        "<Preference android:fragment='cn.example.B'/><Preference><intent android:targetClass='cn.example.C'/>"
        "</Preference></PreferenceScreen>"
    )
    assert screen(text, "xml") == (
        ["Lcn/example/Slider;"],
        ["Lcn/example/A;", "Lcn/example/B;", "Lcn/example/C;"],
        [],
    )


GRAPH = (
    "<navigation app:startDestination='@id/home'>"
    "<fragment android:id='@id/home' android:name='cn.example.Home'><argument app:argType='cn.example.Model'/></fragment>"
    "<dialog android:id='@id/ask' android:name='cn.example.Ask'/><activity android:name='.Other'/></navigation>"
)


def test_only_the_first_destination_of_a_graph_is_created_at_once():
    assert screen(GRAPH, "navigation", ids=("home", "ask")) == (
        ["Lcn/example/Home;"],
        ["Lcn/example/Ask;", "Lcn/example/Other;"],
        [],
    )
    nested = (
        "<navigation app:startDestination='@id/inner'><fragment android:id='@id/b' android:name='cn.example.B'/>"
        "<navigation android:id='@id/inner' app:startDestination='@id/a'>"
        "<fragment android:id='@id/a' android:name='cn.example.A'/><fragment android:id='@id/c' android:name='cn.example.C'/>"
        "</navigation></navigation>"
    )
    assert screen(nested, "navigation", ids=("inner", "a", "b", "c")) == (
        ["Lcn/example/A;"],
        ["Lcn/example/B;", "Lcn/example/C;"],
        [],
    )


def test_an_included_graph_counts_at_once_only_if_the_start_is_inside():
    inner = "<navigation app:startDestination='@id/a'><fragment android:id='@id/a' android:name='cn.example.A'/></navigation>"
    own = "<navigation app:startDestination='@id/b'>{}<include app:graph='@navigation/inner'/></navigation>"
    local = "<fragment android:id='@id/b' android:name='cn.example.B'/>"
    for text, classes, later in (
        (own.format(""), {"Lcn/example/A;"}, set()),
        (own.format(local), {"Lcn/example/B;"}, {"Lcn/example/A;"}),
    ):
        layouts, numbers, _ = build({("navigation", "main"): text, ("navigation", "inner"): inner}, ids=("a", "b"))
        found = layouts[numbers["navigation", "main"]]
        assert (found.classes, found.later) == (classes, later)


def test_inclusions_are_followed_round_rings():
    layouts, numbers, reasons = build(
        {
            ("layout", "a"): "<x><include layout='@layout/b'/><cn.example.A/></x>",
            ("layout", "b"): "<merge><include layout='@layout/a'/><cn.example.B android:onClick='go'/></merge>",
            ("layout", "c"): "<cn.example.C/>",
        }
    )
    for name in "ab":
        found = layouts[numbers["layout", name]]
        assert found.classes == {"Lcn/example/A;", "Lcn/example/B;"}
        assert found.handlers == {"go"}
    assert layouts[numbers["layout", "c"]].classes == {"Lcn/example/C;"}
    assert reasons == []


def test_a_stub_is_filled_later_and_a_graph_in_a_layout_at_once():
    layouts, numbers, _ = build(
        {
            ("layout", "main"): (
                "<x><ViewStub android:layout='@layout/late'/><fragment app:navGraph='@navigation/nav'/>"
                "<bar app:menu='@menu/m'/></x>"
            ),
            ("layout", "late"): "<x><cn.example.Late/><include layout='@layout/deep'/></x>",
            ("layout", "deep"): "<cn.example.Deep android:onClick='tap'/>",
            ("navigation", "nav"): GRAPH,
            ("menu", "m"): "<menu><item app:actionViewClass='cn.example.Bar'/></menu>",
        },
        ids=("home", "ask"),
    )
    found = layouts[numbers["layout", "main"]]
    assert found.classes == {"Lcn/example/Home;", "Lcn/example/Bar;"}
    assert {"Lcn/example/Late;", "Lcn/example/Deep;", "Lcn/example/Ask;"} <= found.later
    assert found.handlers == {"tap"}


def test_what_is_included_twice_counts_at_once():
    layouts, numbers, _ = build(
        {
            ("layout", "main"): "<x><ViewStub android:layout='@layout/b'/><include layout='@layout/b'/></x>",
            ("layout", "b"): "<cn.example.B/>",
        }
    )
    found = layouts[numbers["layout", "main"]]
    assert (found.classes, found.later) == ({"Lcn/example/B;"}, set())


def test_file_names_may_be_obfuscated_and_other_types_are_not_read():
    layouts, numbers, _ = build(
        {("layout", "a"): "<cn.example.A/>", ("drawable", "b"): "<cn.example.B/>"}, path="res/{name}"
    )
    assert layouts[numbers["layout", "a"]].classes == {"Lcn/example/A;"}
    assert numbers["drawable", "b"] not in layouts
    assert layouts.get(numbers["drawable", "b"]) is None
    assert layouts.get(0x7F990000) is None
    assert list(layouts) == [numbers["layout", "a"]]
    assert len(layouts) == 1


def in_two_configurations(first, second):
    """Return a table that gives layout ``a`` the first file, and the second one in landscape."""
    raw = bytearray(make_table({("layout", "a"): first, ("string", "b"): second}, PACKAGE))
    start = bytes(raw).index(struct.pack("<HH", 0x0201, 84))
    chunk = bytearray(raw[start : start + struct.unpack_from("<I", raw, start + 4)[0]])
    chunk[20 + 12] = 2  # the orientation of its configuration
    chunk[-4:] = struct.pack("<I", 1)  # the second text of the pool
    package = bytes(raw).index(struct.pack("<HH", 0x0200, 288))
    for place in (4, package + 4):
        struct.pack_into("<I", raw, place, struct.unpack_from("<I", raw, place)[0] + len(chunk))
    return ResourceTable(bytes(raw + chunk))


def test_all_configurations_of_a_layout_count():
    table = in_two_configurations("res/a.xml", "res/b.xml")
    rows = [
        Member(b"res/a.xml", make_xml("<cn.example.A/>")),
        Member(b"res/b.xml", make_xml("<x><cn.example.B/><cn.example.A/></x>")),
    ]
    layouts = Layouts([ResourcePart(Archive(make_zip(rows), Limits()), table)], PACKAGE, lambda *_: None)
    assert table.files(0x7F010000) == ["res/a.xml", "res/b.xml"]
    assert layouts[0x7F010000].classes == {"Lcn/example/A;", "Lcn/example/B;"}


def test_a_missing_file_is_told_a_few_times_and_a_broken_one_by_name():
    keys = [("layout", f"l{number}") for number in range(9)]
    layouts, numbers, reasons = build(table_only=keys)
    assert all(not layouts[numbers[key]].classes for key in keys)
    assert [code for code, _ in reasons] == ["resources_unreadable"] * 3
    layouts, numbers, reasons = build({("layout", "a"): b"\x03\0\x08\0\xff\0\0\0junk of any kind"})
    assert not layouts[numbers["layout", "a"]].classes
    assert reasons[0][0] == "resources_unreadable"
    assert "res/layout/a.xml" in reasons[0][1]
    layouts, numbers, reasons = build({("xml", "a"): b"<?xml version='1.0'?><x/>"})
    assert not layouts[numbers["xml", "a"]].classes
    assert reasons == []


def test_too_large_a_file_is_a_limit():
    layouts, numbers, reasons = build({("layout", "a"): bytes(3 << 20)})
    assert not layouts[numbers["layout", "a"]].classes
    assert reasons[0][0] == "limit_reached"


def test_depth_is_the_files_choice_and_harms_nobody():
    deep = Node("cn.example.Deep")
    for _ in range(900):
        deep = Node("x", {}, [deep])
    layouts, numbers, _ = build({("layout", "a"): make_axml(deep)})
    assert layouts[numbers["layout", "a"]].classes == {"Lcn/example/Deep;"}


def test_long_inclusions_end(monkeypatch):
    monkeypatch.setattr("analyzer.container.layouts.STEPS", 20)
    files = {("layout", f"l{n:02}"): f"<x><include layout='@layout/l{(n + 1) % 30:02}'/></x>" for n in range(30)}
    layouts, numbers, reasons = build(files)
    assert not layouts[numbers["layout", "l00"]].classes
    assert {code for code, _ in reasons} == {"limit_reached"}


def test_plain_files_are_recognised_without_reading_them():
    references = references_to([(0x7F, 1)])
    plain = make_xml("<LinearLayout><TextView android:label='Hello'/></LinearLayout>")
    assert is_plain(plain, references)
    for text in ("<a.b.C/>", "<x app:y='a.b'/>", "<x android:onClick='go'/>", "<x app:layout_behavior='y'/>"):
        assert not is_plain(make_xml(text), references)
    assert not is_plain(make_axml(Node("x", {":layout": ("ref", 0x7F010003)})), references)
    assert is_plain(make_axml(Node("x", {":layout": ("ref", 0x7F020003)})), references)
    lying = bytearray(plain)
    struct.pack_into("<I", lying, 36, 0x00FFFFFF)
    assert not is_plain(bytes(lying), references)


def test_release_and_joined_tables_decide_values():
    values = {("bool", "on"): True, ("layout", "a"): "res/a.xml"}
    table = ResourceTable(make_table(values, "cn.before"))
    assert table.packages == ["cn.before"]
    assert [table.type_name(0x7F010000), table.type_name(0x7F020000)] == ["bool", "layout"]
    joined = JoinedTables([table, ResourceTable(make_table({("bool", "on"): False}, "x"))])
    assert joined.newest(0x7F010000).number
    assert joined.type_name(0x7F020000) == "layout"
    assert joined.type_name(0x01020000) is None


names = st.sampled_from(["a.B", "TextView", "merge", "include", "ViewStub", "navigation", "fragment", "x.y.Z", ""])
keys = st.sampled_from(["name", "onClick", ":class", ":layout", ":graph", ":startDestination", "id", ":app", "layout"])
held = st.one_of(
    st.text(max_size=6),
    st.booleans(),
    st.integers(0, 9),
    st.tuples(st.just("ref"), st.integers(0x7F010000, 0x7F010004)),
)
trees = st.recursive(
    st.builds(Node, names, st.dictionaries(keys, held, max_size=4)),
    lambda inner: st.builds(Node, names, st.dictionaries(keys, held, max_size=3), st.lists(inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4), st.data())
def test_any_set_of_files_is_read_in_full(roots, data):
    files = {("layout", f"f{number}"): make_axml(root) for number, root in enumerate(roots)}
    if data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(files)))
        raw = bytearray(files[key])
        for _ in range(data.draw(st.integers(1, 6))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        files[key] = bytes(raw[: data.draw(st.integers(1, len(raw)))])
    layouts, numbers, _ = build(files)
    for number in numbers.values():
        found = layouts[number]
        assert not found.classes & found.later
        assert all(one[0] == "L" and one[-1] == ";" for one in (*found.classes, *found.later))


@settings(max_examples=150, deadline=None)
@given(trees)
def test_a_file_taken_for_plain_names_nothing(root):
    raw = make_axml(root)
    references = references_to([(0x7F, 1)])
    found = read_screen(raw, PACKAGE, lambda _: "s.T", lambda number: number >> 16 == 0x7F01)
    if is_plain(raw, references):
        assert found == Screen()


@given(st.text(max_size=12))
def test_a_descriptor_is_one_or_none(text):
    found = descriptor_of(text, PACKAGE)
    assert found is None or (found[0] == "L" and found[-1] == ";" and "." not in found and "//" not in found)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.b.C", "La/b/C;"),
        (".C", "Lcn/example/C;"),
        ("C", None),
        ("a.b.C$1", "La/b/C$1;"),
        ("课堂.主页", "L课堂/主页;"),
        ("a b.C", None),
        ("a..C", None),
        ("v1.2", None),
        ("res/a.xml", None),
    ],
)
def test_names_become_descriptors(name, found):
    assert descriptor_of(name, PACKAGE) == found


def test_attribute_names_are_known_by_their_numbers():
    ATTRIBUTE_IDS.setdefault("onClick", 0x0101026F)
    raw = make_axml(Node("x", {"onClick": "go"}), names=False)
    layouts, numbers, _ = build({("layout", "a"): raw})
    assert layouts[numbers["layout", "a"]].handlers == {"go"}
