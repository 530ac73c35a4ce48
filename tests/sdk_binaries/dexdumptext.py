"""A reader of what Debian's ``dexdump -d`` prints: an independent decoder to compare with.

Nothing here is shared with the code under test: neither the decoding, nor the hierarchy of the platform's classes,
which is read from the class files of Debian's Android API jar.
"""

import re
import struct
import subprocess
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

_QUOTED = re.compile(r"\s+(?:Class descriptor|Superclass|#\d+)\s+: '(.*)'$")
_MEMBER = re.compile(r"      (name|type)          : '(.*)'$")
_LINE = re.compile(r"^[0-9a-f]+: [^|]*\|([0-9a-f]{4,}): (\S+)(?: (.*))?$")
_REFERENCE = re.compile(r"(\[*(?:L[^;]+;|[ZBCSIJFD]))\.([^:]+):(\S+)(?:, \S+)? // (method|field)@")
_HANDLE = re.compile(r"Method handle #(\d+):")
_TARGET = re.compile(r"  target      : (\S+) (\S+)$")
_SHAPE = re.compile(r"  target_type : (\S+)$")
_CALL_SITE = re.compile(r"Call site #(\d+):")
_LINKED = re.compile(r"  link_argument\[\d+\] : (\d+) \(MethodHandle\)")
_INSTANCE = {"invoke-instance", "invoke-direct", "invoke-interface"}


