import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexwriter import Class, Code, Ref, write_dex

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.accesses import build_query, find_accesses
from analyzer.extract.owners import Owners
from analyzer.model import Component

STRING = "Ljava/lang/String;"
GET = f"Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;{STRING}){STRING}"
PARSE = f"Landroid/net/Uri;->parse({STRING})Landroid/net/Uri;"
QUERY = f"Landroid/content/ContentResolver;->query(Landroid/net/Uri;[{STRING}{STRING}[{STRING}{STRING})Landroid/database/Cursor;"
IMEI = f"Landroid/telephony/TelephonyManager;->getDeviceId(){STRING}"
LATITUDE = "Lcom/baidu/location/BDLocation;->getLatitude()D"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def text(register, value):
    return [0x1A | register << 8, Ref("string", value)]


def invoke(opcode, method, *registers):
    five = [*registers, 0, 0, 0, 0, 0][:5]
    return [
        opcode | five[4] << 8 | len(registers) << 12,
        Ref("method", method),
        sum(value << 4 * n for n, value in enumerate(five[:4])),
    ]


def find(
    catalogue, *parts, owner="Lcom/school/app/A;", package="com.school.app", more=(), components=(), manifest=None
):
    code = Code([unit for part in parts for unit in part] + [0x0E])
    data = write_dex([Class(owner, [("m", "()V", code)]), *more])
    hits = load([("classes.dex", data)]).find(build_query(catalogue))
    return find_accesses(hits, catalogue, Owners(catalogue, package, components), manifest)


def short(rows):
    return {(row.data, row.api, row.actor, row.sites, row.weak) for row in rows}


def test_a_plain_read_is_one_row_for_each_kind_of_data_with_its_caller(catalogue):
    rows = find(catalogue, invoke(0x6E, IMEI, 0), invoke(0x6E, IMEI, 0))
    assert short(rows) == {("device.imei", IMEI, "app", 2, None), ("device.meid", IMEI, "app", 2, None)}
    assert {(row.caller, row.level, row.chain, row.dex) for row in rows} == {
        ("Lcom/school/app/A;->m()V", "present", (), "classes.dex")
    }


def test_a_known_setting_is_named_and_another_key_is_no_access(catalogue):
    rows = find(catalogue, text(1, "android_id"), invoke(0x71, GET, 0, 1))
    assert short(rows) == {("device.android_id", "settings:secure:android_id", "app", 1, None)}
    assert find(catalogue, text(1, "some_private_key"), invoke(0x71, GET, 0, 1)) == ()


def test_an_unknown_argument_is_kept_and_marked(catalogue):
    rows = find(catalogue, invoke(0x71, GET, 0, 1))
    assert {row.data for row in rows} >= {"device.android_id"}
    assert {(row.api, row.weak) for row in rows} == {(GET, "argument_decides")}


def test_an_address_that_reaches_a_query_is_sure_and_one_that_does_not_is_weak(catalogue):
    parse = [*text(1, "content://sms/inbox"), *invoke(0x71, PARSE, 1), 0x0C | 2 << 8]
    sure = find(catalogue, parse, invoke(0x6E, QUERY, 0, 2, 3, 4, 5)[:2], [0x5320])
    assert {(row.data, row.weak) for row in sure} == {("sms", None)}
    assert all(row.api.startswith("content://sms") for row in sure)
    alone = find(catalogue, parse)
    assert {(row.data, row.weak) for row in alone} == {("sms", "needs_more")}


def test_the_static_field_of_a_provider_stands_for_its_address(catalogue):
    field = "Landroid/provider/CallLog$Calls;->CONTENT_URI:Landroid/net/Uri;"
    rows = find(catalogue, [0x62 | 2 << 8, Ref("field", field)], invoke(0x6E, QUERY, 0, 2, 3, 4, 5))
    assert {(row.data, row.api, row.weak) for row in rows} == {("call_log", "content://call_log/calls", None)}
    assert {row.weak for row in find(catalogue, [0x62 | 2 << 8, Ref("field", field)])} == {"needs_more"}


def test_a_field_read_counts_and_a_write_does_not(catalogue):
    serial = f"Landroid/os/Build;->SERIAL:{STRING}"
    assert short(find(catalogue, [0x62, Ref("field", serial)])) == {
        ("device.serial", "field:Landroid/os/Build;->SERIAL", "app", 1, None)
    }
    assert find(catalogue, [0x69, Ref("field", serial)]) == ()


