import io
import random
import zipfile
from dataclasses import replace

import pytest
from apks import (
    Member,
    Node,
    launcher,
    make_apk,
    make_dex,
    make_manifest,
    make_zip,
    members,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.extract import ENGINE, extract_facts
from analyzer.model import StaticFacts, UnreadableInputError, read_record, record_json

DEVICE_ID = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
LOAD_DEX = "Ldalvik/system/DexFile;->loadDex(Ljava/lang/String;Ljava/lang/String;I)Ldalvik/system/DexFile;"
MAIN = "Lcn/example/edu/Main;"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def extract(tmp_path, catalogue):
    def run(data, name="app.apk", limits=None):
        path = tmp_path / name
        path.write_bytes(data)
        return extract_facts(path, catalogue, limits)

    return run


def reasons(facts):
    assert facts.coverage.complete == (not facts.coverage.reasons)
    return {one.code for one in facts.coverage.reasons}


def anomalies(facts):
    return {one.code for one in facts.anomalies}


def manifest(**options):
    return make_manifest(components=[launcher()], **options)


def test_readable_package_is_complete(extract):
    facts = extract(make_apk(manifest(permissions=["android.permission.READ_PHONE_STATE"])))
    assert facts.coverage.complete, facts.coverage.reasons
    assert (facts.coverage.dex_files, facts.coverage.classes, facts.coverage.methods) == (1, 1, 1)
    assert (facts.app.package, facts.app.version_code, facts.app.target_sdk) == ("cn.example.edu", 7, 34)
    assert facts.engine == ENGINE
    assert facts.artifact.format == "apk"
    assert anomalies(facts) == {"signature_missing"}
    (permission,) = facts.permissions
    assert (permission.declared, permission.used) == (True, False)


def test_code_strings_resources_and_permissions_meet(extract):
    dex = make_dex({MAIN: [DEVICE_ID]}, ["教APP备1234567号", "https://api.example-school.cn/v1"])
    facts = extract(make_apk(manifest(permissions=["android.permission.READ_PHONE_STATE"]), dex))
    (permission,) = [one for one in facts.permissions if one.declared]
    assert (permission.used, permission.used_by) == (True, ("app",))
    assert "device.imei" in {one.data for one in facts.accesses}
    assert ("edu_filing", "教APP备1234567号", "classes.dex") in {(s.kind, s.value, s.found_in) for s in facts.strings}
    assert "api.example-school.cn" in {one.host for one in facts.endpoints}


def test_equal_bytes_give_equal_facts(extract):
    data = make_apk(manifest(), make_dex({MAIN: [DEVICE_ID]}), assets__a_dot_json=b'{"u": "https://a.example.cn/x"}')
    first, second = (replace(extract(data), seconds={}, peak_memory=None) for _ in range(2))
    assert record_json(first) == record_json(second)


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7\n" * 9, "not a ZIP archive"),
        (make_apk()[:-30], "truncated ZIP"),
        (b"", "empty file"),
        (make_zip([Member(b"word/document.xml", b"<w/>")]), "no Android package"),
    ],
)
def test_what_is_no_package_is_one_line(extract, data, why):
    with pytest.raises(UnreadableInputError, match=why):
        extract(data)


def without(name):
    return make_zip([row for row in members() if row.name != name])


ENCRYPTED = make_zip([Member(row.name, row.content, flags=1) for row in members()])
SCRAMBLED = make_zip([members()[0], Member(b"classes.dex", random.Random(1).randbytes(900), 0, 1, claimed_method=8)])
DEX = make_dex({MAIN: []})
SPLIT = make_manifest()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(without(b"AndroidManifest.xml"), "manifest_unreadable", id="no manifest"),
        pytest.param(make_apk(b"\3\0\x08\0" + b"\xff" * 80), "manifest_unreadable", id="broken binary XML"),
        pytest.param(make_apk(b"<manifest package='a.b'/>"), "manifest_unreadable", id="plain text manifest"),
        pytest.param(without(b"classes.dex"), "dex_unreadable", id="zero DEX"),
        pytest.param(SCRAMBLED, "dex_unreadable", id="really encrypted DEX"),
        pytest.param(make_apk(dex=b"dex\n035\0" + b"\xff" * 200), "dex_unreadable", id="DEX of garbage"),
        pytest.param(make_apk(dex=DEX[:90]), "dex_unreadable", id="cut DEX"),
        pytest.param(make_apk(dex=b""), "dex_unreadable", id="empty DEX"),
        pytest.param(
            make_apk(dex=DEX[:0x3C] + b"\xff\xff\xff\x7f" + DEX[0x40:]), "dex_unreadable", id="DEX with bad offsets"
        ),
        pytest.param(make_zip(members(), cut_directory=20), "archive_damaged", id="cut directory"),
        pytest.param(
            make_zip([*members(), Member(b"classes2.dex", bytes(200 << 20))]), "limit_reached", id="bomb of 200 MB"
        ),
        pytest.param(make_apk(assets__x_dot_dat=DEX), "nested_code", id="DEX in an asset"),
        pytest.param(make_apk(assets__x_dot_apk=make_apk()), "nested_code", id="APK in an asset"),
        pytest.param(make_apk(assets__y_dot_bin=make_apk()), "nested_code", id="APK under another name"),
        pytest.param(make_apk(assets__index_dot_android_dot_bundle=b"var a"), "hybrid_bundle", id="React Native"),
        pytest.param(make_apk(lib__x86__libil2cpp_dot_so=b"\x7fELF"), "native_only", id="Unity"),
        pytest.param(make_apk(dex=make_dex({MAIN: [LOAD_DEX]})), "dynamic_loading", id="loads code"),
        pytest.param(make_apk(dex=make_dex({"La/Stub;": []})), "packed", id="launcher class is missing"),
        pytest.param(make_apk(lib__x86__libjiagu_dot_so=b"\x7fELF"), "packed", id="packer's mark"),
    ],
)
def test_what_was_not_read_is_said(extract, data, code):
    facts = extract(data)
    assert code in reasons(facts)
    assert "analyser_crashed" not in reasons(facts)
    assert facts.coverage.complete is False


