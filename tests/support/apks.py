"""Makes small packages byte by byte, with every field of ZIP, binary XML and DEX open to tampering."""

import hashlib
import struct
import zlib
from dataclasses import dataclass, field

ANDROID = "http://schemas.android.com/apk/res/android"
ATTRIBUTE_IDS = {
    "label": 0x01010001,
    "name": 0x01010003,
    "permission": 0x01010006,
    "hasCode": 0x0101000C,
    "enabled": 0x0101000E,
    "debuggable": 0x0101000F,
    "exported": 0x01010010,
    "process": 0x01010011,
    "taskAffinity": 0x01010012,
    "excludeFromRecents": 0x01010017,
    "authorities": 0x01010018,
    "value": 0x01010024,
    "resource": 0x01010025,
    "mimeType": 0x01010026,
    "scheme": 0x01010027,
    "host": 0x01010028,
    "path": 0x0101002A,
    "id": 0x010100D0,
    "tag": 0x010100D1,
    "targetActivity": 0x01010202,
    "allowTaskReparenting": 0x01010204,
    "minSdkVersion": 0x0101020C,
    "versionCode": 0x0101021B,
    "versionName": 0x0101021C,
    "onClick": 0x0101026F,
    "targetSdkVersion": 0x01010270,
    "maxSdkVersion": 0x01010271,
    "backupAgent": 0x0101027F,
    "usesCleartextTraffic": 0x010104EC,
    "autoVerify": 0x010104EE,
    "networkSecurityConfig": 0x01010527,
    "versionCodeMajor": 0x01010576,
    "appComponentFactory": 0x0101057A,
    "foregroundServiceType": 0x01010599,
}


# --- ZIP -------------------------------------------------------------------------------------------------------------


@dataclass
class Member:
    """One entry; fields left at `None` are computed."""

    name: bytes
    content: bytes
    method: int = 8
    flags: int = 0
    local_flags: int | None = None
    local_name: bytes | None = None
    local_size: int | None = None
    size: int | None = None
    compressed: int | None = None
    crc: int | None = None
    claimed_method: int | None = None
    local_extra: bytes = b""
    extra: bytes = b""
    extra_length: int | None = None
    before: bytes = b""
    """Bytes written before the local header."""
    listed: bool = True
    """Whether the central directory names it."""
    descriptor: bool = False
    offset: int | None = None


def stored_form(member):
    if member.method == 0:
        return member.content
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(member.content) + packer.flush()


def make_zip(members, *, prefix=b"", shift=0, count=None, comment=b"", tail=b"", cut_directory=0, directory_size=None):
    """Write a ZIP; `shift` is added to the offsets, `cut_directory` bytes are cut off the central directory."""
    out, directory = bytearray(prefix), bytearray()
    written = 0
    for member in members:
        out += member.before
        body = stored_form(member)
        offset = len(out) if member.offset is None else member.offset
        crc = zlib.crc32(member.content) if member.crc is None else member.crc
        size = len(member.content) if member.size is None else member.size
        compressed = len(body) if member.compressed is None else member.compressed
        method = member.method if member.claimed_method is None else member.claimed_method
        flags = member.flags | (8 if member.descriptor else 0)
        local_name = member.name if member.local_name is None else member.local_name
        local_size = size if member.local_size is None else member.local_size
        sizes = (0, 0, 0) if member.descriptor else (crc, compressed, local_size)
        local_flags = flags if member.local_flags is None else member.local_flags
        if member.offset is None:
            out += struct.pack(
                "<4sHHHHHIIIHH",
                b"PK\x03\x04",
                20,
                local_flags,
                method,
                0,
                33,
                *sizes,
                len(local_name),
                len(member.local_extra),
            )
            out += local_name + member.local_extra + body
            if member.descriptor:
                out += struct.pack("<4sIII", b"PK\x07\x08", crc, compressed, size)
        if not member.listed:
            continue
        written += 1
        extra_length = len(member.extra) if member.extra_length is None else member.extra_length
        directory += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            20,
            20,
            flags,
            method,
            0,
            33,
            crc,
            compressed,
            size,
            len(member.name),
            extra_length,
            0,
            0,
            0,
            0,
            offset + shift,
        )
        directory += member.name + member.extra
    if cut_directory:
        del directory[-cut_directory:]
    start = len(out) + shift
    out += directory
    claimed = len(directory) if directory_size is None else directory_size
    total = written if count is None else count
    out += struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, total, total, claimed, start, len(comment)) + comment
    return bytes(out + tail)


# --- binary XML ------------------------------------------------------------------------------------------------------


@dataclass
class Node:
    tag: str
    attributes: dict = field(default_factory=dict)
    """Name (of the android name space unless it begins with ``:``) → str, int, bool, or ("ref", id)."""
    children: list = field(default_factory=list)
    text: str = ""


