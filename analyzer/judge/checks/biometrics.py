"""Face recognition in school apps needs a scientific, ethical and security argument (EDU-15)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.evidence import in_order, of_accesses, of_sdk, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.model import Severity, Status


@check("BIOMETRICS.FACE")
def face(case: Case) -> Iterator[Hit]:
    """Report a face SDK, code that measures faces, or a face in traffic."""
    sdks = case.sdks_of("face")
    reads = () if case.out_of_reach("biometric.face") else case.reads.get("biometric.face", ())
    sent = case.by_data().get("biometric.face", ())
    if not sdks and not reads and not sent:
        return
    known = bool(sent) and status_of(sent) is Status.PROVEN
    severity = Severity.HIGH if known or (sdks and case.for_minors) else Severity.MEDIUM
    yield Hit(
        subject="biometric.face",
        status=Status.SUSPECTED,
        severity=severity if sdks or sent else case.weighed(severity, reads),
        evidence=(*in_order(map(of_sdk, sdks)), *of_accesses(reads), *in_order(map(of_transmission, sent))),
        values={"sdks": names.sdk_names(case, sdks)},
    )
