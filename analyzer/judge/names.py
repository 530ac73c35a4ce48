"""Names for the sentences of findings, in both languages: no id of ours stands in a sentence, only in evidence."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model import Bilingual, Sdk, Status, Transmission

from .case import Case, status_of
from .reach import Site, early

_ACTORS = {
    "app": Bilingual(zh="应用自身", en="the app itself"),
    "unknown": Bilingual(zh="归属不明的代码", en="code of unknown owner"),
}
_SILENCE = Bilingual(zh="", en="")
_FROM_START = Bilingual(
    zh="有从启动阶段到达它的调用链（见证据）。", en="A call chain from start-up leads to it (see the evidence)."
)
_FROM_ENTRY = Bilingual(
    zh="有从入口点到达它的调用链（见证据）。", en="A call chain from an entry point leads to it (see the evidence)."
)
_NO_START = Bilingual(
    zh="没有找到在用户操作之前到达它的路径。", en="No path was found that leads to it before the user acts."
)
_NO_PATH = Bilingual(
    zh="在完整的调用图中没有找到从任何入口点到达它的路径。",
    en="No path from any entry point was found in the complete call graph. ",
)
UNKNOWN_PERMISSIONS = Bilingual(zh="未能确定的权限", en="permissions that could not be read")
AT_START = Bilingual(zh="在启动阶段、用户操作之前", en="at start-up, before the user acts,")
LATER = Bilingual(zh="在使用过程中", en="later on")
_NOBODY = Bilingual(zh="无", en="none")
_COUNTRIES = {
    "AT": ("奥地利", "Austria"),
    "AU": ("澳大利亚", "Australia"),
    "CA": ("加拿大", "Canada"),
    "CH": ("瑞士", "Switzerland"),
    "CZ": ("捷克", "Czechia"),
    "DE": ("德国", "Germany"),
    "DK": ("丹麦", "Denmark"),
    "ES": ("西班牙", "Spain"),
    "FR": ("法国", "France"),
    "GB": ("英国", "United Kingdom"),
    "HK": ("中国香港", "Hong Kong, China"),
    "IL": ("以色列", "Israel"),
    "IN": ("印度", "India"),
    "JP": ("日本", "Japan"),
    "KR": ("韩国", "South Korea"),
    "MO": ("中国澳门", "Macao, China"),
    "NL": ("荷兰", "Netherlands"),
    "NZ": ("新西兰", "New Zealand"),
    "PL": ("波兰", "Poland"),
    "RU": ("俄罗斯", "Russia"),
    "SE": ("瑞典", "Sweden"),
    "SG": ("新加坡", "Singapore"),
    "TR": ("土耳其", "Türkiye"),
    "TW": ("中国台湾", "Taiwan, China"),
    "UA": ("乌克兰", "Ukraine"),
    "US": ("美国", "United States"),
}
_HASHES = {"md5": "MD5", "md5_16": "MD5-16", "sha1": "SHA-1", "sm3": "SM3"}


def joined(parts: Iterable[Bilingual]) -> Bilingual:
    """Join names: ``、`` in Chinese, a comma in English; each name once, in the order given."""
    rows = list(dict.fromkeys(parts))
    if not rows:
        return _NOBODY
    return Bilingual(zh="、".join(row.zh for row in rows), en=", ".join(row.en for row in rows))


def listed(values: Iterable[str], limit: int = 8) -> Bilingual:
    """Join values that are the same in both languages (hosts, quoted words), sorted; what goes beyond is counted."""
    rows = sorted(set(values))
    shown = joined(Bilingual(zh=value, en=value) for value in rows[:limit])
    if len(rows) <= limit:
        return shown
    return Bilingual(zh=f"{shown.zh} 等 {len(rows)} 个", en=f"{shown.en} and {len(rows) - limit} more")


def kinds(case: Case, data: Iterable[str]) -> Bilingual:
    """Return the titles of kinds of personal data."""
    return joined(case.data_title(item) for item in sorted(set(data)))


def actors(case: Case, ids: Iterable[str]) -> Bilingual:
    """Return ``app``, ``unknown``, ``sdk:<id>`` and ``lib:<namespace>`` in words."""
    return joined(_ACTORS.get(item) or recipient(case, item, vendor=False) for item in sorted(set(ids)))


def sdk_names(case: Case, sdks: Iterable[Sdk]) -> Bilingual:
    """Return the names of SDKs."""
    return joined(recipient(case, f"sdk:{sdk.id}", vendor=False) for sdk in sorted(sdks, key=lambda row: row.id))


def recipient(case: Case, identity: str, *, vendor: bool = True) -> Bilingual:
    """Return an SDK by name (with its vendor where wanted), third-party code by its namespace, a company, or a host."""
    if identity.startswith("lib:"):
        return Bilingual(zh=f"第三方代码（{identity[4:]}）", en=f"the third-party code {identity[4:]}")
    if not identity.startswith("sdk:"):
        return company(case, identity)
    rule = case.catalogue.sdks.get(identity[4:])
    if rule is None:
        seen = {row.id: row.name for row in case.static.sdks} if case.static else {}
        name = seen.get(identity[4:], identity[4:])
        return Bilingual(zh=name, en=name)
    # the vendor's legal name is known in Chinese only
    return Bilingual(zh=f"{rule.name.zh}（{rule.vendor.zh}）" if vendor else rule.name.zh, en=rule.name.en)


def company(case: Case, identity: str) -> Bilingual:
    """Return the names of a company of the recipient table; anything else as it is."""
    row = case.catalogue.recipients.companies.get(identity)
    return Bilingual(zh=row["name"]["zh"], en=row["name"]["en"]) if row else Bilingual(zh=identity, en=identity)


def countries(codes: Iterable[str]) -> Bilingual:
    """Return the names of countries and regions by their two letters."""
    pairs = (_COUNTRIES.get(code, (code, code)) for code in sorted(set(codes)))
    return joined(Bilingual(zh=zh, en=en) for zh, en in pairs)


def permission(case: Case, name: str) -> Bilingual:
    """Return a permission by its last word, with its group: ``READ_PHONE_STATE（电话）``."""
    rule = case.catalogue.permissions.get(name)
    group = case.catalogue.permission_groups.get(rule.group) if rule else None
    short = name.rpartition(".")[2]
    if group is None:
        return Bilingual(zh=short, en=short)
    return Bilingual(zh=f"{short}（{group.title.zh}）", en=f"{short} ({group.title.en})")


def permissions(case: Case, ids: Iterable[str]) -> Bilingual:
    """Return permissions, each with its group."""
    return joined(permission(case, name) for name in sorted(set(ids)))


def functions(case: Case, ids: Iterable[str]) -> Bilingual:
    """Return the titles of functions of an education app."""
    known = case.catalogue.functions
    return joined(known[item].title if item in known else Bilingual(zh=item, en=item) for item in sorted(set(ids)))


def hashes(layers: Iterable[str]) -> Bilingual:
    """Return the names of digests as people write them."""
    return listed(_HASHES.get(layer, layer.upper().replace("SHA", "SHA-")) for layer in layers)


def proof(rows: tuple[Transmission, ...]) -> Bilingual:
    """Say why these transmissions prove it, or what would."""
    if status_of(rows) is Status.PROVEN:
        return Bilingual(
            zh="命中测试机的已知值，属实证。", en="A known value of the test phone was met: this is proof."
        )
    return Bilingual(
        zh="仅按格式匹配，属疑似；用已知值的测试机复测可证实。",
        en="Only the form matched, so it is suspected; a run with known values would prove it.",
    )


def reach(case: Case, sites: Iterable[Site]) -> Bilingual:
    """Say how code that reads is reached; empty where no chain was looked for, or too little was read to say."""
    rows = tuple(sites)
    first = early(rows)
    if first:
        return sentences(_FROM_START, case.doubts.sentence(first))
    if any(row.level == "reachable" for row in rows):
        reached = [row for row in rows if row.level == "reachable"]
        # that consent is tested on the way to code which only the user reaches is as it should be
        sure = any(row.doubt in {None, "consent_guard"} for row in reached)
        doubt = _SILENCE if sure else case.doubts.sentence(reached)
        return sentences(_FROM_ENTRY, doubt, _NO_START if case.searched else _SILENCE)
    return _NO_PATH if case.pathless(rows) else _SILENCE


def sentences(*parts: Bilingual) -> Bilingual:
    """Put sentences one after the other, ready for another one to follow."""
    return Bilingual(
        zh="".join(part.zh for part in parts), en="".join(f"{part.en.strip()} " for part in parts if part.en)
    )
