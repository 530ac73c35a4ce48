import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))

from analyzer.catalogue import load_catalogue
from analyzer.extract.attribution import Traces, attribute, identifying_texts, unknown_classes
from analyzer.extract.namespaces import library_of
from analyzer.extract.owners import Owners, find_built_names
from analyzer.model import Component

PACKAGE = "com.school.app"
UMENG, JPUSH = "Lcom/umeng/commonsdk/U;", "Lcn/jpush/android/J;"
APP, LIBRARY = "Lcom/school/app/Main;", "Lorg/nobody/thing/T;"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def owners(catalogue, package=PACKAGE, components=(), **options):
    return Owners(catalogue, package, components, **options)


def activity(name, **options):
    return Component(kind="activity", name=name, **options)


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("com/foo/bar/x", "com.foo"),
        ("com/github/someone/x", "com.github.someone"),
        ("com/ta/utdid2", "com.ta.utdid2"),
        ("okhttp3/internal", "okhttp3"),
        ("rx", "rx"),
        ("androidx/work/impl", "androidx.work"),
        ("cn/jiguang/a", "cn.jiguang"),
        ("me/leolin/sc", "me.leolin"),
        ("", None),
        ("a", None),
        ("a/b/c", None),
        ("com/a/b", None),
        ("io/a/b", None),
        ("oOoO0/b", None),
        ("aaaa/b", None),
        ("abc/d", None),
        ("ˊˋ/x", None),
    ],
)
def test_only_names_that_people_choose_name_a_library(package, name):
    assert library_of(package) == name


def test_unknown_namespaces_are_called_by_name_and_obfuscated_ones_are_not(catalogue):
    found = owners(catalogue)
    assert found.actor("Lcom/school/app/sub/B;") == "app"
    assert found.actor("Lcom/school/other/B;") == "app"
    assert found.actor("Lcn/oldname/Main;") == "lib:cn.oldname"
    assert found.actor("Lcn/oldname/Main$1;") == "lib:cn.oldname"
    assert found.actor("La/b/c;") == "unknown"
    assert found.actor("La;") == "unknown"
    assert found.actor(UMENG).startswith("sdk:umeng")


# --- the app's namespaces --------------------------------------------------------------------------------------------


def test_application_and_launcher_name_the_app_but_not_when_they_are_an_sdks_or_a_packers(catalogue):
    application = Component(kind="application", name="cn.oldname.App")
    assert owners(catalogue, components=[application]).actor("Lcn/oldname/x/Y;") == "app"
    assert owners(catalogue, components=[activity("cn.oldname.M", main=True)]).actor("Lcn/oldname/x/Y;") == "app"
    for name in ("com.umeng.commonsdk.App", "com.stub.StubApp"):
        found = owners(catalogue, components=[Component(kind="application", name=name)])
        assert found.actor("L" + name.rpartition(".")[0].replace(".", "/") + "/Other;") != "app"
        assert found.actor("Lcom/umeng/nowhere/X;") != "app"


def test_an_obfuscated_launcher_is_the_app_but_its_neighbours_are_not(catalogue):
    found = owners(catalogue, components=[activity("a.b.C", main=True)])
    assert found.actor("La/b/C;") == "app"
    assert found.actor("La/b/C$1;") == "app"
    assert found.actor("La/b/D;") == "unknown"
    assert owners(catalogue, package="a.b.c").actor("La/b/D;") == "unknown"
    assert owners(catalogue, package="com.ab.x").actor("Lcom/ab/x/D;") == "app"
    assert owners(catalogue, package="com.ab.x").actor("Lcom/ab/D;") == "unknown"


def index_of(*names, texts=None):
    return SimpleNamespace(
        slash_names=lambda: sorted(names),
        static_string=lambda owner, field: (texts or {}).get((owner, field)),
        has_class_below=lambda prefix: any(name == prefix or name.startswith(prefix + "/") for name in names),
    )


def test_the_build_tells_its_own_namespace(catalogue):
    texts = {
        ("Lcn/code/BuildConfig;", "APPLICATION_ID"): PACKAGE,
        ("Lorg/lib/BuildConfig;", "APPLICATION_ID"): "org.lib",
    }
    index = index_of("cn/code/BuildConfig", "org/lib/BuildConfig", "net/built/R", texts=texts)
    assert find_built_names(index, PACKAGE) == ("cn.code",)
    assert find_built_names(index, PACKAGE, ["net.built", "net.gone", PACKAGE]) == ("cn.code", "net.built")
    assert find_built_names(index, None) == ()
    found = owners(catalogue, built_as=("cn.code", "com.umeng.commonsdk"))
    assert found.actor("Lcn/code/x/A;") == "app"
    assert found.actor(UMENG).startswith("sdk:")
    assert found.actor("Lorg/lib/A;") == "lib:org.lib"


