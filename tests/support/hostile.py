"""Packages made to break readers of packages: each trick that was seen in the wild, made by our own generator.

Every case says what a reader may expect: which anomaly names the trick, which reason says what was not read, and
whether the package and its code are read all the same.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from apks import Member, Node, launcher, make_apk, make_dex, make_manifest, make_zip, members
from blocks import MAGIC, make_block
from resources import make_table, number_resources

PACKAGE = "cn.example.edu"
SPARSE, OFFSET16 = 1, 2
BAD_NAMES = {
    "NUL": b"assets/a\0b.txt",
    "newline": b"assets/a\nb.txt",
    "parent folder": b"../../../data/evil.txt",
    "parent folder, backslashes": b"assets\\..\\..\\evil.txt",
    "absolute": b"/system/evil.txt",
    "control characters": b"assets/\x1b[31mred\x07.txt",
    "bidirectional": "assets/\u202etxt.exe".encode(),
    "no UTF-8": b"assets/\xff\xfe.txt",
    "invisible": "assets/a\u200b\ufeff.txt".encode(),
}


@dataclass(frozen=True)
class Trick:
    """One package, and what is expected of the report on it."""

    data: bytes
    anomalies: tuple = ()
    reasons: tuple = ()
    """Codes of coverage reasons; with one the report is not complete."""
    package: str | None = PACKAGE
    classes: int = 1
    refused: str | None = None
    """A word of the one line with which it is refused; no report then."""
    label: str | None = None
    finding: str | None = None
    """A rule that must report it."""

    def __post_init__(self):
        """A structure that readers take differently is always a gap: nothing absent is proven then."""
        if self.finding in {"SECURITY.EVASION", "SECURITY.JANUS"}:
            object.__setattr__(self, "reasons", (*self.reasons, "ambiguous_structure"))


def evasion(data, *anomalies, **more):
    return Trick(data, anomalies, finding="SECURITY.EVASION", **more)


def tricks():
    """Return all tricks by name; each value makes its package when it is called."""
    return {**_archives(), **_entries(), **_manifests(), **_resources(), **_nested(), **_blocks()}


# --- the archive's records -------------------------------------------------------------------------------------------


def _archives():
    return {
        "extra field of zero size": lambda: Trick(make_zip([_with(row, extra=b"\0\0\0\0", local_extra=b"\0\0\0\0") for row in members()])),
        "extra field of three bytes": lambda: Trick(make_zip([_with(row, extra=b"\1\0\1", local_extra=b"\1\0\1") for row in members()])),
        "extra field that states more than it has": lambda: evasion(
            make_zip([_with(row, extra=b"\1\0\xff\xff", local_extra=b"\1\0\xff\xff") for row in members()]),
            "extra_field_malformed",
        ),
        "huge local extra fields": lambda: evasion(
            make_zip([_with(row, local_extra=b"\xfe\xca" + bytes(40_000)) for row in members()]), "huge_extra_field"
        ),
        "extra length beyond the directory": lambda: evasion(
            make_zip([_with(row, extra_length=60_000) for row in members()]),
            "central_directory_damaged", reasons=("archive_damaged",),
        ),
        "truncated central directory": lambda: evasion(
            make_zip(members(), cut_directory=30), "central_directory_damaged", reasons=("archive_damaged",)
        ),
        "central directory of zeros": lambda: evasion(
            _zeroed_directory(), "central_directory_damaged", reasons=("archive_damaged",)
        ),
        "end record that counts more entries": lambda: evasion(
            make_zip(members(), count=9), "central_directory_damaged", reasons=("archive_damaged",)
        ),
        "end record that counts fewer entries": lambda: evasion(
            make_zip(members(), count=1), "central_directory_damaged", reasons=("archive_damaged",)
        ),
        "end record at an odd offset": lambda: Trick(
            b"x" * 1026 + make_zip(members()), ("offsets_shifted", "data_prefix"), finding="SECURITY.CONTAINER",
            reasons=("ambiguous_structure",),
        ),
        "false end record in the comment": lambda: evasion(_false_end(plausible=False), "several_end_records"),
        "false end record of an empty archive in the comment": lambda: evasion(
            _false_end(plausible=True), "several_end_records"
        ),
        "no end record": lambda: Trick(make_apk()[:-22], refused="truncated"),
        "nothing but an end record": lambda: Trick(make_zip([]), refused="neither a manifest nor code"),
        "end record alone, directory elsewhere": lambda: Trick(
            struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 5, 5, 230, 0xFFFFFF, 0), refused="neither a manifest nor code"
        ),
        "bytes after the end": lambda: Trick(
            make_zip(members(), tail=b"tail" * 50), ("trailing_data",), finding="SECURITY.CONTAINER",
            reasons=("ambiguous_structure",),
        ),
        "ZIP64": lambda: Trick(_zip64()),
        "data descriptors": lambda: Trick(make_zip([_with(row, descriptor=True) for row in members()])),
        "data descriptors, sizes by the directory alone": lambda: Trick(_streamed()),
        "100,000 entries": lambda: Trick(_zip64(99_998)),
        "100,001 entries": lambda: Trick(_zip64(99_999), reasons=("limit_reached",), package=None, classes=0),
        "Janus": lambda: Trick(
            make_zip(members(), prefix=make_dex({"La/Evil;": []})), ("janus_prefix",), finding="SECURITY.JANUS"
        ),
        "entries over each other": lambda: evasion(
            make_zip([*members(), Member(b"assets/b", b"b" * 40, offset=0, local_name=b"AndroidManifest.xml")]),
            "overlapping_entries", "name_mismatch",
        ),
        "entry in no directory": lambda: evasion(
            make_zip([*members(), Member(b"hidden.dex", make_dex({"La/Evil;": []}), listed=False), Member(b"b", b"2")]),
            "hidden_entry",
        ),
    }  # fmt: skip


def _with(member, **changes):
    for name, value in changes.items():
        setattr(member, name, value)
    return member


def _zeroed_directory():
    data = bytearray(make_apk())
    size, start = struct.unpack_from("<II", data, len(data) - 10)
    data[start : start + size] = bytes(size)
    return bytes(data)


def _false_end(*, plausible):
    """Put an end record into the comment: one that points nowhere, or one of an archive without entries."""
    false = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *((0, 0, 0, 0) if plausible else (7, 7, 999, 0xFFFFFF)), 0)
    return make_zip(members(), comment=b"comment " + false)


def _zip64(count=0):
    """Write every size and offset in 64-bit fields, as the format allows for small archives too."""
    rows = []
    out = bytearray()
    for row in [*members(), *(Member(b"assets/%d" % number, b"") for number in range(count))]:
        body = zlib.compress(row.content)[2:-4]
        at, crc = len(out), zlib.crc32(row.content)
        local = struct.pack("<HHQQ", 1, 16, len(row.content), len(body))
        out += struct.pack(
            "<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 8, 0, 33, crc, *[0xFFFFFFFF] * 2, len(row.name), len(local)
        )
        out += row.name + local + body
        extra = struct.pack("<HHQQQ", 1, 24, len(row.content), len(body), at)
        rows.append(
            struct.pack(
                "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, 8, 0, 33, crc, *[0xFFFFFFFF] * 2,
                len(row.name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF,
            ) + row.name + extra
        )  # fmt: skip
    start, size = len(out), sum(map(len, rows))
    out += b"".join(rows)
    end = len(out)
    out += struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(rows), len(rows), size, start)
    out += struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)
    return bytes(out + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0))


class _Unseekable(io.BytesIO):
    def seekable(self):
        return False

    def seek(self, *unused):
        raise io.UnsupportedOperation


def _streamed():
    target = _Unseekable()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in members():
            archive.writestr(row.name.decode(), row.content)
    return target.getvalue()


# --- entries ---------------------------------------------------------------------------------------------------------


def _entries():
    evil = make_dex({"La/Evil;": []})
    text = b"text " * 20
    found = {
        "encrypted flag on every entry": lambda: evasion(make_zip([_with(row, flags=1) for row in members()]), "encrypted_flag"),
        "encrypted flag in the local headers": lambda: evasion(
            make_zip([_with(row, local_flags=1) for row in members()]), "encrypted_flag"
        ),
        "encrypted flag in the directory": lambda: evasion(
            make_zip([_with(row, flags=1, local_flags=0) for row in members()]), "encrypted_flag"
        ),
        "made-up compression, stored": lambda: evasion(
            make_zip([_with(row, method=0, claimed_method=0x2317) for row in members()]), "bogus_compression_method"
        ),
        "made-up compression, deflated": lambda: evasion(
            make_zip([_with(row, claimed_method=0x0F0F) for row in members()]), "bogus_compression_method"
        ),
        "unknown compression of an asset": lambda: evasion(
            make_zip([*members(), Member(b"assets/a.txt", text, claimed_method=99)]), "bogus_compression_method"
        ),
        "two compressions in the two headers": lambda: evasion(_two_methods(), "header_mismatch"),
        "two sizes in the two headers": lambda: evasion(
            make_zip([_with(row, local_size=7) for row in members()]), "header_mismatch"
        ),
        "two names in the two headers": lambda: evasion(
            make_zip([_with(row, local_name=b"x" * len(row.name)) for row in members()]), "name_mismatch"
        ),
        "no local headers": lambda: evasion(
            make_zip(members(), shift=13)[:-22] + make_zip(members())[-22:], "local_header_missing",
            reasons=("entry_unreadable", "dex_unreadable"), package=None, classes=0,
        ),
        "wrong checksums": lambda: Trick(
            make_zip([_with(row, crc=1) for row in members()]), ("crc_mismatch",), finding="SECURITY.CONTAINER",
            reasons=("ambiguous_structure",),
        ),
        "manifest twice": lambda: evasion(
            make_zip([*members(), Member(b"AndroidManifest.xml", make_manifest("cn.example.other"))]),
            "duplicate_entry", "duplicate_code",
        ),
        "code twice": lambda: evasion(
            make_zip([*members(), Member(b"classes.dex", evil)]), "duplicate_entry", "duplicate_code", classes=2
        ),
        "asset twice": lambda: Trick(
            make_zip([*members(), Member(b"assets/a", b"1"), Member(b"assets/a", b"2")]), ("duplicate_entry",),
            finding="SECURITY.CONTAINER", reasons=("ambiguous_structure",),
        ),
        "150 MB of zeros as second DEX": lambda: evasion(
            make_zip([*members(), Member(b"classes2.dex", bytes(150 << 20))]), "compression_bomb",
            reasons=("limit_reached",),
        ),
        "second DEX that is text": lambda: evasion(
            make_zip([*members(), Member(b"classes2.dex", text)]), "fake_dex", reasons=("dex_unreadable",)
        ),
        "second DEX with nothing behind its magic": lambda: evasion(
            make_zip([*members(), Member(b"classes2.dex", b"dex\n035\0")]), "fake_dex", reasons=("dex_unreadable",)
        ),
        "second DEX cut off": lambda: Trick(
            make_zip([*members(), Member(b"classes2.dex", evil[: len(evil) // 2])]), reasons=("dex_unreadable",)
        ),
        "folder named as a DEX": lambda: Trick(make_zip([*members(), Member(b"classes2.dex/", b"")])),
        "DEX names in capitals and with zeros": lambda: Trick(
            make_zip([*members(), Member(b"CLASSES2.DEX", evil), Member(b"classes02.dex", evil)]),
            ("dex_gap", "nested_code"), reasons=("dex_unreadable", "nested_code"),
        ),
        "third DEX without a second": lambda: Trick(
            make_zip([*members(), Member(b"classes3.dex", evil)]), ("dex_gap",), reasons=("dex_unreadable", "nested_code")
        ),
        "code under another name": lambda: Trick(
            make_zip([*members(), Member(b"assets/logo.png", evil)]), ("nested_code",), reasons=("nested_code",)
        ),
    }  # fmt: skip
    for word, name in BAD_NAMES.items():
        code = {"parent": "path_traversal", "absolute": "absolute_name"}
        expected = next((value for key, value in code.items() if word.startswith(key)), "bad_entry_name")

        def make(name=name, expected=expected):
            return evasion(make_zip([*members(), Member(name, text)]), expected)

        found[f"name with {word}"] = make
    return found


def _two_methods():
    """State another method in the local header than in the directory."""
    data = bytearray(make_zip(members()))
    position = 0
    for row in members():
        position = data.index(b"PK\3\4", position)
        struct.pack_into("<H", data, position + 8, 0)
        position += 30 + len(row.name)
    return bytes(data)


# --- manifests -------------------------------------------------------------------------------------------------------


def _manifests():
    def made(**options):
        return make_apk(make_manifest(components=[launcher()], **options))

    def patched(change):
        return make_apk(bytes(change(bytearray(make_manifest(components=[launcher()])))))

    def numbered(value, at):
        def change(raw):
            struct.pack_into("<I", raw, at, value)
            return raw

        return change

    long_name = "cn." + "a" * 5000
    return {
        "manifest: header size 0x1c01": lambda: evasion(made(header_size=0x1C01), "manifest_malformed"),
        "manifest: type 0": lambda: evasion(made(kind=0), "manifest_malformed"),
        "manifest: dummy chunk": lambda: evasion(made(dummy=True), "manifest_malformed"),
        "manifest: chunk of type 0": lambda: evasion(patched(_chunk_of_type_zero), "manifest_malformed"),
        "manifest: more strings than there are": lambda: evasion(made(count_lie=1000), "manifest_malformed"),
        "manifest: four thousand million strings": lambda: evasion(patched(numbered(0xFFFFFFFF, 16)), "manifest_malformed"),
        "manifest: states more bytes than it has": lambda: evasion(
            patched(numbered(0x7FFFFFFF, 4)), "manifest_malformed"
        ),
        "manifest: end of a namespace of no size": lambda: evasion(patched(_no_size), "manifest_malformed"),
        "manifest: bytes behind it": lambda: evasion(patched(lambda raw: raw + b"\0" * 64), "manifest_malformed"),
        "manifest: names of attributes blanked": lambda: Trick(made(names=False)),
        "manifest: attributes wider than usual": lambda: Trick(make_apk(_wide())),
        "manifest: text": lambda: Trick(
            make_apk(b'<?xml version="1.0"?><manifest package="cn.example.edu"/>'),
            reasons=("manifest_unreadable",), package=None,
        ),
        "manifest: empty": lambda: Trick(make_apk(b""), reasons=("manifest_unreadable",), package=None),
        "manifest: cut off": lambda: Trick(
            make_apk(make_manifest(components=[launcher()])[:200]), ("manifest_malformed",), package=None,
            reasons=("manifest_unreadable", "ambiguous_structure"),
        ),
        "manifest: none": lambda: Trick(make_zip(members()[1:]), reasons=("manifest_unreadable",), package=None),
        "manifest: codename as release": lambda: Trick(
            make_apk(make_manifest(min_sdk="VanillaIceCream", target_sdk="VanillaIceCream", components=[launcher()]))
        ),
        "manifest: codename that nobody knows": lambda: Trick(
            make_apk(make_manifest(min_sdk=24, target_sdk="Zabaglione", components=[launcher()]))
        ),
        "manifest: hostile texts": lambda: Trick(
            make_apk(
                make_manifest(
                    "cn.example.edu",
                    application={"label": "好\u202eapp\0\n\x1b[31m<script>alert(1)</script>"},
                    components=[launcher(), Node("service", {"name": ".S\u2066\n\x07"})],
                    permissions=["evil\u202e\npermission"],
                )
            ),
        ),
        "manifest: package name of 5,000 letters": lambda: Trick(
            make_apk(make_manifest(long_name, components=[launcher("cn.example.edu.Main")])), package=long_name[:200] + "…"
        ),
        "manifest: nested 3,000 deep": lambda: Trick(patched(_deep)),
    }  # fmt: skip


def _chunk_of_type_zero(raw):
    """Put a chunk of type 0 behind the resource map."""
    place = 8 + int.from_bytes(raw[12:16], "little")
    place += int.from_bytes(raw[place + 4 : place + 8], "little")
    raw[place:place] = struct.pack("<HHI", 0, 8, 16) + b"\xff" * 8
    struct.pack_into("<I", raw, 4, len(raw))
    return raw


def _no_size(raw):
    """Give the chunk that ends the namespace no size."""
    position, place = 8, None
    while position < len(raw):
        kind, _, size = struct.unpack_from("<HHI", raw, position)
        place = position if kind == 0x0101 else place
        position += size
    if place is None:  # none is written: put one before the end
        place = len(raw)
        raw += struct.pack("<HHIIIII", 0x0101, 16, 24, 1, 0xFFFFFFFF, 0, 0)
        struct.pack_into("<I", raw, 4, len(raw))
    struct.pack_into("<I", raw, place + 4, 0)
    return raw


def _wide():
    """Make every attribute 24 bytes wide."""
    raw = make_manifest(components=[launcher()])
    out, position = bytearray(raw[:8]), 8
    while position < len(raw):
        kind, _, size = struct.unpack_from("<HHI", raw, position)
        chunk = raw[position : position + size]
        if kind == 0x0102:
            count = struct.unpack_from("<H", chunk, 28)[0]
            body = b"".join(chunk[36 + 20 * at : 56 + 20 * at] + b"junk" for at in range(count))
            chunk = bytearray(chunk[:36]) + body
            struct.pack_into("<I", chunk, 4, len(chunk))
            struct.pack_into("<H", chunk, 26, 24)
        out += chunk
        position += size
    struct.pack_into("<I", out, 4, len(out))
    return bytes(out)


def _deep(raw):
    """Open 3,000 elements inside of each other behind the root's end, and close them again."""
    name = struct.pack("<I", 0)
    start = (
        struct.pack("<HHIIII", 0x0102, 16, 36, 1, 0xFFFFFFFF, 0xFFFFFFFF)
        + name
        + struct.pack("<HHHHHH", 20, 20, 0, 0, 0, 0)
    )
    end = struct.pack("<HHIIII", 0x0103, 16, 24, 1, 0xFFFFFFFF, 0xFFFFFFFF) + name
    closing = len(raw) - 24  # of the root
    raw[closing:closing] = start * 3000 + end * 3000
    struct.pack_into("<I", raw, 4, len(raw))
    return raw


