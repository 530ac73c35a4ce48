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
    ("phone_number", "测试卡号码 / number of the test card"),
)
"""Data id → where its value is found. Nothing is invented for them: an invented number may be somebody's."""
SYLLABLES = "澄砚岑屿笙珩翊禾霁谣楠湛"
"""Characters for a made-up four-character name that no register is likely to hold."""


def new_profile(name: str) -> str:
    """Return the YAML text of a profile. Planted values are random, so that no other traffic holds them by chance."""
    token = secrets.token_hex
    digits = "".join(secrets.choice("0123456789") for _ in range(13))
    person = "钟离" + "".join(secrets.choice(SYLLABLES) for _ in range(2))
    lat = 39.9 + secrets.randbelow(100_000) / 1_000_000
    lng = 116.3 + secrets.randbelow(100_000) / 1_000_000
    planted = (
        ("identity.name", person, "填入测试账号 / enter in the test account"),
        ("account.id", f"edu{token(5)}", "测试账号的登录名 / login name of the test account"),
        ("email", f"edu-{token(5)}@example.com", "填入测试账号 / enter in the test account"),
        ("student.number", f"9{digits}", "填入测试账号 / enter in the test account"),
        ("clipboard", f"clip-{token(8)}", "首次启动前复制 / copy before the first start"),
        ("contacts", f"联系人{token(4)}", "存入通讯录 / save as a contact"),
        ("location.precise", f"{lat:.6f},{lng:.6f}", "设为模拟位置 / set as mock location"),
    )
    lines = ["profile: 1", f'name: "{name}"', "values:"]
    for data, value, note in planted:
        lines += [f"  # {note}", f'  {data}: ["{value}"]']
    lines.append("  # 以下从手机读取后去掉注释 / read off the phone and uncomment:")
    lines += [f'  # {data}: [""]  # {where}' for data, where in READ_OFF]
    return "\n".join(lines) + "\n"
