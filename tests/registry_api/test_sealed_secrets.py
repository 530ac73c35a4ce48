"""Secrets of webhooks in the database: sealed, opened with the key beside the record, sealed anew."""

import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner
from sqlmodel import select

from analyzer.model import EduauditError
from registry_api.check import problems
from registry_api.commands.webhooks import webhooks
from registry_api.db import Database
from registry_api.exchange.webhooks import relay as relays
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.exchange.webhooks.sealing import seal, unseal
from registry_api.exchange.webhooks.sending import Outcome, new_secret
from registry_api.migrations import config


@pytest.fixture
def hook(api, registry):
    object.__setattr__(registry.settings, "webhook_networks", "127.0.0.0/8")
    answer = api("POST", "/webhooks", json={"url": "http://127.0.0.1:9/hook", "events": ["filing.*"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


def stored(registry):
    with registry.database.read() as session:
        return session.exec(select(WebhookEndpoint.secret)).one()


def said(registry):
    return [line for line in problems(registry.settings, {}) if "webhook" in line]


def test_what_is_stored_is_not_the_secret_and_what_signs_is(registry, hook, submitted, drain):
    kept = stored(registry)
    assert hook["secret"].startswith("whsec_")
    assert hook["secret"].removeprefix("whsec_") not in kept
    assert len(kept) <= 100
    assert unseal(registry.settings.data, kept) == hook["secret"]
    assert seal(registry.settings.data, hook["secret"]) != kept, "the same secret never looks the same"
    assert (registry.settings.data / "keys/webhooks.key").stat().st_mode & 0o777 == 0o600
    submitted({})
    drain()
    used = []
    relays.relay(registry, lambda _url, secret, *_more, **_ways: used.append(secret) or Outcome(200, None))
    assert set(used) == {hook["secret"]}


def test_without_its_key_nothing_is_sent_and_the_check_says_so(registry, hook, submitted, drain):
    assert said(registry) == []
    path = registry.settings.data / "keys/webhooks.key"
    kept, text = path.read_bytes(), stored(registry)
    path.unlink()
    assert "missing" in said(registry)[0]
    submitted({})
    drain()
    assert relays.relay(registry, lambda *_a, **_k: pytest.fail("sent unsigned")) == 0
    with registry.database.read() as session:
        errors = session.exec(select(WebhookDelivery.error).where(WebhookDelivery.attempt > 0)).all()
    assert errors
    assert all("missing" in error for error in errors)
    seal(registry.settings.data, new_secret())  # a new key is no help to what an older one sealed
    assert "missing" in said(registry)[0]
    path.write_bytes(kept)
    assert said(registry) == []
    with pytest.raises(EduauditError, match="changed"):
        unseal(registry.settings.data, text[:-6] + ("AAAAA=" if text[-1] == "=" else "AAAAAA"))
    path.chmod(0o644)
    assert "others may read it" in said(registry)[0]


def test_sealing_anew_forgets_the_old_key(registry, hook):
    path, before = registry.settings.data / "keys/webhooks.key", stored(registry)
    old = path.read_bytes()
    result = CliRunner().invoke(webhooks, ["reseal", "--data", str(registry.settings.data)])
    assert (result.exit_code, result.output) == (0, "1 sealed anew\n")
    assert stored(registry) != before
    assert unseal(registry.settings.data, stored(registry)) == hook["secret"]
    assert old not in path.read_bytes()
    with pytest.raises(EduauditError, match="missing"):
        unseal(registry.settings.data, before)


def test_the_migration_seals_what_was_plain_and_opens_it_again(registry, hook):
    settings = registry.settings
    database = Database(settings)
    plain = sa.text("SELECT secret FROM webhook_endpoint")
    with database.writer.begin() as connection:
        command.downgrade(config(connection, settings.data), "0010")
        assert connection.execute(plain).scalars().all() == [hook["secret"]]
    with database.writer.begin() as connection:
        command.upgrade(config(connection, settings.data), "head")
        assert connection.execute(plain).scalar_one().startswith("s1.")
    database.close()
    assert unseal(settings.data, stored(registry)) == hook["secret"]
