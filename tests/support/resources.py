"""Writes resource tables and the binary XML of layouts, menus and manifests from short descriptions."""

import struct
from xml.etree import ElementTree as ET

from apks import ANDROID, Node, _string_pool, make_axml

APP = "http://schemas.android.com/apk/res-auto"
FIRST = 0x7F010000


def number_resources(names):
    """Return (type, name) → resource id; types and names count from where they stand in sorted order."""
    types = sorted({kind for kind, _ in names})
    numbers = {}
    for kind, name in sorted(names):
        entry = sum(1 for known, _ in numbers if known == kind)
        numbers[kind, name] = FIRST + (types.index(kind) << 16) + entry
    return numbers


def make_table(values, package="cn.example"):
    """Write ``resources.arsc``; `values`: (type, name) → str (a file or text), bool or int; one configuration."""
    types = sorted({kind for kind, _ in values})
    keys = sorted({name for _, name in values})
    texts = sorted({value for value in values.values() if isinstance(value, str)})
    body = _string_pool(types) + _string_pool(keys)
    for number, kind in enumerate(types, 1):
        entries = sorted(name for known, name in values if known == kind)
        body += struct.pack(
            f"<HHIBBHI{len(entries)}I",
            0x0202,
            16,
            16 + 4 * len(entries),
            number,
            0,
            0,
            len(entries),
            *[0] * len(entries),
        )
        packed = b"".join(
            struct.pack("<HHIHBBI", 8, 0, keys.index(name), 8, 0, *_typed(values[kind, name], texts))
            for name in entries
        )
        start = 84 + 4 * len(entries)
        body += struct.pack("<HHIBBHII", 0x0201, 84, start + len(packed), number, 0, 0, len(entries), start)
        body += struct.pack("<I60x", 64) + struct.pack(f"<{len(entries)}I", *range(0, 16 * len(entries), 16)) + packed
    named = package.encode("utf-16-le").ljust(256, b"\0")
    head = struct.pack("<HHII", 0x0200, 288, 288 + len(body), 0x7F) + named
    head += struct.pack("<IIIII", 288, len(types), 288 + len(_string_pool(types)), len(keys), 0)
    content = _string_pool(texts) + head + body
    return struct.pack("<HHII", 0x0002, 12, 12 + len(content), 1) + content


def _typed(value, texts):
    if isinstance(value, bool):
        return 0x12, 0xFFFFFFFF if value else 0
    if isinstance(value, int):
        return 0x10, value & 0xFFFFFFFF
    return 0x03, texts.index(value)


def make_xml(text, numbers=None):
    """Write binary XML from XML text without declarations: ``android:`` and ``app:`` are known prefixes."""
    return make_axml(nodes_of(text, numbers)[0])


def nodes_of(text, numbers=None):
    """Return the nodes of XML text; ``@type/name`` becomes a reference, ``true`` and ``false`` become booleans."""
    wrapped = ET.fromstring(f'<x xmlns:android="{ANDROID}" xmlns:app="{APP}">{text}</x>')
    return [_node(child, numbers or {}) for child in wrapped]


def _node(element, numbers):
    attributes = {}
    for key, value in element.attrib.items():
        uri, _, name = key.rpartition("}")
        attributes[name if uri == "{" + ANDROID else ":" + name] = value_of(value, numbers)
    return Node(element.tag, attributes, [_node(child, numbers) for child in element], (element.text or "").strip())


def value_of(text, numbers):
    """Return what an attribute's text stands for."""
    if isinstance(text, str) and text.startswith("@"):
        kind, _, name = text.lstrip("@+").partition("/")
        return ("ref", numbers[kind, name])
    return {"true": True, "false": False}.get(text, text) if isinstance(text, str) else text