def test_files_commands_and_properties_are_named_by_their_constants(catalogue):
    opened = find(
        catalogue, text(1, "/sys/class/net/wlan0/address"), invoke(0x70, f"Ljava/io/File;-><init>({STRING})V", 0, 1)
    )
    assert {(row.data, row.api, row.weak) for row in opened} == {
        ("device.mac", "file:/sys/class/net/wlan0/address", None)
    }
    ran = find(
        catalogue,
        text(1, "getprop ro.serialno"),
        invoke(0x6E, f"Ljava/lang/Runtime;->exec({STRING})Ljava/lang/Process;", 0, 1),
    )
    assert {"exec:getprop ro.serialno", "prop:ro.serialno"} <= {row.api for row in ran}
    assert {row.weak for row in find(catalogue, text(1, "ro.serialno"))} == {"needs_more"}
    got = f"Landroid/os/SystemProperties;->get({STRING}){STRING}"
    assert short(find(catalogue, text(1, "ro.serialno"), invoke(0x71, got, 1))) == {
        ("device.serial", "prop:ro.serialno", "app", 1, None)
    }
    assert find(catalogue, text(1, "top")) == ()


def test_flags_decide_what_a_phone_listener_is_told(catalogue):
    listen = "Landroid/telephony/TelephonyManager;->listen(Landroid/telephony/PhoneStateListener;I)V"
    calls = find(catalogue, [0x13 | 2 << 8, 32], invoke(0x6E, listen, 0, 1, 2))
    assert {row.data for row in calls} == {"call_log", "phone_number"}
    assert {row.weak for row in calls} == {None}
    assert find(catalogue, [0x12 | 2 << 8], invoke(0x6E, listen, 0, 1, 2)) == ()  # LISTEN_NONE
    assert {row.weak for row in find(catalogue, invoke(0x6E, listen, 0, 1, 2))} == {"argument_decides"}


def test_reflection_with_known_names_is_reported_and_never_sure(catalogue):
    for_name = f"Ljava/lang/Class;->forName({STRING})Ljava/lang/Class;"
    method = f"Ljava/lang/Class;->getMethod({STRING}[Ljava/lang/Class;)Ljava/lang/reflect/Method;"
    rows = find(
        catalogue, text(1, "android.telephony.TelephonyManager"), invoke(0x71, for_name, 1), [0x0C | 1 << 8], text(2, "getImei"),
        invoke(0x6E, method, 1, 2, 3),
    )  # fmt: skip
    assert {row.data for row in rows} == {"device.imei"}
    assert None not in {row.weak for row in rows}


def test_a_listener_counts_where_it_is_defined(catalogue):
    proto = "(Landroid/location/Location;)V"
    listener = Class(
        "Lcom/school/app/L;",
        [("onLocationChanged", proto, Code([0x0E]))],
        interfaces=("Landroid/location/LocationListener;",),
    )
    rows = find(catalogue, more=[listener])
    assert {row.caller for row in rows} == {f"Lcom/school/app/L;->onLocationChanged{proto}"}
    assert "location.precise" in {row.data for row in rows}


def test_an_sdk_is_no_access_of_its_own_interface_but_its_user_is(catalogue):
    wrapper = Class("Lcom/baidu/location/BDLocation;", [("getLatitude", "()D", Code([0x0E]))])
    assert find(catalogue, invoke(0x6E, LATITUDE, 0), owner="Lcom/baidu/location/inner/X;", more=[wrapper]) == ()
    rows = find(catalogue, invoke(0x6E, LATITUDE, 0), more=[wrapper])
    assert {(row.data, row.actor) for row in rows} == {("location.precise", "app")}


