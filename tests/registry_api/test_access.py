import datetime as dt
import uuid

import pytest

from registry_api.accounts.access import ALLOWED, Role, default_scopes
from registry_api.accounts.keys import issue
from registry_api.db import now


@pytest.mark.parametrize("key", ["nonsense", "edr_x", "edr_00000000_00", "edr__", "edr_a_b_c"])
def test_a_wrong_key_is_refused_without_a_hint(api, key):
    answer = api("GET", "/apps", key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_right_id_with_a_wrong_secret_is_refused(api, key_of):
    good = key_of()
    assert api("GET", "/me", key=good[:-1] + ("0" if good[-1] != "0" else "1")).status_code == 401


def test_only_the_hash_of_a_secret_is_stored(registry, key_of, settings):
    secret = key_of().split("_")[2]
    assert secret.encode() not in (settings.data / "registry.sqlite3").read_bytes()
    assert secret.encode() not in (settings.data / "registry.sqlite3-wal").read_bytes()


def test_expired_and_revoked_keys_are_refused_and_use_is_noted(api, registry):
    with registry.database.write() as session:
        _, old = issue(session, name="old", role=Role.AUDITOR, expires_at=now() - dt.timedelta(seconds=1))
        row, good = issue(session, name="good", role=Role.AUDITOR)
    assert api("GET", "/me", key=old).status_code == 401
    assert api("GET", "/me", key=good).json()["role"] == "auditor"
    shown = {item["id"]: item for item in api("GET", "/keys").json()["items"]}
    assert shown[row.id]["last_used_at"] is not None
    assert api("DELETE", f"/keys/{row.id}").status_code == 200
    assert api("GET", "/me", key=good).status_code == 401


def test_the_last_administrator_s_key_cannot_be_revoked(api):
    mine = api("GET", "/me").json()["key"]
    assert api("DELETE", f"/keys/{mine}").status_code == 409


def test_scopes_limit_a_key_further(api):
    made = api("POST", "/keys", json={"name": "capture", "role": "supervisor", "scopes": ["traffic"]})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    assert api("GET", "/apps", key=made.json()["secret"]).status_code == 403
    wrong = api("POST", "/keys", json={"name": "x", "role": "auditor", "scopes": ["review"]})
    assert wrong.json()["errors"][0]["pointer"] == "/scopes"
    assert api("POST", "/keys", json={"name": "x", "role": "reviewer"}).json()["errors"][0]["pointer"] == "/province"


def test_every_role_has_its_scopes_from_the_one_table():
    for role in Role:
        assert default_scopes(role) == sorted(action.value for action, roles in ALLOWED.items() if role in roles)


def test_two_provinces_and_two_vendors_never_see_each_other(api, filing_of, drain, traffic):
    vendors = {}
    for province in ("31", "51"):
        key = api("POST", "/keys", json={"name": f"v{province}", "role": "vendor"}).json()["secret"]
        document = filing_of(package=f"cn.p{province}.app", province=province)
        organization = api("POST", "/organizations", key=key, json={"name": "甲", "uscc": document["unit"]["uscc"]})
        assert organization.status_code == 201, organization.text
        filing = api("POST", "/filings", key=key, json={"document": document})
        assert filing.status_code == 201, filing.text
        upload = api(
            "PUT", f"/uploads/{uuid.uuid4()}", key=key, content=b'{"findings": ["DATA.X|device.imei|high"]}'
        ).json()["id"]
        submit = api(
            "POST",
            f"/filings/{filing.json()['id']}/submit",
            key=key,
            json={"artifact_upload": upload},
            headers={"If-Match": filing.headers["etag"]},
        )
        vendors[province] = (key, organization.json()["id"], filing.json()["id"], submit.json()["audit"])
    drain()
    for province, other in (("31", "51"), ("51", "31")):
        key, _, filing, _ = vendors[province]
        _, foreign_organization, foreign_filing, foreign_run = vendors[other]
        for who in ({"key": key}, {"role": "reviewer", "province": province}):
            for path in ("/organizations", "/apps", "/filings", "/findings", "/audits"):
                text = api("GET", path, **who).text
                assert len(api("GET", path, **who).json()["items"]) == 1, path
                assert f"cn.p{other}.app" not in text
            for path in (
                f"/organizations/{foreign_organization}",
                f"/filings/{foreign_filing}",
                f"/audits/{foreign_run}",
                f"/audits/{foreign_run}/report",
                f"/audits/{foreign_run}/findings",
                f"/apps/cn.p{other}.app",
                f"/apps/cn.p{other}.app/ledger",
                f"/apps/cn.p{other}.app/findings",
                f"/apps/cn.p{other}.app/versions",
            ):
                assert api("GET", path, **who).status_code == 404, path
        move = api(
            "POST",
            f"/filings/{foreign_filing}/transitions",
            role="reviewer",
            province=province,
            json={"event": "approve"},
            headers={"If-Match": "*"},
        )
        assert move.status_code == 404
        assert api("POST", f"/apps/cn.p{other}.app/audits", role="reviewer", province=province).status_code == 404
        assert (
            api(
                "POST",
                f"/apps/cn.p{other}.app/traffic",
                role="reviewer",
                province=province,
                json=traffic(app=f"cn.p{other}.app"),
            ).status_code
            == 404
        )
        assert api("GET", "/trail", key=key).status_code == 403
        assert filing
    assert len(api("GET", "/apps", role="supervisor").json()["items"]) == 2


def test_a_vendor_hands_in_no_traffic_and_starts_no_audit(api, submitted, traffic):
    submitted({})
    key = api("POST", "/keys", json={"name": "v", "role": "vendor"}).json()["secret"]
    assert api("POST", "/apps/cn.example.study/traffic", key=key, json=traffic()).status_code == 403
    assert api("POST", "/weekly", key=key, json={}).status_code == 403


def test_an_idempotency_key_gives_the_same_answer_once(api, filing_of, submitted):
    submitted({})
    headers = {"Idempotency-Key": "k1"}
    body = {"name": "乙", "uscc": filing_of(province="51")["unit"]["uscc"]}
    first = api("POST", "/organizations", json=body, headers=headers)
    again = api("POST", "/organizations", json=body, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = api("POST", "/organizations", json={**body, "name": "丙"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")
    assert api("POST", "/organizations", json=body).status_code == 409


def test_a_key_can_be_made_for_an_organisation_on_record_and_for_no_other(api, submitted, filing_of):
    submitted({})
    mine = api("GET", "/organizations").json()["items"][0]
    made = api("POST", "/keys", json={"name": "v", "role": "vendor", "organization_id": mine["id"]})
    assert (made.status_code, made.json()["province"]) == (201, "31")
    assert len(api("GET", "/apps", key=made.json()["secret"]).json()["items"]) == 1
    for body in (
        {"name": "v", "role": "vendor", "organization_id": 4242},
        {"name": "r", "role": "auditor", "organization_id": mine["id"]},
    ):
        refused = api("POST", "/keys", json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/organization_id"
