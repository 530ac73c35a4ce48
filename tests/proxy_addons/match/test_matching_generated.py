"""Planted values are found for every kind × spelling × layer stack × place; nothing with another profile."""

import base64
import gzip
import hashlib
import hmac
import json
import zlib
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from proxy_addons.decode.tree import unfold
from proxy_addons.match.coordinates import bd09, gcj02
from proxy_addons.match.matcher import Matcher
from proxy_addons.sources.message import Message

KINDS = {
    "device.imei": "490154203237518",
    "device.android_id": "a1b2c3d4e5f60718",
    "device.oaid": "4f8a3c1e-77b2-4d1f-9a55-0c2b7e9d1f34",
    "device.mac": "00:DB:96:D2:80:79",
    "device.imsi": "460011234567890",
    "phone_number": "13912345678",
    "identity.name": "钟离澄砚",
    "identity.id_card": "11010519491231002X",
    "email": "edu-3f9a@example.com",
}
OTHERS = {
    "device.imei": ("352099001761481",),
    "device.android_id": ("b1b2c3d4e5f60718",),
    "phone_number": ("13712345679",),
    "device.oaid": ("5f8a3c1e-77b2-4d1f-9a55-0c2b7e9d1f34",),
    "device.mac": ("00:DB:96:D2:80:7A",),
    "device.imsi": ("460011234567891",),
    "identity.name": ("欧阳建国",),
    "identity.id_card": ("110105194912310038",),
    "email": ("edu-3f9b@example.com",),
    "location.precise": ("39.9042,116.4074",),
}
KEYS = {"vendor": "s3cret"}


def plain(value):
    bare = value.replace(":", "").replace("-", "") if value.isascii() and "@" not in value else value
    forms = {value, value.lower(), value.upper(), bare.lower(), bare.upper()}
    if value.startswith("139"):
        forms |= {"86" + value, "+86" + value}
    if value.count(":") == 5:
        forms |= {value.replace(":", "-")}
    return sorted(forms)


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


