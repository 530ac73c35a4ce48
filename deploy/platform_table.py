# ruff: noqa: INP001  # a script, run by its path
"""Write `rules/callgraph/platform.txt`: Android's classes and interfaces, and their methods that can be overridden.

How to run it (once per Android release that brings new callbacks):

1. The interface jar of API 23, which has exact prototypes, comes from Debian: ``python samples/build.py`` fetches it.
2. Names newer than that come from the type declarations of the npm package ``@nativescript/types-android``
   (Apache-2.0), here version 9.1.1:
   ``npm pack @nativescript/types-android@9.1.1 && tar xzf nativescript-types-android-9.1.1.tgz``.
3. Prototypes of ``java.*`` that are newer than the jar come from the module file of an OpenJDK 17.
4. ``python deploy/platform_table.py package/lib/android/android-platform-21-37-merged.d.ts``

The output depends on nothing but these three inputs. Its form is described in its first lines and read by
`analyzer/catalogue/platform.py`.

TypeScript has one ``number`` for six Java types, one ``string`` for three and ``any`` for everything: a method whose
prototype contains such a type is written ``name(*``, because a wrong prototype would be worse than none.
"""

from __future__ import annotations

import argparse
import re
import shutil
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "rules" / "callgraph" / "platform.txt"

INTERFACE, ABSTRACT, FINAL, STATIC, PRIVATE = 0x0200, 0x0400, 0x0010, 0x0008, 0x0002
PUBLIC_OR_PROTECTED, SYNTHETIC, BRIDGE, ENUM = 0x0005, 0x1000, 0x0040, 0x4000

LEFT_OUT = re.compile(
    r"(?:junit|dalvik|com|javax(?!/net/ssl/\w*(?:Verifier|TrustManager|KeyManager|Listener)$)"
    r"|org(?!/json|/apache/http/client/(?:HttpClient|ResponseHandler)$)"
    r"|android/(?:renderscript|icu|test|drm|gesture|sax|ranging|adservices|health|federatedcompute|devicelock|crypto|system"
    r"|media/(?:audiofx|effect|quality)|graphics/(?:pdf|fonts|text)"
    r"|app/(?:appsearch|appfunctions|sdksandbox|ondevicepersonalization))"
    r"|java/(?:sql|text|awt|beans|time|math|rmi|nio|security|util/(?:jar|zip|logging|prefs|random|spi|regex)"
    r"|lang/(?:invoke|constant|foreign|runtime|ref|annotation|instrument|module)))/"
)
"""Where no callback lies that an app gives to the platform; their superclasses are kept where something inherits."""

KEPT_ANCESTRY = re.compile(r"java/(?:security|nio|text|sql)/|javax/(?:net|crypto)/|org/apache/http/")
"""Of these only the ancestry is kept, no methods."""

CALLED = re.compile(r"(?:Client|Callbacks?|Listener|Observer|Receiver|Instrumentation|Factory|Adapter|Renderer)$")
"""Names of ordinary classes whose every method is called by the platform."""

PLAIN = re.compile(
    r"(?:get|set|is|has|can|add|remove|put|build|with|clear|to|describe|write|read|find|query|cancel|release|close|open|reset|copy|append"
    r"|insert|delete|contains|size|update|register|unregister|request|show|hide|enable|disable|attach|detach|new|load|save"
    r"|animate|scroll|offset|obtain|recycle|equals|compare)(?![a-z])"
)
"""Methods of an ordinary class that an override may change, but that no platform calls on its own."""

DULL = frozenset({"java/lang/Object", "java/io/Serializable", "java/lang/Cloneable", "android/os/Parcelable"})
"""What a class may stand below without being worth a line."""

OBJECT_METHODS = frozenset(
    {
        "equals(Ljava/lang/Object;)Z",
        "hashCode()I",
        "toString()Ljava/lang/String;",
        "clone()Ljava/lang/Object;",
        "finalize()V",
    }
)


@dataclass
class Type:
    """One class or interface; names in slash form."""

    name: str
    interface: bool = False
    abstract: bool = False
    final: bool = False
    supers: list[str] = field(default_factory=list)
    methods: dict[str, bool] = field(default_factory=dict)
    """``name(proto)ret`` or ``name(*`` → whether it is abstract."""
    open: bool = False
    """Whether it has a constructor that a subclass can call."""
    taken: set[tuple[str, int]] = field(default_factory=set)
    """(name, number of parameters) of all methods, those that cannot be overridden too."""


# --- class files --------------------------------------------------------------------------------------------------


