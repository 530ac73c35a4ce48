import random
from dataclasses import replace

import pytest
from apks import Member, make_zip
from hybrids import (
    UNI_ROOT,
    make_app,
    make_dart,
    make_flutter_engine,
    make_hermes,
    make_wxapkg,
    make_zip_of,
    uni_files,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.extract import extract_facts
from analyzer.extract.hybrid.bundles import find_twins, is_bundle
from analyzer.extract.hybrid.wxapkg import PackageError, read_wxapkg
from analyzer.extract.run import extract as run
from analyzer.model import record_json

NOISE = random.Random(7).randbytes(4000)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def extract(tmp_path, catalogue):
    def run(files, limits=None):
        path = tmp_path / "app.apk"
        path.write_bytes(make_app(files))
        return extract_facts(path, catalogue, limits)

    return run


def reads(facts):
    return {(row.api, row.caller, row.weak) for row in facts.accesses}


def said(facts):
    assert not facts.coverage.complete
    return " | ".join(row.detail for row in facts.coverage.reasons if row.code == "hybrid_bundle")


# --- uni-app ---------------------------------------------------------------------------------------------------------


def test_uni_app_calls_of_the_app_count_and_those_of_the_framework_do_not(extract):
    facts = extract(uni_files())
    service = UNI_ROOT + "app-service.js"
    assert reads(facts) == {("js:plus.device.imei", f"{service}:2", None), ("js:uni.getLocation", f"{service}:5", None)}
    assert {row.actor for row in facts.accesses} == {"app"}


def test_uni_app_says_itself_what_it_is(extract):
    (bundle,) = extract(uni_files()).bundles
    assert (bundle.framework, bundle.name, bundle.version) == ("uniapp", "uni-app / 5+: 作业小助手", "1.4.2")
    assert bundle.engine == "uni-app 4.08, Vue 3"
    assert bundle.modules == ("Geolocation", "OAuth", "Push", "UniNView")
    assert bundle.permissions == ("android.permission.READ_PHONE_STATE",)
    assert set(bundle.sdks) == {
        "oauth: weixin",
        "oauth: univerify",
        "push: unipush",
        "statics: umeng",
        "ad: gdt",
        "ad: csj",
    }
    assert (bundle.scripts, bundle.runtime) == (2, 2)
    assert bundle.unread == ("js/secret.js: the bundle's manifest says it is encrypted",)


def test_a_script_that_only_borrows_the_name_of_the_framework_counts(extract):
    files = {UNI_ROOT + "uni-app-view.umd.js": b"uni.getLocation({})"}
    assert reads(extract(files)) == {("js:uni.getLocation", UNI_ROOT + "uni-app-view.umd.js:1", None)}


def test_encrypted_script_is_said(extract):
    facts = extract(uni_files() | {UNI_ROOT + "app-service.js": NOISE})
    assert "app-service.js: no text: encrypted" in said(facts)
    assert reads(facts) == set()


def test_hot_update_packages_inside_are_opened(extract):
    inner = {"manifest.json": b'{"id":"__UNI__X","version":{"name":"2"}}', "app-service.js": b"\nuni.getLocation()"}
    facts = extract(
        {
            "assets/update.wgt": make_zip_of(inner),
            "res/raw/www.zip": make_zip_of({"a/app-service.js": b"plus.device.imei"}),
        }
    )
    assert reads(facts) == {
        ("js:uni.getLocation", "assets/update.wgt!app-service.js:2", None),
        ("js:plus.device.imei", "res/raw/www.zip!a/app-service.js:1", None),
    }  # fmt: skip
    assert {(row.framework, row.place, row.version) for row in facts.bundles} == {
        ("uniapp", "assets/update.wgt", "2"), ("uniapp", "res/raw/www.zip", None),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("assets/update.wgt", NOISE, "neither a ZIP archive nor a mini-program package"),
        ("assets/mini.wxapkg", b"V1MMWX" + NOISE, "encrypted (V1MMWX)"),
        ("assets/mini.wxapkg", make_wxapkg({"a.js": b"1"})[:-1], "outside of the package"),
        ("assets/update.wgt", make_zip_of({"a.js": b"1"})[:-9], "truncated ZIP"),
    ],
)
def test_packages_that_cannot_be_opened_are_said(extract, name, content, why):
    assert why in said(extract({name: content}))


def test_files_behind_a_password_are_said_and_the_others_read(extract):
    packed = make_zip([Member(b"a.js", NOISE, 0, flags=1), Member(b"b.js", b"uni.getLocation()")])
    facts = extract({"assets/mini.wgt": packed})
    assert "a.js: encrypted with a password" in said(facts)
    assert {row[1] for row in reads(facts)} == {"assets/mini.wgt!b.js:1"}


def test_archives_are_opened_within_the_limits(extract):
    big = make_zip_of({f"{number}.js": b"uni.getLocation();" * 500 for number in range(8)})
    facts = extract({"assets/update.wgt": big}, Limits(script_bytes=20_000))
    assert "more than 20,000 bytes" in said(facts)
    assert {row[1] for row in reads(facts)} == {f"assets/update.wgt!{number}.js:1" for number in range(2)}


