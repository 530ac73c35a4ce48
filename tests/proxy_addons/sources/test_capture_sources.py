import base64
import gzip
import io
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

from analyzer.model import NotAnalysed, UnreadableInputError
from proxy_addons.sources.capture import open_capture
from proxy_addons.sources.flowfile import RecordReader, follow_flow_file, read_flow_file
from proxy_addons.sources.har import NotHarError, read_har


def flow(body=b"body", **request):
    return tflow.tflow(req=tutils.treq(method=b"POST", content=body, **request), resp=True)


def flow_file(*flows):
    file = io.BytesIO()
    writer = FlowWriter(file)
    for one in flows:
        writer.add(one)
    return file.getvalue()


def entry(**fields):
    request = {
        "method": "POST",
        "url": "https://a.example.cn/p?q=1",
        "headers": [{"name": "X", "value": "y"}],
        "postData": {"text": "hello"},
    }
    return {
        "startedDateTime": "2026-08-01T10:00:00.5+08:00",
        "time": 100,
        "request": {**request, **fields.pop("request", {})},
        "response": {"status": 200, "headers": [], "content": {"text": "d29ybGQ=", "encoding": "base64"}},
        **fields,
    }


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}}).encode()


def test_request_and_response_of_a_flow():
    request, response = read_flow_file(io.BytesIO(flow_file(flow(b"abc"))))
    assert (request.direction, request.body, request.method, request.scheme, request.host) == (
        "request",
        b"abc",
        "POST",
        "http",
        "address",
    )
    assert (response.direction, response.body, response.flow) == ("response", b"message", request.flow)


def test_websocket_messages_and_raw_streams():
    messages = list(read_flow_file(io.BytesIO(flow_file(tflow.twebsocketflow(), tflow.ttcpflow()))))
    socket = [(part.direction, part.body, part.scheme) for part in messages if part.kind == "websocket"]
    assert socket == [
        ("request", b"hello binary", "ws"),
        ("request", b"hello text", "ws"),
        ("response", b"it's me", "ws"),
    ]
    assert [(part.direction, part.body) for part in messages if part.kind == "stream"] == [
        ("request", b"hello"),
        ("response", b"it's me"),
    ]


@pytest.mark.parametrize("keep", [1, 5, 200])
def test_a_cut_capture_gives_what_it_holds_and_says_so(keep):
    first, second = flow_file(flow(b"one")), flow_file(flow(b"two"))
    items = list(read_flow_file(io.BytesIO(first + second[:keep])))
    assert [item.body for item in items[:-1]] == [b"one", b"message"]
    assert items[-1].code == "capture_truncated"
    assert f"{keep} bytes" in items[-1].detail


def test_a_damaged_record_costs_only_itself():
    good = flow_file(flow(b"one"))
    items = list(read_flow_file(io.BytesIO(b"10:0123456789," + good)))
    assert items[0].code == "decode_failed"
    assert [item.body for item in items[1:]] == [b"one", b"message"]


def test_a_growing_file_is_followed_to_its_end(tmp_path):
    path = tmp_path / "a.flow"
    data = flow_file(flow(b"one"), flow(b"two"))
    path.write_bytes(data[:100])
    ended = iter([False, False, True])
    seen = []
    with path.open("rb") as file:
        for batch in follow_flow_file(file, lambda: next(ended), pause=0):
            seen += batch
            path.write_bytes(data)
    assert [item.body for item in seen] == [b"one", b"message", b"two", b"message"]


@given(st.binary(max_size=200))
def test_no_bytes_break_the_flow_reader(data):
    list(read_flow_file(io.BytesIO(data)))
    RecordReader(io.BytesIO(data)).rest()


def test_har_request_response_and_time():
    request, response = read_har(har(entry()))
    assert (request.flow, request.host, request.target, request.body, request.time) == (
        "har-0",
        "a.example.cn",
        "/p?q=1",
        b"hello",
        1785549600.5,
    )
    assert (response.body, response.time) == (b"world", 1785549600.6)


def test_har_params_base64_and_missing_bodies():
    made = har(
        entry(request={"postData": {"params": [{"name": "a b", "value": "1&2"}]}}),
        entry(request={"postData": {"text": base64.b64encode(b"\x1f\x8b").decode(), "encoding": "base64"}}),
        entry(request={"postData": None, "bodySize": 10}, response={"status": 0}),
        entry(request={"postData": None, "bodySize": 0}, response={"status": 0}),
        entry(response={"status": 200, "content": {}}),
    )
    items = [item for item in read_har(made) if item.direction == "request"]
    assert [item.body for item in items] == [b"a%20b=1%262", b"\x1f\x8b", None, b"", b"hello"]


