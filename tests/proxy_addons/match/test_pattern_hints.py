import json

import pytest

from proxy_addons.decode.tree import unfold
from proxy_addons.match.keys import KeyNames, digest_of, words_of
from proxy_addons.match.spans import Spans


@pytest.fixture
def hints(bare_matcher, message):
    def run(body, **fields):
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        hits = bare_matcher.find(unfold(message(text.encode(), **fields)).leaves)
        assert all(hit.proof == "pattern" and hit.known is None for hit, _ in hits)
        return {(hit.data, hit.sure) for hit, _ in hits}

    return run


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"idCard": "11010519491231002X"}, {("identity.id_card", "1")}),
        ({"x": "11010519491231002X"}, {("identity.id_card", "?")}),
        ({"x": "110105194912310021"}, set()),
        ({"imei": "490154203237518"}, {("device.imei", "1")}),
        ({"x": "490154203237518"}, set()),
        ({"imei": "490154203237519"}, set()),
        ({"mobile": "13912345678"}, {("phone_number", "?")}),
        ({"userMobile": "+86 13912345678"}, {("phone_number", "?")}),
        ({"imsi": "460011234567890"}, {("device.imsi", "?")}),
        ({"iccid": "89860012345678901238"}, {("device.iccid", "1")}),
        ({"xjh": "G11010519491231002X"}, {("student.national_id", "1")}),
        ({"xjh": "G110105194912310021"}, set()),
        ({"mac": "10:20:30:40:50:60"}, {("device.mac", "1")}),
        ({"mac": "02:00:00:00:00:00"}, set()),
        ({"email": "pupil@example.org"}, {("email", "?")}),
        ({"bankCard": "6228480402564890018"}, {("bank_card", "1")}),
        ({"x": "6228480402564890018"}, set()),
        ({"android_id": "0123456789abcdef"}, {("device.android_id", "?")}),
        ({"lat": 31.2304, "lng": 121.4737}, {("location.precise", "?")}),
        ({"lat": 31.23, "lng": 121.47}, {("location.coarse", "?")}),
        ({"lat": 31.2304, "price": 121.4737}, set()),
        ({"imei_md5": "e479835e213604320b5bde2991acf2ec"}, {("device.imei", "?")}),
        ({"password": "hunter2!"}, {("account.password", "?")}),
        ({"password": ""}, set()),
        ([{"name": n, "phone": "0571-88880000"} for n in ("甲", "乙", "丙")], {("contacts", "?")}),
    ],
)
def test_forms_checks_and_keys(hints, body, expected):
    assert hints(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"orderId": "13912345678"},
        {"timestamp": 1699999999999},
        {"ts": "1399999999"},
        {"traceId": "0123456789abcdef"},
        {"tradeNo": "460011234567890"},
        {"orderNo": "6228480402564890018"},
        {"bankCard": 1699999999999},
        {"h": "a" * 32},
        {"version": "13.912345678"},
        {"sign": "d41d8cd98f00b204e9800998ecf8427e"},
        {"id": 13912345678},
        {"seq": "13912345678"},
        {"myOrderRef": "13912345678"},
        {"nonce": "18611112222"},
        {"width": 1080, "height": 1920},
        {"sessionKey": "18611112222"},
        {"expires": 1399999999, "page_offset": "13912345678"},
    ],
)
def test_numbers_that_programs_make_up_are_no_hints(hints, body):
    assert hints(body) == set()


def test_a_known_value_is_no_pattern_besides(matcher, message):
    body = json.dumps({"imei": "490154203237518", "imei2": "490154203237526"}).encode()
    hits = {(hit.proof, hit.value) for hit, _ in matcher.find(unfold(message(body)).leaves)}
    assert hits == {("known_value", "490154203237518"), ("pattern", "490154203237526")}, (
        "another phone's IMEI may leak too"
    )


def test_many_numbers_end_in_time(hints):
    assert hints([{"phone": f"139{index:08d}"} for index in range(10_000)]) == {("phone_number", "?")}


def test_keys_are_read_by_their_words(catalogue):
    names = KeyNames(catalogue.identifiers.values())
    assert words_of("userDeviceID_md5") == ["user", "device", "id", "md5"]
    assert digest_of("IMEI-MD5") == ("imei", "md5")
    for key in ("imei", "Imei", "device_imei", "deviceImei", "imei1", "imei_md5", "data.imei"):
        assert names.named(key).get("imei") == "strong", key
    assert names.named("time")["imei"] == "other"
    assert names.named(None) == {}


def test_spans_answer_like_a_list():
    spans = Spans([(5, 8), (0, 2), (7, 10)])
    assert [spans.touches(at, at + 1) for at in range(11)] == [
        True,
        True,
        False,
        False,
        False,
        True,
        True,
        True,
        True,
        True,
        False,
    ]
    assert spans.claim(2, 5)
    assert not spans.claim(4, 6)
    assert spans.covers(3)
    assert not spans.covers(10)
