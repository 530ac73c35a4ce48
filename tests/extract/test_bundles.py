"""App bundles: what an AAB gives equals what the APK with the same content gives."""

import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from apks import Member, Node, launcher, make_apk, make_axml, make_dex, make_manifest, make_zip
from bundles import bundle_of, field, make_bundle, varint
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.container.chunks import ChunkError
from analyzer.container.prototable import ProtoTable
from analyzer.container.protoxml import parse_proto
from analyzer.container.wire import fields
from analyzer.extract import extract_facts
from analyzer.model import UnreadableInputError

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
DEVICE_ID = "Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def extract(tmp_path, catalogue):
    def run(data, name="app.aab"):
        path = tmp_path / name
        path.write_bytes(data)
        return extract_facts(path, catalogue)

    return run


@pytest.mark.parametrize("name", ["campus", "homework", "packed", "reader"])
def test_a_bundle_says_what_the_package_of_the_same_content_says(extract, name):
    apk = (SAMPLES / name / f"{name}.apk").read_bytes()
    package, bundle = extract(apk, "app.apk"), extract(make_bundle(bundle_of(apk)))
    assert bundle.artifact.format == "aab"
    assert replace(bundle.app, signers=(), signature=None) == replace(package.app, signers=(), signature=None)
    for part in ("flags", "components", "permissions", "sdks", "accesses", "permission_requests", "packers"):
        assert getattr(bundle, part) == getattr(package, part), part
    assert bundle.coverage == package.coverage
    assert {one.host for one in bundle.endpoints} == {one.host for one in package.endpoints}
    told = [replace(one, found_in=one.found_in.replace("resources.pb", "resources.arsc")) for one in bundle.strings]
    assert sorted(told, key=str) == sorted(package.strings, key=str)


def test_code_of_a_feature_module_is_read_and_named(extract):
    base = make_apk(make_manifest(components=[launcher()]))
    code = make_dex({"Lcn/example/edu/Feature;": [DEVICE_ID]})
    split = {":package": "cn.example.edu", ":split": "feature"}
    feature = make_apk(make_axml(Node("manifest", split, [Node("application", {}, [])])), code)
    facts = extract(make_bundle(bundle_of(base), bundle_of(feature, "feature")))
    assert [(one.api, one.dex) for one in facts.accesses] == [(DEVICE_ID, "feature!classes.dex")]


def test_a_bundle_without_a_base_is_incomplete(extract):
    feature = make_apk(make_manifest(components=[launcher()]))
    facts = extract(make_bundle(bundle_of(feature, "feature")))
    assert {one.code for one in facts.coverage.reasons} == {"manifest_unreadable"}


def test_a_bundle_without_modules_is_refused_in_one_line(extract):
    with pytest.raises(UnreadableInputError, match="without modules"):
        extract(make_bundle())


@pytest.fixture(scope="module")
def keystore(tmp_path_factory):
    if shutil.which("jarsigner") is None:
        pytest.skip("jarsigner is not installed")
    path = tmp_path_factory.mktemp("keys") / "sample.jks"
    make = "-genkeypair -storepass sample -alias sample -keyalg RSA -keysize 2048 -dname CN=Sample -validity 900"
    subprocess.run(["keytool", *make.split(), "-keystore", path], check=True, capture_output=True)
    return path


def test_the_signature_of_a_bundle_is_verified(extract, keystore, tmp_path):
    path = tmp_path / "signed.aab"
    path.write_bytes(make_bundle(bundle_of(make_apk(make_manifest(components=[launcher()])))))
    subprocess.run(
        ["jarsigner", "-keystore", keystore, "-storepass", "sample", path, "sample"], check=True, capture_output=True
    )
    facts = extract(path.read_bytes())
    assert [(one.verified, one.schemes) for one in facts.app.signers] == [(True, ("v1",))]
    assert facts.anomalies == ()
    with zipfile.ZipFile(path) as archive:
        rows = [(name, archive.read(name)) for name in archive.namelist()]
    changed = make_zip([Member(name.encode(), raw + b"x" * name.endswith(".dex")) for name, raw in rows])
    facts = extract(changed)
    assert [one.verified for one in facts.app.signers] == [False]
    assert [one.code for one in facts.anomalies] == ["signature_invalid"]


def test_a_bundle_need_not_be_signed(extract):
    facts = extract(make_bundle(bundle_of(make_apk(make_manifest(components=[launcher()])))))
    assert (facts.app.signers, facts.anomalies) == ((), ())


def test_damaged_manifest_is_a_reason(extract):
    rows = [(name, raw[:40] if name.endswith("AndroidManifest.xml") else raw) for name, raw in bundle_of(make_apk())]
    facts = extract(make_bundle(rows))
    assert "manifest_unreadable" in {one.code for one in facts.coverage.reasons}


def test_negative_numbers_and_unknown_fields():
    node = field(1, field(3, "manifest") + field(4, field(2, "n") + field(6, field(7, field(6, -1)))) + field(77, "x"))
    value = parse_proto(node).get("n")
    assert value.number == -1


def test_deep_nesting_is_not_recursion():
    node = field(1, field(3, "x"))
    for _ in range(3000):
        node = field(1, field(3, "x") + field(5, node))
    assert parse_proto(node).tag == "x"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw):
    for read in (parse_proto, ProtoTable):
        try:
            read(raw)
        except ChunkError:
            continue


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_numbers_keep_their_value(number):
    assert list(fields(memoryview(varint(8) + varint(number)))) == [(1, number)]


def test_texts_of_lists_plurals_and_links_are_in_a_bundle_too():
    """As aapt2 writes them: `Value` with an array, a plural and a style, and a styled text with its spans."""

    def entry(number, value):
        return field(3, field(1, field(1, number)) + field(6, field(2, value)))

    def words(text):
        return field(2, field(1, text))

    styled = field(4, field(4, field(1, "styled") + field(2, field(1, "a;href=https://link.cn/x"))))
    array = field(5, field(4, field(1, field(3, words("first"))) + field(1, field(3, words("second")))))
    plural = field(5, field(5, field(1, field(3, 1) + field(4, words("many")))))
    style = field(5, field(2, field(3, field(4, field(3, field(1, "raw"))))))
    rows = enumerate((field(4, words("plain")), styled, array, plural, style), 1)
    kind = field(3, field(1, field(1, 1)) + field(2, "string") + b"".join(entry(*one) for one in rows))
    table = ProtoTable(field(2, field(1, field(1, 0x7F)) + field(2, "cn.example") + kind))
    found = ["plain", "styled", "a;href=https://link.cn/x", "first", "second", "many", "raw"]
    assert list(table.texts()) == found
