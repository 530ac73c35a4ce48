"""Network recipients, `rules/recipients/*.yaml`: which company runs a host, and which SDK talks to it.

A file is a mapping from company key to {name, country, hosts}; `hosts` maps a pattern to its record. Patterns: ``*.x``
is x and everything below it, a bare name or address is exactly that, ``*/…`` is a path shape on any host.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from analyzer.model.base import Bilingual, DataId, Record, stated_plain
from analyzer.model.errors import RuleDataError
from analyzer.model.record import dataclass
from analyzer.model.severity import Sureness

from .reading import read_mapping, rule_files, validate

RecipientCategory = Literal[
    "advertising", "analytics", "other", "education", "cloud", "cdn", "risk_control", "video", "payment", "push",
    "httpdns", "login", "speech", "attribution", "social", "rtc", "crash", "im", "map", "location", "ocr", "search",
]  # fmt: skip

SHAPES = "path_shapes.yaml"
EXTERNAL = "external_sdks.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Record):
    """The operator of hosts, not the owner of its group."""

    name: Bilingual
    """Legal name (unchecked) or brand."""
    country: str
    """ISO 3166 code of the operator's seat; where the server stands is another question."""
    note: Bilingual | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord(Record):
    """What is known of one pattern, as it stands in the file."""

    category: RecipientCategory
    sdk: str | None = None
    receives: tuple[DataId, ...] = ()
    shared: bool = False
    """A shared cloud or CDN host: it says who stores, nothing of purpose or recipient."""
    system: bool = False
    """The phone itself may have sent it, not the app."""
    source: tuple[str, ...]
    sure: Sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalSdk(Record):
    """An SDK id without a row in `rules/sdks`: a web tracker, a service, or a product whose code is not described."""

    id: str
    name: str
    reason: Literal["web_tracker", "service", "code_not_described"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRule(Record):
    """The answer of a look-up."""

    pattern: str
    """The pattern that matched, the most specific one."""
    company: str | None
    """Key of the company; `None` where only a path shape matched: the recipient is whoever runs the host."""
    name: Bilingual | None
    country: str | None
    sdk: str | None
    """Id of the SDK or service that talks to it; see `known_sdk`."""
    known_sdk: bool = False
    """Whether `sdk` has a row in `rules/sdks`."""
    category: RecipientCategory
    receives: tuple[DataId, ...] = ()
    """Data that code or a capture showed; empty is unknown, not nothing."""
    shape: str | None = None
    """The path shape that matched besides; it proves the software, not the operator."""
    shared: bool = False
    system: bool = False
    source: tuple[str, ...]
    sure: Sureness

    @property
    def suspected(self) -> bool:
        """Whether nothing was found for it: ship only as suspected."""
        return self.sure is Sureness.UNSURE

    @property
    def abroad(self) -> bool | None:
        """Whether the operator sits outside mainland China; `None` when unknown."""
        return None if self.country is None else self.country != "CN"


def parse_recipients(root: Path) -> dict[str, Any]:
    """Read ``root/recipients/*.yaml`` into plain data. Raise `RuleDataError` for a pattern in two places."""
    companies: dict[str, Any] = {}
    hosts: dict[str, Any] = {}
    shapes: dict[str, Any] = {}
    external: dict[str, Any] = {}
    for path in rule_files(root / "recipients"):
        content = read_mapping(path)
        if path.name == EXTERNAL:
            for key, record in content.items():
                row = validate(ExternalSdk, f"{path}: {key}", {"id": key, **_record(path, key, record)})
                external[key] = {"name": row.name, "reason": row.reason}
        elif path.name == SHAPES:
            _add_hosts(shapes, path, content, None)
        else:
            for key, record in content.items():
                if key in companies:
                    raise RuleDataError(f"{path}: {key} is already in another file")
                header = dict(_record(path, key, record))
                table = header.pop("hosts", {})
                company = validate(Company, f"{path}: {key}", header)
                companies[key] = stated_plain(company)
                _add_hosts(hosts, path, _record(path, f"{key}: hosts", table), key)
    return {"companies": companies, "hosts": hosts, "shapes": shapes, "external": external}


def _add_hosts(into: dict[str, Any], path: Path, table: Mapping[str, Any], company: str | None) -> None:
    for pattern, record in table.items():
        if pattern in into:
            raise RuleDataError(f"{path}: {pattern} is already under {into[pattern].get('company')}")
        row = stated_plain(validate(HostRecord, f"{path}: {pattern}", record))
        into[pattern] = {"company": company, **row} if company else row


def _record(path: Path, key: str, record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise RuleDataError(f"{path}: {key}: a mapping is expected")
    return record
