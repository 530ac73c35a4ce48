"""Filing beside facts: what was declared, what was found, and whether they agree; mismatches first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from analyzer.model import Bilingual

Agreement = Literal["mismatch", "check", "match", "unknown"]
_NOTHING = Bilingual(zh="", en="")
_JOINTS = (("zh", "、"), ("en", ", "))
_SILENT = Bilingual(zh="备案未填写此项", en="the filing does not say")
_NONE = Bilingual(zh="申报为无", en="declared: none")
_POINTERS = {
    "包名": "/app/package",
    "应用名称": "/app/name",
    "版本": "/app/version_name",
    "签名证书 MD5": "/app/signer_md5",
    "收集的个人信息": "/app/personal_data",
    "权限": "/app/permissions",
    "第三方 SDK": "/app/sdks",
    "含广告": "/app/contains",
    "域名": "/system/domains",
    "ICP备案号": "/system/icp",
    "教APP备案号": "/app/edu_filing",
    "等保备案证明": "/system/mlps",
}
_ORDER: tuple[Agreement, ...] = ("mismatch", "check", "match", "unknown")


@dataclass(frozen=True)
class Row:
    """One field of the filing beside what was found."""

    field: Bilingual
    filed: tuple[str | Bilingual, ...]
    found: tuple[str | Bilingual, ...]
    agreement: Agreement
    note: Bilingual = _NOTHING
    anchor: str = ""
    """Section of the page that shows the evidence."""

    @property
    def pointer(self) -> str:
        """Return where the field stands in the filing."""
        return _POINTERS.get(self.field.zh, "")


def compare(filing: dict[str, Any], report: dict[str, Any]) -> list[Row]:
    """Return all rows for a filing's facts and a report; a channel that was not examined compares as ``unknown``."""
    static = bool(report["summary"]["channels"].get("static"))
    complete = static and bool(report["coverage"]["complete"])
    rows = [
        _same("包名", "Package", filing.get("package"), report["app"]["package"]),
        _same("应用名称", "Name", filing.get("name"), report["app"]["label"], differs="check"),
        _same("版本", "Version", filing.get("version_name"), report["app"]["version_name"], differs="check"),
        _signer(filing, report),
        _data(filing, report),
        _permissions(filing, report, examined=static),
        _sdks(filing, report, examined=static, complete=complete),
        _advertising(filing, report, complete=complete),
        _domains(filing, report, examined=static),
        _number("ICP备案号", "ICP record", filing.get("icp"), report, "icp"),
        _number("教APP备案号", "Education filing number", filing.get("edu_filing"), report, "edu_filing"),
        Row(
            Bilingual(zh="等保备案证明", en="MLPS record"),
            _texts(filing.get("mlps")),
            (),
            "unknown",
            Bilingual(zh="不能由应用包证明，请核对原件", en="the package cannot prove it; compare with the original"),
        ),
    ]
    return sorted(rows, key=lambda row: _ORDER.index(row.agreement))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else (str(value),)


def _list(value: Any) -> tuple[str | Bilingual, ...]:
    """Return the items of a declared list; an empty one is a statement too, unlike one that is missing."""
    return (_NONE,) if value is not None and not value else _texts(value)


def _same(zh: str, en: str, filed: Any, found: Any, differs: Agreement = "mismatch") -> Row:
    if not filed or not found:
        agreement: Agreement = "unknown"
    else:
        agreement = "match" if str(filed).strip() == str(found).strip() else differs
    return Row(Bilingual(zh=zh, en=en), _texts(filed), _texts(found), agreement)


def _signer(filing: dict[str, Any], report: dict[str, Any]) -> Row:
    filed = str(filing.get("signer_md5") or "").replace(":", "").lower()
    found = tuple(item["md5"].lower() for item in report["app"]["signers"])
    before = {past["md5"].lower() for item in report["app"]["signers"] for past in item.get("lineage", ())}
    same = filed in found or filed in before  # the filed certificate may have handed over to this one
    agreement: Agreement = "unknown" if not filed or not found else ("match" if same else "mismatch")
    return Row(Bilingual(zh="签名证书 MD5", en="Signing certificate MD5"), _texts(filed), found, agreement)


def _data(filing: dict[str, Any], report: dict[str, Any]) -> Row:
    field = Bilingual(zh="收集的个人信息", en="Personal data collected")
    titles = {row["data"]: row["title"] for row in report["ledger"]}

    def named(data: str) -> str | Bilingual:
        title = titles.get(data)
        return Bilingual(zh=f"{title['zh']} ({data})", en=f"{title['en']} ({data})") if title else data

    sent = {row["data"] for row in report["ledger"] if row["observed"]}
    coded = {row["data"] for row in report["ledger"] if row["present"]}
    found = tuple(named(item) for item in sorted(sent | coded))
    filed = filing.get("personal_data")
    if filed is None:
        return Row(
            field,
            (),
            found,
            "check" if found else "unknown",
            _SILENT,
            "#ledger",
        )
    shown = tuple(named(item) for item in filed) or (_NONE,)
    undeclared_sent, undeclared_coded = sorted(sent - set(filed)), sorted((coded - sent) - set(filed))
    if undeclared_sent:
        zh, en = (joint.join(titles[item][lang] for item in undeclared_sent) for lang, joint in _JOINTS)
        note = Bilingual(zh="已传输但未申报：" + zh, en="transmitted, not filed: " + en)
        return Row(field, shown, found, "mismatch", note, "#ledger")
    if undeclared_coded:
        note = Bilingual(
            zh="代码中有读取、未申报（不等于已收集）：" + "、".join(titles[item]["zh"] for item in undeclared_coded),
            en="read in code, not filed (not proof of collection): "
            + ", ".join(titles[item]["en"] for item in undeclared_coded),
        )
        return Row(field, shown, found, "check", note, "#ledger")
    return Row(field, shown, found, "match" if found else "unknown", anchor="#ledger")


