"""Words of the pages for codes that the record and the report use: Chinese and English."""

from __future__ import annotations

from functools import cache

import analyzer
from analyzer.model.chains import CHAIN_WORDS
from analyzer.model.coverage_words import COVERAGE_WORDS
from analyzer.model.sdk_words import SDK_WORDS
from registry_api.web.desk_words import DESK_WORDS
from registry_api.web.trail_words import TRAIL_WORDS

WORDS: dict[str, tuple[str, str]] = {
    **CHAIN_WORDS,
    **DESK_WORDS,
    **TRAIL_WORDS,
    # states of a filing
    "draft": ("草稿", "draft"),
    "submitted": ("已提交", "submitted"),
    "precheck": ("自动检测中", "automatic audit"),
    "under_review": ("审核中", "under review"),
    "returned_for_correction": ("退回补正", "returned for correction"),
    "filed": ("已备案", "filed"),
    "refused": ("不予备案", "refused"),
    "suspended": ("暂停", "suspended"),
    "revoked": ("已撤销", "revoked"),
    "withdrawn": ("已撤回", "withdrawn"),
    "change_requested": ("变更审核中（原备案有效）", "change under review, filed as before"),
    "change_returned": ("变更退回补正（原备案有效）", "change returned, filed as before"),
    "rectification": ("限期整改", "under an order to rectify"),
    "reaudit": ("整改复核", "re-audit"),
    "delisted": ("已下架", "delisted"),
    "invalid": ("失效", "invalid"),
    "ended": ("已停用", "no longer used"),
    # states of a run, kinds of a run
    "queued": ("排队中", "queued"),
    "running": ("检测中", "running"),
    "succeeded": ("完成", "finished"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
    "submit": ("提交", "submission"),
    "weekly": ("每周巡检", "weekly round"),
    "manual": ("人工发起", "by hand"),
    "traffic": ("流量", "traffic"),
    "policy": ("隐私政策", "policy"),
    "static": ("安装包", "package"),
    "filing": ("备案材料", "filing"),
    # findings
    "critical": ("严重", "critical"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "info": ("提示", "info"),
    "proven": ("已证实", "proven"),
    "suspected": ("疑似", "suspected"),
    "open": ("存在", "open"),
    "reopened": ("再次出现", "reopened"),
    "gone": ("已消失", "gone"),
    "confirmed": ("已确认", "confirmed"),
    "notified": ("已通知整改", "notified"),
    "rectified": ("已整改", "rectified"),
    "waived": ("已豁免", "waived"),
    "false_positive": ("误报", "false positive"),
    "retracted": ("规则变化后撤回", "retracted by us"),
    "new": ("新增", "new"),
    "not_examined": ("本次未检查", "not examined"),
    # the verdict of a report
    "verdict.violations_proven": ("有已证实的问题", "problems proven"),
    "verdict.suspected": ("有疑似问题，须人工核实", "suspected problems, to be verified by a person"),
    "verdict.nothing_found": ("未发现问题", "nothing found"),
    "verdict.incomplete": ("检查不完整，不能下结论", "incomplete: no conclusion"),
    # roles
    "role.vendor": ("提供者", "vendor"),
    "role.vendor_admin": ("提供者管理员", "vendor administrator"),
    "role.school": ("使用单位", "school"),
    "role.lead_reviewer": ("审核负责人", "lead reviewer"),
    "role.reviewer": ("省级审核", "reviewer"),
    "role.supervisor": ("国家监管", "supervisor"),
    "role.auditor": ("监督查阅", "auditor"),
    "role.admin": ("平台管理", "administrator"),
    "role.system": ("系统", "system"),
    "use.required": ("要求统一使用", "required"),
    "use.recommended": ("推荐使用", "recommended"),
    "use.free": ("自愿使用", "free choice"),
    # states of a notice
    "notice.issued": ("待签收", "issued"),
    "notice.received": ("已签收，待答复", "received, to be answered"),
    "notice.replied": ("已答复", "answered"),
    "notice.re_audit": ("复测中", "re-audit"),
    "notice.closed": ("已办结", "closed"),
    "notice.escalated": ("已升级处理", "escalated"),
    "notice.cancelled": ("已撤销", "cancelled"),
    # agreement
    "mismatch": ("不一致", "mismatch"),
    "check": ("待核对", "to check"),
    "match": ("一致", "match"),
    "unknown": ("无法比对", "not comparable"),
    # levels of an access, phases, places
    "present": ("代码存在", "present"),
    "reachable": ("可到达", "reachable"),
    "before_consent": ("同意前", "before consent"),
    "phase.before_consent": ("同意前", "before consent"),
    "phase.after_consent": ("同意后", "after consent"),
    "phase.refused": ("拒绝后", "after refusal"),
    "phase.unknown": ("未标记", "not marked"),
    "app": ("应用自身", "the app itself"),
    # columns of the ledger
    "declared": ("已声明", "declared"),
    "permitted": ("有权限", "permitted"),
    "observed": ("已传输", "observed"),
    "observed_before_consent": ("同意前传输", "sent before consent"),
    "necessary": ("必要", "necessary"),
    # sureness of an SDK
    "certain": ("确定", "certain"),
    "probable": ("较可能", "probable"),
    "weak": ("弱", "weak"),
    "dangerous": ("敏感", "dangerous"),
    "normal": ("普通", "normal"),
    "signature": ("签名", "signature"),
    "special": ("特殊", "special"),
    # kinds of evidence
    **COVERAGE_WORDS,
    **SDK_WORDS,
    # categories of SDKs
    # actions of the trail
    "organization.register": ("登记单位", "organisation registered"),
    "app.register": ("登记应用", "app registered"),
    "app.version": ("提交版本", "version handed in"),
    "app.policy": ("更换隐私政策", "policy replaced"),
    "filing.draft": ("起草备案", "filing drafted"),
    "filing.mend": ("修改备案", "filing mended"),
    "filing.submit": ("提交备案", "filing submitted"),
    "filing.begin_precheck": ("开始自动检测", "automatic audit begun"),
    "filing.finish_precheck": ("自动检测完成，转审核", "automatic audit finished, to review"),
    "filing.reject_artifact": ("应用包不可读，退回", "package unreadable, returned"),
    "filing.return": ("退回补正", "returned for correction"),
    "filing.approve": ("准予备案", "approved"),
    "filing.refuse": ("不予备案", "refused"),
    "filing.suspend": ("暂停", "suspended"),
    "filing.restore": ("恢复", "restored"),
    "filing.revoke": ("撤销", "revoked"),
    "filing.withdraw": ("撤回", "withdrawn"),
    "filing.request_change": ("申请变更", "change requested"),
    "filing.return_change": ("变更退回补正", "change returned"),
    "filing.resubmit_change": ("重新提交变更", "change handed in again"),
    "filing.approve_change": ("准予变更", "change approved"),
    "filing.refuse_change": ("不予变更", "change refused"),
    "filing.withdraw_change": ("撤回变更", "change withdrawn"),
    "filing.order_rectification": ("责令整改", "ordered to rectify"),
    "filing.report_rectified": ("提交整改报告", "reported as rectified"),
    "filing.reject_rectification": ("整改未通过", "rectification rejected"),
    "filing.confirm_rectified": ("整改通过", "rectification confirmed"),
    "filing.delist": ("下架", "delisted"),
    "filing.cancel": ("注销", "cancelled by the provider"),
    "audit.finish": ("检测完成", "audit finished"),
    "audit.fail": ("检测失败", "audit failed"),
    "audit.cancel": ("取消检测", "audit cancelled"),
    "traffic.receive": ("接收流量事实", "traffic facts received"),
    "organization.import": ("批量登记单位", "organisations imported"),
    "filing.import": ("批量导入备案", "filings imported"),
    "key.issue": ("签发密钥", "key issued"),
    "key.revoke": ("吊销密钥", "key revoked"),
    "weekly.start": ("启动每周巡检", "weekly round started"),
    "campaign": ("专项治理", "campaign"),
    "traffic.give_up": ("流量抓取到期清除", "captures given up"),
    "alert.would_draft": ("将拟稿", "would be drafted"),
    "alert.drafted": ("已拟稿", "drafted"),
    "alert.known": ("本批已有", "in this batch already"),
    "alert.failed": ("未能拟稿", "not drafted"),
    "campaign_state.planned": ("拟定", "planned"),
    "campaign_state.running": ("进行中", "running"),
    "campaign_state.closed": ("已结束", "closed"),
    "campaign_state.cancelled": ("已取消", "cancelled"),
    "campaign.plan": ("拟定专项治理", "campaign planned"),
    "campaign.start": ("启动专项治理", "campaign started"),
    "campaign.close": ("结束专项治理", "campaign closed"),
    "campaign.cancel": ("取消专项治理", "campaign cancelled"),
}
"""Code → (Chinese, English)."""

_FAMILIES = frozenset(
    {
        "coverage",
        "doubt",
        "entry",
        "evidence",
        "failure",
        "guard",
        "link",
        "moment",
        "notice_event",
        "notice_kind",
        "notice_state",
        "phase",
        "role",
        "scope",
        "sdk",
        "verdict",
    }
)


@cache
def provinces() -> dict[str, tuple[str, str]]:
    """Return first two digits of GB/T 2260 → (Chinese, English), from the code table of the rules."""
    return analyzer.code_names("provinces")


_FILES = {"artifact": ("安装包", "Package"), "policy": ("隐私政策文件", "Privacy policy")}
"""What a correction item may name beside the fields of a form."""


@cache
def fields() -> dict[str, tuple[str, str]]:
    """Return key of the filing document → (Chinese, English), from the table of the form in the rules."""
    return analyzer.code_names("fields")


def field_name(key: str, lang: str) -> str:
    """Return the name of a key of the filing document."""
    pair = fields().get(key) or _FILES.get(key)
    return (pair[1] if lang == "en" else pair[0]) if pair else key


def province_name(code: str | None, lang: str) -> str:
    """Return the name of a province, or the code where there is none."""
    pair = provinces().get(code or "")
    return (pair[1] if lang == "en" else pair[0]) if pair else code or "–"


def word(code: str | None, lang: str) -> str:
    """Return the word for a code; an unknown code is shown as it is, without the family before the point."""
    if not code:
        return "–"
    pair = WORDS.get(code)
    if pair:
        return pair[1] if lang == "en" else pair[0]
    family, point, rest = code.partition(".")
    return rest if point and family in _FAMILIES else code
