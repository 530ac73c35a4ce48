"""What goes wrong around an audit is an honest failure on that app's record; the rest of the round goes on."""

import errno
import threading
from dataclasses import replace

import pytest
from sqlmodel import select

from analyzer.model import EduauditError
from registry_api.audits import rulesets
from registry_api.audits.models import AuditRun, RuleSet, StoredFacts
from registry_api.audits.schedule import tick
from registry_api.audits.weekly import begin_of
from registry_api.db import now
from registry_api.jobs.worker import refuse_older_rules
from registry_api.organizations.models import App, AppVersion
from registry_api.registry import Registry

FIND = {"findings": ["DATA.X|device.imei|high"]}
WEEK = "2026-W47"


@pytest.fixture
def two(submitted, drain):
    for number, name in enumerate(("bad", "good")):
        submitted({**FIND, "package": f"cn.example.{name}"}, package=f"cn.example.{name}", serial=f"00080{number}")
    drain()


@pytest.fixture
def round_of(api, registry, drain):
    def play(week=WEEK):
        assert api("POST", "/weekly", json={"week": week}).is_success
        drain()
        with registry.database.read() as session:
            rows = session.exec(
                select(App.package, AuditRun).join(AuditRun, AuditRun.app_id == App.id).where(AuditRun.week == week)
            ).all()
        return {package.rsplit(".", 1)[1]: run for package, run in rows}

    return play


def facts_of(registry, package):
    with registry.database.read() as session:
        version = session.exec(
            select(AppVersion).join(App, App.current_version_id == AppVersion.id).where(App.package == package)
        ).one()
        row = session.exec(select(StoredFacts).where(StoredFacts.input_sha256 == version.artifact_sha256)).one()
    return version.artifact_sha256, row.blob_sha256


@pytest.mark.parametrize(
    ("damage", "says"), [(lambda path: path.unlink(), "missing"), (lambda path: path.write_bytes(b"{}"), "altered")]
)
def test_a_package_that_is_missing_or_altered_fails_by_name_and_alone(registry, two, round_of, damage, says):
    package, _ = facts_of(registry, "cn.example.bad")
    damage(registry.blobs.local(package))
    registry.analysis.engine_name = "fake/2"  # so that packages are opened again
    found = round_of()
    assert (found["bad"].state, found["bad"].error_code, found["bad"].attempt) == ("failed", "analysis_error", 3)
    assert package in found["bad"].error_detail
    assert says in found["bad"].error_detail
    assert found["good"].state == "succeeded"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"schema": "eduaudit.facts/0", "old": 1}'])
def test_facts_of_an_older_schema_are_made_anew_from_the_package(registry, two, round_of, content):
    _, facts = facts_of(registry, "cn.example.bad")
    made = registry.blobs.put(content)
    with registry.database.write() as session:
        row = session.exec(select(StoredFacts).where(StoredFacts.blob_sha256 == facts)).one()
        row.blob_sha256 = made
        session.add(row)
    found = round_of()
    assert {name: (run.state, run.extracted) for name, run in found.items()} == {
        "bad": ("succeeded", True),
        "good": ("succeeded", False),
    }


def test_a_full_disk_fails_what_cannot_be_kept_and_the_next_round_is_whole(registry, two, round_of, monkeypatch):
    keep = type(registry.blobs).keep

    def full(self, file, sha256):
        raise OSError(errno.ENOSPC, "No space left on device")

    registry.analysis.rules_name = "rules-2"
    monkeypatch.setattr(type(registry.blobs), "keep", full)
    found = round_of()
    assert {(run.state, run.error_code) for run in found.values()} == {("failed", "analysis_error")}
    assert all("No space left" in run.error_detail for run in found.values())
    monkeypatch.setattr(type(registry.blobs), "keep", keep)
    assert {run.state for run in round_of("2026-W48").values()} == {"succeeded"}
    assert not list(registry.blobs.incoming.glob("*")), "nothing half written is left"


def test_a_database_that_is_away_for_a_moment_costs_an_attempt_and_nothing_else(registry, two, round_of, monkeypatch):
    import sqlalchemy as sa

    from registry_api.audits import pipeline

    write, failures = pipeline._write, iter([True, True])

    def away(made, judged):
        if next(failures, False):
            raise sa.exc.OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))
        return write(made, judged)

    monkeypatch.setattr(pipeline, "_write", away)
    found = round_of()
    assert {run.state for run in found.values()} == {"succeeded"}
    assert sorted(run.attempt for run in found.values()) == [1, 2]


def test_an_app_that_always_crashes_its_extraction_fails_after_three_attempts_alone(
    registry, two, round_of, upload, api, drain
):
    api("POST", "/apps/cn.example.bad/versions", json={"artifact_upload": upload({"crash": True})})
    registry.jobs.waiting.clear()
    found = round_of()
    assert (found["bad"].state, found["bad"].attempt, found["bad"].error_code) == ("failed", 3, "analysis_error")
    assert found["good"].state == "succeeded"


def test_a_worker_with_older_rules_is_told_and_judges_nothing(registry, two, round_of, settings, monkeypatch):
    monkeypatch.setattr(rulesets, "_LOOK_SECONDS", 0.0)
    refuse_older_rules(registry)
    with registry.database.write() as session:
        session.add(RuleSet(rules="rules-9", first_seen_at=now()))
    with pytest.raises(EduauditError, match="EDUAUDIT_OLDER_RULES"):
        refuse_older_rules(registry)
    found = round_of()
    assert {(run.state, run.error_code) for run in found.values()} == {("failed", "older_rules")}
    assert "upgrade" in found["good"].error_detail
    registry.settings = replace(registry.settings, older_rules=1)
    refuse_older_rules(registry)
    assert {run.state for run in round_of("2026-W48").values()} == {"succeeded"}


def test_the_newest_rules_are_those_that_came_last(registry, monkeypatch):
    monkeypatch.setattr(rulesets, "_LOOK_SECONDS", 0.0)
    assert rulesets.newer_since(registry) is None
    registry.analysis.rules_name = "rules-2"
    assert rulesets.newer_since(registry) is None
    registry.analysis.rules_name = "rules-1"
    assert rulesets.newer_since(registry) is not None


def test_two_schedulers_at_the_same_moment_request_each_app_once(registry, two, settings):
    planned = replace(settings, weekly="mon 00:00")
    registry.settings = planned
    other = Registry(planned, analysis=registry.analysis, jobs=registry.jobs)
    together, counts = threading.Barrier(2), []

    def look(made):
        together.wait(20)
        counts.append(tick(made, begin_of("2027-W05")))

    threads = [threading.Thread(target=look, args=(made,)) for made in (registry, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    other.close()
    assert sum(counts) == 2
    with registry.database.read() as session:
        assert len(session.exec(select(AuditRun).where(AuditRun.week == "2027-W05")).all()) == 2
