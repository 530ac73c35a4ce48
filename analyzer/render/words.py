"""The words of the reports, Chinese and English, shared by terminal and page so that both say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model.chains import CHAIN_WORDS
from analyzer.model.coverage_words import COVERAGE_WORDS
from analyzer.model.sdk_words import SDK_WORDS
from analyzer.model.wire_words import wire_place

from .view_words import VIEW_WORDS

if TYPE_CHECKING:
    from analyzer.model import Report, Sdk

WORDS: dict[str, tuple[str, str]] = {
    **CHAIN_WORDS,
    **COVERAGE_WORDS,
    **SDK_WORDS,
    **VIEW_WORDS,
    "title": ("个人信息审计报告", "Privacy audit report"),
    "app": ("应用", "App"),
    "package": ("包名", "Package"),
    "version": ("版本", "Version"),
    "sdk_levels": ("系统版本", "SDK levels"),
    "signer": ("签名", "Signer"),
    "verified": ("已验证", "verified"),
    "not_verified": ("验证不通过", "does not verify"),
    "unsigned": ("无签名", "none"),
    "lineage": ("证书轮换", "Rotated from"),
    "signing_items": ("签名块附加数据", "Beside the signature"),
    "source_stamp": ("来源戳", "Source stamp"),
    "file": ("文件", "File"),
    "coverage": ("检查范围", "Coverage"),
    "complete": ("代码已全部读取", "all code was read"),
    "incomplete": ("不完整，未发现不等于不存在", "incomplete: nothing found does not mean nothing there"),
    "channels": ("检查渠道", "Channels"),
    "examined": ("已检查", "examined"),
    "not_examined": ("未检查", "not examined"),
    "static": ("安装包", "package"),
    "policy": ("隐私政策", "policy"),
    "filing": ("备案材料", "filing"),
    "traffic": ("网络流量", "traffic"),
    "policy_offsets": (
        "偏移按从该文件提取的文本计数（字符）",
        "offsets count the characters of the text extracted from this file",
    ),
    "capture": ("抓包文件", "capture"),
    "verdict": ("结论", "Verdict"),
    "violations_proven": ("有已证实的问题", "problems proven"),
    "suspected": ("有疑似问题，需人工核实", "suspected problems, to be verified by a person"),
    "nothing_found": ("未发现问题", "nothing found"),
    "verdict.incomplete": ("检查不完整，不能下结论", "incomplete, no conclusion"),
    "findings": ("问题", "Findings"),
    "no_findings": ("没有问题。", "No findings."),
    "no_ledger": ("已检查的渠道中没有见到个人信息。", "No personal data was seen in the channels examined."),
    "evidence": ("证据", "Evidence"),
    "more": ("另有 {n} 处", "{n} more"),
    "clauses": ("条款", "Clauses"),
    "advice": ("整改建议", "How to mend"),
    "explanation": ("说明", "Explanation"),
    "rule": ("规则", "Rule"),
    "subject": ("对象", "Subject"),
    "proven": ("已证实", "proven"),
    "status.suspected": ("疑似", "suspected"),
    "waived": ("已豁免", "waived"),
    "critical": ("严重", "critical"),
    "high": ("高", "high"),
    "medium": ("中", "medium"),
    "low": ("低", "low"),
    "info": ("提示", "info"),
    "ledger": ("个人信息台账", "Personal-data ledger"),
    "data": ("个人信息", "Personal data"),
    "declared": ("已声明", "declared"),
    "permitted": ("有权限", "permitted"),
    "present": ("代码中有", "in code"),
    "reachable": ("可到达", "reachable"),
    "before_consent": ("同意前可达", "before consent"),
    "observed": ("已传输", "observed"),
    "observed_before_consent": ("同意前传输", "observed before consent"),
    "necessary": ("必要", "necessary"),
    "actors": ("读取者", "Read by"),
    "recipients": ("接收方", "Recipients"),
    "sensitive": ("敏感", "sensitive"),
    "legend": ("● 是　○ 否　– 未检查或不能确定", "● yes   ○ no   – not examined, or not certain"),
    "sdks": ("第三方 SDK", "Third-party SDKs"),
    "name": ("名称", "Name"),
    "vendor": ("厂商", "Vendor"),
    "category": ("类别", "Category"),
    "confidence": ("把握", "Confidence"),
    "certain": ("确定", "certain"),
    "probable": ("较可能", "probable"),
    "weak": ("弱", "weak"),
    "sdk.state": ("状态", "State"),
    "sdk.unknown": ("是否启动未知", "start unknown"),
    "sdk.present": ("未见启动调用", "no start call reached"),
    "sdk.initialised": ("会启动", "started"),
    "sdk.initialised_early": ("同意前启动", "started before consent"),
    "sdk.switched_off": ("已关闭", "switched off"),
    "effect.starts": ("启动", "starts"),
    "effect.holds": ("不自动启动", "does not start by itself"),
    "effect.stops": ("关闭收集", "stops collection"),
    "effect.allows": ("允许收集", "allows collection"),
    "effect.unclear": ("开关值未知", "switch, value not known"),
    "permissions": ("权限", "Permissions"),
    "permission": ("权限", "Permission"),
    "level": ("级别", "Level"),
    "used": ("有代码使用", "Used"),
    "used_by": ("使用者", "Used by"),
    "justified_by": ("通常的正当用途", "Usual justification"),
    "not_declared": ("未申请", "not declared"),
    "accesses": ("读取个人信息的代码", "Code that reads personal data"),
    "api": ("接口", "API"),
    "caller": ("所在方法", "Caller"),
    "sites": ("处", "sites"),
    "actor": ("归属", "Actor"),
    "note": ("注意", "Note"),
    "transmissions": ("传输记录", "Transmissions"),
    "host": ("主机", "Host"),
    "recipient": ("接收方", "Recipient"),
    "country": ("国家/地区", "Country"),
    "phase": ("阶段", "Phase"),
    "after_consent": ("同意后", "after consent"),
    "phase.before_consent": ("同意前", "before consent"),
    "refused": ("拒绝后", "after refusal"),
    "unknown": ("未知", "unknown"),
    "encoding": ("编码", "Encoding"),
    "encrypted": ("加密传输", "Encrypted"),
    "cleartext": ("明文", "cleartext"),
    "where": ("位置", "Where"),
    "count": ("次数", "Count"),
    "value": ("值（已脱敏）", "Value (redacted)"),
    "proof": ("依据", "Proof"),
    "known_value": ("已知值", "known value"),
    "pattern": ("格式特征", "pattern"),
    "request": ("请求", "Request"),
    "endpoints": ("网络地址", "Endpoints"),
    "found_in": ("出处", "Found in"),
    "declarations": ("政策与备案中的声明", "Declarations"),
    "quote": ("原文", "Quote"),
    "not_analysed": ("未能分析的流量", "Traffic not analysed"),
    "anomalies": ("安装包异常", "Package anomalies"),
    "packers": ("加固", "Packers"),
    "bundles": ("混合框架", "Hybrid frameworks"),
    "bundle.place": ("位置", "Place"),
    "bundle.version": ("版本", "Version"),
    "bundle.scripts": ("代码文件", "Code files"),
    "bundle.counted": (
        "已检索 {scripts}，框架自带 {runtime}（不计入）",
        "{scripts} searched, {runtime} of the framework itself left out",
    ),
    "bundle.remote": ("来自服务器的网页；打开网页的代码：", "pages of a server; they are opened by"),
    "bundle.unread": ("未能读取", "Not read"),
    "bundle.updates": ("更换自身代码", "Replaces its own code"),
    "bundle.modules": ("模块与插件", "Modules and plugins"),
    "bundle.sdks": ("已配置的服务", "Services configured"),
    "bundle.permissions": ("自身清单声明的权限", "Permissions of its own manifest"),
    "strings": ("值得注意的文字", "Strings of interest"),
    "components": ("组件", "Components"),
    "human": ("需人工核对", "For a person to check"),
    "human_general": (
        "法律、标准和经营者组织性要求",
        "Laws, standards and duties of the operator at large",
    ),
    "human_more": ("完整清单见 HTML 或 JSON 报告。", "The whole list is in the HTML and JSON reports."),
    "summary": ("汇总", "Summary"),
    "run": ("运行信息", "Run"),
    "rules_version": ("规则版本", "rules"),
    "engine": ("引擎", "engine"),
    "search": ("筛选：输入文字", "Filter: type text"),
    "all": ("全部", "all"),
    "source": ("来源", "Source"),
    "detail": ("详情", "Detail"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "app_actor": ("应用自身", "the app itself"),
    "unknown_actor": ("归属不明的代码", "code of unknown owner"),
    "reads_early": ("同意前可达的读取", "Reads that start-up reaches before consent"),
    "reads_early.note": (
        "以下读取从启动阶段可达，途中没有用户操作。调用链存在不等于一定执行。",
        "Start-up reaches these without any act of the user. A chain is not yet an execution.",
    ),
    "reads_doubt": ("同意前可能可达，但不能确定", "Before consent perhaps, but not certain"),
    "reads_doubt.note": (
        "调用链上有检查同意标志等情况，请逐条核对。",
        "A test of consent, or a call that could not be followed, stands on the chain: look at each.",
    ),
    "reads_later": ("其他可到达的读取", "Other reads that an entry point reaches"),
    "reads_later.note": (
        "有从入口点到达的调用链，但不在启动阶段。",
        "A chain leads there from an entry point, but not from start-up.",
    ),
    "reads_no_path": ("未找到路径的读取", "Reads to which no path was found"),
    "reads_no_path.note": (
        "没有找到从任何入口点到达的路径。反射、本机代码等仍可能调用，不等于不会执行。",
        "No path from any entry point was found. Reflection or native code may still call them.",
    ),
    "reads_unknown": ("读取个人信息的代码", "Code that reads personal data"),
    "reads_unknown.note": (
        "没有查找从入口点到达的路径，或代码未能完整读取：只说明代码存在。",
        "No path from entry points was looked for, or not all code was read: the code is there, and that is all.",
    ),
    "entry_points": ("从 {n} 个入口点查找调用链", "call chains searched from {n} entry points"),
    "joint": ("、", ", "),
    "version_unconfirmed": (
        "（凭经验，未经公开发布的文件证实）",
        " (own knowledge: not compared with a published binary)",
    ),
    "exported": ("对外开放", "exported"),
    "disabled": ("未启用", "disabled"),
    "classes": ("个类", "classes"),
    "methods": ("个方法", "methods"),
    "requests": ("运行时申请权限", "Permissions asked for at run time"),
    "moment": ("时机", "Moment"),
    "permissions_unknown": ("未能确定", "could not be read"),
    "chain": ("调用链", "Call chain"),
    "signatures": ("完整签名", "Full signatures"),
    "steps_more": ("中间 {n} 步", "{n} steps between"),
    "reads_by": ("读取接口", "reads by"),
    "offset": ("偏移", "offset"),
    "A01": ("个人基本资料", "basic personal data"),
    "A02": ("个人身份信息", "identity"),
    "A03": ("生物识别信息", "biometric data"),
    "A04": ("网络身份标识", "network identity"),
    "A05": ("健康生理信息", "health"),
    "A06": ("教育工作信息", "education and work"),
    "A07": ("财产信息", "property"),
    "A08": ("通信信息", "communications"),
    "A09": ("联系人信息", "contacts"),
    "A10": ("上网和使用记录", "records of use"),
    "A11": ("设备信息", "device information"),
    "A12": ("位置信息", "location"),
    "A13": ("其他信息", "other information"),
    "contents": ("问题一览", "Findings at a glance"),
    "files_hold_all": ("其余见 JSON 或 xlsx 报告。", "The rest is in the JSON and xlsx reports."),
    "level.normal": ("普通", "normal"),
    "level.dangerous": ("危险", "dangerous"),
    "level.signature": ("签名", "signature"),
    "level.special": ("特殊", "special"),
    "conclusion": (
        "结论：{verdict}。{counts}。需人工核对 {human} 项。",
        "Verdict: {verdict}. {counts}. For a person to check: {human}.",
    ),
    "stop": ("；", "; "),
    "id": ("标识", "Id"),
    "number": ("序号", "No."),
    "times": ("条数", "Number"),
    "item": ("事项", "Item"),
    "kind": ("类型", "Kind"),
    "finding": ("问题", "Finding"),
    "severity": ("级别", "Severity"),
    "group": ("权限组", "Group"),
    "special": ("特殊权限", "Special"),
    "collects": ("厂商声明可能收集", "Vendor says it may collect"),
    "doubt": ("不确定之处", "Doubt"),
    "dex": ("DEX 文件", "DEX file"),
    "fingerprint": ("指纹", "Fingerprint"),
    "look_at": ("要看什么", "What to look at"),
    "unexamined": ("未检查与人工核对", "Not examined, and for a person"),
    "overview": ("概要", "Overview"),
    "legend.words": ("“–”表示未检查或不能确定，不等于“否”", "“–”: not examined, or not certain; it does not mean no"),
    "verified_by": ("人工核实", "Verified by a person"),
    "verified_by.choices": ("属实,不属实,待核实", "confirmed,refuted,open"),
    "remark": ("备注", "Remark"),
    "started": ("检查时间", "Examined at"),
    "format": ("格式", "Format"),
    "size": ("大小（字节）", "Size (bytes)"),
    "counts": ("问题数", "Findings"),
    "weak_access": ("此行单独不能说明问题", "this row alone proves nothing"),
    "sure": ("把握程度", "Sureness"),
}


def word(key: str, lang: str) -> str:
    """Return the word ``key``, or the key itself where there is none (an id that needs no translation)."""
    pair = WORDS.get(key)
    return key if pair is None else pair[lang == "en"]


def cell(value: bool | None) -> str:
    """Return the ledger's sign of a three-valued answer."""
    return "–" if value is None else ("●" if value else "○")


