"""What is in a hybrid framework's bundle, in words for a person: what was looked up there, and what could not be."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge import names
from analyzer.judge.case import Case
from analyzer.model import Bilingual, Bundle, HumanCheck

NAMES_ONLY = "names_only"
_UNREAD = 3


def look_at_bundles(case: Case) -> Iterator[HumanCheck]:
    """Yield what a person must still look at for each bundle of the package."""
    for bundle in case.static.bundles if case.static else ():
        rule = case.catalogue.frameworks.get(bundle.framework)
        if rule is None:
            continue
        if bundle.framework == "webview":
            yield _look_at_pages(bundle)
            continue
        engine = f" ({bundle.engine})" if bundle.engine else ""
        named = _named_only(case, bundle)
        parts = [_read(bundle)]
        if bundle.runtime:
            parts.append(
                _said("框架自带的 {n} 个文件不计入", "{n} files of the framework itself do not count", bundle.runtime)
            )
        if bundle.unread:
            some = "; ".join(bundle.unread[:_UNREAD])
            parts.append(_said("未能读取：{n}", "not read: {n}", some))
        if named is not None:
            parts.append(
                Bilingual(zh=f"只见接口名称、未见调用：{named.zh}", en=f"named, but no call was seen: {named.en}")
            )
        yield HumanCheck(
            clause="191-2.1",
            look_at=Bilingual(
                zh=f"{rule.title.zh}{engine}，{bundle.place}："
                + "；".join(one.zh for one in parts)
                + "。请补充流量或真机检测。",
                en=f"{rule.title.en}{engine} in {bundle.place}: "
                + "; ".join(one.en for one in parts)
                + ". Add traffic or device runs.",
            ),
        )


def _look_at_pages(bundle: Bundle) -> HumanCheck:
    return HumanCheck(
        clause="191-2.1",
        look_at=Bilingual(
            zh=f"应用用 WebView 显示网页（{bundle.place} 等）：服务器上的网页不在包内，脚本未检查，请补充流量。",
            en=f"The app shows web pages ({bundle.place} …): pages of a server are not in the package, and "
            "their scripts were not examined. Add traffic.",
        ),
    )


def _read(bundle: Bundle) -> Bilingual:
    if not bundle.scripts:
        return Bilingual(zh="其中没有可读的代码", en="no code of it could be read")
    if bundle.framework == "flutter":
        return Bilingual(
            zh="只读取了通道名和包名，未读机器码", en="only channel and package names were read, no machine code"
        )
    if (bundle.engine or "").startswith("Hermes"):
        return Bilingual(
            zh="只读取了字节码的字符串表，未读指令",
            en="only the string table of its byte code was read, no instructions",
        )
    return _said(
        "在 {n} 个脚本中查找了接口名称，未跟踪取值和间接调用",
        "interface names were looked up in {n} scripts; values and indirect calls were not followed",
        bundle.scripts,
    )


def _said(zh: str, en: str, value: object) -> Bilingual:
    return Bilingual(zh=zh.format(n=value), en=en.format(n=value))


def _named_only(case: Case, bundle: Bundle) -> Bilingual | None:
    """Return the kinds of data whose interfaces a bundle only names."""
    static = case.static
    rows = [row for row in static.accesses if row.caller.startswith(bundle.place)] if static else []
    called = {row.data for row in rows if row.weak != NAMES_ONLY}
    data = sorted({row.data for row in rows if row.weak == NAMES_ONLY} - called)
    return names.kinds(case, data) if data else None
