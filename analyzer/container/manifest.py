"""``AndroidManifest.xml`` → the facts that checks and extractors need, with the platform's defaults applied."""

from __future__ import annotations

import struct
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from analyzer.model import Component, ManifestFlags
from analyzer.model.record import dataclass

from .axml import Element, parse_axml
from .chunks import ChunkError, Value
from .declared import ApplicationClasses, Declared, Filter, MetaData
from .text import storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .notes import Notes
    from .resources import Resources

CODENAMES = {
    "L": 21,
    "M": 23,
    "N": 24,
    "O": 26,
    "P": 28,
    "Q": 29,
    "R": 30,
    "S": 31,
    "Sv2": 32,
    "Tiramisu": 33,
    "UpsideDownCake": 34,
    "VanillaIceCream": 35,
    "Baklava": 36,
    "CinnamonBun": 37,
}
"""Preview builds name a release instead of a number."""
KINDS: dict[str, Literal["activity", "service", "receiver", "provider"]] = {
    "activity": "activity",
    "activity-alias": "activity",
    "service": "service",
    "receiver": "receiver",
    "provider": "provider",
}
PERMISSION_TAGS = ("uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m")
PROVIDER_CLOSED_FROM = 17
"""Providers of apps for older releases are exported unless they say otherwise."""
BACKUP_KEPT_FROM = 31
"""Apps for this release and later cannot forbid that their data are carried over to a new phone."""
Source = Literal["binary", "text", "proto"]
FACTORY_DEFAULTS = ("androidx.core.app.CoreComponentFactory", "android.support.v4.app.CoreComponentFactory")


class ManifestError(ValueError):
    """The manifest cannot be understood; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says. Names are complete class names; `None` is unknown or not stated."""

    package: str | None
    version_name: str | None
    version_code: int | None
    min_sdk: int | None
    target_sdk: int | None
    label: str | None
    flags: ManifestFlags
    has_code: bool
    split: str | None
    components: tuple[Component, ...]
    classes: tuple[str, ...]
    """Classes that code must define: application, factory and components, aliases resolved, without duplicates."""
    start_classes: tuple[str, ...]
    """Of those, the ones without which the app cannot start: application class and launcher activities."""
    permissions: tuple[tuple[str, int | None], ...]
    """Requested permissions with ``maxSdkVersion``, in order of the file, without duplicates."""
    metadata: tuple[tuple[str, str], ...]
    """``<meta-data>`` names with their values ('' where the value is no plain text or number)."""
    queries: tuple[str, ...]
    """Packages, actions and authorities named under ``<queries>``."""
    libraries: tuple[str, ...]
    """Names of ``<uses-library>`` and ``<uses-native-library>``."""
    declared: tuple[Declared, ...] = ()
    """The components in full, in order of the file."""
    application: ApplicationClasses = field(default_factory=ApplicationClasses)
    root: Element | None = None
    """The whole tree, for what few readers ask."""


def read_manifest(
    raw: bytes | memoryview, table: Resources | None, notes: Notes, *, source: Source = "binary"
) -> Manifest:
    """Read a manifest; where our reader of binary ones fails, androguard's is asked.

    ``source`` is the form that this kind of package has it in. Raises `ManifestError` when it cannot be read.
    """
    try:
        if source == "text":
            return _checked(_parse_text(raw, notes), table)
        if source == "proto":
            return _checked(_parse_proto(raw), table)
        root = parse_axml(raw, notes)
    except (ChunkError, struct.error, IndexError) as error:
        if source != "binary":
            raise ManifestError(str(error)) from None
        root = _second_opinion(bytes(raw), f"{error}", notes)
    return _checked(root, table)


def _parse_text(raw: bytes | memoryview, notes: Notes) -> Element:
    """Read a manifest as people write it; a library may hold a compiled one all the same."""
    from .textxml import is_text, parse_text  # noqa: PLC0415  # of libraries alone

    return parse_text(raw, notes) if is_text(raw) else parse_axml(raw, notes)


def _parse_proto(raw: bytes | memoryview) -> Element:
    from .protoxml import parse_proto  # noqa: PLC0415  # of app bundles alone

    return parse_proto(raw)


def _checked(root: Element, table: Resources | None) -> Manifest:
    if root.tag != "manifest":
        raise ManifestError(f"the root element is <{storable(root.tag)[:40]}>, not <manifest>")
    return _Understanding(root, table).manifest()


