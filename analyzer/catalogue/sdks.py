"""Third-party SDKs: `rules/sdks/**/*.yaml`, one SDK a file; the file name is its id.

A list of values is either plain, all of them sure enough to show the SDK alone, or ``{strong: […], weak: […]}``: a weak
value is own knowledge or too general; it may support, it may not prove.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, model_validator

from analyzer.model.base import Bilingual, Frozen
from analyzer.model.errors import RuleDataError
from analyzer.model.severity import Sureness

from .reading import read_mapping, rule_files, validate

Category = Literal[
    "analytics", "advertising", "attribution", "push", "crash", "location", "map", "social", "login", "payment", "im",
    "rtc", "video", "speech", "ocr", "face", "identifier", "risk_control", "cloud", "hotfix", "plugin", "security",
    "network", "ui", "framework", "database", "education", "other",
]  # fmt: skip
Minimum = Literal["one_strong", "second_sign", "component"]

VALUE_LISTS = ("prefixes", "components", "native_libs", "metadata_keys", "assets", "hosts", "collects")


class Value(Frozen):
    """One value of a list, and whether it is weak."""

    model_config = ConfigDict(defer_build=True)

    value: str
    weak: bool = False


class Names(Frozen):
    """The name of a product; `zh` and `en` may be equal."""

    model_config = ConfigDict(defer_build=True)

    zh: str
    en: str


class Vendor(Frozen):
    """Who makes it."""

    model_config = ConfigDict(defer_build=True)

    zh: str
    country: str
    """ISO 3166 code, two letters."""


class SdkRule(Frozen):
    """One product of a vendor: how to recognise it and what it may collect. A row shows presence, never activity."""

    model_config = ConfigDict(defer_build=True)

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
    hosts: tuple[Value, ...] = ()
    """Match on label borders, the name itself and all below it."""
    version_field: str | None = None
    """``class->constant`` or ``class->getter`` in slash form; absent after shrinking, and then there is no version."""
    collects: tuple[Value, ...] = ()
    """Personal-data ids that the SDK *may* collect: for disclosure questions, never a finding by itself."""
    collects_nothing: bool = False
    """A local library: recognise it and stay silent."""
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
    traps: tuple[Bilingual, ...] = ()
    sources: tuple[str, ...]
    """Keys of `rules/evidence.yaml`."""
    sure: Sureness
    """About identity, not about `collects`."""

    @model_validator(mode="before")
    @classmethod
    def _spread_values(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: _values(value) if key in VALUE_LISTS else value for key, value in data.items()}

    def label(self, lang: str) -> str:
        """Return the name in ``lang``."""
        return self.name.en if lang == "en" else self.name.zh

    def is_first_party(self, package: str | None) -> bool:
        """Whether an app of this package is the vendor's own, so that the code is the app's."""
        return package is not None and any(package == own or package.startswith(own + ".") for own in self.own_packages)


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


class Connector(Frozen):
    """Code of one SDK that talks to a phone maker's push service; it does not show that the maker's SDK is inside."""

    model_config = ConfigDict(defer_build=True)

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
                connectors.append(connector.model_dump(mode="json", exclude_defaults=True))
            continue
        if path.stem in rows:
            raise RuleDataError(f"{path}: {path.stem} is already in another folder")
        validate(SdkRule, str(path), {"id": path.stem, **content})
        rows[path.stem] = content
    return {"rows": rows, "connectors": connectors}


def _mapping(path: Path, record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise RuleDataError(f"{path}: a mapping is expected")
    return record
