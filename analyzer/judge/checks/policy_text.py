"""The policy text by itself: its language, and the 18 points that it must contain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.judge.evidence import in_order, of_policy, of_string
from analyzer.judge.hits import Hit, check
from analyzer.model import Bilingual, Severity, Status

from .rights import apart, lacks_part

_WEIGHTY = frozenset({"POL-02", "POL-03", "POL-08", "POL-10", "POL-12"})
"""Without these a policy does not do its work; the other points weigh less, or depend on the app."""


_APPLIES: Mapping[str, Callable[[Case], bool]] = {
    "POL-06": lambda case: any(case.must_be_named(sdk) and sdk.id not in case.named_sdks for sdk in case.sdks),
    "POL-11": lambda case: bool(case.sdks_of("advertising")) and not personalised_unswitched(case),
    "POL-13": lambda case: case.for_minors is not False,
    "POL-16": lambda case: any(case.sensitive(data) for data, said in case.said.items() if said == "yes"),
    "POL-17": lambda _: False,  # judged with the receivers, by START.SELF
    "POL-18": lambda case: any(
        data.startswith("device.") and not case.light(data) and not case.out_of_reach(data)
        for data in {*case.reads, *case.by_data(), *(kind for sdk in case.sdks for kind in sdk.collects)}
    ),
}
"""Points that only some apps need; where the facts do not show the need, the point is not held against the app."""


def _always(_: Case) -> bool:
    return True


@check("POLICY.NOT_CHINESE")
def not_chinese(case: Case) -> Iterator[Hit]:
    """Report the text handed in is not Chinese; a Chinese version may exist elsewhere."""
    if case.policy and case.policy.language != "zh":
        yield Hit(
            subject="language",
            status=Status.SUSPECTED,
            evidence=(of_policy(case.policy, Bilingual(zh="中文", en="Chinese")),),
        )


@check("POLICY.POINT_MISSING")
def point_missing(case: Case) -> Iterator[Hit]:
    """One of the required points has no words in a Chinese policy; other words may say it."""
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    for point in sorted(policy.points, key=lambda row: row.id):
        rule = case.catalogue.policy_points.get(point.id)
        if point.found is False and rule is not None and _APPLIES.get(point.id, _always)(case):
            lacks = [group.about for group in rule.groups if lacks_part(point, group) and not apart(case, group)]
            if not lacks or any(group.settles and apart(case, group) for group in rule.groups):
                continue  # a check of its own says it all
            weighty = point.id in _WEIGHTY or (point.id == "POL-13" and bool(case.for_minors))
            heavy = weighty and 2 * len(lacks) >= len(rule.groups)
            lacking = names.joined(lacks)
            yield Hit(
                subject=point.id,
                status=Status.SUSPECTED,
                severity=Severity.MEDIUM if heavy else Severity.LOW,
                evidence=(of_policy(policy, lacking),),
                values={"point": rule.title, "must": rule.must, "lacking": lacking},
                clauses=tuple(dict.fromkeys((point.id, *rule.clauses))),
            )


def _wording(case: Case, kind: str) -> Iterator[Hit]:
    words = case.wording(kind)
    if words:
        yield Hit(subject=kind, status=Status.SUSPECTED, evidence=in_order(map(of_string, words)))


@check("POLICY.IMPROVEMENT_PURPOSE")
def improvement_purpose(case: Case) -> Iterator[Hit]:
    """Report sentences that collect in order to improve the service or the experience."""
    yield from _wording(case, "forced_purpose")


_WHOLE_APP = re.compile(
    r"(?:无法|不能|不可|不得)(?:继续)?使用(?:本|该|我们的|我们提供的|任何|全部|所有)(?:应用|软件|产品|服务|平台|功能|App|APP)"
)
_SENTENCE_AT = re.compile(r"@(\d+)$")


@check("POLICY.REFUSAL_BLOCKS")
def refusal_blocks(case: Case) -> Iterator[Hit]:
    """Report data that the app's type does not need and whose refusal, says the policy, blocks the whole app."""
    own = {
        name
        for name in (case.filing.name if case.filing else None, case.static.app.label if case.static else None)
        if name
    }
    for row in case.wording("refusal_blocks"):
        blocked = _WHOLE_APP.search(row.value) or any(f"使用{name}" in row.value for name in own)
        at = _SENTENCE_AT.search(row.found_in)
        if not blocked or at is None or case.policy is None:
            continue
        start = int(at.group(1))
        within = {
            item.data
            for item in case.policy.declarations
            if item.data and item.offset is not None and 0 <= item.offset - start <= len(row.value)
            if not item.general and not item.negated and not case.necessary(item.data) and not case.light(item.data)
        }
        for data in sorted(within):
            yield Hit(
                subject=data,
                status=Status.SUSPECTED,
                severity=Severity.MEDIUM if case.types_declared and case.grave(data) else Severity.LOW,
                evidence=(of_string(row),),
                values={"data": case.data_title(data)},
            )


@check("POLICY.PERSONALISED_NO_SWITCH")
def personalised_no_switch(case: Case) -> Iterator[Hit]:
    """Report a policy that tells of personalised pushing and has no word of switching it off; nor has the package."""
    words = case.wording("personalised_push")
    if words and personalised_unswitched(case) and case.policy:
        yield Hit(
            subject="personalised_push",
            status=Status.SUSPECTED,
            evidence=(
                *in_order(map(of_string, words)),
                of_policy(case.policy, Bilingual(zh="关闭方式", en="an off switch")),
            ),
            values={"sentences": len(words)},
        )


def personalised_unswitched(case: Case) -> bool:
    """Tell whether personalised pushing is told of, and no way to switch it off is."""
    point = next((row for row in case.policy.points if row.id == "POL-11"), None) if case.policy else None
    off = (*case.wording("personalised_off"), *case.strings("personalised_off"))
    return bool(case.wording("personalised_push") and point and point.found is False and not off)


@check("POLICY.UNREASONABLE_CONDITION")
def unreasonable_condition(case: Case) -> Iterator[Hit]:
    """Report conditions on rights or cancelling that ask for too much, such as a photo with the identity card."""
    yield from _wording(case, "unreasonable_cancellation")
