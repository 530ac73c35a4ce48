"""Settings of the judgement: thresholds and weights that no law fixes, in one place and printed in the findings."""

from __future__ import annotations

from analyzer.model import Bilingual
from analyzer.model.record import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Engineering defaults. T/TAF 078.3 and 078.10 give no public numbers, so nothing here ever makes `proven`."""

    hardware_interval_s: float = 30.0
    """The same unchangeable id sent at least this often … (the 164 test scenes name every 30 s and every 2 s)."""
    hardware_times: int = 4
    """… and at least so many times (three intervals) is too often."""
    resettable_interval_s: float = 1.0
    """Android ID, OAID and the like to the same host."""
    resettable_times: int = 11
    """More than 10 in a capture, when the interval says more than 10 in 10 minutes."""
    resettable_window_s: float = 60.0
    """10 in 10 minutes is one a minute."""
    location_interval_s: float = 30.0
    """Location more often than this, without a visible map or navigation."""
    permission_groups: int = 6
    """So many groups of dangerous permissions in one learning app are many."""
    groups_at_start: int = 2
    """Permission groups asked for in one call at start-up (fact sheet 2, 191-4.6: two dangerous groups)."""
    groups_at_once: int = 3
    """… and later on: a live lesson may need camera and microphone together."""
    evidences: int = 10
    """Places shown with one finding; the rest is counted."""
    assessment_days: tuple[tuple[int, int], ...] = ((2, 730), (3, 365))
    """MLPS level → days within which its assessment is due again: yearly for level 3, every second year for level 2 in
    local practice (fact sheet 8.1). Higher levels follow level 3."""
    certificate_days: int = 1095
    """An MLPS certificate older than this is worth a look: was it re-issued? (Fact sheet 8.1: three years.)"""


DEFAULTS = Settings()

LIGHT = frozenset({"device.model", "network.ip", "sensors", "push_token", "account.id", "device.idfa"})
"""Alone not a question of necessity: a model or an IP address goes with every request (fact sheet 7.1), account and
push token are made by the service itself. They still count where they are sent before consent, with low weight."""

FILLED_IN = frozenset({"device.model", "network.ip"})
"""Light data that count, with low weight, where a capture shows them in a field of their own, undeclared."""

IN_ADDRESS = frozenset(
    {
        "phone_number", "email", "identity.name", "identity.id_card", "identity.passport", "student.number",
        "student.national_id", "guardian", "bank_card", "account.password", "account.token",
    }
)  # fmt: skip
"""What names a person or opens an account: in the address of a request it ends up in logs and histories."""

WHOLE_POLICY = 300
"""Characters; of a shorter text nobody can say that it is the whole policy."""

RESETTABLE = frozenset({"device.android_id", "device.oaid", "device.gaid", "device.fingerprint"})

INTRUSIVE = frozenset(
    {"installed_apps", "running_apps", "usage_stats", "clipboard", "screen", "notifications", "network.wifi_list"}
)
"""Not sensitive by GB/T 35273 Annex B, but with rules of their own in GB/T 41391 Annex C, and unneeded for learning."""

LOCATION = frozenset({"location.precise", "location.coarse", "location.background"})

COLLECTING = frozenset(
    [
        "advertising",
        "analytics",
        "attribution",
        "push",
        "crash",
        "location",
        "map",
        "social",
        "login",
        "payment",
        "im",
        "rtc",
        "video",
        "speech",
        "ocr",
        "face",
        "identifier",
        "risk_control",
        "cloud",
        "hotfix",
    ]
)
"""Categories of SDKs whose business touches personal data: a policy must name them (191-2.1)."""

READS_FOR_ITS_CALLER = (
    "Lcom/blankj/utilcode/",
    "Lcom/lidroid/xutils/",
    "Lorg/xutils/",
    "Lorg/osmdroid/",
    "Lorg/apache/cordova/",
    "Lcom/phonegap/",
    "Lio/flutter/plugins/",
)
"""Plugins and toolboxes whose very purpose is to hand such data to the app. They collect nothing themselves, but the
app's calls of them are not rows of `rules/apis`, so their reads are not passed over."""

LOOKS_FOR_ITSELF = (
    "Lcom/google/android/gms/common/GoogleApiAvailability;",
    "Lcom/google/android/gms/common/GooglePlayServicesUtilLight;",
)
"""Code of SDKs that watches installations only for its own service (read in the disassembly: it compares the package
with that of Google Play services)."""

WORD_LIST = 5
"""So many different words in one text file are a word list: a keyboard's dictionary, or the filter that blocks them."""

GAME_ENGINES = frozenset({"unity3d", "cocos2dx", "egret", "layabox", "godot", "unreal", "libgdx"})

ITEMS = {"ads": Bilingual(zh="广告", en="ads"), "games": Bilingual(zh="游戏", en="games")}
"""Contents that a filing names, in words."""

SELF_START = frozenset(
    {
        "android.intent.action.BOOT_COMPLETED",
        "android.intent.action.LOCKED_BOOT_COMPLETED",
        "android.intent.action.QUICKBOOT_POWERON",
        "android.intent.action.USER_PRESENT",
        "android.net.conn.CONNECTIVITY_CHANGE",
        "android.intent.action.ACTION_POWER_CONNECTED",
        "android.intent.action.ACTION_POWER_DISCONNECTED",
        "android.intent.action.MEDIA_MOUNTED",
        "android.intent.action.PACKAGE_ADDED",
        "android.intent.action.PACKAGE_REPLACED",
        "android.intent.action.PACKAGE_REMOVED",
    }
)
"""Broadcasts by which an app starts itself (fact sheet 4.2)."""

HASHES = frozenset({"md5", "sha1", "sha256", "sha512", "sha224", "sha384", "md5_16", "sm3"})
"""Layers of a transmission that are a digest: it hides the value from nobody who has a list of values."""

USER_PAGES = frozenset({"launcher", "activity", "page"})
"""Kinds of entry points at which the user has the app in front of them."""

WITHOUT_CONSENT = frozenset({"before_consent", "refused"})
