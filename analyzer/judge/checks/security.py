"""Known weaknesses of the package (EDU-20, PIPL 51). The manifest and the signature prove them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_component, of_manifest
from analyzer.judge.hits import Hit, check
from analyzer.judge.weaknesses import facts_of, shown
from analyzer.model import EVASION, Anomaly, Bilingual, FindingEvidence, Severity, Status

_SIGNED = frozenset({"apk", "apks", "xapk"})
_NO_SIGNATURE = Bilingual(zh="安装包没有签名证书。", en="The package has no signing certificate.")
_NOT_VERIFIED = Bilingual(
    zh="签名校验不通过：签名后内容被改动，或签名数据不正确（见证据）。",
    en="The signature does not verify: the package was changed after signing, or the signature is wrong "
    "(see the evidence).",
)
_CONFIG_ALLOWS = Bilingual(
    zh="网络安全配置允许未加密的 HTTP 通信。", en="The network security configuration allows unencrypted HTTP."
)
_CONFIG_DECIDES = Bilingual(
    zh="另有网络安全配置，Android 7 起以它为准，其中没有找到允许的条目。",
    en=" There is a network security configuration, which decides from Android 7 on; "
    "nothing in it was found to allow it.",
)
_STATED = Bilingual(
    zh="清单中 usesCleartextTraffic 为 true，允许未加密的 HTTP 通信。",
    en="usesCleartextTraffic is true in the manifest: unencrypted HTTP is allowed.",
)
_DEFAULT = Bilingual(
    zh="清单没有设置 usesCleartextTraffic，而 targetSdkVersion 低于 28 的应用默认允许未加密的 HTTP 通信。",
    en="The manifest does not set usesCleartextTraffic, and with a targetSdkVersion below 28 unencrypted HTTP is "
    "allowed.",
)
_SIGNATURE_ANOMALIES = ("signature_invalid", "unsigned", "signature_missing", "signature_stripped")
_DAMAGED_SIGNATURE = (
    "signature_broken",
    "signature_disputed",
    "signature_inconsistent",
    "signature_incomplete",
    "signing_block_malformed",
    "source_stamp_broken",
    "v4_invalid",
)
_THIS_PHONE = frozenset({"localhost", "*.localhost", "127.0.0.1", "10.0.2.2", "::1"})
"""Hosts that no network lies between: the phone itself, and the computer of an emulator."""
_CONFIG_FROM = 24
"""Phones before Android 7 do not read network security configurations."""
_CALLBACKS = ("WXEntryActivity", "TTEntryActivity", "DYEntryActivity", "AuthActivity")
"""Components that another app must be able to call for sign-in: WeChat, Douyin, QQ."""


def _anomalies(case: Case, *codes: str) -> list[FindingEvidence]:
    rows = case.static.anomalies if case.static else ()
    return [FindingEvidence(kind="signature", where=row.code, excerpt=row.detail) for row in rows if row.code in codes]


@check("SECURITY.SIGNATURE")
def signature(case: Case) -> Iterator[Hit]:
    """No signature, or one that does not verify: a phone refuses it, or somebody changed the package."""
    static = case.static
    if static is None or static.artifact.format not in _SIGNED:
        return
    evidence = _anomalies(case, *_SIGNATURE_ANOMALIES)
    evidence += [
        FindingEvidence(kind="signature", where=", ".join(row.schemes), excerpt=f"{row.subject} · verified: false")
        for row in static.app.signers
        if not row.verified
    ]
    if not static.app.signers and case.has_manifest:
        evidence.append(FindingEvidence(kind="signature", where=static.artifact.name, excerpt="signers: []"))
    if evidence:
        refused = static.app.signers or any(row.where == "signature_invalid" for row in evidence)
        yield Hit(
            subject="signature",
            status=Status.PROVEN,
            evidence=in_order(evidence),
            values={"why": _NOT_VERIFIED if refused else _NO_SIGNATURE},
        )


@check("SECURITY.SIGNATURE_DAMAGED")
def signature_damaged(case: Case) -> Iterator[Hit]:
    """Signature data that is broken, was taken out or contradicts itself, whether or not a phone still accepts it."""
    evidence = _anomalies(case, *_DAMAGED_SIGNATURE)
    if evidence:
        yield Hit(subject="signature_data", status=Status.PROVEN, evidence=in_order(evidence))


@check("SECURITY.JANUS")
def janus(case: Case) -> Iterator[Hit]:
    """Only the v1 scheme signs it (Janus, CVE-2017-13156, Android 5.0 to 8.0), or a DEX is glued before the ZIP."""
    static = case.static
    if static is None or static.artifact.format not in _SIGNED:
        return
    attacked = _anomalies(case, "janus_prefix")
    signers = [row for row in static.app.signers if row.verified]
    schemes = {scheme for row in signers for scheme in row.schemes}
    weak = schemes == {"v1"} and (static.app.min_sdk is None or static.app.min_sdk < 27)
    if attacked or weak:
        shown = [FindingEvidence(kind="signature", where="v1", excerpt=row.subject) for row in signers]
        yield Hit(
            subject="janus",
            status=Status.PROVEN,
            severity=Severity.CRITICAL if attacked else None,
            evidence=in_order([*attacked, *shown]),
        )


@check("SECURITY.DEBUGGABLE")
def debuggable(case: Case) -> Iterator[Hit]:
    """Report that the package lets anybody with a cable read its data."""
    if case.static and case.static.flags.debuggable:
        yield Hit(subject="debuggable", status=Status.PROVEN, evidence=(of_manifest("android:debuggable", "true"),))


@check("SECURITY.CLEARTEXT_ALLOWED")
def cleartext_allowed(case: Case) -> Iterator[Hit]:
    """Report that unencrypted HTTP is allowed: by the network security configuration where there is one.

    From Android 7 on such a configuration decides alone; on older phones the manifest does.
    """
    flags = case.static.flags if case.static else None
    if case.static is None or flags is None or not case.has_manifest:
        return
    app = case.static.app
    target = app.target_sdk
    by_default = flags.uses_cleartext_traffic is None and target is not None and target < 28
    stated = of_manifest("android:usesCleartextTraffic", "true")
    if by_default:
        stated = of_manifest("targetSdkVersion", f"{target} · android:usesCleartextTraffic=null")
    allowed = [row for row in facts_of(case, "netconfig.cleartext") if not set(row.detail.split(", ")) <= _THIS_PHONE]
    if allowed:
        yield Hit(
            subject="usesCleartextTraffic",
            status=Status.PROVEN,
            evidence=shown(allowed),
            values={"how": _CONFIG_ALLOWS},
        )
    elif flags.uses_cleartext_traffic or by_default:
        narrowed = flags.network_security_config is not None
        said, decides = _DEFAULT if by_default else _STATED, _CONFIG_DECIDES if narrowed else Bilingual(zh="", en="")
        if facts_of(case, "netconfig.no_cleartext") and app.min_sdk is not None and app.min_sdk >= _CONFIG_FROM:
            return
        yield Hit(
            subject="usesCleartextTraffic",
            status=Status.SUSPECTED if narrowed or by_default else Status.PROVEN,
            evidence=(stated,),
            values={"how": Bilingual(zh=said.zh + decides.zh, en=said.en + decides.en)},
        )


@check("SECURITY.BACKUP")
def backup(case: Case) -> Iterator[Hit]:
    """Report that the manifest says that the app's data may be copied off by backup."""
    if case.static and case.static.flags.allow_backup:
        yield Hit(subject="allowBackup", status=Status.PROVEN, evidence=(of_manifest("android:allowBackup", "true"),))


