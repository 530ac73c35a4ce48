"""Packages of growing size out of the same real code: each further copy has its classes in packages of other names.

A plain second copy would define the same classes again, of which only the first counts, and so cost less than code
does. Names change in place and keep their order, so that every index of the file stays right.
"""

from __future__ import annotations

import hashlib
import itertools
import string
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from apps import CACHE, dex_files, fetch

BASE = "android-apidemos"
FACTORS = (1, 2, 4, 8, 13)
"""7.3 MB of DEX, up to 95 MB."""

_LETTERS = sorted(string.ascii_letters + string.digits + "_")


def grow(factor: int) -> Path:
    """Return a package with ``factor`` times the code of the base; only the first copy stands in the manifest."""
    apk = CACHE / f"grown-{factor}.apk"
    if apk.exists():
        return apk
    source = fetch(BASE)
    [(_, data)] = dex_files(source)
    copies = itertools.chain([data], renamed_copies(data))
    partial = apk.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as target:
        with zipfile.ZipFile(source) as origin:
            for name in ("AndroidManifest.xml", "resources.arsc"):
                target.writestr(name, origin.read(name))
        for number in range(1, factor + 1):
            target.writestr(f"classes{number if number > 1 else ''}.dex", next(copies))
    partial.replace(apk)
    return apk


def renamed_copies(data: bytes) -> Iterator[bytes]:
    """Yield copies of a DEX file, each with its own two-level package names. Raises `ValueError` when names run out."""
    places = _strings(data)
    texts = [text for _, text in places]
    prefixes = sorted({"/".join(name.split("/")[:2]) + "/" for name in _defined(data, texts) if name.count("/") > 1})
    rooms = {prefix: list(_names(prefix, texts)) for prefix in prefixes}
    # Short names such as Lb/a/ leave no room between their neighbours: their classes stay the first copy's.
    rooms = {prefix: names for prefix, names in rooms.items() if len(names) >= max(FACTORS)}
    for number in range(min(len(names) for names in rooms.values())):
        copy = bytearray(data)
        for at, text in places:
            bare = text.lstrip("[")
            prefix = "/".join(bare.split("/")[:2]) + "/"
            names = rooms.get(prefix)
            if names is not None:
                place = at + len(text) - len(bare)
                copy[place : place + len(prefix)] = names[number].encode()
        copy[12:32] = hashlib.sha1(copy[32:]).digest()
        copy[8:12] = struct.pack("<I", zlib.adler32(copy[12:]))
        yield bytes(copy)
    raise ValueError("no more names keep the order of the strings")


def _strings(data: bytes) -> list[tuple[int, str]]:
    """Return (offset of the first byte, text) of all strings; bytes stand for themselves."""
    count, offset = struct.unpack_from("<II", data, 0x38)
    found = []
    for start in struct.unpack_from(f"<{count}I", data, offset):
        length = next(size for size in range(1, 6) if not data[start + size - 1] & 0x80)
        at = start + length
        found.append((at, data[at : data.index(0, at)].decode("latin-1")))
    return found


def _defined(data: bytes, texts: list[str]) -> Iterator[str]:
    types_count, types = struct.unpack_from("<II", data, 0x40)
    count, offset = struct.unpack_from("<II", data, 0x60)
    names = struct.unpack_from(f"<{types_count}I", data, types)
    for row in range(count):
        yield texts[names[struct.unpack_from("<I", data, offset + 32 * row)[0]]]


def _names(prefix: str, texts: list[str]) -> Iterator[str]:
    """Yield other names of a package that leave each of its blocks of strings (``L…``, ``[L…``) where it is."""
    gaps = []
    for text in {
        text[: len(text) - len(text.lstrip("["))] + prefix for text in texts if text.lstrip("[").startswith(prefix)
    }:
        inside = [number for number, one in enumerate(texts) if one.startswith(text)]
        before = texts[inside[0] - 1] if inside[0] else ""
        after = texts[inside[-1] + 1] if inside[-1] + 1 < len(texts) else "\uffff"
        gaps.append((text[: len(text) - len(prefix)], before, after))
    stem = prefix[:-3]
    if stem.endswith("/") or stem == "L":
        return
    for pair in itertools.product(_LETTERS, repeat=2):
        name = f"{stem}{''.join(pair)}/"
        if name != prefix and all(
            before < depth + name and not before.startswith(depth + name) and depth + name + "\uffff" < after
            for depth, before, after in gaps
        ):
            yield name
