"""Writes app bundles: an APK's manifest, layouts and resource table as the protocol-buffer messages of aapt2.

The opposite of `analyzer.container.protoxml` and `prototable`, written from AOSP's ``Resources.proto`` alone. The APK is
read with our own readers, so that both packages say the same.
"""

import io
import struct
import zipfile

from apks import Member, make_zip

from analyzer.container.axml import ANDROID, ATTRIBUTES, TOOLS, parse_axml
from analyzer.container.resources import ResourceTable

IDS = {f"android:{name}": number for number, name in ATTRIBUTES.items()}
PREFIXES = {"android:": ANDROID, "tools:": TOOLS}
KINDS = {0x10: 6, 0x11: 7, 0x12: 8}

REST = "root"
"""Folder of a module for what belongs nowhere else."""


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def field(number, content):
    """Return one field: a number, a text or a message."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content & 0xFFFFFFFFFFFFFFFF)
    raw = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def item(value):
    """Return an ``Item``."""
    if value.text is not None:
        return field(5 if value.text.startswith("res/") else 2, field(1, value.text))
    if value.reference is not None:
        return field(1, field(2, value.reference))
    content = int(bool(value.data)) if value.kind == 0x12 else value.data
    if value.kind == 0x10 and content >> 31:
        content -= 1 << 32  # an int32, written with its sign
    return field(7, field(KINDS.get(value.kind, 7), content))


def xml(element):
    """Return an ``XmlNode``."""
    body = field(3, element.tag)
    for name, value in element.attributes.items():
        prefix = next((one for one in PREFIXES if name.startswith(one)), "")
        told = field(1, PREFIXES[prefix]) if prefix else b""
        told += field(2, name.removeprefix(prefix)) + field(3, value.text if value.text is not None else "?")
        if name in IDS:
            told += field(5, IDS[name])
        if value.text is None:  # aapt2 compiles texts too, but need not
            told += field(6, item(value))
        body += field(4, told)
    return field(1, body + b"".join(field(5, xml(child)) for child in element.children)) + field(3, field(1, 2))


def table(raw):
    """Return a ``ResourceTable`` with the entries of a binary one."""
    known = ResourceTable(raw)
    kinds = {known.type_name(package << 24 | kind << 16) for package, kind in known.types}
    packages = b""
    for package in sorted({package for package, _ in known.types}):
        body = field(1, field(1, package)) + field(2, known.packages[0] if known.packages else "")
        for _, kind in sorted(key for key in known.types if key[0] == package):
            name = known.type_name(package << 24 | kind << 16)
            assert name in kinds
            told = field(1, field(1, kind)) + field(2, name)
            for reference in sorted(one for one in known.ids(frozenset({name})) if one >> 16 & 0xFF == kind):
                values = b""
                for one in known.candidates(reference):
                    config = field(3, one.language) if one.language else b""
                    if one.release:
                        config += field(24, one.release)
                    if one.release is None:
                        config += field(18, 480)
                    values += field(6, field(1, config) + field(2, field(4, item(one.value))))
                told += field(3, field(1, field(1, reference & 0xFFFF)) + field(2, "name") + values)
            body += field(3, told)
        packages += field(2, body)
    return field(1, field(1, b"")) + packages


def is_xml(raw):
    return struct.unpack_from("<H", raw)[0] == 3 if len(raw) > 8 else False


def bundle_of(apk, module="base"):
    """Return the members of an AAB's module with the content of an APK; signatures are left out."""
    rows = []
    with zipfile.ZipFile(io.BytesIO(apk)) as archive:
        for name in archive.namelist():
            raw = archive.read(name)
            if name == "AndroidManifest.xml":
                rows.append((f"{module}/manifest/{name}", xml(parse_axml(raw))))
            elif name == "resources.arsc":
                rows.append((f"{module}/resources.pb", table(raw)))
            elif name.endswith(".dex") and "/" not in name:
                rows.append((f"{module}/dex/{name}", raw))
            elif name.startswith("res/") and name.endswith(".xml") and is_xml(raw):
                rows.append((f"{module}/{name}", xml(parse_axml(raw))))
            elif name.startswith(("res/", "assets/", "lib/")):
                rows.append((f"{module}/{name}", raw))
            elif not name.startswith("META-INF/"):
                rows.append((f"{module}/{REST}/{name}", raw))
    return rows


def make_bundle(*modules):
    """Return an AAB of modules, each as `bundle_of` gives it."""
    rows = [("BundleConfig.pb", field(1, field(2, "1.15.6"))), *[row for module in modules for row in module]]
    return make_zip([Member(name.encode(), raw) for name, raw in rows])
