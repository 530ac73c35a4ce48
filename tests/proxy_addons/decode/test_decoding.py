import base64
import gzip
import json
import tracemalloc
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.decode.compression import DamagedLayerError, inflate
from proxy_addons.decode.limits import Limits
from proxy_addons.decode.structure import NotThisShapeError, form_items, json_trees, multipart_items
from proxy_addons.decode.text import from_base64, text_of
from proxy_addons.decode.tree import unfold
from proxy_addons.sources.message import Message

SECRET = "490154203237518"


def request(body, content_type="", target="/", headers=()):
    return Message(
        "f", 1.0, "request", "http", "https", "h", "POST", target, (("content-type", content_type), *headers), body
    )


def leaves(*args, **kwargs):
    return {(leaf.place, leaf.key, leaf.layers): leaf.text for leaf in unfold(request(*args, **kwargs)).leaves}


def test_layers_are_named_from_the_outside_in():
    inner = base64.b64encode(gzip.compress(json.dumps({"imei": SECRET}).encode())).decode()
    found = leaves(gzip.compress(json.dumps({"data": inner}).encode()), headers=(("content-encoding", "gzip"),))
    assert found["body", "imei", ("gzip", "json", "base64", "gzip", "json")] == SECRET


@pytest.mark.parametrize(
    ("codec", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("deflate", lambda data: zlib.compress(data, wbits=-15)),
    ],
)
def test_every_content_coding_is_undone(codec, pack):
    body = json.dumps({"imei": SECRET}).encode()
    assert leaves(pack(body), headers=(("Content-Encoding", codec),))["body", "imei", (codec, "json")] == SECRET


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, zstandard.ZstdCompressor().compress])
def test_compression_is_known_by_its_magic_when_no_header_says_so(pack):
    assert SECRET in leaves(pack(json.dumps({"imei": SECRET}).encode())).values()


def test_a_header_that_lies_loses_nothing():
    message = request(b'{"imei":"490154203237518"}', headers=(("content-encoding", "br"),))
    assert SECRET in {leaf.text for leaf in unfold(message).leaves}
    assert SECRET in leaves(b'{"imei":"490154203237518"}', headers=(("content-encoding", "snappy"),)).values()


def test_query_path_cookie_and_header_are_places():
    found = leaves(
        b"",
        target="/u/13912345678/x?imei=4901%354203237518&a=1&imei=2",
        headers=(("Cookie", "uid=abc%20d; b=c"), ("X-Id", "q")),
    )
    assert found["query", "imei", ()] == "2"
    assert found["path", None, ()] == "x"
    assert found["cookie", "uid", ()] == "abc d"
    assert found["header", "x-id", ()] == "q"
    texts = [leaf.text for leaf in unfold(request(b"", target="/?imei=4901%354203237518&imei=2")).leaves]
    assert texts == [SECRET, "2"], "duplicates are kept"


def test_json_in_a_string_and_escaped_json_in_text():
    found = leaves(json.dumps({"m": json.dumps({"imei": SECRET})}).encode())
    assert found["body", "imei", ("json", "json")] == SECRET
    found = leaves(b'log line {\\"name\\":\\"\\u6b27\\u9633\\"} end')
    assert '{"name":"欧阳"}' in found["body", None, ("escape",)]


def test_json_numbers_keep_their_digits():
    assert (
        leaves(b'{"lat":31.2304160,"t":1e400,"n":123456789012345678901234567890}')["body", "lat", ("json",)]
        == "31.2304160"
    )


def test_json_nested_ten_thousand_deep_is_scanned_as_text():
    body = b'{"a":' * 10_000 + b'{"imei":"490154203237518"}' + b"}" * 10_000
    unfolded = unfold(request(body, "application/json"))
    assert any(SECRET in leaf.text for leaf in unfolded.leaves)
    assert [gap.code for gap in unfolded.gaps] == ["decode_failed"]


def test_a_cut_json_body_is_scanned_as_text():
    assert any(
        SECRET in leaf.text for leaf in unfold(request(b'{"imei":"490154203237518","x":"', "application/json")).leaves
    )


def test_several_json_texts_in_a_row():
    assert json_trees('{"a":"1"}\n{"a":"2"}') == [(("a", "1"),), (("a", "2"),)]


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_multipart_parts_are_opened(newline):
    body = newline.join(
        [
            b"--B",
            b'Content-Disposition: form-data; name="imei"',
            b"",
            b"490154203237518",
            b"--B",
            b'Content-Disposition: form-data; name="blob"; filename="a.gz"',
            b"Content-Type: application/gzip",
            b"",
            gzip.compress(b'{"k":"v-inside-gz"}'),
            b"--B--",
            b"",
        ]
    )
    found = leaves(body, "multipart/form-data; boundary=B")
    assert found["body", "imei", ("multipart",)] == SECRET
    assert found["body", "k", ("multipart", "gzip", "json")] == "v-inside-gz"