def test_har_websocket_messages():
    made = har(
        entry(
            _webSocketMessages=[
                {"type": "send", "time": 5, "opcode": 1, "data": "hi"},
                {"type": "receive", "time": 6, "opcode": 2, "data": "AAE="},
            ]
        )
    )
    assert [(item.direction, item.body, item.scheme) for item in read_har(made)][2:] == [
        ("request", b"hi", "wss"),
        ("response", b"\x00\x01", "wss"),
    ]


@pytest.mark.parametrize(
    "odd", [None, 5, "x", {}, {"request": None}, {"request": {"url": "nonsense"}}, {"request": {"url": "http://[bad"}}]
)
def test_an_odd_har_entry_costs_only_itself(odd):
    items = list(read_har(har(odd, entry())))
    assert isinstance(items[0], NotAnalysed)
    assert items[0].request_id == "har-0"
    assert items[1].body == b"hello"


def test_odd_parts_of_an_entry_cost_only_themselves():
    items = list(
        read_har(
            har(
                entry(response="x", startedDateTime="yesterday"),
                entry(response={"status": 200, "headers": "x", "content": 5}),
                entry(_webSocketMessages=[{"time": "x"}], request={"headers": {"a": 1}, "postData": {"params": "x"}}),
            )
        )
    )
    requests = [item for item in items if not isinstance(item, NotAnalysed) and item.direction == "request"]
    assert requests[0].time == 0.0
    assert len(requests) == 3
    assert {item.code for item in items if isinstance(item, NotAnalysed)} == {"decode_failed"}


def test_a_cut_har_gives_its_whole_entries():
    text = har(entry(), entry(), entry())
    items = list(read_har(text[: len(text) - 60]))
    assert len([item for item in items if not isinstance(item, NotAnalysed)]) == 4
    assert items[-1].code == "capture_truncated"
    assert "2 entries" in items[-1].detail


@pytest.mark.parametrize("data", [b"{}", b"[]", b'{"log":5}', b'{"log":{"entries":{}}}', b"{", b"\xff\xff"])
def test_what_is_no_har_is_told(data):
    with pytest.raises(NotHarError):
        list(read_har(data))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "request",
                        "response",
                        "url",
                        "headers",
                        "postData",
                        "content",
                        "text",
                        "name",
                        "value",
                        "status",
                        "time",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_no_har_entry_raises(odd):
    list(read_har(har(odd)))


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.txt", b"hello", "neither"),
        ("empty.flow", b"", "empty"),
        ("a.har", b'{"x": 1}', "not a HAR"),
        ("a.zhar", b"\x78\x9cbroken", "HAR|compressed"),
    ],
)
def test_files_that_are_no_capture(tmp_path, name, data, why):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableInputError, match=why):
        list(open_capture(path).messages())
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        open_capture(tmp_path / "missing.flow")


def test_har_compressed_and_with_byte_order_mark(tmp_path):
    for name, data in (("a.zhar", zlib.compress(har(entry()))), ("b.har", b"\xef\xbb\xbf" + har(entry()))):
        path = tmp_path / name
        path.write_bytes(data)
        assert len(list(open_capture(path).messages())) == 2


def test_har_of_phone_tools():
    made = har(
        entry(request={"headers": {"Content-Type": "text/plain"}, "postData": "plain"}),
        entry(request={"postData": None, "_content": {"text": "AAE=", "encoding": "base64"}}),
        entry(request={"url": "https://a.example.cn/p", "queryString": [{"name": "imei", "value": "49 01"}]}),
        entry(request={"cookies": [{"name": "id", "value": "7"}, {"name": "n", "value": None}]}),
        entry(startedDateTime=1785549600500),
        entry(request={"postData": {"params": [{"name": "f", "fileName": "a b.jpg"}]}}),
    )
    requests = [item for item in read_har(made) if item.direction == "request"]
    assert (requests[0].header("content-type"), requests[0].body) == ("text/plain", b"plain")
    assert requests[1].body == b"\x00\x01"
    assert requests[2].target == "/p?imei=49%2001"
    assert requests[3].header("cookie") == "id=7; n="
    assert requests[4].time == 1785549600.5
    assert requests[5].body == b"f=a%20b.jpg"