def test_encrypted_flag_hides_no_code_but_no_absence_is_proven_either(extract):
    facts = extract(ENCRYPTED)
    assert "encrypted_flag" in anomalies(facts)
    assert reasons(facts) == {"ambiguous_structure"}
    assert facts.coverage.classes == 1


def test_hostile_names_are_noted_and_never_written(extract, tmp_path):
    facts = extract(make_zip([*members(), Member(b"../../evil.txt", b"x"), Member(b"a\x1b[2J\n", b"y")]))
    assert {"path_traversal", "bad_entry_name"} <= anomalies(facts)
    assert [path.name for path in tmp_path.rglob("*")] == ["app.apk"]
    assert "\x1b" not in record_json(facts).decode("unicode_escape", "replace")


def test_janus_prefix_is_noted_and_the_package_read(extract):
    facts = extract(make_zip(members(), prefix=make_dex({"La/Evil;": []})))
    assert "janus_prefix" in anomalies(facts)
    assert facts.app.package == "cn.example.edu"


def test_too_many_entries_and_too_large_files_are_limits(extract):
    facts = extract(make_apk(), limits=Limits(entries=1))
    assert reasons(facts) == {"limit_reached"}
    assert facts.artifact.size > 0
    assert reasons(extract(make_apk(), limits=Limits(archive_bytes=100))) == {"limit_reached"}
    two = make_zip([*members(), Member(b"classes2.dex", make_dex({"La/B;": []}))])
    assert "limit_reached" in reasons(extract(two, limits=Limits(dex_files=1)))


# --- other formats ---------------------------------------------------------------------------------------------------


def bundle(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("_dot_", ".").replace("__", "/"), data)
    return out.getvalue()


def test_bare_dex_is_read_and_has_no_manifest(extract):
    facts = extract(make_dex({MAIN: [DEVICE_ID]}), "classes.dex")
    assert facts.artifact.format == "dex"
    assert reasons(facts) == {"no_manifest"}
    assert "device.imei" in {one.data for one in facts.accesses}
    assert "signature_missing" not in anomalies(facts)


@pytest.mark.parametrize(("name", "extra"), [("a.apks", {"toc_dot_pb": b""}), ("a.xapk", {"manifest_dot_json": b"{}"})])
def test_splits_are_one_app(extract, name, extra):
    split = make_manifest(extra=[Node("uses-permission", {"name": "android.permission.CAMERA"})])
    data = bundle(
        base_dot_apk=make_apk(),
        split_feature_dot_apk=make_apk(split, make_dex({"Lcn/example/edu/Feature;": [DEVICE_ID]})),
        **extra,
    )
    facts = extract(data, name)
    assert facts.artifact.format == name.split(".")[1]
    assert (facts.app.package, facts.coverage.dex_files, facts.coverage.classes) == ("cn.example.edu", 2, 2)
    (access,) = [one for one in facts.accesses if one.data == "device.imei"]
    assert access.dex == "split_feature.apk!classes.dex"
    assert "android.permission.CAMERA" in {one.name for one in facts.permissions if one.declared}
    assert facts.coverage.complete, facts.coverage.reasons


@pytest.mark.parametrize(
    ("name", "data", "form", "codes"),
    [
        (
            "a.aar",
            {"AndroidManifest_dot_xml": b"<manifest/>", "classes_dot_jar": b"PK"},
            "aar",
            {"entry_unreadable"},
        ),
        ("a.jar", {"a__B_dot_class": b"\xca\xfe\xba\xbe"}, "jar", {"no_manifest", "dex_unreadable"}),
        (
            "a.aab",
            {"BundleConfig_dot_pb": b"", "base__dex__classes_dot_dex": DEX},
            "aab",
            {"manifest_unreadable"},
        ),
    ],
)
def test_libraries_and_bundles_of_which_nothing_can_be_read_say_so(extract, name, data, form, codes):
    facts = extract(bundle(**data), name)
    assert facts.artifact.format == form
    assert reasons(facts) == codes


# --- any damage ------------------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damage_anywhere_gives_facts_or_one_line(extract, data):
    raw = bytearray(make_apk(manifest(permissions=["android.permission.CAMERA"]), make_dex({MAIN: [DEVICE_ID]}, ["x"])))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        facts = extract(bytes(raw))
    except UnreadableInputError:
        return
    assert "analyser_crashed" not in reasons(facts), facts.coverage.reasons
    assert read_record(StaticFacts, record_json(facts)) == facts


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_dex_is_never_complete(extract, data):
    dex = bytearray(make_dex({MAIN: [DEVICE_ID]}))
    place = data.draw(st.integers(8, len(dex) - 1))  # the version before it is not in the checksum
    dex[place] ^= 1 << data.draw(st.integers(0, 7))
    facts = extract(make_apk(dex=bytes(dex)))
    assert "analyser_crashed" not in reasons(facts), facts.coverage.reasons
    assert "dex_unreadable" in reasons(facts)
