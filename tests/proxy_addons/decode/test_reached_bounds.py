"""Every bound of decoding and matching that is reached is told: behind it, something may have been missed."""

import base64
import hashlib
import json
import struct
import zlib

import brotli
import msgpack
import pytest

from analyzer.catalogue import load_catalogue
from proxy_addons.decode import unfolding
from proxy_addons.decode.limits import Limits
from proxy_addons.decode.tree import unfold
from proxy_addons.examiner import Examiner
from proxy_addons.match import haystack, known, salted, wording
from proxy_addons.match.spellings import MAX_READINGS, romanized, unread
from proxy_addons.pipeline import Examination
from proxy_addons.profile import Profile
from proxy_addons.sources.message import Message

IMEI = "490154203237518"


def message(body, content_type="application/json", direction="request", kind="http"):
    headers = (("content-type", content_type),)
    return Message("f-7", 1.0, direction, kind, "https", "api.example.cn", "POST", "/v1/up", headers, body)


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def packed_often(times):
    data = json.dumps({"imei": IMEI, "f": [number * 0.37 for number in range(100)]}).encode()
    for _ in range(times):
        data = zlib.compress(data, wbits=-15)
    return data


def thrift_structs():
    return b"\x19\xf8" + varint(25_000) + b"\x05hello" * 25_000 + b"\x00"


MQTT = b"\x30\x08\x00\x03abcxyz"
BOUNDS = {
    "tags in one document": lambda: message(b"<a>" + b"<i>1</i>" * 26_000 + b"</a>", "text/xml"),
    "pairs in damaged JSON": lambda: message(b"{" + b'"abc":"x",' * 50_001),
    "MQTT packets": lambda: message(MQTT * 10_001, "application/mqtt"),
    "gRPC frames": lambda: message((b"\x00\x00\x00\x00\x05\x0a\x03abc") * 20_001, "application/grpc"),
    "fields of protobuf": lambda: message(b"\x0a\x05hello" * 20_001, "application/x-protobuf"),
    "fields of Thrift": lambda: message(thrift_structs(), "application/x-thrift"),
    "fields of Thrift or JCE": lambda: message(b"\x06\x05hello" * 20_001, "application/x-jce"),
    "items of MessagePack": lambda: message(msgpack.packb(["word"] * 100_001), "application/msgpack"),
    "packings without a signature inside each other": lambda: message(packed_often(8), "application/octet-stream"),
    "256 KiB of a picture, recording or archive": lambda: message(
        b"\x89PNG\r\n" + b"\x01\xfe" * (130 << 10) + IMEI.encode(), "image/png", "response"
    ),
    "pieces of JSON in one text": lambda: message(b'log {"a":1}\n' * 201, "text/plain"),
    "tokens": lambda: message(
        json.dumps([base64.b64encode(b"item number %05d" % number).decode() for number in range(2_100)]).encode()
    ),
    "depth": lambda: message(json.dumps({"a": nested(20)}).encode()),
}


def nested(times):
    text = "x" * 12
    for _ in range(times):
        text = base64.b64encode(json.dumps({"a": text}).encode()).decode()
    return text


@pytest.mark.parametrize("what", sorted(BOUNDS))
def test_a_bound_of_a_format_is_told_with_the_flow(what):
    row = Examiner(load_catalogue(), None).look(BOUNDS[what]()).missed
    told = [one for one in row if f"bound of {what} reached" in one.detail]
    assert [(one.code, one.request_id, one.host) for one in told] == [("limit_reached", "f-7", "api.example.cn")]


def test_a_guess_beyond_the_bound_is_told_too():
    for data in (b"\x0a\x05hello" * 20_001, msgpack.packb({"list": ["word"] * 100_001})):
        gaps = unfold(message(data, "application/octet-stream")).gaps
        assert any("bound of fields" in gap.detail or "bound of items" in gap.detail for gap in gaps), gaps


def test_a_compressed_frame_of_grpc_is_bounded_and_told(monkeypatch):
    monkeypatch.setattr("proxy_addons.decode.binary.MAX_INNER", 1 << 10)
    inner = zlib.compress(b"\x0a\x05hello" * 1_000, wbits=31)
    body = b"\x01" + struct.pack(">I", len(inner)) + inner
    assert any("size" in gap.detail for gap in unfold(message(body, "application/grpc")).gaps)


