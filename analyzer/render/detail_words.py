"""Evidence and reasons of coverage in the reader's language: the record itself keeps one plain, stable wording."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.model import CoverageReason
from analyzer.model.wire_words import wire_excerpt

from .anomaly_words import TITLES, anomaly_detail, anomaly_title, packer_sign
from .bundle_words import bundle_sentence
from .words import word

if TYPE_CHECKING:
    from analyzer.model import FindingEvidence

_SIGNS = {
    "code": "代码", "component": "组件", "native": "本机库", "metadata": "元数据",
    "asset": "资源文件", "string": "字符串",
}  # fmt: skip
_USED = {"true": "有代码使用", "false": "无代码使用", "null": "是否使用未知"}
_VALUES = {
    "[]": "无", "null": "未填写", "true": "是", "false": "否", "required": "要求使用", "recommended": "推荐使用",
    "free": "自主使用", "ads": "广告", "games": "游戏", "social": "社交", "live": "直播",
}  # fmt: skip
_FIELDS = {
    "/app/package": "包名", "/app/signer_md5": "签名证书 MD5", "/app/version_name": "版本", "/app/sdks": "第三方 SDK",
    "/app/permissions": "权限", "/app/personal_data": "收集的个人信息", "/app/edu_filing": "教育 App 备案号",
    "/app/contains": "含有内容", "/app/use_mode": "使用方式", "/app/charges": "收费", "/app/functions": "功能",
    "/system/domains": "域名", "/system/icp": "ICP 备案号", "/system/mlps": "等保备案证明编号",
    "/unit/uscc": "统一社会信用代码",
    "/system/mlps_level": "等保级别", "/system/mlps_date": "等保证明日期", "/system/mlps_report_date": "等保测评日期",
    "/system/miit_app_filing": "App 备案号",
}  # fmt: skip
_CONFIDENCE = re.compile(r" \((certain|probable|weak)\)\Z")
_ABSENT = "未见 / not found: "


def evidence_text(item: FindingEvidence, lang: str) -> tuple[str, str]:
    """Return where and excerpt of a piece of evidence, our words in ``lang``; an app's own never change."""
    if item.kind == "transmission":
        return item.where, wire_excerpt(item.excerpt, lang)
    if item.where in TITLES:
        return anomaly_title(item.where, lang), anomaly_detail(item.excerpt, lang)
    if lang == "en":
        return item.where, item.excerpt.replace(_ABSENT, "not found: ") if item.kind == "policy" else item.excerpt
    where, excerpt = item.where, item.excerpt
    if item.kind == "sdk":
        signs = (sign.partition(" ") for sign in where.split("; "))
        where = "；".join(f"{_SIGNS.get(kind, kind)}{space}{value}" for kind, space, value in signs)
        excerpt = _CONFIDENCE.sub(lambda match: f"（{word(match[1], lang)}）", excerpt)
    elif item.kind == "permission":
        name, *rest = excerpt.split(" · ")
        told = [_USED.get(token.removeprefix("used: "), token.replace("used_by:", "使用者：")) for token in rest]
        excerpt = " · ".join((name, *told))
    elif item.kind == "coverage":
        known = coverage_text(CoverageReason(code=where, detail=excerpt), lang)
        where, excerpt = known if known[0] != where else (packer_sign(where, lang), excerpt)
    elif item.kind == "signature" and excerpt == "signers: []":
        excerpt = "没有签名者"
    elif item.kind == "filing":
        where = f"{_FIELDS[where]}（备案 {where}）" if where in _FIELDS else where
        excerpt = _VALUES.get(excerpt, excerpt)
    elif item.kind == "policy" and excerpt.startswith(_ABSENT):
        parts = excerpt.removeprefix(_ABSENT).split(" / ")
        half = len(parts) // 2
        excerpt = "未见：" + " / ".join(parts[:half] if half and len(parts) % 2 == 0 else parts)
    return where, excerpt


