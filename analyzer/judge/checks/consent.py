"""Collecting before, without and against the user's consent (191-3)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.confirmation import account, evidence_behind
from analyzer.judge.evidence import in_order, of_access, of_manifest, of_string, of_transmission
from analyzer.judge.hits import Hit, Outcome, check
from analyzer.judge.reach import best_first, early, early_severity, entry_name, exact, guard_words, lowered, steps
from analyzer.judge.settings import USER_PAGES, WITHOUT_CONSENT
from analyzer.model import Access, Bilingual, HumanCheck, Severity, Status, Transmission


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
            evidence=(*in_order(map(of_transmission, sent)), *evidence_behind(case, sent)),
            values={
                "data": case.data_title(data),
                "hosts": names.listed(row.host for row in sent),
                "times": sum(row.count for row in sent),
                "proof": names.proof(sent),
                "account": account(case, sent),
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
def code_before_consent(case: Case) -> Iterator[Outcome]:
    """Report chains from start-up to reads of personal data: one finding for each actor and category of data.

    Always suspected: a chain shows that the code can run before consent, only a run or the wire shows that it did. What
    the wire shows, CONSENT.TRAFFIC_BEFORE says. A chain on which consent seems to be tested accuses nobody; it is told,
    and a person is asked to look at the test.
    """
    sent = case.by_data(unconsented=True)
    groups: dict[tuple[str, str], list[Access]] = {}
    for data, reads in sorted(case.reads.items()):
        if data in sent or case.light(data) or case.out_of_reach(data) or case.within_another(data):
            continue
        rule = case.catalogue.personal_data.get(data)
        for read in early(reads):
            groups.setdefault((read.actor, rule.category if rule else "A13"), []).append(read)
    for (actor, category), found in sorted(groups.items()):
        reads = best_first(found)
        yield Hit(
            subject=f"{actor}/{category}",
            status=Status.SUSPECTED,
            severity=min((_early_weight(case, read) for read in reads), key=lambda severity: severity.rank),
            evidence=tuple(dict.fromkeys(map(of_access, reads))),
            values={
                "actor": names.actors(case, (actor,)),
                "kinds": names.kinds(case, (read.data for read in reads)),
                "entries": names.joined(dict.fromkeys(entry_name(read.entry) for read in reads)),
                "chain": steps(reads[0]),
                "doubt": case.doubts.sentence(reads),
            },
            clauses=("GBT-43435-P3",) if actor.startswith("sdk:") else (),
        )
        guarded = [read for read in reads if read.guard]
        if guarded and not any(map(exact, reads)):
            yield _look_at_guard(guarded[0], names.actors(case, (actor,)))


def _early_weight(case: Case, read: Access) -> Severity:
    """Weigh one chain: an exact one to grave data is the most that code alone can show."""
    severity = Severity.HIGH if case.grave(read.data) else Severity.MEDIUM
    return early_severity((read,), lowered(severity) if read.sure == "?" else severity)


def _look_at_guard(read: Access, actor: Bilingual) -> HumanCheck:
    words = guard_words(read.guard or "")
    return HumanCheck(
        clause="191-3.1",
        look_at=Bilingual(
            zh=f"{words.zh}，之后才执行{actor.zh}的读取代码：请核对该标志是否只在用户点击同意后才设置，且未同意时不执行。",
            en=f"{words.en}; code of {actor.en} that reads comes after it: is the flag set only once the user has "
            "agreed, and does the code wait for it?",
        ),
    )


@check("CONSENT.SDK_READS")
def sdk_reads(case: Case) -> Iterator[Hit]:
    """Report third-party code that can read grave data: one finding for each SDK, to check when it is initialised.

    Chains from start-up are CONSENT.CODE_BEFORE's, and an SDK that a capture shows sending without consent is past
    checking: SHARING.THIRD_PARTY_BEFORE says it.
    """
    caught = {row.recipient for row in case.transmissions if row.phase in WITHOUT_CONSENT}
    by_actor: dict[str, list[Access]] = {}
    for data, reads in sorted(case.reads.items()):
        if case.grave(data) and not case.out_of_reach(data):
            for read in reads:
                if read.actor.startswith(("sdk:", "lib:")):
                    by_actor.setdefault(read.actor, []).append(read)
    named = {f"sdk:{sdk.id}" for sdk in case.sdks if case.must_be_named(sdk)}
    for actor, own in sorted(by_actor.items()):
        if actor in caught or any(read.level == "before_consent" for read in own):
            continue
        if actor not in named and not actor.startswith("lib:"):
            continue
        # in a complete graph: nothing before the user acts, unless a broadcast, job or other app comes first
        answered = case.searched and all(read.level == "present" or read.entry in USER_PAGES for read in own)
        yield Hit(
            subject=actor.removeprefix("sdk:"),
            status=Status.SUSPECTED,
            severity=Severity.INFO if answered else Severity.LOW,
            evidence=tuple(dict.fromkeys(map(of_access, best_first(own)))),
            values={
                "sdk": names.recipient(case, actor, vendor=False),
                "kinds": names.kinds(case, (read.data for read in own if not case.within_another(read.data))),
                "reach": names.reach(case, own),
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
        not case.light(data) and not case.out_of_reach(data) and not case.pathless(reads)
        for data, reads in case.reads.items()
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