def test_the_largest_namespace_counts_only_where_no_other_one_holds_code(catalogue):
    rows = [activity(f"cn.code.ui.A{number}") for number in range(3)]
    rows += [activity("cn.jpush.android.ui.PushActivity"), activity("androidx.x.Y"), activity("org.lib.Z")]
    empty = owners(catalogue, components=rows, has_class_below=lambda _: False)
    assert empty.actor("Lcn/code/data/B;") == "app"
    assert empty.actor("Lorg/lib/B;") == "lib:org.lib"
    full = owners(catalogue, components=rows, has_class_below=lambda prefix: prefix == "com/school")
    assert full.actor("Lcn/code/data/B;") == "lib:cn.code"
    assert owners(catalogue, components=rows).actor("Lcn/code/data/B;") == "lib:cn.code"
    rows = [activity("cn.code.A"), activity("cn.code.B"), activity("org.lib.C"), activity("org.lib.D")]
    even = owners(catalogue, components=rows, has_class_below=lambda _: False)
    assert {even.actor("Lcn/code/B;"), even.actor("Lorg/lib/B;")} == {"lib:cn.code", "lib:org.lib"}
    alone = owners(catalogue, components=rows[:1], has_class_below=lambda _: False)
    assert alone.actor("Lcn/code/B;") == "lib:cn.code"


# --- obfuscated code -------------------------------------------------------------------------------------------------


def attributed(catalogue, pairs, wanted="La/b;", found=None, **others):
    traces = Traces.of_pairs(pairs, **others)
    return attribute(found or owners(catalogue), [wanted], traces, catalogue).get(wanted, "unknown")


def test_code_that_one_sdk_alone_leads_to_is_that_sdks(catalogue):
    name = owners(catalogue).actor(UMENG)
    assert attributed(catalogue, [(UMENG, "La/b;")]) == name
    assert attributed(catalogue, [(UMENG, "La/a;"), ("La/a;", "La/b;")]) == name
    assert attributed(catalogue, [(UMENG, "La/b;"), (JPUSH, "La/b;")]) == "unknown"
    assert attributed(catalogue, [(UMENG, "La/b;"), (APP, "La/b;")]) == "unknown"
    assert attributed(catalogue, [(UMENG, "La/b;"), ("La/c;", "La/b;")]) == "unknown"
    assert attributed(catalogue, [(LIBRARY, "La/b;")]) == "lib:org.nobody"


def test_rings_are_followed_and_prove_nothing_by_themselves(catalogue):
    name = owners(catalogue).actor(UMENG)
    ring = [("La/a;", "La/b;"), ("La/b;", "La/c;"), ("La/c;", "La/a;")]
    assert attributed(catalogue, ring) == "unknown"
    assert attributed(catalogue, [*ring, (UMENG, "La/c;")]) == name
    apart = [("Lx/a;", "Lx/b;"), ("Lx/b;", "Lx/a;"), ("Lx/a;", "La/b;")]
    assert attributed(catalogue, [*apart, (UMENG, "La/b;")]) == "unknown"


def test_being_called_by_the_app_makes_nothing_the_apps(catalogue):
    assert attributed(catalogue, [(APP, "La/b;")]) == "unknown"
    assert attributed(catalogue, []) == "unknown"


def test_who_knows_the_app_is_the_app(catalogue):
    assert attributed(catalogue, [(APP, "La/b;"), ("La/b;", "Lcom/school/app/Model;")]) == "app"
    assert attributed(catalogue, [("La/c;", "La/b;"), ("La/b;", APP)]) == "app"
    assert attributed(catalogue, [(UMENG, "La/b;"), ("La/b;", APP)]) != "app"  # merged by an optimizer
    assert attributed(catalogue, [("La/b;", "La/c;"), ("La/c;", APP)]) == "unknown"


def test_native_methods_belong_to_the_library_that_they_load(catalogue):
    assert attributed(catalogue, [], natives={"La/b;": ["libjcore.so"]}) == "sdk:jiguang-core"
    assert (
        attributed(catalogue, [("La/b;", "La/c;")], "La/c;", natives={"La/b;": ["libjcore.so"]}) == "sdk:jiguang-core"
    )
    assert attributed(catalogue, [], natives={"La/b;": ["libown.so"]}) == "unknown"


