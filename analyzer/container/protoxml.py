"""XML in the form of app bundles (``XmlNode`` of aapt2) → the tree that binary XML gives.

Source: AOSP ``tools/aapt2/Resources.proto``.
"""

from __future__ import annotations

from .axml import ANDROID, ATTRIBUTES, MAX_ELEMENTS, TOOLS, Element
from .chunks import BOOLEAN, INT_DEC, INT_HEX, REFERENCE, STRING, ChunkError, Value
from .wire import fields, text

_NODE_ELEMENT = 1
_NAME, _ATTRIBUTE, _CHILD = 3, 4, 5
_A_NAMESPACE, _A_NAME, _A_VALUE, _A_RESOURCE, _A_ITEM = 1, 2, 3, 5, 6
_REF, _STR, _RAW, _STYLED, _FILE, _PRIMITIVE = 1, 2, 3, 4, 5, 7
_ATTRIBUTE_REFERENCE = 0x02
_REF_TYPE, _REF_ID = 1, 2
_NUMBERS = {6: INT_DEC, 7: INT_HEX, 8: BOOLEAN, 3: 0x04, 13: 0x05, 14: 0x06, 9: 0x1C, 10: 0x1D, 11: 0x1E, 12: 0x1F}
"""By field of ``Primitive``: kind of the ``Res_value`` that it stands for."""
_PREFIXES = {ANDROID: "android:", TOOLS: "tools:"}
FIRST_BYTE = b"\x0a"
"""An ``XmlNode`` with an element begins so; binary XML begins with 3."""


def parse_proto(raw: bytes | memoryview) -> Element:
    """Return the root element. Raises `ChunkError` when the bytes are no such message."""
    root: Element | None = None
    count = 0
    line: list[tuple[memoryview, list[Element] | None]] = [(memoryview(raw), None)]
    while line:  # not by recursion: the file decides how deep it is
        node, siblings = line.pop()
        for number, value in fields(node):
            if number != _NODE_ELEMENT or not isinstance(value, memoryview):
                continue
            count += 1
            if count > MAX_ELEMENTS:
                raise ChunkError(f"more than {MAX_ELEMENTS:,} elements")
            element, children = _element(value)
            if siblings is not None:
                siblings.append(element)
            elif root is None:
                root = element
            line += [(child, element.children) for child in reversed(children)]
    if root is None:
        raise ChunkError("no root element")
    return root


def _element(data: memoryview) -> tuple[Element, list[memoryview]]:
    element, children = Element(""), list[memoryview]()
    for number, value in fields(data):
        if not isinstance(value, memoryview):
            continue
        if number == _NAME:
            element.tag = text(value)
        elif number == _ATTRIBUTE:
            name, content = _attribute(value)
            element.attributes.setdefault(name, content)
        elif number == _CHILD:
            children.append(value)
    return element, children


def _attribute(data: memoryview) -> tuple[str, Value]:
    namespace = name = raw = ""
    resource, item = 0, None
    for number, value in fields(data):
        if number == _A_RESOURCE and isinstance(value, int):
            resource = value
        elif isinstance(value, int):
            continue
        elif number == _A_NAMESPACE:
            namespace = text(value)
        elif number == _A_NAME:
            name = text(value)
        elif number == _A_VALUE:
            raw = text(value)
        elif number == _A_ITEM:
            item = read_item(value)
    known = ATTRIBUTES.get(resource)
    whole = f"android:{known}" if known else _PREFIXES.get(namespace, "") + name
    return whole, item if item is not None else Value(STRING, 0, raw)


def read_item(data: memoryview) -> Value | None:
    """Return the value of an ``Item``; `None` for one that holds none, such as an id."""
    for number, value in fields(data):
        if not isinstance(value, memoryview):
            continue
        if number in {_STR, _RAW, _STYLED, _FILE}:
            found = next((one for key, one in fields(value) if key == 1), None)
            return Value(STRING, 0, text(found))
        if number == _REF:
            return _reference(value)
        if number == _PRIMITIVE:
            return _primitive(value)
    return None


def _reference(data: memoryview) -> Value:
    kind, identity = REFERENCE, 0
    for number, value in fields(data):
        if number == _REF_TYPE and value:
            kind = _ATTRIBUTE_REFERENCE
        elif number == _REF_ID and isinstance(value, int):
            identity = value & 0xFFFFFFFF
    return Value(kind, identity)


def _primitive(data: memoryview) -> Value | None:
    for number, value in fields(data):
        if number in _NUMBERS and isinstance(value, int):
            # The binary form has all bits set for true.
            whole = (0xFFFFFFFF if value else 0) if _NUMBERS[number] == BOOLEAN else value & 0xFFFFFFFF
            return Value(_NUMBERS[number], whole)
    return None
