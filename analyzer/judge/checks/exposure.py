"""Parts of the app that others can reach or misuse: files, links, tasks, packages inside (EDU-20)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.judge.case import Case
from analyzer.judge.evidence import of_manifest, of_permission
from analyzer.judge.hits import Hit, check
from analyzer.judge.weaknesses import details, facts_of, how, kinds_of, severity_of, shown, status_of
from analyzer.model import Bilingual, Severity, Status

_REFUSED_FROM = 24
"""Apps for Android 7 and later cannot make files of all apps: the platform throws."""
_INSTALL = "android.permission.REQUEST_INSTALL_PACKAGES"
_CAN_INSTALL = Bilingual(
    zh="应用申请了安装权限并有安装代码。", en="The app asks for the permission to install, and has code that does."
)
_CANNOT = Bilingual(
    zh="未见安装权限与安装代码同时存在。", en="It does not both ask for the permission to install and have code for it."
)


@check("SECURITY.WORLD_READABLE")
def world_readable(case: Case) -> Iterator[Hit]:
    """Report files that all apps may read or write, where the platform still allows them."""
    rows = facts_of(case, *kinds_of(case, "SECURITY.WORLD_READABLE"))
    target = case.static.app.target_sdk if case.static and case.has_manifest else None
    if rows and target is not None and target < _REFUSED_FROM:
        yield Hit(
            subject="files",
            status=status_of(rows),
            severity=severity_of(rows, Severity.MEDIUM),
            evidence=(of_manifest("targetSdkVersion", target), *shown(rows)),
            values={"how": how(rows)},
        )


@check("SECURITY.TEST_ONLY")
def test_only(case: Case) -> Iterator[Hit]:
    """Report a build that is meant for tests."""
    if case.static and case.static.flags.test_only:
        yield Hit(subject="testOnly", status=Status.PROVEN, evidence=(of_manifest("android:testOnly", "true"),))


@check("SECURITY.DEEP_LINKS")
def deep_links(case: Case) -> Iterator[Hit]:
    """List the links that open pages of the app; for information."""
    rows = facts_of(case, *kinds_of(case, "SECURITY.DEEP_LINKS"))
    if rows:
        yield Hit(subject="links", status=Status.SUSPECTED, evidence=shown(rows), values={"links": details(rows)})


@check("SECURITY.TASK_AFFINITY")
def task_affinity(case: Case) -> Iterator[Hit]:
    """Report pages that ask to be moved into the task of another app."""
    rows = facts_of(case, *kinds_of(case, "SECURITY.TASK_AFFINITY"))
    if rows:
        yield Hit(subject="taskAffinity", status=Status.SUSPECTED, evidence=shown(rows))


@check("SECURITY.INSTALLS")
def installs(case: Case) -> Iterator[Hit]:
    """Report packages inside the package; with the means to install them it weighs more."""
    nested = facts_of(case, "install.nested_package")
    if not nested:
        return
    code = facts_of(case, "install.packages", "install.session")
    declared = case.static.permissions if case.static else ()
    permission = [row for row in declared if row.name == _INSTALL and row.declared]
    able = bool(code and permission)
    yield Hit(
        subject="packages",
        status=Status.SUSPECTED,
        severity=Severity.MEDIUM if able else Severity.LOW,
        evidence=(*shown(nested), *map(of_permission, permission), *shown(code)),
        values={"how": _CAN_INSTALL if able else _CANNOT, "count": len(nested)},
    )
