import re
from types import SimpleNamespace

import pytest
from apks import Node, launcher, make_dex, make_manifest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue.apis import PermissionNeed
from analyzer.catalogue.vocabulary import PackerRule, Vocabulary
from analyzer.container.manifest import read_manifest
from analyzer.container.notes import Notes
from analyzer.extract.components import find_components
from analyzer.extract.packers import find_packers, hidden_classes
from analyzer.extract.permissions import find_permissions
from analyzer.extract.pools import chinese_strings
from analyzer.extract.strings import Finder, search_code
from analyzer.extract.unread import LOADERS, find_loaders, find_native_code
from analyzer.model import Access, read_record


def manifest_of(**options):
    return read_manifest(make_manifest(**options), None, Notes())


class Index:
    """Answers for the classes that it is given."""

    def __init__(self, *names):
        self.names = set(names)

    def defines(self, descriptor):
        return descriptor in self.names

    def has_class_below(self, prefix):
        return any(name[1:-1].startswith(prefix + "/") for name in self.names)


# --- permissions -----------------------------------------------------------------------------------------------------

CAMERA, PHONE, NET = "android.permission.CAMERA", "android.permission.READ_PHONE_STATE", "android.permission.INTERNET"


def rule(**fields):
    return SimpleNamespace(
        **{"group": "g", "level": "dangerous", "special": False, "data": (), "functions": (), **fields}
    )


def catalogue():
    camera = SimpleNamespace(data="camera", needs="CAMERA", permissions=(PermissionNeed(name=CAMERA),))
    imei = SimpleNamespace(
        data="device.imei", needs="READ_PHONE_STATE (≤28)", permissions=(PermissionNeed(name=PHONE),)
    )
    free = SimpleNamespace(data="device.model", needs=None, permissions=())
    table = {"open": (camera,), "imei": (imei,), "model": (free,)}
    return SimpleNamespace(
        permissions={
            CAMERA: rule(data=("camera",), functions=("homework_photo",)),
            PHONE: rule(data=("device.imei",)),
            NET: rule(level="normal"),
        },
        apis=SimpleNamespace(find=lambda name: table.get(name, ())),
    )


def access(api, data, actor="app", weak=None):
    return Access(data=data, api=api, caller="La;->b()V", actor=actor, level="present", chain=(), weak=weak)


def permissions(declared, accesses, *, complete=True):
    return {one.name: one for one in find_permissions(declared, accesses, catalogue(), complete=complete)}


def test_permission_is_used_by_whoever_calls_an_interface_that_needs_it():
    found = permissions([(CAMERA, None)], [access("open", "camera"), access("open", "camera", "sdk:face")])
    assert found[CAMERA].used is True
    assert found[CAMERA].used_by == ("app", "sdk:face")
    assert found[CAMERA].justified_by == ("homework_photo",)


def test_permission_that_code_needs_but_the_manifest_lacks_has_a_row():
    found = permissions([], [access("imei", "device.imei")])
    assert (found[PHONE].declared, found[PHONE].used) == (False, True)


def test_unused_is_only_said_of_code_that_was_read_in_full_and_where_interfaces_are_known():
    declared = [(CAMERA, 30), (NET, None), ("cn.example.PUSH", None)]
    complete, partial = permissions(declared, []), permissions(declared, [], complete=False)
    assert (complete[CAMERA].used, partial[CAMERA].used) == (False, None)
    assert complete[CAMERA].max_sdk == 30
    assert complete[NET].used is None
    assert complete["cn.example.PUSH"].used is None
    assert (complete["cn.example.PUSH"].level, complete["cn.example.PUSH"].group) == (None, None)


def test_weak_access_uses_no_permission():
    assert permissions([(CAMERA, None)], [access("open", "camera", weak="state_only")])[CAMERA].used is False


def test_interface_without_need_uses_no_permission():
    assert permissions([], [access("model", "device.model")]) == {}


