"""Renames the classes of a JAR as a shrinker does: in the constant pools, by JVM specification, chapter 4.

Strings stay, and so do the classes that something outside of the code names: the manifest, or native code.
"""

import io
import re
import struct
import zipfile
from itertools import product
from string import ascii_lowercase

UTF8, LONG, DOUBLE, CLASS, STRING, NAME_AND_TYPE, METHOD_TYPE = 1, 5, 6, 7, 8, 12, 16
SIZES = {3: 4, 4: 4, LONG: 8, DOUBLE: 8, CLASS: 2, STRING: 2, 9: 4, 10: 4, 11: 4, NAME_AND_TYPE: 4, 15: 3,
         METHOD_TYPE: 2, 17: 4, 18: 4, 19: 2, 20: 2}  # fmt: skip
NATIVE = 0x0100
DESCRIBED = re.compile(rb"L([^;<>()\[:]+)(?=[;<])")


class ClassFile:
    """One class file: its constant pool taken apart, the rest as it is."""

    def __init__(self, data):
        self.head = data[:8]
        count, at = struct.unpack_from(">H", data, 8)[0], 10
        self.pool = [None] * count  # (tag, content)
        number = 1
        while number < count:
            tag = data[at]
            size = 2 + struct.unpack_from(">H", data, at + 1)[0] if tag == UTF8 else SIZES[tag]
            self.pool[number] = (tag, data[at + 3 : at + 1 + size] if tag == UTF8 else data[at + 1 : at + 1 + size])
            at += 1 + size
            number += 2 if tag in {LONG, DOUBLE} else 1
        self.rest = data[at:]
        self.name = self.class_name(struct.unpack_from(">H", self.rest, 2)[0])

    def class_name(self, index):
        return self.pool[struct.unpack(">H", self.pool[index][1])[0]][1].decode("utf-8", "replace")

    def has_native_method(self):
        interfaces = struct.unpack_from(">H", self.rest, 6)[0]
        at = self._skip_members(8 + 2 * interfaces)[0]
        return any(flags & NATIVE for flags in self._skip_members(at)[1])

    def _skip_members(self, at):
        count, flags = struct.unpack_from(">H", self.rest, at)[0], []
        at += 2
        for _ in range(count):
            access, _, _, attributes = struct.unpack_from(">HHHH", self.rest, at)
            flags.append(access)
            at += 8
            for _ in range(attributes):
                at += 6 + struct.unpack_from(">I", self.rest, at + 2)[0]
        return at, flags

    def renamed(self, mapping):
        """Return the bytes with every mapped class under its new name; texts that are only constants stay."""
        classes, texts = set(), set()
        for entry in self.pool:
            if entry and entry[0] in {CLASS, STRING}:
                (classes if entry[0] == CLASS else texts).add(struct.unpack(">H", entry[1])[0])
        described = {struct.unpack(">HH", e[1])[1] for e in self.pool if e and e[0] == NAME_AND_TYPE}
        out = bytearray(self.head + struct.pack(">H", len(self.pool)))
        for number, entry in enumerate(self.pool):
            if entry is None:
                continue
            tag, content = entry
            if tag == UTF8:
                if number in classes and not content.startswith(b"["):
                    content = mapping.get(content, content)
                elif number not in texts or number in described or number in classes:
                    content = DESCRIBED.sub(lambda found: b"L" + mapping.get(found[1], found[1]), content)
                content = struct.pack(">H", len(content)) + content
            out += bytes([tag]) + content
        return bytes(out + self.rest)


def rename_classes(jars, pinned):
    """Return one JAR with all classes of ``jars``, renamed unless pinned by name (slash form) or by a native method."""
    files = []
    for jar in jars:
        with zipfile.ZipFile(io.BytesIO(jar)) as archive:
            files += [
                ClassFile(archive.read(name))
                for name in archive.namelist()
                if name.endswith(".class")
                and not name.startswith("META-INF/")
                and not name.endswith("module-info.class")
            ]
    free = sorted({one.name for one in files if one.name not in pinned and not one.has_native_method()})
    letters = ["".join(pair) for pair in product(ascii_lowercase, repeat=2)]
    names = (f"{package}/{name}" for package in letters for name in letters if name not in {"do", "if"})
    mapping = {old.encode(): new.encode() for old, new in zip(free, names, strict=False)}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for one in files:
            new = mapping.get(one.name.encode(), one.name.encode()).decode()
            archive.writestr(f"{new}.class", one.renamed(mapping))
    return sink.getvalue(), mapping
