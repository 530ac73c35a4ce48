"""The policy against the app it is handed in with: whose it is, what it names in vain, what it leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case, status_of
from analyzer.judge.evidence import in_order, of_declaration, of_permission, of_policy, of_transmission
from analyzer.judge.hits import Hit, check
from analyzer.judge.parties import same_company
from analyzer.model import Bilingual, Declaration, FindingEvidence, PolicyPassage, Severity, Status

_MARKS = re.compile(
    r"[\W_]+|(?:学生|教师|老师|家长|校园|手机|安卓)(?:版|端)?$|(?:app|pro|hd|android|客户端)$", re.IGNORECASE
)


def _of_passage(row: PolicyPassage) -> FindingEvidence:
    return FindingEvidence(kind="policy", where=f"policy @{row.offset}", excerpt=row.quote[:200])


def _passages(case: Case, kind: str) -> list[PolicyPassage]:
    return [row for row in case.policy.passages if row.kind == kind] if case.policy else []


def _bare(name: str) -> str:
    return _MARKS.sub("", _MARKS.sub("", name)).lower()


@check("POLICY.OTHER_APP")
def other_app(case: Case) -> Iterator[Hit]:
    """Report a policy whose title names another app than the one examined; a brand may differ from the label."""
    said = _passages(case, "app_name")
    label = case.static.app.label if case.static else None
    own = [name for name in (label, case.filing.name if case.filing else None) if name]
    if (
        not said
        or not own
        or any(
            _bare(one) in _bare(row.value) or _bare(row.value) in _bare(one)
            for row in said
            for one in own
            if _bare(one)
        )
    ):
        return
    operators = _passages(case, "operator")
    provider = case.filing.provider if case.filing else None
    same = bool(provider) and any(same_company(str(provider), row.value) for row in operators)
    strange = bool(provider) and bool(operators) and not same
    yield Hit(
        subject="policy",
        status=Status.SUSPECTED,
        severity=Severity.MEDIUM if strange else Severity.LOW,
        evidence=tuple(map(_of_passage, (*said, *operators))),
        values={"named": names.listed(row.value for row in said), "app": names.listed(own)},
    )


@check("POLICY.OTHER_COMPANY")
def other_company(case: Case) -> Iterator[Hit]:
    """Report a policy whose operator is not the provider that filed the app; the app's name may still be right."""
    operators = _passages(case, "operator")
    provider = case.filing.provider if case.filing else None
    if operators and provider and not any(same_company(provider, row.value) for row in operators):
        yield Hit(
            subject="policy",
            status=Status.SUSPECTED,
            evidence=tuple(map(_of_passage, operators)),
            values={"named": names.listed(row.value for row in operators), "provider": provider},
        )


@check("POLICY.CATCH_ALL")
def catch_all(case: Case) -> Iterator[Hit]:
    """Report sentences on collecting that leave the list open."""
    rows = _passages(case, "catch_all")
    if rows:
        words = names.listed(dict.fromkeys(row.value for row in rows))
        yield Hit(
            subject="catch_all",
            status=Status.SUSPECTED,
            evidence=tuple(map(_of_passage, rows)),
            values={"words": words, "sentences": len(rows)},
        )


@check("POLICY.PERMISSION_NOT_TOLD")
def permission_not_told(case: Case) -> Iterator[Hit]:
    """Report a dangerous permission of the manifest for whose data the policy has no word at all."""
    policy = case.policy
    if policy is None or not case.policy_readable or case.static is None or not case.has_manifest:
        return
    for row in sorted(case.static.permissions, key=lambda row: row.name):
        rule = case.catalogue.permissions.get(row.name)
        if not row.declared or row.level != "dangerous" or rule is None or not rule.data:
            continue
        if any(data in case.said for data in rule.data):
            continue
        kinds = names.kinds(case, rule.data)
        yield Hit(
            subject=row.name,
            status=Status.SUSPECTED,
            evidence=(of_permission(row), of_policy(policy, kinds)),
            values={"kinds": kinds},
        )


