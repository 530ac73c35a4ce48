"""Counts that are kept beside the findings, and reports of rounds that are kept of a large record."""

import datetime as dt
import json
import random

import pytest
import sqlalchemy as sa
from postgresserver import PostgresServer, why_not
from sqlmodel import select

from registry_api.accounts.access import Actor, Role
from registry_api.audits import counts, kept_rounds
from registry_api.audits.kept_models import FindingCount, FindingDelta, KeptRound
from registry_api.audits.models import FindingRow
from registry_api.audits.weekly import EVERYTHING
from registry_api.db import now
from registry_api.migrations import migrate
from registry_api.organizations.models import App, Organization
from registry_api.registry import Registry
from registry_api.settings import Settings

NATION = Actor("n", "n", Role.SUPERVISOR)
KIND = ("province", "rule", "severity", "status")


@pytest.fixture(params=["sqlite", "postgres"])
def record(request, registry, tmp_path):
    if request.param == "sqlite":
        yield registry
        return
    if reason := why_not():
        pytest.skip(reason)
    with PostgresServer() as server:
        settings = Settings(data=tmp_path / "pg", database_url=server.database("counts"))
        migrate(settings)
        made = Registry(settings, analysis=registry.analysis)
        yield made
        made.close()


def truth(session, *conditions):
    kind = [getattr(FindingRow, name) for name in KIND]
    rows = session.execute(sa.select(*kind, sa.func.count()).where(*conditions).group_by(*kind)).all()
    return {tuple(kind): number for *kind, number in rows}


def counted(session, actor):
    return {
        (item.province, item.rule, item.severity, item.status): item.number
        for item in counts.count_kinds(session, actor)
    }


def test_counts_are_those_of_the_findings_after_any_changes(record):
    chance = random.Random(7)
    with record.database.write() as session:
        units = [Organization(name=p, uscc=f"U{p}", province=p, created_at=now()) for p in ("31", "44")]
        session.add_all(units)
        session.flush()
        app = App(package="cn.a", name="a", organization_id=units[0].id, province="31", search="", created_at=now())
        session.add(app)
        session.flush()
        app_id, owners = app.id, {unit.province: unit.id for unit in units}
    member = Actor("m", "m", Role.VENDOR, organization_id=owners["44"])
    values = {"province": ("31", "44"), "rule": ("A", "B"), "severity": ("high", "low"), "status": ("open", "waived")}
    for number in range(60):
        with record.database.write() as session:
            row = {name: chance.choice(among) for name, among in values.items()}
            if number % 3 == 0:
                session.add(
                    FindingRow(
                        app_id=app_id, organization_id=owners[row["province"]], fingerprint=str(number),
                        sureness="proven", subject="s", first_seen_at=now(), last_seen_at=now(), first_run_id="r",
                        last_run_id="r", document={"clauses": [f"191-{number}"]}, **row,
                    )
                )  # fmt: skip
            else:
                some = FindingRow.rule == chance.choice(values["rule"])
                name = chance.choice(list(values))
                session.execute(sa.update(FindingRow).where(some).values({name: row[name], "last_run_id": str(number)}))
        if number % 17 == 0:
            counts.fold(record)
        with record.database.read() as session:
            assert counted(session, NATION) == truth(session)
            provincial = Actor("p", "p", Role.REVIEWER, province="31")
            assert counted(session, provincial) == truth(session, FindingRow.province == "31")
            assert counted(session, member) == truth(session, FindingRow.organization_id == owners["44"])
    assert counts.fold(record) > 0
    assert counts.fold(record) == 0
    with record.database.write() as session:
        assert session.exec(select(FindingDelta.id)).all() == []
        newest = counts.newest_of_rules(counts.count_kinds(session, NATION))
        assert newest.keys() <= {"A", "B"}
        assert counts.clauses_of(session, newest)
        # What is only seen again is no change of a kind.
        session.execute(sa.update(FindingRow).values(last_run_id="again", severity=FindingRow.severity))
        assert session.exec(select(FindingDelta.id)).all() == []
        session.execute(sa.delete(FindingRow))
        assert counted(session, NATION) == {}


