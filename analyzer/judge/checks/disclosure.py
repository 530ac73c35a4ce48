"""The policy against the facts (191-2.1, 191-3.3, 191-3.9): what is there and was not said, or was denied."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.denials import is_plain
from analyzer.judge.evidence import in_order, of_accesses, of_declaration, of_policy, of_sdk, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.model import Bilingual, FindingEvidence, Severity, Status, Transmission

_NO_WORD = Bilingual(
    zh="已知值实际发出；程序读遍政策，连笼统说法也未检出。政策可能用了程序不认识的说法，人工通读政策即可证实。",
    en="A known value was sent, and a program that read the whole policy found not even a general word. The policy may "
    "say it in words that the program does not know: a person who reads it through would prove it.",
)
_READ_IT = Bilingual(
    zh="只有笼统说法、文本过短或仅按格式匹配，属疑似；人工阅读政策或用已知值复测可证实。",
    en="A general word, a short text, or only a matching form: suspected. A reader, or a run with known values, "
    "would prove it.",
)
_NOBODY_NAMED = Bilingual(
    zh="发送已由已知值观察到；程序读遍政策，未检出任何 SDK、第三方公司或另外的清单，人工通读政策即可证实。",
    en="Known values were seen to go there, and a program that read the whole policy found no SDK, no third party and "
    "no pointer to a list: a person who reads it through would prove it.",
)
_OTHER_NAME = Bilingual(
    zh="发送已观察到；政策提到 SDK、第三方或清单，是否以其他名称列明，人工核对可证实。",
    en="The sending was observed; the policy speaks of SDKs, third parties or a list, and a reader must see whether "
    "another name is used.",
)
_CONDITIONAL = Bilingual(
    zh="命中测试机的已知值；政策的这句话可能附有条件或另有所指，属疑似，人工核对原句可证实。",
    en="A known value of the test phone was met; the sentence may set a condition or mean something else, so it is "
    "suspected, and reading the sentence would prove it.",
)


@check("DISCLOSURE.SDK_NOT_NAMED")
def sdk_not_named(case: Case) -> Iterator[Hit]:
    """Report an SDK whose business touches personal data, in the package and not in the policy.

    Present is not collecting: suspected. One that a capture shows receiving data is DISCLOSURE.RECIPIENT_NOT_NAMED's.
    """
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    received = _unnamed_recipients(case)
    for sdk in case.sdks:
        if sdk.id in case.named_sdks or not case.must_be_named(sdk) or f"sdk:{sdk.id}" in received:
            continue
        sure = sdk.confidence == "certain" and not case.company_named(sdk.vendor)
        yield Hit(
            subject=sdk.id,
            status=Status.SUSPECTED,
            severity=Severity.MEDIUM if sure else Severity.LOW,
            evidence=(of_sdk(sdk), of_policy(policy, names.recipient(case, f"sdk:{sdk.id}", vendor=False))),
            values={"sdk": names.recipient(case, f"sdk:{sdk.id}")},
        )


def _undeclared(case: Case, data: str) -> bool | None:
    """Return `True`: the policy has no word for it; `None`: only a general word; `False`: it is declared or denied."""
    said = case.said.get(data)
    return True if said is None else None if said == "general" else False


@check("DISCLOSURE.DATA_SENT_NOT_DECLARED")
def sent_not_declared(case: Case) -> Iterator[Hit]:
    """Seen in traffic, and no word for it found in the policy.

    Suspected however sure the sending is: that no word was found is said by a reader which misses some wordings.
    """
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    for data, rows in case.by_data().items():
        undeclared = _undeclared(case, data)
        counted = case.counted(data, rows)
        if undeclared is False or not counted:
            continue
        severe = undeclared and status_of(counted) is Status.PROVEN
        weight = Severity.HIGH if case.grave(data) else Severity.MEDIUM
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=weight if severe and not case.light(data) else Severity.LOW,
            evidence=(*in_order(map(of_transmission, counted)), of_policy(policy, case.data_title(data))),
            values={
                "data": case.data_title(data),
                "hosts": names.listed(row.host for row in counted),
                "basis": _NO_WORD if severe and case.policy_is_whole else _READ_IT,
            },
        )


@check("DISCLOSURE.DATA_PRESENT_NOT_DECLARED")
def present_not_declared(case: Case) -> Iterator[Hit]:
    """Code that can read it is in the package, no word for it in the policy, and it was not seen in traffic."""
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    sent = case.by_data()
    for data, reads in sorted(case.reads.items()):
        undeclared = _undeclared(case, data)
        if undeclared is False or data in sent or case.light(data):
            continue
        if case.out_of_reach(data) or case.within_another(data):
            continue
        severe = undeclared and case.grave(data)
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            severity=case.weighed(Severity.MEDIUM if severe else Severity.LOW, reads),
            evidence=(*of_accesses(reads), of_policy(policy, case.data_title(data))),
            values={
                "data": case.data_title(data),
                "actors": names.actors(case, (read.actor for read in reads)),
                "reach": names.reach(case, reads),
            },
        )


def _unnamed_recipients(case: Case) -> dict[str, tuple[Transmission, ...]]:
    """Return what known third parties received that the policy names neither as SDK nor as company."""
    found: dict[str, list[Transmission]] = {}
    for row in case.transmissions:
        if row.recipient and case.third_party(row) and not case.light(row.data):
            found.setdefault(row.recipient, []).append(row)
    return {key: tuple(rows) for key, rows in sorted(found.items()) if not case.recipient_named(key)}


@check("DISCLOSURE.RECIPIENT_NOT_NAMED")
def recipient_not_named(case: Case) -> Iterator[Hit]:
    """Personal data go to a known third party that the policy names neither as SDK nor as company.

    Suspected also where nobody at all is named: names are found by a reader that does not know every company.
    """
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    present = {f"sdk:{sdk.id}": sdk for sdk in case.sdks}
    for recipient, rows in _unnamed_recipients(case).items():
        known = status_of(rows) is Status.PROVEN
        shown = [of_sdk(present[recipient])] if recipient in present else []
        yield Hit(
            subject=recipient,
            status=Status.SUSPECTED,
            severity=Severity.HIGH if known and any(case.grave(row.data) for row in rows) else Severity.MEDIUM,
            evidence=(
                *in_order([*map(of_transmission, rows), *shown]),
                of_policy(policy, names.recipient(case, recipient)),
            ),
            values={
                "recipient": names.recipient(case, recipient),
                "kinds": names.kinds(case, (row.data for row in rows)),
                "basis": _NOBODY_NAMED if known and case.names_no_third_party else _OTHER_NAME,
            },
        )


def _denials(case: Case, data: str) -> list[FindingEvidence]:
    rows = case.policy.declarations if case.policy else ()
    return [of_declaration(row) for row in rows if row.data == data and row.negated]


@check("DISCLOSURE.DENIED_BUT_SENT")
def denied_but_sent(case: Case) -> Iterator[Hit]:
    """Report that the policy says that it is not collected, and a known value of it was sent.

    Proven by a sentence that denies it without any condition; what another sentence means is for a reader.
    """
    for data, rows in case.by_data().items():
        if case.said.get(data) == "denied":
            denials = _denials(case, data)
            known = status_of(rows) is Status.PROVEN
            proven = known and any(is_plain(denial.excerpt or "") for denial in denials)
            yield Hit(
                subject=data,
                status=Status.PROVEN if proven else Status.SUSPECTED,
                severity=Severity.HIGH if proven else Severity.MEDIUM,
                evidence=(*in_order(map(of_transmission, rows)), *in_order(denials)),
                values={
                    "data": case.data_title(data),
                    "proof": _CONDITIONAL if known and not proven else names.proof(rows),
                },
            )


@check("DISCLOSURE.DENIED_BUT_PRESENT")
def denied_but_present(case: Case) -> Iterator[Hit]:
    """Report that the policy says that it is not collected, and code that can read it is in the package."""
    sent = case.by_data()
    for data, reads in sorted(case.reads.items()):
        if case.said.get(data) != "denied" or data in sent or case.within_another(data):
            continue
        if not case.out_of_reach(data):
            yield Hit(
                subject=data,
                status=Status.SUSPECTED,
                severity=case.weighed(Severity.MEDIUM if case.grave(data) else Severity.LOW, reads),
                evidence=(*of_accesses(reads), *in_order(_denials(case, data))),
                values={
                    "data": case.data_title(data),
                    "actors": names.actors(case, (read.actor for read in reads)),
                    "reach": names.reach(case, reads),
                },
            )