def test_actors_are_the_app_a_known_sdk_or_unknown(catalogue):
    def actor(owner, package="com.school.app", components=()):
        return {
            row.actor
            for row in find(catalogue, invoke(0x6E, IMEI, 0), owner=owner, package=package, components=components)
        }

    assert actor("Lcom/school/app/sub/B;") == {"app"}
    assert actor("Lcom/school/other/B;") == {"app"}  # the same organisation
    assert actor("Lcom/umeng/commonsdk/U;") == {"sdk:umeng-common"} or actor(
        "Lcom/umeng/commonsdk/U;"
    ).pop().startswith("sdk:umeng")
    assert actor("La/b/c;") == {"unknown"}
    assert actor("Lcn/oldname/Main;") == {"lib:cn.oldname"}
    launcher = Component(kind="activity", name="cn.oldname.ui.Main", main=True)
    assert actor("Lcn/oldname/data/X;", components=[launcher]) == {"app"}
    service = Component(kind="service", name="cn.oldname.ui.Push")
    assert actor("Lcn/oldname/data/X;", components=[service]) == {"lib:cn.oldname"}
    sdk_application = Component(kind="application", name="com.umeng.commonsdk.App")
    assert actor("Lcom/umeng/commonsdk/U;", components=[sdk_application]).pop().startswith("sdk:")
    assert actor("Lcom/github/someone/X;", package="com.github.school.app") == {"lib:com.github.someone"}


def test_helpers_and_the_version_switch_give_no_rows(catalogue):
    assert find(catalogue, [0x60, Ref("field", "Landroid/os/Build$VERSION;->SDK_INT:I")]) == ()
    assert find(catalogue, invoke(0x6E, QUERY, 0, 1, 2, 3, 4)) == ()


EVENT_TEXT = "Landroid/view/accessibility/AccessibilityEvent;->getText()Ljava/util/List;"
NOTIFICATION = f"Landroid/service/notification/StatusBarNotification;->getPackageName(){STRING}"


@pytest.mark.parametrize(
    ("method", "permission"),
    [(EVENT_TEXT, "BIND_ACCESSIBILITY_SERVICE"), (NOTIFICATION, "BIND_NOTIFICATION_LISTENER_SERVICE")],
)
def test_events_are_the_apps_own_unless_the_manifest_offers_the_service(catalogue, method, permission):
    def weak(components):
        rows = find(catalogue, invoke(0x6E, method, 0), manifest=components)
        return {row.weak for row in rows if row.data in {"screen", "running_apps", "notifications"}}

    offered = Component(kind="service", name="com.school.app.S", permission=f"android.permission.{permission}")
    assert weak([offered]) == {None}
    assert weak([]) == {"no_service"}
    assert weak(None) == {None}  # no whole manifest: nobody knows


def test_a_clip_item_is_the_clipboard_only_with_the_clipboard(catalogue):
    item = "Landroid/content/ClipData$Item;->getText()Ljava/lang/CharSequence;"
    clip = "Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;"
    assert {row.weak for row in find(catalogue, invoke(0x6E, item, 0))} == {"needs_more"}
    assert None in {row.weak for row in find(catalogue, invoke(0x6E, clip, 0), invoke(0x6E, item, 0))}


def test_the_type_of_a_sensor_decides_whether_it_is_of_the_body(catalogue):
    get = "Landroid/hardware/SensorManager;->getDefaultSensor(I)Landroid/hardware/Sensor;"

    def rows(*parts):
        return {(row.data, row.weak) for row in find(catalogue, *parts, invoke(0x6E, get, 0, 1))}

    assert rows([0x13 | 1 << 8, 21]) == {("body_sensors", None)}
    assert rows([0x13 | 1 << 8, 1]) == set()  # accelerometer
    assert rows() == {("body_sensors", "argument_decides")}


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("Landroid/bluetooth/BluetoothAdapter;->getBondedDevices()Ljava/util/Set;", "device.bluetooth_mac"),
        (
            "Landroid/view/inputmethod/InputMethodManager;->getEnabledInputMethodList()Ljava/util/List;",
            "installed_apps",
        ),
    ],
)
def test_a_call_that_hands_out_objects_or_settings_proves_nothing_alone(catalogue, method, data):
    assert None not in {row.weak for row in find(catalogue, invoke(0x6E, method, 0)) if row.data == data}


def test_the_processor_file_is_no_serial_number_alone(catalogue):
    rows = find(catalogue, text(1, "/proc/cpuinfo"), invoke(0x70, f"Ljava/io/File;-><init>({STRING})V", 0, 1))
    assert {(row.data, row.weak) for row in rows} == {("device.fingerprint", None), ("device.serial", "not_personal")}
