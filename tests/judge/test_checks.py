"""Every check has a positive and a negative twin: the smallest facts that call for it, and the smallest change that does not."""

from dataclasses import replace

import driftcases
import governancecases
import pytest
import weaknesscases
import wording

from analyzer.judge.hits import CHECKS
from analyzer.model import Anomaly, ManifestFlags, Packer, PastCertificate, PolicyPassage

UMENG, GDT, ALIPAY, FACE, OCR, RTC = (
    "umeng-analytics",
    "tencent-gdt",
    "alipay-sdk",
    "megvii-face",
    "baidu-ocr",
    "agora-rtc",
)
PERMISSION = "android.permission."


def static(b, **changes):
    return b.facts(static=b.static(**changes))


def traffic(b, *sent, policy=None, filing=None, static=None, **changes):
    return b.facts(traffic=b.traffic(*sent, **changes), policy=policy, filing=filing, static=static)


def passages(b, *rows, purpose=None):
    found = tuple(PolicyPassage(kind=kind, value=value, quote=value, offset=0, purpose=purpose) for kind, value in rows)
    return replace(b.policy(), passages=found)


def declared(b, *names, **changes):
    rows = tuple(b.permission(name, **changes) for name in names)
    return static(b, permissions=rows)


def asking(b, *requests, used=True, **changes):
    """An app that asks for permissions, all of them in its manifest; chains were looked for."""
    names = sorted({name for request in requests for name in request.permissions})
    rows = tuple(b.permission(name, used=used, used_by=("app",)) for name in names)
    return static(b, permissions=rows, permission_requests=requests, entries=3, **changes)


def with_imei(b):
    return {
        "permissions": (b.permission("READ_PHONE_STATE", used=True),),
        "accesses": (b.access("device.imei", actor="sdk:jpush"),),
    }


def worded(b, kind, sentence, missing=()):
    """A policy with one sentence of interest."""
    row = replace(b.string(kind, sentence), found_in="policy @0")
    return replace(b.policy(missing=missing), wording=(row,))


def refusing(b, sentence):
    return replace(worded(b, "refusal_blocks", sentence), declarations=b.said("identity.id_card"))


