"""Collecting before, without and against the user's consent (191-3)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.evidence import in_order, of_access, of_manifest, of_string, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import WITHOUT_CONSENT
from analyzer.model import Severity, Status, Transmission


def _severity(case: Case, data: str, status: Status) -> Severity:
    """Sensitive data are critical, an address or model that goes with every request is low; a guess is one lower."""
    if case.light(data):
        return Severity.LOW
    if status is Status.SUSPECTED:
        return Severity.MEDIUM
    return Severity.CRITICAL if case.sensitive(data) else Severity.HIGH


def _sent_in(case: Case, phase: str) -> Iterator[Hit]:
    for data, rows in case.by_data(unconsented=True).items():
        sent: tuple[Transmission, ...] = tuple(row for row in rows if row.phase == phase)
        if not sent:
            continue
        status = status_of(sent)
        yield Hit(
            subject=data,
            status=status,
            severity=_severity(case, data, status),
            evidence=in_order(map(of_transmission, sent)),
            values={
                "data": case.data_title(data),
                "hosts": names.listed(row.host for row in sent),
                "times": sum(row.count for row in sent),
                "proof": names.proof(sent),
            },
        )


@check("CONSENT.TRAFFIC_BEFORE")
def traffic_before_consent(case: Case) -> Iterator[Hit]:
    """Personal data on the wire before the operator's mark of consent: a known value proves it."""
    yield from _sent_in(case, "before_consent")


@check("CONSENT.TRAFFIC_REFUSED")
def traffic_after_refusal(case: Case) -> Iterator[Hit]:
    """Personal data on the wire after the operator refused."""
    yield from _sent_in(case, "refused")


@check("CONSENT.CODE_BEFORE")
def code_before_consent(case: Case) -> Iterator[Hit]:
    """Report a chain from a start-up entry point to a read of personal data. A chain is no execution."""
    sent = case.by_data(unconsented=True)
    for data, reads in sorted(case.reads.items()):
        early = [read for read in reads if read.level == "before_consent"]
        if early and data not in sent and not case.light(data) and not case.out_of_reach(data):
            if case.within_another(data):
                continue
            yield Hit(
                subject=data,
                status=Status.SUSPECTED,
                severity=Severity.MEDIUM if case.grave(data) else Severity.LOW,
                evidence=in_order(map(of_access, early)),
                values={"data": case.data_title(data), "actors": names.actors(case, (read.actor for read in early))},
            )


@check("CONSENT.SDK_READS")
def sdk_reads(case: Case) -> Iterator[Hit]:
    """Report an SDK that holds code for grave data: one finding per SDK, to check when it is initialised.

    An SDK that a capture shows sending without consent is past checking: SHARING.THIRD_PARTY_BEFORE says it.
    """
    caught = {row.recipient for row in case.transmissions if row.phase in WITHOUT_CONSENT}
    by_actor: dict[str, list[str]] = {}
    for data, reads in sorted(case.reads.items()):
        if case.grave(data) and not case.out_of_reach(data):
            for actor in {read.actor for read in reads if read.actor.startswith("sdk:")}:
                by_actor.setdefault(actor, []).append(data)
    for sdk in case.sdks:
        kinds = by_actor.get(f"sdk:{sdk.id}", [])
        if kinds and case.must_be_named(sdk) and f"sdk:{sdk.id}" not in caught:
            own = [read for kind in kinds for read in case.reads[kind] if read.actor == f"sdk:{sdk.id}"]
            yield Hit(
                subject=sdk.id,
                status=Status.SUSPECTED,
                evidence=in_order(map(of_access, own)),
                values={
                    "sdk": names.recipient(case, f"sdk:{sdk.id}", vendor=False),
                    "kinds": names.kinds(case, (kind for kind in kinds if not case.within_another(kind))),
                },
            )


@check("CONSENT.NO_POLICY_IN_APP")
def no_policy_in_app(case: Case) -> Iterator[Hit]:
    """No wording or address of a privacy policy anywhere in the package: only with complete coverage."""
    static = case.static
    if static is None or not case.complete or static.artifact.format not in {"apk", "apks", "xapk", "aab"}:
        return
    if "privacy_policy" not in case.catalogue.vocabularies or case.strings("privacy_policy"):
        return
    if not any(row.declared and row.level == "dangerous" for row in static.permissions) and not any(
        not case.light(data) and not case.out_of_reach(data) for data in case.reads
    ):
        return
    evidence = of_manifest("package", static.app.package or static.artifact.name)
    yield Hit(subject="privacy_policy", status=Status.SUSPECTED, evidence=(evidence,))


@check("CONSENT.BY_USE")
def consent_by_use(case: Case) -> Iterator[Hit]:
    """Report wording that takes use, login or registration as consent: the words alone, a dialog may still ask."""
    shown, written = case.strings("use_means_consent"), case.wording("use_means_consent")
    words = (*shown, *written)
    if words:
        yield Hit(
            subject="use_means_consent",
            status=Status.SUSPECTED,
            severity=Severity.MEDIUM if shown and written else Severity.LOW,
            evidence=in_order(map(of_string, words)),
        )
