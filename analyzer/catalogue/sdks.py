"""Third-party SDKs: `rules/sdks/**/*.yaml`, one SDK a file; the file name is its id.

A list of values is either plain, all of them sure enough to show the SDK alone, or ``{strong: […], weak: […]}``: a weak
value is own knowledge or too general; it may support, it may not prove.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from analyzer.model.base import Bilingual, Record, stated_plain
from analyzer.model.errors import RuleDataError
from analyzer.model.record import dataclass
from analyzer.model.severity import Sureness

from .reading import read_mapping, rule_files, validate

Category = Literal[
    "analytics", "advertising", "attribution", "push", "crash", "location", "map", "social", "login", "payment", "im",
    "rtc", "video", "speech", "ocr", "face", "identifier", "risk_control", "cloud", "hotfix", "plugin", "security",
    "network", "ui", "framework", "database", "education", "other",
]  # fmt: skip
Minimum = Literal["one_strong", "second_sign", "component"]

VALUE_LISTS = (
    "prefixes", "components", "native_libs", "metadata_keys", "assets", "files", "strings", "hosts", "collects",
)  # fmt: skip
VERSION_KEYS = ("field", "getter", "method", "string", "file", "metadata", "native")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value(Record):
    """One value of a list, and whether it is weak."""

    value: str
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(Record):
    """The name of a product; `zh` and `en` may be equal."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor(Record):
    """Who makes it."""

    zh: str
    country: str
    """ISO 3166 code, two letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCall(Record):
    """A call of an SDK that has to do with the user's consent."""

    call: str
    """Signature; ``(*`` stands for any prototype."""
    note: Bilingual | None = None
    source: tuple[str, ...]
    """Keys of `rules/evidence.yaml`."""
    sure: Sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSwitch(ConsentCall):
    """A call that turns the SDK's collection off or on."""

    argument: int | None = None
    """The declared parameter that decides; `None`: the call by itself does."""
    stops: bool
    """The argument's value that turns collection off; without argument: whether the call turns it off."""
    also: tuple[str, ...] = ()
    """Ids of other SDKs that obey the same call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSwitch(Record):
    """A manifest key by which an app turns the SDK's collection or its automatic start off."""

    key: str
    when: Literal["true", "false"]
    """The value that turns it off."""
    turns_off: Literal["collection", "start"] = "collection"
    """All collection, or only the start by itself: a call may still start it."""
    note: Bilingual | None = None
    source: tuple[str, ...]
    sure: Sureness


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPlace(Record):
    """Where the SDK's own files state its version: exactly one of the keys but `pattern`."""

    field: str | None = None
    """``class->NAME`` in slash form: a static field with a constant."""
    getter: str | None = None
    """``class->name``: a method without parameters that returns a constant."""
    method: str | None = None
    """``class->name``: methods that load the version as a string; `pattern` says which one."""
    string: str | None = None
    """Beginning of a string of the code; it survives renaming."""
    file: str | None = None
    """Name of an archive entry, its text or ``version=`` in it."""
    metadata: str | None = None
    """Key of the manifest."""
    native: str | None = None
    """File name of a library, ``*`` for the version."""
    pattern: str | None = None
    """Regular expression over the text found; its group is the version. Default: the whole text."""
    sure: Sureness | None = None
    """How sure it is that this member is the version; given where no published binary of `seen` confirms it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkRule(Record):
    """One product of a vendor: how to recognise it and what it may collect. A row shows presence, never activity."""

    id: str
    name: Names
    vendor: Vendor
    category: Category
    prefixes: tuple[Value, ...] = ()
    """Packages or classes in slash form; they match whole path segments, and the longest of all rows wins."""
    exclusions: tuple[str, ...] = ()
    """Packages below a prefix that belong to this row in name only: stubs, and the vendor's own apps."""
    components: tuple[Value, ...] = ()
    """Class names of the manifest; ``*.wxapi.WXEntryActivity`` is any package and the rest."""
    native_libs: tuple[Value, ...] = ()
    """File names; ``*`` stands for a version."""
    metadata_keys: tuple[Value, ...] = ()
    assets: tuple[Value, ...] = ()
    """Paths below ``assets/``; one that ends with a slash is a folder."""
    files: tuple[Value, ...] = ()
    """Archive entries outside of ``assets/`` and ``lib/``, by full name."""
    strings: tuple[Value, ...] = ()
    """Whole strings of the SDK's code (log tags, names of its own preferences, addresses); they survive renaming."""
    hosts: tuple[Value, ...] = ()
    """Match on label borders, the name itself and all below it."""
    version: tuple[VersionPlace, ...] = ()
    """Tried in order; the first that holds one gives the version. Absent after shrinking: then there is no version."""
    collects: tuple[Value, ...] = ()
    """Personal-data ids that the SDK *may* collect: for disclosure questions, never a finding by itself."""
    collects_nothing: bool = False
    """A local library: recognise it and stay silent."""
    collects_unknown: bool = False
    """No statement of its vendor's about what it collects was found."""
    disclosure_words: tuple[str, ...] = ()
    """Words by which policies name it; the longest is matched first, case and width are ignored."""
    minimum: Minimum = "one_strong"
    """The least that shows it: one strong value; two kinds of value; or a declared, enabled component."""
    within: tuple[str, ...] = ()
    """SDKs whose prefixes surround some of this one's; here the longer prefix is the owner."""
    comes_with: tuple[str, ...] = ()
    """SDKs that carry this one in their archive: beside one of them it is no separate contract."""
    own_packages: tuple[str, ...] = ()
    """Packages (dotted) of the vendor's own apps: in an app below one of them this code is first party."""
    preinit: tuple[ConsentCall, ...] = ()
    """Calls that the vendor documents as collecting nothing, so that they may come before consent."""
    consent_switch: tuple[ConsentSwitch, ...] = ()
    """Calls that tell the SDK whether it may collect."""
    init: tuple[ConsentCall, ...] = ()
    """Calls by which an app starts the SDK."""
    starters: tuple[str, ...] = ()
    """Providers and start-up initialisers (dotted) that start the SDK with the app when the manifest declares them."""
    manifest_switch: tuple[ManifestSwitch, ...] = ()
    """Manifest keys that turn it off."""
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of this row that were found in a published binary: source (``npm:package@version``) → values."""
    traps: tuple[Bilingual, ...] = ()
    sources: tuple[str, ...]
    """Keys of `rules/evidence.yaml`."""
    sure: Sureness
    """About identity, not about `collects`."""

    def label(self, lang: str) -> str:
        """Return the name in ``lang``."""
        return self.name.en if lang == "en" else self.name.zh

    def is_first_party(self, package: str | None) -> bool:
        """Whether an app of this package is the vendor's own, so that the code is the app's."""
        return package is not None and any(package == own or package.startswith(own + ".") for own in self.own_packages)


def spread_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain row of a file with each value of its lists as `Value` has it.

    Raises `ValueError` for a list that is neither plain nor ``{strong, weak}``.
    """
    return {key: _values(value) if key in VALUE_LISTS else value for key, value in row.items()}


