import pytest

from registry_api.audits.findings import Examined, absence_counts, outcome_of

SPEC = {"findings": ["DATA.X|device.imei|high", "ADS.Y|sdk|medium"]}
PATH = "/apps/cn.example.study"


@pytest.fixture
def again(api, upload, drain):
    def version(spec):
        answer = api("POST", f"{PATH}/versions", json={"artifact_upload": upload(spec)})
        drain()
        return api("GET", f"/audits/{answer.json()['audit']}").json()

    return version


def statuses(api):
    return {item["rule"]: item["record_status"] for item in api("GET", f"{PATH}/findings").json()["items"]}


def test_a_mended_finding_is_gone_and_comes_back_as_reopened(api, submitted, drain, again):
    submitted(SPEC)
    drain()
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}
    run = again({"findings": ["ADS.Y|sdk|medium"], "version": "2"})
    assert (run["summary"]["gone"], run["summary"]["open"]) == (1, 1)
    assert statuses(api) == {"DATA.X": "rectified", "ADS.Y": "open"}
    run = again({**SPEC, "version": "3"})
    assert run["summary"]["reopened"] == 1
    assert statuses(api) == {"DATA.X": "reopened", "ADS.Y": "open"}
    seen = api("GET", f"/audits/{run['id']}/findings").json()["items"]
    assert {(item["finding"]["rule"], item["outcome"]) for item in seen} == {("DATA.X", "reopened"), ("ADS.Y", "open")}


def test_incomplete_coverage_of_a_new_package_never_reads_as_gone(api, submitted, drain, again):
    submitted(SPEC)
    drain()
    run = again({"findings": [], "packed": True})
    assert (run["summary"]["gone"], run["summary"]["not_examined"]) == (0, 2)
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}


def test_a_change_of_rules_is_noted_as_ours_and_needs_no_extraction(api, registry, submitted, drain):
    submitted(SPEC)
    drain()
    registry.analysis.rules_name, registry.analysis.suppressed = "rules-2", {"DATA.X"}
    answer = api("POST", f"{PATH}/audits")
    drain()
    assert registry.analysis.extractions == 1
    run = api("GET", f"/audits/{answer.json()['id']}").json()
    assert (run["extracted"], run["rules"], run["summary"]["facts_rules"]) == (False, "rules-2", "rules-1")
    changes = {
        item["finding"]["rule"]: (item["outcome"], item["cause"])
        for item in api("GET", f"/audits/{run['id']}/findings").json()["items"]
    }
    assert changes["DATA.X"] == ("gone", "rules")


def test_another_engine_extracts_anew(api, registry, submitted, drain):
    submitted(SPEC)
    drain()
    registry.analysis.engine_name = "fake/2"
    api("POST", f"{PATH}/audits")
    drain()
    assert registry.analysis.extractions == 2


def test_stored_facts_that_were_damaged_are_extracted_anew(api, registry, submitted, drain):
    from sqlmodel import select

    from registry_api.audits.models import StoredFacts

    submitted(SPEC)
    drain()
    with registry.database.read() as session:
        blob = session.exec(select(StoredFacts.blob_sha256)).one()
    registry.blobs.path(blob).write_text("{}")
    registry.blobs.path(blob).unlink()
    api("POST", f"{PATH}/audits")
    drain()
    assert registry.analysis.extractions == 2


def test_traffic_joins_the_record_once_and_only_for_its_version(api, submitted, drain, traffic, again):
    submitted({})
    drain()
    body = traffic("device.imei")
    first = api("POST", f"{PATH}/traffic", json=body, headers={"Idempotency-Key": "a"})
    assert first.status_code == 202
    assert api("POST", f"{PATH}/traffic", json=body, headers={"Idempotency-Key": "a"}).json() == first.json()
    assert api("POST", f"{PATH}/traffic", json=body).json()["known"] is True
    drain()
    assert statuses(api) == {"TRAFFIC.X": "open"}
    second = api("POST", f"{PATH}/traffic", json=traffic("location.precise", capture="b" * 64))
    assert second.status_code == 202
    drain()
    run = api("GET", f"/audits/{second.json()['audit']}").json()
    assert run["summary"]["traffic_intakes"] == 2
    run = again({"version": "2"})
    assert run["summary"]["channels"]["traffic"] is False
    assert run["summary"]["not_examined"] == 2, "old traffic accuses no new version, and its absence clears nothing"
    assert api("POST", f"{PATH}/traffic", json=traffic(app="other.app")).json()["errors"][0]["pointer"] == "/app"
    assert api("POST", f"{PATH}/traffic", json={"engine": "x"}).status_code == 422


def test_lists_are_filtered_and_paged_by_key(api, submitted, drain):
    submitted(
        {
            "findings": [
                f"DATA.{index}|s{index}|{level}"
                for index, level in enumerate(["critical", "high", "low", "info", "low"])
            ]
        }
    )
    drain()
    assert len(api("GET", "/findings?severity=high").json()["items"]) == 2
    assert len(api("GET", "/findings?status=standing&rule=DATA.2").json()["items"]) == 1
    seen, path = [], "/findings?limit=2"
    while path:
        answer = api("GET", path)
        seen += [item["id"] for item in answer.json()["items"]]
        after = answer.json()["next"]
        assert ("link" in answer.headers) == (after is not None)
        path = f"/findings?limit=2&after={after}" if after else None
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    ("status", "seen", "counts", "outcome"),
    [
        (None, True, True, "new"),
        ("open", True, True, "open"),
        ("rectified", True, True, "reopened"),
        ("retracted", True, True, "reopened"),
        ("waived", True, True, "open"),
        ("reopened", True, False, "open"),
        ("open", False, True, "gone"),
        ("reopened", False, True, "gone"),
        ("open", False, False, "not_examined"),
        ("rectified", False, False, "gone"),
        ("notified", False, True, "gone"),
    ],
)
def test_the_table_of_outcomes(status, seen, counts, outcome):
    assert outcome_of(status, seen=seen, counts=counts) == outcome


