import datetime as dt
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import select

from registry_api.audits.models import FindingRow, TrafficIntake
from registry_api.audits.retention import GivenUp, give_up_captures
from registry_api.check import problems
from registry_api.db import now
from registry_api.exchange.backup import verify
from registry_api.trail.models import TrailEntry


def age(registry, days):
    with registry.database.write() as session:
        session.execute(sa.update(TrafficIntake).values(received_at=now() - dt.timedelta(days=days)))


def intakes(registry):
    with registry.database.read() as session:
        return session.exec(select(TrafficIntake)).all()


def test_an_old_capture_of_a_former_version_is_given_up_and_nothing_counts_as_mended(
    api, registry, submitted, drain, traffic, upload
):
    submitted({"package": "cn.example.study"})
    drain()
    assert api("POST", "/apps/cn.example.study/traffic", json=traffic("device.imei")).is_success
    drain()
    assert give_up_captures(registry, 30) == GivenUp(), "it is young"
    age(registry, 40)
    assert give_up_captures(registry, 30) == GivenUp(), "it is about the current version"
    api(
        "POST",
        "/apps/cn.example.study/versions",
        json={"artifact_upload": upload({"package": "cn.example.study", "version": "2"})},
    )
    drain()
    [kept] = intakes(registry)
    assert give_up_captures(registry, 30, dry_run=True) == GivenUp(1, 1)
    assert registry.blobs.altered(kept.facts_sha256) is None
    assert give_up_captures(registry, 30) == GivenUp(1, 1)
    assert intakes(registry) == []
    assert registry.blobs.altered(kept.facts_sha256) == "missing"
    assert verify(registry.database, registry.blobs).problems == [], "nothing names the file any longer"
    with registry.database.read() as session:
        told = session.exec(select(TrailEntry).where(TrailEntry.action == "traffic.give_up")).one()
        found = session.exec(select(FindingRow).where(FindingRow.rule == "TRAFFIC.X")).one()
    assert told.payload == {"captures": [kept.facts_sha256], "days": 30}
    assert found.status != "rectified"
    api("POST", "/apps/cn.example.study/audits")
    drain()
    with registry.database.read() as session:
        assert session.exec(select(FindingRow).where(FindingRow.rule == "TRAFFIC.X")).one().status != "rectified"


def test_a_capture_that_two_apps_share_stays_for_the_other(api, registry, submitted, drain, traffic, upload):
    submitted({"package": "cn.example.study"})
    drain()
    api("POST", "/apps/cn.example.study/traffic", json=traffic("device.imei"))
    drain()
    [row] = intakes(registry)
    with registry.database.write() as session:
        other = submitted_app(session, row)
        session.add(TrafficIntake(**{**row.model_dump(exclude={"id"}), "app_id": other, "received_at": now()}))
    with registry.database.write() as session:
        session.execute(
            sa.update(TrafficIntake)
            .where(TrafficIntake.id == row.id)
            .values(received_at=now() - dt.timedelta(days=40), app_version_id=None)
        )
    assert give_up_captures(registry, 30) == GivenUp(1, 1)
    assert registry.blobs.altered(row.facts_sha256) is None


def submitted_app(session, row):
    from registry_api.organizations.models import App

    first = session.get(App, row.app_id)
    values = first.model_dump(exclude={"id", "package", "current_version_id"})
    app = App(**values, package="cn.example.other")
    session.add(app)
    session.flush()
    return app.id


def test_settings_that_make_no_sense_are_told(settings):
    wrong = replace(settings, capture_days=-1, log="xml", weekly="monday", weekly_notices="grave")
    found = "\n".join(problems(wrong, {}))
    for name in ("EDUAUDIT_CAPTURE_DAYS", "EDUAUDIT_LOG", "EDUAUDIT_WEEKLY:", "EDUAUDIT_WEEKLY_NOTICES"):
        assert name in found