def test_two_keys_of_one_sdk_count_unless_something_speaks_against_it(catalogue):
    keys = {"La/b;": ["JPUSH_APPKEY", "JPUSH_CHANNEL", "hello"]}
    assert {"JPUSH_APPKEY", "JPUSH_CHANNEL"} <= identifying_texts(catalogue)
    assert attributed(catalogue, [("La/c;", "La/b;")], texts=keys) == "sdk:jpush"
    assert attributed(catalogue, [], texts={"La/b;": ["JPUSH_APPKEY"]}) == "unknown"
    assert attributed(catalogue, [(APP, "La/b;")], texts=keys) == "unknown"
    assert attributed(catalogue, [(UMENG, "La/b;")], texts=keys) == owners(catalogue).actor(UMENG)
    assert attributed(catalogue, [(LIBRARY, "La/b;"), ("La/c;", "La/b;")], texts=keys) == "unknown"
    mixed = {"La/b;": ["JPUSH_APPKEY", "JPUSH_CHANNEL", "UMENG_APPKEY", "UMENG_CHANNEL"]}
    assert attributed(catalogue, [], texts=mixed) == "unknown"


def test_code_that_nobody_names_and_that_names_one_sdk_only(catalogue):
    name = owners(catalogue).actor(UMENG)
    calls = [
        ("La/b;", UMENG),
        ("La/b;", "Lcom/umeng/commonsdk/V;"),
        ("La/b;", "Ljava/lang/String;"),
        ("La/b;", "Lkotlin/X;"),
    ]
    assert attributed(catalogue, calls) == name
    assert attributed(catalogue, calls[:1]) == "unknown"
    assert attributed(catalogue, [*calls, ("La/b;", JPUSH)]) == "unknown"
    assert attributed(catalogue, [*calls, ("La/c;", "La/b;")]) == "unknown"
    assert attributed(catalogue, calls, components={"La/b;"}) == "unknown"


def test_named_code_is_never_attributed_again(catalogue):
    assert attributed(catalogue, [(UMENG, LIBRARY)], LIBRARY) == "unknown"
    found = owners(catalogue)
    found.adopt({"La/b;": "sdk:jpush", APP: "sdk:jpush"})
    assert (found.actor("La/b;"), found.actor(APP)) == ("sdk:jpush", "app")


def test_an_sdk_of_the_apps_own_vendor_is_the_app(catalogue):
    file, package = next(
        (value.value, rule.own_packages[0])
        for rule in catalogue.sdks.values()
        for value in rule.native_libs
        if rule.own_packages and not value.weak and "*" not in value.value
    )
    natives = {"La/b;": [file]}
    assert attributed(catalogue, [], found=owners(catalogue, package + ".demo"), natives=natives) == "app"
    assert attributed(catalogue, [], natives=natives).startswith("sdk:")


def test_very_many_naming_classes_end_the_search(catalogue):
    line = [(f"Lz/c{number};", f"Lz/c{number + 1};") for number in range(2000)]
    assert attributed(catalogue, [(UMENG, "Lz/c0;"), *line], "Lz/c2000;") == "unknown"
    assert attributed(catalogue, [(UMENG, "Lz/c0;"), *line], "Lz/c200;") == owners(catalogue).actor(UMENG)


def test_nothing_is_asked_when_all_callers_have_names():
    rows = [
        SimpleNamespace(actor="lib:x.y", caller="Lx/y/Z;->a()V"),
        SimpleNamespace(actor="unknown", caller="assets/a.js"),
    ]
    assert unknown_classes(rows) == set()
    rows.append(SimpleNamespace(actor="unknown", caller="La/b;->c()V"))
    assert unknown_classes(rows) == {"La/b;"}


names = st.sampled_from(["La/a;", "La/b;", "La/c;", "La/d;", "Lb/e;"])
known = st.sampled_from([UMENG, JPUSH, APP, LIBRARY])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.one_of(names, known), names), max_size=12), names)
def test_chains_that_begin_with_one_owner_say_who_it_is(pairs, wanted):
    catalogue = load_catalogue()
    found = attributed(catalogue, pairs, wanted)
    callers = {}
    for caller, callee in pairs:
        callers.setdefault(callee, set()).add(caller)
    # The slow way: the owner must name everything above, and everything above must hang below it.
    above, line = {wanted}, [wanted]
    while line:
        fresh = {one for one in callers.get(line.pop(), ()) if one.startswith(("La/", "Lb/"))} - above
        above |= fresh
        line += fresh
    starts = {
        owners(catalogue).actor(caller) for one in above for caller in callers.get(one, ()) if caller not in above
    }
    hung = {one for one in above if any(caller not in above for caller in callers.get(one, ()))}
    while True:
        more = {one for one in above if callers.get(one, set()) & hung} - hung
        if not more:
            break
        hung |= more
    expected = starts.pop() if len(starts) == 1 and hung == above else "unknown"
    assert found == ("unknown" if expected == "app" else expected)
    assert found != "app"
