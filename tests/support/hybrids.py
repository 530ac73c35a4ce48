"""Makes bundles of hybrid frameworks: Hermes byte code, mini-program packages, compiled Dart, and whole apps of them."""

import hashlib
import json
import struct

from apks import Member, launcher, make_apk, make_dex, make_manifest, make_zip, members

HERMES_MAGIC = bytes.fromhex("c61fbc03c103191f")


def make_hermes(strings, identifiers=(), *, version=96, functions=1):
    """Write byte code with a string table and no instructions, as `BytecodeFileFormat.h` of the engine lays it out."""
    texts = [*strings, *identifiers]  # all plain strings first: two runs
    storage, small, long = bytearray(), [], []
    for text in texts:
        wide = any(ord(sign) > 0xFF for sign in text)
        raw = text.encode("utf-16-le" if wide else "latin-1")
        if wide and len(storage) % 2:
            storage.append(0)
        length, offset = len(raw) // (2 if wide else 1), len(storage)
        if length >= 0xFF or offset >= 1 << 23:
            small.append(wide | len(long) << 1 | 0xFF << 24)
            long.append((offset, length))
        else:
            small.append(wide | offset << 1 | length << 24)
        storage += raw
    runs = [len(strings)] * bool(strings) + [1 << 31 | len(identifiers)] * bool(identifiers)
    size = 12 if version >= 97 else 16
    body = bytes(size * functions)
    body += struct.pack(f"<{len(runs)}I", *runs) + bytes(4 * len(identifiers))
    body += struct.pack(f"<{len(small)}I", *small)
    body += b"".join(struct.pack("<2I", *one) for one in long) + bytes(storage) + bytes(-len(storage) % 4)
    counts = (128 + len(body) + 20, 0, functions, len(runs), len(identifiers), len(texts), len(long), len(storage))
    header = HERMES_MAGIC + struct.pack("<I", version) + hashlib.sha1(b"").digest() + struct.pack("<8I", *counts)
    content = header.ljust(128, b"\0") + body
    return content + hashlib.sha1(content).digest()


def make_wxapkg(files):
    """Write a plain mini-program package."""
    index_size = 4 + sum(12 + len(name.encode()) for name in files)
    place, index, body = 14 + index_size, struct.pack(">I", len(files)), b""
    for name, content in files.items():
        raw = name.encode()
        index += struct.pack(">I", len(raw)) + raw + struct.pack(">II", place + len(body), len(content))
        body += content
    return b"\xbe" + struct.pack(">III", 0, len(index), len(body)) + b"\xed" + index + body


def make_dart(strings, *, snapshot="a" * 32):
    """Write something like a library of compiled Dart: an ELF head, a snapshot's head, strings."""
    head = b"\x7fELF" + bytes(60) + b"\xf5\xf5\xdc\xdc" + bytes(16) + snapshot.encode() + b"product no-asserts\0"
    return head + b"\0".join(one.encode() for one in strings) + b"\0"


def make_flutter_engine(version="3.5.2", revision="b" * 40):
    """Write something like ``libflutter.so``."""
    words = f'{version} (stable) (Wed Aug 28 10:01:20 2024 +0000) on "android_arm64"'
    return b"\x7fELF" + bytes(60) + words.encode() + b"\0" + revision.encode() + b"\0"


def make_zip_of(files):
    return make_zip([Member(name.encode(), content) for name, content in files.items()])


UNI_MANIFEST = {
    "id": "__UNI__0A1B2C3",
    "name": "作业小助手",
    "version": {"name": "1.4.2", "code": 142},
    "permissions": {"Geolocation": {}, "OAuth": {}, "Push": {}, "UniNView": {}},
    "plus": {
        "distribute": {
            "google": {"permissions": ['<uses-permission android:name="android.permission.READ_PHONE_STATE"/>']},
            "plugins": {
                "oauth": {"weixin": {"appid": "wx0"}, "univerify": {}},
                "push": {"unipush": {}},
                "statics": {"umeng": {}},
                "ad": {"gdt": {}, "csj": {}},
            },
        },
        "uni-app": {"control": "uni-v3", "vueVersion": "3", "compilerVersion": "4.08"},
        "confusion": {"resources": {"js/secret.js": {}}},
    },
}
UNI_ROOT = "assets/apps/__UNI__0A1B2C3/www/"
UNI_SERVICE = """// 只在首次使用时定位: uni.getClipboardData() 已停用
var who = plus.device.imei;
/* uni.getContacts(); */
const hint = "uni.chooseContact()";
uni.getLocation({ type: 'gcj02', success: (r) => { console.log(`at ${r.latitude}`) } });
"""
UNI_RUNTIME = "var UniServiceJSBridge={};uni.getLocation=function(){return plus.geolocation.getCurrentPosition()};plus.device.getInfo();"


def uni_files(service=UNI_SERVICE):
    """Return the files of a uni-app as a build puts them into the package."""
    return {
        UNI_ROOT + "manifest.json": json.dumps(UNI_MANIFEST, ensure_ascii=False).encode(),
        UNI_ROOT + "app-service.js": service.encode(),
        UNI_ROOT + "app-config-service.js": b"var __uniConfig={};",
        UNI_ROOT + "uni-app-view.umd.js": ("var UniViewJSBridge={};" + UNI_RUNTIME).encode(),
        UNI_ROOT
        + "__uniappview.html": b"<script>var __UniViewStartTime__=Date.now()</script><script src=uni-app-view.umd.js></script>",
        "assets/uni-jsframework.js": UNI_RUNTIME.encode(),
    }


def make_app(files, *, package="cn.example.homework", classes=None, **manifest):
    """Return a package with these further entries."""
    dex = make_dex(classes or {f"L{package.replace('.', '/')}/Main;": []})
    head = make_manifest(package=package, components=[launcher()], **manifest)
    return make_zip([*members(head, dex), *(Member(name.encode(), content) for name, content in files.items())])


__all__ = ["make_apk", "make_app", "make_dart", "make_flutter_engine", "make_hermes", "make_wxapkg", "make_zip_of"]
