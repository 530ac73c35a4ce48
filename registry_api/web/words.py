"""Words of the pages for codes that the record and the report use: Chinese and English."""

from __future__ import annotations

from functools import cache

import analyzer
from analyzer.model.chains import CHAIN_WORDS
from analyzer.model.coverage_words import COVERAGE_WORDS
from analyzer.model.sdk_words import SDK_WORDS
from registry_api.web.desk_words import DESK_WORDS

WORDS: dict[str, tuple[str, str]] = {
    **CHAIN_WORDS,
    **DESK_WORDS,
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

FIELDS: dict[str, tuple[str, str]] = {
    "legal_name": ("单位名称", "Legal name"),
    "uscc": ("统一社会信用代码", "Unified social credit code"),
    "unit_type": ("单位性质", "Kind of unit"),
    "region": ("行政区划代码", "Region"),
    "address": ("地址", "Address"),
    "legal_representative": ("法定代表人", "Legal representative"),
    "contact_name": ("联系人", "Contact"),
    "contact_phone": ("联系电话", "Telephone"),
    "contact_email": ("电子邮箱", "E-mail"),
    "licence_file": ("营业执照", "Licence"),
    "name": ("名称", "Name"),
    "domains": ("域名", "Domains"),
    "ips": ("IP 地址", "IP addresses"),
    "hosting_place": ("服务器所在地", "Hosting place"),
    "icp": ("ICP备案号", "ICP record"),
    "miit_app_filing": ("工信部APP备案号", "MIIT app record"),
    "mlps": ("等保备案证明编号", "MLPS record"),
    "mlps_level": ("等保级别", "MLPS level"),
    "mlps_authority": ("等保备案机关", "MLPS authority"),
    "mlps_date": ("等保备案日期", "MLPS date"),
    "mlps_report": ("等保测评报告", "MLPS report"),
    "mlps_report_date": ("等保测评日期", "MLPS report date"),
    "third_party_developer": ("委托开发单位", "Third-party developer"),
    "user_scale": ("用户规模", "Number of users"),
    "collects_minors_data": ("收集未成年人信息", "Collects data of minors"),
    "storage_place": ("数据存储地", "Storage place"),
    "platform": ("平台", "Platform"),
    "package": ("包名", "Package"),
    "signer_md5": ("签名证书 MD5", "Signing certificate MD5"),
    "signer_sha256": ("签名证书 SHA-256", "Signing certificate SHA-256"),
    "outsourced": ("是否委托开发", "Outsourced"),
    "department": ("选用归口部门", "Department in charge"),
    "superior": ("上级主管部门", "Authority above"),
    "number": ("备案号", "Filing number"),
    "mode": ("使用方式", "Mode of use"),
    "origin": ("应用来源", "Origin of the app"),
    "imposed_by": ("由谁要求使用", "Required by"),
    "purpose": ("使用目的", "Purpose"),
    "scope": ("使用范围", "Scope of use"),
    "users": ("使用人数", "Number of users"),
    "charge_basis": ("收费依据", "Basis of charges"),
    "decision": ("集体决策（会议、日期、纪要编号）", "Collective decision (meeting, date, minutes)"),
    "decision_date": ("决策日期", "Date of the decision"),
    "collects_at_scale": ("是否大规模收集个人信息", "Collects personal data at scale"),
    "opinions_collected": ("是否征求师生家长意见", "Opinions were collected"),
    "biometrics": ("是否使用生物识别", "Biometrics"),
    "signer_sha1": ("签名证书 SHA-1", "Signing certificate SHA-1"),
    "public_key": ("公钥", "Public key"),
    "version_name": ("版本", "Version"),
    "operating_system": ("操作系统", "Operating system"),
    "download_url": ("下载地址", "Download"),
    "description": ("简介", "Description"),
    "main_functions": ("主要功能", "Main functions"),
    "functions": ("功能", "Functions"),
    "category": ("类别", "Category"),
    "stages": ("学段", "Stages"),
    "user_groups": ("用户群体", "User groups"),
    "use_mode": ("使用方式", "Mode of use"),
    "charges": ("收费", "Charges"),
    "charge_method": ("收费方式", "Way of charging"),
    "contains": ("含有内容", "Contains"),
    "app_types": ("应用类型（39 类）", "App types (of 39)"),
    "personal_data": ("收集的个人信息", "Personal data"),
    "permissions": ("权限", "Permissions"),
    "sdks": ("第三方 SDK", "Third-party SDKs"),
    "privacy_policy_url": ("隐私政策地址", "Privacy policy"),
    "user_agreement_url": ("用户协议地址", "User agreement"),
    "tutoring_licence": ("培训许可", "Tutoring licence"),
    "edu_filing": ("教APP备案号", "Education filing number"),
}
"""Key of the filing document → (Chinese, English)."""


@cache
def provinces() -> dict[str, tuple[str, str]]:
    """Return first two digits of GB/T 2260 → (Chinese, English), from the code table of the rules."""
    return analyzer.code_names("provinces")


def field_name(key: str, lang: str) -> str:
    """Return the name of a key of the filing document."""
    pair = FIELDS.get(key)
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
