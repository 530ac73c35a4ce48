"""What a file looks like from its first bytes and the names inside: told at once, long before an audit reads it."""

from __future__ import annotations

import codecs
import struct
import zipfile
from pathlib import Path

_DIRECTORY = 32 * 1024 * 1024
"""Bytes of a ZIP directory that are read; a larger one is left to the audit and its limits."""
_TAIL = 65_557


def kind_of(path: Path) -> str:
    """Return ``apk``, ``ipa``, ``aab``, ``zip``, ``pdf``, ``html``, ``text`` or ``unknown``."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _archive(path)
    if head.startswith(b"%PDF-"):
        return "pdf"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    try:
        # A character that is cut at the end of what was read is no error.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < 4096)
    except UnicodeDecodeError:
        return "unknown"
    return "unknown" if b"\0" in head else "text"


def _archive(path: Path) -> str:
    if _directory_size(path) > _DIRECTORY:
        return "zip"
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError, struct.error):
        return "unknown"
    if "AndroidManifest.xml" in names:
        return "apk"
    if "base/manifest/AndroidManifest.xml" in names:
        return "aab"
    if any(name.startswith("Payload/") and ".app/" in name for name in names):
        return "ipa"
    # Splits and bundles of stores (.xapk, .apks) hold packages.
    return "apk" if any(name.endswith(".apk") for name in names) else "zip"


def _directory_size(path: Path) -> int:
    with path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - _TAIL))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 16:
        return 0
    size: int = struct.unpack_from("<I", tail, at + 12)[0]
    return size