def actor_name(actor: str, sdk_names: dict[str, str], lang: str) -> str:
    """Return ``sdk:<id>`` as the SDK's name, ``lib:<namespace>``, ``app`` and ``unknown`` in words."""
    if actor.startswith("sdk:"):
        return sdk_names.get(actor[4:], actor[4:])
    if actor.startswith("lib:"):
        return f"third-party code {actor[4:]}" if lang == "en" else f"第三方代码（{actor[4:]}）"
    return word({"app": "app_actor", "unknown": "unknown_actor"}.get(actor, actor), lang)


def place_name(where: str, sdk_names: dict[str, str], lang: str) -> str:
    """Return the place of a piece of evidence in words, with its actor: ``La/B;->c()V [应用自身]``."""
    code, bracket, actor = where.rpartition(" [")
    if not bracket or not actor.endswith("]"):
        return wire_place(where, lang)
    return f"{code} [{actor_name(actor[:-1], sdk_names, lang)}]"


def subject_name(subject: str, report: Report, lang: str) -> str:
    """Return what a finding is about in words, with its id.

    Data kinds and SDKs by title, an actor with a category of data (``sdk:jpush/A11``) by both, all else as it is.
    """
    for row in report.ledger:
        if row.data == subject:
            return f"{row.title.pick(lang)} ({subject})"
    actor, slash, category = subject.rpartition("/")
    if slash and category in WORDS:
        names = {sdk.id: sdk.name for sdk in report.sdks}
        return f"{actor_name(actor, names, lang)} · {word(category, lang)}"
    for sdk in report.sdks:
        if subject in {sdk.id, f"sdk:{sdk.id}"}:
            return f"{sdk.name} ({sdk.vendor})"
    return actor_name(subject, {}, lang) if subject.startswith("lib:") or subject in {"app", "unknown"} else subject


def sdk_state(sdk: Sdk, lang: str) -> str:
    """Say whether an SDK is started; before consent only where a start is reached then without a doubt."""
    early = any(row.effect == "starts" and row.level == "before_consent" and not row.doubt for row in sdk.activity)
    state = "initialised_early" if sdk.state == "initialised" and early else sdk.state or "unknown"
    return word(f"sdk.{state}", lang)
