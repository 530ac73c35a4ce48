import pytest

from analyzer.catalogue.api_table import KINDS, ApiTable
from analyzer.catalogue.apis import SECTIONS, parse_apis, permission_needs
from analyzer.model import RuleDataError


def method(catalogue, start):
    found = [key for key in catalogue.apis.methods if key.startswith(start)]
    assert found, start
    return [rule for key in found for rule in catalogue.apis.methods[key]]


def test_every_row_of_the_table_is_there(catalogue):
    rules = [rule for table in catalogue.apis.by_kind.values() for key in table for rule in table[key]]
    assert len(catalogue.apis) == 2063
    assert len(rules) == 2685
    assert len({rule.data for rule in rules}) >= 55


def test_one_signature_may_yield_several_kinds_of_data(catalogue):
    rules = catalogue.apis.methods["Landroid/accounts/AccountManager;->getAccounts()[Landroid/accounts/Account;"]
    assert {rule.data for rule in rules} == {"accounts", "email"}


def test_imei_says_permission_by_level_and_from_when_it_is_refused(catalogue):
    (rule,) = (
        rule
        for rule in catalogue.apis.methods["Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"]
        if rule.data == "device.imei"
    )
    assert rule.proves
    assert rule.blocked_from == 29
    assert [(need.name, need.since, need.until) for need in rule.permissions] == [
        ("android.permission.READ_PHONE_STATE", None, 28),
        ("android.permission.READ_PRIVILEGED_PHONE_STATE", 29, None),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("user's choice", []),
        ("role DIALER or call screening", []),
        ("USB permission", []),
        ("NFC", ["android.permission.NFC"]),
        ("com.google.android.gms.permission.AD_ID (target ≥33)", ["com.google.android.gms.permission.AD_ID"]),
        (
            "BLUETOOTH; BLUETOOTH_CONNECT (≥31)",
            ["android.permission.BLUETOOTH", "android.permission.BLUETOOTH_CONNECT"],
        ),
    ],
)
def test_permission_names_are_read_from_the_text(text, names):
    assert [need.name for need in permission_needs(text)] == names


def test_brackets_at_the_end_hold_for_all_alternatives():
    assert [(need.since, need.until) for need in permission_needs("READ_SMS or READ_PHONE_NUMBERS (≥30)")] == [
        (30, None), (30, None),
    ]  # fmt: skip
    assert [(need.since, need.until) for need in permission_needs("READ_SMS (23-30)")] == [(23, 30)]


def test_helpers_are_no_access(catalogue):
    for rule in method(catalogue, "Landroid/content/ContentResolver;->query("):
        assert not rule.is_access
        assert rule.decides == "uri"


def test_the_argument_decides_settings_properties_and_commands(catalogue):
    assert {r.decides for r in method(catalogue, "Landroid/provider/Settings$Secure;->getString(")} == {"settings"}
    assert {r.decides for r in method(catalogue, "Landroid/os/SystemProperties;->get(")} == {"prop"}
    assert {r.decides for r in method(catalogue, "Ljava/lang/Runtime;->exec(")} == {"exec"}
    assert not any(r.proves for r in method(catalogue, "Landroid/provider/Settings$Secure;->getString("))
    assert catalogue.apis.settings["secure:android_id"][0].proves


def test_drm_id_needs_its_argument(catalogue):
    rules = method(catalogue, "Landroid/media/MediaDrm;->getPropertyByteArray(")
    assert any("deviceUniqueId" in rule.when and rule.weak for rule in rules)


def test_own_package_queries_prove_nothing(catalogue):
    for start in (
        "Landroid/content/pm/PackageManager;->getPackageInfo(",
        "Landroid/content/pm/PackageManager;->checkSignatures(",
        "Landroid/app/ActivityManager;->getRunningAppProcesses(",
        "Ljava/net/InetAddress;->getHostAddress(",
    ):
        assert not any(rule.proves for rule in method(catalogue, start)), start


def test_list_of_all_apps_is_an_ordinary_read(catalogue):
    assert all(rule.proves for rule in method(catalogue, "Landroid/content/pm/PackageManager;->getInstalledPackages("))


def test_recording_is_a_microphone_read_and_no_voice_print(catalogue):
    rules = method(catalogue, "Landroid/media/AudioRecord;->startRecording(")
    assert {rule.data: rule.weak for rule in rules} == {"microphone": None, "biometric.voice": "result_only"}


def test_callbacks_are_looked_for_as_definitions(catalogue):
    for rule in method(catalogue, "Landroid/location/LocationListener;->onLocationChanged("):
        assert rule.use == "override"
    assert all(
        rule.use is None for rule in method(catalogue, "Landroid/location/LocationManager;->getLastKnownLocation")
    )


