"""A package against what was filed of it: the filing stands as the old side, and only what a filing lists is compared.

What a filing must name and under which names is decided by the rules that judge a filing (`judge.checks.filing_match`).
Personal data that is filed and not read by code is no difference: a person types most of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, get_args

from analyzer.judge.checks.filing_match import listed_sdk, must_be_filed, names_sdk
from analyzer.model import (
    App,
    Bilingual,
    Coverage,
    Diff,
    Difference,
    DiffNote,
    DiffSummary,
    FilingFacts,
    Report,
    ReportArtifact,
    Severity,
    Side,
)
from analyzer.model.difference import Area, DifferenceKind

from .identity import field_changed
from .making import change, one_sided, places

if TYPE_CHECKING:
    from analyzer.judge.case import Case

AREAS: tuple[Area, ...] = get_args(Area)
Verdict = Literal["same", "changed", "unsure"]
KINDS: tuple[DifferenceKind, ...] = get_args(DifferenceKind)
READS_OF = Bilingual(
    zh="旧侧是备案材料：“新增”指安装包中有而备案未填写，“消失”“未看到”指备案填写而安装包中没有或没有看到。"
    "只比较备案填写了的项目；备案填写而代码没有读取的个人信息不算差异，它多由用户填写。",
    en='OLD is the filing: "new" is in the package and not filed, "gone" and "not seen" are filed and not in the'
    " package or not seen there. Only what the filing fills in is compared; personal data that is filed and read by no"
    " code is no difference, since most of it is typed by people.",
)
_DIGESTS = ("sha256", "sha1", "md5")


def compare_filing(case: Case, report: Report, *, tool: str, name: str) -> Diff:
    """Return what the package has and the filing lacks, and the other way round. Pure.

    ``case`` holds facts of the package and the filing, ``report`` is the judgement of the package alone; ``name`` is
    the file name of the filing.
    """
    filing = case.filing
    assert filing is not None  # noqa: S101  # for the type checker: this is what the comparison is about
    found = [
        *_identity(case, filing),
        *_signers(case, filing),
        *_permissions(case, filing),
        *_data(case, filing),
        *_sdks(case, filing),
        *_hosts(case, filing),
    ]
    found.sort(key=lambda row: (row.weight.rank, AREAS.index(row.area), KINDS.index(row.kind), row.subject))
    kinds = Counter(row.kind for row in found)
    weights = Counter(row.weight for row in found)
    silent: Verdict = "same" if report.coverage.complete else "unsure"
    return Diff(
        tool=tool,
        old=_side(filing, report, name),
        new=_side_of(report),
        notes=(DiffNote(code="filing_side", text=READS_OF),),
        summary=DiffSummary(
            verdict="changed" if found else silent,
            kinds={kind: kinds[kind] for kind in KINDS},
            weights={weight.value: weights[weight] for weight in Severity},
            renamed=0,
        ),
        differences=tuple(found),
        renamed=(),
        sdk_names={row.id: row.name for row in sorted(report.sdks, key=lambda row: row.id)},
    )


def _identity(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    app = case.static.app if case.static else App()
    for field, filed, seen, weight in (
        ("package", filing.package, app.package, Severity.CRITICAL),
        ("label", filing.name, app.label, Severity.MEDIUM),
        ("version_name", filing.version_name, app.version_name, Severity.INFO),
    ):
        if filed and seen and filed != seen:
            yield field_changed(field, filed, seen, weight)


def _signers(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    """Compare the filed digests with the signers and with those who handed over to them."""
    signers = case.static.app.signers if case.static else ()
    for kind in _DIGESTS:
        filed = getattr(filing, f"signer_{kind}")
        known = [getattr(row, kind) for row in signers]
        past = [getattr(step, kind) for row in signers for step in row.lineage]
        if filed and known and None not in known and filed not in {*known, *past}:
            yield Difference(
                area="signers",
                kind="changed",
                weight=Severity.CRITICAL,
                subject=kind,
                changes=(change(kind, filed, ", ".join(sorted(known))),),
            )


def _permissions(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    if filing.permissions is None or case.static is None or not case.has_manifest:
        return
    filed = {name.rpartition(".")[2]: name for name in filing.permissions}
    declared = {row.name.rpartition(".")[2]: row for row in case.static.permissions if row.declared}
    for key in sorted(declared.keys() - filed.keys()):
        row = declared[key]
        if must_be_filed(case, row):
            weight = Severity.MEDIUM if row.level == "dangerous" or row.special else Severity.LOW
            yield one_sided("permissions", row.name, in_new=True, read=(True, True), weight=weight)
    for key in sorted(filed.keys() - declared.keys()):
        yield one_sided("permissions", filed[key], in_new=False, read=(True, True), weight=Severity.INFO)


def _data(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    if filing.personal_data is None:
        return
    for data, reads in sorted(case.reads.items()):
        if data in filing.personal_data or case.light(data) or case.out_of_reach(data) or case.within_another(data):
            continue
        yield Difference(
            area="accesses",
            kind="new",
            weight=case.weighed(Severity.MEDIUM if case.grave(data) else Severity.LOW, reads),
            subject=data,
            title=case.data_title(data),
            data=data,
            new=places(row.caller for row in reads),
        )


def _sdks(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    if filing.sdks is None:
        return
    for sdk in case.sdks:
        if case.must_be_named(sdk) and not listed_sdk(case, sdk):
            weight = Severity.MEDIUM if sdk.confidence == "certain" else Severity.LOW
            seen, title = [row.value for row in sdk.evidence], Bilingual(zh=sdk.name, en=sdk.name)
            yield one_sided("sdks", sdk.id, in_new=True, read=(True, True), weight=weight, title=title, evidence=seen)
    found = case.static.sdks if case.static else ()
    for name in sorted(set(filing.sdks)):
        if not any(names_sdk(case, name, sdk) for sdk in found):
            read = (True, case.complete)
            yield one_sided("sdks", name, in_new=False, read=read, weight=Severity.INFO)


def _hosts(case: Case, filing: FilingFacts) -> Iterator[Difference]:
    """Compare hosts of nobody known with the filed domains; a cloud's or an SDK's host is filed by nobody."""
    if not filing.domains or case.static is None:
        return
    strange: dict[str, list[str]] = {}
    for row in case.static.endpoints:
        if row.recipient is None and not case.own_host(row.host) and case.catalogue.recipients.lookup(row.host) is None:
            strange.setdefault(row.host, []).append(row.url)
    for host, urls in sorted(strange.items()):
        yield one_sided("endpoints", host, in_new=True, read=(True, True), weight=Severity.LOW, evidence=urls)


def _side(filing: FilingFacts, report: Report, name: str) -> Side:
    return Side(
        source="filing",
        artifact=ReportArtifact(name=name),
        app=App(package=filing.package, label=filing.name, version_name=filing.version_name),
        coverage=Coverage(complete=True),
        channels={"static": False, "policy": False, "filing": True, "traffic": False},
        engine=report.run.engine,
        facts_rules=report.run.rules,
        judged_rules=report.run.rules,
    )


def _side_of(report: Report) -> Side:
    return Side(
        source="package",
        artifact=report.artifact,
        app=report.app,
        coverage=report.coverage,
        channels=dict(sorted(report.summary.channels.items())),
        engine=report.run.engine,
        facts_rules=report.run.rules,
        judged_rules=report.run.rules,
    )
