"""The filing against the package, the traffic and itself (EDU-01, 02, 19; MIIT app filing)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.evidence import (
    in_order,
    of_accesses,
    of_filing,
    of_manifest,
    of_permission,
    of_sdk,
    of_string,
    of_transmission,
)
from analyzer.judge.hits import Hit, check
from analyzer.model import Bilingual, FindingEvidence, Permission, Sdk, Severity, Status

_DIGESTS = {"md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256"}
_NUMBER = re.compile(r"\d{6,8}")
_NONE_FILED = Bilingual(
    zh="安装包中的特征确定，而备案没有填写任何 SDK，属实证。",
    en="Its signs in the package are certain, and the filing names no SDK at all: this is proof.",
)
_EXACT = Bilingual(
    zh="安装包中的特征确定，备案清单中的每一项都是其他已知的 SDK，属实证。",
    en="Its signs in the package are certain, and every entry of the filed list is another known SDK: this is proof.",
)
_OTHER_NAME = Bilingual(
    zh="清单可能使用了其他名称，或特征不够确定；人工核对可证实。",
    en="The list may use another name, or the signs are not certain; comparing them would prove it.",
)
_TRAFFIC, _CODE = Bilingual(zh="流量", en="traffic"), Bilingual(zh="代码", en="code")
_CODE_ONLY = Bilingual(
    zh="只见于代码，属疑似；流量或真机日志可证实。",
    en="It is in code only, so it is suspected; traffic or a device log would prove it.",
)
_RECORDS = {
    "icp": Bilingual(zh="ICP 备案号", en="the ICP filing number"),
    "mlps": Bilingual(zh="等级保护备案号", en="the MLPS record number"),
}


@check("FILING.PACKAGE_MISMATCH")
def package_mismatch(case: Case) -> Iterator[Hit]:
    """Another package name than filed: this is not the app that was filed."""
    seen = case.static.app.package if case.static else None
    filed = case.filing.package if case.filing else None
    if seen and filed and seen != filed:
        yield Hit(
            subject="package",
            status=Status.PROVEN,
            evidence=(of_filing("/app/package", filed), of_manifest("package", seen)),
            values={"filed": filed, "seen": seen},
        )


@check("FILING.SIGNER_MISMATCH")
def signer_mismatch(case: Case) -> Iterator[Hit]:
    """Signed with another certificate than filed; one that handed over to the signer by a proof of rotation is his."""
    signers = case.static.app.signers if case.static else ()
    wrong = []
    for kind, title in _DIGESTS.items():
        filed = (getattr(case.filing, f"signer_{kind}") or "").replace(":", "").lower() if case.filing else ""
        known = {getattr(row, kind) for row in signers} | {
            getattr(past, kind) for row in signers for past in row.lineage
        }
        # Facts of an older engine lack a digest: then nothing can be said by it.
        if filed and known and None not in known and filed not in {str(digest).lower() for digest in known}:
            wrong.append((kind, title, filed))
    if wrong:
        seen = [
            FindingEvidence(kind="signature", where=row.subject, excerpt=f"{title} {getattr(row, kind)}")
            for kind, title, _ in wrong
            for row in signers
        ]
        yield Hit(
            subject="signer",
            status=Status.PROVEN,
            evidence=(*(of_filing(f"/app/signer_{kind}", filed) for kind, _, filed in wrong), *in_order(seen)),
            values={
                "filed": names.listed(f"{title} {filed}" for _, title, filed in wrong),
                "seen": names.listed(f"{title} {getattr(row, kind)}" for kind, title, _ in wrong for row in signers),
            },
        )


@check("FILING.VERSION_MISMATCH")
def version_mismatch(case: Case) -> Iterator[Hit]:
    """Another version than filed: the filing must be kept up to date."""
    seen = case.static.app.version_name if case.static else None
    filed = case.filing.version_name if case.filing else None
    if seen and filed and seen != filed:
        yield Hit(
            subject="version",
            status=Status.PROVEN,
            evidence=(of_filing("/app/version_name", filed), of_manifest("versionName", seen)),
            values={"filed": filed, "seen": seen},
        )


@check("FILING.SDK_UNDECLARED")
def sdk_undeclared(case: Case) -> Iterator[Hit]:
    """Report an SDK in the package that the filing's list lacks.

    Both sides are exact, and it is proven, when the SDK is certain and every filed name is an SDK that the rules know
    (or none is filed); otherwise it may be filed under a name that the rules do not know.
    """
    filed = case.filing.sdks if case.filing else None
    if filed is None:
        return
    listed = {_plain(name) for name in filed}
    understood = all(_known_sdk(case, name) for name in filed)
    for sdk in case.sdks:
        sure = sdk.confidence == "certain"
        if case.must_be_named(sdk) and not _named(_words(case, sdk), listed):
            yield Hit(
                subject=sdk.id,
                status=Status.PROVEN if sure and understood else Status.SUSPECTED,
                severity=Severity.MEDIUM if sure else Severity.LOW,
                evidence=(of_sdk(sdk), of_filing("/app/sdks", ", ".join(sorted(filed)) or "[]")),
                values={
                    "sdk": names.recipient(case, f"sdk:{sdk.id}"),
                    "basis": (_EXACT if filed else _NONE_FILED) if sure and understood else _OTHER_NAME,
                },
            )


@check("FILING.PERMISSION_UNDECLARED")
def permission_undeclared(case: Case) -> Iterator[Hit]:
    """Report a dangerous or special permission in the manifest that the filing's list lacks: both lists are exact."""
    filed = case.filing.permissions if case.filing else None
    if filed is None or case.static is None or not case.has_manifest:
        return
    listed = {name.rpartition(".")[2] for name in filed}
    rows = [
        row
        for row in case.static.permissions
        if row.declared and must_be_filed(case, row) and row.name.rpartition(".")[2] not in listed
    ]
    for row in sorted(rows, key=lambda item: item.name):
        yield Hit(
            subject=row.name,
            status=Status.PROVEN,
            evidence=(of_permission(row), of_filing("/app/permissions", ", ".join(sorted(filed)) or "[]")),
        )


