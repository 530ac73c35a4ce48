"""Members that code reaches by their names: which class, which method or field, called with what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.dex import UNKNOWN, Value
from analyzer.dex.flow.made import BY_REFLECTION, classes
from analyzer.dex.flow.value import join

from .arguments import shapes

_STRING, _CLASS, _OBJECT = "Ljava/lang/String;", "Ljava/lang/Class;", "Ljava/lang/Object;"
_METHOD, _FIELD = "Ljava/lang/reflect/Method;", "Ljava/lang/reflect/Field;"
METHOD_LOOKUPS = frozenset(
    f"{_CLASS}->{name}({_STRING}[{_CLASS}){_METHOD}" for name in ("getMethod", "getDeclaredMethod")
)
FIELD_LOOKUPS = frozenset(f"{_CLASS}->{name}({_STRING}){_FIELD}" for name in ("getField", "getDeclaredField"))
INVOKE = f"{_METHOD}->invoke({_OBJECT}[{_OBJECT}){_OBJECT}"
FIELD_READ = f"{_FIELD}->get({_OBJECT}){_OBJECT}"
USES = frozenset({INVOKE, FIELD_READ})
CALLS = METHOD_LOOKUPS | FIELD_LOOKUPS | USES
"""Calls by which a member is looked up, called or read."""
MAKERS = BY_REFLECTION
"""Calls that make an object of a class which is looked up."""
_BY_NAME = (f"{_CLASS}->forName(", "Ljava/lang/ClassLoader;->loadClass(", "Ldalvik/system/")
_GET_CLASS = f"{_OBJECT}->getClass(){_CLASS}"
_SERVICE = "->getSystemService("
_SERVICES = {
    "phone": "android.telephony.TelephonyManager",
    "telephony_subscription_service": "android.telephony.SubscriptionManager",
    "wifi": "android.net.wifi.WifiManager",
    "connectivity": "android.net.ConnectivityManager",
    "location": "android.location.LocationManager",
    "bluetooth": "android.bluetooth.BluetoothManager",
    "activity": "android.app.ActivityManager",
    "usagestats": "android.app.usage.UsageStatsManager",
    "clipboard": "android.content.ClipboardManager",
    "account": "android.accounts.AccountManager",
    "sensor": "android.hardware.SensorManager",
    "camera": "android.hardware.camera2.CameraManager",
}
"""Name of a system service → class of its manager. Source: the public Android API reference."""
_BOXES = {
    "Integer": "I", "Long": "J", "Short": "S", "Byte": "B", "Boolean": "Z", "Character": "C", "Float": "F",
    "Double": "D",
}  # fmt: skip
LIBRARIES = (
    "Landroidx/", "Landroid/support/", "Lkotlin/", "Lkotlinx/", "Lcom/google/gson/", "Lcom/google/android/material/",
    "Lcom/google/common/", "Lcom/google/protobuf/", "Lcom/google/android/gms/", "Lcom/google/firebase/", "Lokhttp3/",
    "Lokio/", "Lretrofit2/", "Lcom/squareup/", "Lorg/greenrobot/", "Lcom/bumptech/glide/", "Lio/reactivex/", "Lrx/",
    "Lorg/apache/", "Lcom/alibaba/fastjson", "Lcom/fasterxml/", "Lorg/json/", "Lbutterknife/", "Ldagger/", "Ljavax/",
    "Ljava/", "Lorg/jetbrains/", "Lorg/slf4j/", "Lorg/junit/", "Lorg/hamcrest/", "Lorg/mockito/", "Lorg/conscrypt/",
    "Lorg/bouncycastle/", "Lio/netty/", "Lcom/facebook/react/", "Lcom/esotericsoftware/", "Lorg/codehaus/",
)  # fmt: skip
"""Prefixes of well-known libraries that look members up by names they are given: no sign of anything hidden."""


@dataclass(frozen=True, slots=True, order=True)
class Computed:
    """A member that is looked up by a name which the code does not show."""

    caller: str
    what: str
    """What is not known: ``method of an unknown class``, ``method of android.telephony.TelephonyManager``."""


def dotted_name(signature: str) -> tuple[str, str]:
    """Return (``pkg.Cls``, member's name) of a signature."""
    owner, _, member = signature.partition("->")
    return owner[1:-1].replace("/", "."), member.partition("(")[0].partition(":")[0]


def is_library(caller: str) -> bool:
    """Whether a method belongs to one of `LIBRARIES`."""
    return caller.startswith(LIBRARIES)


def class_names(value: Value) -> tuple[set[str], bool]:
    """Return the dotted names of the classes that a `Class` object may be, and whether these are all."""
    found: set[str] = set()
    whole = True
    for one in value.options:
        names = _names(one)
        found |= names
        whole = whole and bool(names)
    return found, whole


def _names(value: Value) -> set[str]:
    if value.kind == "class":
        return {_dotted(value.text)}
    if value.kind != "call" or not value.parts:
        return set()
    if value.text.startswith(_BY_NAME[:1]):
        return set(value.parts[0].texts)
    if value.text.startswith(_BY_NAME[1:]) and "loadClass(" in value.text:
        return set(value.parts[1].texts) if len(value.parts) > 1 else set()
    if value.text == _GET_CLASS:
        return {name for one in value.parts[0].options if (name := _type(one))}
    return set()


def _type(value: Value) -> str | None:
    """Return the dotted name of the declared type of an object."""
    if value.kind == "new":
        return _dotted(value.text)
    if value.kind == "field":
        return _dotted(value.text.rpartition(":")[2])
    if value.kind != "call":
        return None
    if _SERVICE in value.text and len(value.parts) > 1:
        asked = value.parts[1]
        return (
            _SERVICES.get(asked.text)
            if asked.kind == "string"
            else _dotted(asked.text)
            if asked.kind == "class"
            else None
        )
    result = value.text.rpartition(")")[2]
    return _dotted(result) if result not in {_OBJECT, ""} else None


def _dotted(descriptor: str) -> str:
    return descriptor[1:-1].replace("/", ".")


def is_unknown_class(maker: Value) -> bool:
    """Whether an object is made of a class that some text names which the code does not show."""
    return classes(maker) is None and any(_is_named(one) for one in maker.options)


def _is_named(value: Value) -> bool:
    """Whether a `Class` or `Constructor` object comes from a look-up by name."""
    if value.kind != "call":
        return False
    return value.text.startswith(_BY_NAME) or (
        value.text.startswith(f"{_CLASS}->get") and any(map(_is_named, value.parts))
    )


def lookups(value: Value, wanted: frozenset[str]) -> list[tuple[Value, Value, Value | None]]:
    """Return (class, name, parameter types) of the members that a `Method` or `Field` object may be."""
    return [
        (one.parts[0], one.parts[1], one.parts[2] if len(one.parts) > 2 else None)
        for one in value.options
        if one.kind == "call" and one.text in wanted and len(one.parts) > 1
    ]


def key_of(given: Value) -> Value:
    """Return the first text among the arguments of a reflective call: the key that a getter is asked for."""
    keys = []
    for one in given.options:
        texts = [part for part in one.parts if part.texts] if one.kind == "array" else []
        keys.append(texts[0] if texts else UNKNOWN)
    return join(keys)


def overload(signatures: Iterable[str], types: Value | None) -> str | None:
    """Return the method of one name that these parameter types choose; the one with the fewest when they do not say."""
    ordered = sorted(signatures, key=lambda one: (len(list(shapes(one))), one))
    if types is not None and types.kind == "array":
        given = [_shape(part) for part in types.parts]
        exact = [one for one in ordered if list(shapes(one)) == given]
        same_length = [one for one in ordered if len(list(shapes(one))) == len(given)]
        ordered = exact or same_length or ordered
    return ordered[0] if ordered else None


def _shape(value: Value) -> str:
    if value.kind == "class":
        return value.text
    box = value.text.removeprefix("Ljava/lang/").partition(";")[0] if value.kind == "field" else ""
    return _BOXES.get(box, "?")
