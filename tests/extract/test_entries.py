import pytest
from apks import Node, filter_of, launcher, make_manifest
from hypothesis import given, settings
from hypothesis import strategies as st
from resources import make_table

from analyzer.catalogue import load_catalogue
from analyzer.container.manifest import read_manifest
from analyzer.container.notes import Notes
from analyzer.container.resources import JoinedTables, ResourceTable
from analyzer.container.screens import Screen
from analyzer.dex.graph.plan import ImplicitCalls
from analyzer.extract.entries import find_plan

PACKAGE = "cn.example.edu"
NOTHING = ImplicitCalls()


def manifest(*components, table=None, **options):
    raw = make_manifest(PACKAGE, components=components, **options)
    return read_manifest(raw, table, Notes())


def plan(*components, screens=None, **options):
    return find_plan([manifest(*components, **options)], load_catalogue().callgraph, NOTHING, screens)


def roots(*components, **options):
    """Return class → kind and phase; the package is left out of the names."""
    start = f"L{PACKAGE.replace('.', '/')}/"
    found = plan(*components, **options).roots
    assert len({one.owner for one in found}) == len(found)
    return {one.owner.removeprefix(start).rstrip(";"): f"{one.kind} {one.phase}" for one in found}


def component(tag, name, *filters, meta=(), **attributes):
    return Node(tag, {"name": name, **attributes}, [*filters, *(Node("meta-data", dict(one)) for one in meta)])


def test_what_runs_before_everything():
    found = roots(
        component("provider", ".Data"),
        component("provider", ".Off", enabled=False),
        application={"name": ".App", "appComponentFactory": ".Factory"},
    )
    assert found == {"App": "application start", "Factory": "factory start", "Data": "provider start"}


def test_a_provider_of_another_process_starts_with_that_process():
    startup = {"name": "a.First", "value": "androidx.startup"}
    away = component("provider", "androidx.startup.InitializationProvider", meta=[startup])
    away.attributes["process"] = ":remote"
    found = roots(away)
    assert (found["La/First"], found["Landroidx/startup/InitializationProvider"]) == (
        "startup system",
        "provider system",
    )
    away.attributes["process"] = PACKAGE
    assert roots(away)["La/First"] == "startup start"
    assert roots(away, application={"process": "own"})["La/First"] == "startup system"
    away.attributes.pop("process")
    assert roots(away, application={"process": "own"})["La/First"] == "startup start"


def test_no_application_class_is_no_root():
    assert roots(launcher(".Main")) == {"Main": "launcher start"}


def test_start_up_initialisers_are_the_meta_data_of_their_provider():
    startup = {"value": "androidx.startup"}
    provider = "androidx.startup.InitializationProvider"
    meta = [{"name": "a.First", **startup}, {"name": "a.Other", "value": "something"}]
    found = plan(component("provider", provider, meta=meta)).roots
    assert [(one.kind, one.owner, one.phase) for one in found if one.kind == "startup"] == [
        ("startup", "La/First;", "start")
    ]
    assert set(next(one for one in found if one.kind == "startup").methods) == {"create", "dependencies"}
    assert "La/First" not in roots(component("provider", provider, meta=meta, enabled=False))
    assert "La/First" not in roots(component("provider", ".Else", meta=meta))
    own = component("provider", ".OwnStartup", meta=meta, authorities=f"{PACKAGE}.androidx-startup")
    assert roots(own)["La/First"] == "startup start"
    table = ResourceTable(make_table({("string", "s"): "androidx.startup"}))
    meta = [{"name": "a.First", "value": ("ref", 0x7F010000)}]
    assert roots(component("provider", provider, meta=meta), table=table)["La/First"] == "startup start"


FIREBASE = component(
    "service",
    "com.google.firebase.components.ComponentDiscoveryService",
    meta=[
        {
            "name": "com.google.firebase.components:b.Registrar",
            "value": "com.google.firebase.components.ComponentRegistrar",
        }
    ],
)


