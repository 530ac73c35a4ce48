"""Two builds of the same code, each with other class names, are no change; a change between them is still one."""

import json
import zipfile
from pathlib import Path

import pytest
from apks import Member, launcher, make_dex, make_manifest, make_zip
from renaming import rename_classes, repack

from analyzer.cli.versions import compare_files

SAMPLES = Path(__file__).parents[2] / "samples"
IMEI = "Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;"
MAC = "Landroid/net/wifi/WifiInfo;->getMacAddress()Ljava/lang/String;"


def compared(tmp_path, old, new):
    paths = tmp_path / "old.apk", tmp_path / "new.apk"
    for path, data in zip(paths, (old, new), strict=True):
        path.write_bytes(data)
    return compare_files(*paths, cached=False)


def app(classes, **manifest):
    values = {"components": [launcher(".Main")], "permissions": ["android.permission.READ_PHONE_STATE"], **manifest}
    rows = [Member(b"AndroidManifest.xml", make_manifest(**values)), Member(b"classes.dex", make_dex(classes))]
    return make_zip(rows)


def shown(diff):
    return [(row.area, row.kind, row.subject) for row in diff.differences]


@pytest.mark.parametrize("name", ["homework", "campus", "reader"])
def test_a_sample_with_every_class_renamed_that_the_manifest_does_not_name_is_the_same(tmp_path, name):
    package = SAMPLES / name / f"{name}.apk"
    with zipfile.ZipFile(package) as archive:
        dex = archive.read("classes.dex")
    before = repack(package, {})
    (tmp_path / "one.apk").write_bytes(before)
    import analyzer

    facts = analyzer.static_facts(tmp_path / "one.apk")
    pinned = {f"L{row.name.replace('.', '/')};" for row in facts.components}
    # what an SDK offers to others is kept by the rules that its vendor ships
    pinned.add("Lcom/alipay/sdk/app/PayTask;")
    renamed, names = rename_classes(dex, pinned)
    assert len(names) >= 3
    diff = compared(tmp_path, before, repack(package, {"classes.dex": renamed}))
    assert diff.old.artifact.sha256 != diff.new.artifact.sha256
    assert shown(diff) == []
    assert diff.summary.verdict == "same"


def test_obfuscated_code_under_other_names_is_the_same(tmp_path):
    main = {"Lcn/example/edu/Main;": []}
    old = app({**main, "La/b/c;": [IMEI], "La/b/d;": [IMEI, MAC]})
    new = app({**main, "Lx/y/q;": [IMEI, MAC], "Lo/p;": [IMEI]})
    assert shown(compared(tmp_path, old, new)) == []


def test_code_of_a_named_library_that_is_obfuscated_now_is_the_same_under_another_name(tmp_path):
    main = {"Lcn/example/edu/Main;": []}
    diff = compared(tmp_path, app({**main, "Lcom/somebody/Reader;": [IMEI]}), app({**main, "La/b/c;": [IMEI]}))
    assert {(row.area, row.kind, row.because) for row in diff.differences} == {
        ("findings", "not_seen", ("names_hidden",))
    }
    assert {(row.old, row.new) for row in diff.renamed if row.area == "accesses"} == {("lib:com.somebody", "unknown")}


def test_one_more_read_in_obfuscated_code_is_a_change(tmp_path):
    main = {"Lcn/example/edu/Main;": []}
    diff = compared(tmp_path, app({**main, "La/b;": [IMEI]}), app({**main, "Lx/y;": [IMEI], "Lx/z;": [IMEI]}))
    rows = [row for row in diff.differences if row.area == "accesses"]
    assert [(row.kind, [(one.field, one.old, one.new) for one in row.changes]) for row in rows] == [
        ("changed", [("sites.present", "1", "2")])
    ] * len(rows)
    assert rows


def test_a_new_kind_of_data_is_new_whatever_the_classes_are_called(tmp_path):
    main = {"Lcn/example/edu/Main;": []}
    diff = compared(tmp_path, app({**main, "La/b;": [IMEI]}), app({**main, "Lx/y;": [IMEI, MAC]}))
    assert [(row.kind, row.data) for row in diff.differences if row.area == "accesses"] == [("new", "device.mac")]


def test_two_versions_of_a_package_give_what_changed_and_nothing_else(tmp_path):
    main = {"Lcn/example/edu/Main;": []}
    old = app(main, permissions=["android.permission.INTERNET"], target_sdk=34)
    new = app(main, permissions=["android.permission.INTERNET", "android.permission.READ_SMS"], target_sdk=22)
    diff = compared(tmp_path, old, new)
    rows = [row for row in shown(diff) if row[0] != "findings"]
    assert rows == [
        ("identity", "changed", "target_sdk"),
        ("permissions", "new", "android.permission.READ_SMS"),
    ]
    assert all(row.weight == "high" for row in diff.differences if row.area != "findings")
    assert json.loads(diff.dump())["differences"][0]["direction"] == "down"