def must_be_filed(case: Case, row: Permission) -> bool:
    """Tell whether a filing's list must name a permission: a dangerous, special or uncommon one."""
    rule = case.catalogue.permissions.get(row.name)
    return row.level == "dangerous" or row.special or (rule is not None and rule.need != "common")


@check("FILING.DATA_UNDECLARED")
def data_undeclared(case: Case) -> Iterator[Hit]:
    """Personal data seen in traffic, or readable by code, that the filing's list lacks."""
    filed = case.filing.personal_data if case.filing else None
    if filed is None:
        return
    sent = case.by_data()
    for data in sorted({*sent, *case.reads}):
        if data in filed:
            continue
        rows, reads = case.counted(data, sent.get(data, ())), case.reads.get(data, ())
        if not rows and (case.light(data) or case.out_of_reach(data) or not case.grave(data)):
            continue
        if not rows and case.within_another(data):
            continue
        status = status_of(rows) if rows else Status.SUSPECTED
        evidence = in_order(map(of_transmission, rows)) or of_accesses(reads)
        weight = Severity.MEDIUM if status is Status.PROVEN and not case.light(data) else Severity.LOW
        yield Hit(
            subject=data,
            status=status,
            severity=weight if rows else case.weighed(weight, reads),
            evidence=(*evidence, of_filing("/app/personal_data", ", ".join(sorted(filed)) or "[]")),
            values={
                "data": case.data_title(data),
                "place": _TRAFFIC if rows else _CODE,
                "basis": names.proof(rows) if rows else names.sentences(names.reach(case, reads), _CODE_ONLY),
            },
        )


@check("FILING.DOMAIN_NOT_FILED")
def domain_not_filed(case: Case) -> Iterator[Hit]:
    """Hosts of nobody known that were contacted and lie under no filed domain."""
    if case.traffic is None or case.filing is None or not case.filing.domains:
        return
    rows = [row for row in case.traffic.hosts if row.recipient is None and not case.own_host(row.host)]
    rows = [row for row in rows if case.catalogue.recipients.lookup(row.host) is None]
    if rows:
        shown = in_order(FindingEvidence(kind="endpoint", where=row.host, excerpt=row.url) for row in rows)
        yield Hit(
            subject="domains",
            status=Status.SUSPECTED,
            evidence=(*shown, of_filing("/system/domains", ", ".join(sorted(case.filing.domains)))),
            values={"hosts": names.listed(row.host for row in rows)},
        )