def make_axml(root, *, names=True, header_size=8, kind=3, dummy=False, count_lie=0):
    """Write binary XML; `names=False` blanks the attribute names, as obfuscators do (resource ids stay)."""
    known = sorted({name for name in _attribute_names(root) if name in ATTRIBUTE_IDS}, key=ATTRIBUTE_IDS.get)
    strings = [name if names else "" for name in known]

    def index(text):
        if text not in strings[len(known) :]:
            strings.append(text)
        return len(known) + strings[len(known) :].index(text)

    uri = index(ANDROID)
    body = bytearray()

    def attribute(name, value):
        plain = name.startswith(":")
        key = known.index(name) if name in known else index(name.lstrip(":"))
        if isinstance(value, bool):
            typed, raw = (0x12, 0xFFFFFFFF if value else 0), 0xFFFFFFFF
        elif isinstance(value, int):
            typed, raw = (0x10, value & 0xFFFFFFFF), 0xFFFFFFFF
        elif isinstance(value, tuple):
            typed, raw = (0x01, value[1]), 0xFFFFFFFF
        else:
            typed, raw = (0x03, index(value)), index(value)
        return struct.pack("<IIIHBBI", 0xFFFFFFFF if plain else uri, key, raw, 8, 0, *typed)

    def write(node):
        packed = b"".join(attribute(name, value) for name, value in node.attributes.items())
        size = 36 + len(packed)
        body.extend(struct.pack("<HHIIIII", 0x0102, 16, size, 1, 0xFFFFFFFF, 0xFFFFFFFF, index(node.tag)))
        body.extend(struct.pack("<HHHHHH", 20, 20, len(node.attributes), 0, 0, 0) + packed)
        if node.text:
            number = index(node.text)
            body.extend(struct.pack("<HHIIIIHBBI", 0x0104, 16, 28, 1, 0xFFFFFFFF, number, 8, 0, 3, number))
        for child in node.children:
            write(child)
        body.extend(struct.pack("<HHIIIII", 0x0103, 16, 24, 1, 0xFFFFFFFF, 0xFFFFFFFF, index(node.tag)))

    write(root)
    if dummy:
        body[:0] = struct.pack("<HHI", 0x7777, 8, 12) + b"junk"
    ids = struct.pack(f"<{len(known)}I", *(ATTRIBUTE_IDS[name] for name in known))
    mapping = struct.pack("<HHI", 0x0180, 8, 8 + len(ids)) + ids
    content = _string_pool(strings, count_lie) + mapping + bytes(body)
    return struct.pack("<HHI", kind, header_size, 8 + len(content)) + content


def _attribute_names(node):
    yield from node.attributes
    for child in node.children:
        yield from _attribute_names(child)


