"""What the manifest declares beside its components: links, tasks, and how the app is started without its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import SecurityFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analyzer.catalogue import Catalogue
    from analyzer.container.axml import Element
    from analyzer.container.declared import Declared
    from analyzer.container.manifest import Manifest
    from analyzer.container.resources import Resources
    from analyzer.extract.owners import Owners

_VIEW, _BROWSABLE = "android.intent.action.VIEW", "android.intent.category.BROWSABLE"
_LINKS = 6
"""Links shown of one filter."""
_SERVICE_TYPES = {
    0x1: "dataSync", 0x2: "mediaPlayback", 0x4: "phoneCall", 0x8: "location", 0x10: "connectedDevice",
    0x20: "mediaProjection", 0x40: "camera", 0x80: "microphone", 0x100: "health", 0x200: "remoteMessaging",
    0x400: "systemExempted", 0x800: "shortService", 0x1000: "fileManagement", 0x2000: "mediaProcessing",
    0x40000000: "specialUse",
}  # fmt: skip
"""Flags of ``android:foregroundServiceType`` (the platform's reference)."""
_ACTIVITIES = ("activity", "activity-alias")


def find_declared(
    manifests: Sequence[Manifest], catalogue: Catalogue, owners: Owners, table: Resources | None
) -> tuple[SecurityFact, ...]:
    """Return the facts of the manifests of base and splits, sorted."""
    rows: set[SecurityFact] = set()
    for manifest in manifests:
        rows.update(_Reading(manifest, catalogue, owners, table).facts())
    return tuple(sorted(rows, key=lambda row: (row.kind, row.detail, row.api)))


class _Reading:
    def __init__(self, manifest: Manifest, catalogue: Catalogue, owners: Owners, table: Resources | None) -> None:
        self.manifest, self.owners, self.table = manifest, owners, table
        self.actions = {
            action: rule.id for rule in catalogue.security.values() for action in rule.actions
        }  # one kind for each action: the lint proves it
        root = manifest.root
        application = next(root.find("application"), None) if root is not None else None
        self.elements: list[Element] = application.children if application is not None else []

    def facts(self) -> Iterator[SecurityFact]:
        if self.manifest.flags.test_only:
            yield SecurityFact(kind="manifest.test_only", detail="true", certainty="proven", api="android:testOnly")
        for one in self.manifest.declared:
            if one.enabled:
                yield from self._component(one)
        for element in self.elements:
            yield from self._element(element)

    def _fact(self, kind: str, name: str, detail: str, api: str) -> SecurityFact:
        actor = self.owners.actor(f"L{name.replace('.', '/')};")
        return SecurityFact(kind=kind, detail=shown(detail, 400), certainty="proven", api=api, actor=actor)

    def _component(self, one: Declared) -> Iterator[SecurityFact]:
        actions = [action for each in one.filters for action in each.actions]
        if one.tag in {"receiver", "service"}:
            kinds: dict[str, list[str]] = {}
            for action in actions:
                kind = self.actions.get(action)
                if kind is not None:
                    kinds.setdefault(kind, []).append(action.rpartition(".")[2])
            for kind, names in sorted(kinds.items()):
                yield self._fact(kind, one.name, f"{one.name}: {', '.join(sorted(set(names)))}", one.tag)
        if one.tag == "service" and one.exported and one.permission is None and one.elsewhere and actions:
            yield self._fact("start.woken", one.name, f"{one.name}: {', '.join(actions[:3])}", "android:process")

    def _element(self, element: Element) -> Iterator[SecurityFact]:
        name = self._name(element)
        if not name or element.tag not in {*_ACTIVITIES, "service"}:
            return
        if element.tag == "service":
            value = element.get("android:foregroundServiceType")
            bits = value.number if value is not None and value.number is not None else 0
            types = [word for bit, word in _SERVICE_TYPES.items() if bits & bit]
            if types:
                detail = f"{name}: {', '.join(types)}"
                yield self._fact("start.foreground_service", name, detail, "android:foregroundServiceType")
            return
        declared = next((one for one in self.manifest.declared if one.name == name and one.tag == element.tag), None)
        if declared is None or not declared.enabled:
            return
        if self._true(element, "android:excludeFromRecents") and any(one.launches for one in declared.filters):
            yield self._fact("start.hidden_recents", name, name, "android:excludeFromRecents")
        if declared.exported:
            yield from self._links(element, name)
            yield from self._task(element, name)

    def _links(self, element: Element, name: str) -> Iterator[SecurityFact]:
        for each in element.find("intent-filter"):
            actions = {self._name(child, whole=False) for child in each.find("action")}
            categories = {self._name(child, whole=False) for child in each.find("category")}
            if _VIEW not in actions or _BROWSABLE not in categories:
                continue
            data = list(each.find("data"))
            schemes = list(dict.fromkeys(text for one in data if (text := self._text(one, "android:scheme"))))
            hosts = list(dict.fromkeys(text for one in data if (text := self._text(one, "android:host"))))
            links = [f"{scheme}://{host}" for scheme in schemes for host in (hosts or ["*"])]
            if not links:
                continue
            more = f" (+{len(links) - _LINKS})" if len(links) > _LINKS else ""
            verified = " · autoVerify" if self._true(each, "android:autoVerify") else ""
            detail = f"{name}: {', '.join(links[:_LINKS])}{more}{verified}"
            yield self._fact("manifest.deep_link", name, detail, "intent-filter")

    def _task(self, element: Element, name: str) -> Iterator[SecurityFact]:
        """Tell of a page that wants to stand in the task of another app."""
        affinity, package = self._text(element, "android:taskAffinity"), self.manifest.package
        if not affinity or not package or affinity.startswith((package, ":", ".")):
            return
        if self._true(element, "android:allowTaskReparenting") and "." in affinity:
            yield self._fact("manifest.task_affinity", name, f"{name}: {affinity}", "android:taskAffinity")

    def _name(self, element: Element, *, whole: bool = True) -> str:
        name = self._text(element, "android:name")
        if not whole or not name:
            return name
        if name.startswith("."):
            return (self.manifest.package or "") + name
        return name if "." in name else f"{self.manifest.package}.{name}"

    def _text(self, element: Element, key: str) -> str:
        value = element.get(key)
        if value is not None and value.reference and self.table is not None:
            value = self.table.value(value.reference)
        return value.text or "" if value is not None else ""

    def _true(self, element: Element, key: str) -> bool:
        value = element.get(key)
        if value is not None and value.reference and self.table is not None:
            value = self.table.newest(value.reference)
        if value is None:
            return False
        return value.text.lower() == "true" if value.text is not None else bool(value.number)
