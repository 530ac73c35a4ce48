"""A report of an invented app whose code is reached in every way: long chains, guards, doubts, dead code, requests."""

from analyzer.catalogue import load_catalogue
from analyzer.judge import build_report
from analyzer.model import (
    Access,
    App,
    Artifact,
    Coverage,
    Facts,
    FilingFacts,
    Permission,
    PermissionRequest,
    Run,
    Sdk,
    SdkEvidence,
    StaticFacts,
)

APP = "Lcn/example/study/StudyApp;->onCreate()V"
MAIN = "Lcn/example/study/MainActivity;->onCreate(Landroid/os/Bundle;)V"
ASK = "Landroid/app/Activity;->requestPermissions([Ljava/lang/String;I)V"
UMENG = "Lcom/umeng/commonsdk/statistics/common/DeviceConfig;->getImei(Landroid/content/Context;)Ljava/lang/String;"
GUARD = f'preference "agreed_policy_version" in {APP}'
LONG = (
    APP,
    "Lcom/umeng/commonsdk/UMConfigure;->init(Landroid/content/Context;Ljava/lang/String;Ljava/lang/String;ILjava/lang/String;)V",
    "Lcom/umeng/commonsdk/framework/UMWorkDispatch;->registerConnStateObserver(Lcom/umeng/commonsdk/framework/UMSenderStateNotify;)V",
    "Lcom/umeng/commonsdk/framework/a;-><clinit>()V",
    "Lcom/umeng/commonsdk/framework/a$1;->run()V",
    "La/b/c;->a(Ljava/lang/Object;)V",
    "La/b/d$e;->onReceive(Landroid/content/Context;Landroid/content/Intent;)V",
    "La/b/f;-><init>(Landroid/content/Context;)V",
    "Lcom/umeng/commonsdk/statistics/internal/PreferenceWrapper;->getDefault(Landroid/content/Context;)V",
    "Lcom/umeng/commonsdk/statistics/common/DataHelper;->collectEverythingThatTheServerAsksForInOneVeryLongMethodName()V",
    "Lcom/umeng/commonsdk/statistics/idtracking/ImeiTracker;->f()Ljava/lang/String;",
    UMENG,
)
LONG_LINKS = (
    "call", "dispatch", "class_init", "scheduled", "call", "callback", "reflected", "lifecycle", "inflated", "started", "call",
)  # fmt: skip


def read(data, api, caller, actor="app", level="present", **more):
    return Access(
        data=data,
        api=api,
        caller=caller,
        actor=actor,
        level=level,
        chain=more.pop("chain", ()),
        dex="classes.dex",
        **more,
    )


def accesses():
    imei = "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"
    clip = "Landroid/content/ClipboardManager;->getPrimaryClip()Landroid/content/ClipData;"
    lib = "Lcom/unknown/kit/Ids;->androidId(Landroid/content/Context;)Ljava/lang/String;"
    push = "Lcn/jpush/android/api/JPushInterface;->init(Landroid/content/Context;)V"
    look = "Lcn/example/study/PhotoActivity;->shoot()V"
    early = {"level": "before_consent", "entry": "application"}
    return (
        read("device.imei", imei, UMENG, "sdk:umeng-analytics", chain=LONG, links=LONG_LINKS, offsets=(18, 44), sites=2, **early),
        read("device.android_id", "settings:secure:android_id", lib, "lib:com.unknown.kit", chain=(APP, lib), links=("call",), offsets=(7,), **early),
        read(
            "clipboard", clip, "Lcn/example/study/MainActivity;->readInvitation()V", level="before_consent", entry="launcher",
            chain=(MAIN, "Lcn/example/study/MainActivity;->readInvitation()V"), links=("call",), offsets=(26,),
        ),
        read(
            "installed_apps", "Landroid/content/pm/PackageManager;->getInstalledPackages(I)Ljava/util/List;", push, "sdk:jpush",
            chain=(APP, push), links=("call",), offsets=(31,), doubt="consent_guard", guard=GUARD, **early,
        ),
        read(
            "location.precise", "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;",
            "La/b/c;->run()V", "unknown", chain=(APP, "Lcn/example/study/Tasks;->later(Ljava/lang/Runnable;)V", "La/b/c;->run()V"),
            links=("call", "scheduled"), offsets=(9,), doubt="dispatch_unsure", **early,
        ),
        read(
            "camera", "Landroid/hardware/Camera;->open()Landroid/hardware/Camera;", look, level="reachable", entry="launcher",
            chain=("Lcn/example/study/MainActivity;->onClick(Landroid/view/View;)V", "Lcn/example/study/PhotoActivity;->onCreate(Landroid/os/Bundle;)V", look),
            links=("started", "gesture"), offsets=(3,),
        ),
        read("contacts", "content://com.android.contacts/contacts", "Lcom/unknown/kit/Book;->all()V", "lib:com.unknown.kit", offsets=(15,)),
        read("device.model", "field:Landroid/os/Build;->MODEL", "Lcn/example/study/About;->text()V", weak="fingerprint_part"),
    )  # fmt: skip


