"""The rules, loaded, validated and indexed: ``load_catalogue()`` is all that other packages need.

Nothing else reads the YAML of `rules/`. Rows become objects when they are first looked at, so loading costs a few
milliseconds however many rules there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from analyzer.model.base import record_plain
from analyzer.model.errors import RuleDataError
from analyzer.model.making import make_record

from .api_table import KINDS, ApiTable
from .lazy import LazyTable
from .recipient_table import RecipientTable
from .sdk_index import SdkIndex
from .store import load_compiled

if TYPE_CHECKING:
    from analyzer.model.base import Bilingual
    from analyzer.model.clause import Clause

    from .calendar import CalendarYear
    from .callgraph import CallGraphRules
    from .checks import CheckRule
    from .envelopes import EnvelopeRule
    from .evidence import EvidenceSource
    from .filing_codes import CodeTable, Source
    from .frameworks import FrameworkRule
    from .identifiers import Identifier
    from .law import AppType, LegalText
    from .sdks import SdkRule
    from .security import EngineRule, SecretRule, SecurityKind
    from .supervision import NoticeTemplate, SupervisoryItem
    from .taxonomy import PermissionRule, PersonalData, Titled
    from .vocabulary import BrandRule, PackerRule, PolicyPointRule, ServiceRule, Vocabulary

# Family → (module, parser, row model). The modules are imported only when rules are compiled or a family is looked at.
_FAMILIES: dict[str, tuple[str, str, str]] = {
    "texts": ("law", "parse_texts", "LegalText"),
    "clauses": ("law", "parse_clauses", "Clause"),
    "app_types": ("law", "parse_app_types", "AppType"),
    "personal_data": ("taxonomy", "parse_personal_data", "PersonalData"),
    "permission_groups": ("taxonomy", "parse_permission_groups", "Titled"),
    "functions": ("taxonomy", "parse_functions", "Titled"),
    "permissions": ("taxonomy", "parse_permissions", "PermissionRule"),
    "identifiers": ("identifiers", "parse_identifiers", "Identifier"),
    "policy_points": ("vocabulary", "parse_policy_points", "PolicyPointRule"),
    "policy_brands": ("vocabulary", "parse_policy_brands", "BrandRule"),
    "policy_services": ("vocabulary", "parse_policy_services", "ServiceRule"),
    "vocabularies": ("vocabulary", "parse_vocabularies", "Vocabulary"),
    "packers": ("vocabulary", "parse_packers", "PackerRule"),
    "envelopes": ("envelopes", "parse_envelopes", "EnvelopeRule"),
    "frameworks": ("frameworks", "parse_frameworks", "FrameworkRule"),
    "filing_codes": ("filing_codes", "parse_filing_codes", "CodeTable"),
    "sources": ("filing_codes", "parse_sources", "Source"),
    "evidence": ("evidence", "parse_evidence", "EvidenceSource"),
    "weak_reasons": ("evidence", "parse_weak_reasons", "Bilingual"),
    "checks": ("checks", "parse_checks", "CheckRule"),
    "security": ("security", "parse_security", "SecurityKind"),
    "secrets": ("security", "parse_secrets", "SecretRule"),
    "engines": ("security", "parse_engines", "EngineRule"),
    "calendar": ("calendar", "parse_calendar", "CalendarYear"),
    "supervisory_items": ("supervision", "parse_supervisory_items", "SupervisoryItem"),
    "notice_templates": ("supervision", "parse_notice_templates", "NoticeTemplate"),
}
# Families that bring their own plain form.
_TABLES = {
    "apis": ("apis", "parse_apis"),
    "sdks": ("sdks", "parse_sdks"),
    "recipients": ("recipients", "parse_recipients"),
    "callgraph": ("callgraph_rules", "parse_callgraph"),
}
_CALLGRAPH_LISTS = ("types", "calls", "classes")


@cache  # asked for with every filing of a bulk import
def find_rules() -> Path:
    """Return the folder of the rules: package data of an installed wheel, or `rules/` of the source tree."""
    package = Path(__file__).parents[1]
    for folder in (package / "_rules", package.parent / "rules"):
        if folder.is_dir():
            return folder
    raise RuleDataError(f"{package / '_rules'}: the rule data is missing from this installation")


def parser_names() -> tuple[str, ...]:
    """Return the names of all families, in the order in which they are parsed."""
    return (*_FAMILIES, *_TABLES)


def parse_family(root: Path, family: str) -> Any:
    """Parse and validate one family into plain data. Raise `RuleDataError` at the first file that is not in order."""
    module, function = (_FAMILIES[family] if family in _FAMILIES else _TABLES[family])[:2]
    rows = getattr(import_module(f".{module}", __package__), function)(root)
    if family in _TABLES:
        return rows
    return {str(key): record_plain(row) for key, row in rows.items()}


def parse_rules(root: Path) -> dict[str, Any]:
    """Parse and validate all families. Raise `RuleDataError` at the first file that is not in order."""
    return {family: parse_family(root, family) for family in parser_names()}


def plain_tables(plain: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return table → id → plain record of parsed families (`parse_rules`)."""
    apis, sdks, recipients, callgraph = (plain[family] for family in _TABLES)
    tables: dict[str, Any] = {name: rows for name, rows in plain.items() if name not in _TABLES}
    tables["sdks"] = sdks["rows"]
    tables |= {f"apis.{kind}": rules for kind, rules in apis["rules"].items()}
    tables |= {f"recipients.{part}": rows for part, rows in recipients.items()}
    return tables | {f"callgraph.{part}": callgraph[part] for part in _CALLGRAPH_LISTS}


