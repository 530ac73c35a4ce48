from dataclasses import replace

import pytest
from sqlmodel import select

from registry_api.filings.models import Filing


@pytest.fixture
def look(api):
    def ask(path="", **params):
        return api.http.get("/api/v1/public/apps" + path, params=params, headers=params.pop("headers", None))

    return ask


@pytest.fixture
def filed(api, submitted, drain, key_of):
    answer = submitted({}).json()
    drain()
    moved = api(
        "POST",
        f"/filings/{answer['id']}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200, moved.text
    return moved.json()["number"]


def test_anyone_finds_a_filed_app_by_name_number_package_and_provider(look, filed):
    for params in (
        {"q": "晨光"},
        {"name": "光学"},
        {"number": filed},
        {"package": "cn.example.study"},
        {"provider": "教育科技"},
        {"provider": "教育科技", "name": "学习"},
    ):
        (item,) = look(**params).json()["items"]
        assert item["number"] == filed
    assert set(item) == {"name", "package", "number", "state", "provider", "province", "version", "decided_on"}
    for params in ({"q": "夜光"}, {"number": "教APP备3100009号"}, {"package": "cn.example"}, {"name": "教育科技"}):
        assert look(**params).json()["items"] == []


def test_what_has_no_number_yet_is_nobody_s_business(look, submitted, drain):
    submitted({})
    drain()
    assert look(q="晨光").json()["items"] == []
    assert look("/cn.example.study").status_code == 404


def test_a_look_up_says_what_it_looks_for(look):
    assert look().json()["errors"][0]["code"] == "required"
    assert look(q="学").json()["errors"][0]["code"] == "too_short"


def test_caches_may_keep_the_answer(look, filed, api):
    answer = look("/cn.example.study")
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = api.http.get("/api/v1/public/apps/cn.example.study", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_one_address_is_limited_and_a_proxy_only_counts_when_trusted():
    from starlette.requests import Request

    from registry_api.accounts.throttle import Throttle, client_address, counted_address

    def asked(host, forwarded=""):
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        return Request({"type": "http", "client": (host, 1), "headers": headers})

    throttle = Throttle()

    def passes(host, forwarded=""):
        return throttle.hit("2/minute", "public", counted_address(client_address(asked(host, forwarded), "10.0.0.0/8")))

    assert [passes("1.1.1.1", f"9.9.9.{index}") for index in range(3)] == [True, True, False]
    assert all(passes("10.0.0.1", f"spoofed, 9.9.9.{index}, 10.0.0.2") for index in range(4))
    assert counted_address("2001:db8::1") == counted_address("2001:db8::ffff") != counted_address("2001:db9::1")


def test_the_limit_is_a_problem_that_says_when_to_come_back(look, api, registry):
    registry.settings = replace(registry.settings, public_rate="1/minute")
    look(q="晨光")
    answer = look(q="晨光")
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-requests")
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_a_revoked_number_stays_visible_as_revoked(look, filed, registry):
    with registry.database.write() as session:
        session.exec(select(Filing)).one().state = "revoked"
    assert look(number=filed).json()["items"][0]["state"] == "revoked"