@dataclass
class Listing:
    """One DEX file as ``dexdump -d`` tells it."""

    parents: dict[str, list[str]] = field(default_factory=dict)
    """Class → superclass, then interfaces, as descriptors."""
    defined: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Class → its methods with code, as ``name(args)ret``."""
    sites: list[tuple[str, str, str, int]] = field(default_factory=list)
    """(``call`` or ``field``, signature that the code names, caller, offset in code units)."""
    borders: dict[str, dict[int, str]] = field(default_factory=dict)
    """Caller → offset of each instruction → its name."""


def read(path: Path) -> Listing:
    """Run ``dexdump -d`` on a DEX file and read what it prints."""
    done = subprocess.run(["dexdump", "-d", str(path)], check=True, capture_output=True, timeout=240)
    return parse(done.stdout.decode("utf-8", "surrogateescape"))


def parse(text: str) -> Listing:
    """Read the classes with their code, then the method handles and call sites that stand behind them."""
    reader = _Reader()
    for line in text.split("\n"):
        if "|" in line:
            reader.instruction(line)
        elif not reader.member(line):
            reader.handle(line)
    return reader.finished()


class _Reader:
    def __init__(self) -> None:
        self.listing = Listing()
        self._owner = self._name = self._shape = ""
        self._borders: dict[int, str] = {}
        self._custom: list[tuple[int, str, int]] = []
        self._handles: dict[int, str] = {}
        self._linked: dict[int, list[int]] = defaultdict(list)
        self._handle = self._site = -1
        self._kind = self._target = ""

    @property
    def _method(self) -> str:
        return f"{self._owner}->{self._name}{self._shape}"

    def instruction(self, line: str) -> None:
        match = _LINE.match(line)
        if not match:
            return
        at, opcode, rest = int(match[1], 16), match[2], match[3] or ""
        self._borders[at] = opcode
        reference = _REFERENCE.search(rest) if "@" in rest else None
        if opcode.startswith("invoke-custom"):
            self._custom.append((int(rest.rpartition("call_site@")[2], 16), self._method, at))
        elif reference and opcode.startswith("invoke"):
            self._add("call", f"{reference[1]}->{reference[2]}{reference[3]}", at)
        elif reference and reference[4] == "field":
            self._add("field", f"{reference[1]}->{reference[2]}:{reference[3]}", at)

    def _add(self, kind: str, reference: str, at: int) -> None:
        self.listing.sites.append((kind, reference, self._method, at))

    def member(self, line: str) -> bool:
        """Take a line on a class or one of its members; return whether it was one."""
        if match := _MEMBER.match(line):
            if match[1] == "name":
                self._name = match[2]
            else:
                self._shape = match[2]
        elif line == "      code          -":
            self.listing.defined[self._owner].add(f"{self._name}{self._shape}")
            self._borders = self.listing.borders.setdefault(self._method, {})
        elif match := _QUOTED.match(line):
            if "Class descriptor" in line:
                self._owner = match[1]
                self.listing.parents.setdefault(self._owner, [])
            else:
                self.listing.parents[self._owner].append(match[1])
        else:
            return False
        return True

    def handle(self, line: str) -> None:
        """Take a line on a method handle or a call site; these follow after the classes."""
        if match := _HANDLE.match(line):
            self._handle = int(match[1])
        elif line.startswith("  type        : "):
            self._kind = line.rpartition(" ")[2]
        elif match := _TARGET.match(line):
            self._target = f"{match[1]}->{match[2]}"
        elif match := _SHAPE.match(line):
            shape = _without_receiver(match[1]) if self._kind in _INSTANCE else match[1]
            self._handles[self._handle] = self._target + shape
        elif match := _CALL_SITE.match(line):
            self._site = int(match[1])
        elif match := _LINKED.match(line):
            self._linked[self._site].append(int(match[1]))

    def finished(self) -> Listing:
        for number, caller, at in self._custom:
            for one in dict.fromkeys(self._linked[number]):
                self.listing.sites.append(("call", self._handles[one], caller, at))
        return self.listing


def _without_receiver(shape: str) -> str:
    return re.sub(r"^\(\[*(?:L[^;]+;|[ZBCSIJFD])", "(", shape)


class Meaning:
    """Says which listed member a reference means, by the class hierarchy of the file and of the platform."""

    def __init__(self, listing: Listing, signatures: frozenset[str], platform: dict[str, list[str]]) -> None:
        self._listing, self._signatures, self._platform = listing, signatures, platform
        self._known: dict[str, str | None] = {}

    def of(self, reference: str) -> str | None:
        """Return the listed signature, or `None`; the nearest class above counts, one that defines it itself ends it."""
        if reference not in self._known:
            self._known[reference] = self._find(reference)
        return self._known[reference]

    def _find(self, reference: str) -> str | None:
        owner, _, member = reference.partition("->")
        line, seen = [owner], {owner}
        while line:
            above = []
            for name in line:
                if f"{name}->{member}" in self._signatures:
                    return f"{name}->{member}"
                if member in self._listing.defined.get(name, ()):
                    return None
                parents = self._listing.parents.get(name)
                for parent in parents if parents is not None else self._platform.get(name, ()):
                    if parent not in seen:
                        seen.add(parent)
                        above.append(parent)
            line = above
        return None


@lru_cache
def platform_parents(jar: Path) -> dict[str, list[str]]:
    """Return class → superclass and interfaces of all class files in a jar, as descriptors."""
    found = {}
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.endswith(".class"):
                own, *above = _class_file(archive.read(name))
                found[f"L{own};"] = [f"L{one};" for one in above]
    return found


def _class_file(data: bytes) -> list[str]:
    """Return a class's own name, its superclass and its interfaces (JVM specification, chapter 4)."""
    count = struct.unpack_from(">H", data, 8)[0]
    at, index = 10, 1
    texts: dict[int, str] = {}
    classes: dict[int, int] = {}
    while index < count:
        tag = data[at]
        if tag == 1:
            length = struct.unpack_from(">H", data, at + 1)[0]
            texts[index] = data[at + 3 : at + 3 + length].decode("utf-8", "replace")
            at += 3 + length
        else:
            if tag == 7:
                classes[index] = struct.unpack_from(">H", data, at + 1)[0]
            at += {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 15: 4, 16: 3}.get(tag, 5)
            index += tag in {5, 6}
        index += 1
    own, above, interfaces = struct.unpack_from(">HHH", data, at + 2)
    numbers = [own, above, *struct.unpack_from(f">{interfaces}H", data, at + 8)]
    return [texts[classes[number]] for number in numbers if number]