@check("SECURITY.EXPORTED")
def exported(case: Case) -> Iterator[Hit]:
    """Components that any app may call, without a permission; launchers and sign-in callbacks must be so."""
    rows = [
        row
        for row in (case.static.components if case.static else ())
        if row.exported
        and row.enabled
        and row.permission is None
        and not row.main
        and row.kind != "application"
        and not row.name.endswith(_CALLBACKS)
    ]
    if rows:
        yield Hit(
            subject="components",
            status=Status.SUSPECTED,
            evidence=in_order(map(of_component, rows)),
            values={"components": len(rows)},
        )


@check("SECURITY.EVASION")
def evasion(case: Case) -> Iterator[Hit]:
    """Structures that phones ignore and analysis tools stumble over."""
    rows = _odd(case, lambda row: row.code in EVASION)
    if rows:
        yield Hit(subject="evasion", status=Status.SUSPECTED, evidence=rows)


@check("SECURITY.CONTAINER")
def odd_container(case: Case) -> Iterator[Hit]:
    """Other oddities of the container that can hide something from an analyst; no breach by themselves."""
    # these have their own checks, or are said by the coverage
    known = {
        *_SIGNATURE_ANOMALIES,
        *_DAMAGED_SIGNATURE,
        *EVASION,
        "janus_prefix",
        "v1_only",
        "component_class_missing",
    }
    told = {row.file for row in facts_of(case, "install.nested_package")}  # SECURITY.INSTALLS tells of these
    rows = _odd(case, lambda row: row.code not in known and not _nested(row, told))
    if rows:
        yield Hit(subject="container", status=Status.SUSPECTED, evidence=rows)


def _nested(row: Anomaly, told: Collection[str | None]) -> bool:
    return row.code == "nested_code" and row.detail.rpartition(": ")[0] in told


def _odd(case: Case, wanted: Callable[[Anomaly], bool]) -> tuple[FindingEvidence, ...]:
    rows = [row for row in (case.static.anomalies if case.static else ()) if wanted(row)]
    return in_order(FindingEvidence(kind="manifest", where=row.code, excerpt=row.detail) for row in rows)