def _values(value: Any) -> Any:
    if isinstance(value, dict):
        if extra := set(value) - {"strong", "weak"}:
            raise ValueError(f"unknown keys {sorted(extra)}: a list or {{strong, weak}} is expected")
        marked = [(item, False) for item in value.get("strong") or ()]
        marked += [(item, True) for item in value.get("weak") or ()]
        return tuple({"value": item, "weak": weak} for item, weak in marked)
    if isinstance(value, (list, tuple)):
        return tuple({"value": item} if isinstance(item, str) else item for item in value)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector(Record):
    """Code of one SDK that talks to a phone maker's push service; it does not show that the maker's SDK is inside."""

    pattern: str
    """Package, or class with ``*``, in slash form."""
    of: str
    """The SDK whose code it is."""
    reaches: tuple[str, ...] = ()
    """SDKs that it does *not* show."""


CONNECTORS = "connectors.yaml"


def parse_sdks(root: Path) -> dict[str, Any]:
    """Read ``root/sdks/**/*.yaml`` into plain data; the file name is the id. Raise `RuleDataError` when malformed."""
    rows: dict[str, Any] = {}
    connectors: list[dict[str, Any]] = []
    for path in rule_files(root / "sdks"):
        content = read_mapping(path)
        if path.name == CONNECTORS:
            for pattern, record in content.items():
                connector = validate(Connector, f"{path}: {pattern}", {"pattern": pattern, **_mapping(path, record)})
                connectors.append(stated_plain(connector))
            continue
        if path.stem in rows:
            raise RuleDataError(f"{path}: {path.stem} is already in another folder")
        try:
            row = spread_values(content)
        except ValueError as error:
            raise RuleDataError(f"{path}: {error}") from error
        validate(SdkRule, str(path), {"id": path.stem, **row})
        rows[path.stem] = content
    return {"rows": rows, "connectors": connectors}


def _mapping(path: Path, record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise RuleDataError(f"{path}: a mapping is expected")
    return record