def constants(data: bytes) -> tuple[list[object], int]:
    """Return the constant pool (text, or the index that a class entry holds) and the offset behind it."""
    count = struct.unpack_from(">H", data, 8)[0]
    pool: list[object] = [None] * count
    at, number = 10, 1
    while number < count:
        tag = data[at]
        if tag == 1:
            length = struct.unpack_from(">H", data, at + 1)[0]
            pool[number] = data[at + 3 : at + 3 + length].decode("utf-8", "replace")
            at += 3 + length
        else:
            if tag == 7:
                pool[number] = struct.unpack_from(">H", data, at + 1)[0]
            at += {3: 5, 4: 5, 5: 9, 6: 9, 7: 3, 8: 3, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3, 20: 3}.get(tag, 5)
            number += tag in (5, 6)
        number += 1
    return pool, at


def attributes(data: bytes, at: int, pool: list[object]) -> tuple[dict[str, bytes], int]:
    """Return the attributes at ``at`` by name, and the offset behind them."""
    found = {}
    count = struct.unpack_from(">H", data, at)[0]
    at += 2
    for _ in range(count):
        name, length = struct.unpack_from(">HI", data, at)
        found[str(pool[name])] = data[at + 6 : at + 6 + length]
        at += 6 + length
    return found, at


def arity(descriptor: str) -> int:
    """Return how many parameters a method descriptor has."""
    return len(re.findall(r"\[*(?:L[^;]+;|[ZBCSIJFD])", descriptor[1 : descriptor.index(")")]))


def read_class(data: bytes) -> Type | None:
    """Read what can be subclassed of a class file; `None` for what is not public."""
    pool, at = constants(data)
    access, this, above, count = struct.unpack_from(">HHHH", data, at)
    interfaces = struct.unpack_from(f">{count}H", data, at + 8)
    at += 8 + 2 * count
    name = str(pool[pool[this]])  # type: ignore[index]  # a class entry holds an index
    found = Type(name, bool(access & INTERFACE), bool(access & ABSTRACT), bool(access & FINAL))
    found.supers = [str(pool[pool[number]]) for number in (*((above,) if above else ()), *interfaces)]  # type: ignore[index]
    for kind in ("fields", "methods"):
        members = struct.unpack_from(">H", data, at)[0]
        at += 2
        for _ in range(members):
            flags, named, described = struct.unpack_from(">HHH", data, at)
            _, at = attributes(data, at + 6, pool)
            if kind == "methods" and flags & PUBLIC_OR_PROTECTED and not flags & (SYNTHETIC | BRIDGE):
                add_method(found, flags, str(pool[named]), str(pool[described]))
    inner, _ = attributes(data, at, pool)
    table = inner.get("InnerClasses", b"\0\0")
    for number in range(struct.unpack_from(">H", table)[0]):
        own, _, _, flags = struct.unpack_from(">HHHH", table, 2 + 8 * number)
        if pool[pool[own]] == name:  # type: ignore[index]
            access = flags
            found.final, found.abstract = bool(flags & FINAL), bool(flags & ABSTRACT)
    return found if access & PUBLIC_OR_PROTECTED else None


def add_method(into: Type, flags: int, name: str, descriptor: str) -> None:
    """Note a method, and whether it can be overridden."""
    if name.startswith("<"):
        into.open = True
        return
    into.taken.add((name, arity(descriptor)))
    if not flags & (STATIC | PRIVATE | FINAL) and name + descriptor not in OBJECT_METHODS:
        into.methods[name + descriptor] = bool(flags & ABSTRACT)


