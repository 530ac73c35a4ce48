"""What an argument decides: the calls whose data depends on a constant, and how that constant is read.

`rules/apis` says *that* an argument decides; which parameter it is, and what the flags of an integer mean, is a matter
of the signature and stands here. Source of the constants: the public Android API reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.dex import Site, Value
from analyzer.model import Component

_STRING = "Ljava/lang/String;"
_SETTINGS = "Landroid/provider/Settings$"

SETTINGS_SPACES = {
    f"{_SETTINGS}Secure;": "secure", f"{_SETTINGS}System;": "system", f"{_SETTINGS}Global;": "global",
}  # fmt: skip

_RESOLVER = "Landroid/content/ContentResolver;"
SETTINGS_GETTERS = frozenset(
    f"{owner}->{name}({_RESOLVER}{_STRING}{default}){result}"
    for owner in SETTINGS_SPACES
    for name, default, result in (
        ("getString", "", _STRING), ("getInt", "", "I"), ("getInt", "I", "I"), ("getLong", "", "J"),
        ("getLong", "J", "J"), ("getFloat", "", "F"), ("getFloat", "F", "F"),
    )
)  # fmt: skip
"""Getters of settings; the key is their second parameter."""

URI_PARSE = "Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;"

FILE_OPENERS = {
    "Ljava/io/File;-><init>(Ljava/lang/String;)V": 0,
    "Ljava/io/FileInputStream;-><init>(Ljava/lang/String;)V": 0,
    "Ljava/io/FileReader;-><init>(Ljava/lang/String;)V": 0,
    "Ljava/io/RandomAccessFile;-><init>(Ljava/lang/String;Ljava/lang/String;)V": 0,
    "Landroid/os/FileObserver;-><init>(Ljava/lang/String;)V": 0,
    "Landroid/os/FileObserver;-><init>(Ljava/lang/String;I)V": 0,
}
"""Constructors that take a path, and which parameter it is."""

COMMANDS = {
    "Ljava/lang/Runtime;->exec(Ljava/lang/String;)Ljava/lang/Process;": False,
    "Ljava/lang/Runtime;->exec(Ljava/lang/String;[Ljava/lang/String;)Ljava/lang/Process;": False,
    "Ljava/lang/Runtime;->exec(Ljava/lang/String;[Ljava/lang/String;Ljava/io/File;)Ljava/lang/Process;": False,
    "Ljava/lang/Runtime;->exec([Ljava/lang/String;)Ljava/lang/Process;": True,
    "Ljava/lang/Runtime;->exec([Ljava/lang/String;[Ljava/lang/String;)Ljava/lang/Process;": True,
    "Ljava/lang/Runtime;->exec([Ljava/lang/String;[Ljava/lang/String;Ljava/io/File;)Ljava/lang/Process;": True,
    "Ljava/lang/ProcessBuilder;-><init>([Ljava/lang/String;)V": True,
}
"""Calls that run a command, and whether it comes as an array of words."""

ACTIONS = frozenset(
    {
        "Landroid/content/IntentFilter;-><init>(Ljava/lang/String;)V",
        "Landroid/content/IntentFilter;->addAction(Ljava/lang/String;)V",
    }
)
"""Calls whose first parameter is the action of a broadcast that is subscribed to."""

REFLECTION = frozenset(
    f"Ljava/lang/Class;->{name}(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;"
    for name in ("getMethod", "getDeclaredMethod")
)
FOR_NAME = "Ljava/lang/Class;->forName("

_LISTEN = "Landroid/telephony/TelephonyManager;->listen("
_CALL_STATE, _CELL_PLACE = 0x20, 0x10 | 0x400
_INTEGERS: dict[
    tuple[str, str], tuple[int, int]
] = {  # (start of the signature, data id) → (parameter, any of these bits)
    (_LISTEN, "call_log"): (1, _CALL_STATE),
    (_LISTEN, "phone_number"): (1, _CALL_STATE),
    (_LISTEN, "location.coarse"): (1, _CELL_PLACE),
    (_LISTEN, "network.cell"): (1, _CELL_PLACE | 0x2 | 0x100),
}
_CHOICES = {
    "Landroid/media/MediaMetadataRetriever;->extractMetadata(": frozenset({"23"}),
    "Landroid/hardware/SensorManager;->getDefaultSensor(": frozenset({"18", "19", "21", "31"}),
}
"""Start of the signature → the numbers that count: the location; step detector, steps, heart rate, heart beat."""
_EXIF = ("Landroid/media/ExifInterface;->getAttribute(", "Landroidx/exifinterface/media/ExifInterface;->getAttribute(")
_GPS = "GPS"

_SERVICES = {
    "android.permission.BIND_ACCESSIBILITY_SERVICE": "android.accessibilityservice.AccessibilityService",
    "android.permission.BIND_NOTIFICATION_LISTENER_SERVICE": "android.service.notification.NotificationListenerService",
}
"""Permission with which the system binds a service → the service's action."""


