"""Present, started, switched off: each is told apart on generated apps, and nothing is said that is not known."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from apks import Member, Node, launcher, make_manifest, make_zip
from dexwriter import Class, Code, Ref, write_dex

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.extract import extract_facts

INIT = "Lcn/jpush/android/api/JPushInterface;->init(Landroid/content/Context;)V"
SWITCH = "Lcn/jiguang/api/utils/JCollectionAuth;->setAuth(Landroid/content/Context;Z)V"
SDK_CODE = [
    Class("Lcn/jpush/android/api/JPushInterface;", [("init", "(Landroid/content/Context;)V", Code([0x0E]), 9)]),
    Class("Lcn/jiguang/api/utils/JCollectionAuth;", [("setAuth", "(Landroid/content/Context;Z)V", Code([0x0E]), 9)]),
]
MAIN, OTHER = "Lcn/example/school/Main;", "Lcn/example/school/Unused;"
STATIC = 0x77  # invoke-static/range


def call(signature, words, first=0):
    return [STATIC | words << 8, Ref("method", signature), first]


def audit(tmp_path, *units, unused=(), components=(), extra_code=SDK_CODE):
    """Audit an app whose first screen runs ``units``; ``unused`` stands in a method that nothing calls."""
    main = Class(
        MAIN,
        [("onCreate", "(Landroid/os/Bundle;)V", Code([*units, 0x0E], registers=20, ins=2))],
        superclass="Landroid/app/Activity;",
    )
    other = Class(OTHER, [("run", "()V", Code([*unused, 0x0E], registers=20, ins=1))])
    path = tmp_path / "app.apk"
    manifest = make_manifest("cn.example.school", components=[launcher(), *components])
    rows = [Member(b"AndroidManifest.xml", manifest), Member(b"classes.dex", write_dex([main, other, *extra_code]))]
    path.write_bytes(make_zip(rows))
    return {sdk.id: sdk for sdk in extract_facts(path, load_catalogue(), Limits()).sdks}


def meta(key, value):
    return Node("meta-data", {"name": key, "value": value})


def provider(name, **attributes):
    return Node("provider", {"name": name, "authorities": "cn.example.x", **attributes})


def test_a_start_call_that_is_reached_starts_it(tmp_path):
    push = audit(tmp_path, *call(INIT, 1))["jpush"]
    assert push.state == "initialised"
    (act,) = push.activity
    assert (act.kind, act.value, act.effect, act.level) == ("call", INIT, "starts", "before_consent")
    assert act.caller == f"{MAIN}->onCreate(Landroid/os/Bundle;)V"
    assert act.chain[-1] == act.caller
    assert act.entry == "launcher"


def test_a_start_call_that_nothing_reaches_is_only_shown(tmp_path):
    push = audit(tmp_path, unused=call(INIT, 1))["jpush"]
    assert push.state == "present"
    assert [(act.effect, act.level) for act in push.activity] == [("starts", "present")]


def test_without_a_start_call_it_is_present(tmp_path):
    assert audit(tmp_path)["jpush"].state == "present"


def test_without_its_start_class_nothing_is_said(tmp_path):
    found = audit(tmp_path, extra_code=[Class("Lcn/jpush/android/a/b;")])
    assert found["jpush"].state is None
    assert found["jpush"].activity == ()


def test_an_sdk_without_start_calls_in_the_rules_has_no_state(tmp_path):
    assert not load_catalogue().sdks["okhttp"].init
    assert audit(tmp_path, extra_code=[Class("Lokhttp3/OkHttp;")])["okhttp"].state is None


@pytest.mark.parametrize(
    ("name", "state"), [("cn/jpush/android/ui/PushActivity", "present"), ("cn/jmessage/Core", None)]
)
def test_a_call_of_its_own_code_is_no_start_and_one_of_its_vendors_leaves_it_open(tmp_path, name, state):
    own = Class(
        f"L{name};",
        [("onCreate", "()V", Code([*call(INIT, 1), 0x0E], registers=20, ins=1))],
        superclass="Landroid/app/Service;",
    )
    service = Node("service", {"name": name.replace("/", "."), "exported": True})
    assert audit(tmp_path, components=[service], extra_code=[*SDK_CODE, own])["jpush"].state == state


@pytest.mark.parametrize(
    ("value", "effect", "state"),
    [(0x0112, "stops", "switched_off"), (0x1112, "allows", "initialised")],
    ids=["false", "true"],
)
def test_a_switch_with_a_constant_decides(tmp_path, value, effect, state):
    found = audit(tmp_path, value, *call(SWITCH, 2), *call(INIT, 1))
    assert found["jpush"].state == state
    assert effect in {act.effect for act in found["jpush"].activity}


def test_a_switch_whose_value_is_not_known_turns_nothing_off(tmp_path):
    unknown = [0x0071, Ref("method", "Lcn/example/school/Unused;->agreed()Z"), 0, 0x010A]
    found = audit(tmp_path, *unknown, *call(SWITCH, 2), *call(INIT, 1))
    assert found["jpush"].state == "initialised"
    assert "unclear" in {act.effect for act in found["jpush"].activity}


def test_off_and_on_again_is_not_off(tmp_path):
    found = audit(tmp_path, 0x0112, *call(SWITCH, 2), *call(INIT, 1), 0x1112, *call(SWITCH, 2))
    assert found["jpush"].state == "initialised"


def test_a_switch_that_nothing_reaches_turns_nothing_off(tmp_path):
    found = audit(tmp_path, *call(INIT, 1), unused=[0x0112, *call(SWITCH, 2)])
    assert found["jpush"].state == "initialised"


FIREBASE = "com.google.firebase.provider.FirebaseInitProvider"
MEASURED = [
    Class("Lcom/google/firebase/analytics/FirebaseAnalytics;"),
    Class("Lcom/google/android/gms/measurement/AppMeasurementService;", superclass="Landroid/app/Service;"),
]
SERVICE = Node("service", {"name": "com.google.android.gms.measurement.AppMeasurementService"})


@pytest.mark.parametrize(
    ("extra", "state"),
    [
        ([], "initialised"),
        ([meta("firebase_analytics_collection_enabled", False)], "switched_off"),
        ([meta("firebase_analytics_collection_enabled", "false")], "switched_off"),
        ([meta("firebase_analytics_collection_enabled", True)], "initialised"),
        ([meta("firebase_analytics_collection_deactivated", True)], "switched_off"),
        ([meta("firebase_analytics_collection_enabled", "@string/x")], "initialised"),
    ],
)
def test_the_manifest_starts_and_switches_off(tmp_path, extra, state):
    found = audit(tmp_path, components=[SERVICE, provider(FIREBASE), *extra], extra_code=MEASURED)
    assert found["firebase-analytics"].state == state


def test_a_disabled_provider_starts_nothing(tmp_path):
    off = provider(FIREBASE, enabled=False)
    assert audit(tmp_path, components=[SERVICE, off], extra_code=MEASURED)["firebase-analytics"].state == "present"


FACEBOOK = [
    Class("Lcom/facebook/FacebookSdk;", [("sdkInitialize", "(Landroid/content/Context;)V", Code([0x0E]), 9)]),
]
FACEBOOK_INIT = "Lcom/facebook/FacebookSdk;->sdkInitialize(Landroid/content/Context;)V"


def test_an_automatic_start_that_is_off_does_not_hinder_a_call(tmp_path):
    rows = [provider("com.facebook.internal.FacebookInitProvider"), meta("com.facebook.sdk.AutoInitEnabled", False)]
    assert audit(tmp_path, components=rows, extra_code=FACEBOOK)["facebook-core"].state == "switched_off"
    called = audit(tmp_path, *call(FACEBOOK_INIT, 1), components=rows, extra_code=FACEBOOK)["facebook-core"]
    assert called.state == "initialised"


def test_bare_code_has_no_state(tmp_path):
    path = tmp_path / "classes.dex"
    path.write_bytes(write_dex(SDK_CODE))
    (push,) = (sdk for sdk in extract_facts(path, load_catalogue(), Limits()).sdks if sdk.id == "jpush")
    assert push.state is None