def compile_rules(root: Path) -> dict[str, bytes]:
    """Parse all families into the bytes that `Catalogue` reads: tables of rows, each decoded when it is looked at."""
    from .callgraph import compile_callgraph  # noqa: PLC0415  # only needed when rules have changed
    from .sdk_index import index_rows  # noqa: PLC0415  # same

    plain = parse_rules(root)
    apis, sdks, callgraph = plain["apis"], plain["sdks"], plain["callgraph"]
    compiled = {name: encode_rows(rows) for name, rows in plain_tables(plain).items()}
    compiled["apis"] = _encode({key: apis[key] for key in ("areas", "request_methods")})
    compiled["sdks.index"] = _encode(index_rows(sdks["rows"], sdks["connectors"]))
    return compiled | compile_callgraph(root, callgraph, sdks["rows"])


def encode_rows(rows: Mapping[str, Any]) -> bytes:
    """Write a table: its keys in one line of JSON, then a line of JSON for each row."""
    return b"\n".join([_encode(list(rows)), *(_encode(row) for row in rows.values())])


def decode_rows(data: bytes) -> dict[str, bytes]:
    """Read a table: key → JSON text of its row, not decoded."""
    head, *lines = data.split(b"\n")
    return dict(zip(json.loads(head), lines, strict=True))


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Catalogue:
    """All rules in force. Every attribute is read-only; a family is decoded when it is first looked at."""

    def __init__(self, root: Path, version: str, compiled: Mapping[str, bytes]) -> None:
        self.root = root
        self.rules_version = version
        """First 16 hex digits of the SHA-256 over all rule files."""
        self._compiled = compiled

    def plain(self, family: str) -> dict[str, Any]:
        """Return a fresh decoding of a table's plain rows. Raise `KeyError` for an unknown one."""
        head, _, lines = self._compiled[family].partition(b"\n")
        rows = json.loads(f"[{lines.decode().replace('\n', ',')}]")  # one text: a third of the time of row by row
        return dict(zip(json.loads(head), rows, strict=True))

    def _rows(self, family: str) -> LazyTable[str, Any]:
        return LazyTable(decode_rows(self._compiled[family]), self._maker(family))

    @staticmethod
    def _maker(family: str) -> Callable[[Any, Any], Any]:
        def make(_: Any, row: Any) -> Any:
            # The classes are imported here: a start that looks at no row makes none.
            module, _, name = _FAMILIES[family]
            return make_record(getattr(import_module(f".{module}", __package__), name), row)

        return make

    @cached_property
    def texts(self) -> Mapping[str, LegalText]:
        """Legal texts, by id."""
        return self._rows("texts")

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Clauses of all texts, by id such as ``191-3.1``."""
        return self._rows("clauses")

    @cached_property
    def app_types(self) -> Mapping[int, AppType]:
        """The 39 app types, by number."""
        plain = {int(key): row for key, row in decode_rows(self._compiled["app_types"]).items()}
        return LazyTable(plain, self._maker("app_types"))

    @cached_property
    def personal_data(self) -> Mapping[str, PersonalData]:
        """The taxonomy, by data id."""
        return self._rows("personal_data")

    @cached_property
    def permission_groups(self) -> Mapping[str, Titled]:
        """Groups of permissions."""
        return self._rows("permission_groups")

    @cached_property
    def functions(self) -> Mapping[str, Titled]:
        """Functions of an education app that permissions are justified by."""
        return self._rows("functions")

    @cached_property
    def permissions(self) -> Mapping[str, PermissionRule]:
        """Permissions, by full name."""
        return self._rows("permissions")

    @cached_property
    def identifiers(self) -> Mapping[str, Identifier]:
        """Formats, checksums and key names of personal data in traffic."""
        return self._rows("identifiers")

    @cached_property
    def policy_points(self) -> Mapping[str, PolicyPointRule]:
        """The 18 points of a privacy policy."""
        return self._rows("policy_points")

    @cached_property
    def policy_brands(self) -> Mapping[str, BrandRule]:
        """Names by which policies call a vendor."""
        return self._rows("policy_brands")

    @cached_property
    def policy_services(self) -> Mapping[str, ServiceRule]:
        """Words for what the SDKs of a category serve."""
        return self._rows("policy_services")

    @cached_property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """Strings of interest, by kind."""
        return self._rows("vocabularies")

    @cached_property
    def packers(self) -> Mapping[str, PackerRule]:
        """Marks of code packers."""
        return self._rows("packers")

    @cached_property
    def envelopes(self) -> Mapping[str, EnvelopeRule]:
        """Shapes of requests that an SDK encrypts, in the order in which they are tried."""
        return self._rows("envelopes")

    @cached_property
    def frameworks(self) -> Mapping[str, FrameworkRule]:
        """Hybrid frameworks, in the order in which their places are tried."""
        return self._rows("frameworks")

    @cached_property
    def filing_codes(self) -> Mapping[str, CodeTable]:
        """Code tables of the filing forms."""
        return self._rows("filing_codes")

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """What the source keys of legal rules stand for."""
        return self._rows("sources")

    @cached_property
    def evidence(self) -> Mapping[str, EvidenceSource]:
        """What the source keys of APIs, SDKs and recipients stand for."""
        return self._rows("evidence")

    @cached_property
    def weak_reasons(self) -> Mapping[str, Bilingual]:
        """Why a row alone proves nothing, by the id in `ApiRule.weak`."""
        return self._rows("weak_reasons")

    @cached_property
    def checks(self) -> Mapping[str, CheckRule]:
        """Metadata of the checks, by id such as ``CONSENT.TRAFFIC_BEFORE``."""
        return self._rows("checks")

    @cached_property
    def security(self) -> Mapping[str, SecurityKind]:
        """Kinds of security facts, by id such as ``webview.file_urls``."""
        return self._rows("security")

    @cached_property
    def secrets(self) -> Mapping[str, SecretRule]:
        """Secrets that must not be in a package."""
        return self._rows("secrets")

    @cached_property
    def engines(self) -> Mapping[str, EngineRule]:
        """Marks of game engines."""
        return self._rows("engines")

    @cached_property
    def calendar(self) -> Mapping[str, CalendarYear]:
        """Days off and make-up working days, by year such as ``2026``."""
        return self._rows("calendar")

    @cached_property
    def supervisory_items(self) -> Mapping[str, SupervisoryItem]:
        """Supervisory items of the trail, by id such as ``filing_review``."""
        return self._rows("supervisory_items")

    @cached_property
    def notice_templates(self) -> Mapping[str, NoticeTemplate]:
        """Templates of notices, by kind such as ``rectification``."""
        return self._rows("notice_templates")

    @cached_property
    def areas(self) -> Mapping[str, Bilingual]:
        """Titles of the areas of `apis`, by the name in `ApiRule.area`."""
        from analyzer.model.base import Bilingual  # noqa: PLC0415  # as in `_maker`

        return {key: Bilingual(**title) for key, title in self._api_header["areas"].items()}

    @cached_property
    def _api_header(self) -> dict[str, Any]:
        header: dict[str, Any] = json.loads(self._compiled["apis"])
        return header

    @cached_property
    def apis(self) -> ApiTable:
        """Interfaces that yield personal data."""
        rules = {kind: decode_rows(self._compiled[f"apis.{kind}"]) for kind in KINDS}
        return ApiTable(rules, self._api_header["request_methods"])

    @cached_property
    def sdks(self) -> Mapping[str, SdkRule]:
        """SDKs, by id."""

        def make(key: str, row: Any) -> SdkRule:
            from .sdks import SdkRule, spread_values  # noqa: PLC0415  # as in `_maker`

            return make_record(SdkRule, {"id": key, **spread_values(row)})

        return LazyTable(decode_rows(self._compiled["sdks"]), make)

    @cached_property
    def sdk_index(self) -> SdkIndex:
        """Which SDK a class, component, library, key or asset belongs to."""
        return SdkIndex(json.loads(self._compiled["sdks.index"]))

    @cached_property
    def callgraph(self) -> CallGraphRules:
        """Calls that no instruction makes, consent flags, Android's own classes, SDK calls before and about consent."""
        from .callgraph import CallGraphRules  # noqa: PLC0415  # only an audit of code looks at it

        return CallGraphRules(self.root, self._compiled)

    @cached_property
    def recipients(self) -> RecipientTable:
        """Who receives what is sent to a host."""
        parts = ("companies", "hosts", "shapes", "external")
        return RecipientTable(*(decode_rows(self._compiled[f"recipients.{part}"]) for part in parts))


_loaded: dict[Path, Catalogue] = {}
_lock = Lock()
_resolved = cache(Path.resolve)
"""Asking the file system for each part of a path took a sixth of the checking of a filing."""


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Return the catalogue of a rules folder (default: the installed one), loaded once per process.

    Raise `RuleDataError` when the rules are missing or not in order.
    """
    folder = _resolved(root or find_rules())
    with _lock:
        if folder not in _loaded:
            version, compiled = load_compiled(folder, compile_rules)
            _loaded[folder] = Catalogue(folder, version, compiled)
        return _loaded[folder]


__all__ = ["Catalogue", "find_rules", "load_catalogue", "parse_family", "parse_rules", "parser_names"]
