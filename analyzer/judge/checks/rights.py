"""Rights of users as the policy tells of them (191-3.8, 191-6): withdrawing, cancelling, complaining, an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.catalogue.vocabulary import WordGroup
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_policy, of_string
from analyzer.judge.hits import Hit, check
from analyzer.model import PolicyPoint, Severity, Status, StringFact

_IN_APP = {
    "RIGHTS.WITHDRAW_MISSING": "withdraw_consent",
    "RIGHTS.CANCEL_MISSING": "account_cancellation",
    "RIGHTS.COMPLAINT_MISSING": "complaint_channel",
}
"""The vocabulary whose words in the package show that the way exists, whatever the policy says."""

_DAYS = re.compile(r"(\d{1,3}|[一二三四五六七八九十]{1,3})\s?个?\s?工作日")
_REQUEST = re.compile(r"请求|申请|投诉|举报|反馈|诉求|要求|权利|注销|更正|删除")
_ANSWER = re.compile(r"答复|回复|回应|响应|处理|反馈|完成|受理|核实")


def _days(text: str) -> list[int]:
    from analyzer.policy.passages import number  # noqa: PLC0415  # an app without a policy needs none of it

    return [number(found) for found in _DAYS.findall(text)]


def lacks_part(point: PolicyPoint, group: WordGroup) -> bool:
    """Tell whether a point of the policy lacks the part that this group of words stands for."""
    return point.found is False and (not point.missing or group.about in point.missing)


def apart(case: Case, group: WordGroup) -> bool:
    """Tell whether a check of this family reports the lack of this part, so that POLICY.POINT_MISSING need not."""
    return group.check is not None and _lacking(case, group.check) is not None


def _lacking(case: Case, rule: str) -> WordGroup | None:
    """Return the group of words that a whole policy lacks, where the package shows no such way either."""
    if not case.policy_is_whole or case.policy is None or case.strings(_IN_APP[rule]):
        return None
    for point in case.policy.points:
        known = case.catalogue.policy_points.get(point.id)
        for group in known.groups if known else ():
            if group.check == rule and lacks_part(point, group):
                return group
    return None


def _missing(case: Case, rule: str) -> Iterator[Hit]:
    group = _lacking(case, rule)
    if group is not None and case.policy is not None:
        yield Hit(subject="policy", status=Status.SUSPECTED, evidence=(of_policy(case.policy, group.about),))


@check("RIGHTS.WITHDRAW_MISSING")
def withdraw_missing(case: Case) -> Iterator[Hit]:
    """Report that neither policy nor package has a word of withdrawing consent."""
    yield from _missing(case, "RIGHTS.WITHDRAW_MISSING")


@check("RIGHTS.CANCEL_MISSING")
def cancel_missing(case: Case) -> Iterator[Hit]:
    """Report that neither policy nor package has a word of cancelling the account."""
    yield from _missing(case, "RIGHTS.CANCEL_MISSING")


@check("RIGHTS.COMPLAINT_MISSING")
def complaint_missing(case: Case) -> Iterator[Hit]:
    """Report that neither policy nor package has a word of a complaint channel."""
    yield from _missing(case, "RIGHTS.COMPLAINT_MISSING")


@check("RIGHTS.ANSWER_LATE")
def answer_late(case: Case) -> Iterator[Hit]:
    """Report a promised time of answer beyond the longest allowed one: the policy's own words prove it.

    A sentence that also promises a time within the limit ("15, in hard cases 30") is for a reader: suspected.
    """
    point = case.catalogue.policy_points.get("POL-10")
    limit = point.max_working_days if point else None
    if limit is None:
        return
    late: list[tuple[StringFact, int]] = []
    mixed: list[tuple[StringFact, int]] = []
    for row in case.wording("answer_time"):
        days = _days(row.value)
        if days and max(days) > limit and _REQUEST.search(row.value) and _ANSWER.search(row.value):
            (late if min(days) > limit else mixed).append((row, max(days)))
    if late or mixed:
        yield Hit(
            subject="policy",
            status=Status.PROVEN if late else Status.SUSPECTED,
            severity=Severity.MEDIUM if late else Severity.LOW,
            evidence=in_order(of_string(row) for row, _ in (*late, *mixed)),
            values={"days": max(days for _, days in (*late, *mixed)), "limit": limit},
        )
