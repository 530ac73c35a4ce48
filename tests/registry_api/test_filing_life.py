import pytest


def etag(answer):
    return {"If-Match": answer.headers["etag"]}


def test_submission_is_audited_reviewed_approved_and_numbered(api, submitted, drain):
    answer = submitted({"findings": ["DATA.X|device.imei|high"]})
    filing = answer.json()["id"]
    assert answer.json()["state"] == "submitted"
    drain()
    run = api("GET", f"/audits/{answer.json()['audit']}").json()
    assert run["state"] == "succeeded"
    assert run["summary"]["new"] == 1
    now = api("GET", f"/filings/{filing}", role="reviewer", province="31")
    assert now.json()["state"] == "under_review"
    done = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers=etag(now),
    )
    assert done.status_code == 200, done.text
    assert done.json()["number"] == "教APP备3100001号"
    assert api("GET", "/trail/verification").json()["intact"]
    actions = [item["action"] for item in api("GET", "/trail?limit=200").json()["items"]]
    for action in (
        "filing.submit",
        "filing.begin_precheck",
        "filing.finish_precheck",
        "audit.finish",
        "filing.approve",
    ):
        assert action in actions


def test_return_demands_corrections_and_a_mended_filing_is_submitted_again(api, submitted, drain, filing_of):
    filing = submitted({}).json()["id"]
    drain()
    now = api("GET", f"/filings/{filing}", role="reviewer", province="31")
    bare = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="reviewer",
        province="31",
        json={"event": "return"},
        headers=etag(now),
    )
    assert bare.status_code == 409
    assert bare.json()["errors"][0]["pointer"] == "/corrections"
    item = {"field": "/app/sdks", "problem": "未填写", "suggestion": "请填写"}
    back = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="reviewer",
        province="31",
        json={"event": "return", "corrections": [item]},
        headers=etag(now),
    )
    assert back.json()["state"] == "returned_for_correction"
    assert back.json()["corrections"] == [item]
    mended = api("PUT", f"/filings/{filing}", json={"document": filing_of(sdks=["Bugly"])}, headers=etag(back))
    assert mended.status_code == 200, mended.text
    again = api("POST", f"/filings/{filing}/submit", json={}, headers=etag(mended))
    assert again.status_code == 202
    assert again.json()["corrections"] == []
    drain()
    assert api("GET", f"/filings/{filing}").json()["state"] == "under_review"


def test_an_unreadable_package_comes_back_with_a_correction_item(api, submitted, drain):
    answer = submitted(b"not a zip at all")
    drain()
    run = api("GET", f"/audits/{answer.json()['audit']}").json()
    assert run["state"] == "failed"
    assert run["error"]["code"] == "unreadable_artifact"
    assert run["error"]["detail"] == "app.apk: is not a ZIP archive"
    assert run["attempt"] == 1
    filing = api("GET", f"/filings/{answer.json()['id']}").json()
    assert filing["state"] == "returned_for_correction"
    assert filing["corrections"][0]["field"] == "/artifact"


def test_a_crashing_extraction_is_tried_three_times_then_fails_and_the_case_goes_on(api, registry, submitted, drain):
    answer = submitted({"crash": True})
    drain()
    run = api("GET", f"/audits/{answer.json()['audit']}").json()
    assert (run["state"], run["attempt"], run["error"]["code"]) == ("failed", 3, "analysis_error")
    assert registry.analysis.extractions == 3
    now = api("GET", f"/filings/{answer.json()['id']}", role="reviewer", province="31")
    assert now.json()["state"] == "under_review"
    refused = api(
        "POST",
        f"/filings/{now.json()['id']}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers=etag(now),
    )
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "no_audit"


def test_a_stale_etag_is_refused_and_a_missing_one_is_asked_for(api, submitted, drain):
    answer = submitted({})
    filing = answer.json()["id"]
    drain()
    missing = api("POST", f"/filings/{filing}/transitions", role="supervisor", json={"event": "refuse", "reason": "x"})
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition-required")
    stale = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="supervisor",
        json={"event": "refuse", "reason": "x"},
        headers=etag(answer),
    )
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert api("GET", f"/filings/{filing}").json()["state"] == "under_review"