@check("FILING.NUMBER_DIFFERENT")
def number_different(case: Case) -> Iterator[Hit]:
    """Report that the app shows a filing number (教APP备) other than its own."""
    filed = case.filing.edu_filing if case.filing else None
    rows = case.strings("edu_filing")
    if not filed or not rows:
        return
    own = _NUMBER.search(filed)
    if own and all((match := _NUMBER.search(row.value)) and match.group() != own.group() for row in rows):
        yield Hit(
            subject="edu_filing",
            status=Status.SUSPECTED,
            evidence=(of_filing("/app/edu_filing", filed), *in_order(map(of_string, rows))),
            values={"filed": filed, "seen": names.listed(row.value for row in rows)},
        )


@check("FILING.NUMBER_NOT_SHOWN")
def number_not_shown(case: Case) -> Iterator[Hit]:
    """Report that the filing number is nowhere in the package: only with complete coverage; a web page may show it."""
    filed = case.filing.edu_filing if case.filing else None
    if filed and case.complete and "edu_filing" in case.catalogue.vocabularies and not case.strings("edu_filing"):
        yield Hit(
            subject="edu_filing",
            status=Status.SUSPECTED,
            evidence=(of_filing("/app/edu_filing", filed),),
            values={"filed": filed},
        )


@check("FILING.PREREQUISITES")
def prerequisites(case: Case) -> Iterator[Hit]:
    """Report that the filing lacks its ICP or MLPS record, without which it is revoked (EDU-02)."""
    if case.filing is None:
        return
    fields = {"icp": ("/system/icp", case.filing.icp), "mlps": ("/system/mlps", case.filing.mlps)}
    for name, (pointer, value) in fields.items():
        if not value:
            yield Hit(
                subject=name,
                status=Status.PROVEN,
                evidence=(of_filing(pointer, "null"),),
                values={"record": _RECORDS[name]},
            )


@check("FILING.ADS_UNDECLARED")
def ads_undeclared(case: Case) -> Iterator[Hit]:
    """Report that the filing does not say that the app contains ads, and an advertising SDK is in the package."""
    sdks = case.sdks_of("advertising")
    if case.filing is not None and sdks and "ads" not in case.filing.contains:
        contains = ", ".join(case.filing.contains) or "[]"
        yield Hit(
            subject="ads",
            status=Status.SUSPECTED,
            evidence=(*in_order(map(of_sdk, sdks)), of_filing("/app/contains", contains)),
            values={"sdks": names.sdk_names(case, sdks)},
        )


def listed_sdk(case: Case, sdk: Sdk) -> bool:
    """Tell whether the filing's list of SDKs names this one, under any of its names."""
    filed = case.filing.sdks if case.filing else None
    return bool(filed) and _named(_words(case, sdk), {_plain(name) for name in filed or ()})


def names_sdk(case: Case, name: str, sdk: Sdk) -> bool:
    """Tell whether a filed name is one of this SDK's."""
    return _named(_words(case, sdk), {_plain(name)})


def _known_sdk(case: Case, name: str) -> bool:
    """Tell whether a filed name is an id of the rules, or names an SDK that the package holds."""
    return name in case.catalogue.sdks or any(names_sdk(case, name, sdk) for sdk in case.sdks)


def _words(case: Case, sdk: Sdk) -> set[str]:
    rule = case.catalogue.sdks.get(sdk.id)
    return {_plain(word) for word in (sdk.id, sdk.name, *(rule.disclosure_words if rule else ()))}


def _plain(name: str) -> str:
    return re.sub(r"[\s_()（）-]|sdk", "", name.lower())


def _named(words: set[str], listed: set[str]) -> bool:
    return any(word == name or (len(word) > 2 and word in name) for word in words for name in listed if word)
