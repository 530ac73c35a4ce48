"""Figures of a large record are counted beforehand; each sees those of the own reach, with the time of counting."""

import datetime as dt
import threading

import pytest
from sqlmodel import select

from registry_api.accounts.access import Actor, Role
from registry_api.audits.shipped import shippers, version_key, within
from registry_api.db import now
from registry_api.statistics import kept
from registry_api.statistics.models import KeptFigures


def who(role, province=None, organization=None):
    return Actor("k", "k", role, province=province, organization_id=organization)


COUNTRY, SHANGHAI, SICHUAN = who(Role.SUPERVISOR), who(Role.LEAD, "31"), who(Role.REVIEWER, "51")


@pytest.fixture
def shipped(submitted, drain):
    def ship(number, version, province="31"):
        package = f"cn.s{number}"
        spec = {"sdks": [["com.bad", version]], "package": package}
        submitted(spec, package=package, province=province, serial=f"0003{number:02d}")
        drain()

    for number, (version, province) in enumerate([("1.9", "31"), ("2.10", "31"), (None, "51")]):
        ship(number, version, province)
    return ship


@pytest.fixture
def sign(api, key_of):
    def go(role):
        api.http.cookies.clear()
        assert api.http.post("/login", data={"key": key_of(role)}, follow_redirects=False).status_code == 303
        return api.http

    return go


def rows(registry):
    with registry.database.read() as session:
        return {(row.reach, row.name): row for row in session.exec(select(KeptFigures)).all()}


def settle():
    for thread in threading.enumerate():
        if thread.name == "figures":
            thread.join(10)


def apps_of(figures):
    return {item["sdk"]: item["apps"] for item in figures.counted}


def test_a_small_record_is_counted_as_it_stands(registry, shipped):
    assert apps_of(kept.sdks(registry, COUNTRY)) == {"com.bad": 3}
    assert (kept.refresh(registry), rows(registry)) == (0, {})


def test_a_large_one_is_counted_beforehand_and_shown_with_its_time(registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    assert kept.refresh(registry) == 2, "the country and Shanghai; Sichuan has one app"
    assert {reach for reach, _ in rows(registry)} == {"*", "31"}
    shipped(9, "3.0")
    for actor, apps in ((COUNTRY, 3), (SHANGHAI, 2)):
        found = kept.sdks(registry, actor)
        assert (found.kept, apps_of(found)) == (True, {"com.bad": apps}), "as it was when it was counted"
        assert sum(row["apps"] for row in kept.versions(registry, actor, "com.bad").counted) == apps
        assert kept.statistics(registry, actor).counted["provinces"][0]["total"] == 2
    assert apps_of(kept.sdks(registry, SICHUAN)) == {"com.bad": 1}
    assert apps_of(kept.sdks(registry, who(Role.VENDOR, organization=1))) != {"com.bad": 3}, "members see their own"


def test_refreshing_is_due_after_a_while_and_forgets_what_is_no_longer_shipped(registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    kept.refresh(registry)
    assert kept.refresh(registry) == 0, "somebody has just counted"
    with registry.database.write() as session:
        session.add(KeptFigures(reach="31", name="sdk:com.gone", made_at=now(), counted=[]))
        for row in session.exec(select(KeptFigures)).all():
            row.made_at -= kept.EVERY
    shipped(9, "3.0")
    assert kept.refresh(registry) == 2
    assert apps_of(kept.sdks(registry, COUNTRY)) == {"com.bad": 4}
    assert ("31", "sdk:com.gone") not in rows(registry)


def test_without_a_worker_whoever_looks_after_an_hour_counts_and_keeps_it(registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    first = kept.sdks(registry, COUNTRY)
    settle()
    assert not first.kept
    assert kept.sdks(registry, COUNTRY).kept
    shipped(9, "3.0")
    with registry.database.write() as session:
        session.get(KeptFigures, ("*", "sdks")).made_at -= kept.FRESH
    again = kept.sdks(registry, COUNTRY)
    settle()
    assert (again.kept, apps_of(again)) == (False, {"com.bad": 4})
    assert rows(registry)[("*", "sdks")].made_at == again.made_at


def test_an_unknown_sdk_fills_no_table(registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    assert kept.versions(registry, COUNTRY, "no.such").counted == []
    settle()
    assert rows(registry) == {}


def test_a_writer_that_holds_the_record_delays_no_page(registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    with registry.database.write() as session:
        session.add(KeptFigures(reach="99", name="x", made_at=now(), counted=[]))
        session.flush()
        begun = threading.active_count()
        assert apps_of(kept.sdks(registry, COUNTRY)) == {"com.bad": 3}, "while another writes"
        assert threading.active_count() > begun, "who keeps it waits aside"
    settle()
    assert ("*", "sdks") in rows(registry)


def test_pages_say_when_what_they_show_was_counted(sign, registry, shipped, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 1)
    moment = dt.datetime(2026, 11, 2, 1, 30, tzinfo=dt.UTC)
    kept.refresh(registry)
    monkeypatch.setattr(kept, "FRESH", now() - moment + dt.timedelta(days=1))
    with registry.database.write() as session:
        for row in session.exec(select(KeptFigures)).all():
            row.made_at = moment
    http = sign("supervisor")
    for path in ("/sdks", "/sdks/com.bad", "/statistics"):
        assert "09:30" in http.get(path).text, path
    monkeypatch.setattr(kept, "LARGE", 1000)
    for path in ("/sdks", "/sdks/com.bad"):
        assert "统计于" not in http.get(path).text, path


def test_an_alert_lists_some_and_counts_all(sign, registry, shipped, monkeypatch):
    from registry_api.web.screens import sdk_alert

    monkeypatch.setattr(kept, "LARGE", 1)
    monkeypatch.setattr(sdk_alert, "_SHOWN", 2)
    http = sign("supervisor")
    page = http.get("/sdks/com.bad/alert").text
    assert "将拟稿 3" in page
    assert page.count('href="/apps/cn.s') == 2
    assert "只列出其中 2 个" in page
    narrow = http.get("/sdks/com.bad/alert?at_most=1.9&known=true").text
    assert "将拟稿 1" in narrow
    assert "只列出" not in narrow
    settle()


@pytest.mark.parametrize("unknown", [True, False])
@pytest.mark.parametrize(("high", "low"), [(None, None), ("2", None), (None, "1.9"), ("2.10", "2.10"), ("1", "3")])
def test_a_range_holds_the_same_versions_for_python_and_for_the_database(registry, shipped, high, low, unknown):
    statement = shippers(COUNTRY, "com.bad", at_most=high, at_least=low, unknown=unknown)
    with registry.database.read() as session:
        asked = {row.version for row, _, _ in session.exec(statement).all()}
    assert asked == {item for item in ("1.9", "2.10", None) if within(item, high, low, unknown=unknown)}
    assert version_key("2.10") > version_key("1.9")