def missing_services(components: Iterable[Component]) -> frozenset[str]:
    """Return the binding permissions of `_SERVICES` of which the manifest offers no service.

    Without one the system hands the app no other app's events: what looks like reading them is the app's own views.
    """
    rows = [row for row in components if row.kind == "service"]
    given = {row.permission for row in rows}
    actions = {action for row in rows for action in row.actions}
    return frozenset(name for name, action in _SERVICES.items() if name not in given and action not in actions)


def holds(site: Site, data: str, when: tuple[str, ...]) -> bool | None:
    """Tell whether a call with a deciding argument yields ``data``; `None` when the argument is not known."""
    for (start, kind), (number, bits) in _INTEGERS.items():
        if kind == data and site.target.startswith(start):
            value = site.argument(number)
            return bool(int(value.text) & bits) if value.kind == "int" else None
    for start, numbers in _CHOICES.items():
        if site.target.startswith(start):
            value = site.argument(0)
            return value.text in numbers if value.kind == "int" else None
    if site.target.startswith(_EXIF):
        value = site.argument(0)
        return value.text.startswith(_GPS) if value.kind == "string" else None
    if not when:
        return None
    values = string_parameters(site)
    if any(value.kind == "string" and value.text in when for value in values):
        return True
    return False if values and all(value.kind == "string" for value in values) else None


def string_parameters(site: Site) -> list[Value]:
    """Return the values of the parameters that are strings."""
    return [site.argument(number) for number, shape in enumerate(shapes(site.target)) if shape == _STRING]


def string_parameter(site: Site) -> Value | None:
    """Return the value of the first parameter that is a string."""
    return next((site.argument(number) for number, shape in enumerate(shapes(site.target)) if shape == _STRING), None)


def uri_parameter(site: Site) -> Value | None:
    """Return the value of the first parameter that is a `Uri`."""
    place = next((n for n, shape in enumerate(shapes(site.target)) if shape == "Landroid/net/Uri;"), None)
    return None if place is None else site.argument(place)


def shapes(signature: str) -> Iterator[str]:
    """Yield the descriptors of a signature's parameters."""
    text = signature[signature.find("(") + 1 : signature.find(")")]
    at = 0
    while at < len(text):
        begin = at
        while text[at] == "[":
            at += 1
        at = text.find(";", at) + 1 if text[at] == "L" else at + 1
        yield text[begin:at]


def command_line(site: Site, words: bool) -> str | None:
    """Return the command that a call runs; an array's unknown words become ``?``. `None` when it is not known."""
    if not words:
        value = site.argument(0)
        return value.text if value.kind == "string" else None
    parts = site.array(0)
    texts = [part.text if part.kind == "string" else "?" for part in parts]
    if len(texts) > 2 and texts[1] == "-c" and texts[0].rpartition("/")[2] in {"sh", "su", "bash"}:
        texts = texts[2:]
    return " ".join(texts) if texts and texts[0] != "?" else None