def test_what_a_library_finds_runs_at_the_start_only_where_a_provider_looks_for_it():
    provider = component("provider", "com.google.firebase.provider.FirebaseInitProvider")
    assert roots(FIREBASE, provider)["Lb/Registrar"] == "startup start"
    assert roots(FIREBASE)["Lb/Registrar"] == "startup system"
    glide = Node("meta-data", {"name": "c.Module", "value": "GlideModule"})
    assert roots(glide)["Lc/Module"] == "startup system"


def test_launchers_also_behind_an_alias_and_on_television():
    television = Node(
        "activity",
        {"name": ".Tv"},
        [
            Node(
                "intent-filter",
                {},
                [
                    Node("action", {"name": "android.intent.action.MAIN"}),
                    Node("category", {"name": "android.intent.category.LEANBACK_LAUNCHER"}),
                ],
            )
        ],
    )
    icon = Node("activity-alias", {"name": ".Icon", "targetActivity": ".Real"}, launcher("x").children)
    assert roots(television, component("activity", ".Real"), icon) == {"Tv": "launcher start", "Real": "launcher start"}
    icon.attributes["enabled"] = False
    assert roots(component("activity", ".Real"), icon) == {}
    icon.attributes["enabled"] = True
    assert roots(component("activity", ".Real", enabled=False), icon) == {"Real": "launcher start"}
    only_main = component("activity", ".Shown", filter_of("android.intent.action.MAIN"))
    assert roots(only_main) == {"Shown": "activity user"}


@pytest.mark.parametrize(("tag", "phase"), [("activity", "user"), ("service", "system"), ("receiver", "system")])
def test_others_count_when_something_can_start_them(tag, phase):
    found = roots(
        component(tag, ".Exported", exported=True),
        component(tag, ".Filtered", filter_of("x.Y")),
        component(tag, ".FilteredPrivate", filter_of("x.Y"), exported=False),
        component(tag, ".Private"),
        component(tag, ".Off", filter_of("x.Y"), exported=True, enabled=False),
    )
    names = ["Exported", "Filtered", "FilteredPrivate"]
    assert found == dict.fromkeys(names[:2] if tag == "activity" else names, f"{tag} {phase}")


def test_services_that_the_system_binds_have_a_filter():
    bound = component(
        "service",
        ".Reader",
        filter_of("android.accessibilityservice.AccessibilityService"),
        permission="android.permission.BIND_ACCESSIBILITY_SERVICE",
    )
    job = component("service", ".Job", permission="android.permission.BIND_JOB_SERVICE", exported=False)
    made = plan(bound, job)
    assert [one.owner for one in made.roots] == ["Lcn/example/edu/Reader;"]
    assert "Lcn/example/edu/Job;" in made.components


def test_a_resource_decides_whether_a_component_is_enabled():
    table = ResourceTable(make_table({("bool", "off"): False, ("bool", "on"): True}))
    off, on = ("ref", 0x7F010000), ("ref", 0x7F010001)
    found = roots(component("provider", ".A", enabled=off), component("provider", ".B", enabled=on), table=table)
    assert found == {"B": "provider start"}
    joined = JoinedTables([ResourceTable(make_table({("string", "x"): "y"})), table])
    assert roots(component("provider", ".C", enabled=("ref", 0x7F010001)), table=joined)


def test_an_application_that_is_off_starts_nothing():
    made = plan(launcher(".Main"), component("provider", ".Data"), application={"name": ".App", "enabled": False})
    assert (made.roots, made.components, made.by_action) == ((), frozenset(), {})


def test_classes_of_the_application_element():
    service = component("service", ".Isolated")
    given = {"backupAgent": ".Backup", "zygotePreloadName": ".Preload", "manageSpaceActivity": ".Space"}
    space = component("activity", ".Space", exported=False)
    assert roots(service, space, application=given) == {"Backup": "backup system", "Space": "activity user"}
    service.attributes["useAppZygote"] = True
    assert roots(service, application=given)["Preload"] == "zygote_preload system"
    given["allowBackup"] = False
    assert "Backup" in roots(application=given, target_sdk=34)
    assert "Backup" not in roots(application=given, target_sdk=30)
    backup = next(one for one in plan(application=given).roots if one.kind == "backup")
    assert set(backup.methods.values()) == {"system"}


