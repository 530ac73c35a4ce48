"""Bad input at any layer: bounded, said, and the rest of the message is still read."""

import base64
import contextlib
import gzip
import json
import tracemalloc
import zlib

import brotli
import cbor2
import cramjam
import lz4.block
import lz4.frame
import msgpack
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_traffic import BYTE_LAYERS, TEXT_OF_BYTES, mqtt, protobuf, thrift

from proxy_addons.decode.compression import DamagedLayerError, by_trial, inflate
from proxy_addons.decode.limits import Limits
from proxy_addons.decode.markup import graphql, xml
from proxy_addons.decode.packed import cbor, messagepack, plist
from proxy_addons.decode.packets import mqtt as read_mqtt
from proxy_addons.decode.structure import NotThisShapeError, json_pairs, json_trees
from proxy_addons.decode.tree import unfold
from proxy_addons.decode.wire import grpc_frames
from proxy_addons.decode.wire import protobuf as read_protobuf
from proxy_addons.decode.wire import thrift as read_thrift
from proxy_addons.sources.message import Message

SECRET = "490154203237518"
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=4),
    "zstd": zstandard.ZstdCompressor().compress,
    "snappy": lambda data: bytes(cramjam.snappy.compress(data)),
    "lz4": lz4.frame.compress,
}


def request(body, content_type="", kind="http", headers=()):
    return Message(
        "f", 1.0, "request", kind, "https", "h", "POST", "/", (("content-type", content_type), *headers), body
    )


def opened(body, *args, **kwargs):
    unfolded = unfold(request(body, *args, **kwargs))
    assert not [gap for gap in unfolded.gaps if gap.code == "analyser_error"], unfolded.gaps
    return unfolded


@pytest.mark.parametrize("codec", sorted(PACKERS))
def test_a_bomb_of_every_codec_gives_its_head_within_bounds(codec):
    bomb = PACKERS[codec](b"0" * (24 << 20))
    tracemalloc.start()
    try:
        content, cut = inflate(bomb, codec, 1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(content), cut) == (1 << 20, True)
    assert peak < 8 << 20


@pytest.mark.parametrize("codec", sorted(PACKERS))
def test_a_bomb_inside_base64_inside_json_is_bounded_and_said(codec):
    bomb = base64.b64encode(PACKERS[codec](b"0" * (6 << 20))).decode()
    message = request(json.dumps({"a": bomb, "imei": SECRET}).encode(), "application/json")
    unfolded = unfold(message, Limits(inflated=1 << 20))
    assert sum(len(leaf.text) for leaf in unfolded.leaves) < 3 << 20
    assert [gap.code for gap in unfolded.gaps] == ["limit_reached"]
    assert any(leaf.key == "imei" and leaf.text == SECRET for leaf in unfolded.leaves)


def test_a_block_that_claims_gigabytes_costs_nothing():
    for data in (b"\xff\xff\xff\xff\x0f" + b"x" * 40, b"\xff\xff\xff\x7f" + lz4.block.compress(b"x" * 99)[4:]):
        assert by_trial(data, 1 << 20, set()) == [] or len(by_trial(data, 1 << 20, set())[0][1]) < 1 << 16


def test_json_too_deep_to_parse_is_read_pair_by_pair():
    body = b'{"a":' * 10_000 + b'{"imei":"490154203237518","n":"\\u6b27\\u9633"}' + b"}" * 10_000
    unfolded = opened(body, "application/json")
    found = {leaf.key: leaf.text for leaf in unfolded.leaves}
    assert found["imei"] == SECRET
    assert found["n"] == "欧阳"
    assert [gap.code for gap in unfolded.gaps] == ["decode_failed"]


def test_json_that_was_cut_keeps_its_names():
    unfolded = opened(b'{"d":{"imei":"490154203237518","phone":"1391234567', "application/json")
    found = {leaf.key: leaf.text for leaf in unfolded.leaves}
    assert (found["imei"], found["phone"]) == (SECRET, "1391234567")
    assert unfolded.gaps


@pytest.mark.parametrize("deep", [b"\x81\xa1a" * 5000 + b"\x01", b"\xa1\x61a" * 5000 + b"\x01", b"\x91" * 60_000])
def test_deep_binary_structures_end(deep):
    for kind in ("application/msgpack", "application/cbor", "application/x-thrift", "application/x-protobuf", ""):
        opened(deep, kind)


def test_a_protobuf_of_itself_ends():
    data = b"imei490154203237518"
    for _ in range(200):
        data = protobuf((1, data), (2, "name"))
    assert any(SECRET in leaf.text for leaf in opened(data, "application/x-protobuf").leaves)


def test_a_hundred_megabytes_are_cut_and_said():
    body = b'{"imei":"490154203237518","x":"' + b"A" * (100 << 20) + b'"}'
    unfolded = unfold(request(body, "application/json"), Limits(body=1 << 20))
    assert any("body size" in gap.detail for gap in unfolded.gaps)
    assert any(leaf.key == "imei" and leaf.text == SECRET for leaf in unfolded.leaves)


@pytest.mark.parametrize("header", ["gzip", "br", "deflate", "zstd", "snappy", "lz4", "gzip, br", "rot13"])
@pytest.mark.parametrize("codec", sorted(PACKERS))
def test_a_wrong_content_encoding_loses_nothing(codec, header):
    body = PACKERS[codec](json.dumps({"imei": SECRET, "t": 5}).encode())
    unfolded = opened(body, "application/json", headers=(("content-encoding", header),))
    assert any(leaf.text == SECRET for leaf in unfolded.leaves)


