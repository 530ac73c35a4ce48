"""Interfaces and settings of WebViews (EDU-20)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import of_manifest
from analyzer.judge.hits import Hit, check
from analyzer.judge.names import listed
from analyzer.judge.weaknesses import details, facts_of, how, kinds_of, runs, severity_of, shown, status_of, titles
from analyzer.model import Bilingual, Severity, Status

_ANNOTATED_FROM = 17
"""From Android 4.2 on pages only reach methods that are annotated for it."""
_PASSWORDS_UNTIL = 18
"""From Android 4.3 on WebViews save no passwords whatever is set."""
_HIDDEN = ("searchBoxJavaBridge_", "accessibility", "accessibilityTraversal")
_ALL_METHODS = Bilingual(
    zh="应用支持 Android 4.2 以前的版本，网页可借此执行任意代码（WebView 远程执行）。",
    en="The app supports releases before Android 4.2, where a page can run any code by it (WebView RCE).",
)
_ANNOTATED = Bilingual(
    zh="只有标注 @JavascriptInterface 的方法可被调用；可被调用不等于有漏洞，需核对加载哪些网页。",
    en="Only methods with @JavascriptInterface can be called; no weakness by itself. See which pages load.",
)
_SAVED = Bilingual(
    zh="并以常量 true 调用 setSavePassword：密码以明文存在应用目录。",
    en="setSavePassword is called with true, so passwords lie in plain text in the app's folder.",
)
_BY_DEFAULT = Bilingual(
    zh="这些版本默认保存密码，完整代码中未见 setSavePassword(false)。",
    en="these save passwords by default, and setSavePassword(false) is nowhere in the complete code.",
)


def _lowest(case: Case) -> int | None:
    return case.static.app.min_sdk if case.static and case.has_manifest else None


@check("WEBVIEW.INTERFACE")
def interface(case: Case) -> Iterator[Hit]:
    """List the objects that pages can call; before Android 4.2 that lets a page run any code."""
    rows = facts_of(case, *kinds_of(case, "WEBVIEW.INTERFACE"))
    lowest = _lowest(case)
    if rows:
        open_to_all = lowest is not None and lowest < _ANNOTATED_FROM
        yield Hit(
            subject="addJavascriptInterface",
            status=Status.SUSPECTED,
            severity=severity_of(rows, Severity.HIGH) if open_to_all else Severity.INFO,
            evidence=shown(rows),
            values={"interfaces": details(rows), "meaning": _ALL_METHODS if open_to_all else _ANNOTATED},
        )


@check("WEBVIEW.HIDDEN_INTERFACES")
def hidden_interfaces(case: Case) -> Iterator[Hit]:
    """Old releases add objects of their own to every page; all code was read, and nothing removes them."""
    lowest = _lowest(case)
    scripts = facts_of(case, "webview.javascript_enabled")
    if lowest is None or lowest >= _ANNOTATED_FROM or not scripts or not case.complete:
        return
    rows = case.static.security if case.static else ()
    removed = {row.detail for row in rows if row.kind == "webview.interface_removed"}
    left = [name for name in _HIDDEN if not any(name in detail.split(", ") for detail in removed)]
    if left:
        yield Hit(
            subject="removeJavascriptInterface",
            status=Status.SUSPECTED,
            severity=severity_of(scripts, Severity.MEDIUM),
            evidence=(of_manifest("minSdkVersion", lowest), *shown(scripts)),
            values={"interfaces": listed(left), "release": lowest},
        )


@check("WEBVIEW.FILE_ORIGIN")
def file_origin(case: Case) -> Iterator[Hit]:
    """Report pages from files that may read other files, or other origins."""
    rows = facts_of(case, *kinds_of(case, "WEBVIEW.FILE_ORIGIN"))
    if rows:
        yield Hit(
            subject="file_urls",
            status=status_of(rows),
            severity=severity_of(rows, Severity.MEDIUM),
            evidence=shown(rows),
            values={
                "settings": listed(row.api.partition("->")[2].partition("(")[0] for row in rows),
                "how": how(rows),
            },
        )


@check("WEBVIEW.PASSWORDS")
def passwords(case: Case) -> Iterator[Hit]:
    """Before Android 4.3 WebViews save passwords in plain text unless they are told not to."""
    lowest = _lowest(case)
    if lowest is None or lowest >= _PASSWORDS_UNTIL:
        return
    saved = facts_of(case, *kinds_of(case, "WEBVIEW.PASSWORDS"))
    used = facts_of(case, "webview.javascript_enabled")
    if saved:
        yield Hit(
            subject="setSavePassword",
            status=status_of(saved),
            severity=severity_of(saved, Severity.MEDIUM),
            evidence=(of_manifest("minSdkVersion", lowest), *shown(saved)),
            values={"how": _SAVED},
        )
    elif used and case.complete and not facts_of(case, "webview.password_refused"):
        yield Hit(
            subject="setSavePassword",
            status=Status.SUSPECTED,
            severity=severity_of(used, Severity.MEDIUM),
            evidence=(of_manifest("minSdkVersion", lowest), *shown(used)),
            values={"how": _BY_DEFAULT},
        )


@check("WEBVIEW.MIXED_CONTENT")
def mixed_content(case: Case) -> Iterator[Hit]:
    """Report encrypted pages that may load what is not encrypted."""
    rows = facts_of(case, *kinds_of(case, "WEBVIEW.MIXED_CONTENT"))
    if rows:
        yield Hit(
            subject="setMixedContentMode",
            status=status_of(rows),
            severity=severity_of(rows, Severity.LOW),
            evidence=shown(rows),
            values={"how": how(rows), "what": titles(case, rows)},
        )


@check("WEBVIEW.DEBUGGING")
def debugging(case: Case) -> Iterator[Hit]:
    """Report debugging that is switched on whatever build it is; behind a condition it is a developer's switch."""
    rows = [row for row in facts_of(case, *kinds_of(case, "WEBVIEW.DEBUGGING")) if row.certainty == "proven"]
    if rows:
        yield Hit(
            subject="setWebContentsDebuggingEnabled",
            status=Status.PROVEN if any(map(runs, rows)) else Status.SUSPECTED,
            severity=severity_of(rows, Severity.LOW),
            evidence=shown(rows),
            values={"how": how(rows)},
        )