def test_an_administrator_files_but_does_not_decide(api, submitted, drain):
    filing = submitted({}).json()["id"]
    drain()
    now = api("GET", f"/filings/{filing}")
    answer = api("POST", f"/filings/{filing}/transitions", json={"event": "approve"}, headers=etag(now))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_suspension_keeps_the_number_and_revocation_ends(api, submitted, drain):
    filing = submitted({}).json()["id"]
    drain()

    def move(event, reason="r", role="supervisor", province=None):
        now = api("GET", f"/filings/{filing}")
        return api(
            "POST",
            f"/filings/{filing}/transitions",
            role=role,
            province=province,
            json={"event": event, "reason": reason},
            headers=etag(now),
        )

    number = move("approve").json()["number"]
    assert move("suspend", "").status_code == 409
    assert move("suspend").json()["state"] == "suspended"
    assert move("restore").json()["number"] == number
    move("suspend")
    alone = move("revoke")
    assert (alone.status_code, alone.json()["errors"][0]["code"]) == (409, "four_eyes")
    assert move("revoke", role="reviewer", province="31").status_code == 403
    assert move("revoke", role="lead_reviewer", province="31").json()["state"] == "revoked"
    assert move("restore").status_code == 409


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"unit": {"uscc": "91310000M000100Y40"}}, "/unit/uscc"),
        ({"app": {"package": "no package"}}, "/app/package"),
        ({"app": {"colour": "red"}}, "/app/colour"),
    ],
)
def test_a_wrong_field_is_named(api, filing_of, change, pointer):
    document = filing_of()
    for block, values in change.items():
        document[block].update(values)
    answer = api("POST", "/filings", json={"document": document})
    assert answer.status_code == 422
    assert pointer in {item["pointer"] for item in answer.json()["errors"]}


def test_a_wrong_uscc_of_an_organisation_is_named(api):
    answer = api("POST", "/organizations", json={"name": "x", "uscc": "91310000M000100Y40"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/uscc"


def test_a_package_belongs_to_one_provider(api, submitted, filing_of):
    submitted({})
    other = filing_of(province="51")
    api("POST", "/organizations", json={"name": "乙", "uscc": other["unit"]["uscc"]})
    answer = api("POST", "/filings", json={"document": other})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (409, "/app/package")


def test_a_number_stands_for_a_version_that_was_audited(api, submitted, upload, drain):
    filing = submitted({}).json()["id"]
    drain()
    api("POST", "/apps/cn.example.study/versions", json={"artifact_upload": upload({"version": "2"})})

    def approve():
        return api(
            "POST",
            f"/filings/{filing}/transitions",
            role="reviewer",
            province="31",
            json={"event": "approve"},
            headers={"If-Match": "*"},
        )

    early = approve()
    assert (early.status_code, early.json()["errors"][0]["code"]) == (409, "no_audit")
    drain()
    assert approve().json()["number"] == "教APP备3100001号"


def test_what_only_looks_wrong_is_told_and_stops_nothing(api, filing_of, upload, drain):
    document = filing_of()
    document["app"]["edu_filing"] = "教APP备310000号"
    unit = document["unit"]
    api("POST", "/organizations", json={"name": unit["legal_name"], "uscc": unit["uscc"]})
    made = api("POST", "/filings", json={"document": document})
    assert made.status_code == 201, made.text
    assert "edu_filing_length" in {item["code"] for item in made.json()["warnings"]}
    assert all(item["pointer"].startswith("/") and item["message"] for item in made.json()["warnings"])
    path = f"/filings/{made.json()['id']}"
    mended = api("PUT", path, json={"document": filing_of()}, headers=etag(made))
    assert "edu_filing_length" not in {item["code"] for item in mended.json()["warnings"]}
    mended = api("PUT", path, json={"document": document}, headers=etag(mended))
    body = {"artifact_upload": upload({})}
    handed_in = api("POST", f"{path}/submit", json=body, headers=etag(mended))
    assert handed_in.status_code == 202
    assert handed_in.json()["warnings"] == made.json()["warnings"]


def test_apps_are_listed_by_the_state_of_their_newest_filing(api, submitted, drain, filing_of):
    filing = submitted({}).json()["id"]
    drain()
    body = {"event": "refuse", "reason": "r"}
    api("POST", f"/filings/{filing}/transitions", role="supervisor", json=body, headers={"If-Match": "*"})
    assert len(api("GET", "/apps?state=refused").json()["items"]) == 1
    assert api("POST", "/filings", json={"document": filing_of()}).status_code == 201
    assert api("GET", "/apps?state=refused").json()["items"] == []
    assert len(api("GET", "/apps?state=draft").json()["items"]) == 1