@pytest.mark.parametrize("document", [[entry()], {"entries": [entry()]}])
def test_har_without_its_frame(document):
    assert len(list(read_har(json.dumps(document).encode()))) == 2


def test_a_number_of_thousands_of_digits_costs_nothing():
    text = har(entry(), entry()).replace(b'"time": 100', b'"time": ' + b"9" * 6000, 1)
    assert len([item for item in read_har(text) if not isinstance(item, NotAnalysed)]) >= 3


def test_a_damaged_entry_in_the_middle_is_stepped_over():
    text = har(entry(), entry(), entry()).decode()
    second = text.index('"startedDateTime"', text.index('"startedDateTime"') + 1)
    items = list(read_har((text[:second] + "\x00}{]" + text[second:]).encode()))
    assert [item.flow for item in items if not isinstance(item, NotAnalysed)] == ["har-0", "har-0", "har-2", "har-2"]
    assert [item.request_id for item in items if isinstance(item, NotAnalysed)] == ["har-1"]


def test_har_nested_ten_thousand_deep_is_told():
    with pytest.raises(NotHarError):
        list(read_har(b'{"a":' * 10_000))
    deep = har(entry(), entry())[:-3] + b"," + b'{"a":' * 10_000
    assert list(read_har(deep))[-1].code == "capture_truncated"


RECON = {
    "1": {
        "host": "ads.example.cn", "uri": "/r?imei=490154203237518", "dst_port": "443", "method": "POST",
        "headers": {"User-Agent": "x"}, "post_body": "a=1", "package_name": "cn.app", "ts": 1500000000123,
        "pii_types": ["IMEI"],
    },
    "2": {"dst_ip": "10.0.0.1", "uri": "/", "package_name": "cn.other"},
    "3": {"dst_ip": "10.0.0.9", "uri": "/x", "headers": ["A: b"], "referrer": "http://r", "dst_port": 80},
    "4": {"uri": "/"},
    "5": 7,
}  # fmt: skip


def test_recon_json():
    items = list(read_har(json.dumps(RECON).encode(), "cn.app"))
    first, third = (item for item in items if not isinstance(item, NotAnalysed))
    assert (first.flow, first.scheme, first.host, first.target, first.body, first.time) == (
        "recon-1", "https", "ads.example.cn", "/r?imei=490154203237518", b"a=1", 1500000000.123,
    )  # fmt: skip
    assert (third.scheme, third.host, third.headers) == ("http", "10.0.0.9", (("A", "b"), ("Referer", "http://r")))
    rows = {row.request_id: row.code for row in items if isinstance(row, NotAnalysed)}
    assert rows == {"recon-4": "decode_failed", "recon-5": "decode_failed", "": "other_app"}
    assert len([item for item in read_har(json.dumps(RECON).encode()) if not isinstance(item, NotAnalysed)]) == 3


def test_recon_as_a_list_is_a_capture(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(list(RECON.values())))
    assert len(list(open_capture(tmp_path / "a.json").messages("cn.app"))) == 5


@pytest.mark.parametrize("version", [4, 9, 15, 20, 21])
def test_records_of_older_versions_and_the_current_one(version):
    """Older states are made by taking away what later versions added; mitmproxy's own reader brings them up."""
    from mitmproxy.io import tnetstring

    state = dict(flow(b"abc").get_state())
    state["version"] = version
    if version < 21:
        state["request"]["timestamp_start"] = 5.0
    items = list(read_flow_file(io.BytesIO(tnetstring.dumps(state))))
    if version >= 20:
        assert [item.body for item in items] == [b"abc", b"message"]
    else:
        assert items, "read or told, never dropped"


def test_what_mitmproxy_reads_we_read_alike():
    from mitmproxy.io import tnetstring

    odd = flow(b"\x00\xff", headers=((b"Host", b"\xe4\xbd\xa0.cn:8443"), (b"A", b"\xff"), (b"A", b"")))
    two = flow(b"", http_version=b"HTTP/2.0", authority=b"[2001:db8::1]:443", headers=())
    for one in (odd, two, tflow.tflow(err=True)):
        request = next(iter(read_flow_file(io.BytesIO(flow_file(one)))))
        assert (request.host, request.target, request.method, request.scheme, request.time) == (
            one.request.pretty_host, one.request.path, one.request.method, one.request.scheme,
            one.request.timestamp_start,
        )  # fmt: skip
        assert request.headers == tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape"))
            for name, value in one.request.headers.fields
        )
    future = {**flow().get_state(), "version": 99}
    (row,) = read_flow_file(io.BytesIO(tnetstring.dumps(future)))
    assert row.code == "decode_failed"
    assert "99" in row.detail