def test_permission_names_are_safe_to_show():
    (one,) = find_permissions([("a\u202eb\n", None)], [], catalogue(), complete=True)
    assert one.name == "a\\u202eb\\x0a"


# --- packers and hidden code -----------------------------------------------------------------------------------------

TEXT = {"zh": "某加固", "en": "Some packer"}
CLAIM = {"source": "R1", "sure": "V"}


def packer(*marks, hides_code=True):
    rows = [{"weak": False, **CLAIM, **mark} for mark in marks]
    return read_record(
        PackerRule, {"id": "some", "title": TEXT, "vendor": TEXT, "hides_code": hides_code, "marks": rows, **CLAIM}
    )


@pytest.mark.parametrize(
    ("mark", "evidence"),
    [
        ({"kind": "file", "value": "libjiagu.so"}, "file: lib/arm64-v8a/libjiagu.so"),
        ({"kind": "file", "value": "libjia*.so"}, "file: lib/arm64-v8a/libjiagu.so"),
        ({"kind": "application", "value": "com.stub.StubApp"}, "application: com.stub.StubApp"),
        ({"kind": "application", "value": "com.stub."}, "application: com.stub.StubApp"),
        ({"kind": "class", "value": "com.stub.Core"}, "class: com.stub.Core"),
        ({"kind": "class", "value": "com.stub.core."}, "class: com.stub.core."),
    ],
)
def test_packer_is_recognised_by_each_kind_of_mark(mark, evidence):
    index = Index("Lcom/stub/Core;", "Lcom/stub/core/A;")
    manifest = manifest_of(application={"name": "com.stub.StubApp"})
    names = ["lib/arm64-v8a/libjiagu.so", "classes.dex"]
    (found,) = find_packers({"some": packer(mark)}, names, manifest, index, hidden=False)
    assert (found.id, found.evidence) == ("some", (evidence,))
    assert find_packers({"some": packer(mark)}, [], manifest_of(), Index(), hidden=True) == ()


def test_weak_mark_counts_only_beside_hidden_code():
    rules = {"some": packer({"kind": "file", "value": "libsgmain.so", "weak": True})}
    assert find_packers(rules, ["lib/x86/libsgmain.so"], None, Index(), hidden=False) == ()
    assert len(find_packers(rules, ["lib/x86/libsgmain.so"], None, Index(), hidden=True)) == 1


def test_code_is_hidden_when_the_app_could_not_start():
    manifest = manifest_of(components=[launcher(), *(Node("service", {"name": f".S{n}"}) for n in range(9))])
    services = {f"Lcn/example/edu/S{n};" for n in range(9)}
    assert hidden_classes(manifest, Index(*services)) == (("cn.example.edu.Main",), True)
    assert hidden_classes(manifest, Index("Lcn/example/edu/Main;", *services)) == ((), False)
    one_missing = sorted(services)[1:]
    assert hidden_classes(manifest, Index("Lcn/example/edu/Main;", *one_missing)) == (("cn.example.edu.S0",), False)
    assert hidden_classes(manifest, Index("Lcn/example/edu/Main;", "Lcn/example/edu/S0;"))[1] is True


def test_classes_of_the_platform_are_not_missed():
    manifest = manifest_of(components=[launcher("android.app.NativeActivity")])
    assert hidden_classes(manifest, Index()) == ((), False)
    assert find_native_code([], manifest) == ("launcher activity android.app.NativeActivity",)


def test_native_engine_is_named_and_a_plain_library_is_not():
    assert find_native_code(["lib/arm64-v8a/libil2cpp.so"], None) == ("Unity (IL2CPP): libil2cpp.so",)
    assert find_native_code(["lib/arm64-v8a/libmmkv.so"], None) == ()
    assert find_native_code(["lib/x86/libgame.so"], manifest_of(application={"hasCode": False})) != ()