@check("POLICY.PERMISSION_NO_PURPOSE")
def permission_no_purpose(case: Case) -> Iterator[Hit]:
    """Report a permission that the policy names without a purpose beside it."""
    rows = [row for row in _passages(case, "permission") if row.purpose is False]
    for row in rows:
        yield Hit(
            subject=row.value,
            status=Status.SUSPECTED,
            evidence=(_of_passage(row),),
            values={"data": case.data_title(row.value)},
        )


@check("SHARING.CROSS_BORDER_NOT_TOLD")
def cross_border_not_told(case: Case) -> Iterator[Hit]:
    """Report data that went to operators abroad while the policy denies sending abroad, or has no word of it."""
    policy = case.policy
    if policy is None or not case.policy_readable:
        return
    sent = tuple(row for row in case.transmissions if row.country and row.country != "CN" and not case.light(row.data))
    told = _passages(case, "cross_border")
    silent = any(point.id == "POL-09" and point.found is False for point in policy.points)
    denied = bool(told) and all(row.value == "denied" for row in told)
    if not sent or not (silent or denied):
        return
    shown = tuple(map(_of_passage, told)) if denied else (of_policy(policy, Bilingual(zh="跨境", en="cross-border")),)
    yield Hit(
        subject="cross_border",
        status=Status.SUSPECTED,
        severity=Severity.MEDIUM if denied and status_of(sent) is Status.PROVEN else Severity.LOW,
        evidence=(*in_order(map(of_transmission, sent)), *shown),
        values={
            "kinds": names.kinds(case, (row.data for row in sent)),
            "country": names.countries({row.country or "" for row in sent}),
            "said": _DENIES if denied else _SILENT,
        },
    )


_DENIES = Bilingual(zh="写明不向境外提供", en="denies sending abroad")
_SILENT = Bilingual(zh="没有跨境的说明", en="has no word of sending abroad")


@check("DISCLOSURE.SDK_NAMED_NOT_SEEN")
def sdk_named_not_seen(case: Case) -> Iterator[Hit]:
    """Report an SDK that the policy names and a complete analysis of the package did not find."""
    if not case.complete or not case.policy or not case.policy_readable:
        return
    present = {sdk.id for sdk in case.sdks}
    vendors = {sdk.vendor for sdk in case.sdks}
    mentions: dict[int | None, list[Declaration]] = {}
    for row in case.policy.declarations:
        if row.sdk and not row.negated:
            mentions.setdefault(row.offset, []).append(row)
    seen: set[str] = set()
    for rows in mentions.values():
        rules = [case.catalogue.sdks[row.sdk] for row in rows if row.sdk and row.sdk in case.catalogue.sdks]
        # a word may stand for several SDKs of a vendor: any of them, or another of that vendor, will do
        if any(rule.id in present or rule.vendor.zh in vendors for rule in rules) or not rules or rules[0].id in seen:
            continue
        seen.update(rule.id for rule in rules)
        yield Hit(
            subject=rules[0].id,
            status=Status.SUSPECTED,
            evidence=(of_declaration(rows[0]),),
            values={"sdk": names.recipient(case, f"sdk:{rules[0].id}", vendor=False)},
        )


@check("DISCLOSURE.DATA_NAMED_NOT_SEEN")
def data_named_not_seen(case: Case) -> Iterator[Hit]:
    """Report data that only a permission gives, that the policy names and nothing in the package shows."""
    if not case.complete or not case.has_manifest or not case.policy or not case.policy_readable:
        return
    sent = case.by_data()
    for data, said in sorted(case.said.items()):
        kind = case.catalogue.personal_data.get(data)
        if said != "yes" or kind is None or not kind.permissions or kind.without_permission:
            continue
        if data in sent or data in case.reads or case.held_permissions.intersection(kind.permissions):
            continue
        rows = [row for row in case.policy.declarations if row.data == data and not row.negated and not row.general]
        yield Hit(
            subject=data,
            status=Status.SUSPECTED,
            evidence=in_order(map(of_declaration, rows)),
            values={"data": case.data_title(data)},
        )
