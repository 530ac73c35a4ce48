import datetime as dt

import sqlalchemy as sa

from registry_api.accounts.expiry import REPLY_LIFE, purge
from registry_api.accounts.models import IdempotentReply, WebSession
from registry_api.accounts.sessions import one_time_token, open_session
from registry_api.db import now


def rows(registry, model):
    with registry.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()


def test_replies_sessions_and_links_are_kept_for_their_time_and_no_longer(registry, api, key_of, filing_of):
    body = {"name": "乙", "uscc": filing_of(province="51")["unit"]["uscc"]}
    assert api("POST", "/organizations", json=body, headers={"Idempotency-Key": "k"}).status_code == 201
    key_id = key_of().split("_")[1]
    with registry.database.write() as session:
        open_session(session, key_id, 12)
        one_time_token(session, key_id)
    assert purge(registry.database) == 0
    assert purge(registry.database, now() + dt.timedelta(hours=2)) == 1
    assert purge(registry.database, now() + dt.timedelta(hours=13)) == 1
    assert rows(registry, WebSession) == 0
    assert rows(registry, IdempotentReply) == 1
    assert purge(registry.database, now() + REPLY_LIFE + dt.timedelta(seconds=1)) == 1
    assert rows(registry, IdempotentReply) == 0


def test_a_worker_sweeps_them_away(registry):
    from registry_api.jobs.worker import BackgroundWorker

    with registry.database.write() as session:
        session.add(
            IdempotentReply(
                key_id="k",
                idempotency_key="old",
                route="r",
                request_hash="h",
                status=200,
                created_at=now() - 2 * REPLY_LIFE,
            )
        )
    with BackgroundWorker(registry):
        pass
    assert rows(registry, IdempotentReply) == 0