def test_loading_at_run_time_is_told_and_multidex_is_not():
    target = next(one for one in LOADERS if "InMemoryDexClassLoader;" in one)
    site = SimpleNamespace(target=target, caller="Lcom/shell/A;->go()V")
    own = SimpleNamespace(target=target, caller="Landroidx/multidex/MultiDex;->install()V")
    assert find_loaders(SimpleNamespace(sites=[own])) is None
    assert "Lcom/shell/A;->go()V (InMemoryDexClassLoader)" in find_loaders(SimpleNamespace(sites=[own, site]))


# --- components, strings ---------------------------------------------------------------------------------------------


def test_application_class_is_a_component_and_order_is_stable():
    manifest = manifest_of(application={"name": ".App"}, components=[Node("service", {"name": ".B"}), launcher(".A")])
    rows = find_components([manifest, manifest])
    assert [(one.kind, one.name) for one in rows] == [
        ("activity", "cn.example.edu.A"),
        ("application", "cn.example.edu.App"),
        ("service", "cn.example.edu.B"),
    ]


def vocabulary(name, where=("strings",), **fields):
    return read_record(
        Vocabulary,
        {
            "id": name,
            "title": TEXT,
            "meaning": TEXT,
            "clauses": [],
            "where": where,
            "always_suspected": True,
            **CLAIM,
            **fields,
        },
    )


VOCABULARIES = [
    vocabulary("icp", patterns=[r"[京沪]ICP备\s?\d{8}号"]),
    vocabulary("photo_search", words=["拍照搜题", "Photo Search"]),
    vocabulary("game", words=["游戏"], allow=["游戏化学习"]),
    vocabulary("policy_only", where=("policy",), words=["隐私"]),
]


def found(text, separator="\n"):
    finder = Finder(VOCABULARIES)
    finder.search(text, "here", separator)
    return {(one.kind, one.value) for one in finder.facts()}


def test_words_and_patterns_are_found_with_their_kind():
    assert found("支持拍照搜题\n备案：京ICP备 12345678号\nphoto SEARCH\n隐私") == {
        ("photo_search", "拍照搜题"),
        ("icp", "京ICP备 12345678号"),
        ("photo_search", "Photo Search"),
    }


def test_letters_that_grow_in_lower_case_move_no_hit():
    assert found("\u0130" * 400 + "\n拍照搜题") == {("photo_search", "拍照搜题")}


def test_context_word_cancels_a_hit_in_its_own_string_only():
    assert found("游戏化学习平台") == set()
    assert found("游戏化学习平台\0小游戏中心", "\0") == {("game", "游戏")}


def test_strings_of_code_are_searched_file_by_file():
    finder = Finder(VOCABULARIES)
    files = [
        ("classes2.dex", make_dex({"La;": []}, ["游戏"])),
        ("classes.dex", make_dex({"Lb;": []}, ["a 中 PHOTO Search"])),
    ]
    search_code(finder, files)
    assert [(one.kind, one.value, one.found_in) for one in finder.facts()] == [
        ("game", "游戏", "classes2.dex"),
        ("photo_search", "Photo Search", "classes.dex"),
    ]


def test_container_of_several_dex_files_is_searched_too(monkeypatch):
    asked = SimpleNamespace(search_strings=lambda pattern: [SimpleNamespace(dex="classes.dex!1", value="小游戏")])
    monkeypatch.setattr("analyzer.extract.strings.load", lambda files: asked)
    finder = Finder(VOCABULARIES)
    search_code(finder, [("classes.dex", b"dex\n041\0" + bytes(200))])
    assert [(one.kind, one.found_in) for one in finder.facts()] == [("game", "classes.dex")]


@given(st.sets(st.text(st.sampled_from("拍照搜题PHOTO searchabc\u3000\U0001f600é"), max_size=9), max_size=9))
def test_picked_strings_are_those_with_chinese_text(strings):
    clean = {text for text in strings if "\U0001f600" not in text}
    picked = chinese_strings(make_dex({"La;": []}, sorted(clean)))
    expected = {text for text in clean if re.search("[\u3000-\u9fff]", text)}
    assert set(picked) == expected
