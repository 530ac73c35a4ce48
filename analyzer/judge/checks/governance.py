"""Numbers and certificates that do not hold, and servers out of reach over IPv6 (EDU-02, CSL 21, work points)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_filing, of_string
from analyzer.judge.governance import assessment, date_of, number_problems, period
from analyzer.judge.hits import Hit, check
from analyzer.judge.hosts import literal_ipv4
from analyzer.model import Bilingual, FindingEvidence, Severity, Status

_YEARLY = 3
"""MLPS level from which the assessment is due every year by the level's own rule; below, it is local practice."""
_ASSESSED = Bilingual(zh="测评报告日期", en="The assessment report is dated")
_ISSUED = Bilingual(zh="未填写测评报告日期，备案证明日期", en="No assessment is filed; the certificate is dated")
_ICP = re.compile(r"(.)ICP[备证]\s?(\d{6,10})号")


@check("FILING.NUMBER_WRONG")
def number_wrong(case: Case) -> Iterator[Hit]:
    """Report numbers of the filing that cannot be right: a checksum proves it, a form that is not official does not."""
    for name, problem in sorted(number_problems(case).items()):
        if problem.level != "error":
            continue
        value = str(getattr(case.filing, name))
        yield Hit(
            subject=name,
            status=Status.PROVEN if problem.code == "uscc_checksum" else Status.SUSPECTED,
            evidence=(of_filing(problem.pointer, value),),
            values={"value": value, "problem": problem.message},
        )


@check("FILING.MLPS_AGED")
def mlps_aged(case: Case) -> Iterator[Hit]:
    """Report that the period of re-assessment is over: a later report may exist and not be filed, so never proven."""
    found, due = assessment(case), period(case)
    if case.filing is None or found is None or due is None:
        return
    day, days, assessed = found
    if days > due:
        level = case.filing.mlps_level or 0
        pointer = "/system/mlps_report_date" if assessed else "/system/mlps_date"
        yield Hit(
            subject="mlps",
            status=Status.SUSPECTED,
            severity=Severity.LOW if level >= _YEARLY else Severity.INFO,
            evidence=(of_filing(pointer, day.isoformat()), of_filing("/system/mlps_level", level)),
            values={
                "level": level,
                "what": _ASSESSED if assessed else _ISSUED,
                "date": day.isoformat(),
                "days": days,
                "period": due,
            },
        )


@check("FILING.MLPS_OLD_CERTIFICATE")
def mlps_old_certificate(case: Case) -> Iterator[Hit]:
    """Ask whether an old certificate was re-issued; the rules of 2025 could not be verified, so it only informs."""
    filed = case.filing
    day = date_of(filed.mlps_date) if filed else None
    if filed is None or day is None or case.today is None:
        return
    days = (case.today - day).days
    if days > case.settings.certificate_days:
        yield Hit(
            subject="mlps",
            status=Status.SUSPECTED,
            evidence=(of_filing("/system/mlps_date", day.isoformat()),),
            values={"date": day.isoformat(), "days": days, "period": case.settings.certificate_days},
        )


@check("FILING.ICP_DIFFERENT")
def icp_different(case: Case) -> Iterator[Hit]:
    """Report that the app shows ICP numbers and none of them is the filed one: it may be that of another company."""
    filed = _ICP.search(case.filing.icp or "") if case.filing else None
    rows = case.strings("icp")
    if filed is None or not rows:
        return
    shown = [match for row in rows if (match := _ICP.search(row.value))]
    # The digits alone: one province has two letters (蜀, 川), and a filing for a site has a suffix.
    if shown and all(match[2] != filed[2] for match in shown):
        yield Hit(
            subject="icp",
            status=Status.SUSPECTED,
            evidence=(
                of_filing("/system/icp", case.filing.icp if case.filing else ""),
                *in_order(map(of_string, rows)),
            ),
            values={"filed": filed[0], "seen": names.listed(match[0] for match in shown)},
        )


@check("NETWORK.LITERAL_IPV4")
def literal_address(case: Case) -> Iterator[Hit]:
    """Report servers that code names by an IPv4 address: whether it is used, code alone does not say."""
    rows = literal_ipv4(case.facts, case.catalogue)
    if rows:
        yield Hit(
            subject="literal_ipv4",
            status=Status.SUSPECTED,
            evidence=tuple(FindingEvidence(kind="endpoint", where=row.found_in, excerpt=row.url) for row in rows),
            values={"hosts": names.listed(row.host for row in rows)},
        )


@check("NETWORK.NO_IPV6")
def no_ipv6(case: Case) -> Iterator[Hit]:
    """Report own hosts with IPv4 addresses and none of IPv6, where the name service was asked."""
    asked = case.facts.resolution
    rows = [row for row in (asked.hosts if asked else ()) if row.ipv4 and row.ipv6 == ()]
    if asked and rows:
        yield Hit(
            subject="hosts",
            status=Status.SUSPECTED,
            evidence=tuple(
                FindingEvidence(kind="resolution", where=row.host, excerpt=f"A {', '.join(row.ipv4 or ())} · AAAA –")
                for row in rows
            ),
            values={"hosts": names.listed(row.host for row in rows), "asked": asked.asked},
        )
