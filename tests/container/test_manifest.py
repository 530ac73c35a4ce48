import struct

import pytest
from apks import Node, filter_of, launcher, make_axml, make_manifest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.container.manifest import ManifestError, read_manifest
from analyzer.container.notes import Notes
from analyzer.container.resources import ResourceTable


def read(raw, table=None):
    notes = Notes()
    return read_manifest(raw, table, notes), {one.code for one in notes.facts()}


def test_identity_permissions_and_flags():
    raw = make_manifest(
        permissions=["android.permission.CAMERA", "android.permission.INTERNET"],
        application={"name": ".App", "label": "课堂", "debuggable": True, "usesCleartextTraffic": False},
        extra=[
            Node("uses-permission", {"name": "android.permission.READ_PHONE_STATE", "maxSdkVersion": 28}),
            Node("uses-permission-sdk-23", {"name": "android.permission.SEND_SMS"}),
            Node("queries", {}, [Node("package", {"name": "com.tencent.mm"})]),
        ],
    )
    manifest, codes = read(raw)
    assert (manifest.package, manifest.version_name, manifest.version_code) == ("cn.example.edu", "1.2.3", 7)
    assert (manifest.min_sdk, manifest.target_sdk, manifest.label) == (24, 34, "课堂")
    assert dict(manifest.permissions) == {
        "android.permission.CAMERA": None,
        "android.permission.INTERNET": None,
        "android.permission.READ_PHONE_STATE": 28,
        "android.permission.SEND_SMS": None,
    }
    assert manifest.flags.application_class == "cn.example.edu.App"
    assert manifest.flags.debuggable is True
    assert manifest.flags.uses_cleartext_traffic is False
    assert manifest.flags.allow_backup is None
    assert manifest.queries == ("com.tencent.mm",)
    assert codes == set()


def test_exported_follows_the_platforms_default():
    raw = make_manifest(
        components=[
            launcher(),
            Node("service", {"name": ".Quiet"}),
            Node("receiver", {"name": ".Boot"}, [filter_of("android.intent.action.BOOT_COMPLETED")]),
            Node("activity", {"name": "Other", "exported": False}, [filter_of("x.y")]),
            Node("provider", {"name": "z.P", "enabled": False}),
        ]
    )
    manifest, _ = read(raw)
    found = {one.name: (one.kind, one.exported, one.enabled, one.main, one.actions) for one in manifest.components}
    assert found == {
        "cn.example.edu.Main": ("activity", True, True, True, ("android.intent.action.MAIN",)),
        "cn.example.edu.Quiet": ("service", False, True, False, ()),
        "cn.example.edu.Boot": ("receiver", True, True, False, ("android.intent.action.BOOT_COMPLETED",)),
        "cn.example.edu.Other": ("activity", False, True, False, ("x.y",)),
        "z.P": ("provider", False, False, False, ()),
    }


def test_old_providers_are_exported_by_default():
    manifest, _ = read(make_manifest(min_sdk=14, target_sdk=16, components=[Node("provider", {"name": ".P"})]))
    assert manifest.components[0].exported is True


def test_alias_leads_to_its_target_class():
    alias = launcher(".Icon", targetActivity=".Main")
    alias.tag = "activity-alias"
    manifest, _ = read(make_manifest(components=[Node("activity", {"name": ".Main"}), alias]))
    assert manifest.classes == ("cn.example.edu.Main",)
    assert manifest.start_classes == ("cn.example.edu.Main",)


@pytest.mark.parametrize(
    ("level", "number"), [("VanillaIceCream", 35), ("Tiramisu.fingerprint", 33), ("Unheard", None), ("30", 30)]
)
def test_codenames_of_releases_survive(level, number):
    manifest, _ = read(make_manifest(min_sdk=24, target_sdk=level))
    assert manifest.target_sdk == (24 if number is None else number)


def test_long_version_codes_are_joined():
    raw = make_axml(Node("manifest", {":package": "a.b", "versionCode": 5, "versionCodeMajor": 2}, []))
    assert read(raw)[0].version_code == (2 << 32) + 5


def test_attribute_names_come_from_resource_ids():
    manifest, _ = read(make_manifest(permissions=["android.permission.CAMERA"], components=[launcher()], names=False))
    assert dict(manifest.permissions) == {"android.permission.CAMERA": None}
    assert manifest.components[0].main


@pytest.mark.parametrize("tricks", [{"header_size": 0x1C01}, {"kind": 0}, {"dummy": True}, {"count_lie": 1000}])
def test_tampered_headers_are_survived(tricks):
    manifest, codes = read(make_manifest(components=[launcher()], **tricks))
    assert manifest.package == "cn.example.edu"
    assert manifest.components[0].main
    assert codes == {"manifest_malformed"}


@pytest.mark.parametrize(
    "raw",
    [b"", b"\3\0\x08\0", b"<manifest package='a'/>", bytes(400), make_manifest()[:60], b"\xff" * 300],
)
def test_broken_binary_xml_is_told(raw):
    with pytest.raises(ManifestError):
        read(raw)


def test_other_root_element_is_told():
    with pytest.raises(ManifestError, match="<resources>"):
        read(make_axml(Node("resources")))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_gives_a_manifest_or_a_plain_error(data):
    raw = bytearray(make_manifest(permissions=["android.permission.CAMERA"], components=[launcher()]))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        manifest, _ = read(bytes(raw))
    except ManifestError:
        return
    for name, _ in manifest.permissions:
        name.encode("utf-8")


def table(*configs):
    """Write a resource table with the string 0x7f010000 in several languages (utf-8 pool)."""
    texts = [text for _, text in configs]
    data, offsets = bytearray(), []
    for text in texts:
        raw = text.encode()
        offsets.append(len(data))
        data += bytes([len(text), len(raw)]) + raw + b"\0"
    data += bytes(-len(data) % 4)
    start = 28 + 4 * len(texts)
    pool = struct.pack("<HHIIIIII", 1, 28, start + len(data), len(texts), 0, 0x100, start, 0)
    pool += struct.pack(f"<{len(offsets)}I", *offsets) + data
    types = b""
    for number, (language, _) in enumerate(configs):
        config = struct.pack("<IHH2s2s", 28, 0, 0, language[:2].encode(), language[2:].encode()).ljust(28, b"\0")
        entry = struct.pack("<HHI", 8, 0, 0) + struct.pack("<HBBI", 8, 0, 3, number)
        header = 20 + len(config)
        types += struct.pack("<HHIBBHII", 0x201, header, header + 4 + len(entry), 1, 0, 0, 1, header + 4)
        types += config + struct.pack("<I", 0) + entry
    package = struct.pack("<HHII", 0x200, 288, 288 + len(types), 0x7F).ljust(288, b"\0") + types
    return struct.pack("<HHII", 2, 12, 12 + len(pool) + len(package), 1) + pool + package


@pytest.mark.parametrize(
    ("configs", "label"),
    [
        ([("", "Class"), ("zhCN", "课堂"), ("zh", "課")], "课堂"),
        ([("", "Class"), ("fr", "Cours")], "Class"),
        ([("fr", "Cours")], "Cours"),
    ],
)
def test_label_is_taken_in_chinese_where_there_is_one(configs, label):
    manifest, _ = read(make_manifest(application={"label": ("ref", 0x7F010000)}), ResourceTable(table(*configs)))
    assert manifest.label == label


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_to_the_table_is_a_plain_error(data):
    raw = bytearray(table(("", "Class"), ("zhCN", "课堂")))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        ResourceTable(bytes(raw)).text(0x7F010000)
    except (ValueError, struct.error, IndexError):
        return