def test_a_record_of_before_is_counted_by_the_migration(registry, submitted, drain):
    from alembic import command

    from registry_api.migrations import config

    submitted({"findings": ["DATA.X|device.imei|high", "ADS.Y|sdk|medium"]})
    drain()
    with registry.database.read() as session:
        before = counted(session, NATION)
    assert sum(before.values()) == 2
    for step, revision in ((command.downgrade, "0011"), (command.upgrade, "head")):
        with registry.database.writer.begin() as connection:
            step(config(connection, registry.settings.data), revision)
    with registry.database.read() as session:
        assert counted(session, NATION) == before
        assert len(session.exec(select(FindingCount)).all()) == 2
        assert session.exec(select(FindingDelta)).all() == []


@pytest.fixture
def week(api, submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high", "ADS.Y|sdk|medium"]})
    drain()
    assert api("POST", "/weekly", json={"week": "2026-W47"}).is_success
    drain()
    return "2026-W47"


def report(api, **more):
    return api("GET", "/weekly/2026-W47/report", **more).json()


def decide(api):
    finding = api("GET", "/findings").json()["items"][0]
    body = {"event": "dismiss", "reason": "r", "status": finding["record_status"]}
    assert api("POST", f"/findings/{finding['id']}/decisions", role="reviewer", province="31", json=body).is_success


def rows(registry):
    with registry.database.read() as session:
        return {row.reach: row for row in session.exec(select(KeptRound)).all()}


def test_a_small_record_keeps_no_report(api, registry, week):
    assert report(api)["standing"] == 2
    assert kept_rounds.refresh(registry) == 0
    assert rows(registry) == {}


def test_of_a_large_record_the_report_is_kept_for_a_while_and_says_when_it_was_made(api, registry, week, monkeypatch):
    monkeypatch.setattr(kept_rounds, "LARGE", 0)
    first = report(api)
    assert rows(registry).keys() == {"*"}
    decide(api)
    assert report(api) == first, "made a moment ago, and it says when"
    provincial = report(api, role="reviewer", province="31")
    assert (provincial["standing"], first["standing"]) == (1, 2), "nobody had asked for it: made as it stands"
    with registry.database.write() as session:
        session.execute(sa.update(KeptRound).values(made_at=now() - kept_rounds.FRESH - dt.timedelta(seconds=1)))
    assert report(api)["standing"] == 1
    page = api("GET", "/weekly/2026-W47/report?format=html").text
    assert "每周检测报告" in page


def test_a_report_that_was_made_while_the_round_went_on_is_not_handed_out_at_its_end(
    api, registry, submitted, drain, monkeypatch
):
    monkeypatch.setattr(kept_rounds, "LARGE", 0)
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    api("POST", "/weekly", json={"week": "2026-W47"})
    assert report(api)["done"] == 0
    assert kept_rounds.refresh(registry) == 0, "the worker waits for the end"
    drain()
    assert report(api)["done"] == 1


def test_a_worker_makes_the_reports_of_the_last_round_once_while_nothing_changes(api, registry, week, monkeypatch):
    monkeypatch.setattr(kept_rounds, "LARGE", 0)
    assert kept_rounds.refresh(registry) == 2, "the country and the one province"
    assert kept_rounds.refresh(registry) == 0
    made = []
    monkeypatch.setattr("registry_api.audits.weekly_endpoints.compile_round", lambda *args: made.append(args))
    assert report(api)["standing"] == 2
    assert made == []
    assert report(api, role="reviewer", province="31")["week"] == week
    assert made == []
    vendor = Actor("m", "m", Role.VENDOR, organization_id=1)
    with registry.database.read() as session:
        assert kept_rounds.find_kept(session, vendor, week, EVERYTHING) is None, "a member has figures of its own"


def test_reports_of_old_weeks_are_not_kept(registry):
    for number in range(1, 12):
        kept_rounds._write(registry, f"2026-W{number:02d}", "*", {"states": {}}, 1)
    with registry.database.read() as session:
        weeks = session.exec(select(KeptRound.week).order_by(KeptRound.week)).all()
        assert json.loads(kept_rounds.find_kept(session, NATION, "2026-W11", EVERYTHING) or b"") == {"states": {}}
    assert weeks == [f"2026-W{number:02d}" for number in range(4, 12)]