def test_absence_counts_only_where_the_run_looked():
    both = {"evidence": [{"kind": "access"}, {"kind": "transmission"}]}
    static = {"evidence": [{"kind": "sdk"}]}
    assert not absence_counts(both, "r1", Examined({"static": True}, complete=True))
    assert absence_counts(both, "r1", Examined({"static": True, "traffic": True}, complete=True))
    assert not absence_counts(static, "r1", Examined({"static": True}, complete=False))
    assert absence_counts(static, "r1", Examined({"static": True}, complete=False, same_facts=frozenset({"r1"})))
    assert not absence_counts(static, "r0", Examined({"static": True}, complete=False, same_facts=frozenset({"r1"})))


def test_a_late_audit_of_an_older_version_changes_no_finding(api, registry, submitted, upload, drain):
    first = submitted(SPEC).json()["audit"]
    second = api(
        "POST", f"{PATH}/versions", json={"artifact_upload": upload({"findings": ["ADS.Y|sdk|medium"]})}
    ).json()["audit"]
    registry.jobs.waiting.reverse()
    drain()
    assert statuses(api) == {"ADS.Y": "open"}
    assert api("GET", f"/audits/{first}").json()["summary"]["superseded"] is True
    assert api("GET", f"{PATH}/ledger").json()["audit"] == second


def test_an_extraction_that_ran_out_of_time_clears_nothing_and_is_done_again_by_hand(api, registry, submitted, drain):
    submitted({**SPEC, "packed": True})
    drain()
    registry.analysis.short_of_time, registry.analysis.engine_name = True, "fake/2"
    first = api("POST", f"{PATH}/audits").json()["id"]
    drain()
    assert api("GET", f"/audits/{first}").json()["summary"]["not_examined"] == 2
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}
    registry.analysis.short_of_time = False
    api("POST", "/weekly", json={"week": "2026-W10"})
    drain()
    assert registry.analysis.extractions == 2, "the round judges what is on store"
    api("POST", f"{PATH}/audits")
    drain()
    assert registry.analysis.extractions == 3
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}


def test_another_extraction_with_less_in_it_clears_nothing(api, registry, submitted, drain):
    from sqlmodel import select

    from registry_api.audits.models import StoredFacts

    submitted({**SPEC, "packed": True})
    drain()
    with registry.database.read() as session:
        registry.blobs.path(session.exec(select(StoredFacts.blob_sha256)).one()).unlink()
    registry.analysis.short_of_time = True
    api("POST", f"{PATH}/audits")
    drain()
    assert registry.analysis.extractions == 2
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}


def test_facts_that_never_held_a_finding_do_not_clear_it(api, registry, submitted, drain, again):
    """Seen in version 1, not examined in the packed version 2: judging version 2 again still says nothing."""
    submitted(SPEC)
    drain()
    again({"findings": [], "packed": True})
    api("POST", f"{PATH}/audits")
    drain()
    assert statuses(api) == {"DATA.X": "open", "ADS.Y": "open"}


def test_a_look_that_began_earlier_and_ends_later_changes_nothing(api, registry, submitted, drain):
    from registry_api.audits.pipeline import perform

    submitted({})
    drain()
    slow = api("POST", f"{PATH}/audits").json()["id"]
    quick = api("POST", f"{PATH}/audits").json()["id"]
    registry.jobs.waiting.clear()
    judge = registry.analysis.report_of
    meanwhile = []

    def overtaken(facts):
        report = judge(facts)
        if not meanwhile:
            meanwhile.append(True)
            registry.analysis.suppressed = set()
            perform(registry, quick, "second")
        return report

    registry.analysis.report_of = overtaken
    perform(registry, slow, "first")
    assert api("GET", f"/audits/{quick}").json()["summary"]["superseded"] is False
    assert api("GET", f"/audits/{slow}").json()["summary"]["superseded"] is True
    assert api("GET", f"{PATH}/ledger").json()["audit"] == quick


def test_the_first_finding_after_a_clean_audit_is_ours_when_only_the_rules_changed(api, registry, submitted, drain):
    registry.analysis.suppressed = {"DATA.X", "ADS.Y"}
    submitted(SPEC)
    drain()
    registry.analysis.suppressed = set()
    run = api("POST", f"{PATH}/audits").json()["id"]
    drain()
    seen = api("GET", f"/audits/{run}/findings").json()["items"]
    assert {(item["outcome"], item["cause"]) for item in seen} == {("new", "rules")}


def test_runs_are_paged_by_key_newest_first(api, submitted, drain):
    submitted({})
    for _ in range(4):
        api("POST", f"{PATH}/audits")
    every = [item["id"] for item in api("GET", "/audits").json()["items"]]
    seen, path = [], "/audits?limit=2"
    while path:
        answer = api("GET", path)
        seen += [item["id"] for item in answer.json()["items"]]
        after = answer.json()["next"]
        assert ("link" in answer.headers) == (after is not None)
        path = f"/audits?limit=2&after={after}" if after else None
    assert seen == every
    assert len(set(seen)) == 5
    assert api("GET", "/audits?after=unknown").status_code == 404