def test_a_copy_of_the_process_finds_the_same(tmp_path, catalogue):
    path = tmp_path / "app.apk"
    path.write_bytes(make_app(uni_files()))
    alone, forked = (replace(run(path, catalogue, fork=fork), seconds={}, peak_memory=None) for fork in (False, True))
    assert record_json(alone) == record_json(forked)
    assert forked.bundles


# --- other frameworks ------------------------------------------------------------------------------------------------

CORDOVA_JS = b"// Platform: cordova-android\n;(function(){var PLATFORM_VERSION_BUILD_LABEL = '13.0.0'; navigator.camera.getPicture()})()"
PLUGINS_JS = b'cordova.define("cordova/plugin_list",function(r,e,module){module.exports=[{"id":"x","pluginId":"cordova-plugin-device"}];module.exports.metadata={"cordova-plugin-device":"2.1.0"}})'


def test_cordova_lists_its_plugins_and_only_the_app_s_scripts_count(extract):
    files = {
        "assets/www/cordova.js": CORDOVA_JS,
        "assets/www/cordova_plugins.js": PLUGINS_JS,
        "assets/www/plugins/cordova-plugin-camera/www/Camera.js": b"cordova.define('c',function(){navigator.camera.getPicture()})",
        "assets/www/index.html": b"<script>navigator.geolocation.getCurrentPosition(f)</script>",
        "assets/www/js/index.js": b"var id = device.uuid;",
    }
    facts = extract(files)
    assert reads(facts) == {
        ("js:navigator.geolocation.getCurrentPosition", "assets/www/index.html:1", None),
        ("js:device.uuid", "assets/www/js/index.js:1", None),
    }
    (bundle,) = facts.bundles
    assert (bundle.engine, bundle.modules) == ("Cordova 13.0.0", ("cordova-plugin-device 2.1.0",))
    del files["assets/www/cordova_plugins.js"]  # then `device` is anybody's variable
    assert {row[0] for row in reads(extract(files))} == {"js:navigator.geolocation.getCurrentPosition"}


def test_capacitor_pages_from_a_server_are_said(extract):
    files = {
        "assets/capacitor.config.json": b'{"server":{"url":"https://h5.example.cn/app"}}',
        "assets/public/main.js": b'const G=registerPlugin("Geolocation")',
    }
    facts = extract(files)
    assert "its pages are loaded from https://h5.example.cn/app" in said(facts)
    assert any(row.modules == ("Geolocation",) for row in facts.bundles)


RN_BUNDLE = b"""var __DEV__=false;__d(function(g,r){var N=r(1);N.NativeModules.RNDeviceInfo},1,[]);
__d(function(g,r){var D=r(2);D.default.getAndroidId().then(x);Contacts.getAll()},3,[2]);
var v={version:{major:0,minor:72,patch:15}};"DeviceInfo"
"""


def test_react_native_text_bundle_gives_calls_and_names(extract):
    facts = extract({"assets/index.android.bundle": RN_BUNDLE})
    assert reads(facts) == {
        ("js:Contacts.getAll", "assets/index.android.bundle:2", None),
        ("js:DeviceInfo.getAndroidId", "assets/index.android.bundle", "names_only"),
    }
    (bundle,) = facts.bundles
    assert (bundle.engine, bundle.modules) == ("React Native 0.72.15", ("RNDeviceInfo",))


def test_hermes_bundle_gives_names_that_are_exact(extract):
    words = ["RNDeviceInfo", "getAndroidId", "Contacts", "getAll", "x"]
    facts = extract({"assets/index.android.bundle": make_hermes(["getMacAddress", "你好"], words)})
    place = "assets/index.android.bundle"
    assert reads(facts) == {
        ("js:DeviceInfo.getAndroidId", place, "names_only"),
        ("js:Contacts.getAll", place, "names_only"),
    }  # getMacAddress is only a value, not a name by which code looks something up
    (bundle,) = facts.bundles
    assert (bundle.engine, bundle.modules) == ("Hermes byte code 96", ("RNDeviceInfo",))
    assert "string table was read" in said(facts)


def test_hermes_bundle_that_cannot_be_read_is_said(extract):
    assert "cut off" in said(extract({"assets/index.android.bundle": make_hermes(["a"])[:-40]}))


def test_flutter_says_engine_packages_and_channels_of_one_processor(extract):
    dart = make_dart(
        ["package:geolocator/geolocator.dart", "package:flutter/x.dart", "flutter.baseflow.com/geolocator_android"]
    )
    facts = extract({
        "lib/arm64-v8a/libapp.so": dart,
        "lib/armeabi-v7a/libapp.so": dart,
        "lib/arm64-v8a/libflutter.so": make_flutter_engine(),
        "assets/flutter_assets/AssetManifest.json": b"{}",
    })  # fmt: skip
    assert reads(facts) == {("js:flutter:flutter.baseflow.com/geolocator_android", "lib/arm64-v8a/libapp.so", None)}
    (bundle,) = facts.bundles
    assert bundle.place == "lib/arm64-v8a/libapp.so"
    assert bundle.engine == "Dart 3.5.2 (stable), engine bbbbbbbbbb"
    assert bundle.modules == ("geolocator",)