def test_instrumentation_is_no_entry():
    assert roots(extra=[Node("instrumentation", {"name": ".Runner"})]) == {}


def test_private_activities_that_launcher_and_settings_open():
    shortcuts = {"name": "android.app.shortcuts", "resource": ("ref", 0x7F020000)}
    main = launcher(".Main")
    main.children.append(Node("meta-data", shortcuts))
    screens = {0x7F020000: Screen(later=frozenset({"Lcn/example/edu/Quick;", "Lcn/example/edu/Gone;"}))}
    found = roots(main, component("activity", ".Quick"), component("activity", ".Rest"), screens=screens)
    assert found == {"Main": "launcher start", "Quick": "activity user"}


def test_components_are_all_that_an_intent_can_start():
    icon = Node("activity-alias", {"name": ".Icon", "targetActivity": ".Main"})
    made = plan(component("activity", ".Main"), component("service", ".Off", enabled=False), icon)
    assert made.components == {"Lcn/example/edu/Main;"}


def test_actions_of_the_app_lead_to_who_listens():
    view = filter_of("android.intent.action.VIEW")
    linked = filter_of("android.intent.action.VIEW")
    linked.children.append(Node("data", {"scheme": "https"}))
    made = plan(
        component("receiver", ".Private", filter_of("cn.example.DONE"), exported=False),
        component("receiver", ".Public", filter_of("cn.example.DONE")),
        component("activity", ".Inner", view, exported=False),
        component("activity", ".Linked", linked, exported=False),
        component("activity", ".Open", view),
        component("service", ".Off", filter_of("cn.example.OFF"), enabled=False),
        launcher(".Main"),
    )
    assert made.by_action == {
        "android.intent.action.VIEW": ("Lcn/example/edu/Inner;",),
        "cn.example.DONE": ("Lcn/example/edu/Private;", "Lcn/example/edu/Public;"),
    }


def test_splits_add_components_but_no_application():
    base = manifest(launcher(".Main"), application={"name": ".App"})
    feature = manifest(component("provider", ".Extra"), application={"name": ".Wrong"})
    found = find_plan([base, feature], load_catalogue().callgraph, NOTHING)
    assert {one.owner.rpartition("/")[2] for one in found.roots} == {"App;", "Main;", "Extra;"}


def test_without_a_manifest_there_is_no_entry():
    made = find_plan([], load_catalogue().callgraph, NOTHING, {1: Screen()})
    assert (made.roots, made.components, list(made.inflations)) == ((), frozenset(), [1])


def test_names_in_all_spellings():
    found = plan(
        component("provider", "Plain"),
        component("provider", "a.b.Outer$Inner"),
        component("provider", ".课堂"),
        component("provider", "no name.X"),
    )
    assert [one.owner for one in found.roots] == [
        "La/b/Outer$Inner;",
        "Lcn/example/edu/Plain;",
        "Lcn/example/edu/课堂;",
    ]


def test_inflations_are_sorted_and_asked_for_once_needed():
    screens = {7: Screen(frozenset({"Lb;", "La;"}), frozenset({"Ld;", "Lc;"}), frozenset({"y", "x"}))}
    found = plan(screens=screens).inflations
    assert (found[7].classes, found[7].later, found[7].handlers) == (("La;", "Lb;"), ("Lc;", "Ld;"), ("x", "y"))
    assert (7 in found, 8 in found, len(found), found.get(8)) == (True, False, 1, None)


some = st.sampled_from([".A", ".B", "x.C", "D"])
tags = st.sampled_from(["activity", "service", "receiver", "provider"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(tags, some, st.booleans(), st.booleans()), max_size=6), st.randoms())
def test_the_order_of_the_manifest_does_not_matter(rows, chance):
    nodes = [component(tag, name, enabled=on, exported=out) for tag, name, on, out in rows]
    first = plan(*nodes)
    chance.shuffle(nodes)
    again = plan(*nodes)
    assert {(one.owner, one.phase) for one in first.roots} == {(one.owner, one.phase) for one in again.roots}
    assert first.components == again.components
    assert all(on for tag, name, on, _ in rows) or len(first.roots) <= len({row[1] for row in rows if row[2]})
