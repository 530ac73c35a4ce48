"""Reads the cases of `tests/reach`: one file holds two small programs and what must be found in each.

See `tests/reach/README.md` for the format.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from packages import PACKAGE, resources_of
from resources import number_resources

ROOT = Path(__file__).resolve().parents[1] / "reach"
CASES, STUBS = ROOT / "cases", ROOT / "stubs"
TWINS = ("hit", "miss")
HEADER = {"shows", "manifest", "hit", "miss", "sdk", "coverage", "bundle"}
IMPORTS = """import android.app.*; import android.content.*; import android.content.pm.*; import android.os.*;
import android.util.*; import android.view.*; import android.widget.*; import android.telephony.*;
import java.util.*; import java.util.concurrent.*; import static android.os.Build.SERIAL;"""
"""Stands before every Java source, so that a case shows nothing but what it is about."""

NAMES = {
    "serial": ("device.serial", "field:Landroid/os/Build;->SERIAL"),
    "imei": ("device.imei", "Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;"),
    "device_id": ("device.imei", "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"),
    "meid": ("device.meid", "Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;"),
    "imsi": ("device.imsi", "Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;"),
    "android_id": ("device.android_id", "settings:secure:android_id"),
}
"""Short names of a (data, api) pair for the lines of a case."""

LEVELS = "present|reachable|before_consent"
LINKS = "call|dispatch|scheduled|callback|gesture|lifecycle|class_init|started|inflated|reflected"
LINE = re.compile(
    rf"(?P<what>\S.*?)(?: x(?P<sites>\d+))? (?P<level>{LEVELS})(?: by (?P<actor>[\w:.-]+))?"
    r"(?: \((?P<doubt>\w+)(?:: (?P<guard>.*))?\))? = (?P<way>.*)"
)


@dataclass(frozen=True)
class Case:
    """Two twin programs."""

    family: str
    name: str
    text: str
    """Everything below the header."""
    language: str
    """``java`` or ``smali``."""
    header: dict = field(hash=False)

    @property
    def id(self):
        return f"{self.family}/{self.name}"

    def expected(self, twin):
        """Return the lines of one twin: accesses and ``asks`` lines, in normal form, sorted."""
        return sorted(normal_line(line) for line in self.header[twin] or ())

    def coverage(self, twin):
        """Return the codes of coverage reasons that must be given, or `None` where the case says nothing of them."""
        wanted = self.header.get("coverage")
        return wanted if wanted is None or isinstance(wanted, list) else wanted[twin]

    def manifest(self, twin):
        """Return the manifest's description; twins may differ."""
        given = self.header.get("manifest") or {}
        return {**{k: v for k, v in given.items() if k not in TWINS}, **given.get(twin, {})}

    def sources(self, twin):
        """Return file name → text handed to the compiler for one twin."""
        mark = "//" if self.language == "java" else "#"
        kept = []
        for line in self.text.splitlines():
            found = re.search(rf"{mark}\s*(hit|miss)\s*$", line)
            if found is None:
                kept.append(line)
            elif found[1] == twin:
                kept.append(line[: found.start()].rstrip())
        return _java_files(kept, self.numbers()) if self.language == "java" else _smali_files(kept)

    def numbers(self):
        """Return (type, name) → resource id, the same for both twins."""
        names = {(kind, name) for twin in TWINS for kind, name in resources_of(self.manifest(twin))}
        return number_resources(names)

    def digest(self, twin):
        """Return what one twin's DEX file depends on, but for the stubs."""
        listed = json.dumps(
            [self.header.get("sdk"), self.header.get("bundle"), sorted(self.sources(twin).items())], ensure_ascii=True
        )
        return hashlib.sha256(listed.encode()).hexdigest()[:32]


def read_cases(families=()):
    """Return all cases, or those of some families, sorted."""
    paths = sorted(path for path in CASES.glob("*/*") if path.suffix in {".java", ".smali"})
    return [read_case(path) for path in paths if not families or path.parent.name in families]


def read_case(path):
    """Read one file: a YAML header in comments, then the program."""
    mark = "//" if path.suffix == ".java" else "#"
    lines = path.read_text(encoding="utf-8").splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith(mark)), len(lines))
    rows = [line[len(mark) :].removeprefix(" ") for line in lines[:end]]
    key, _, shown = rows[0].partition(": ")  # the line may hold colons
    header = {key: shown} | yaml.safe_load("\n".join(rows[1:]))
    problems = set(header) - HEADER | ({"shows", *TWINS} - set(header))
    if problems:
        raise ValueError(f"{path}: header keys {sorted(problems)}")
    return Case(path.parent.name, path.stem, "\n".join(lines[end:]), path.suffix[1:], header)