# --- resources -------------------------------------------------------------------------------------------------------


def _resources():
    def made(change=lambda table: table, name="res/layout/main.xml"):
        values = {("string", "app_name"): "学习", ("layout", "main"): name}
        number = number_resources(values)["string", "app_name"]
        manifest = make_manifest(application={"label": ("ref", number)}, components=[launcher()])
        return make_zip(
            [*members(manifest), Member(b"resources.arsc", change(make_table(values))), Member(name.encode(), b"")]
        )

    return {
        "resources renamed by AndResGuard": lambda: Trick(made(name="r/a/b.xml"), label="学习"),
        "resources: sparse entries": lambda: Trick(made(_sparse), label="学习"),
        "resources: offsets of 16 bits": lambda: Trick(made(_short_offsets), label="学习"),
        "resources: compact entries": lambda: Trick(made(_compact), label="学习"),
        "resources: text": lambda: Trick(made(lambda _: b"text " * 30), reasons=("resources_unreadable",)),
        "resources: cut off": lambda: Trick(
            made(lambda table: table[: len(table) // 2]), reasons=("resources_unreadable",)
        ),
        "resources: chunks of no size": lambda: Trick(
            made(lambda table: table[:12] + bytes(100)), reasons=("resources_unreadable",)
        ),
    }


def _type_chunks(table):
    position = 12 + int.from_bytes(table[16:20], "little")
    position += 288
    while position < len(table):
        kind, _, size = struct.unpack_from("<HHI", table, position)
        if kind == 0x0201:
            yield position
        position += size


def _sparse(table):
    """Turn each offset (of one entry a type) into a pair of number and offset in units of four bytes."""
    out = bytearray(table)
    for position in _type_chunks(table):
        out[position + 9] = SPARSE
        start = position + struct.unpack_from("<H", out, position + 2)[0]
        struct.pack_into("<HH", out, start, 0, 0)
    return bytes(out)


def _short_offsets(table):
    out = bytearray(table)
    for position in _type_chunks(table):
        out[position + 9] = OFFSET16
        start = position + struct.unpack_from("<H", out, position + 2)[0]
        struct.pack_into("<HH", out, start, 0, 0xFFFF)
    return bytes(out)


def _compact(table):
    """Write key, type and value of each entry into eight bytes."""
    out = bytearray(table)
    for position in _type_chunks(table):
        entry = position + struct.unpack_from("<I", out, position + 16)[0]
        key = struct.unpack_from("<I", out, entry + 4)[0]
        kind, value = out[entry + 11], struct.unpack_from("<I", out, entry + 12)[0]
        struct.pack_into("<HHI", out, entry, key, kind << 8 | 8, value)
    return bytes(out)


# --- archives in archives --------------------------------------------------------------------------------------------


def _nested():
    inner = make_apk()

    def wrapped(levels):
        data = inner
        for _ in range(levels):
            data = make_zip([Member(b"inner.zip", data, method=0)])
        return data

    return {
        "package in an asset": lambda: Trick(
            make_zip([*members(), Member(b"assets/plugin.apk", inner)]), ("nested_code",), reasons=("nested_code",)
        ),
        "package in an asset named as a picture": lambda: Trick(
            make_zip([*members(), Member(b"assets/a.png", inner, method=0)]), ("nested_code",), reasons=("nested_code",)
        ),
        "archive in an archive in an asset": lambda: Trick(
            make_zip([*members(), Member(b"assets/a.zip", wrapped(2))]), reasons=("nested_code",)
        ),
        "archives thirty deep": lambda: Trick(
            make_zip([*members(), Member(b"assets/a.zip", wrapped(30))]), reasons=("nested_code",)
        ),
        "XAPK in an XAPK": lambda: Trick(
            make_zip([Member(b"manifest.json", b"{}"), Member(b"base.apk", make_zip([Member(b"base.apk", inner)]))]),
            package=None, classes=0, reasons=("dex_unreadable", "manifest_unreadable", "nested_code"),
        ),
        "XAPK with a damaged split": lambda: Trick(
            make_zip([Member(b"manifest.json", b"{}"), Member(b"base.apk", inner), Member(b"split.apk", inner[:50])]),
            reasons=("split_unreadable",),
        ),
        "XAPK whose packages are all damaged": lambda: Trick(
            make_zip([Member(b"manifest.json", b"{}"), Member(b"base.apk", inner[:50])]), refused="none of the packages"
        ),
    }  # fmt: skip


# --- signing blocks --------------------------------------------------------------------------------------------------


def _blocks():
    def made(block):
        data = make_apk()
        start = struct.unpack_from("<I", data, len(data) - 6)[0]
        return data[:start] + block + data[start:-6] + struct.pack("<IH", start + len(block), 0)

    def odd(block, *anomalies):
        return lambda: Trick(
            made(block), anomalies or ("signing_block_malformed",), finding="SECURITY.SIGNATURE_DAMAGED"
        )

    return {
        "signing block: sizes differ": odd(make_block([(1, b"x")], size_lie=8)),
        "signing block: impossible size": odd(struct.pack("<QQ", 3, 3) + MAGIC),
        "signing block: pair that overruns": odd(make_block([(1, b"x")], tail=struct.pack("<QI", 1 << 40, 2))),
        "signing block: pair of no size": odd(make_block([], tail=bytes(12))),
        "signing block: pair twice": odd(make_block([(1, b"x"), (1, b"y")])),
        "signing block: v2 of random bytes": lambda: Trick(
            made(make_block([(0x7109871A, bytes(range(256)))])), ("signature_invalid",), finding="SECURITY.SIGNATURE"
        ),
        "signing block: v3 with a length of 4 GB": lambda: Trick(
            made(make_block([(0xF05368C0, b"\xff\xff\xff\xff")])), ("signature_invalid",), finding="SECURITY.SIGNATURE"
        ),
    }  # fmt: skip
