import datetime as dt

from registry_api.audits import runs, weekly
from registry_api.db import now
from registry_api.jobs.port import Job

FIND = {"findings": ["DATA.X|device.imei|high"]}


def start(api, week="2026-W47"):
    return api("POST", "/weekly", json={"week": week}).json()["started"]


def state(api, week="2026-W47"):
    return api("GET", f"/weekly/{week}").json()


def test_a_second_start_of_a_week_is_harmless_and_the_next_week_only_judges_anew(api, registry, submitted, drain):
    submitted(FIND)
    submitted({}, package="cn.example.other")
    drain()
    assert [start(api), start(api)] == [2, 0]
    assert len(registry.jobs.waiting) == 1, "a job carries many apps"
    drain()
    assert start(api) == 0
    done = state(api)
    assert (done["total"], done["done"], done["extracted"]) == (2, 2, 0)
    assert done["changes"] == []
    assert registry.analysis.extractions == 2
    assert start(api, "2026-W48") == 2


def test_a_week_reports_what_is_new_gone_and_reopened_with_cause(api, registry, submitted, drain, upload):
    submitted(FIND)
    drain()
    api("POST", "/apps/cn.example.study/versions", json={"artifact_upload": upload({"findings": ["ADS.Y|sdk|medium"]})})
    registry.jobs.waiting.clear()  # the weekly round comes first
    start(api)
    drain()
    found = state(api)
    assert [(item["outcome"], item["rule"], item["cause"]) for item in found["changes"]] == [
        ("new", "ADS.Y", "input"),
        ("gone", "DATA.X", "input"),
    ]
    assert weekly.worst_new(found["changes"]).value == "medium"
    registry.analysis.suppressed, registry.analysis.rules_name = {"ADS.Y"}, "rules-2"
    start(api, "2026-W48")
    drain()
    assert [(item["outcome"], item["cause"]) for item in state(api, "2026-W48")["changes"]] == [("gone", "rules")]


def test_drafts_and_ended_filings_are_not_audited(api, submitted, drain, filing_of):
    submitted({})
    drain()
    now_ = api("GET", "/filings/1")
    api(
        "POST",
        "/filings/1/transitions",
        role="supervisor",
        json={"event": "refuse", "reason": "r"},
        headers={"If-Match": now_.headers["etag"]},
    )
    assert start(api) == 0


def test_an_interrupted_round_is_finished_by_whoever_comes_next(api, registry, submitted, drain):
    submitted(FIND)
    submitted({}, package="cn.example.other")
    drain()
    start(api)
    first = registry.jobs.waiting.pop(0)
    taken = runs.claim(registry, first.run_id, "dead-0")
    registry.jobs.waiting.clear()
    assert state(api)["states"] == {"queued": 1, "running": 1}
    assert runs.release_own(registry, "dead-0") == 1
    assert runs.sweep(registry, now() + dt.timedelta(seconds=120)) == 1
    drain("other-0")
    done = state(api)
    assert (done["total"], done["states"]) == (2, {"succeeded": 2})
    # The dead worker comes back and finds that the run is no longer its own.
    assert runs.keep_alive(registry, taken) == set()
    runs.fail(registry, taken, "late", "late", again=False)
    assert state(api)["states"] == {"succeeded": 2}


def test_a_run_that_loses_its_worker_three_times_fails_honestly(api, registry, submitted):
    answer = submitted({}).json()
    for _ in range(3):
        job = registry.jobs.waiting.pop()
        assert runs.claim(registry, job.run_id, "dead-0") is not None
        assert runs.claim(registry, job.run_id, "other-0") is None, "a delivered twin finds it taken"
        assert runs.sweep(registry, now() + dt.timedelta(seconds=3600)) == 1
    run = api("GET", f"/audits/{answer['audit']}").json()
    assert (run["state"], run["error"]["code"]) == ("failed", "worker_lost")
    assert api("GET", f"/filings/{answer['id']}").json()["state"] == "under_review"
    assert registry.jobs.status(Job(run["id"], 4)) is None


def test_a_cancelled_run_keeps_nothing_of_a_worker_in_the_middle_of_it(api, registry, submitted, drain):
    answer = submitted(FIND).json()
    job = registry.jobs.waiting.pop()
    run = runs.claim(registry, job.run_id, "w-0")
    assert api("POST", f"/audits/{answer['audit']}/cancel").json()["state"] == "cancelled"
    from registry_api.audits.pipeline import _perform

    _perform(registry, [run], repeat=False)
    assert api("GET", "/apps/cn.example.study/findings").json()["items"] == []
    assert api("POST", f"/audits/{answer['audit']}/cancel").status_code == 409


def test_the_week_is_that_of_china():
    assert weekly.iso_week(dt.datetime(2026, 11, 22, 15, 59, tzinfo=dt.UTC)) == "2026-W47"
    assert weekly.iso_week(dt.datetime(2026, 11, 22, 16, 0, tzinfo=dt.UTC)) == "2026-W48"