@pytest.mark.parametrize("pack", [brotli.compress, lambda data: zlib.compress(data, wbits=-15)])
def test_a_bomb_of_a_codec_without_a_signature_is_told(pack):
    gaps = unfold(message(pack(bytes(6 << 20)), "application/octet-stream"), Limits(inflated=1 << 20)).gaps
    assert "request: bound of size reached" in {gap.detail for gap in gaps}


def test_a_picture_that_is_sent_is_scanned_to_its_end(matcher):
    body = b"\x89PNG\r\n" + bytes(300 << 10) + IMEI.encode()
    unfolded = unfold(message(body, "image/png"))
    assert not unfolded.gaps
    assert [hit.data for hit, _ in matcher.find(unfolded.leaves)] == ["device.imei"]


def test_one_token_is_opened_under_each_of_its_names(matcher, monkeypatch):
    token = base64.b64encode(json.dumps({"v": IMEI}).encode()).decode()
    body = json.dumps({f"name{chr(97 + number)}": token for number in range(9)} | {"nameA": token}).encode()
    unfolded = unfold(message(body))
    assert len([leaf for leaf in unfolded.leaves if leaf.text == IMEI]) == 10
    assert not unfolded.gaps
    monkeypatch.setattr(unfolding, "MAX_PLACES", 4)
    assert any("names of one encoded value" in gap.detail for gap in unfold(message(body)).gaps)


def test_a_token_that_only_repeats_is_no_bound():
    token = base64.b64encode(b"some longer text").decode()
    unfolded = unfold(message(json.dumps({"a": [token] * 1_000}).encode()))
    assert not unfolded.gaps
    assert sum(leaf.text == "some longer text" for leaf in unfolded.leaves) == 1


def cuts(matcher, body, direction="request"):
    leaves = unfold(message(json.dumps(body, ensure_ascii=False).encode(), direction=direction)).leaves
    matcher.find(leaves)
    return leaves.cuts


def test_bounds_of_matching_are_told(matcher, monkeypatch):
    digest = hashlib.md5(IMEI.encode()).hexdigest()
    cases = (
        (haystack, "MAX_PLACES", "places of one value", {f"k{n}": digest for n in range(60)}),
        (known, "MAX_RAW", "places of known values", {f"k{n}": IMEI for n in range(60)}),
        (salted, "MAX_SALTS", "salts", {"x": "a" * 16 + "b" * 16, "d": [{"salt": f"s{n}"} for n in range(60)]}),
        (
            salted,
            "MAX_DIGESTS",
            "digests that may be salted",
            {"salt": "s"} | {f"k{n}": f"{n:032x}" for n in range(60)},
        ),
        (salted, "MAX_SALT", "characters of a salt", {"x": "a" * 16 + "b" * 16, "salt": "s" * 61}),
    )
    for module, name, what, body in cases:
        monkeypatch.setattr(module, name, 60)
        assert what not in cuts(matcher, body) or name == "MAX_SALT"
        monkeypatch.setattr(module, name, 59)
        assert what in cuts(matcher, body), what


def test_a_salt_behind_sixteen_others_and_a_late_spelling_are_found(matcher):
    digest = hashlib.md5(b"139-1234-5678" + b"s9").hexdigest()
    body = {"d": [{"salt": f"s{number}"} for number in range(10)], "phone": digest}
    unfolded = unfold(message(json.dumps(body).encode()))
    assert [(hit.data, hit.layers) for hit, _ in matcher.find(unfolded.leaves)] == [("phone_number", ("md5", "salt"))]


def test_more_words_than_are_looked_at_are_told(monkeypatch):
    catalogue = load_catalogue()
    words = wording.Wording(catalogue.vocabularies.values(), frozenset({"vulgar", "violence", "gambling"}))
    word = next(words.words()).decode()
    leaves = unfold(message(json.dumps({"t": [word] * 9}).encode(), direction="response")).leaves
    list(words.find(leaves))
    assert not leaves.cuts
    monkeypatch.setattr(wording, "MAX_PLACES", 8)
    list(words.find(leaves))
    assert leaves.cuts == {"words of a vocabulary"}


def test_readings_of_a_name_are_all_looked_for_or_told():
    assert "zengchongyue" in romanized("曾重乐")
    assert unread("曾重乐") == 0
    name = "重重重重"
    assert len({form for form in romanized(name) if form.isalpha()}) <= MAX_READINGS * 2
    facts = Examination(load_catalogue(), Profile("p", {"identity.name": ("差重和单",)}, {})).facts(())
    left = unread("差重和单")
    rows = [row.detail for row in facts.not_analysed]
    assert rows == ([f"profile: {left} rare readings of names are not looked for in Latin letters"] if left else [])
    assert left > 0
