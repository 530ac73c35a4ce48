"""Words for the actions of the trail that no other list names: Chinese and English."""

from __future__ import annotations

_FILED: dict[str, tuple[str, str]] = {
    "draft": ("起草使用备案", "filing of use drafted"),
    "mend": ("修改使用备案", "filing of use mended"),
    "submit": ("提交使用备案", "filing of use handed in"),
    "return": ("使用备案退回补正", "filing of use returned"),
    "approve": ("准予使用备案", "filing of use approved"),
    "refuse": ("不予使用备案", "filing of use refused"),
    "withdraw": ("撤回使用备案", "filing of use withdrawn"),
    "request_change": ("申请变更使用备案", "change of use requested"),
    "approve_change": ("准予变更使用备案", "change of use approved"),
    "refuse_change": ("不予变更使用备案", "change of use refused"),
    "invalidate": ("使用备案失效", "filing of use invalid"),
    "reinstate": ("使用备案恢复有效", "filing of use in force again"),
    "end": ("停止使用", "use ended"),
    "attach": ("添加使用备案附件", "attachment added to a filing of use"),
    "detach": ("删除使用备案附件", "attachment of a filing of use deleted"),
}

_FINDINGS: dict[str, tuple[str, str]] = {
    "seen": ("问题检出", "finding seen"),
    "missed": ("问题消失", "finding gone"),
    "overruled": ("问题因规则变化撤回", "finding retracted"),
    "grew": ("问题加重", "finding grew graver"),
    "expired": ("豁免到期", "waiver ended"),
    "notice": ("问题写入文书", "finding named in a notice"),
    "confirm": ("确认问题", "finding confirmed"),
    "waive": ("豁免问题", "finding waived"),
    "dismiss": ("认定误报", "finding dismissed as false"),
    "reopen": ("重新列为问题", "finding opened again"),
}

TRAIL_WORDS: dict[str, tuple[str, str]] = {
    **{f"user_filing.{verb}": pair for verb, pair in _FILED.items()},
    **{f"finding.{event}": pair for event, pair in _FINDINGS.items()},
    "filing.attach": ("添加附件", "attachment added"),
    "filing.detach": ("删除附件", "attachment deleted"),
    "filing.reply_correction": ("答复补正事项", "correction item answered"),
    "filing.resolve_correction": ("核定补正事项", "correction item settled"),
    "case.claim": ("认领事项", "case claimed"),
    "case.release": ("退还事项", "case given back"),
    "case.assign": ("改派事项", "case reassigned"),
    "claim.make": ("申请认领包名", "package claimed"),
    "claim.granted": ("准予认领包名", "claim of a package granted"),
    "claim.refused": ("不予认领包名", "claim of a package refused"),
    "webhook.create": ("开设推送", "webhook made"),
    "webhook.change": ("变更推送", "webhook changed"),
    "webhook.delete": ("删除推送", "webhook deleted"),
    "organization.superior": ("设定上级主管部门", "authority above set"),
}
"""Action → (Chinese, English)."""
