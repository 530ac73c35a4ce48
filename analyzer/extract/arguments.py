"""What an argument decides: the calls whose data depends on a constant, and how that constant is read.

`rules/apis` says *that* an argument decides; which parameter it is, and what the flags of an integer mean, is a matter
of the signature and stands here. Source of the constants: the public Android API reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from analyzer.dex import UNKNOWN, Site, Value
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

ACTIONS = frozenset(
    {
        "Landroid/content/IntentFilter;-><init>(Ljava/lang/String;)V",
        "Landroid/content/IntentFilter;->addAction(Ljava/lang/String;)V",
    }
)
"""Calls whose first parameter is the action of a broadcast that is subscribed to."""

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
    "Landroid/media/MediaRecorder;->setVideoSource(": frozenset({"0", "1"}),
}
"""Start of the signature → the numbers that count: the location; the camera, which is the default, too."""
_SENSORS = "Landroid/hardware/SensorManager;->"
_BODY = frozenset({"18", "19", "21", "31", "34"})
"""Types of sensors of the body: step detector, steps, heart rate, heart beat, low-latency off-body detection."""
_TEXTS = {"Lcom/heytap/openid/IOpenID;->getSerID(": (2, frozenset({"OUID", "DUID", "AUID"}))}
"""Start of the signature → the parameter, and the texts that count."""
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


def holds(site: Site, data: str, when: tuple[str, ...]) -> bool | None:  # noqa: PLR0911  # one for each kind of argument
    """Tell whether a call with a deciding argument yields ``data``; `None` when the argument is not known."""
    target = site.target
    for (start, kind), (number, bits) in _INTEGERS.items():
        if kind == data and target.startswith(start):
            return _any(site.argument(number), "int", _has_bits(bits))
    for start, numbers in _CHOICES.items():
        if target.startswith(start):
            return _any(site.argument(0), "int", numbers.__contains__)
    for start, (number, texts) in _TEXTS.items():
        if target.startswith(start):
            return _any(site.argument(number), "string", texts.__contains__)
    if target.startswith(_SENSORS):
        return _sensor(site, data)
    if target.startswith(_EXIF):
        return _any(site.argument(0), "string", lambda text: text.startswith(_GPS))
    if not when:
        return None
    values = string_parameters(site)
    if any(text in when for value in values for text in value.texts):
        return True
    return False if values and all(map(is_told, values)) else None


def _has_bits(bits: int) -> Callable[[str], bool]:
    return lambda text: bool(int(text) & bits)


def _any(value: Value, kind: str, fits: Callable[[str], bool]) -> bool | None:
    """Tell whether some alternative fits; `None` when none does and not all are known."""
    if any(one.kind == kind and fits(one.text) for one in value.options):
        return True
    return False if all(one.kind == kind for one in value.options) else None


def _sensor(site: Site, data: str) -> bool | None:
    """Tell by the type of a sensor whether it is one of the body; a listener has the sensor as an argument."""
    start = "getDefaultSensor("
    if site.target.startswith(_SENSORS + start):
        kinds = [site.argument(0)]
    elif site.target.startswith(_SENSORS + "registerListener(Landroid/hardware/SensorEventListener;"):
        sensors = site.argument(1).options
        kinds = [one.parts[1] if start in one.text and len(one.parts) > 1 else UNKNOWN for one in sensors]
    else:
        return None
    wanted = data == "body_sensors"
    told = [_any(kind, "int", lambda text: (text in _BODY) == wanted) for kind in kinds]
    return True if True in told else None if None in told or not told else False


_OWN_NAMES = ("->getPackageName()Ljava/lang/String;", "->getOpPackageName()Ljava/lang/String;")
_INTENT, _MAIN = "Landroid/content/Intent;", "android.intent.action.MAIN"
_OF_ALL = frozenset(f"android.intent.category.{name}" for name in ("LAUNCHER", "LEANBACK_LAUNCHER", "INFO", "DEFAULT"))
"""Categories with which an intent still fits nearly every app."""
_NARROWING = frozenset({"setPackage", "setClass", "setClassName", "setComponent", "setData", "setType", "setSelector"})


def asks_about(site: Site, package: str | None) -> str | None:
    """Tell of which apps a call of `PackageManager` asks: ``itself``, ``all``, or `None` for others and not known."""
    first = next(iter(shapes(site.target)), None)
    if first == _STRING:
        options = site.argument(0).options
        own = [one.text.endswith(_OWN_NAMES) if one.kind == "call" else one.text == package for one in options]
        return "itself" if all(own) else None
    if first == _INTENT and "queryIntentActivities(" in site.target:
        options = site.argument(0).options
        if any(map(_is_launcher, options)) and not _is_narrowed(site):
            return "all"
    return None


def _is_launcher(intent: Value) -> bool:
    """Whether an intent is for the main activities of apps; ``addCategory`` and its like return the intent itself."""
    while intent.kind == "call" and intent.text.startswith(f"{_INTENT}->") and intent.parts:
        if "->setAction(" in intent.text:
            return len(intent.parts) > 1 and _MAIN in intent.parts[1].texts
        intent = intent.parts[0]
    return intent.kind == "new" and intent.text == _INTENT and bool(intent.parts) and _MAIN in intent.parts[0].texts


def _is_narrowed(site: Site) -> bool:
    """Whether the method makes an intent fit some apps only, before it asks: by a category of its own, or a name.

    Which of several intents it narrows is not told apart: in doubt the row stays one that proves nothing by itself.
    """
    method = site.flow.program.method(site.part, site.item)
    for at in method.positions[: method.number(site.offset)]:
        name = (method.invoked(at) or "").removeprefix(f"{_INTENT}->").partition("(")[0]
        if name in _NARROWING:
            return True
        if name == "addCategory":
            categories = site.flow.argument(site.part, site.item, at, 1)
            if not categories.texts or any(text not in _OF_ALL for text in categories.texts):
                return True
    return False


def is_told(text: Value) -> bool:
    """Whether every alternative of a text is known; `null` is, and asks for nothing."""
    return all(one.kind == "string" or (one.kind == "int" and one.text == "0") for one in text.options)


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


@lru_cache(maxsize=4096)
def shapes(signature: str) -> tuple[str, ...]:
    """Return the descriptors of a signature's parameters."""
    return tuple(_split(signature))


def _split(signature: str) -> Iterator[str]:
    text = signature[signature.find("(") + 1 : signature.find(")")]
    at = 0
    while at < len(text):
        begin = at
        while text[at : at + 1] == "[":
            at += 1
        at = text.find(";", at) + 1 if text[at : at + 1] == "L" else at + 1
        yield text[begin:at]