def requests():
    names = ("READ_PHONE_STATE", "ACCESS_FINE_LOCATION", "CAMERA")
    shoot = "Lcn/example/study/PhotoActivity;->onClick(Landroid/view/View;)V"
    kit = "Lcom/unknown/kit/Ask;->all(Landroid/app/Activity;[Ljava/lang/String;)V"
    return (
        PermissionRequest(
            permissions=tuple(f"android.permission.{name}" for name in names), api=ASK, caller=MAIN, actor="app",
            level="before_consent", chain=(MAIN,), entry="launcher", dex="classes.dex", offsets=(29,),
        ),
        PermissionRequest(
            permissions=("android.permission.CAMERA",), api=ASK, caller=shoot, actor="app", level="reachable",
            chain=("Lcn/example/study/MainActivity;->onClick(Landroid/view/View;)V", shoot), links=("gesture",), entry="launcher",
            dex="classes.dex", offsets=(11,),
        ),
        PermissionRequest(permissions=(), api=ASK, caller=kit, actor="lib:com.unknown.kit", level="present", dex="classes2.dex"),
    )  # fmt: skip


def permission(name, *users):
    return Permission(
        name=f"android.permission.{name}", group=None, level="dangerous", special=False, max_sdk=None, declared=True,
        used=bool(users), used_by=users, justified_by=(),
    )  # fmt: skip


def sdk(identity, name, vendor, category):
    evidence = (SdkEvidence(kind="code", value=identity),)
    return Sdk(
        id=identity, name=name, vendor=vendor, category=category, version="9.6.1", confidence="certain", evidence=evidence, collects=(),
    )  # fmt: skip


def chained_report(*, complete=True, entries=14, **changes):
    """Return the report; ``changes`` are fields of the static facts."""
    values = {
        "engine": "1",
        "rules": "r",
        "artifact": Artifact(format="apk", sha256="c" * 64, size=4_321_000, name="study.apk"),
        "app": App(package="cn.example.study", label="示例学习", version_name="3.2.0", version_code=320, min_sdk=21, target_sdk=33),
        "coverage": Coverage(complete=complete, dex_files=2, dex_bytes=9_000_000, classes=8123, methods=51234, entries=entries),
        "permissions": (
            permission("READ_PHONE_STATE", "sdk:umeng-analytics"),
            permission("ACCESS_FINE_LOCATION", "unknown"),
            permission("CAMERA", "app"),
            permission("READ_CONTACTS", "lib:com.unknown.kit"),
        ),
        "sdks": (
            sdk("umeng-analytics", "友盟+ 统计 SDK", "友盟同欣（北京）科技有限公司", "analytics"),
            sdk("jpush", "极光推送 SDK", "深圳市和讯华谷信息技术有限公司", "push"),
        ),
        "accesses": accesses(),
        "permission_requests": requests(),
    }  # fmt: skip
    facts = Facts(
        static=StaticFacts(**{**values, **changes}),
        filing=FilingFacts(
            package="cn.example.study", app_types=(19,), stages=("primary",), functions=("homework_photo",)
        ),
    )
    run = Run(tool="0", rules="r", engine="1", started="2026-01-01T00:00:00+00:00", seconds={}, peak_memory=None)
    return build_report(facts, load_catalogue(), run)
