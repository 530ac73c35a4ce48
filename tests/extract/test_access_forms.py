"""Every form in which code reads personal data, each with a twin that does not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexassembler import assemble

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.accesses import build_query, survey
from analyzer.extract.owners import Owners

S, URI, OBJ, CLS = "Ljava/lang/String;", "Landroid/net/Uri;", "Ljava/lang/Object;", "Ljava/lang/Class;"
SECURE = f"Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;{S}){S}"
QUERY = f"Landroid/content/ContentResolver;->query({URI}[{S}{S}[{S}{S})Landroid/database/Cursor;"
PARSE = f"{URI}->parse({S}){URI}"
FOR_NAME = f"{CLS}->forName({S}){CLS}"
GET_METHOD = f"{CLS}->getMethod({S}[{CLS})Ljava/lang/reflect/Method;"
INVOKE = f"Ljava/lang/reflect/Method;->invoke({OBJ}[{OBJ}){OBJ}"
EXEC = f"Ljava/lang/Runtime;->exec([{S})Ljava/lang/Process;"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def read(catalogue):
    def run(body, *more, owner="Lcom/school/app/A;", proto="static m()V"):
        text = f".class {owner}\n.method {proto}\n{body}\nreturn-void\n.end\n" + "\n".join(more)
        index = load([("classes.dex", assemble(text))])
        return survey(index.find(build_query(catalogue)), catalogue, Owners(catalogue, "com.school.app", ()))

    return run


def short(survey, *, weak=True):
    return {(row.data, row.api) for row in survey.accesses if weak or row.weak is None}


def text(register, value):
    return f'const-string {register}, "{value}"'


def query(register):
    return f"invoke-virtual/range {{v4, v5, v6, v7, v8, v9}}, {QUERY}" if register is None else "\n".join(
        (f"move-object v5, {register}", f"invoke-virtual {{v4, v5, v6, v7, v8}}, {QUERY}")
    )  # fmt: skip


# --- settings


def test_either_of_two_keys_gives_both_rows_and_offsets(read):
    found = read(
        f"{text('v1', 'android_id')}\nif-eqz v5, :a\n{text('v1', 'bluetooth_address')}\n:a\ninvoke-static {{v0, v1}}, {SECURE}"
    )
    assert short(found, weak=False) == {
        ("device.android_id", "settings:secure:android_id"),
        ("device.bluetooth_mac", "settings:secure:bluetooth_address"),
    }
    assert {row.offsets for row in found.accesses} == {(6,)}


def test_one_key_known_and_one_not_gives_the_row_and_the_doubt(read):
    found = read(
        f"{text('v1', 'android_id')}\nif-eqz v5, :a\ninvoke-static {{}}, Lx/X;->key(){S}\nmove-result-object v1\n:a\ninvoke-static {{v0, v1}}, {SECURE}"
    )
    assert ("device.android_id", "settings:secure:android_id") in short(found, weak=False)
    assert {row.weak for row in found.accesses if row.api == SECURE} == {"argument_decides"}


WRAPPER = f".class Lcom/school/app/W;\n.method static get({S}){S}\ninvoke-static {{v0, p0}}, {SECURE}\nmove-result-object v1\nreturn-object v1\n.end"


def test_a_wrapper_reads_what_its_callers_ask_for(read):
    found = read(f"{text('v1', 'android_id')}\ninvoke-static {{v1}}, Lcom/school/app/W;->get({S}){S}", WRAPPER)
    assert [(row.api, row.caller, row.weak) for row in found.accesses] == [
        ("settings:secure:android_id", f"Lcom/school/app/W;->get({S}){S}", None)
    ]
    assert (
        read(f"{text('v1', 'my_key')}\ninvoke-static {{v1}}, Lcom/school/app/W;->get({S}){S}", WRAPPER).accesses == ()
    )


def test_a_key_put_together_is_known(read):
    built = f"{text('v1', 'android')}\n{text('v2', '_id')}\ninvoke-virtual {{v1, v2}}, {S}->concat({S}){S}\nmove-result-object v1\ninvoke-static {{v0, v1}}, {SECURE}"
    assert short(read(built)) == {("device.android_id", "settings:secure:android_id")}


# --- providers


@pytest.mark.parametrize(
    ("making", "data"),
    [
        ((f"{text('v1', 'content://sms')}\ninvoke-static {{v1}}, {PARSE}\nmove-result-object v1\n{text('v2', 'inbox')}\n"
         f"invoke-static {{v1, v2}}, {URI}->withAppendedPath({URI}{S}){URI}\nmove-result-object v1"), "sms"),
        ((f"{text('v1', 'content://call_log/calls')}\ninvoke-static {{v1}}, {PARSE}\nmove-result-object v1\nconst-wide/16 v2, 5\n"
         f"invoke-static {{v1, v2, v3}}, Landroid/content/ContentUris;->withAppendedId({URI}J){URI}\nmove-result-object v1"), "call_log"),
        ((f"{text('v1', 'content://com.android.contacts')}\ninvoke-static {{v1}}, {PARSE}\nmove-result-object v1\n"
         f"invoke-virtual {{v1}}, {URI}->buildUpon()Landroid/net/Uri$Builder;\nmove-result-object v1\n{text('v2', 'contacts')}\n"
         f"invoke-virtual {{v1, v2}}, Landroid/net/Uri$Builder;->appendPath({S})Landroid/net/Uri$Builder;\nmove-result-object v1\n"
         f"invoke-virtual {{v1}}, Landroid/net/Uri$Builder;->build(){URI}\nmove-result-object v1"), "contacts"),
        (f"sget-object v1, Landroid/provider/ContactsContract$Contacts;->CONTENT_URI:{URI}", "contacts"),
    ],
)  # fmt: skip
def test_addresses_are_followed_however_they_are_made(read, making, data):
    found = read(f"{making}\n{query('v1')}")
    assert {row.data for row in found.accesses if row.weak is None} == {data}


def test_what_is_appended_belongs_to_the_address(read):
    body = f"{text('v1', 'content://com.android.contacts')}\ninvoke-static {{v1}}, {PARSE}\nmove-result-object v1\n{text('v2', 'contacts')}\ninvoke-static {{v1, v2}}, {URI}->withAppendedPath({URI}{S}){URI}\nmove-result-object v1\n{query('v1')}"
    assert short(read(body), weak=False) == {("contacts", "content://com.android.contacts/contacts")}


def test_an_address_of_the_apps_own_provider_is_no_access(read):
    own = f"{text('v1', 'content://com.school.app.books/all')}\ninvoke-static {{v1}}, {PARSE}\nmove-result-object v1\n{query('v1')}"
    assert {row.data for row in read(own).accesses if row.weak is None} == set()


def test_a_setting_queried_by_its_address_is_told_by_its_key(read):
    def asked(key):
        body = f"{text('v1', key)}\ninvoke-static {{v1}}, Landroid/provider/Settings$Secure;->getUriFor({S}){URI}\nmove-result-object v1\n{query('v1')}"
        return short(read(body), weak=False)

    assert ("device.android_id", "settings:secure:android_id") in asked("android_id")
    assert asked("my_key") == set()


# --- files and commands

OPENERS = [
    f"invoke-direct {{v9, v1}}, Ljava/io/File;-><init>({S})V",
    f"invoke-direct {{v9, v1}}, Ljava/io/FileReader;-><init>({S})V",
    f"invoke-direct {{v9, v1}}, Ljava/io/FileInputStream;-><init>({S})V",
    f"{text('v2', 'r')}\ninvoke-direct {{v9, v1, v2}}, Ljava/io/RandomAccessFile;-><init>({S}{S})V",
    f"const/4 v2, 0\nnew-array v2, v2, [{S}\ninvoke-static {{v1, v2}}, Ljava/nio/file/Paths;->get({S}[{S})Ljava/nio/file/Path;",
]


@pytest.mark.parametrize("opener", OPENERS)
def test_a_path_that_is_opened_is_told_by_its_constant(read, opener):
    mac = ("device.mac", "file:/sys/class/net/wlan0/address")
    assert short(read(f"{text('v1', '/sys/class/net/wlan0/address')}\n{opener}"), weak=False) == {mac}
    assert read(f"{text('v1', '/sys/class/leds/red')}\n{opener}").accesses == ()


def test_a_path_in_two_parts_or_with_an_unknown_name(read):
    parts = f"{text('v1', '/sys/class/net/wlan0')}\n{text('v2', 'address')}\ninvoke-direct {{v9, v1, v2}}, Ljava/io/File;-><init>({S}{S})V"
    assert ("device.mac", "file:/sys/class/net/wlan0/address") in short(read(parts), weak=False)
    builder = "Ljava/lang/StringBuilder;"
    unknown = f"""
        new-instance v3, {builder}
        {text("v1", "/sys/class/net/")}
        invoke-direct {{v3, v1}}, {builder}-><init>({S})V
        invoke-virtual {{v3, v6}}, {builder}->append({S}){builder}
        {text("v1", "/address")}
        invoke-virtual {{v3, v1}}, {builder}->append({S}){builder}
        invoke-virtual {{v3}}, {builder}->toString(){S}
        move-result-object v1
        {OPENERS[0]}"""
    assert {row.data for row in read(unknown).accesses if row.weak is None} == {"device.mac"}


def test_a_reader_of_files_is_told_by_its_callers(read):
    reader = f".class Lcom/school/app/R;\n.method static read({S})V\ninvoke-direct {{v9, p0}}, Ljava/io/FileReader;-><init>({S})V\nreturn-void\n.end"
    found = read(
        f"{text('v1', '/sys/class/net/wlan0/address')}\ninvoke-static {{v1}}, Lcom/school/app/R;->read({S})V", reader
    )
    assert [(row.api, row.caller, row.weak) for row in found.accesses] == [
        ("file:/sys/class/net/wlan0/address", f"Lcom/school/app/R;->read({S})V", None)
    ]


def words(*parts):
    lines = [f"const/16 v1, {len(parts)}", f"new-array v2, v1, [{S}"]
    for number, part in enumerate(parts):
        lines += [f"const/16 v3, {number}", text("v4", part), "aput-object v4, v2, v3"]
    return "\n".join(lines)


COMMAND = ["getprop", "ro.serialno"]


@pytest.mark.parametrize(
    "run",
    [
        f"invoke-virtual {{v0, v2}}, {EXEC}",
        f"invoke-direct {{v0, v2}}, Ljava/lang/ProcessBuilder;-><init>([{S})V",
        (
            f"invoke-static {{v2}}, Ljava/util/Arrays;->asList([{OBJ})Ljava/util/List;\nmove-result-object v2\n"
            "invoke-direct {v0, v2}, Ljava/lang/ProcessBuilder;-><init>(Ljava/util/List;)V"
        ),
        f"invoke-virtual {{v0, v2}}, Ljava/lang/ProcessBuilder;->command([{S})Ljava/lang/ProcessBuilder;",
    ],
)
def test_commands_are_read_from_arrays_and_lists(read, run):
    assert ("device.serial", "prop:ro.serialno") in short(read(f"{words(*COMMAND)}\n{run}"), weak=False)
    assert short(read(f"{words('ls', '-l')}\n{run}")) == set()


def test_a_shell_runs_what_it_is_given(read):
    body = f"{words('/system/bin/sh', '-c', 'cat /sys/class/net/wlan0/address')}\ninvoke-virtual {{v0, v2}}, {EXEC}"
    assert "device.mac" in {row.data for row in read(body).accesses if row.weak is None}


# --- reflection

IMEI = "Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;"


def reflect(source, method="getImei", *, call=True):
    invoked = f"invoke-virtual {{v2, v3, v4}}, {INVOKE}" if call else ""
    return f"{source}\n{text('v2', method)}\nconst/4 v3, 0\nconst/4 v4, 0\ninvoke-virtual {{v1, v2, v4}}, {GET_METHOD}\nmove-result-object v2\n{invoked}"


CLASSES = [
    f"{text('v1', 'android.telephony.TelephonyManager')}\ninvoke-static {{v1}}, {FOR_NAME}\nmove-result-object v1",
    f"{text('v1', 'android.telephony.TelephonyManager')}\ninvoke-virtual {{v0, v1}}, Ljava/lang/ClassLoader;->loadClass({S}){CLS}\nmove-result-object v1",
    "const-class v1, Landroid/telephony/TelephonyManager;",
    (
        f"{text('v1', 'phone')}\ninvoke-virtual {{v0, v1}}, Landroid/content/Context;->getSystemService({S}){OBJ}\nmove-result-object v1\n"
        f"check-cast v1, Landroid/telephony/TelephonyManager;\ninvoke-virtual {{v1}}, {OBJ}->getClass(){CLS}\nmove-result-object v1"
    ),
]


@pytest.mark.parametrize("source", CLASSES)
def test_reflection_gives_the_row_of_the_direct_call(read, source):
    called = read(reflect(source))
    assert short(called, weak=False) == {("device.imei", IMEI)}
    assert {row.caller for row in called.accesses} == {"Lcom/school/app/A;->m()V"}
    looked_up = read(reflect(source, call=False))
    assert {(row.data, row.api, row.weak) for row in looked_up.accesses} == {("device.imei", IMEI, "needs_more")}
    assert read(reflect(source, "toString")).accesses == ()
    assert called.computed == ()


def test_the_overload_is_chosen_by_the_types(read):
    types = f"const/4 v5, 1\nnew-array v4, v5, [{CLS}\nconst/4 v5, 0\nsget-object v6, Ljava/lang/Integer;->TYPE:{CLS}\naput-object v6, v4, v5"
    body = f"const-class v1, Landroid/telephony/TelephonyManager;\n{text('v2', 'getImei')}\n{types}\ninvoke-virtual {{v1, v2, v4}}, {GET_METHOD}"
    assert {row.api for row in read(body).accesses} == {
        "Landroid/telephony/TelephonyManager;->getImei(I)Ljava/lang/String;"
    }


def test_hidden_properties_are_told_by_the_key_that_is_passed(read):
    source = f"{text('v1', 'android.os.SystemProperties')}\ninvoke-static {{v1}}, {FOR_NAME}\nmove-result-object v1"

    def asked(key):
        given = f"const/4 v5, 1\nnew-array v6, v5, [{OBJ}\nconst/4 v5, 0\n{text('v7', key)}\naput-object v7, v6, v5"
        return short(
            read(f"{reflect(source, 'get', call=False)}\n{given}\ninvoke-virtual {{v2, v3, v6}}, {INVOKE}"), weak=False
        )

    assert asked("ro.serialno") == {("device.serial", "prop:ro.serialno")}
    assert asked("persist.my.flag") == set()


def test_a_reflecting_helper_is_told_by_its_callers_without_mixing_them(read):
    helper = f""".class Lcom/school/app/F;
        .method static call({S}{S})V
        invoke-static {{p0}}, {FOR_NAME}
        move-result-object v1
        const/4 v4, 0
        invoke-virtual {{v1, p1, v4}}, {GET_METHOD}
        move-result-object v2
        invoke-virtual {{v2, v4, v4}}, {INVOKE}
        return-void
        .end"""
    call = f"invoke-static {{v1, v2}}, Lcom/school/app/F;->call({S}{S})V"
    body = f"{text('v1', 'android.telephony.TelephonyManager')}\n{text('v2', 'toString')}\n{call}\n{text('v1', 'my.Thing')}\n{text('v2', 'getImei')}\n{call}"
    assert read(body, helper).accesses == ()
    right = f"{text('v1', 'android.telephony.TelephonyManager')}\n{text('v2', 'getImei')}\n{call}"
    assert short(read(right, helper), weak=False) == {("device.imei", IMEI)}


def test_a_field_by_reflection(read):
    get_field = f"{CLS}->getField({S})Ljava/lang/reflect/Field;"
    body = f"const-class v1, Landroid/os/Build;\n{text('v2', 'SERIAL')}\ninvoke-virtual {{v1, v2}}, {get_field}\nmove-result-object v2\n"
    used = f"{body}invoke-virtual {{v2, v3}}, Ljava/lang/reflect/Field;->get({OBJ}){OBJ}"
    assert ("device.serial", "field:Landroid/os/Build;->SERIAL") in short(read(used), weak=False)
    assert {row.weak for row in read(body).accesses if row.data == "device.serial"} == {"needs_more"}


def test_a_computed_name_is_reported_but_not_of_well_known_libraries(read):
    body = f"const-class v1, Landroid/telephony/TelephonyManager;\ninvoke-static {{}}, Lx/X;->name(){S}\nmove-result-object v2\ninvoke-virtual {{v1, v2, v3}}, {GET_METHOD}"
    found = read(body)
    assert found.accesses == ()
    assert [(one.caller, one.what) for one in found.computed] == [
        ("Lcom/school/app/A;->m()V", "method of android.telephony.TelephonyManager")
    ]
    assert read(body, owner="Lcom/google/gson/internal/A;").computed == ()
    harmless = body.replace("Landroid/telephony/TelephonyManager;", "Lcom/school/app/Book;")
    assert read(harmless).computed == ()
    unknown = f"invoke-static {{}}, Lx/X;->kind(){CLS}\nmove-result-object v1\n" + body.partition("\n")[2]
    assert [one.what for one in read(unknown).computed] == ["method of an unknown class"]


# --- sensors, apps, camera, recorder, screen


def sensor(kind):
    return f"""
        const/16 v1, {kind}
        invoke-virtual {{v0, v1}}, Landroid/hardware/SensorManager;->getDefaultSensor(I)Landroid/hardware/Sensor;
        move-result-object v2
        invoke-virtual {{v0, v3, v2, v4}}, Landroid/hardware/SensorManager;->registerListener(Landroid/hardware/SensorEventListener;Landroid/hardware/Sensor;I)Z"""


def test_the_type_of_a_sensor_decides_at_the_listener(read):
    assert {row.data for row in read(sensor(21)).accesses} == {"body_sensors"}
    assert {row.data for row in read(sensor(1)).accesses} == {"sensors"}


def test_all_launchers_are_a_list_of_apps_and_one_intent_is_not(read):
    ask = "Landroid/content/pm/PackageManager;->queryIntentActivities(Landroid/content/Intent;I)Ljava/util/List;"

    intent = "Landroid/content/Intent;"

    def weak(action, category=None, narrow="addCategory"):
        body = f"new-instance v1, {intent}\n{text('v2', action)}\ninvoke-direct {{v1, v2}}, {intent}-><init>({S})V\n"
        if category is not None:
            body += f"{text('v4', category)}\ninvoke-virtual {{v1, v4}}, {intent}->{narrow}({S}){intent}\n"
        return {row.weak for row in read(f"{body}invoke-virtual {{v0, v1, v3}}, {ask}").accesses}

    assert weak("android.intent.action.MAIN") == {None}
    assert weak("android.intent.action.MAIN", "android.intent.category.LAUNCHER") == {None}
    assert weak("android.intent.action.MAIN", "com.school.category.PAGE") == {"own_package"}
    assert weak("android.intent.action.MAIN", "com.school.app", narrow="setPackage") == {"own_package"}
    assert weak("android.intent.action.SEND") == {"own_package"}


def test_a_question_about_the_own_package_is_no_access(read):
    info = f"Landroid/content/pm/PackageManager;->getPackageInfo({S}I)Landroid/content/pm/PackageInfo;"
    own = f"invoke-virtual {{v0}}, Landroid/content/Context;->getPackageName(){S}\nmove-result-object v1\ninvoke-virtual {{v2, v1, v3}}, {info}"
    assert read(own).accesses == ()
    assert read(f"{text('v1', 'com.school.app')}\ninvoke-virtual {{v2, v1, v3}}, {info}").accesses == ()
    assert {
        row.data for row in read(f"{text('v1', 'com.tencent.mm')}\ninvoke-virtual {{v2, v1, v3}}, {info}").accesses
    } == {"installed_apps"}


@pytest.mark.parametrize(
    ("call", "data"),
    [
        ("invoke-static {}, Landroid/hardware/Camera;->open()Landroid/hardware/Camera;", "camera"),
        (("invoke-virtual {v0, v1, v2, v3}, Landroid/hardware/camera2/CameraManager;->openCamera(Ljava/lang/String;"
         "Landroid/hardware/camera2/CameraDevice$StateCallback;Landroid/os/Handler;)V"), "camera"),
        ("invoke-virtual {v0}, Landroid/media/MediaRecorder;->start()V", "microphone"),
        ("invoke-virtual {v0}, Landroid/media/AudioRecord;->startRecording()V", "microphone"),
        ("invoke-virtual {v0}, Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;", "clipboard"),
        ("invoke-virtual {v0, v1}, Landroid/content/pm/PackageManager;->getInstalledPackages(I)Ljava/util/List;", "installed_apps"),
        (("invoke-virtual/range {v0, v1, v2, v3, v4, v5, v6, v7, v8}, Landroid/media/projection/MediaProjection;->createVirtualDisplay("
         "Ljava/lang/String;IIIILandroid/view/Surface;Landroid/hardware/display/VirtualDisplay$Callback;Landroid/os/Handler;)"
         "Landroid/hardware/display/VirtualDisplay;"), "screen"),
        (("invoke-static {v0, v1, v2}, Lcom/bun/miitmdid/core/MdidSdkHelper;->InitSdk(Landroid/content/Context;"
         "ZLcom/bun/miitmdid/interfaces/IIdentifierListener;)I"), "device.oaid"),
    ],
)  # fmt: skip
def test_devices_and_lists_are_read_by_their_calls(read, call, data):
    found = read(call.replace("invoke-virtual/range", "invoke-virtual"))
    assert data in {row.data for row in found.accesses if row.weak is None}


def test_a_subclass_of_a_framework_class_is_the_framework_class(read):
    mine = ".class Lcom/school/app/Cam; extends Landroid/media/MediaRecorder;"
    assert "microphone" in {
        row.data for row in read("invoke-virtual {v0}, Lcom/school/app/Cam;->start()V", mine).accesses
    }
    own = (
        ".class Lcom/school/app/Cam; extends Landroid/media/MediaRecorder;\n.method public start()V\nreturn-void\n.end"
    )
    assert read("invoke-virtual {v0}, Lcom/school/app/Cam;->start()V", own).accesses == ()
