import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import http.server
import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.exchange.webhooks import relay as relays
from registry_api.exchange.webhooks.guard import check_target
from registry_api.exchange.webhooks.models import WebhookDelivery, WebhookEndpoint
from registry_api.exchange.webhooks.sending import Outcome, new_secret, send, sign


@pytest.fixture
def receiver():
    """A server of the other side: remembers what it got, answers what it is told to."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            self.server.got.append((dict(self.headers), body))
            self.send_response(self.server.answer)
            if self.server.answer == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.got, server.answer = [], 200
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        server.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def hook(api, registry, receiver):
    object.__setattr__(registry.settings, "webhook_networks", "127.0.0.0/8")

    def make(events=("filing.*",), **who):
        answer = api("POST", "/webhooks", json={"url": receiver.url, "events": list(events)}, **who)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


def test_an_act_is_told_once_in_order_and_signed(api, registry, hook, receiver, submitted, drain):
    secret = hook()["secret"]
    submitted({})
    drain()
    assert relays.relay(registry) == len(receiver.got) > 2
    assert relays.relay(registry) == 0
    kinds = [json.loads(body)["type"] for _, body in receiver.got]
    assert kinds == ["filing.draft", "filing.submit", "filing.begin_precheck", "filing.finish_precheck"]
    headers, body = receiver.got[1]
    headers = {name.lower(): value for name, value in headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"
    assert headers["host"] == receiver.url.split("/")[2]
    assert json.loads(body)["data"]["package"] == "cn.example.study"
    assert "13800138000" not in body.decode()
    assert {item["state"] for item in api("GET", "/webhooks/1/deliveries").json()["items"]} == {"delivered"}
    assert "secret" not in api("GET", "/webhooks").json()["items"][0]


def test_a_refused_transition_tells_nothing(api, registry, hook, receiver, submitted):
    filing = submitted({}).json()["id"]
    hook()
    moved = api(
        "POST",
        f"/filings/{filing}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 409
    relays.relay(registry)
    assert receiver.got == []


def test_another_province_is_told_nothing(registry, hook, receiver, submitted):
    hook(events=["*"], role="reviewer", province="51")
    submitted({})
    relays.relay(registry)
    assert receiver.got == []


def test_a_failure_waits_longer_each_time_suspends_and_a_success_goes_on(api, registry, hook, receiver, submitted):
    hook()
    submitted({})
    receiver.answer = 500
    waits = []
    for _ in range(relays.SUSPEND_AFTER):
        begun = now()
        relays.relay(registry)
        with registry.database.write() as session:
            row = session.exec(select(WebhookDelivery).order_by(WebhookDelivery.seq)).first()
            waits.append(round((row.next_at - begun).total_seconds()))
            endpoint = session.exec(select(WebhookEndpoint)).one()
            row.next_at = endpoint.next_try_at = now()
    assert all(wanted <= wait <= wanted + 20 for wait, wanted in zip(waits, [5, 30, 120, 600, 3600], strict=True))
    assert len(receiver.got) == relays.SUSPEND_AFTER
    assert api("GET", "/webhooks").json()["items"][0]["state"] == "suspended"
    receiver.answer = 204
    assert relays.relay(registry) == 2
    assert api("GET", "/webhooks").json()["items"][0]["state"] == "active"


@pytest.mark.parametrize(("status", "days"), [(410, 0), (500, 4)])
def test_who_is_gone_or_fails_for_days_is_disabled_until_switched_on(
    api, registry, hook, receiver, submitted, status, days
):
    hook()
    submitted({})
    receiver.answer = status
    with registry.database.write() as session:
        session.exec(select(WebhookEndpoint)).one().failing_since = now() - dt.timedelta(days=days)
    relays.relay(registry)
    assert api("GET", "/webhooks").json()["items"][0]["state"] == "disabled"
    assert relays.relay(registry) == 0
    receiver.answer = 200
    assert api("POST", "/webhooks/1/enable").json()["state"] == "active"
    assert relays.relay(registry) == 2


def test_a_redirect_is_no_delivery_and_is_not_followed(receiver):
    receiver.answer = 302
    outcome = send(receiver.url, new_secret(), "1", 1, b"{}", allowed="127.0.0.0/8")
    assert outcome == Outcome(302, "answered 302")
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["224.0.0.1"],
        ["93.184.215.14", "10.0.0.1"],
        [],
    ],
)
def test_no_webhook_goes_into_a_private_network(addresses):
    with pytest.raises(RegistryError):
        check_target("https://hook.example.com/x", "", lambda *_: addresses)


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example.com/",
        "ftp://hook.example.com/",
        "https://u:p@hook.example.com/",
        "https:///x",
        "https://[::1",
        "https://h:99999/",
        "x",
    ],
)
def test_no_webhook_goes_anywhere_but_https(url):
    with pytest.raises(RegistryError):
        check_target(url, "", lambda *_: ["93.184.215.14"])


@given(st.text(max_size=40))
def test_no_address_makes_an_unexpected_error(text):
    for url in (text, f"https://{text}", f"https://hook.example.com/{text}"):
        with contextlib.suppress(RegistryError):
            assert check_target(url, "", lambda *_: ["93.184.215.14"]).address == "93.184.215.14"


def test_the_signature_is_that_of_the_published_example():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert (
        sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_webhook_belongs_to_its_key(api, hook, registry):
    made = hook(role="reviewer", province="31")
    for method, path in (("GET", "/deliveries"), ("POST", "/enable"), ("DELETE", "")):
        assert api(method, f"/webhooks/{made['id']}{path}", role="reviewer", province="51").status_code == 404
    assert api("GET", "/webhooks", role="auditor").status_code == 403
    assert api("DELETE", f"/webhooks/{made['id']}", role="reviewer", province="31").status_code == 200
    actions = [item["action"] for item in api("GET", "/trail").json()["items"]]
    assert [item for item in actions if item.startswith("webhook")] == ["webhook.create", "webhook.delete"]
