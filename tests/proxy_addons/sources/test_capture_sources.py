import base64
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
