import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexwriter import Class, Code, Ref, write_dex

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.sdks import find_sdks
from analyzer.model import Component


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def find(catalogue, *classes, **options):
    made = [item if isinstance(item, Class) else Class(f"L{item};") for item in classes]
    index = load([("classes.dex", write_dex(made or [Class("Lapp/A;")]))])
    return {sdk.id: sdk for sdk in find_sdks(index, catalogue, **options)}


def test_defined_classes_name_the_owner_of_the_longest_prefix(catalogue):
    found = find(catalogue, "com/qq/e/ads/Banner", "com/qq/ex/Other", "com/huawei/hms/ads/X", "com/huawei/hms/push/Y")
    assert "tencent-gdt" in found
    assert found["tencent-gdt"].evidence[0].kind == "code"
    assert {sdk for sdk in found if sdk.startswith("huawei")} == {
        catalogue.sdk_index.owner("com/huawei/hms/ads/X"),
        catalogue.sdk_index.owner("com/huawei/hms/push/Y"),
    }


def test_a_class_that_is_only_referred_to_is_no_code(catalogue):
    caller = Class("Lapp/A;", [("m", "()V", Code([0x1071, Ref("method", "Lcom/qq/e/ads/Banner;->f()V"), 0, 0x0E]))])
    assert find(catalogue, caller) == {}


def test_stubs_and_connectors_do_not_show_the_sdk(catalogue):
    found = find(
        catalogue, "com/google/firebase/components/X", "com/google/firebase/encoders/Y", "org/android/agoo/xiaomi/Z"
    )
    assert not any(sdk.startswith(("firebase", "xiaomi")) for sdk in found)


def test_the_vendors_own_app_is_no_third_party(catalogue):
    rule = catalogue.sdks["tencent-gdt"]
    own = next(value.value for value in rule.prefixes)
    assert find(catalogue, f"{own}/A", package=own.replace("/", ".") + ".demo") == {}


def test_components_libraries_and_keys_are_evidence_when_classes_are_hidden(catalogue):
    service = Component(kind="service", name="cn.jpush.android.service.PushService")
    found = find(catalogue, components=[service], entries=["lib/arm64-v8a/libjcore270.so"])
    push = found["jpush"]
    assert "component" in {item.kind for item in push.evidence}


def test_a_metadata_key_alone_supports_but_a_weak_value_never_names(catalogue):
    weak = [
        (rule.id, value.value) for rule in (catalogue.sdks[key] for key in catalogue.sdks) for value in rule.native_libs
        if value.weak and catalogue.sdk_index.library(value.value) == (rule.id, True)
    ]  # fmt: skip
    sdk, library = weak[0]
    found = find(catalogue, entries=[f"lib/arm64-v8a/{library}"])
    assert found[sdk].confidence == "weak"


def test_a_host_supports_and_never_names(catalogue):
    hosts = [value.value for value in catalogue.sdks["tencent-gdt"].hosts]
    assert find(catalogue, hosts=hosts) == {}
    both = find(catalogue, "com/qq/e/ads/Banner", hosts=[f"mi.{hosts[0]}"])["tencent-gdt"]
    assert ("string", f"mi.{hosts[0]}") in {(item.kind, item.value) for item in both.evidence}


def test_the_version_comes_from_the_code_or_is_unknown(catalogue):
    versioned = Class("Lokhttp3/OkHttp;", strings=(("VERSION", "4.12.0"),))
    assert find(catalogue, versioned)["okhttp"].version == "4.12.0"
    assert (
        find(catalogue, Class("Lokhttp3/OkHttp;", strings=(("VERSION", "${project.version}"),)))["okhttp"].version
        is None
    )
    getter = Code([0x1A, Ref("string", "4.510.1380"), 0x11])
    gdt = Class("Lcom/qq/e/comm/managers/status/SDKStatus;", [("getSDKVersion", "()Ljava/lang/String;", getter)])
    assert find(catalogue, gdt)["tencent-gdt"].version == "4.510.1380"
    assert find(catalogue, "com/qq/e/ads/Banner")["tencent-gdt"].version is None


def loading(*texts):
    units = [unit for text in texts for unit in (0x1A, Ref("string", text))]
    return Class("La/b;", [("m", "()V", Code([*units, 0x0E]))])


def test_words_of_an_sdk_name_it_when_three_are_there(catalogue):
    words = [value.value for value in catalogue.sdks["bugly"].strings if not value.weak]
    found = find(catalogue, loading(*words[:3]))["bugly"]
    assert found.confidence == "probable"
    assert {(sign.kind, sign.value) for sign in found.evidence} == {("string", word) for word in words[:3]}


def test_fewer_words_support_and_never_name(catalogue):
    words = [value.value for value in catalogue.sdks["bugly"].strings]
    assert find(catalogue, loading(*words[:2])) == {}
    both = find(catalogue, loading(*words[:2]), "com/tencent/bugly/A")["bugly"]
    assert {sign.kind for sign in both.evidence} == {"code", "string"}


def test_only_whole_strings_are_words(catalogue):
    words = [value.value for value in catalogue.sdks["bugly"].strings]
    assert find(catalogue, loading(*(f"see {word}!" for word in words))) == {}


def test_a_manifest_key_or_an_asset_alone_names_nothing(catalogue):
    assert find(catalogue, metadata={"JPUSH_APPKEY": "x"}) == {}
    assert find(catalogue, entries=["assets/flutter_assets/kernel.bin"]) == {}


def test_a_row_of_unclear_identity_needs_a_second_sign(catalogue):
    rules = [catalogue.sdks[key] for key in catalogue.sdks if catalogue.sdks[key].sure == "?"]
    assert len(rules) >= 10
    for rule in rules:
        name = f"{rule.prefixes[0].value}/A"
        assert rule.id not in find(catalogue, name), rule.id
        if rule.hosts:
            assert find(catalogue, name, hosts=[rule.hosts[0].value])[rule.id].confidence == "weak"


def test_code_that_comes_with_others_needs_its_component(catalogue):
    name = "com/google/android/gms/auth/api/signin/GoogleSignInOptions"
    assert "google-signin" not in find(catalogue, name)
    hub = "com.google.android.gms.auth.api.signin.internal.SignInHubActivity"
    shown = [Component(kind="activity", name=hub)]
    assert find(catalogue, name, components=shown)["google-signin"].confidence == "certain"
    assert "google-signin" not in find(
        catalogue, name, components=[Component(kind="activity", name=hub, enabled=False)]
    )


def test_local_libraries_never_name_a_collecting_sdk(catalogue):
    """Classes below every prefix of every library that collects nothing: nothing else is named."""
    local = [catalogue.sdks[key] for key in catalogue.sdks if catalogue.sdks[key].collects_nothing]
    assert len(local) >= 140
    names = sorted({f"{value.value}/A" for rule in local for value in rule.prefixes})
    found = find(
        catalogue, *names, entries=[f"lib/arm64-v8a/{v.value}" for r in local for v in r.native_libs if not v.weak]
    )
    assert {sdk for sdk in found if not catalogue.sdks[sdk].collects_nothing} == set()
    assert len(found) >= 120
