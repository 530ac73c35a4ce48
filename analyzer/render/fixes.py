"""The vendor's view: what to mend, gathered by who can mend it and where: SDK by SDK, then file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.model import Finding, FindingEvidence, Report

Kind = Literal["sdk", "manifest", "class", "file", "server", "policy", "filing", "package"]
_ORDER: tuple[Kind, ...] = ("sdk", "manifest", "class", "file", "server", "policy", "filing", "package")
_MANIFEST = "AndroidManifest.xml"
_OF_KIND: dict[str, tuple[Kind, str]] = {
    "permission": ("manifest", _MANIFEST),
    "component": ("manifest", _MANIFEST),
    "manifest": ("manifest", _MANIFEST),
    "policy": ("policy", ""),
    "filing": ("filing", ""),
    "signature": ("package", ""),
    "coverage": ("package", ""),
}


class Fix(NamedTuple):
    """One finding in one place."""

    finding: Finding
    places: tuple[FindingEvidence, ...]
    """Its evidence there; empty where the finding as a whole belongs here."""


class FixGroup(NamedTuple):
    """Everything to mend in one SDK, file or document."""

    kind: Kind
    name: str
    """Id of the SDK; dotted class; path in the archive; host; empty for policy, filing and package."""
    fixes: tuple[Fix, ...]
    """Gravest first."""


def fix_list(report: Report) -> list[FixGroup]:
    """Return the groups: SDKs, manifest, classes, files, servers, documents; within a kind the gravest first.

    A finding with evidence in several places stands in each of them. What is waived is no longer to be mended.
    """
    known = {sdk.id for sdk in report.sdks}
    groups: dict[tuple[Kind, str], list[Fix]] = {}
    for finding in report.findings:
        if finding.waived is not None:
            continue
        for key, places in _places(finding, known).items():
            groups.setdefault(key, []).append(Fix(finding, tuple(places)))
    found = [FixGroup(kind, name, tuple(fixes)) for (kind, name), fixes in groups.items()]
    return sorted(found, key=lambda group: (_ORDER.index(group.kind), group.fixes[0].finding.severity.rank, group.name))


def _places(finding: Finding, sdks: set[str]) -> dict[tuple[Kind, str], list[FindingEvidence]]:
    """Return where a finding is mended: an SDK that it is about takes it whole, else each piece of evidence says."""
    about = finding.subject.removeprefix("sdk:").partition("/")[0]
    if about in sdks:
        return {("sdk", about): list(finding.evidence)}
    found: dict[tuple[Kind, str], list[FindingEvidence]] = {}
    for item in finding.evidence:
        for key in _place(item):
            found.setdefault(key, []).append(item)
    # A document that only serves for comparison is not what is to be mended, where code or a server is named too.
    return found or {("package", ""): []}


def _place(item: FindingEvidence) -> Iterator[tuple[Kind, str]]:
    if item.kind in _OF_KIND:
        yield _OF_KIND[item.kind]
        return
    if item.kind in {"transmission", "resolution"}:
        yield "server", item.where.partition(" ")[0]
        return
    code, _, actor = item.where.partition(" [")
    if actor.startswith("sdk:"):
        yield "sdk", actor.removesuffix("]")[4:]
    elif code.startswith("L") and "->" in code:
        yield "class", code.partition("->")[0][1:].rstrip(";").replace("/", ".").partition("$")[0]
    elif ": L" in code:
        yield "class", code.partition(": L")[2].rstrip(";").replace("/", ".").partition("$")[0]
    elif item.where == _MANIFEST:
        yield "manifest", _MANIFEST
    elif item.kind == "sdk":
        yield "package", ""
    else:
        yield "file", code
