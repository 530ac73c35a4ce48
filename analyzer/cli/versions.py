"""The two sides of a comparison: packages, stored facts or stored reports, judged alike wherever that is possible."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analyzer.model import (
    Artifact,
    Bilingual,
    Diff,
    DiffNote,
    Endpoint,
    Facts,
    FilingFacts,
    Report,
    StaticFacts,
    UnreadableInputError,
    read_record,
)
from analyzer.model.record import dataclass

from .stored import read_facts, read_json_object, schema_of

if TYPE_CHECKING:
    from analyzer.compare import Version

FILING = "eduaudit.filing/1"
OTHERWISE = frozenset({"schema_", "engine", "rules", "artifact", "endpoints", "seconds", "peak_memory"})
"""Facts of the package that a report has in another form, or not at all; all others it takes over as they are."""

JUDGED_ANEW = Bilingual(
    zh="两侧的问题都按现行规则只就安装包重新判定；报告中来自政策、备案、流量的问题不在比较之内。",
    en="The findings of both sides were judged anew by the rules in force, on the package alone; what a report found"
    " in policy, filing and traffic is not compared.",
)


@dataclass(frozen=True, slots=True)
class Given:
    """What was handed in for one side."""

    path: Path
    source: Literal["package", "facts", "report", "filing"]
    static: StaticFacts | None
    """`None`: a report without a package, or a filing."""
    report: Report | None
    """`None`: facts, which say nothing until they are judged."""
    filing: FilingFacts | None = None
    """What was filed, where the side is a filing."""


def compare_files(old: Path, new: Path, *, cached: bool) -> Diff:
    """Compare two files. Raises `UnreadableInputError` naming the one that cannot be read and why."""
    import analyzer
    from analyzer.compare import compare

    first, second = read_given(old, new, cached=cached)
    if first.filing is not None or second.filing is not None:
        return _compare_with_filing(first, second)
    versions, anew = judged_alike(first, second)
    notes = (DiffNote(code="judged_anew", text=JUDGED_ANEW),) if anew else ()
    return compare(*versions, tool=analyzer.__version__, extra_notes=notes)


def _compare_with_filing(first: Given, second: Given) -> Diff:
    """Compare a package with what was filed of it; in whichever order they come, the filing is the old side."""
    import analyzer
    from analyzer.catalogue import load_catalogue
    from analyzer.compare.filed import compare_filing
    from analyzer.judge.case import Case
    from analyzer.judge.ledger import make_ledger

    filed, package = (first, second) if first.filing is not None else (second, first)
    if package.filing is not None:
        raise UnreadableInputError(package.path, "两侧都是备案材料 / both sides are filings")
    if package.static is None:
        raise UnreadableInputError(package.path, "报告不含安装包，无从比较 / a report without a package: no comparison")
    facts, catalogue = Facts(static=package.static, filing=filed.filing), load_catalogue()
    case = Case(facts, {row.data: row for row in make_ledger(facts, catalogue)}, catalogue)
    report = analyzer.report_of(Facts(static=package.static))
    return compare_filing(case, report, tool=analyzer.__version__, name=filed.path.name)


def read_given(old: Path, new: Path, *, cached: bool = False) -> tuple[Given, Given]:
    """Read both sides: JSON of ours, or else packages, whose facts are extracted under limits, side by side."""
    import analyzer

    known = {path: given for path in (old, new) if (given := _read_stored(path)) is not None}
    packages = tuple(dict.fromkeys(path for path in (old, new) if path not in known))
    for path, facts in zip(packages, analyzer.package_facts(*packages, cached=cached), strict=True):
        known[path] = Given(path, "package", facts, None)
    return known[old], known[new]


def _read_stored(path: Path) -> Given | None:
    """Read stored facts or a stored report; `None` for a file that is no JSON."""
    data = read_json_object(path)
    if data is None:
        return None
    kind = schema_of(data)
    if kind == FILING or (kind is None and {"unit", "system", "app"} <= data.keys()):
        import analyzer

        return Given(path, "filing", None, None, analyzer.read_filing(path))
    try:
        if kind == "eduaudit.report/1":
            report = read_record(Report, data)
            return Given(path, "report", facts_of(report), report)
        if kind == "eduaudit.facts/1":
            return Given(path, "facts", read_facts(path).static, None)
    except ValueError as error:
        what = f"不是本版本的报告或事实 / no report or facts of this version: {error}"
        raise UnreadableInputError(path, what) from error
    raise UnreadableInputError(path, _no_side(data, kind))


def _no_side(data: dict[str, Any], kind: Any) -> str:
    if kind is None and "package" in data:
        return "像是备案材料，但缺 unit、system、app / looks like a filing, but lacks unit, system and app"
    return f"不是安装包、报告、事实或备案 / neither a package nor a report, facts or a filing (schema: {kind!s:.60})"


def facts_of(report: Report) -> StaticFacts | None:
    """Return the facts of the package from which a report was made; hosts of the traffic stay out."""
    found = report.artifact
    if found.sha256 is None or found.format is None or found.size is None:
        return None
    artifact = Artifact(format=found.format, sha256=found.sha256, size=found.size, name=found.name or "")
    same = {field.name for field in fields(StaticFacts)} - OTHERWISE
    captured = bool(report.summary.channels.get("traffic"))
    return StaticFacts(
        engine=report.run.engine,
        rules=report.run.rules,
        artifact=artifact,
        endpoints=tuple(row for row in report.endpoints if not (captured and _of_capture(row))),
        **{name: getattr(report, name) for name in sorted(same)},
    )


def _of_capture(row: Endpoint) -> bool:
    """Tell whether a host was seen in traffic: such a row has no path, and names the capture instead of an entry."""
    bare = row.url == f"{row.scheme}://{row.host}/"
    return bare and "/" not in row.found_in and not row.found_in.endswith((".dex", ".so", ".arsc", ".xml"))


def judged_alike(old: Given, new: Given) -> tuple[tuple[Version, Version], bool]:
    """Return both sides as reports, and whether they were judged anew.

    Two reports that examined the same channels are compared as they are: nobody can judge a policy again that is not
    at hand. In all other cases both packages are judged by the rules in force, and nothing else is.
    """
    if old.report is not None and new.report is not None:
        packages = {"static": True, "policy": False, "filing": False, "traffic": False}
        one, other = old.report, new.report
        alike = one.summary.channels == other.summary.channels
        alone = alike and one.summary.channels == packages
        if (alike and not (alone and one.run.rules != other.run.rules)) or old.static is None or new.static is None:
            return (_version(old, one), _version(new, other)), False
    for given in (old, new):
        if given.static is None:
            raise UnreadableInputError(
                given.path, "报告不含安装包，无从比较 / a report without a package: no comparison"
            )
    import analyzer

    judged = [analyzer.report_of(Facts(static=given.static)) for given in (old, new)]
    return (_version(old, judged[0]), _version(new, judged[1])), old.report is not None or new.report is not None


def _version(given: Given, report: Report) -> Version:
    from analyzer.catalogue import load_catalogue
    from analyzer.compare import Version
    from analyzer.judge.parties import library_code

    catalogue = load_catalogue()
    return Version(
        report=report,
        source=given.source,
        facts_rules=given.static.rules if given.static is not None else report.run.rules,
        titles={key: rule.title for key, rule in catalogue.personal_data.items()},
        quiet=lambda row: library_code(row, catalogue),
    )