def test_provider_fields_say_the_address_they_hold(catalogue):
    (rule,) = catalogue.apis.fields["Landroid/provider/ContactsContract$Contacts;->CONTENT_URI:Landroid/net/Uri;"]
    assert rule.stands_for in catalogue.apis.uris
    assert not rule.is_access


@pytest.mark.parametrize(
    ("value", "signature"),
    [
        ("content://sms", "content://sms"),
        ("content://sms/inbox/5", "content://sms/inbox"),
        ("content://sms/unknown", "content://sms"),
        ("content://com.meizu.flyme.openidsdk", "content://com.meizu.flyme.openidsdk/"),
        ("content://call_log/calls?limit=1", "content://call_log/calls"),
    ],
)
def test_addresses_below_a_provider_are_found(catalogue, value, signature):
    assert catalogue.apis.uri(value)[0].signature == signature


@pytest.mark.parametrize("value", ["content://smsx", "content://", "content:/", "sms", "", "content://cn.example/x"])
def test_other_addresses_are_nothing(catalogue, value):
    assert catalogue.apis.uri(value) == ()


def test_paths_and_commands_match_on_borders(catalogue):
    assert catalogue.apis.file("/proc/12/cmdline")[0].signature == "/proc/[pid]/cmdline"
    assert catalogue.apis.file("/sys/class/net/wlan0/address")[0].signature == "/sys/class/net/wlan0/address"
    assert catalogue.apis.file("/sys/class/net/rmnet0/address")[0].signature == "/sys/class/net/*/address"
    assert catalogue.apis.file("/proc/cpuinfos") == ()
    assert catalogue.apis.command("/system/bin/getprop ro.serialno")[0].signature == "getprop ro.serialno"
    assert catalogue.apis.command("getprop ro.x")[0].signature == "getprop"
    assert catalogue.apis.command("getprops") == ()
    assert catalogue.apis.command("") == ()


def test_asked_permissions_map_to_data(catalogue):
    assert {rule.data for rule in catalogue.apis.permission("android.permission.CAMERA")} == {"camera"}
    assert catalogue.apis.permission("cn.example.UNKNOWN") == ()
    assert all(rule.role == "request" for rule in catalogue.apis.permission("android.permission.READ_SMS"))


def test_names_of_a_report_lead_back_to_the_rule(catalogue):
    for kind, table in catalogue.apis.by_kind.items():
        for signature in list(table)[:40]:
            rules = table[signature]
            assert catalogue.apis.find(rules[0].api), (kind, signature)


def test_mended_rows_stay_mended(catalogue):
    assert [r.data for r in catalogue.apis.js["cordova.plugins.uid.MAC"]] == ["device.mac"]
    assert [r.data for r in catalogue.apis.js["wx.getFuzzyLocation"]] == ["location.coarse"]
    assert [r.data for r in catalogue.apis.js["Application.getInstallReferrerAsync"]] == ["ad_profile"]
    assert [r.data for r in catalogue.apis.uris["content://com.google.android.gsf.gservices"]] == ["account.id"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("methodz: {}", "unknown section"),
        ("props: [1]", "a mapping is expected"),
        ("props: {ro.x: 1}", "a list of rows"),
        ("props: {ro.x: [{what: y}]}", "a list of personal-data ids"),
        ("props: {ro.x: [{data: [device.imei], what: y, source: [own], sure: K, colour: red}]}", "Extra inputs"),
        ("props: {ro.x: [{data: [device.imei], what: y, source: [own]}]}", "sure"),
        ("props:\n  ro.x: []\n  ro.x: []", "is given twice"),
        ("props: {", "expected"),
    ],
)
def test_bad_files_are_refused_with_file_and_key(tmp_path, text, message):
    (tmp_path / "apis").mkdir()
    (tmp_path / "apis" / "x.yaml").write_text(text)
    with pytest.raises(RuleDataError, match=message) as error:
        parse_apis(tmp_path)
    assert "x.yaml" in str(error.value)


def test_a_signature_stands_in_one_file_only(tmp_path):
    (tmp_path / "apis").mkdir()
    for name in "ab":
        (tmp_path / "apis" / f"{name}.yaml").write_text(
            "props: {ro.x: [{data: [device.imei], what: y, source: [own], sure: K}]}"
        )
    with pytest.raises(RuleDataError, match=r"already in a\.yaml"):
        parse_apis(tmp_path)


def test_an_empty_folder_gives_an_empty_table(tmp_path):
    assert len(ApiTable(parse_apis(tmp_path)["rules"], ())) == 0
    assert set(SECTIONS.values()) == set(KINDS)
