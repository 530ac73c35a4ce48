"""JARs and AARs: what the class files of a library give, also inside of archives, and what is said when they do not."""

import io
import zipfile
from pathlib import Path

import pytest
from classfiles import Pool, make_class
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.container.chunks import ChunkError
from analyzer.container.textxml import parse_text
from analyzer.extract import extract_facts

READ = "Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;"
MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" xmlns:tools="http://schemas.android.com/tools"
    package="com.vendor.kit" android:versionName="1.2">
  <uses-sdk android:minSdkVersion="16" android:targetSdkVersion="28"/>
  <uses-permission android:name="android.permission.READ_PHONE_STATE" android:maxSdkVersion="28"/>
  <uses-permission android:name="android.permission.CAMERA" tools:node="remove"/>
  <application android:label="@string/kit"><service android:name=".Work" android:exported="true"/></application>
</manifest>"""


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def extract(tmp_path, catalogue):
    def run(data, name, limits=None):
        path = tmp_path / name
        path.write_bytes(data)
        return extract_facts(path, catalogue, limits)

    return run


def reader(name="com/vendor/kit/Reader", code=None):
    pool = Pool()
    call = b"\x2a\xb6" + pool.method(
        "android/telephony/TelephonyManager", "getSubscriberId", "()Ljava/lang/String;"
    ).to_bytes(2, "big")
    shape = "(Landroid/telephony/TelephonyManager;)Ljava/lang/String;"
    return make_class(name, [(9, "read", shape, 2, 1, code or call + b"\xb0", ())], pool)


def archive(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in entries.items():
            made.writestr(name, raw)
    return out.getvalue()


def jar(**classes):
    return archive({"com/vendor/kit/Reader.class": reader()} | classes)


def codes(facts):
    assert facts.coverage.complete == (not facts.coverage.reasons)
    return {one.code for one in facts.coverage.reasons}


def aar(**more):
    return archive({"AndroidManifest.xml": MANIFEST, "classes.jar": jar(), "R.txt": "int id x 0x0"} | more)


def test_a_jar_of_class_files_is_read(extract):
    facts = extract(jar(), "kit.jar")
    assert facts.artifact.format == "jar"
    assert [(one.api, one.caller, one.dex) for one in facts.accesses] == [
        (READ, "Lcom/vendor/kit/Reader;->read(Landroid/telephony/TelephonyManager;)Ljava/lang/String;", "classes.jar")
    ]
    assert codes(facts) == {"no_manifest"}


def test_an_aar_is_read_with_its_manifest_and_its_jars(extract):
    more = archive({"com/other/Reader.class": reader("com/other/Reader")})
    facts = extract(aar(**{"libs/more.jar": more, "jni/arm64-v8a/libkit.so": b"\x7fELF"}), "kit.aar")
    assert facts.artifact.format == "aar"
    assert {one.caller.partition("->")[0] for one in facts.accesses} == {
        "Lcom/vendor/kit/Reader;",
        "Lcom/other/Reader;",
    }
    assert facts.app.package == "com.vendor.kit"
    assert facts.app.target_sdk == 28
    assert [one.name for one in facts.permissions if one.declared] == ["android.permission.READ_PHONE_STATE"]
    assert [(one.name, one.exported) for one in facts.components] == [("com.vendor.kit.Work", True)]
    assert facts.app.label is None
    assert codes(facts) == set()


def test_a_library_alone_is_complete_and_its_code_is_not_the_apps(extract):
    facts = extract(aar(), "kit.aar")
    assert codes(facts) == set()
    assert {one.level for one in facts.accesses} == {"present"}
    assert facts.coverage.entries is None
    assert "app" not in {one.actor for one in facts.accesses}


def test_a_library_of_resources_alone_is_complete(extract):
    facts = extract(archive({"AndroidManifest.xml": MANIFEST, "classes.jar": archive({})}), "kit.aar")
    assert codes(facts) == set()


def test_classes_for_other_java_versions_are_not_what_apps_get(extract):
    other = {"META-INF/versions/9/com/vendor/kit/Nine.class": reader("com/vendor/kit/Nine"), "module-info.class": b"?"}
    other["module-info.class"] = make_class("module-info", [], access=0x8000)
    facts = extract(jar(**other), "kit.jar")
    assert len(facts.accesses) == 1
    assert codes(facts) == {"no_manifest"}


def test_what_cannot_be_translated_is_said_by_name(extract):
    facts = extract(jar(**{"com/vendor/kit/Bad.class": reader("com/vendor/kit/Bad", b"\xfe")}), "kit.jar")
    details = [one.detail for one in facts.coverage.reasons if one.code == "dex_unreadable"]
    assert len(details) == 1
    assert details[0].startswith("com.vendor.kit.Bad.read(")
    assert len(facts.accesses) == 1


def test_limits_on_sizes_hold_for_class_files(extract):
    facts = extract(jar(), "kit.jar", Limits(dex_bytes=10))
    assert "limit_reached" in codes(facts)
    assert facts.accesses == ()


def test_code_beside_a_text_manifest_is_read_with_it(extract):
    sample = Path(__file__).resolve().parents[2] / "samples" / "homework" / "homework.apk"
    with zipfile.ZipFile(sample) as apk:
        code = apk.read("classes.dex")
    text = MANIFEST.replace("com.vendor.kit", "com.example.homework")
    facts = extract(archive({"classes.dex": code, "AndroidManifest.xml": text}), "unpacked.zip")
    assert facts.artifact.format == "dex"
    assert facts.app.package == "com.example.homework"
    assert facts.accesses
    assert "resources_unreadable" in codes(facts)
    assert "no_manifest" not in codes(facts)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE manifest [<!ENTITY x SYSTEM "file:///etc/passwd">]><manifest package="&x;"/>',
        '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><manifest package="&b;"/>',
        "<manifest>" + "<a>" * 5000,
        "<manifest",
        "",
        '<?xml version="1.0" encoding="no-such"?><manifest/>',
    ],
)
def test_hostile_text_is_refused(text, extract):
    with pytest.raises(ChunkError):
        parse_text(text.encode())
    facts = extract(archive({"AndroidManifest.xml": text, "classes.jar": jar()}), "kit.aar")
    assert codes(facts) == {"manifest_unreadable"}
    assert len(facts.accesses) == 1


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=120), st.text(max_size=120).map(lambda one: f"<m {one}/>".encode())))
def test_any_text_is_read_or_refused(raw):
    try:
        parse_text(raw)
    except ChunkError:
        return