def _second_opinion(raw: bytes, why: str, notes: Notes) -> Element:
    from .androguard_reader import read_with_androguard  # noqa: PLC0415  # 0.3 s that ordinary packages do not need

    try:
        root = read_with_androguard(raw)
    except ChunkError:
        raise ManifestError(f"broken binary XML: {why}") from None
    notes.add("manifest_malformed", f"{why}; androguard's reader copes")
    return root


class _Understanding:
    """Walks one manifest tree; resolves references through the resource table."""

    def __init__(self, root: Element, table: Resources | None) -> None:
        self.root, self.table = root, table
        self.package = self._text(root.get("package"))
        self.application = next(root.find("application"), Element("application"))
        sdk = next(root.find("uses-sdk"), Element("uses-sdk"))
        self.min_sdk = self._sdk(sdk.get("android:minSdkVersion"))
        self.target_sdk = self._sdk(sdk.get("android:targetSdkVersion"))

    def manifest(self) -> Manifest:
        root, application = self.root, self.application
        major, minor = self._number(root.get("android:versionCodeMajor")), self._number(root.get("android:versionCode"))
        flags = self._flags()
        declared = tuple(self._declared())
        components = tuple(_component(one) for one in declared)
        return Manifest(
            package=self.package,
            version_name=self._text(root.get("android:versionName")),
            version_code=((major or 0) << 32) + minor if minor is not None else None,
            min_sdk=self.min_sdk if self.min_sdk is not None else 1,
            target_sdk=self.target_sdk
            if self.target_sdk is not None
            else self.min_sdk
            if self.min_sdk is not None
            else 1,
            label=self._label(),
            flags=flags,
            has_code=self._flag(application.get("android:hasCode")) is not False,
            split=self._text(root.get("split")),
            components=components,
            classes=self._classes(flags),
            start_classes=_start_classes(flags, declared),
            permissions=self._permissions(),
            metadata=self._metadata(),
            queries=self._queries(),
            libraries=tuple(
                dict.fromkeys(
                    name
                    for child in application.find("uses-library", "uses-native-library", "uses-static-library")
                    if (name := self._text(child.get("android:name")))
                )
            ),
            declared=declared,
            application=self._application(),
            root=root,
        )

    def _application(self) -> ApplicationClasses:
        get = self.application.get
        allowed = self._flag(get("android:allowBackup")) is not False
        return ApplicationClasses(
            enabled=self._flag(get("android:enabled")) is not False,
            application=self._class(get("android:name")),
            factory=self._class(get("android:appComponentFactory")),
            backup_agent=self._class(get("android:backupAgent")),
            backup=allowed or (self.target_sdk or self.min_sdk or 1) >= BACKUP_KEPT_FROM,
            manage_space=self._class(get("android:manageSpaceActivity")),
            zygote_preload=self._class(get("android:zygotePreloadName")),
            metadata=tuple(self._component_metadata(self.application)),
        )

    def _flags(self) -> ManifestFlags:
        get = self.application.get
        config = get("android:networkSecurityConfig")
        return ManifestFlags(
            debuggable=self._flag(get("android:debuggable")),
            allow_backup=self._flag(get("android:allowBackup")),
            uses_cleartext_traffic=self._flag(get("android:usesCleartextTraffic")),
            network_security_config=self._file(config) if config is not None else None,
            application_class=self._class(get("android:name")),
            test_only=self._flag(get("android:testOnly")),
        )

    def _declared(self) -> list[Declared]:
        found = []
        app_permission = self._text(self.application.get("android:permission"))
        process = self._text(self.application.get("android:process")) or self.package
        app_enabled = self._flag(self.application.get("android:enabled")) is not False
        for element in self.application.find(*KINDS):
            name = self._class(element.get("android:name"))
            if name is None:
                continue
            filters = tuple(self._filter(one) for one in element.find("intent-filter"))
            found.append(
                Declared(
                    tag=element.tag,  # type: ignore[arg-type]  # one of `KINDS`
                    name=name,
                    exported=self._exported(element, filters),
                    enabled=app_enabled and self._flag(element.get("android:enabled")) is not False,
                    target=self._class(element.get("android:targetActivity")),
                    permission=self._text(element.get("android:permission")) or app_permission,
                    filters=filters,
                    metadata=tuple(self._component_metadata(element)),
                    authorities=self._text(element.get("android:authorities")) or "",
                    elsewhere=(self._text(element.get("android:process")) or process) != process,
                    app_zygote=self._flag(element.get("android:useAppZygote")) is True,
                )
            )
        return found

    def _filter(self, element: Element) -> Filter:
        def names(tag: str) -> Iterator[str]:
            return (name for child in element.find(tag) if (name := self._text(child.get("android:name"))))

        return Filter(tuple(dict.fromkeys(names("action"))), frozenset(names("category")), any(element.find("data")))

    def _component_metadata(self, element: Element) -> Iterator[MetaData]:
        for child in element.find("meta-data"):
            name = self._text(child.get("android:name"))
            if name:
                resource = child.get("android:resource")
                yield MetaData(
                    name, self._text(child.get("android:value")) or "", resource.reference if resource else None
                )

    def _exported(self, element: Element, filters: tuple[Filter, ...]) -> bool:
        stated = self._flag(element.get("android:exported"))
        if stated is not None:
            return stated
        if element.tag == "provider":
            return (self.target_sdk or self.min_sdk or 1) < PROVIDER_CLOSED_FROM
        return bool(filters)

    def _classes(self, flags: ManifestFlags) -> tuple[str, ...]:
        names = [flags.application_class] if flags.application_class else []
        factory = self._class(self.application.get("android:appComponentFactory"))
        if factory and factory not in FACTORY_DEFAULTS:
            names.append(factory)
        for element in self.application.find("activity", "service", "receiver", "provider"):
            name = self._class(element.get("android:name"))
            if name:
                names.append(name)
        return tuple(dict.fromkeys(names))

    def _permissions(self) -> tuple[tuple[str, int | None], ...]:
        found: dict[str, int | None] = {}
        for element in self.root.find(*PERMISSION_TAGS):
            name = self._text(element.get("android:name"))
            if not name:
                continue
            limit = self._number(element.get("android:maxSdkVersion"))
            if name in found:  # the wider request counts
                known = found[name]
                limit = None if known is None or limit is None else max(known, limit)
            found[name] = limit
        return tuple(found.items())

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        for owner in (self.application, *self.application.children):
            for element in owner.find("meta-data"):
                name = self._text(element.get("android:name"))
                if name:
                    value = element.get("android:value") or element.get("android:resource")
                    found.setdefault(name, self._text(value) or "")
        return tuple(found.items())

    def _queries(self) -> tuple[str, ...]:
        found: list[str] = []
        for queries in self.root.find("queries"):
            for element in queries.children:
                found += [self._text(element.get(key)) or "" for key in ("android:name", "android:authorities")]
                found += [self._text(child.get("android:name")) or "" for child in element.find("action")]
        return tuple(dict.fromkeys(name for name in found if name))

    def _label(self) -> str | None:
        value = self.application.get("android:label")
        if value is not None and value.reference:
            text = self.table.text(value.reference) if self.table else None
            return storable(text) if text is not None else None
        return self._text(value)

    def _sdk(self, value: Value | None) -> int | None:
        number = self._number(value)
        if number is not None:
            return number
        text = self._text(value)
        return CODENAMES.get(text.split(".")[0]) if text else None

    def _class(self, value: Value | None) -> str | None:
        name = self._text(value)
        if not name:
            return None
        if name.startswith("."):
            return (self.package or "") + name
        return name if "." in name else f"{self.package}.{name}"

    def _resolve(self, value: Value | None) -> Value | None:
        if value is not None and value.reference and self.table is not None:
            return self.table.value(value.reference)
        return value

    def _text(self, value: Value | None) -> str | None:
        value = self._resolve(value)
        if value is None:
            return None
        if value.text is not None:
            return storable(value.text)
        return str(value.number) if value.number is not None else None

    def _file(self, value: Value) -> str:
        return self._text(value) or (f"@{value.data:#010x}" if value.reference else "")

    def _number(self, value: Value | None) -> int | None:
        value = self._resolve(value)
        return value.number if value is not None else None

    def _flag(self, value: Value | None) -> bool | None:
        if value is not None and value.reference and self.table is not None:
            value = self.table.newest(value.reference)
        if value is None:
            return None
        if value.text is not None:
            return value.text.lower() in ("true", "1")
        return None if value.number is None else value.number != 0


def _component(declared: Declared) -> Component:
    kind = KINDS[declared.tag]
    return Component(
        kind=kind,
        name=declared.name,
        exported=declared.exported,
        enabled=declared.enabled,
        permission=declared.permission,
        actions=tuple(dict.fromkeys(action for one in declared.filters for action in one.actions)),
        main=kind == "activity" and any(one.launches for one in declared.filters),
    )


def _start_classes(flags: ManifestFlags, declared: tuple[Declared, ...]) -> tuple[str, ...]:
    """Return the application class and the classes of the launcher activities; an alias may start one of the latter."""
    names = [flags.application_class] if flags.application_class else []
    names += [one.code for one in declared if _component(one).main and one.enabled]
    return tuple(dict.fromkeys(names))