def _string_pool(strings, lie=0):
    data, offsets = bytearray(), []
    for text in strings:
        raw = text.encode("utf-16-le")
        offsets.append(len(data))
        data += struct.pack("<H", len(raw) // 2) + raw + b"\0\0"
    data += bytes(-len(data) % 4)
    start = 28 + 4 * len(offsets)
    return (
        struct.pack("<HHIIIIII", 1, 28, start + len(data), len(strings) + lie, 0, 0, start, 0)
        + struct.pack(f"<{len(offsets)}I", *offsets)
        + bytes(data)
    )


def make_manifest(
    package="cn.example.edu",
    *,
    min_sdk=24,
    target_sdk=34,
    permissions=(),
    application=None,
    components=(),
    extra=(),
    **options,
):
    """Write a manifest; `components` and `extra` are nodes under ``<application>`` and ``<manifest>``."""
    sdk = {"minSdkVersion": min_sdk, "targetSdkVersion": target_sdk}
    root = Node(
        "manifest",
        {"versionCode": 7, "versionName": "1.2.3", ":package": package},
        [
            Node("uses-sdk", {key: value for key, value in sdk.items() if value is not None}),
            *(Node("uses-permission", {"name": name}) for name in permissions),
            *extra,
            Node("application", application or {}, list(components)),
        ],
    )
    return make_axml(root, **options)


def launcher(name=".Main", **attributes):
    return Node("activity", {"name": name, **attributes}, [filter_of("android.intent.action.MAIN", launcher=True)])


def filter_of(action, *, launcher=False):
    nodes = [Node("action", {"name": action})]
    if launcher:
        nodes.append(Node("category", {"name": "android.intent.category.LAUNCHER"}))
    return Node("intent-filter", {}, nodes)


# --- DEX -------------------------------------------------------------------------------------------------------------


def make_dex(classes, strings=()):
    """Write a DEX file. `classes`: descriptor → list of signatures that its method ``run()V`` calls statically.

    `strings` are loaded by the first class's method, in order.
    """
    calls = {name: list(targets) for name, targets in classes.items()}
    parsed = {sig: _split(sig) for targets in calls.values() for sig in targets}
    types = {"V", "Ljava/lang/Object;", *calls}
    protos = {("V", ())}
    methods = {(name, "run", ("V", ())) for name in calls}
    for owner, name, proto in parsed.values():
        types |= {owner, proto[0], *proto[1]}
        protos.add(proto)
        methods.add((owner, name, proto))
    pool = {*types, "run", *strings}
    pool |= {name for _, name, _ in methods}
    pool |= {_shorty(proto) for proto in protos}
    names = sorted(pool, key=lambda text: text.encode("utf-16-be"))
    at = {text: number for number, text in enumerate(names)}
    type_list = sorted(types, key=at.get)
    type_at = {name: number for number, name in enumerate(type_list)}
    proto_list = sorted(protos, key=lambda p: (type_at[p[0]], [type_at[one] for one in p[1]]))
    proto_at = {proto: number for number, proto in enumerate(proto_list)}
    method_list = sorted(methods, key=lambda m: (type_at[m[0]], at[m[1]], proto_at[m[2]]))
    method_at = {method: number for number, method in enumerate(method_list)}

    header = 0x70
    offsets = {}
    position = header
    for key, count, width in (
        ("strings", len(names), 4),
        ("types", len(type_list), 4),
        ("protos", len(proto_list), 12),
        ("methods", len(method_list), 8),
        ("classes", len(calls), 32),
    ):
        offsets[key] = position
        position += count * width
    data_start = position
    data = bytearray()

    def place(raw, align=1):
        data.extend(bytes(-(data_start + len(data)) % align))
        offset = data_start + len(data)
        data.extend(raw)
        return offset

    parameter_lists = {
        proto: place(struct.pack(f"<I{len(proto[1])}H", len(proto[1]), *(type_at[one] for one in proto[1])), 4)
        for proto in proto_list
        if proto[1]
    }
    class_rows = []
    loaded = list(strings)
    for name in sorted(calls, key=type_at.get):
        code = bytearray()
        for text in loaded:
            code += struct.pack("<BBH", 0x1A, 0, at[text])
        loaded = []
        widest = 1
        for sig in calls[name]:
            count = len(parsed[sig][2][1])
            widest = max(widest, count)
            code += struct.pack("<BBHH", 0x77, count, method_at[parsed[sig]], 0)
        code += struct.pack("<BB", 0x0E, 0)
        item = struct.pack("<HHHHII", widest, 0, widest, 0, 0, len(code) // 2) + bytes(code)
        code_at = place(item, 4)
        method = method_at[name, "run", ("V", ())]
        members = b"\0\0" + _uleb(1) + _uleb(0) + _uleb(method) + _uleb(9) + _uleb(code_at)
        class_rows.append((type_at[name], place(members)))
    string_offsets = [place(_uleb(len(text)) + _mutf8(text) + b"\0") for text in names]
    map_at = place(struct.pack("<I", 2) + struct.pack("<HHII", 0, 0, 1, 0) + struct.pack("<HHII", 0x1000, 0, 1, 0), 4)
    tables = struct.pack(f"<{len(names)}I", *string_offsets)
    tables += struct.pack(f"<{len(type_list)}I", *(at[name] for name in type_list))
    for proto in proto_list:
        tables += struct.pack("<III", at[_shorty(proto)], type_at[proto[0]], parameter_lists.get(proto, 0))
    for owner, name, proto in method_list:
        tables += struct.pack("<HHI", type_at[owner], proto_at[proto], at[name])
    for number, members in class_rows:
        tables += struct.pack("<8I", number, 1, type_at["Ljava/lang/Object;"], 0, 0xFFFFFFFF, 0, members, 0)
    size = data_start + len(data)
    head = struct.pack(
        "<20I",
        size,
        header,
        0x12345678,
        0,
        0,
        map_at,
        len(names),
        offsets["strings"],
        len(type_list),
        offsets["types"],
        len(proto_list),
        offsets["protos"],
        0,
        0,
        len(method_list),
        offsets["methods"],
        len(calls),
        offsets["classes"],
        len(data),
        data_start,
    )
    rest = head + tables + bytes(data)
    digest = hashlib.sha1(rest).digest()
    return b"dex\n035\0" + struct.pack("<I", zlib.adler32(digest + rest)) + digest + rest


def _split(signature):
    owner, rest = signature.split("->")
    name, rest = rest.split("(")
    arguments, result = rest.split(")")
    found = []
    while arguments:
        depth = len(arguments) - len(arguments.lstrip("["))
        end = arguments.index(";", depth) + 1 if arguments[depth] == "L" else depth + 1
        found.append(arguments[:end])
        arguments = arguments[end:]
    return owner, name, (result, tuple(found))


def _shorty(proto):
    return "".join("L" if one[0] in "L[" else one for one in (proto[0], *proto[1]))


def _uleb(value):
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def _mutf8(text):
    return text.encode("utf-8").replace(b"\0", b"\xc0\x80")


# --- whole packages --------------------------------------------------------------------------------------------------


def members(manifest=None, dex=None, **files):
    """Return the usual entries; `files` maps names with ``__`` for ``/`` and ``_dot_`` for ``.``."""
    rows = [
        Member(b"AndroidManifest.xml", make_manifest(components=[launcher()]) if manifest is None else manifest),
        Member(b"classes.dex", make_dex({"Lcn/example/edu/Main;": []}) if dex is None else dex),
    ]
    rows += [Member(name.replace("__", "/").replace("_dot_", ".").encode(), content) for name, content in files.items()]
    return rows


def make_apk(manifest=None, dex=None, **files):
    """Return an unsigned package with one activity and its class."""
    return make_zip(members(manifest, dex, **files))