def test_a_long_body_is_read_in_pieces_without_cutting_a_value(tmp_path, monkeypatch):
    from proxy_addons.live.record import encode_record
    from proxy_addons.sources import flowstate, pieces
    from proxy_addons.sources.capturefiles import body_file

    monkeypatch.setattr(flowstate, "WHOLE", 10)
    monkeypatch.setattr(pieces, "PIECE", 6000)
    one = flow(b"", headers=((b"Host", b"a.cn"), (b"Content-Encoding", b"gzip")))
    plain = b'{"n":"490154203237518"},' * 2000
    packed = gzip.compress(plain)
    capture = tmp_path / "a.flow"
    told = {"bodies": {"request": {"size": len(packed), "kept": len(packed), "trouble": ""}}}
    capture.write_bytes(encode_record(one, told))
    path = body_file(capture, one.id, "request")
    path.parent.mkdir()
    path.write_bytes(packed)
    items = [item for item in open_capture(capture).messages() if item.direction == "request"]
    assert b"".join(item.body for item in items) == plain
    assert all(item.body.count(b"490154203237518") == item.body.count(b'"n"') for item in items)
    assert [item.target for item in items[1:]] == [""] * (len(items) - 1), "what stands in the URL is found once"
    path.write_bytes(packed[:-50])
    path.write_bytes(b"\x1f\x8b" + b"broken" * 100)
    rows = [item for item in open_capture(capture).messages() if isinstance(item, NotAnalysed)]
    assert [(row.code, row.request_id) for row in rows] == [("decode_failed", one.id)]
    monkeypatch.setattr(pieces, "SCANNED", 10_000)
    path.write_bytes(packed)
    (row,) = [item for item in open_capture(capture).messages() if isinstance(item, NotAnalysed)]
    assert row.code == "limit_reached"


LONG = b'{"n":"490154203237518"},' * 3000


@pytest.mark.parametrize("kind", ["flow", "har"])
@pytest.mark.parametrize(("encoding", "body"), [("", LONG), ("gzip", gzip.compress(LONG, 0)), ("gzip", LONG)])
def test_a_long_body_of_somebody_elses_capture_is_read_to_its_end_in_pieces(
    tmp_path, monkeypatch, kind, encoding, body
):
    from proxy_addons.sources import flowstate, pieces

    monkeypatch.setattr(flowstate, "WHOLE", 10_000)
    monkeypatch.setattr(pieces, "PIECE", 6000)
    path = tmp_path / "a"
    if kind == "flow":
        path.write_bytes(flow_file(flow(body, headers=((b"Host", b"a.cn"), (b"Content-Encoding", encoding.encode())))))
    else:
        sent = {"mimeType": "application/json", "text": LONG.decode()}
        request = {"method": "POST", "url": "https://a.cn/up?x=1", "headers": [], "postData": sent}
        entry = {"startedDateTime": "2026-01-01T00:00:00Z", "request": request, "response": {"status": 0}}
        path.write_text(json.dumps({"log": {"entries": [entry]}}))
    items = list(open_capture(path).messages())
    assert not [item for item in items if isinstance(item, NotAnalysed)]
    sent = [item for item in items if item.direction == "request"]
    assert b"".join(item.body for item in sent) == LONG
    assert len(sent) > 8
    assert max(len(item.body) for item in sent) <= 6000
    assert [item.target for item in sent[1:]] == [""] * (len(sent) - 1)
    assert all(item.body.count(b"490154203237518") == item.body.count(b'"n"') for item in sent)


@pytest.mark.parametrize("codec", ["gzip", "br", "zstd"])
def test_a_bomb_in_a_long_body_stops_at_the_bound(tmp_path, monkeypatch, codec):
    import brotli
    import zstandard

    from proxy_addons.sources import pieces

    monkeypatch.setattr(pieces, "SCANNED", 4 << 20)
    plain = bytes(30 << 20)
    pack = {"gzip": lambda data: gzip.compress(data, 1), "br": lambda data: brotli.compress(data, quality=1),
            "zstd": zstandard.compress}[codec]  # fmt: skip
    path = tmp_path / "b"
    path.write_bytes(pack(plain))
    seen = 0
    made = pieces.read_pieces(path, codec)
    while seen < 4 << 20:
        piece = next(made)
        seen += len(piece)
        assert len(piece) <= pieces.PIECE
    with pytest.raises(pieces.TooLongError):
        next(made)
