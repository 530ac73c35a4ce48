"""Giving personal data to others, in clear, or abroad (191-5, PIPL 23, 38, 51)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.confirmation import account, evidence_behind
from analyzer.judge.evidence import in_order, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.settings import HASHES, IN_ADDRESS, WITHOUT_CONSENT
from analyzer.model import Bilingual, Severity, Status, Transmission

_WHEN = {
    "before_consent": Bilingual(zh="用户同意之前", en="Before consent"),
    "refused": Bilingual(zh="用户拒绝之后", en="After refusal"),
}
_AFTER_CONSENT = Bilingual(
    zh="发送在同意之后，属疑似；需核对是否已告知并取得同意。",
    en="It was sent after consent, so it is suspected: see whether users were told and agreed.",
)


_SOME_TABLE = Bilingual(zh="地址分配表", en="the table of assignments")


def _grouped(rows: Iterable[tuple[str, Transmission]]) -> list[tuple[str, tuple[Transmission, ...]]]:
    found: dict[str, list[Transmission]] = {}
    for key, row in rows:
        found.setdefault(key, []).append(row)
    return [(key, tuple(items)) for key, items in sorted(found.items())]


def _kinds(case: Case, rows: Iterable[Transmission]) -> Bilingual:
    return names.kinds(case, (row.data for row in rows))


@check("SHARING.THIRD_PARTY_BEFORE")
def third_party_without_consent(case: Case) -> Iterator[Hit]:
    """Personal data to a known third party before consent or after refusal."""
    rows = (
        (row.recipient, row)
        for row in case.transmissions
        if row.recipient and row.phase in WITHOUT_CONSENT and case.third_party(row) and not case.light(row.data)
    )
    for recipient, sent in _grouped(rows):
        status = status_of(sent)
        yield Hit(
            subject=recipient,
            status=status,
            severity=Severity.HIGH if status is Status.PROVEN else Severity.MEDIUM,
            evidence=(*in_order(map(of_transmission, sent)), *evidence_behind(case, sent)),
            values={
                "recipient": names.recipient(case, recipient),
                "account": account(case, sent),
                "kinds": _kinds(case, sent),
                "when": names.joined(_WHEN[phase] for phase in sorted({row.phase for row in sent})),
                "proof": names.proof(sent),
            },
        )


@check("SHARING.HASHED_ID")
def hashed_identifier(case: Case) -> Iterator[Hit]:
    """Report a digest of an identifier to a third party: it is still the identifier, and no anonymisation."""
    rows = (
        (row.recipient, row)
        for row in case.transmissions
        if row.recipient and HASHES.intersection(row.encoding) and case.third_party(row)
    )
    for recipient, sent in _grouped(rows):
        unconsented = tuple(row for row in sent if row.phase in WITHOUT_CONSENT)
        undeclared = case.policy_readable and any(case.said.get(row.data) in {None, "denied"} for row in sent)
        yield Hit(
            subject=recipient,
            status=status_of(unconsented) if unconsented else Status.SUSPECTED,
            severity=Severity.MEDIUM if unconsented or undeclared else Severity.LOW,
            evidence=in_order(map(of_transmission, sent)),
            values={
                "recipient": names.recipient(case, recipient),
                "kinds": _kinds(case, sent),
                "basis": names.proof(unconsented) if unconsented else _AFTER_CONSENT,
                "hashes": names.hashes({layer for row in sent for layer in row.encoding if layer in HASHES}),
            },
        )


@check("SHARING.CROSS_BORDER")
def cross_border(case: Case) -> Iterator[Hit]:
    """Personal data to an operator established outside mainland China; where its server stands is not known."""
    rows = (
        (row.recipient or row.host, row)
        for row in case.transmissions
        if row.country and row.country != "CN" and not case.light(row.data)
    )
    for recipient, sent in _grouped(rows):
        yield Hit(
            subject=recipient,
            status=Status.SUSPECTED,
            severity=Severity.HIGH if case.for_minors and status_of(sent) is Status.PROVEN else Severity.MEDIUM,
            evidence=in_order(map(of_transmission, sent)),
            values={
                "recipient": names.recipient(case, recipient),
                "country": names.countries({row.country or "" for row in sent}),
                "kinds": _kinds(case, sent),
                "address": _assigned(sent),
            },
        )


def _assigned(rows: Iterable[Transmission]) -> Bilingual:
    """Say to whom the registries assigned the addresses that were met; empty where none is known."""
    known = sorted({(row.address, row.address_country) for row in rows if row.address and row.address_country})
    if not known:
        return Bilingual(zh="", en="")
    shown = names.listed((address for address, _ in known), limit=3)
    where = names.countries({country for _, country in known})
    return Bilingual(
        zh=f"抓包中的服务器地址 {shown.zh} 所在地址段登记分配给{where.zh}（仅供参考）。",
        en=f" The server's address in the capture, {shown.en}, is of a block assigned to {where.en} (a hint only).",
    )


@check("SHARING.ADDRESS_ABROAD")
def address_abroad(case: Case) -> Iterator[Hit]:
    """Report addresses of blocks assigned abroad, where the operator is not known to sit there.

    Only for a person to look at: clouds use blocks of other countries, and the other way round.
    """
    rows = (
        (row.host, row)
        for row in case.transmissions
        if row.address_country not in {None, "CN"} and row.country in {None, "CN"} and not case.light(row.data)
    )
    for host, sent in _grouped(rows):
        yield Hit(
            subject=host,
            status=Status.SUSPECTED,
            evidence=in_order(map(of_transmission, sent)),
            values={
                "host": names.company(case, host),
                "kinds": _kinds(case, sent),
                "address": names.listed({row.address or "" for row in sent}, limit=3),
                "country": names.countries({row.address_country or "" for row in sent}),
                "table": (case.traffic.address_data if case.traffic else None) or _SOME_TABLE,
            },
        )


@check("SHARING.CLEARTEXT")
def cleartext(case: Case) -> Iterator[Hit]:
    """Personal data without transport encryption; a digest of a value is not counted as clear."""
    rows = (
        (row.host, row) for row in case.transmissions if not row.encrypted and not HASHES.intersection(row.encoding)
    )
    for host, every in _grouped(rows):
        if all(case.light(row.data) for row in every):
            continue
        sent = tuple(row for row in every if case.counted(row.data, (row,)))
        status = status_of(sent)
        heavy = any(case.sensitive(row.data) for row in sent) or case.for_children
        yield Hit(
            subject=host,
            status=status,
            severity=Severity.HIGH if heavy and status is Status.PROVEN else Severity.MEDIUM,
            evidence=in_order(map(of_transmission, sent)),
            values={"kinds": _kinds(case, sent), "host": names.company(case, host), "proof": names.proof(sent)},
        )


@check("SHARING.IN_ADDRESS")
def in_address(case: Case) -> Iterator[Hit]:
    """Report names and numbers of a person in the address of a request, where servers and proxies log them."""
    for data, rows in case.by_data().items():
        shown = tuple(r for r in rows if r.where in {"path", "query"} and not HASHES.intersection(r.encoding))
        if shown and data in IN_ADDRESS:
            yield Hit(
                subject=data,
                status=Status.SUSPECTED,
                evidence=in_order(map(of_transmission, shown)),
                values={"data": case.data_title(data), "hosts": names.listed(row.host for row in shown)},
            )
