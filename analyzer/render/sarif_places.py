"""Where a piece of evidence was seen, as SARIF says it: files, offsets, classes and methods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .escape import visible
from .words import word

if TYPE_CHECKING:
    from analyzer.model import FindingEvidence, Report

PACKAGE = "PACKAGE"
"""Base of the addresses of what the package holds."""
MIME = {"apk": "application/vnd.android.package-archive", "jar": "application/java-archive", "dex": "application/x-dex"}
_METHOD = re.compile(r"L([^;\s]+);->([^(:\s]+)\S*")
_POLICY_AT = re.compile(r"policy @(\d+)")
_POLICY_WHOLE = re.compile(r".* \[0–(\d+)\]", re.DOTALL)
_HOST = re.compile(r"(\S+) \((.*)\)", re.DOTALL)
_ENTRY = re.compile(r"[\w./+@$-]*\.[\w-]+")


def has_file(location: dict[str, Any]) -> bool:
    """Tell whether a location names a file by an address."""
    return "uri" in location.get("physicalLocation", {}).get("artifactLocation", {})


class Places:
    """The files of one log, filled as locations are asked for; the analysed package is the first one."""

    def __init__(self, report: Report, lang: str) -> None:
        self.report = report
        self.lang = lang
        self.artifacts: list[dict[str, Any]] = []
        self._known: dict[tuple[str, str], int] = {}
        name = visible(report.artifact.name or "")
        self.bases = {PACKAGE: {"description": {"text": f"{word('static', lang)} {name}".strip()}}}
        if report.artifact.sha256:
            made: dict[str, Any] = {
                "location": {"uri": quote(name)},
                "hashes": {"sha-256": report.artifact.sha256},
                "roles": ["analysisTarget"],
                "mimeType": MIME.get(report.artifact.format or "", "application/zip"),
            }
            if report.artifact.size is not None:
                made["length"] = report.artifact.size
            self._add(("package", ""), made)
        captures = [row for row in report.inputs if row.kind == "capture"]
        for row in report.inputs:
            named = {"uri": quote(visible(row.name))} if row.name else {"description": {"text": word("capture", lang)}}
            about = {"description": {"text": word("policy_offsets", lang)}} if row.kind == "policy" else {}
            self._add(
                (row.kind, "" if row.kind == "policy" or len(captures) == 1 else row.sha256),
                {"location": named, "hashes": {"sha-256": row.sha256}, "roles": ["analysisTarget"], **about},
            )

    def _add(self, key: tuple[str, str], artifact: dict[str, Any]) -> int:
        if key not in self._known:
            self._known[key] = len(self.artifacts)
            self.artifacts.append(artifact)
        return self._known[key]

    def _physical(self, key: tuple[str, str], region: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the physical location of a file that is known, or of none."""
        if key not in self._known:
            return {}
        number = self._known[key]
        file = {k: v for k, v in self.artifacts[number]["location"].items() if k != "description"} | {"index": number}
        made: dict[str, Any] = {"artifactLocation": file}
        if "uri" in file:
            # A package has no lines, but a code host shows a result only where there is one.
            made["region"] = region or {"startLine": 1}
        return {"physicalLocation": made}

    def _entry(self, name: str) -> dict[str, Any]:
        """Return the location of a file in the package."""
        location = {"uri": quote(name.lstrip("/")), "uriBaseId": PACKAGE}
        self._add(("entry", name), {"location": location})
        return self._physical(("entry", name))

    def target(self) -> dict[str, Any]:
        """Return the location of what was analysed as a whole."""
        kind = "package" if ("package", "") in self._known else "capture"
        return self._physical((kind, "")) or {"logicalLocations": [{"name": self.report.app.package or "app"}]}

    def method(self, signature: str) -> dict[str, Any]:
        """Return the location of a method by its DEX signature; of another kind of name the name alone."""
        found = _METHOD.match(signature)
        logical = {"fullyQualifiedName": signature, "kind": "resource"}
        if found:
            full = f"{found[1].replace('/', '.')}.{found[2]}"
            logical = {
                "name": found[2],
                "fullyQualifiedName": full,
                "decoratedName": found[0],
                "kind": "function",
            }
        return {**self._physical(("package", "")), "logicalLocations": [logical]}

    def location(self, item: FindingEvidence) -> dict[str, Any]:
        """Return where ``item`` was seen, with its excerpt as the message."""
        place = self._place(item)
        if text := item.excerpt or item.where:
            place = {**place, "message": {"text": text.replace("](", "] (")}}
        return place

    def _place(self, item: FindingEvidence) -> dict[str, Any]:
        where = item.where
        if _METHOD.match(where):
            return self.method(where)
        if where == "AndroidManifest.xml":
            name = item.excerpt.split(" · ")[0]
            logical = {"name": name, "fullyQualifiedName": f"AndroidManifest.xml/{name}", "kind": "element"}
            return {**self._entry(where), "logicalLocations": [logical]}
        if region := _policy_region(item):
            return self._physical(("policy", ""), region) or self.target()
        if item.kind in {"string", "security"} and _ENTRY.fullmatch(where.split(" ")[0]):
            return self._entry(where.split(" ")[0])
        if item.kind == "transmission" and (found := _HOST.fullmatch(where)):
            logical = {"name": found[1], "fullyQualifiedName": where, "kind": "resource"}
            return {**self._physical(("capture", "")), "logicalLocations": [logical]}
        prefix = "filing" if item.kind == "filing" else item.kind + " "
        logical = {"fullyQualifiedName": prefix + where, "kind": "resource"}
        own = {} if item.kind in {"filing", "endpoint"} else self._physical(("package", ""))
        return {**own, "logicalLocations": [logical]}


def _policy_region(item: FindingEvidence) -> dict[str, Any] | None:
    """Return the characters of the extracted policy text that were quoted or searched; `None` for other evidence."""
    if found := _POLICY_AT.fullmatch(item.where):
        text = item.excerpt
        return {"charOffset": int(found[1]), "charLength": len(text), "snippet": {"text": text}}
    if item.kind == "policy" and (found := _POLICY_WHOLE.fullmatch(item.where)):
        return {"charOffset": 0, "charLength": int(found[1])}
    return None
