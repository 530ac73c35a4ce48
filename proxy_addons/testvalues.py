"""A new device profile: unlikely values for what can be planted, and how to read the rest off the phone."""

from __future__ import annotations

import secrets

READ_OFF = (
    ("device.android_id", "adb shell settings get secure android_id"),
    ("device.oaid", "设置 → 隐私 → 广告与隐私 / the ad settings of the phone"),
    ("device.imei", "*#06#"),
    ("device.serial", "adb shell getprop ro.serialno"),
    ("device.mac", "adb shell cat /sys/class/net/wlan0/address"),
    ("network.bssid", "adb shell dumpsys wifi | grep BSSID"),
    ("network.ssid", "adb shell dumpsys wifi | grep SSID"),
    ("device.imsi", "adb shell service call iphonesubinfo 8 / *#*#4636#*#*"),
    ("device.iccid", "设置 → 关于手机 → SIM 卡状态 / SIM status in the settings"),
    ("device.bluetooth_mac", "设置 → 关于手机 → 状态 / status in the settings"),
    ("device.model", "adb shell getprop ro.product.model"),
    ("installed_apps", "adb shell pm list packages -3（装一个少见的应用 / install a rare app）"),
    ("phone_number", "测试卡号码 / number of the test card"),
)
"""Data id → where its value is found. Nothing is invented for them: an invented number may be somebody's."""
SYLLABLES = "澄砚岑屿笙珩翊禾霁谣楠湛"
"""Characters for a made-up four-character name that no register is likely to hold."""


BIRTH_YEARS = (1900, 1904)
"""Nobody alive was born so early: a citizen number of then is valid and no living person's."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def nobodys_number() -> str:
    """Return an 18-character citizen number with its right check character (GB 11643) that no living person has."""
    first, last = BIRTH_YEARS
    year = first + secrets.randbelow(last - first + 1)
    body = f"110101{year}{1 + secrets.randbelow(12):02}{1 + secrets.randbelow(28):02}{secrets.randbelow(1000):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def new_profile(name: str) -> str:
    """Return the YAML text of a profile. Planted values are random, so that no other traffic holds them by chance."""
    token = secrets.token_hex
    digits = "".join(secrets.choice("0123456789") for _ in range(13))
    person = "钟离" + "".join(secrets.choice(SYLLABLES) for _ in range(2))
    lat = 39.9 + secrets.randbelow(100_000) / 1_000_000
    lng = 116.3 + secrets.randbelow(100_000) / 1_000_000
    planted = (  # each valid by its own check digits, and long enough that nobody else sends it
        ("identity.name", person, "填入测试账号 / enter in the test account"),
        ("account.id", f"edu{token(5)}", "测试账号的登录名 / login name of the test account"),
        ("email", f"edu-{token(5)}@example.com", "填入测试账号 / enter in the test account"),
        ("student.number", f"9{digits}", "填入测试账号 / enter in the test account"),
        ("clipboard", f"clip-{token(8)}", "首次启动前复制 / copy before the first start"),
        ("contacts", f"联系人{token(4)}", "存入通讯录 / save as a contact"),
        ("calendar", f"日程{token(4)}", "存入日历 / save as an event"),
        ("identity.id_card", nobodys_number(), "1900 年代初出生，不属于任何在世者 / nobody alive was born then"),
        ("student.national_id", f"G{nobodys_number()}", "同上；G 加身份证号 / the same; G and a citizen number"),
        ("location.precise", f"{lat:.6f},{lng:.6f}", "设为模拟位置 / set as mock location"),
    )
    lines = ["profile: 1", f'name: "{name}"', "values:"]
    for data, value, note in planted:
        lines += [f"  # {note}", f'  {data}: ["{value}"]']
    lines.append("  # 以下从手机读取后去掉注释 / read off the phone and uncomment:")
    lines += [f'  # {data}: [""]  # {where}' for data, where in READ_OFF]
    return "\n".join(lines) + "\n"