def test_multipart_cut_before_its_end_keeps_the_part():
    items = multipart_items(
        b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n490154', "multipart/form-data; boundary=B"
    )
    assert [(item.key, item.value) for item in items] == [("a", b"490154")]
    with pytest.raises(NotThisShapeError):
        multipart_items(b"x", "multipart/form-data")


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("padding", [True, False])
def test_base64_of_every_alphabet_with_and_without_padding(alphabet, padding):
    token = alphabet("imei=490154203237518&n=钟离~~??".encode()).decode()
    found = leaves(json.dumps({"d": token if padding else token.rstrip("=")}).encode())
    assert found["body", "imei", ("json", "base64", "form")] == SECRET


def test_hex_and_double_percent_encoding():
    assert SECRET in leaves(json.dumps({"d": SECRET.encode().hex()}).encode()).values()
    assert (
        leaves(b"", target="/?d=%257B%2522imei%2522%253A%2522490154203237518%2522%257D")[
            "query", "imei", ("percent", "json")
        ]
        == SECRET
    )


def test_a_decompression_bomb_is_bounded_and_said():
    bomb = gzip.compress(b"0" * (200 << 20), 9)
    assert len(bomb) < 300_000
    unfolded = unfold(request(bomb, headers=(("content-encoding", "gzip"),)), Limits(inflated=4 << 20))
    assert sum(len(leaf.text) for leaf in unfolded.leaves) <= 5 << 20
    assert any(gap.code == "limit_reached" for gap in unfolded.gaps)


@pytest.mark.parametrize(
    ("codec", "pack"),
    [
        ("br", lambda data: brotli.compress(data, quality=5)),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
    ],
)
def test_bombs_never_unfold_in_memory(codec, pack):
    bomb = pack(b"0" * (64 << 20))
    tracemalloc.start()
    try:
        content, cut = inflate(bomb, codec, 1 << 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(content), cut) == (1 << 20, True)
    assert peak < 16 << 20


def test_nested_bombs_end_at_the_depth_bound():
    data = b'{"imei":"490154203237518"}'
    for _ in range(40):
        data = gzip.compress(data)
    assert any("depth" in gap.detail for gap in unfold(request(data)).gaps)


def test_damaged_compression_gives_its_head_and_is_counted():
    noise = b"".join(zlib.crc32(index.to_bytes(4)).to_bytes(4) for index in range(3000))
    damaged = gzip.compress(json.dumps({"imei": SECRET}).encode() + noise)[:-600]
    unfolded = unfold(request(damaged, headers=(("content-encoding", "gzip"),)))
    assert any(SECRET in leaf.text for leaf in unfolded.leaves)
    assert unfolded.gaps[0].code == "decode_failed"
    with pytest.raises(DamagedLayerError):
        inflate(b"\x1f\x8b\x08nonsense", "gzip", 100)


def test_invalid_utf8_keeps_the_readable_runs():
    text, clean = text_of(b"\xff\xfe\x00\x01\x02\x03 imei=490154203237518 \xff\x80\x00")
    assert SECRET in text
    assert not clean
    assert text_of("姓名".encode("gb18030"))[0] == "姓名"


def test_a_missing_body_and_an_opaque_body_are_said():
    assert [gap.code for gap in unfold(request(None)).gaps] == ["body_missing"]
    noise = b"".join(zlib.crc32(bytes([index % 256, index >> 8])).to_bytes(4) for index in range(300))
    assert "opaque" in unfold(request(noise, "application/octet-stream")).gaps[0].detail


def test_a_huge_body_is_cut_and_said():
    unfolded = unfold(request(b"x" * 5000), Limits(body=1000))
    assert unfolded.leaves[0].text == "x" * 1000
    assert unfolded.gaps[0].code == "limit_reached"


def test_a_body_of_many_tokens_ends_in_time():
    unfold(request(json.dumps([{"k": "QUJDREVGR0hJSktMTU5PUFFS" * 3}] * 5000).encode()))
    # ends within the time limit of every test


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]),
    st.sampled_from(["gzip", "br", "deflate", "zstd", "identity", "gzip, br", "x"]),
)
def test_no_content_raises(body, content_type, coding):
    unfold(request(body, content_type, headers=(("content-encoding", coding),)))


@given(st.text(max_size=200))
def test_no_target_raises(target):
    unfold(request(b"", target="/" + target))


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=20)), max_size=5))
def test_forms_come_back_whole(pairs):
    from urllib.parse import urlencode

    plain = [
        (item.key, item.value.decode() if isinstance(item.value, bytes) else item.value)  # bytes: control characters
        for item in form_items(urlencode(pairs))
    ]
    assert plain == pairs or not pairs


@given(st.binary(max_size=100))
def test_base64_comes_back_whole(data):
    assert from_base64(base64.b64encode(data)) == data
    assert from_base64(base64.urlsafe_b64encode(data).rstrip(b"=")) == data
