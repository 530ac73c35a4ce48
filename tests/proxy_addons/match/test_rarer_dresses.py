"""Salted digests, masked numbers, names in Latin letters, raw digests, UTF-16."""

import hashlib
import hmac
import json

import pytest

from proxy_addons.decode.tree import unfold

PHONE, IMEI, NAME = "13912345678", "490154203237518", "钟离澄砚"


@pytest.fixture
def hits(matcher, message):
    def run(body, content_type="application/json", **fields):
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return {
            (hit.data, hit.proof, hit.layers)
            for hit, _ in matcher.find(unfold(message(data, content_type, **fields)).leaves)
        }

    return run


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("body", "layers"),
    [
        ({"salt": "k9X2", "device": md5(IMEI + "k9X2")}, ("md5", "salt")),
        ({"salt": "k9X2", "device": md5("k9X2" + IMEI).upper()}, ("md5", "salt")),
        ({"nonce": "77", "d": {"u": md5("77:" + IMEI)}}, ("md5", "salt")),
        ({"ts": 1700000000, "imei_md5": md5(IMEI + "1700000000")}, ("md5", "salt")),
        ({"salt": "s", "x": hashlib.sha256((IMEI + "_s").encode()).hexdigest()}, ("sha256", "salt")),
        ({"salt": "s", "x": hmac.new(b"s", IMEI.encode(), "sha1").hexdigest()}, ("hmac_sha1", "salt")),
    ],
)
def test_a_salt_in_the_same_message_hides_nothing(hits, body, layers):
    assert hits(body) == {("device.imei", "known_value", layers)}


def test_a_salt_elsewhere_or_of_another_value_is_no_hit(hits):
    assert hits({"device": md5(IMEI + "k9X2")}) == set()
    assert hits({"salt": "k9X2", "device": md5("490154203237519k9X2")}) == set()
    assert hits({"nonce": "77", "sign": md5("a=1&b=2" + "77")}) == set()


@pytest.mark.parametrize(
    ("value", "data"), [("139****5678", "phone_number"), ("110105********002X", "identity.id_card")]
)
def test_a_masked_number_is_a_hint_and_no_proof(hits, value, data):
    assert hits({"shown": value}) == {(data, "pattern", ("masked",))}
    assert hits({"shown": value.replace("1", "2", 1)}) == set()


@pytest.mark.parametrize(
    "value", ["zhonglichengyan", "Zhongli Chengyan", "chengyan.zhongli", "ZHONGLI_CHENGYAN", "zhong li cheng yan"]
)
def test_a_name_in_latin_letters_is_the_name(hits, value):
    assert hits({"k": value}) == {("identity.name", "known_value", ("pinyin",))}


def test_short_romanized_names_need_their_key(catalogue, message):
    from proxy_addons.match.matcher import Matcher

    matcher = Matcher({"identity.name": ("张伟民",)}, {}, catalogue.identifiers)

    def found(body):
        leaves = unfold(message(json.dumps(body).encode())).leaves
        return [hit.data for hit, _ in matcher.find(leaves) if hit.proof == "known_value"]

    assert found({"author": "zhangweimin"}) == []
    assert found({"realName": "zhangweimin"}) == ["identity.name"]


def test_raw_digests_and_wide_text_in_bytes_are_seen(hits):
    noise = bytes(range(128, 200))
    assert hits(noise + hashlib.sha256(IMEI.encode()).digest() + noise, "application/octet-stream") == {
        ("device.imei", "known_value", ("sha256",))
    }
    assert hits(noise + PHONE.encode("utf-16-le") + noise, "application/octet-stream") == {
        ("phone_number", "known_value", ("utf16",))
    }


def test_sm3_is_a_digest_too(hits):
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3")
    assert hits({"k": hashlib.new("sm3", IMEI.encode()).hexdigest()}) == {("device.imei", "known_value", ("sm3",))}