def read_archive(path: Path, prefix: str = "") -> dict[str, Type]:
    """Read all public classes of a jar or module file."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(prefix) and name.endswith(".class")]
        read = (read_class(archive.read(name)) for name in names if not name.endswith(("-info.class", "/R.class")))
        return {found.name: found for found in read if found}


# --- type declarations --------------------------------------------------------------------------------------------

MODULE = re.compile(r"(?:declare|export) module ([\w.]+) \{$")
CLASS = re.compile(
    r"export (abstract )?class (\w+)\s*(?:<.*?>)?\s*(?:extends ([^{]*?))?\s*(?:implements ([^{]*?))?\s*\{$"
)
METHOD = re.compile(r"(?:public|protected) (static )?(abstract )?(\w+)(?:<.*?>)?\((.*)\): (.*);$")


@dataclass
class Declared:
    """A class of the declarations; type names dotted, as written."""

    name: str
    interface: bool
    abstract: bool
    supers: list[str]
    open: bool = False
    methods: list[tuple[str, tuple[str, ...], str, bool]] = field(default_factory=list)
    """Name, parameter types, return type, abstract."""


def split_top(text: str) -> list[str]:
    """Split at the commas that no bracket surrounds."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += {"<": 1, "(": 1, "{": 1, ">": -1, ")": -1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def read_declarations(path: Path) -> dict[str, Declared]:
    """Read the declared classes by their name in slash form, with ``$`` before a nested one."""
    classes: dict[str, Declared] = {}
    stack: list[tuple[str, str]] = []  # kind, full name
    inside = 0
    with path.open(encoding="utf-8") as lines:
        for raw in lines:
            line = raw.strip()
            if inside:  # the literal that lists an interface's methods for its constructor
                if "Constructs" not in line and line.startswith("});"):
                    inside = 0
                continue
            if "Constructs a new instance of the" in line and stack and stack[-1][0] == "class":
                classes[stack[-1][1]].interface = True
            elif line.startswith("public constructor(implementation: {"):
                inside = 1
            elif line.startswith("public constructor("):
                classes[stack[-1][1]].open = True
            elif found := MODULE.match(line):
                above = stack[-1][1] if stack else ""
                stack.append(("module", join(above, found[1], classes)))
            elif found := CLASS.match(line):
                name = join(stack[-1][1] if stack else "", found[2], classes)
                supers = split_top(found[3] or "java.lang.Object") + split_top(found[4] or "")
                classes.setdefault(name, Declared(name, interface=False, abstract=bool(found[1]), supers=supers))
                stack.append(("class", name))
            elif line == "}":
                if stack:
                    stack.pop()
            elif stack and stack[-1][0] == "class" and (found := METHOD.match(line)) and not found[1]:
                parameters = tuple(part.partition(": ")[2] for part in split_top(found[4]))
                classes[stack[-1][1]].methods.append((found[3], parameters, found[5], bool(found[2])))
    return classes


def join(above: str, name: str, classes: dict[str, Declared]) -> str:
    """Return the full name of a module or class: what lies in a class is nested."""
    for part in name.split("."):
        above = f"{above}{'$' if above in classes else '/'}{part}" if above else part
    return above


def descriptor(text: str, names: dict[str, str]) -> str | None:
    """Return the descriptor of a declared type, `None` where the declaration leaves it open."""
    text = re.sub(r"/\*.*?\*/", "", text).replace("| null", "").strip()
    if text in ("void", "boolean"):
        return text[0].upper().replace("B", "Z")
    if found := re.fullmatch(r"androidNative\.Array<(.*)>", text):
        inner = descriptor(found[1], names)
        return "[" + inner if inner else None
    name = names.get(re.sub(r"<.*>", "", text))
    return f"L{name};" if name else None


def declared_type(found: Declared, names: dict[str, str]) -> Type:
    """Turn a declaration into a type; ``number``, ``string`` and ``any`` leave a prototype open."""
    made = Type(found.name, found.interface, found.interface or found.abstract, open=found.open)
    made.supers = [name for text in found.supers if (name := names.get(re.sub(r"<.*>", "", text)))]
    for name, parameters, returned, abstract in found.methods:
        made.taken.add((name, len(parameters)))
        parts = [descriptor(text, names) for text in (*parameters, returned)]
        key = f"{name}({''.join(map(str, parts[:-1]))}){parts[-1]}" if None not in parts else f"{name}(*"
        if key not in OBJECT_METHODS and name not in ("equals", "hashCode", "toString"):
            made.methods[key] = abstract or found.interface
    return made


# --- the table ----------------------------------------------------------------------------------------------------


def merge(jar: dict[str, Type], declared: dict[str, Type], java: dict[str, Type]) -> dict[str, Type]:
    """Put the sources together: the jar's prototypes first, then newer methods and types."""
    merged = dict(jar)
    for name, newer in declared.items():
        exact = java.get(name)
        if name not in merged:
            merged[name] = exact or newer
            continue
        known = merged[name]
        for key, abstract in newer.methods.items():
            bare = key[: key.index("(")]
            if inherited(merged, known, bare):
                continue
            known.methods |= (
                {found: flag for found, flag in exact.methods.items() if found.startswith(bare + "(")}
                if exact
                else {key: abstract}
            )
        known.supers += [above for above in newer.supers if above not in known.supers and above != "java/lang/Object"]
    for name, found in java.items():
        if name.startswith(("java/util/function/", "java/util/concurrent/Flow")):
            merged.setdefault(name, found)
    return merged


def inherited(table: dict[str, Type], below: Type, name: str) -> bool:
    """Whether the type or one above it has a method of that name already."""
    line, seen = [below], set()
    while line:
        found = line.pop()
        if found.name not in seen:
            seen.add(found.name)
            if any(known == name for known, _ in found.taken):
                return True
            line += [table[above] for above in found.supers if above in table]
    return False


def lineage(table: dict[str, Type], found: Type) -> set[str]:
    """Return the names of everything above a type."""
    names: set[str] = set()
    line = [*found.supers]
    while line:
        name = line.pop()
        if name not in names:
            names.add(name)
            line += table[name].supers if name in table else ()
    return names


def select(table: dict[str, Type]) -> dict[str, Type]:
    """Keep what can be subclassed, and what stands between."""
    kept: dict[str, Type] = {}
    for name in sorted(table):
        found = table[name]
        if LEFT_OUT.match(name):
            if not KEPT_ANCESTRY.match(name):
                continue
            found.methods = {}
        if found.final or not (found.open or found.interface):
            found.methods = {}
        elif not (
            found.interface
            or found.abstract
            or CALLED.search(name)
            or "android/content/Context" in lineage(table, found)
        ):
            found.methods = {key: flag for key, flag in found.methods.items() if not PLAIN.match(key)}
        above = [table[item].methods for item in lineage(table, found) if item in table]
        found.methods = {key: flag for key, flag in found.methods.items() if not any(key in other for other in above)}
        if found.methods or set(found.supers) - DULL:
            kept[name] = found
    return kept


def abbreviate(table: dict[str, Type]) -> dict[str, str]:
    """Choose the short names: simple name → full name, for types that are named often."""
    uses: Counter[str] = Counter()
    for found in table.values():
        uses.update(found.supers)
        for method in found.methods:
            uses.update(re.findall(r"L([^;]+);", method[method.index("(") :]))
    short: dict[str, str] = {}
    for name, count in sorted(uses.items(), key=lambda item: (-item[1], item[0])):
        if count > 1 and "/" in name:
            short.setdefault(name.rpartition("/")[2], name)
    return short


HEAD = """\
# Classes and interfaces of Android 6 to 17 (API 23 to 37) and their methods that an app can override.
# Written by deploy/platform_table.py from Debian's interface jar of API 23, the npm package @nativescript/types-android
# {version} and OpenJDK 17; do not edit by hand.
# @ package names...: short names that stand in supers and prototypes: LBundle; is Landroid/os/Bundle;
# then, one type a line: name kind supers methods... with kind i interface, a abstract, c class, f final; supers: the
# superclass and the interfaces, - for none; ! before a method: it is abstract; name(*: its prototype is not known.
"""


def write(table: dict[str, Type], version: str) -> str:
    """Return the text of the table."""
    short = abbreviate(table)
    back = {full: simple for simple, full in short.items()}
    packages: dict[str, list[str]] = {}
    for simple, full in short.items():
        packages.setdefault(full.rpartition("/")[0], []).append(simple)
    lines = [f"@ {package} {' '.join(sorted(names))}" for package, names in sorted(packages.items())]

    def expand(match: re.Match[str]) -> str:
        return f"L{back.get(match[1], match[1])};"

    for name, found in sorted(table.items()):
        kind = "i" if found.interface else "f" if found.final else "a" if found.abstract else "c"
        above = ",".join(back.get(item, item) for item in found.supers) or "-"
        methods = [
            ("!" if abstract else "")
            + method[: method.index("(")]
            + re.sub(r"L([^;]+);", expand, method[method.index("(") :])
            for method, abstract in sorted(found.methods.items())
        ]
        lines.append(" ".join([name, kind, above, *methods]))
    return HEAD.format(version=version) + "\n".join(lines) + "\n"


def sources() -> Iterator[Path]:
    """Yield the jar of API 23 and the module file of OpenJDK 17."""
    sys.path.insert(0, str(ROOT / "samples"))
    from build import find_tools  # noqa: PLC0415  # the recipe of the samples knows where Debian's jar is

    yield find_tools().android
    javac = shutil.which("javac")
    if javac is None:
        raise SystemExit("javac is not on PATH: install openjdk-17-jdk-headless")
    yield Path(javac).resolve().parents[1] / "jmods" / "java.base.jmod"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("declarations", type=Path, help="android-platform-21-37-merged.d.ts")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    jar, module = sources()
    declared = read_declarations(arguments.declarations)
    names = {name.replace("/", ".").replace("$", "."): name for name in declared}
    table = merge(
        read_archive(jar),
        {name: declared_type(found, names) for name, found in declared.items()},
        read_archive(module, "classes/java/"),
    )
    text = write(select(table), "9.1.1")
    arguments.output.write_text(text, encoding="utf-8")
    print(f"{arguments.output}: {text.count(chr(10))} lines, {len(text)} bytes")  # noqa: T201  # a script


if __name__ == "__main__":
    main()
