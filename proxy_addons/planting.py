"""How the made-up values of a profile get onto the test phone: adb commands, and QR codes to scan on the phone.

Commands are printed, never run: the operator sees what they change.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Step:
    """One value to plant."""

    data: str
    value: str
    how: tuple[str, str]
    """What to do, in Chinese and English."""
    commands: tuple[str, ...] = ()
    """For a shell with adb in the path."""
    code: str | None = None
    """Text of a QR code to scan on the phone."""


TYPED = {
    "identity.name": ("填入测试账号的姓名", "enter it as the name of the test account"),
    "identity.id_card": ("在要求实名处填入", "enter it where a real name is asked for"),
    "account.id": ("作测试账号的登录名", "use it as login name of the test account"),
    "account.password": ("作测试账号的密码", "use it as password of the test account"),
    "email": ("填入测试账号的邮箱", "enter it as e-mail address of the test account"),
    "student.number": ("填入测试账号的学号", "enter it as student number of the test account"),
    "student.national_id": ("在要求学籍号处填入", "enter it where a national student number is asked for"),
    "student.school": ("填入测试账号的学校", "enter it as school of the test account"),
    "guardian": ("填入测试账号的家长姓名", "enter it as the guardian of the test account"),
    "identity.address": ("填入收货或家庭地址", "enter it as address"),
}


def steps(values: Mapping[str, Sequence[str]]) -> Iterator[Step]:
    """Yield what can be planted, in the order of the profile; what only the phone itself knows is not among it."""
    for data, items in values.items():
        for value in items:
            if data in TYPED:
                yield Step(data, value, TYPED[data], code=value)
            elif data == "clipboard":
                how = ("首次启动前扫码并复制", "scan and copy it before the first start")
                yield Step(data, value, how, code=value)
            elif data == "contacts":
                yield _contact(value)
            elif data.startswith("location."):
                yield _location(data, value)
            elif data == "calendar":
                yield _calendar(value)
            elif data == "sms":
                how = ("仅模拟器：注入一条短信", "emulator only: let a message arrive")
                yield Step(data, value, how, (f"adb emu sms send 10000 {shlex.quote(value)}",))


def _contact(value: str) -> Step:
    card = f"BEGIN:VCARD\nVERSION:3.0\nN:;{_escaped(value)};;;\nFN:{_escaped(value)}\nEND:VCARD"
    command = shell(
        "am", "start", "-a", "android.intent.action.INSERT", "-t", "vnd.android.cursor.dir/contact", "-e", "name", value
    )
    how = ("存入通讯录：扫码，或 adb 打开已填好的表单", "save as a contact: scan, or adb opens the filled form")
    return Step("contacts", value, how, (command,), card)


def _location(data: str, value: str) -> Step:
    lat, _, lng = value.partition(",")
    provider = ("cmd", "location", "providers")
    commands = (
        shell("appops", "set", "shell", "android:mock_location", "allow"),
        shell(*provider, "add-test-provider", "gps"),
        shell(*provider, "set-test-provider-enabled", "gps", "true"),
        shell(*provider, "set-test-provider-location", "gps", "--location", f"{lat},{lng}"),
        f"adb emu geo fix {shlex.quote(lng)} {shlex.quote(lat)}",
    )
    how = (
        "设为模拟位置：Android 12 起用前四条，模拟器用末条",
        "set as mock location: the first four from Android 12 on, the last on an emulator",
    )
    return Step(data, value, how, commands)


def _calendar(value: str) -> Step:
    events = "content://com.android.calendar/events"
    command = shell("am", "start", "-a", "android.intent.action.INSERT", "-d", events, "-e", "title", value)
    how = ("存入日历：adb 打开已填好的表单", "save as an event: adb opens the filled form")
    return Step("calendar", value, how, (command,))


def shell(*words: str) -> str:
    """Return ``adb shell …`` that a shell here and the phone's shell both read as these words."""
    inner = " ".join(map(shlex.quote, words))
    return f"adb shell {shlex.quote(inner)}"


def _escaped(text: str) -> str:
    """Write a text into a vCard (RFC 6350, 3.4)."""
    for char in ("\\", ",", ";"):
        text = text.replace(char, "\\" + char)
    return text.replace("\n", "\\n")


def save_codes(found: Sequence[Step], folder: Path) -> list[Path]:
    """Write the QR codes as SVG files ``1-contacts.svg`` … into ``folder``; returns them. Raises `OSError`."""
    import segno  # noqa: PLC0415  # only where codes are made

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    codes = [(step.data, step.code) for step in found if step.code is not None]
    for number, (data, code) in enumerate(codes, 1):
        path = folder / f"{number}-{data}.svg"
        segno.make(code, micro=False, error="m").save(str(path), scale=6, border=4)
        paths.append(path)
    return paths


def terminal_code(text: str) -> str:
    """Return a QR code of half blocks for a terminal."""
    import io  # noqa: PLC0415  # same

    import segno  # noqa: PLC0415  # same

    out = io.StringIO()
    segno.make(text, micro=False, error="m").terminal(out, compact=True, border=2)
    return out.getvalue()