_COVERAGE = (
    (r"no package was handed in", "没有提交安装包"),
    (r"more than (.+) bytes of DEX", r"DEX 超过 \1 字节"),
    (r"more than (\d+) DEX files", r"DEX 文件超过 \1 个"),
    (r"more than (.+) bytes of class files", r"类文件超过 \1 字节"),
    (r"no DEX file could be read", "没有一个 DEX 文件能读取"),
    (r"no AndroidManifest.xml", "没有 AndroidManifest.xml"),
    (r"code without an Android manifest: components and permissions are unknown", "只有代码而没有清单：组件和权限未知"),
    (r"code and manifest without resources: what layouts name is unknown", "有代码和清单而没有资源：布局中的名称未知"),
    (r"this is only the split (.+) of an app", r"这只是应用的拆分包 \1"),
    (r"the app needs splits that are not here: hand in the APKS or XAPK", "缺少应用需要的拆分包：请提交 APKS 或 XAPK"),
    (r"(.+): archive in an archive not opened", r"\1：压缩包里的压缩包，没有打开"),
    (r"(.+): archive with code outside of the place from which the platform loads code",
     r"\1：含代码的压缩包，不在系统加载代码的位置"),
    (r"(.+): (.+) outside of the place from which the platform loads code", r"\1：\2，不在系统加载代码的位置"),
    (r"(.+): its checksum does not match: damaged, or changed after it was built",
     r"\1：校验和不符，已损坏或构建后被改动"),
    (r"the bundle has no (.+) module with a manifest", r"应用包没有带清单的 \1 模块"),
    (r"(.+) scripts replace the app's own code: (.+)", r"\1 的脚本会替换应用自身的代码：\2"),
    (r"code is loaded at run time: (.+)", r"运行时加载代码：\1"),
    (r"(\d+) of (\d+) classes of the manifest are in no DEX file, such as (.+)",
     r"清单中的 \2 个类有 \1 个不在任何 DEX 文件中，如 \3"),
    (r"(.+) classes of the manifest are in no DEX file, such as (.+)", r"清单中的类有 \1 个不在任何 DEX 文件中，如 \2"),
    (r"(.+): another variant of the app with other code, left out", r"\1：应用的另一变体，代码不同，未计入"),
    (r"(.+) is missing: (\d+) DEX files behind it are not loaded", r"缺少 \1：其后的 \2 个 DEX 文件不会被加载"),
    (r"not every step of every call chain could be examined", "调用链没有全部逐步检查"),
    (r"(\d+) more problems", r"另有 \1 个问题"),
    (r"(\d+) more classes or methods", r"另有 \1 个类或方法"),
    (r"(.+): text of (\d+) bytes, limit (.+) \((.+) in all\)", r"\1：文本 \2 字节，限额 \3（共 \4）"),
    (r"(.+): more than (.+) bytes of memory", r"\1：内存超过 \2 字节"),
    (r"layouts include each other more than (.+) times", r"布局互相包含超过 \1 次"),
)  # fmt: skip
_SHAPES = tuple((re.compile(shape), text) for shape, text in _COVERAGE)


def coverage_text(reason: CoverageReason, lang: str) -> tuple[str, str]:
    """Return what kind of gap it is, and its detail; a detail without a translation stays as it is recorded."""
    title, detail = word(f"coverage.{reason.code}", lang), reason.detail
    title = reason.code if title.startswith("coverage.") else title
    if reason.code == "ambiguous_structure":
        codes = [(TITLES[code][lang == "en"] if code in TITLES else code) for code in detail.split(", ")]
        return title, ("、" if lang == "zh" else ", ").join(codes)
    if lang == "zh":
        for shape, text in _SHAPES:
            if match := shape.fullmatch(detail):
                return title, match.expand(text)
        if reason.code == "hybrid_bundle":
            detail = bundle_sentence(detail)
        if reason.code == "packed":
            packer, _, sign = detail.partition(": ")
            detail = f"{packer}：{packer_sign(sign, lang)}" if sign else detail
    return title, detail


def sign_kind(kind: str, lang: str) -> str:
    """Return what kind of sign of an SDK it is."""
    return _SIGNS.get(kind, kind) if lang == "zh" else kind