def test_flutter_without_its_code_is_said(extract):
    assert "libapp.so: the app's own code is not in the package" in said(
        extract({"lib/x86/libflutter.so": make_flutter_engine()})
    )


def test_mini_program_package_is_opened_and_its_base_library_left_out(extract):
    package = make_wxapkg({
        "/app-service.js": b"wx.getLocation();",
        "/WAService.js": b"var __wxConfig;wx.getClipboardData()",
        "/app.json": b"{}",
    })  # fmt: skip
    facts = extract({"assets/mini.wxapkg": package})
    assert reads(facts) == {("js:wx.getLocation", "assets/mini.wxapkg!app-service.js:1", None)}
    (bundle,) = facts.bundles
    assert (bundle.scripts, bundle.runtime) == (1, 1)


# --- whose names count where -----------------------------------------------------------------------------------------


def test_names_of_one_framework_do_not_count_in_another(extract):
    facts = extract({
        "assets/page.html": b"<script>device.model;wx.getLocation();Contacts.getAll();uni.getLocation()</script>",
        "assets/www/a.js": b"uni.getLocation();",
        UNI_ROOT + "a.js": b"wx.getLocation();device.uuid;Contacts.getAll();",
    })  # fmt: skip
    assert reads(facts) == {("js:uni.getLocation", "assets/page.html:1", None)}


def test_ordinary_pages_leave_the_package_complete(extract):
    facts = extract({"assets/help.html": b"<p>help</p><script>var a=1</script>"})
    assert (facts.coverage.complete, facts.bundles) == (True, ())


def test_mention_is_weak_and_call_is_not(extract):
    (row,) = extract({UNI_ROOT + "a.js": b"promisify(uni.getLocation)"}).accesses
    assert row.weak == "names_only"
    (row,) = extract({UNI_ROOT + "a.js": b"promisify(uni.getLocation);uni.getLocation()"}).accesses
    assert (row.weak, row.sites) == (None, 1)


def test_code_of_bundles_is_told_by_its_place():
    assert is_bundle("assets/index.android.bundle")
    assert not is_bundle("assets/picture.png")
    assert find_twins(["lib/x86/libapp.so", "lib/arm64-v8a/libapp.so"]) == {"lib/x86/libapp.so"}


# --- mini-program packages -------------------------------------------------------------------------------------------


@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=48, max_codepoint=0x4E10), min_size=1, max_size=9), st.binary(max_size=30)
    )
)
def test_mini_program_files_are_read_as_written(files):
    assert dict(read_wxapkg(make_wxapkg({"/" + name: content for name, content in files.items()}))) == files


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=60), st.integers(0, 60))
def test_damaged_mini_program_package_is_an_error_and_nothing_else(noise, where):
    data = make_wxapkg({"/a.js": b"1", "/b.js": b"2"})
    for damaged in (data[:where], data[:where] + noise + data[where + len(noise) :], b"\xbe" + noise):
        try:
            list(read_wxapkg(damaged))
        except PackageError:
            continue


# --- code that is replaced later -------------------------------------------------------------------------------------


def loading(facts):
    return [row.detail for row in facts.coverage.reasons if row.code == "dynamic_loading"]


def test_scripts_that_install_an_update_are_said(extract):
    facts = extract({UNI_ROOT + "a.js": b"\nplus.runtime.install(file)"})
    assert loading(facts) == [f"uni-app / 5+ scripts replace the app's own code: {UNI_ROOT}a.js:2 plus.runtime.install"]
    assert facts.bundles[0].updates == (f"{UNI_ROOT}a.js:2 plus.runtime.install",)
    assert loading(extract({UNI_ROOT + "a.js": b"// plus.runtime.install(file)\nplus.runtime.version"})) == []


LOAD_URL = "Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V"


@pytest.mark.parametrize(("owner", "rows"), [("Lcn/example/homework/Main;", 1), ("Lcom/umeng/commonsdk/A;", 0)])
def test_pages_that_the_app_shows_are_said_and_those_of_sdks_are_not(tmp_path, catalogue, owner, rows):
    path = tmp_path / "app.apk"
    path.write_bytes(make_app({}, classes={"Lcn/example/homework/Main;": [], owner: [LOAD_URL]}))
    facts = extract_facts(path, catalogue)
    found = [row for row in facts.bundles if row.framework == "webview"]
    assert len(found) == rows
    assert all(row.place.startswith(owner) for row in found)
    assert facts.coverage.complete  # a page of a server is not in the package


def test_frameworks_that_load_code_are_named(tmp_path, catalogue):
    path = tmp_path / "app.apk"
    path.write_bytes(make_app({}, classes={"Lcn/example/homework/Main;": [], "Lcom/tencent/tinker/loader/A;": []}))
    assert loading(extract_facts(path, catalogue)) == ["hot fix framework Tinker 热修复: code com/tencent/tinker"]
