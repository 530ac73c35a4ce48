"""The version on record against the one that was filed: what is new and not declared asks for a change filing.

Both packages were read by the same engine and rules, so that a difference is the vendor's. What is there now is there;
that it was *not* there before is said only where the filed version was read in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.checks.filing_match import listed_sdk, must_be_filed
from analyzer.judge.evidence import in_order, of_accesses, of_filing, of_manifest, of_permission, of_sdk
from analyzer.judge.hits import Hit, check
from analyzer.judge.package import Package
from analyzer.model import Bilingual, Facts, FindingEvidence, Severity, StaticFacts, Status

_CERTAIN = Bilingual(
    zh="两个版本均已完整读取，特征确定。",
    en="Both versions were read in full, and its signs are certain.",
)
_SUSPECTED = Bilingual(
    zh="特征不够确定，属疑似；人工核对可证实。",
    en="Its signs are not certain, so it is suspected; comparing the versions would prove it.",
)
_PRESENT = Bilingual(
    zh="只见于代码，属疑似；流量或真机日志可证实。",
    en="It is in code only, so it is suspected; traffic or a device log would prove it.",
)


def _filed(case: Case) -> StaticFacts | None:
    """Return the filed version where it can be compared: another package, read by the same engine and rules."""
    now, then = case.static, case.facts.filed
    if now is None or then is None or now.artifact.sha256 == then.artifact.sha256:
        return None
    return then if (now.engine, now.rules) == (then.engine, then.rules) else None


def _version(then: StaticFacts) -> Bilingual:
    name = then.app.version_name
    return Bilingual(zh=f"（{name}）" if name else "", en=f"({name})" if name else "")


def _with_manifest(case: Case, then: StaticFacts) -> bool:
    return case.has_manifest and Package(Facts(static=then), case.catalogue).has_manifest


@check("DRIFT.PACKAGE")
def package_changed(case: Case) -> Iterator[Hit]:
    """Another package name than the filed version had."""
    then = _filed(case)
    if then is None or case.static is None:
        return
    seen, filed = case.static.app.package, then.app.package
    if seen and filed and seen != filed:
        yield Hit(
            subject="package",
            status=Status.PROVEN,
            evidence=(_before("package", filed), of_manifest("package", seen)),
            values={"filed": filed, "seen": seen},
        )


@check("DRIFT.SIGNER")
def signer_changed(case: Case) -> Iterator[Hit]:
    """Signed by nobody who signed the filed version, and by nobody to whom he handed over."""
    then = _filed(case)
    if then is None or case.static is None:
        return
    filed = {row.sha256 for row in then.app.signers}
    signers = case.static.app.signers
    known = {row.sha256 for row in signers} | {past.sha256 for row in signers for past in row.lineage}
    if signers and filed and not filed & known:
        seen = [
            FindingEvidence(kind="signature", where=row.subject, excerpt=f"SHA-256 {row.sha256}") for row in signers
        ]
        old = [_before("SHA-256", row.sha256) for row in then.app.signers]
        yield Hit(
            subject="signer",
            status=Status.PROVEN,
            evidence=(*in_order(old), *in_order(seen)),
            values={"filed": names.listed(sorted(filed)), "seen": names.listed(sorted(row.sha256 for row in signers))},
        )


@check("DRIFT.PERMISSION")
def permission_added(case: Case) -> Iterator[Hit]:
    """Report a dangerous or special permission that neither the filed version nor the filing's list has."""
    then = _filed(case)
    if then is None or case.static is None or not _with_manifest(case, then):
        return
    before = {row.name for row in then.permissions if row.declared}
    listed = {name.rpartition(".")[2] for name in (case.filing.permissions if case.filing else None) or ()}
    for row in sorted(case.static.permissions, key=lambda item: item.name):
        if not row.declared or row.name in before or not must_be_filed(case, row):
            continue
        if row.name.rpartition(".")[2] in listed:
            continue
        yield Hit(
            subject=row.name,
            status=Status.PROVEN,
            evidence=(of_permission(row), _before("versionName", then.app.version_name)),
            values={"filed": _version(then)},
        )


@check("DRIFT.SDK")
def sdk_added(case: Case) -> Iterator[Hit]:
    """Report an SDK that neither the filed version nor the filing's list has; only when the former was read in full."""
    then = _filed(case)
    if then is None or not then.coverage.complete:
        return
    before = {row.id for row in then.sdks}
    for sdk in case.sdks:
        if sdk.id in before or not case.must_be_named(sdk) or listed_sdk(case, sdk):
            continue
        sure = sdk.confidence == "certain"
        yield Hit(
            subject=sdk.id,
            status=Status.PROVEN if sure and case.complete else Status.SUSPECTED,
            severity=Severity.MEDIUM if sure else Severity.LOW,
            evidence=(of_sdk(sdk), _before("versionName", then.app.version_name)),
            values={
                "sdk": names.recipient(case, f"sdk:{sdk.id}"),
                "filed": _version(then),
                "basis": _CERTAIN if sure and case.complete else _SUSPECTED,
            },
        )


@check("DRIFT.DATA")
def data_added(case: Case) -> Iterator[Hit]:
    """Report personal data that code reads now and did not before: suspected, since a read is no collection."""
    then = _filed(case)
    if then is None or not then.coverage.complete:
        return
    before = {row.data for row in then.accesses}
    listed = set((case.filing.personal_data if case.filing else None) or ())
    for data, reads in sorted(case.reads.items()):
        if data in before or data in listed or case.light(data) or case.out_of_reach(data) or case.within_another(data):
            continue
        weight = Severity.MEDIUM if case.grave(data) else Severity.LOW
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=case.weighed(weight, reads),
            evidence=(*of_accesses(reads), _before("versionName", then.app.version_name)),
            values={
                "data": case.data_title(data),
                "filed": _version(then),
                "basis": names.sentences(names.reach(case, reads), _PRESENT),
            },
        )


@check("DRIFT.HOST")
def host_added(case: Case) -> Iterator[Hit]:
    """Report hosts of nobody known that the code names now and did not before."""
    then = _filed(case)
    if then is None or case.static is None or not then.coverage.complete:
        return
    before = {row.host for row in then.endpoints}
    stranger = partial(_stranger, case)
    rows = [row for row in case.static.endpoints if row.host not in before and row.recipient is None]
    rows = [row for row in rows if stranger(row.host)]
    if rows:
        shown = in_order(FindingEvidence(kind="endpoint", where=row.found_in, excerpt=row.url) for row in rows)
        filed = case.filing.domains if case.filing else ()
        more = (of_filing("/system/domains", ", ".join(sorted(filed))),) if filed else ()
        yield Hit(
            subject="hosts",
            status=Status.SUSPECTED,
            evidence=(*shown, *more),
            values={"hosts": names.listed(sorted({row.host for row in rows})), "filed": _version(then)},
        )


def _stranger(case: Case, host: str) -> bool:
    return not case.own_host(host) and case.catalogue.recipients.lookup(host) is None


def _before(what: str, value: object) -> FindingEvidence:
    return FindingEvidence(kind="manifest", where="备案时的安装包 / the filed package", excerpt=f"{what}={value}")
