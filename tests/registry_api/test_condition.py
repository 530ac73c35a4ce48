from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from registry_api.db import now
from registry_api.kit.condition import metrics, readiness


def test_a_registry_that_works_is_ready(api, registry):
    answer = api.http.get("/api/v1/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert readiness(registry) == {"database": "ok", "blobs": "ok", "worker": "ok"}


def test_audits_that_wait_while_none_runs_are_told(api, registry, submitted):
    submitted({})
    assert readiness(registry)["worker"] == "ok"
    with registry.database.write() as session:
        session.execute(
            sa.text("UPDATE audit_run SET enqueued_at = :then"), {"then": str(now() - timedelta(hours=1))[:26]}
        )
    assert "none runs" in readiness(registry)["worker"]
    answer = api.http.get("/api/v1/health/ready")
    assert (answer.status_code, answer.json()["parts"]["worker"]) == (503, "failing")


def test_files_that_cannot_be_written_are_told(registry):
    registry.blobs.folder.mkdir(parents=True, exist_ok=True)
    registry.blobs.incoming.write_text("in the way")
    assert readiness(registry)["blobs"].startswith("files cannot be written")


def test_the_figures_count_by_state_and_name_nobody(registry, submitted, drain):
    submitted({"findings": ["A.B|c|low"]})
    drain()
    text = metrics(registry)
    assert 'eduaudit_audit_runs{state="succeeded"} 1' in text
    assert 'eduaudit_findings{status="open"} 1' in text
    assert 'eduaudit_ready{part="database"} 1' in text
    for personal in ("cn.example", "晨光", "13800138000"):
        assert personal not in text


@pytest.mark.parametrize(("token", "sent", "status"), [("t0k", "t0k", 200), ("t0k", "wrong", 401), ("", "", 401)])
def test_the_figures_are_for_the_token_or_this_machine(api, registry, token, sent, status):
    registry.settings = replace(registry.settings, metrics_token=token)
    answer = api.http.get("/api/v1/metrics", headers={"Authorization": f"Bearer {sent}"} if sent else {})
    assert answer.status_code == status, "the test client's address is no loopback"