# rule, subject, severity, status, facts that call for it, facts that do not
CASES = [
    ("CONSENT.TRAFFIC_BEFORE", "device.oaid", "high", "proven",
     lambda b: traffic(b, b.sent("device.oaid", phase="before_consent")),
     lambda b: traffic(b, b.sent("device.oaid", phase="after_consent"))),
    ("CONSENT.TRAFFIC_BEFORE", "location.precise", "critical", "proven",
     lambda b: traffic(b, b.sent("location.precise", phase="before_consent")),
     lambda b: traffic(b, b.sent("location.precise", phase="unknown"), marks=())),
    ("CONSENT.TRAFFIC_BEFORE", "device.imei", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei", phase="before_consent", proof="pattern", sure="1")),
     lambda b: traffic(b, b.sent("device.imei", phase="before_consent", proof="pattern", sure="?"))),
    ("CONSENT.TRAFFIC_REFUSED", "device.oaid", "high", "proven",
     lambda b: traffic(b, b.sent("device.oaid", phase="refused"), marks=("refused",)),
     lambda b: traffic(b, b.sent("device.oaid"))),
    ("CONSENT.CODE_BEFORE", "app/A11", "high", "suspected",
     lambda b: static(b, permissions=(b.permission("READ_PHONE_STATE"),), accesses=(b.access("device.imei", level="before_consent"),)),
     lambda b: static(b, permissions=(b.permission("READ_PHONE_STATE"),), accesses=(b.access("device.imei"), b.access("device.imei", level="reachable", caller="La;->b()V")))),
    ("CONSENT.CODE_BEFORE", "lib:com.unknown.kit/A11", "medium", "suspected",
     lambda b: static(b, accesses=(b.access("device.android_id", actor="lib:com.unknown.kit", level="before_consent"),)),
     lambda b: static(b, accesses=(b.access("device.android_id", actor="lib:com.unknown.kit", level="before_consent", weak="own_only"),))),
    ("CONSENT.SDK_READS", "jpush", "low", "suspected",
     lambda b: static(b, **with_imei(b), sdks=(b.sdk("jpush", "push"),)),
     lambda b: static(b, permissions=(), accesses=(b.access("device.imei", actor="sdk:jpush"),), sdks=(b.sdk("jpush", "push"),))),
    ("CONSENT.NO_POLICY_IN_APP", "privacy_policy", "low", "suspected",
     lambda b: static(b, strings=(), permissions=(b.permission("CAMERA"),)),
     lambda b: static(b, strings=(), permissions=(b.permission("CAMERA"),), complete=False)),
    ("CONSENT.BY_USE", "use_means_consent", "low", "suspected",
     lambda b: static(b, strings=(b.string("use_means_consent", "登录即同意"), b.string("privacy_policy", "隐私政策"))),
     static),
    ("NECESSITY.OBSERVED", "contacts", "high", "suspected",
     lambda b: traffic(b, b.sent("contacts"), filing=b.filing()),
     lambda b: traffic(b, b.sent("phone_number"), filing=b.filing())),
    ("NECESSITY.OBSERVED", "device.oaid", "low", "suspected",
     lambda b: traffic(b, b.sent("device.oaid"), filing=b.filing(), policy=b.policy(*b.said("device.oaid"))),
     lambda b: traffic(b, b.sent("device.model"), filing=b.filing(), policy=b.policy())),
    ("NECESSITY.OBSERVED", "contacts", "medium", "suspected",
     lambda b: traffic(b, b.sent("contacts")),
     lambda b: traffic(b, b.sent("contacts", proof="pattern", sure="?"))),
    ("NECESSITY.PRESENT", "installed_apps", "medium", "suspected",
     lambda b: b.facts(static=b.static(permissions=(b.permission("QUERY_ALL_PACKAGES"),), accesses=(b.access("installed_apps"),)), policy=b.policy()),
     lambda b: b.facts(static=b.static(accesses=(b.access("installed_apps", weak="own package"),)), policy=b.policy())),
    ("NECESSITY.PRESENT", "contacts", "low", "suspected",
     lambda b: static(b, permissions=(b.permission("READ_CONTACTS"),), accesses=(b.access("contacts"),)),
     lambda b: static(b, permissions=(b.permission("CAMERA"),), accesses=(b.access("camera"),))),
    ("IDENTIFIERS.UNCHANGEABLE", "device.imei", "low", "suspected",
     lambda b: static(b, **with_imei(b)),
     lambda b: static(b, accesses=(b.access("device.oaid"),))),
    ("IDENTIFIERS.UNCHANGEABLE", "device.imei", "medium", "suspected",
     lambda b: b.facts(static=b.static(**with_imei(b)), policy=b.policy()),
     lambda b: static(b, permissions=(), accesses=(b.access("device.imei"),))),
    ("IDENTIFIERS.LINKED", "api.example.cn", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei"), b.sent("device.oaid")),
     lambda b: traffic(b, b.sent("device.imei"), b.sent("device.oaid", host="b.example.cn"))),
    ("DISCLOSURE.SDK_NOT_NAMED", UMENG, "medium", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), policy=b.policy()),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), policy=b.policy(*b.named(UMENG)))),
    ("DISCLOSURE.DATA_SENT_NOT_DECLARED", "device.imei", "high", "suspected",
     lambda b: traffic(b, b.sent("device.imei"), policy=b.policy()),
     lambda b: traffic(b, b.sent("device.imei"), policy=b.policy(*b.said("device.imei")))),
    ("DISCLOSURE.DATA_SENT_NOT_DECLARED", "device.imei", "low", "suspected",
     lambda b: traffic(b, b.sent("device.imei"), policy=b.policy(*b.said("device.imei", general=True))),
     lambda b: traffic(b, b.sent("device.imei"))),
    ("DISCLOSURE.DATA_PRESENT_NOT_DECLARED", "device.imei", "medium", "suspected",
     lambda b: b.facts(static=b.static(**with_imei(b)), policy=b.policy()),
     lambda b: b.facts(static=b.static(**with_imei(b)), policy=b.policy(*b.said("device.imei")))),
    # a policy that names another company may name this one in other words; of one that names nobody the text says so
    ("DISCLOSURE.RECIPIENT_NOT_NAMED", f"sdk:{UMENG}", "high", "suspected",
     lambda b: traffic(b, b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}"), policy=b.policy(*b.said("device.imei"), *b.named(GDT))),
     lambda b: traffic(b, b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}"), policy=b.policy(language="other"))),
    ("DISCLOSURE.RECIPIENT_NOT_NAMED", f"sdk:{UMENG}", "high", "suspected",
     lambda b: traffic(b, b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}"), policy=b.policy(*b.said("device.imei"))),
     lambda b: traffic(b, b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}"), policy=b.policy(*b.said("device.imei"), *b.named(UMENG)))),
    ("DISCLOSURE.DENIED_BUT_SENT", "contacts", "high", "proven",
     lambda b: traffic(b, b.sent("contacts"), policy=b.policy(*b.said("contacts", negated=True))),
     lambda b: traffic(b, b.sent("contacts"), policy=b.policy(*b.said("contacts", negated=True), *b.said("contacts")))),
    ("DISCLOSURE.DENIED_BUT_PRESENT", "contacts", "medium", "suspected",
     lambda b: b.facts(static=b.static(permissions=(b.permission("READ_CONTACTS"),), accesses=(b.access("contacts"),)), policy=b.policy(*b.said("contacts", negated=True))),
     lambda b: b.facts(static=b.static(accesses=(b.access("contacts", weak="picker"),)), policy=b.policy(*b.said("contacts", negated=True)))),
    ("PERMISSIONS.UNUSUAL", PERMISSION + "READ_SMS", "medium", "suspected",
     lambda b: declared(b, "READ_SMS"), lambda b: declared(b, "CAMERA")),
    ("PERMISSIONS.LOW_RELEVANCE", PERMISSION + "READ_CALENDAR", "low", "suspected",
     lambda b: declared(b, "READ_CALENDAR"),
     lambda b: b.facts(static=b.static(permissions=(b.permission("READ_CALENDAR"),)), filing=b.filing(functions=("class_reminder",)))),
    ("PERMISSIONS.NO_FUNCTION", PERMISSION + "ACCESS_FINE_LOCATION", "low", "suspected",
     lambda b: b.facts(static=b.static(permissions=(b.permission("ACCESS_FINE_LOCATION"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(permissions=(b.permission("ACCESS_FINE_LOCATION"),)), filing=b.filing(functions=("attendance",)))),
    ("PERMISSIONS.SPECIAL", PERMISSION + "BIND_ACCESSIBILITY_SERVICE", "medium", "suspected",
     lambda b: static(b, components=(b.component("service", "cn.example.S", permission=PERMISSION + "BIND_ACCESSIBILITY_SERVICE"),)),
     lambda b: static(b, components=(b.component("service", "cn.example.S", permission=PERMISSION + "BIND_JOB_SERVICE"),))),
    ("PERMISSIONS.UNUSED", PERMISSION + "CAMERA", "low", "suspected",
     lambda b: declared(b, "CAMERA", used=False),
     lambda b: static(b, permissions=(b.permission("CAMERA", used=False),), complete=False)),
    ("PERMISSIONS.USED_UNDECLARED", "manifest", "info", "suspected",
     lambda b: declared(b, "READ_SMS", declared=False, used=True),
     lambda b: declared(b, "READ_SMS", declared=False, used=None)),
    ("PERMISSIONS.INSTALL_TIME", "targetSdkVersion", "medium", "suspected",
     lambda b: static(b, app={"target_sdk": 22}, permissions=(b.permission("CAMERA"),)),
     lambda b: static(b, app={"target_sdk": 23}, permissions=(b.permission("CAMERA"),))),
    ("PERMISSIONS.MANY_GROUPS", "permission_groups", "low", "suspected",
     lambda b: static(b, permissions=tuple(b.permission(f"P{n}", group=f"g{n}") for n in range(6))),
     lambda b: static(b, permissions=tuple(b.permission(f"P{n}", group=f"g{n % 5}") for n in range(9)))),
    ("PERMISSIONS.UNREACHED", PERMISSION + "CAMERA", "info", "suspected",
     lambda b: static(b, entries=3, permissions=(b.permission("CAMERA", used=True, used_by=("app",)),), accesses=(b.access("camera"),)),
     lambda b: static(b, permissions=(b.permission("CAMERA", used=True, used_by=("app",)),), accesses=(b.access("camera"),))),
    ("PERMISSIONS.ASKED_BEFORE_CONSENT", "app", "medium", "suspected",
     lambda b: asking(b, b.request("CAMERA", level="before_consent")),
     lambda b: asking(b, b.request("CAMERA"), b.request("POST_NOTIFICATIONS", level="before_consent"))),
    ("PERMISSIONS.ASKED_TOGETHER", "app", "medium", "suspected",
     lambda b: asking(b, b.request("CAMERA", "RECORD_AUDIO", level="before_consent")),
     lambda b: asking(b, b.request("CAMERA", "RECORD_AUDIO"), b.request("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", level="before_consent"))),
    ("PERMISSIONS.ASKED_TOGETHER", "app", "low", "suspected",
     lambda b: asking(b, b.request("CAMERA", "RECORD_AUDIO", "READ_CONTACTS")),
     lambda b: asking(b, b.request("CAMERA", "RECORD_AUDIO", "READ_CONTACTS", level="present"))),
    ("PERMISSIONS.ASKED_AGAIN", "app", "low", "suspected",
     lambda b: asking(b, b.request("CAMERA", caller="Lcn/a/Main;->onResume()V", steps=(), entry="launcher")),
     lambda b: asking(b, b.request("CAMERA", steps=("Lcn/a/Main;->onResume()V", "Lcn/a/Main$1;->onClick()V"), links=("gesture", "call"), entry="launcher"))),
    ("PERMISSIONS.ASKED_UNUSED", PERMISSION + "READ_CONTACTS", "low", "suspected",
     lambda b: asking(b, b.request("READ_CONTACTS"), used=False),
     lambda b: asking(b, b.request("READ_CONTACTS"), used=False, complete=False)),
    ("SHARING.THIRD_PARTY_BEFORE", f"sdk:{UMENG}", "high", "proven",
     lambda b: traffic(b, b.sent("device.oaid", phase="before_consent", host="alog.umeng.com", recipient=f"sdk:{UMENG}")),
     lambda b: traffic(b, b.sent("device.oaid", phase="before_consent", host="alog.umeng.com", recipient=f"sdk:{UMENG}"), filing=b.filing(domains=("umeng.com",)))),
    ("SHARING.HASHED_ID", f"sdk:{UMENG}", "medium", "proven",
     lambda b: traffic(b, b.sent("device.imei", phase="before_consent", host="alog.umeng.com", recipient=f"sdk:{UMENG}", encoding=("json", "md5"))),
     lambda b: traffic(b, b.sent("device.imei", phase="before_consent", host="alog.umeng.com", recipient=f"sdk:{UMENG}"))),
    ("SHARING.HASHED_ID", f"sdk:{UMENG}", "low", "suspected",
     lambda b: traffic(b, b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}", encoding=("md5",))),
     lambda b: traffic(b, b.sent("device.imei", encoding=("md5",)))),
    ("SHARING.CROSS_BORDER", "Adjust", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.oaid", host="app.adjust.com", recipient="Adjust", country="DE")),
     lambda b: traffic(b, b.sent("device.oaid", host="app.adjust.com", recipient="Adjust", country=None))),
    ("SHARING.ADDRESS_ABROAD", "api.example.cn", "low", "suspected",
     lambda b: traffic(b, b.sent("device.oaid", address="8.8.8.8", address_country="US")),
     lambda b: traffic(b, b.sent("device.oaid", address="114.114.114.114", address_country="CN"), b.sent("device.model", address="8.8.8.8", address_country="US"))),
    ("SHARING.CLEARTEXT", "api.example.cn", "high", "proven",
     lambda b: traffic(b, b.sent("identity.id_card", encrypted=False)),
     lambda b: traffic(b, b.sent("identity.id_card"))),
    ("FREQUENCY.REPEATED", "device.imei", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei", count=4, interval_s=30.0)),
     lambda b: traffic(b, b.sent("device.imei", count=4, interval_s=31.0), b.sent("device.mac", count=3, interval_s=1.0))),
    ("FREQUENCY.REPEATED", "device.oaid", "low", "suspected",
     lambda b: traffic(b, b.sent("device.oaid", count=11, interval_s=5.0)),
     lambda b: traffic(b, b.sent("device.oaid", count=10, interval_s=5.0))),
    ("FREQUENCY.BACKGROUND", "device.imei", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei", foreground=False)),
     lambda b: traffic(b, b.sent("device.imei", foreground=None))),
    ("ADS.MINORS", GDT, "high", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising"),)), filing=b.filing(stages=("higher",)))),
    ("ADS.MINORS", GDT, "medium", "suspected",
     lambda b: static(b, sdks=(b.sdk(GDT, "advertising"),)),
     lambda b: static(b, sdks=(b.sdk(GDT, "advertising", confidence="weak"),))),
    ("ADS.TRAFFIC", f"sdk:{GDT}", "high", "suspected",
     lambda b: traffic(b, filing=b.filing(), hosts=(b.host("mi.gdt.qq.com", f"sdk:{GDT}"),)),
     lambda b: traffic(b, filing=b.filing(), hosts=(b.host("api.example.cn"),))),
    ("MINORS.GAME", "game", "low", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk("unity3d", "framework"),)), filing=b.filing()),
     lambda b: static(b, sdks=(b.sdk("unity3d", "framework"),))),
    ("MINORS.GAMES_FILED", "ads", "high", "proven",
     lambda b: b.facts(filing=b.filing(contains=("ads",))),
     lambda b: b.facts(filing=b.filing(contains=("ads",), stages=("higher",)))),
    ("MINORS.LIVE_GIFTS", "live_gifts", "medium", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(RTC, "rtc"),), strings=(b.string("live_gifts", "打赏"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(RTC, "rtc"),)), filing=b.filing())),
    ("FEES.REQUIRED_CHARGES", "charges", "high", "proven",
     lambda b: b.facts(filing=b.filing(use_mode="required", charges=True)),
     lambda b: b.facts(filing=b.filing(use_mode="recommended", charges=True))),
    ("FEES.REQUIRED_PAYMENT_SDK", "payment", "high", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(ALIPAY, "payment"),)), filing=b.filing(use_mode="required")),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(ALIPAY, "payment"),)), filing=b.filing(use_mode="free"))),
    ("REQUIRED.ADS_GAMES", "games", "high", "proven",
     lambda b: b.facts(filing=b.filing(use_mode="required", contains=("games",))),
     lambda b: b.facts(filing=b.filing(use_mode="required", contains=("live",)))),
    ("REQUIRED.ADS_GAMES", "ads", "high", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising"),)), filing=b.filing(use_mode="required")),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising", confidence="weak"),)), filing=b.filing(use_mode="required"))),
    ("BIOMETRICS.FACE", "biometric.face", "high", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(FACE, "face"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(OCR, "ocr"),)), filing=b.filing())),
    ("CONTENT.PHOTO_SEARCH", "photo_search", "medium", "suspected",
     lambda b: static(b, strings=(b.string("photo_search", "拍照搜题"),)),
     lambda b: b.facts(static=b.static(strings=(b.string("photo_search", "拍照搜题"),)), filing=b.filing(stages=("higher",)))),
    ("CONTENT.VULGAR", "vulgar", "low", "suspected",
     lambda b: static(b, strings=(b.string("vulgar", "某词"),)), static),
    ("CONTENT.TUTORING", "tutoring", "low", "suspected",
     lambda b: b.facts(static=b.static(strings=(b.string("subject_tutoring", "一对一辅导"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(strings=(b.string("subject_tutoring", "一对一辅导"),)), filing=b.filing(category="subject_tutoring"))),
    ("SECURITY.SIGNATURE", "signature", "high", "proven",
     lambda b: static(b, app={"signers": (b.signer(verified=False),)}), static),
    ("SECURITY.SIGNATURE", "signature", "high", "proven",
     lambda b: static(b, app={"signers": ()}),
     lambda b: static(b, anomalies=(Anomaly(code="duplicate_entry", detail="x"),))),
    ("SECURITY.JANUS", "janus", "medium", "proven",
     lambda b: static(b, app={"signers": (b.signer(schemes=("v1",)),)}),
     lambda b: static(b, app={"min_sdk": 27, "signers": (b.signer(schemes=("v1",)),)})),
    ("SECURITY.JANUS", "janus", "critical", "proven",
     lambda b: static(b, anomalies=(Anomaly(code="janus_prefix", detail="dex before zip"),)), static),
    ("SECURITY.SIGNATURE_DAMAGED", "signature_data", "medium", "proven",
     lambda b: static(b, anomalies=(Anomaly(code="signing_block_malformed", detail="x"),)),
     lambda b: static(b, anomalies=(Anomaly(code="v1_only", detail="x"),))),
    ("SECURITY.EVASION", "evasion", "medium", "suspected",
     lambda b: static(b, anomalies=(Anomaly(code="encrypted_flag", detail="x"),)),
     lambda b: static(b, anomalies=(Anomaly(code="duplicate_entry", detail="x"),))),
    ("SECURITY.DEBUGGABLE", "debuggable", "medium", "proven",
     lambda b: static(b, flags=ManifestFlags(debuggable=True)), lambda b: static(b, flags=ManifestFlags())),
    ("SECURITY.CLEARTEXT_ALLOWED", "usesCleartextTraffic", "low", "proven",
     lambda b: static(b, flags=ManifestFlags(uses_cleartext_traffic=True)), lambda b: static(b, flags=ManifestFlags())),
    ("SECURITY.CLEARTEXT_ALLOWED", "usesCleartextTraffic", "low", "suspected",
     lambda b: static(b, flags=ManifestFlags(uses_cleartext_traffic=True, network_security_config="@xml/n")),
     lambda b: static(b, flags=ManifestFlags(network_security_config="@xml/n"))),
    ("SECURITY.BACKUP", "allowBackup", "low", "proven",
     lambda b: static(b, flags=ManifestFlags(allow_backup=True)), lambda b: static(b, flags=ManifestFlags())),
    ("SECURITY.EXPORTED", "components", "low", "suspected",
     lambda b: static(b, components=(b.component("service", "cn.example.S", exported=True),)),
     lambda b: static(b, components=(b.component("service", "cn.example.S", exported=True, permission="p"), b.component("activity", "cn.example.wxapi.WXEntryActivity", exported=True)))),
    ("SECURITY.CONTAINER", "container", "low", "suspected",
     lambda b: static(b, anomalies=(Anomaly(code="duplicate_entry", detail="x"),)), static),
    ("START.SELF", "self_start", "low", "suspected",
     lambda b: static(b, components=(b.component("receiver", "cn.example.R", actions=("android.intent.action.BOOT_COMPLETED",)),)),
     lambda b: b.facts(static=b.static(components=(b.component("receiver", "cn.example.R", actions=("android.intent.action.BOOT_COMPLETED",)),)), policy=b.policy())),
    ("POLICY.NOT_CHINESE", "language", "medium", "suspected",
     lambda b: b.facts(policy=b.policy(language="other")), lambda b: b.facts(policy=b.policy())),
    ("POLICY.POINT_MISSING", "POL-14", "low", "suspected",
     lambda b: b.facts(policy=b.policy(missing=("POL-14",))), lambda b: b.facts(policy=b.policy(language="other", missing=("POL-14",)))),
    ("COVERAGE.PACKED", "jiagu_360", "info", "suspected",
     lambda b: static(b, packers=(Packer(id="jiagu_360", name="360加固", evidence=("libjiagu.so",)),), complete=False),
     lambda b: static(b, complete=False)),
    ("CONSENT.BY_USE", "use_means_consent", "low", "suspected",
     lambda b: b.facts(policy=replace(b.policy(), wording=(b.string("use_means_consent", "使用即同意"),))), lambda b: b.facts(policy=b.policy())),
    ("POLICY.IMPROVEMENT_PURPOSE", "forced_purpose", "low", "suspected",
     lambda b: b.facts(policy=replace(b.policy(), wording=(b.string("forced_purpose", "提升用户体验"),))), lambda b: b.facts(policy=b.policy())),
    ("POLICY.UNREASONABLE_CONDITION", "unreasonable_cancellation", "low", "suspected",
     lambda b: b.facts(policy=replace(b.policy(), wording=(b.string("unreasonable_cancellation", "手持身份证"),))), lambda b: b.facts(policy=b.policy())),
    ("POLICY.PERSONALISED_NO_SWITCH", "personalised_push", "low", "suspected",
     lambda b: b.facts(policy=worded(b, "personalised_push", "我们为您进行个性化推荐。", missing=("POL-11",))),
     lambda b: b.facts(policy=worded(b, "personalised_push", "我们为您进行个性化推荐。"))),
    ("POLICY.REFUSAL_BLOCKS", "identity.id_card", "medium", "suspected",
     lambda b: b.facts(policy=refusing(b, "如您拒绝提供身份证号，将无法使用本应用。"), filing=b.filing()),
     lambda b: b.facts(policy=refusing(b, "如您拒绝提供身份证号，将无法使用口语评测。"), filing=b.filing())),
    ("RIGHTS.WITHDRAW_MISSING", "policy", "medium", "suspected",
     lambda b: b.facts(policy=b.policy(missing=("POL-10",))),
     lambda b: b.facts(policy=b.policy(missing=("POL-10",)), static=b.static(strings=(b.string("withdraw_consent", "撤回同意"),)))),
    ("RIGHTS.CANCEL_MISSING", "policy", "medium", "suspected",
     lambda b: b.facts(policy=b.policy(missing=("POL-10",))),
     lambda b: b.facts(policy=b.policy(missing=("POL-10",)), static=b.static(strings=(b.string("account_cancellation", "注销账号"),)))),
    ("RIGHTS.COMPLAINT_MISSING", "policy", "low", "suspected",
     lambda b: b.facts(policy=b.policy(missing=("POL-12",))), lambda b: b.facts(policy=b.policy(language="other", missing=("POL-12",)))),
    ("RIGHTS.ANSWER_LATE", "policy", "medium", "proven",
     lambda b: b.facts(policy=worded(b, "answer_time", "我们将在三十个工作日内答复您的请求。")),
     lambda b: b.facts(policy=worded(b, "answer_time", "我们将在十五个工作日内答复您的请求。"))),
    ("RIGHTS.ANSWER_LATE", "policy", "low", "suspected",
     lambda b: b.facts(policy=worded(b, "answer_time", "我们在15个工作日内答复您的投诉，复杂的在30个工作日内答复。")),
     lambda b: b.facts(policy=worded(b, "answer_time", "证书在30个工作日内寄出。"))),
    ("SHARING.IN_ADDRESS", "student.number", "low", "suspected",
     lambda b: traffic(b, b.sent("student.number", where="path", key=None)),
     lambda b: traffic(b, b.sent("student.number"), b.sent("device.oaid", where="query"))),
    ("DISCLOSURE.DATA_SENT_NOT_DECLARED", "device.model", "low", "suspected",
     lambda b: traffic(b, b.sent("device.model"), policy=b.policy()),
     lambda b: traffic(b, b.sent("device.model", where="header"), policy=b.policy())),
    ("COVERAGE.PACKED", "jiagu_360", "info", "proven",
     lambda b: static(b, packers=(Packer(id="jiagu_360", name="360加固", evidence=("libjiagu.so",)),), complete=False,
                      anomalies=(Anomaly(code="component_class_missing", detail="3 classes"),)),
     lambda b: static(b, anomalies=(Anomaly(code="component_class_missing", detail="1 class"),))),
    ("CODE.LOADED_LATER", "tencent-tinker", "info", "suspected",
     lambda b: static(b, sdks=(b.sdk("tencent-tinker", category="hotfix"),), complete=False),
     lambda b: static(b, sdks=(b.sdk("tencent-tinker", category="hotfix", confidence="weak"),), complete=False)),
    ("COVERAGE.INCOMPLETE", "coverage", "info", "proven",
     lambda b: static(b, complete=False), static),
    ("SECURITY.CLEARTEXT_ALLOWED", "usesCleartextTraffic", "low", "suspected",
     lambda b: static(b, flags=ManifestFlags(), app={"target_sdk": 27}), lambda b: static(b, flags=ManifestFlags(), app={"target_sdk": 28})),
    ("NECESSITY.OBSERVED", "device.imei", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei")), lambda b: traffic(b, b.sent("phone_number"))),
    ("FILING.PACKAGE_MISMATCH", "package", "high", "proven",
     lambda b: b.facts(static=b.static(), filing=b.filing(package="cn.other.app")), lambda b: b.facts(static=b.static(), filing=b.filing())),
    ("FILING.SIGNER_MISMATCH", "signer", "high", "proven",
     lambda b: b.facts(static=b.static(), filing=b.filing(signer_md5="f" * 32)),
     lambda b: b.facts(static=b.static(), filing=b.filing(signer_md5=":".join(["BB"] * 16)))),
    ("FILING.SIGNER_MISMATCH", "signer", "high", "proven",
     lambda b: b.facts(static=b.static(app={"signers": (b.signer(),)}), filing=b.filing(signer_md5="f" * 32)),
     lambda b: b.facts(static=b.static(app={"signers": (b.signer(lineage=(PastCertificate(sha256="c" * 64, md5="f" * 32, sha1="d" * 40, subject="CN=Before"),)),)}), filing=b.filing(signer_md5="f" * 32))),
    ("FILING.VERSION_MISMATCH", "version", "low", "proven",
     lambda b: b.facts(static=b.static(), filing=b.filing(version_name="0.9")), lambda b: b.facts(static=b.static(), filing=b.filing(version_name=None))),
    ("FILING.SDK_UNDECLARED", UMENG, "medium", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), filing=b.filing(sdks=("某统计组件",))),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), filing=b.filing(sdks=None))),
    ("FILING.SDK_UNDECLARED", UMENG, "low", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG, confidence="probable"),)), filing=b.filing(sdks=())),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG, confidence="weak"),)), filing=b.filing(sdks=()))),
    ("FILING.SDK_UNDECLARED", UMENG, "medium", "proven",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), filing=b.filing(sdks=(GDT,))),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG, category="ui"),)), filing=b.filing(sdks=(GDT,)))),
    ("FILING.SDK_UNDECLARED", UMENG, "medium", "proven",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), filing=b.filing(sdks=())),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(UMENG),)), filing=b.filing(sdks=("友盟统计 SDK",)))),
    ("FILING.PERMISSION_UNDECLARED", PERMISSION + "RECORD_AUDIO", "low", "proven",
     lambda b: b.facts(static=b.static(permissions=(b.permission("RECORD_AUDIO"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(permissions=(b.permission("RECORD_AUDIO"),)), filing=b.filing(permissions=("RECORD_AUDIO",)))),
    ("FILING.DATA_UNDECLARED", "device.oaid", "medium", "proven",
     lambda b: traffic(b, b.sent("device.oaid"), filing=b.filing()),
     lambda b: traffic(b, b.sent("device.oaid"), filing=b.filing(personal_data=None))),
    ("FILING.DATA_UNDECLARED", "device.imei", "low", "suspected",
     lambda b: b.facts(static=b.static(**with_imei(b)), filing=b.filing()),
     lambda b: b.facts(static=b.static(**with_imei(b)), filing=b.filing(personal_data=("device.imei",)))),
    ("FILING.DOMAIN_NOT_FILED", "domains", "low", "suspected",
     lambda b: traffic(b, filing=b.filing(), hosts=(b.host("unknown-host.invalid"),)),
     lambda b: traffic(b, filing=b.filing(), hosts=(b.host("a.b.example.cn"), b.host("mi.gdt.qq.com", f"sdk:{GDT}")))),
    ("FILING.NUMBER_DIFFERENT", "edu_filing", "medium", "suspected",
     lambda b: b.facts(static=b.static(strings=(b.string("edu_filing", "教APP备5100118号"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(strings=(b.string("edu_filing", "1100001"),)), filing=b.filing())),
    ("FILING.NUMBER_NOT_SHOWN", "edu_filing", "low", "suspected",
     lambda b: b.facts(static=b.static(strings=(b.string("privacy_policy", "隐私政策"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(strings=(), complete=False), filing=b.filing())),
    ("FILING.PREREQUISITES", "mlps", "medium", "proven",
     lambda b: b.facts(filing=b.filing(mlps=None)), lambda b: b.facts(filing=b.filing())),
    ("POLICY.OTHER_APP", "policy", "low", "suspected",
     lambda b: b.facts(static=b.static(), policy=passages(b, ("app_name", "别的应用"))),
     lambda b: b.facts(static=b.static(), policy=passages(b, ("app_name", f"{b.static().app.label}学生版")))),
    ("POLICY.OTHER_COMPANY", "policy", "low", "suspected",
     lambda b: b.facts(filing=b.filing(), policy=passages(b, ("operator", "江州另一示例网络有限公司"))),
     lambda b: b.facts(filing=b.filing(), policy=passages(b, ("operator", "示例科技有限公司")))),
    ("POLICY.CATCH_ALL", "catch_all", "low", "suspected",
     lambda b: b.facts(policy=passages(b, ("catch_all", "等信息"))), lambda b: b.facts(policy=b.policy())),
    ("POLICY.PERMISSION_NOT_TOLD", "android.permission.CAMERA", "low", "suspected",
     lambda b: b.facts(static=b.static(permissions=(b.permission("CAMERA"),)), policy=b.policy()),
     lambda b: b.facts(static=b.static(permissions=(b.permission("CAMERA"),)), policy=b.policy(*b.said("camera", "photos")))),
    ("POLICY.PERMISSION_NO_PURPOSE", "camera", "info", "suspected",
     lambda b: b.facts(policy=passages(b, ("permission", "camera"), purpose=False)),
     lambda b: b.facts(policy=passages(b, ("permission", "camera"), purpose=True))),
    ("SHARING.CROSS_BORDER_NOT_TOLD", "cross_border", "low", "suspected",
     lambda b: traffic(b, b.sent("device.imei", country="US"), policy=b.policy(missing=("POL-09",))),
     lambda b: traffic(b, b.sent("device.imei", country="US"), policy=passages(b, ("cross_border", "told")))),
    ("SHARING.CROSS_BORDER_NOT_TOLD", "cross_border", "medium", "suspected",
     lambda b: traffic(b, b.sent("device.imei", country="US"), policy=passages(b, ("cross_border", "denied"))),
     lambda b: traffic(b, b.sent("device.imei", country="CN"), policy=passages(b, ("cross_border", "denied")))),
    ("DISCLOSURE.SDK_NAMED_NOT_SEEN", UMENG, "info", "suspected",
     lambda b: b.facts(static=b.static(), policy=b.policy(*b.named(UMENG))),
     lambda b: b.facts(static=b.static(complete=False), policy=b.policy(*b.named(UMENG)))),
    ("DISCLOSURE.DATA_NAMED_NOT_SEEN", "sms", "info", "suspected",
     lambda b: b.facts(static=b.static(), policy=b.policy(*b.said("sms"))),
     lambda b: b.facts(static=b.static(permissions=(b.permission("READ_SMS"),)), policy=b.policy(*b.said("sms")))),
    ("FILING.ADS_UNDECLARED", "ads", "low", "suspected",
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising"),)), filing=b.filing()),
     lambda b: b.facts(static=b.static(sdks=(b.sdk(GDT, "advertising"),)), filing=b.filing(contains=("ads",)))),
]  # fmt: skip
CASES += weaknesscases.CASES
CASES += governancecases.CASES
CASES += driftcases.CASES


@pytest.mark.parametrize(
    ("rule", "subject", "severity", "status", "calling", "silent"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES]
)
def test_a_check_has_its_twins(build, rules_of, catalogue, rule, subject, severity, status, calling, silent):
    found = rules_of(calling(build))
    finding = found[(rule, subject)]
    assert (finding.severity, finding.status) == (severity, status)
    assert finding.evidence
    assert finding.clauses
    assert set(finding.clauses) <= set(catalogue.clauses)
    for text in (finding.title, finding.explanation, finding.advice):
        assert "{" not in text.zh + text.en
        assert "?" not in text.zh
        assert text.zh
        assert text.en
    assert not [key for key in rules_of(silent(build)) if key == (rule, subject)]


def test_every_check_is_tested_here_and_has_its_rule(catalogue):
    assert set(CHECKS) == set(catalogue.checks)
    assert set(CHECKS) == {row[0] for row in CASES}


def test_an_unsure_rule_never_proves(catalogue, build, rules_of):
    unsure = {key for key, rule in catalogue.checks.items() if rule.sure == "?"}
    assert unsure
    for rule, _, _, status, _, _ in CASES:
        assert status == "suspected" or rule not in unsure


def test_incomplete_coverage_hands_absence_to_a_person(catalogue, build):
    from analyzer.judge import judge

    facts = build.facts(static=build.static(complete=False, strings=()), filing=build.filing())
    summary = judge(facts, catalogue).summary
    told = {row.clause for row in summary.human if "unreadable code" in row.look_at.en}
    assert told == {"191-1.1", "191-4.1", "EDU-19"}


def test_one_act_is_one_accusation(build, rules_of):
    """The folds: what a better channel or a better-known twin already says is not said again."""
    umeng = f"sdk:{UMENG}"
    reads = (build.access("device.imei", actor=umeng), build.access("device.meid", actor=umeng))
    package = {
        "permissions": (build.permission("READ_PHONE_STATE", used=True),),
        "accesses": reads,
        "sdks": (build.sdk(UMENG), build.sdk(GDT, "advertising")),
    }
    seen = build.sent("device.imei", phase="before_consent", host="alog.umeng.com", recipient=umeng)
    alone = rules_of(build.facts(static=build.static(**package), policy=build.policy(), filing=build.filing()))
    hosts = (build.host("mi.gdt.qq.com", f"sdk:{GDT}"),)
    both = rules_of(
        build.facts(
            static=build.static(**package),
            policy=build.policy(),
            filing=build.filing(),
            traffic=build.traffic(seen, hosts=hosts),
        )
    )
    assert not [key for key in {*alone, *both} if key[1] == "device.meid"]  # the same call gives the IMEI
    for before, after in (
        (("DISCLOSURE.SDK_NOT_NAMED", UMENG), ("DISCLOSURE.RECIPIENT_NOT_NAMED", umeng)),
        (("CONSENT.SDK_READS", UMENG), ("SHARING.THIRD_PARTY_BEFORE", umeng)),
        (("IDENTIFIERS.UNCHANGEABLE", "device.imei"), ("NECESSITY.OBSERVED", "device.imei")),
        (("ADS.MINORS", GDT), ("ADS.TRAFFIC", f"sdk:{GDT}")),
    ):
        assert before in alone
        assert after not in alone
        assert after in both
        assert before not in both
    other = build.access("device.meid", caller="Lcn/example/study/B;->b()V")
    package["accesses"] = (*reads, other)  # a read of its own is an accusation of its own
    apart = rules_of(build.facts(static=build.static(**package), policy=build.policy()))
    assert ("DISCLOSURE.DATA_PRESENT_NOT_DECLARED", "device.meid") in apart


def test_no_id_of_ours_stands_in_a_sentence(build, rules_of, catalogue):
    import re

    own = re.compile(r"\b(?:sdk:[a-z0-9-]+|(?:device|location|identity|network|student|biometric)\.[a-z_]+)\b")
    for _, _, _, _, calling, _ in CASES:
        for finding in rules_of(calling(build)).values():
            for text in (finding.title, finding.explanation, finding.advice):
                assert not own.search(text.zh + text.en), (finding.rule, text)
                assert ", " not in text.zh, (finding.rule, text.zh)


def test_what_a_company_is_told_stays_as_it_was_read(build, catalogue):
    """The book of findings: sentences, severity, clauses and evidence of every twin, and what is left without it."""
    told = wording.book(CASES, build, catalogue)
    assert told.splitlines() == wording.BOOK.read_text(encoding="utf-8").splitlines(), (
        "a finding says something else; if it is meant, write the book anew: python tests/support/wording.py"
    )
