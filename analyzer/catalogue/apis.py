"""Framework and SDK interfaces through which code reads personal data: `rules/apis/*.yaml`, one file per area.

A file has a `title` and a section for each kind of interface; `methods` and `fields` are grouped by class. A signature
has a list of rows because one call may yield several kinds of data under different conditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from analyzer.model.base import DataId, Record, stated_plain
from analyzer.model.errors import RuleDataError
from analyzer.model.record import dataclass
from analyzer.model.severity import Sureness

from .reading import read_mapping, rule_files, validate

Kind = Literal["method", "field", "uri", "settings", "prop", "file", "exec", "broadcast", "intent", "js", "manifest"]
SECTIONS: dict[str, Kind] = {
    "methods": "method", "fields": "field", "uris": "uri", "settings": "settings", "props": "prop", "files": "file",
    "execs": "exec", "broadcasts": "broadcast", "intents": "intent", "js": "js", "manifest": "manifest",
}  # fmt: skip
Role = Literal["read", "subscribe", "request", "helper"]
Decider = Literal["uri", "settings", "prop", "file", "exec", "argument"]

# A permission name in `needs`, with the API levels in the brackets that may follow: READ_PHONE_STATE (≤28).
_PERMISSION = re.compile(r"(?<![\w.])((?:[a-z]\w*\.)*)([A-Z][A-Z_]{2,}(?:\*)?)(?![\w.])(?:\s*\(([^)]*)\))?")
_LEVELS = re.compile(r"(?:(\d+)-(\d+)|≥\s*(\d+)|≤\s*(\d+))")
_NOT_PERMISSIONS = frozenset({"DIALER", "USB", "SSID", "BSSID", "SMS", "URI"})
_BLOCKED = re.compile(
    r"(?:refused|blocked|gone|hidden|empty|closed|removed(?! from the SDK)|useless|unknown\")[^;]*? from (\d{1,2})\b"
    r"|(?:gone|removed(?! from the SDK)|null for target ≥)[^;\d]*(\d{1,2})\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionNeed(Record):
    """A permission that a call needs, and on which API levels (inclusive)."""

    name: str
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRule(Record):
    """One interface yields one kind of personal data."""

    signature: str
    """As in the rule file; DEX form for methods and fields, such as ``Lpkg/Cls;->name(args)ret``."""
    kind: Kind
    area: str
    """The file, such as ``telephony``."""
    data: DataId
    what: str
    """What comes back."""
    needs: str | None = None
    """Permission by API level as text; see `permissions`."""
    since: int | None = None
    """First API level (of a hidden interface: the oldest level at which it was seen)."""
    hidden: bool = False
    until: str | None = None
    """From which level it is deprecated, refused, empty or gone. The attempt to read is still a finding."""
    role: Role = "read"
    """``helper`` is no access by itself; ``request`` asks for a permission or a picker."""
    use: Literal["override", "reflection"] | None = None
    """``override``: look for definitions in subclasses, not for calls. ``reflection``: the names are strings."""
    decides: Decider | None = None
    """The table in which the argument must be found; ``argument``: see `when`, or the note."""
    when: tuple[str, ...] = ()
    """String arguments with which the row holds."""
    stands_for: str | None = None
    """Of a static field: the ``content://`` address that it holds."""
    weak: str | None = None
    """Id of the reason in `rules/weak_reasons.yaml` why this row alone proves nothing; `None` for an ordinary read."""
    note: str | None = None
    source: tuple[str, ...]
    """Keys of `rules/evidence.yaml`."""
    sure: Sureness

    @property
    def is_access(self) -> bool:
        """Whether code that uses it reads (or subscribes to) the data: false for helpers and requests."""
        return self.role in ("read", "subscribe")

    @property
    def proves(self) -> bool:
        """Whether its presence alone shows that the code reads the data."""
        return self.is_access and self.weak is None and self.sure is not Sureness.UNSURE

    @property
    def api(self) -> str:
        """The name of it in a report, such as ``field:Landroid/os/Build;->SERIAL`` or ``prop:ro.serialno``."""
        return api_name(self.kind, self.signature)

    @property
    def permissions(self) -> tuple[PermissionNeed, ...]:
        """The permissions that `needs` names, in full, with their API levels."""
        return tuple(permission_needs(self.needs or ""))

    @property
    def blocked_from(self) -> int | None:
        """First API level on which ordinary apps get nothing or a constant."""
        found = _BLOCKED.search(self.until or "")
        return int(found[1] or found[2]) if found else None


def api_name(kind: Kind, signature: str) -> str:
    """Return the report's name of an interface."""
    if kind in ("method", "uri"):
        return signature
    if kind == "field":
        return "field:" + signature.rpartition(":")[0]
    return f"{kind}:{signature}"


def permission_needs(text: str) -> Iterator[PermissionNeed]:
    """Yield the permissions that a `needs` text names; words such as ``user's choice`` or ``root`` yield none."""
    for part in text.split(";"):
        last_levels = part.rpartition("(")[2] if part.rstrip().endswith(")") else ""
        for prefix, name, own_levels in _PERMISSION.findall(part):
            if name in _NOT_PERMISSIONS:
                continue
            # "A or B (≥33)": the brackets at the end hold for both.
            found = _LEVELS.search(own_levels or last_levels)
            first, last, at_least, at_most = found.groups() if found else (None,) * 4
            since, until = first or at_least, last or at_most
            full = (prefix or "android.permission.") + name
            yield PermissionNeed(name=full, since=int(since) if since else None, until=int(until) if until else None)


def parse_apis(root: Path) -> dict[str, Any]:
    """Read ``root/apis/*.yaml`` into plain data. Raise `RuleDataError` for anything malformed."""
    rules: dict[str, dict[str, list[dict[str, Any]]]] = {kind: {} for kind in SECTIONS.values()}
    areas: dict[str, dict[str, str]] = {}
    request_methods: list[str] = []
    for path in rule_files(root / "apis"):
        content = read_mapping(path)
        areas[path.stem] = content.pop("title", {"zh": path.stem, "en": path.stem})
        request_methods += content.pop("request_methods", [])
        for section, table in content.items():
            if section not in SECTIONS:
                raise RuleDataError(f"{path}: {section}: unknown section")
            kind = SECTIONS[section]
            for signature, rows in _signatures(path, section, table):
                if signature in rules[kind]:
                    raise RuleDataError(f"{path}: {signature} is already in {rules[kind][signature][0]['area']}.yaml")
                rules[kind][signature] = [
                    plain for row in rows for plain in _plain_rows(f"{path}: {signature}", kind, signature, row)
                ]
    return {"rules": rules, "areas": areas, "request_methods": request_methods}


def _signatures(path: Path, section: str, table: Any) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(table, dict):
        raise RuleDataError(f"{path}: {section}: a mapping is expected")
    for key, value in table.items():
        members = value.items() if section in ("methods", "fields") and isinstance(value, dict) else [(None, value)]
        for member, rows in members:
            signature = str(key) if member is None else f"{key}->{member}"
            if not isinstance(rows, list) or not rows:
                raise RuleDataError(f"{path}: {signature}: a list of rows is expected")
            yield signature, rows


def _plain_rows(where: str, kind: Kind, signature: str, row: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(row, dict) or not isinstance(row.get("data"), list):
        raise RuleDataError(f"{where}: data: a list of personal-data ids is expected")
    for data in row["data"]:
        area = Path(where.partition(": ")[0]).stem
        rule = validate(ApiRule, where, {**row, "data": data, "signature": signature, "kind": kind, "area": area})
        yield {key: value for key, value in stated_plain(rule).items() if key not in ("signature", "kind")}
