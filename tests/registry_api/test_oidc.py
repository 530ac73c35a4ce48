"""Signing in with an OpenID provider that runs here, on a free port."""

import base64
import hashlib
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from analyzer.model import EduauditError
from registry_api.accounts.oidc import read_map
from registry_api.accounts.users import disable_user, list_users
from registry_api.settings import Settings

joserfc = pytest.importorskip("joserfc")
SAME = {"Sec-Fetch-Site": "same-origin"}


class Issuer:
    """A provider that signs whatever claims the test wants."""

    def __init__(self):
        from joserfc.jwk import RSAKey

        self.key = self.published = RSAKey.generate_key(2048, parameters={"kid": "k1"})
        self.claims, self.asked, self.server = {}, {}, None

    def start(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def reply(self, body):
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                if self.path == "/jwks":
                    return self.reply({"keys": [issuer.published.as_dict(private=False)]})
                where = {
                    name: f"{issuer.url}/{name.split('_')[0]}" for name in ("authorization_endpoint", "token_endpoint")
                }
                return self.reply({"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks", **where})

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                verifier = form["code_verifier"][0]
                made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
                assert made == issuer.asked["code_challenge"]
                self.reply({"id_token": issuer.token(), "access_token": "x", "token_type": "Bearer"})

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def token(self):
        from joserfc import jwt

        claims = {
            "iss": self.url,
            "aud": "registry",
            "sub": "u-1",
            "exp": int(time.time()) + 60,
            "nonce": self.asked["nonce"],
            "name": "审核员丙",
            **self.claims,
        }
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.key)

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def running():
    issuer = Issuer()
    issuer.start()
    yield issuer
    issuer.stop()


@pytest.fixture
def issuer(running, registry):
    running.claims, running.published = {"groups": ["sh-review"]}, running.key
    values = vars(registry.settings) | {
        "oidc_issuer": running.url,
        "oidc_client_id": "registry",
        "oidc_client_secret": "s",
        "oidc_map": "sh-review=reviewer:31;national=supervisor",
        "sign_in_rate": "",
    }
    registry.settings = Settings(**values)
    return running


@pytest.fixture
def come(api, issuer):
    """Go to the provider and come back; return the answer to the coming back."""

    def go(state=None, target="/?lang=en"):
        sent = api.http.get("/oidc/start", params={"next": target}, follow_redirects=False)
        assert sent.status_code == 303, sent.text
        issuer.asked = {key: value[0] for key, value in parse_qs(urlsplit(sent.headers["location"]).query).items()}
        assert issuer.asked["redirect_uri"] == "http://testserver/oidc/callback"
        return api.http.get(
            "/oidc/callback", params={"code": "c", "state": state or issuer.asked["state"]}, follow_redirects=False
        )

    return go


def test_a_claim_gives_role_and_province_and_follows_its_changes(api, come, issuer, registry):
    assert "/oidc/start" in api.http.get("/login").text
    assert come().headers["location"] == "/?lang=en"
    me = api.http.get("/api/v1/me").json()
    assert (me["role"], me["province"], me["name"]) == ("reviewer", "31", "审核员丙")
    issuer.claims = {"groups": "national"}
    assert come().status_code == 303
    assert api.http.get("/api/v1/me").json()["role"] == "supervisor"
    with registry.database.read() as session:
        ((account, _),) = list_users(session)
    assert account.password_hash is None
    with registry.database.write() as session:
        disable_user(session, account.login, None)
    assert come().headers["location"] == "/login?failed=oidc"
    assert api.http.get("/login?failed=oidc").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["others"]},
        {"groups": None},
        {"groups": {"sh-review": 1}},
        {"aud": "another"},
        {"iss": "https://other.example"},
        {"exp": 1},
        {"nonce": "replayed"},
    ],
)
def test_nothing_is_granted_by_another_claim_audience_issuer_time_or_nonce(come, issuer, claims, registry):
    issuer.claims = {"groups": ["sh-review"], **claims}
    assert come().headers["location"] == "/login?failed=oidc"
    with registry.database.read() as session:
        assert list_users(session) == []


def test_a_token_of_another_key_and_an_answer_to_another_browser_are_refused(come, issuer, api):
    from joserfc.jwk import RSAKey

    assert come(state="forged").headers["location"] == "/login?failed=oidc"
    api.http.cookies.clear()
    bare = api.http.get("/oidc/callback", params={"code": "c", "state": ""}, follow_redirects=False)
    assert bare.headers["location"] == "/login?failed=oidc"
    issuer.published = RSAKey.generate_key(2048, parameters={"kid": "k1"})
    assert come().headers["location"] == "/login?failed=oidc"


def test_the_way_back_stays_on_this_server(come):
    assert come(target="https://evil.example/x").headers["location"] == "/"


def test_a_provider_that_does_not_answer_leads_back_to_the_form(api, issuer, registry):
    registry.settings = Settings(**(vars(registry.settings) | {"oidc_issuer": "http://127.0.0.1:9"}))
    assert api.http.get("/oidc/start", follow_redirects=False).headers["location"] == "/login?failed=oidc"
    registry.settings = Settings(**(vars(registry.settings) | {"oidc_issuer": "http://idp.example"}))
    assert api.http.get("/oidc/start", follow_redirects=False).status_code == 422, "no plain address elsewhere"


def test_without_a_provider_there_is_no_such_page(api):
    assert api.http.get("/oidc/start", follow_redirects=False).status_code == 404
    assert "/oidc/start" not in api.http.get("/login").text


@pytest.mark.parametrize("text", ["x", "x=boss", "x=reviewer", "x=reviewer:3", "=admin", "x=supervisor:31", "x=vendor"])
def test_a_map_that_is_not_in_order_is_told(text):
    with pytest.raises(EduauditError, match="OIDC_MAP"):
        read_map(text)
