"""Renames classes in a DEX file, as an obfuscator does, and packs changed entries into a package (unsigned)."""

import hashlib
import io
import struct
import zipfile
import zlib


def rename_classes(dex, pinned=()):
    """Return the DEX with every class that it defines renamed, those of `pinned` (descriptors) kept, and old → new.

    A simple name is cut to the fewest letters that keep the order of the string table, as the format demands.
    """
    strings = _strings(dex)
    order = {text: number for number, text in enumerate(strings)}
    names = {}
    for descriptor in _defined(dex, strings):
        if descriptor in pinned:
            continue
        at = order[descriptor]
        near = [strings[other] for other in (at - 1, at + 1) if 0 <= other < len(strings)]
        start = descriptor.rindex("/") + 1 if "/" in descriptor else 1
        keep = max(start, *(_common(descriptor, text) for text in near)) + 1
        new = descriptor[:keep].rstrip(";") + ";"
        names[descriptor] = new if new != descriptor else descriptor[:-1] + "_;"
    if len(set(names.values())) != len(names):
        raise AssertionError("two classes of one name")
    renamed = [_renamed(text, names) for text in strings]
    if renamed != sorted(renamed, key=lambda text: text.encode("utf-16-be", "surrogatepass")):
        raise AssertionError("the string table is out of order")
    return _with_strings(dex, renamed), names


def repack(package, changed):
    """Return the bytes of a package without its signature, with entries replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.startswith("META-INF/"):
                new.writestr(zipfile.ZipInfo(name), changed.get(name, old.read(name)))
    return out.getvalue()


def _renamed(text, names):
    plain = text.lstrip("[")
    return text[: len(text) - len(plain)] + names.get(plain, plain)


def _common(one, other):
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _strings(dex):
    count, table = struct.unpack_from("<II", dex, 0x38)
    found = []
    for offset in struct.unpack_from(f"<{count}I", dex, table):
        at = offset
        while dex[at] & 0x80:
            at += 1
        found.append(dex[at + 1 : dex.index(b"\0", at + 1)].decode("utf-8", "surrogatepass"))
    return found


def _defined(dex, strings):
    types = struct.unpack_from("<II", dex, 0x40)
    count, table = struct.unpack_from("<II", dex, 0x60)
    for row in range(count):
        (number,) = struct.unpack_from("<I", dex, table + 32 * row)
        (text,) = struct.unpack_from("<I", dex, types[1] + 4 * number)
        yield strings[text]


def _with_strings(dex, strings):
    """Write all strings anew at the end of the file."""
    out = bytearray(dex)
    count, table = struct.unpack_from("<II", dex, 0x38)
    start = len(out)
    for number, text in enumerate(strings):
        struct.pack_into("<I", out, table + 4 * number, len(out))
        units = len(text.encode("utf-16-le", "surrogatepass")) // 2
        head = bytearray()
        while units >= 0x80:
            head.append(units & 0x7F | 0x80)
            units >>= 7
        out += bytes([*head, units]) + text.encode("utf-8", "surrogatepass") + b"\0"
    out += bytes(-len(out) % 4)
    (size,) = struct.unpack_from("<I", out, 0x68)
    struct.pack_into("<I", out, 0x68, size + len(out) - start)
    struct.pack_into("<I", out, 0x20, len(out))
    out[12:32] = hashlib.sha1(out[32:]).digest()
    struct.pack_into("<I", out, 8, zlib.adler32(bytes(out[12:])))
    assert count == len(strings)
    return bytes(out)