DRESSES = {
    "plain": lambda text: text,
    "md5": md5,
    "MD5": lambda text: md5(text).upper(),
    "half md5": lambda text: md5(text)[8:24],
    "md5 md5": lambda text: md5(md5(text)),
    "sha1": lambda text: hashlib.sha1(text.encode()).hexdigest(),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest(),
    "sha256 md5": lambda text: hashlib.sha256(md5(text).encode()).hexdigest(),
    "raw md5 base64": lambda text: base64.b64encode(hashlib.md5(text.encode()).digest()).decode(),
    "raw sha256 base64": lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode(),
    "hmac": lambda text: hmac.new(b"s3cret", text.encode(), "sha256").hexdigest(),
    "hex": lambda text: text.encode().hex(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 inside": lambda text: base64.b64encode(b"\x00\x01" + text.encode() + b"\xff\xfe").decode(),
}
LAYERS = {
    "json": lambda text: json.dumps({"data": text, "t": 1}),
    "json array": lambda text: json.dumps([["x", text]], ensure_ascii=False),
    "form": lambda text: urlencode({"v": "1", "d": text}),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "gzip base64": lambda text: base64.b64encode(gzip.compress(text.encode())).decode(),
    "zlib base64": lambda text: base64.b64encode(zlib.compress(text.encode())).decode(),
    "hex": lambda text: text.encode().hex(),
    "percent": lambda text: quote(text, safe=""),
}
PLACES = ("query", "path", "header", "cookie", "body", "gzip body", "multipart", "websocket")


def message(text, place, direction="request"):
    fields = {"target": "/a", "headers": (("content-type", "text/plain"),), "body": b"", "kind": "http"}
    if place == "query":
        fields["target"] = "/a?k=" + quote(text, safe="")
    elif place == "path":
        fields["target"] = "/a/" + quote(text, safe="") + "/b"
    elif place == "header":
        fields["headers"] = (("X-Data", text if text.isascii() else quote(text)),)
    elif place == "cookie":
        fields["headers"] = (("Cookie", "a=1; k=" + quote(text, safe="")),)
    elif place == "multipart":
        fields["headers"] = (("content-type", "multipart/form-data; boundary=XX"),)
        fields["body"] = b'--XX\r\nContent-Disposition: form-data; name="k"\r\n\r\n' + text.encode() + b"\r\n--XX--\r\n"
    elif place == "gzip body":
        fields["headers"] = (("content-encoding", "gzip"),)
        fields["body"] = gzip.compress(text.encode())
    else:
        fields["body"] = text.encode()
        fields["kind"] = "websocket" if place == "websocket" else "http"
    return Message(flow="f", time=1.0, direction=direction, scheme="https", host="h.cn", method="POST", **fields)


@pytest.fixture(scope="module")
def mine(catalogue):
    return Matcher({data: (value,) for data, value in KINDS.items()}, KEYS, catalogue.identifiers)


@pytest.fixture(scope="module")
def foreign(catalogue):
    return Matcher(OTHERS, KEYS, catalogue.identifiers)


def known(matcher, text, place):
    leaves = unfold(message(text, place)).leaves
    return {(hit.data, leaf.place) for hit, leaf in matcher.find(leaves) if hit.proof == "known_value"}


EXPECTED_PLACE = {"gzip body": "body", "multipart": "body"}
CASES = st.tuples(
    st.sampled_from(sorted(KINDS)),
    st.integers(0, 9),
    st.sampled_from(sorted(DRESSES)),
    st.lists(st.sampled_from(sorted(LAYERS)), max_size=4),
    st.sampled_from(PLACES),
)


@settings(max_examples=600, deadline=None)
@given(CASES)
@example(("device.android_id", 0, "MD5", ["base64", "form", "json array", "form"], "header"))
@example(("device.imei", 0, "plain", ["form", "json array", "form"], "path"))
def test_a_planted_value_is_found_and_only_with_its_profile(mine, foreign, case):
    data, spelling, dress, layers, place = case
    forms = plain(KINDS[data])
    text = DRESSES[dress](forms[spelling % len(forms)])
    for layer in layers:
        text = LAYERS[layer](text)
    assert known(mine, text, place) == {(data, EXPECTED_PLACE.get(place, place))}
    assert known(foreign, text, place) == set()


@pytest.mark.parametrize("dress", sorted(DRESSES))
@pytest.mark.parametrize("data", sorted(KINDS))
def test_every_dress_of_every_kind(mine, foreign, data, dress):
    for form in plain(KINDS[data]):
        text = json.dumps({"k": DRESSES[dress](form)})
        assert known(mine, text, "body") == {(data, "body")}, form
        assert known(foreign, text, "body") == set()


POINT = (31.230416, 121.473701)


@pytest.mark.parametrize("shift", [lambda *point: point, gcj02, bd09])
@pytest.mark.parametrize(
    ("decimals", "kind"), [(6, "location.precise"), (4, "location.precise"), (2, "location.coarse")]
)
@pytest.mark.parametrize(
    "write",
    [
        lambda lat, lng: json.dumps({"lat": lat, "lng": lng}).replace('"', ""),
        lambda lat, lng: json.dumps({"p": {"latitude": float(lat), "t": 1, "longitude": float(lng)}}),
        lambda lat, lng: json.dumps({"location": f"{lng},{lat}"}),
        lambda lat, lng: f"gps_lat={lat}&gps_lng={lng}",
        lambda lat, lng: base64.b64encode(json.dumps({"lat": lat, "lon": lng}).encode()).decode(),
    ],
)
def test_a_known_place_is_found_rounded_and_shifted(catalogue, foreign, shift, decimals, kind, write):
    matcher = Matcher({"location.precise": ("31.230416,121.473701",)}, {}, catalogue.identifiers)
    lat, lng = shift(*POINT)
    text = write(f"{lat:.{decimals}f}", f"{lng:.{decimals}f}")
    assert known(matcher, text, "body") == {(kind, "body")}
    assert known(foreign, text, "body") == set()


def test_a_place_next_door_is_another_place(catalogue):
    matcher = Matcher({"location.precise": ("31.230416,121.473701",)}, {}, catalogue.identifiers)
    assert known(matcher, json.dumps({"lat": 31.2404, "lng": 121.4737}), "body") == set()
    assert known(matcher, json.dumps({"lat": 31.230416, "x": 5, "b": {"lng": 121.473701}}), "body") == set(), (
        "two objects"
    )
    assert known(matcher, json.dumps({"version": "31.230416", "price": 121.473701}), "body") == set()


@pytest.mark.parametrize(
    "text",
    [
        '{"phone":"213912345678"}',
        '{"phone":"139123456789"}',
        '{"imei":"4901542032375189"}',
        '{"id":"xa1b2c3d4e5f60719"}',
        '{"mac":"00:DB:96:D2:80:7A"}',
        '{"imei":"490154203237519"}',
        '{"n":"钟离"}',
        '{"e":"x-edu-3f9a@example.co"}',
    ],
)
def test_a_value_that_is_nearly_mine_is_not_mine(mine, text):
    assert known(mine, text, "body") == set()


def test_short_and_common_values_need_their_key(catalogue):
    matcher = Matcher(
        {"identity.gender": ("女",), "device.model": ("Pixel 7",), "identity.name": ("张伟",)},
        {},
        catalogue.identifiers,
    )
    assert (
        known(matcher, json.dumps({"title": "女", "text": "Pixel 7 张伟 女", "x": "张伟"}, ensure_ascii=False), "body")
        == set()
    )
    found = known(matcher, json.dumps({"gender": "女", "model": "Pixel 7", "realName": "张伟"}), "body")
    assert found == {("identity.gender", "body"), ("device.model", "body"), ("identity.name", "body")}
    assert known(matcher, json.dumps({"gender": "女性", "model": "Pixel 7a"}), "body") == set(), "only as a whole"


def test_a_value_shared_by_two_kinds_is_told_apart_by_the_key(catalogue):
    matcher = Matcher({"account.id": ("13912345678",), "phone_number": ("13912345678",)}, {}, catalogue.identifiers)
    assert known(matcher, '{"mobile":"13912345678"}', "body") == {("phone_number", "body")}
    assert known(matcher, '{"loginName":"13912345678"}', "body") == {("account.id", "body")}


def test_one_value_reached_over_two_ways_is_one_hit(mine):
    text = json.dumps({"imei": "490154203237518 %20"})
    hits = mine.find(unfold(message(text, "body")).leaves)
    assert len([hit for hit, _ in hits if hit.data == "device.imei"]) == 1


@given(st.text(max_size=400))
def test_no_text_raises_or_invents(mine, text):
    leaves = unfold(message(text, "body")).leaves
    assert not [hit for hit, _ in mine.find(leaves) if hit.proof == "known_value"]


def test_a_letter_that_grows_in_lower_case_does_not_shift_hits(mine):
    assert known(mine, "İİİİ imei=490154203237518 İ", "body") == {("device.imei", "body")}