def _java_files(lines, numbers):
    files, package, unit = {}, PACKAGE, []

    def close():
        text = "\n".join(unit)
        if text.strip():
            public = re.search(r"^public\s+(?:\w+\s+)*?(?:class|interface|enum)\s+(\w+)", text, re.MULTILINE)
            name = public[1] if public else f"Unit{len(files)}"
            files[f"{package.replace('.', '/')}/{name}.java"] = f"package {package};\n{IMPORTS}\n{text}\n"

    for line in lines:
        found = re.match(r"package ([\w.]+);", line)
        if found:
            close()
            package, unit = found[1], []
        else:
            unit.append(line)
    close()
    if numbers:
        by_kind = {}
        for (kind, name), number in numbers.items():
            by_kind.setdefault(kind, []).append(f"int {name} = {number:#x};")
        inner = " ".join(f"public interface {kind} {{ {' '.join(rows)} }}" for kind, rows in sorted(by_kind.items()))
        files[f"{PACKAGE.replace('.', '/')}/R.java"] = f"package {PACKAGE};\npublic interface R {{ {inner} }}\n"
    return files


def _smali_files(lines):
    files, number, dex = {}, 0, 1
    for line in lines:
        found = re.match(r"# dex (\d+)", line)
        if found:
            dex = int(found[1])
        elif line.startswith(".class"):
            number += 1
        if number:
            key = f"{dex}/{number:02}.smali"
            files[key] = files.get(key, "") + line + "\n"
    return files


# --- what must be found ----------------------------------------------------------------------------------------------


def normal_line(line):
    """Return a line with names, data, links and default words in one fixed form."""
    found = LINE.fullmatch(" ".join(line.split()))
    if found is None:
        raise ValueError(f"not a line of a case: {line}")
    what, asks = found["what"], found["what"].startswith("asks ")
    if not asks and what not in NAMES:
        data, _, api = what.partition("@")
        what = next((name for name, pair in NAMES.items() if pair == (data, api)), what)
    way = [
        _normal_step(step, first=number == 0, level=found["level"])
        for number, step in enumerate(found["way"].split(" > "))
    ]
    return format_line(
        what,
        int(found["sites"] or 1),
        found["level"],
        found["actor"] or "app",
        found["doubt"],
        found["guard"],
        " > ".join(way),
    )


def _normal_step(step, *, first, level):
    words = step.split(" ")
    if first:
        expected = 1 if level == "present" else 2
        if len(words) != expected:
            raise ValueError(f"a chain begins with its entry and method, a present row names its caller: {step}")
        return step
    if len(words) == 1:
        return f"call {step}"
    if len(words) != 2 or not re.fullmatch(LINKS, words[0]):
        raise ValueError(f"not a step of a chain: {step}")
    return step


def format_line(what, sites, level, actor, doubt, guard, way):
    """Return one line in normal form."""
    count = f" x{sites}" if sites != 1 else ""
    by = f" by {actor}" if actor != "app" else ""
    unsure = f" ({doubt}{f': {guard}' if guard else ''})" if doubt else ""
    return f"{what}{count} {level}{by}{unsure} = {way}"


def found_lines(facts, expected=()):
    """Return the accesses and permission requests of facts as lines, sorted, as exact as the expected lines are.

    These may name an API in short, and the doubt without its guard.
    """
    by_pair = {pair: name for name, pair in NAMES.items()}
    parsed = [LINE.fullmatch(line) for line in expected]
    shortened = {found["what"] for found in parsed}
    guards = any(found["guard"] for found in parsed)

    def what(row):
        brief = f"{row.data}@{short_api(row.api)}"
        return brief if brief in shortened else by_pair.get((row.data, row.api), f"{row.data}@{row.api}")

    lines = [_line(what(row), row, row.sites, guards=guards) for row in facts.accesses]
    short = [
        ",".join(name.removeprefix("android.permission.") for name in row.permissions) or "?"
        for row in facts.permission_requests
    ]
    lines += [
        _line(f"asks {names}", row, 1, guards=guards)
        for names, row in zip(short, facts.permission_requests, strict=True)
    ]
    return sorted(lines)


def _line(what, row, sites, *, guards):
    chain = [short_name(one) for one in row.chain]
    if chain:
        steps = zip(("", *row.links), chain, strict=False)
        way = " > ".join(f"{link} {name}".strip() for link, name in steps)
        way = f"{row.entry} {way}"
    else:
        way = short_name(row.caller)
    guard = re.sub(
        r"L[\w/$-]+;->[\w$<>-]+\([^)]*\)\S+", lambda found: short_name(found[0]), (row.guard if guards else None) or ""
    )
    return format_line(what, sites, row.level, row.actor, row.doubt, guard, way)


def short_name(signature):
    """Return ``Main.onCreate`` for a method of the case's package, the full dotted name for others."""
    owner, _, member = signature.partition("->")
    name = owner.removeprefix("L").removesuffix(";").replace("/", ".").removeprefix(PACKAGE + ".")
    return f"{name}.{member.partition('(')[0]}"


def short_api(signature):
    """Return ``LocationListener.onLocationChanged`` for a DEX signature."""
    owner, arrow, member = signature.partition("->")
    return f"{re.split('[/:]', owner)[-1].removesuffix(';')}.{member.partition('(')[0]}" if arrow else signature


def without_way(line):
    """Return a line as far as it does not depend on reachability: what is read, how often, by whom, in which method."""
    found = LINE.fullmatch(line)
    caller = found["way"].split(" > ")[-1].split(" ")[-1]
    count = f" x{found['sites']}" if found["sites"] else ""
    return f"{found['what']}{count} by {found['actor'] or 'app'} in {caller}"