def _permissions(filing: dict[str, Any], report: dict[str, Any], *, examined: bool) -> Row:
    field = Bilingual(zh="权限", en="Permissions")
    found = [item["name"] for item in report["permissions"] if item["declared"]]
    filed = filing.get("permissions")
    shown = tuple(name.removeprefix("android.permission.") for name in found)
    if filed is None or not examined:
        note = _SILENT if filed is None else _NOTHING
        return Row(field, _list(filed), shown, "unknown", note, "#permissions")
    known = {item if "." in item else f"android.permission.{item}" for item in filed}
    extra = [item for item in report["permissions"] if item["declared"] and item["name"] not in known]
    grave = [item["name"].rsplit(".", 1)[-1] for item in extra if item["level"] == "dangerous" or item["special"]]
    note = Bilingual(
        zh=f"清单中多出 {len(extra)} 项" + ("，其中敏感权限：" + "、".join(grave) if grave else ""),
        en=f"{len(extra)} more in the manifest" + (", sensitive: " + ", ".join(grave) if grave else ""),
    )
    agreement: Agreement = "mismatch" if grave else ("check" if extra else "match")
    return Row(
        field,
        tuple(str(item).removeprefix("android.permission.") for item in filed) or (_NONE,),
        shown,
        agreement,
        note if extra else _NOTHING,
        "#permissions",
    )


def _sdks(filing: dict[str, Any], report: dict[str, Any], *, examined: bool, complete: bool) -> Row:
    field = Bilingual(zh="第三方 SDK", en="Third-party SDKs")
    found = tuple(item["name"] for item in report["sdks"])
    filed = filing.get("sdks")
    if filed is None or not examined:
        agreement: Agreement = "check" if filed is None and found else "unknown"
        return Row(field, _list(filed), found, agreement, _SILENT if filed is None else _NOTHING, "#sdks")
    known = {str(item).strip().lower() for item in filed}
    missing = [item for item in report["sdks"] if not _named_by(item, known)]
    if not missing:
        return Row(field, _list(filed), found, "match" if complete and found else "unknown", anchor="#sdks")
    # A filed name that fits nothing found may be another name of one of them: then a person has to look.
    spare = any(not any(_named_by(item, {name}) for item in report["sdks"]) for name in known)
    certain = [item["name"] for item in missing if item["confidence"] != "weak"]
    sure = bool(certain) and not spare
    named = certain or [item["name"] for item in missing]  # a weak sign is no reproach beside certain ones
    note = Bilingual(
        zh="包内有、申报中未找到：" + "、".join(named),
        en="in the package, not found in the filing: " + ", ".join(named),
    )
    return Row(field, _list(filed), found, "mismatch" if sure else "check", note, "#sdks")


def _named_by(sdk: dict[str, Any], names: set[str]) -> bool:
    """Tell whether one of the filed names is the SDK's id or name, or a part of its name."""
    own = sdk["name"].lower()
    return any(name == sdk["id"].lower() or own in name or (len(name) > 1 and name in own) for name in names)


def _advertising(filing: dict[str, Any], report: dict[str, Any], *, complete: bool) -> Row:
    says = "ads" in (filing.get("contains") or ())
    found = tuple(item["name"] for item in report["sdks"] if item["category"] == "advertising")
    agreement: Agreement
    if found and not says:
        agreement = (
            "mismatch"
            if any(item["confidence"] != "weak" for item in report["sdks"] if item["category"] == "advertising")
            else "check"
        )
    else:
        agreement = "match" if found or complete else "unknown"
    return Row(
        Bilingual(zh="含广告", en="Contains advertising"),
        (Bilingual(zh="是", en="yes") if says else Bilingual(zh="未申报", en="not filed"),),
        found,
        agreement,
        Bilingual(
            zh="包内有广告 SDK（存在不等于展示）", en="an advertising SDK is in the package (present is not shown)"
        )
        if found and not says
        else _NOTHING,
        "#sdks",
    )


def _domains(filing: dict[str, Any], report: dict[str, Any], *, examined: bool) -> Row:
    field = Bilingual(zh="域名", en="Domains")
    filed = tuple(str(item).lower().removeprefix("*.") for item in filing.get("domains") or ())
    own = sorted({item["host"] for item in report["endpoints"] if item["recipient"] is None})
    outside = [host for host in own if not any(host == item or host.endswith("." + item) for item in filed)]
    if not filed or not examined:
        return Row(field, filed, tuple(own), "unknown", anchor="#endpoints")
    note = Bilingual(
        zh=f"代码中另有 {len(outside)} 个未归属主机名，请核对",
        en=f"{len(outside)} more unattributed hosts in code: please check",
    )
    return Row(
        field,
        filed,
        tuple(own),
        "check" if outside else ("match" if own else "unknown"),
        note if outside else _NOTHING,
        "#endpoints",
    )


def _number(zh: str, en: str, filed: Any, report: dict[str, Any], kind: str) -> Row:
    found = tuple(dict.fromkeys(item["value"] for item in report["strings"] if item["kind"] == kind))
    if not filed or not found:
        return Row(Bilingual(zh=zh, en=en), _texts(filed), found, "unknown")
    plain = [value.replace(" ", "") for value in found]
    agrees = any(str(filed).replace(" ", "").split("号")[0] in value or value in str(filed) for value in plain)
    return Row(Bilingual(zh=zh, en=en), _texts(filed), found, "match" if agrees else "check")
