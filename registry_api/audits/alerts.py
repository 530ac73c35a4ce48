"""The supply chain: an SDK turns out to be bad, and whoever ships it is to be told; one function, several apps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import Actor
from registry_api.audits.findings import OPEN
from registry_api.audits.models import FindingRow, ShippedSdk
from registry_api.audits.shipped import shippers, version_key
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import UserFiling
from registry_api.filings.user_filings import reach
from registry_api.filings.user_states import IN_USE
from registry_api.notices.models import Notice
from registry_api.notices.service import draft_notice
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.registry import Registry

_CERTAINTY = {"certain": "确定", "probable": "较可能", "weak": "较弱，须你单位核实"}
_BATCH = 60


@dataclass(frozen=True)
class SdkAlert:
    """What is wrong with which versions of an SDK."""

    sdk: str
    at_most: str | None = None
    at_least: str | None = None
    unknown: bool = True
    """Also tell those whose version is not known."""
    reason: str = ""
    basis: str = ""
    kind: str = "rectification"
    batch: str = ""
    """Empty: made of SDK and versions."""

    @property
    def number(self) -> str:
        """Return the batch number of the notices: the same alert twice drafts nothing twice."""
        parts = (
            "SDK",
            self.sdk,
            f">={self.at_least}" if self.at_least else "",
            f"<={self.at_most}" if self.at_most else "",
        )
        return (self.batch or " ".join(filter(None, parts)))[:_BATCH]


def check_range(at_most: str | None, at_least: str | None) -> None:
    """Raise ``invalid`` for a version that cannot be compared."""
    for name, given in (("at_most", at_most), ("at_least", at_least)):
        if given is not None and version_key(given) is None:
            message = f"{given!r} 不是可比较的版本号 / no comparable version"
            raise RegistryError("invalid", message, [FieldError(f"/{name}", "version", message, "1.2.3")])


def notify_shippers(
    registry: Registry, actor: Actor, alert: SdkAlert, *, dry_run: bool = False
) -> list[dict[str, Any]]:
    """Draft one notice for each app within reach that ships the SDK now; each in a transaction of its own.

    Return for each app what became of it: ``drafted``, ``known`` (this batch has one already), ``would_draft``, or
    ``failed`` with the reason; raises ``not-found`` when nobody ships it. Nothing is issued: another person signs.
    """
    if dry_run:
        with registry.database.read() as session:
            return preview(session, actor, alert)
    found = _found(registry, actor, alert)
    if not alert.reason.strip():
        message = "须说明该 SDK 的问题 / what is wrong with the SDK must be said"
        raise RegistryError("invalid", message, [FieldError("/reason", "required", message, "a vulnerability, a leak")])
    return [_notify(registry, actor, alert, row, app, version) for row, app, version in found]


def _found(registry: Registry, actor: Actor, alert: SdkAlert) -> list[Any]:
    check_range(alert.at_most, alert.at_least)
    with registry.database.read() as session:
        found = session.exec(_meant(actor, alert).order_by(col(App.package))).all()
    if not found:
        raise _nobody(alert)
    return list(found)


def _meant(actor: Actor, alert: SdkAlert) -> Any:
    return shippers(actor, alert.sdk, at_most=alert.at_most, at_least=alert.at_least, unknown=alert.unknown)


def _nobody(alert: SdkAlert) -> RegistryError:
    return RegistryError("not-found", f"no app within reach ships {alert.sdk} in these versions")


def preview(session: Session, actor: Actor, alert: SdkAlert, limit: int | None = None) -> list[dict[str, Any]]:
    """Return for each app, by its package, whether it ``would_draft`` or is ``known``; nothing is written.

    ``limit`` returns the first rows alone, in the order of their versions' ids, which the record need not sort.
    """
    check_range(alert.at_most, alert.at_least)
    columns = (App.id, App.package, App.name, App.province, ShippedSdk.version, ShippedSdk.confidence)
    statement = _meant(actor, alert).with_only_columns(*columns)
    order = col(App.package) if limit is None else col(ShippedSdk.app_version_id)
    found = session.exec(statement.order_by(order).limit(limit)).all()
    if not found:
        raise _nobody(alert)
    drafted = select(Notice.app_id, Notice.id).where(Notice.batch == alert.number)  # scope: of apps within reach
    known = dict(session.exec(drafted).all())
    return [
        {
            **_told(package, name, province, version, confidence),
            "notice": known.get(app_id),
            "outcome": "known" if app_id in known else "would_draft",
        }
        for app_id, package, name, province, version, confidence in found
    ]


def count_known(session: Session, actor: Actor, alert: SdkAlert) -> int:
    """Return how many of the apps meant have a notice of this batch."""
    batch = select(Notice.app_id).where(Notice.batch == alert.number)
    some = _meant(actor, alert).with_only_columns(sa.func.count()).where(col(App.id).in_(batch))
    return int(session.execute(some).scalar_one())


def _told(package: str, name: str, province: str, version: str | None, confidence: str) -> dict[str, Any]:
    return {
        "package": package,
        "app": name,
        "province": province,
        "sdk_version": version,
        "confidence": confidence,
        "notice": None,
        "outcome": "would_draft",
        "detail": "",
    }


def _notify(
    registry: Registry,
    actor: Actor,
    alert: SdkAlert,
    row: ShippedSdk,
    app: App,
    version: AppVersion,
) -> dict[str, Any]:
    told = _told(app.package, app.name, app.province, row.version, row.confidence)
    try:
        with registry.database.write() as session:
            session.get(App, app.id, with_for_update=True)
            known = session.exec(select(Notice.id).where(Notice.app_id == app.id, Notice.batch == alert.number)).first()
            if known is not None:
                return {**told, "notice": known, "outcome": "known"}
            about = session.exec(
                select(FindingRow.id)
                .where(
                    FindingRow.app_id == app.id,
                    FindingRow.subject == alert.sdk,
                    FindingRow.sureness == "proven",
                    col(FindingRow.status).in_(OPEN),
                )
                .order_by(col(FindingRow.id))
            ).all()
            notice = draft_notice(
                registry,
                session,
                actor,
                app,
                alert.kind,
                findings=[item for item in about if item],
                basis=alert.basis,
                batch=alert.number,
                remark=_remark(alert, row, version),
            )
            return {**told, "notice": notice.id, "outcome": "drafted"}
    except RegistryError as error:
        return {**told, "outcome": "failed", "detail": error.detail}


def _remark(alert: SdkAlert, row: ShippedSdk, version: AppVersion) -> str:
    limits = (f"不低于 {alert.at_least}" if alert.at_least else "", f"不高于 {alert.at_most}" if alert.at_most else "")
    affected = "、".join(filter(None, limits)) or "全部"
    shipped = f"版本 {row.version}" if row.version else "版本未能识别，请你单位核实是否在受影响范围内"
    return (
        f"第三方 SDK 通报：{row.name}（{row.sdk}），受影响版本：{affected}。{alert.reason.strip()}\n"
        f"检测到你单位应用版本 {version.version_name or '未知'} 集成该 SDK，{shipped}；"
        f"识别把握：{_CERTAINTY.get(row.confidence, row.confidence)}。"
    )


def duplicates(session: Session, actor: Actor, after: int, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    """Return institutions that use several apps for one function, by their filings of use; and where to go on.

    A function is category and app type (of the 39) as the app's provider filed them: two apps of one type are to be
    looked at, not proof that one is needless. ``after`` is the id of the last institution of the page before.
    """
    from registry_api.filings.models import Filing  # noqa: PLC0415 - beside its only use

    used = (reach(actor), col(UserFiling.state).in_([state.value for state in IN_USE]))
    institutions = session.exec(
        select(UserFiling.organization_id)
        .where(*used, UserFiling.organization_id > after)
        .group_by(col(UserFiling.organization_id))
        .having(sa.func.count(sa.distinct(col(UserFiling.app_id))) > 1)
        .order_by(col(UserFiling.organization_id))
        .limit(limit + 1)
    ).all()
    page = institutions[:limit]
    rows = session.execute(
        sa.select(  # columns, not whole rows with their documents: several of each for fifty institutions
            col(UserFiling.id),
            col(UserFiling.use_mode),
            col(App.package),
            col(App.name),
            col(Organization.id),
            col(Organization.name),
            col(Organization.province),
            col(Filing.facts),
        )
        .select_from(UserFiling)
        .join(App, col(App.id) == UserFiling.app_id)
        .join(Organization, col(Organization.id) == UserFiling.organization_id)
        .outerjoin(Filing, col(Filing.id) == UserFiling.provider_filing_id)
        .where(*used, col(UserFiling.organization_id).in_(page))
        .order_by(col(UserFiling.organization_id), col(App.package))
    ).all()
    groups: dict[tuple[int, str, int], dict[str, Any]] = {}
    for filing, mode, package, app, school, institution, province, facts in rows:
        for kind in (facts or {}).get("app_types") or ():
            category = str((facts or {}).get("category") or "")
            group = groups.setdefault(
                (school, category, kind),
                {
                    "organization_id": school,
                    "institution": institution,
                    "province": province,
                    "category": category,
                    "app_type": kind,
                    "apps": [],
                },
            )
            group["apps"].append({"package": package, "app": app, "use_mode": mode, "user_filing": filing})
    found = [group for _, group in sorted(groups.items()) if len({item["package"] for item in group["apps"]}) > 1]
    return found, page[-1] if len(institutions) > limit else None


def outcomes_of(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many apps of an alert came to which outcome."""
    counted: dict[str, int] = defaultdict(int)
    for row in rows:
        counted[row["outcome"]] += 1
    return dict(sorted(counted.items()))