def test_multipart_with_mixed_line_endings_keeps_the_bytes_of_a_file():
    inner = gzip.compress(b'{"imei":"490154203237518"}', mtime=0)
    body = (
        b'--B\nContent-Disposition: form-data; name="a"\n\nv1\n\r\n--B\r\nContent-Disposition: form-data; name="f"; '
        b'filename="x.gz"\r\n\n' + inner + b"\r\n--B--"
    )
    found = {leaf.key: leaf.text for leaf in opened(body, "multipart/form-data; boundary=B").leaves}
    assert found["imei"] == SECRET
    assert found["a"] == "v1\n"


def test_half_a_million_tags_and_unclosed_comments_end():
    for text in ("<a>" * 200_000, "<!--" * 200_000, "<![CDATA[" * 100_000, "<a b='" * 100_000):
        opened(text.encode(), "text/xml")


def test_encrypted_bodies_of_known_sdks_are_named():
    noise = b"".join(zlib.crc32(index.to_bytes(4)).to_bytes(4) for index in range(300))
    body = f"appkey=abc&m={base64.urlsafe_b64encode(noise).decode()}".encode()
    message = Message("f", 1.0, "request", "http", "https", "devs.data.mob.com", "POST", "/dinfo", (), body)
    assert any("MobTech" in gap.detail for gap in unfold(message).gaps)


def test_growingio_uploads_are_opened_by_their_time():
    inner = json.dumps([{"deviceId": "d-1", "imei": SECRET}]).encode()
    stamp = 1_700_000_123_457
    body = bytes(byte ^ (stamp & 0xFF) for byte in bytes(cramjam.snappy.compress_raw(inner)))
    headers = (("X-Compress-Codec", "2"), ("X-Crypt-Codec", "1"))
    target = f"/v3/projects/abc/collect?stm={stamp}"
    message = Message("f", 1.0, "request", "http", "https", "gio.example.cn", "POST", target, headers, body)
    found = {leaf.key: leaf for leaf in unfold(message).leaves}
    assert found["imei"].text == SECRET
    assert found["imei"].layers == ("xor", "snappy", "json")


def test_sensorsdata_and_thinkingdata_uploads_are_opened():
    events = json.dumps([{"distinct_id": "x", "properties": {"$device_id": "a1b2c3d4e5f60718"}}]).encode()
    coded = base64.b64encode(gzip.compress(events)).decode()
    form = f"crc=-123&gzip=1&data_list={coded.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}".encode()
    for body, kind in ((form, "application/x-www-form-urlencoded"), (coded.encode(), "text/plain")):
        found = {leaf.key: leaf for leaf in opened(body, kind).leaves}
        assert found["$device_id"].text == "a1b2c3d4e5f60718"
        assert found["$device_id"].layers[-3:] == ("base64", "gzip", "json")


BINARY = st.one_of(
    st.binary(max_size=200),
    st.dictionaries(
        st.text(max_size=6), st.one_of(st.text(max_size=20), st.integers(-9, 9), st.binary(max_size=20))
    ).map(msgpack.packb),
    st.dictionaries(st.text(max_size=6), st.one_of(st.text(max_size=20), st.floats())).map(cbor2.dumps),
    st.lists(st.tuples(st.integers(1, 15), st.binary(max_size=30)), max_size=4).map(lambda rows: protobuf(*rows)),
    st.binary(max_size=60).map(mqtt),
    st.binary(max_size=60).map(lambda data: thrift((1, data))),
)


@settings(max_examples=200, deadline=None)
@given(
    BINARY,
    st.sampled_from(
        [
            "",
            "application/grpc",
            "application/x-protobuf",
            "application/msgpack",
            "application/cbor",
            "application/x-thrift",
            "application/x-binary-plist",
            "application/json",
        ]
    ),
    st.sampled_from(["http", "websocket"]),
    st.lists(st.sampled_from(sorted({**BYTE_LAYERS, **TEXT_OF_BYTES})), max_size=2),
    st.integers(0, 20),
)
def test_no_bytes_raise(data, content_type, kind, layers, cut):
    for layer in layers:
        made = {**BYTE_LAYERS, **TEXT_OF_BYTES}[layer](data, "k")
        data = made if isinstance(made, bytes) else made.encode()
    opened(data[: len(data) - cut], content_type, kind)


@pytest.mark.parametrize(
    "reader",
    [
        read_protobuf,
        read_thrift,
        messagepack,
        cbor,
        plist,
        lambda data: read_mqtt(data, set()),
        lambda data: grpc_frames(data, set()),
    ],
)
@settings(max_examples=100)
@given(data=st.binary(min_size=1, max_size=200))
def test_readers_raise_one_error_only(reader, data):
    with contextlib.suppress(NotThisShapeError):
        reader(data)


@pytest.mark.parametrize("reader", [lambda text: xml(text, set()), graphql, json_trees])
@settings(max_examples=100)
@given(text=st.text(alphabet="<>/a=\"'![]-{}:,\\ \n&;x1", max_size=80))
def test_text_readers_raise_one_error_only(reader, text):
    json_pairs(text, set())
    with contextlib.suppress(NotThisShapeError):
        reader(text)


@given(st.binary(max_size=300), st.sampled_from(sorted(PACKERS)))
def test_damaged_codecs_raise_one_error_only(data, codec):
    for attempt in (data, PACKERS[codec](data)[:-3], PACKERS[codec](data) + b"x"):
        try:
            content, _ = inflate(attempt, codec, 100)
        except DamagedLayerError as damage:
            content = damage.head
        assert len(content) <= 101
