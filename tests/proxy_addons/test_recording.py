"""The addons that record, driven as mitmproxy drives them."""

import json
import os
import uuid

import pytest
from mitmproxy import ctx
from mitmproxy.io import FlowReader, tnetstring
from mitmproxy.test import taddons, tflow, tutils
from mitmproxy.websocket import WebSocketMessage
from wsproto.frame_protocol import Opcode

from proxy_addons import events
from proxy_addons.events import EVENT_LINE, append_event, read_events
from proxy_addons.incidents import incident_rows
from proxy_addons.live import bodies, record, recorder
from proxy_addons.live.marking import Marks
from proxy_addons.live.notes import guarded
from proxy_addons.live.record import encode_record
from proxy_addons.live.recorder import Recorder
from proxy_addons.markpage import CODE_VARIABLE
from proxy_addons.marks import read_marks
from proxy_addons.pressing import Operator
from proxy_addons.sources.capturefiles import beside, body_file
from proxy_addons.sources.flowfile import read_flow_file


@pytest.fixture
def recording(tmp_path):
    addon = Recorder()
    with taddons.context(addon) as context:
        addon.path = tmp_path / "a.flow"
        context.configure(addon, eduaudit_out=str(addon.path))
        yield addon
        addon.done()


def items(addon):
    with addon.path.open("rb") as file:
        return list(read_flow_file(file, addon.path))


def plain(state):
    """Tuples come back as lists from a file."""
    return tnetstring.loads(tnetstring.dumps(state))


def flows():
    trailers = tflow.tflow(resp=tutils.tresp(trailers=[(b"x", b"y")]))
    failed = tflow.tflow(err=True)
    odd = tflow.tflow(req=tutils.treq(headers=[(b"a", b"\xff" * 120), (b"a", b"")], content=None), resp=True)
    noted = tflow.tflow()
    noted.metadata["k"] = {"n": 1, "t": "文"}
    noted.comment = "注"
    changed = tflow.tflow(resp=True)
    changed.backup()
    changed.request.path = "/other"
    return [tflow.tflow(resp=True), trailers, failed, odd, noted, changed, tflow.twebsocketflow(), tflow.ttcpflow(),
            tflow.tudpflow(), tflow.tdnsflow(resp=True)]  # fmt: skip


@pytest.mark.parametrize("number", range(10))
def test_a_record_is_what_mitmproxy_itself_would_write(number):
    flow = flows()[number]
    for _ in range(2):  # the second time from what was kept of the connections
        assert tnetstring.loads(encode_record(flow)) == plain(flow.get_state())


def test_a_connection_that_changed_is_encoded_anew():
    flow = tflow.tflow(resp=True)
    encode_record(flow)
    flow.server_conn.timestamp_end = 1.0
    flow.client_conn.sni = "other"
    assert tnetstring.loads(encode_record(flow)) == plain(flow.get_state())


def test_another_format_version_is_left_to_mitmproxy(monkeypatch):
    flow = tflow.tflow()
    monkeypatch.setattr(record, "FORMAT", 1)
    assert tnetstring.loads(encode_record(flow, {"a": 1}, "new")) == plain(
        {**flow.get_state(), "metadata": {"eduaudit": {"a": 1}}, "id": "new"}
    )


def test_flows_are_written_when_they_end_and_mitmproxy_reads_them(recording):
    flow, late = tflow.tflow(resp=True), tflow.tflow()
    for one in (flow, late):
        recording.requestheaders(one)
        recording.request(one)
    recording.response(flow)
    assert len(items(recording)) == 2
    recording.done()
    assert len(items(recording)) == 3, "what was under way is kept as far as it got"
    with recording.path.open("rb") as file:
        assert [one.id for one in FlowReader(file).stream()] == [flow.id, late.id]


def test_our_own_marks_are_not_recorded(recording):
    flow = tflow.tflow(req=tutils.treq(host="eduaudit.mark", headers=[(b"host", b"eduaudit.mark")]), resp=True)
    recording.requestheaders(flow)
    recording.request(flow)
    recording.response(flow)
    recording.done()
    assert items(recording) == []


def test_a_long_body_passes_in_pieces_and_is_kept_beside(recording, monkeypatch):
    monkeypatch.setattr(bodies, "KEEP", 1000)
    parts = [os.urandom(400) for _ in range(10)]
    flow = tflow.tflow(req=tutils.treq(content=None, headers=[(b"content-length", b"4000")]), resp=True)
    recording.requestheaders(flow)
    assert [flow.request.stream(part) for part in [*parts, b""]] == [*parts, b""]
    recording.request(flow)
    recording.response(flow)
    request, response = items(recording)
    assert request.body == b"".join(parts)
    assert response.body == b"message"
    assert body_file(recording.path, flow.id, "request").stat().st_mode & 0o077 == 0
    body_file(recording.path, flow.id, "request").unlink()
    assert items(recording)[0].body is None, "a file that was not moved along is a missing body"


def test_a_body_of_unknown_length_streams_and_becomes_part_of_its_flow_when_short(recording):
    flow = tflow.tflow(resp=tutils.tresp(content=None, headers=[(b"transfer-encoding", b"chunked")]))
    recording.requestheaders(flow)
    recording.responseheaders(flow)
    for part in (b"ab", b"cd", b""):
        flow.response.stream(part)
    recording.response(flow)
    assert [item.body for item in items(recording)] == [b"content", b"abcd"]


def test_a_body_beyond_the_bound_passes_and_the_rest_is_told(recording, monkeypatch):
    monkeypatch.setattr(bodies, "KEEP", 1000)
    monkeypatch.setattr(bodies, "MOST", 2000)
    flow = tflow.tflow(req=tutils.treq(content=None, headers=[(b"content-length", b"4000")]), resp=True)
    recording.requestheaders(flow)
    for part in [b"a" * 900] * 4:
        assert flow.request.stream(part) == part
    recording.request(flow)
    recording.response(flow)
    found = items(recording)
    assert b"".join(item.body for item in found[:2]) == b"a" * 1800
    assert (found[2].code, found[2].request_id) == ("not_recorded", flow.id)
    assert "1800 of 3600" in found[2].detail


def test_a_body_that_cannot_be_kept_passes_all_the_same(recording, monkeypatch):
    monkeypatch.setattr(bodies, "KEEP", 10)
    (recording.path.with_name("a.bodies")).write_text("no folder")
    flow = tflow.tflow(req=tutils.treq(content=None, headers=[(b"content-length", b"5000000")]), resp=True)
    recording.requestheaders(flow)
    assert flow.request.stream(b"x" * 50) == b"x" * 50
    assert flow.request.stream(b"") == b""
    recording.request(flow)
    recording.response(flow)
    assert items(recording)[0].body is None


def test_a_long_websocket_holds_no_memory_and_loses_no_message(recording, monkeypatch):
    monkeypatch.setattr(recorder, "PART_MESSAGES", 10)
    flow = tflow.twebsocketflow()
    flow.websocket.messages.clear()
    recording.requestheaders(flow)
    recording.request(flow)
    recording.response(flow)
    most = 0
    for number in range(35):
        flow.websocket.messages.append(WebSocketMessage(Opcode.TEXT, True, b"m%d" % number, timestamp=5.0))
        recording.websocket_message(flow)
        most = max(most, len(flow.websocket.messages))
    assert most < 10
    recording.websocket_end(flow)
    found = items(recording)
    assert [item.body for item in found if item.kind == "websocket"] == [b"m%d" % number for number in range(35)]
    assert [item.direction for item in found if item.kind == "http"] == ["request", "response"], "not repeated"
    assert {item.flow for item in found} == {flow.id}
    with recording.path.open("rb") as file:
        assert len({one.id for one in FlowReader(file).stream()}) == 4, "mitmweb shows each part"


def test_a_long_raw_stream_is_written_in_parts(recording, monkeypatch):
    monkeypatch.setattr(recorder, "STREAM_MESSAGES", 2)
    flow = tflow.ttcpflow()
    messages = list(flow.messages)
    flow.messages.clear()
    recording.tcp_start(flow)
    for message in messages * 2:
        flow.messages.append(message)
        recording.tcp_message(flow)
    recording.tcp_end(flow)
    assert (
        b"".join(item.body for item in items(recording) if item.direction == "request") == b"hello" * 2 + b"hello" * 0
    )
    assert len(flow.messages) <= 2


class FullDisk:
    """`os.write` that fails in the middle of a record while ``full``."""

    def __init__(self):
        self.full = True
        self.write = os.write

    def __call__(self, descriptor, data):
        if not self.full:
            return self.write(descriptor, data)
        self.write(descriptor, data[:20])
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_the_file_whole_and_flows_are_written_when_there_is_room(recording, monkeypatch, caplog):
    disk = FullDisk()
    monkeypatch.setattr(recorder.os, "write", disk)
    sent = [tflow.tflow(resp=True) for _ in range(3)]
    for flow in sent[:2]:
        recording.response(flow)
    assert recording.path.stat().st_size == 0
    assert [entry.message for entry in caplog.records] == ["the capture cannot be written: No space left on device"]
    disk.full = False
    recording.response(sent[2])
    assert [item.flow for item in items(recording)][::2] == [flow.id for flow in sent]


def test_what_never_finds_room_is_told_by_its_id(recording, monkeypatch, capsys):
    monkeypatch.setattr(recorder.os, "write", FullDisk())
    flow = tflow.tflow(resp=True)
    recording.response(flow)
    recording.done()
    monkeypatch.undo()
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(EVENT_LINE))
    (row,) = incident_rows([json.loads(line.removeprefix(EVENT_LINE))])
    assert (row.code, row.request_id, row.host) == ("not_recorded", flow.id, "address")
    assert "took no more" in row.detail


def test_more_than_may_wait_gives_way_oldest_first(recording, monkeypatch, capsys):
    disk = FullDisk()
    monkeypatch.setattr(recorder.os, "write", disk)
    monkeypatch.setattr(recorder, "WAITING", 3000)
    sent = [tflow.tflow(resp=True) for _ in range(4)]
    for flow in sent:
        recording.response(flow)
    disk.full = False
    recording.done()
    kept = [item.flow for item in items(recording)][::2]
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith(EVENT_LINE)]
    lost = [json.loads(line.removeprefix(EVENT_LINE))["flow"] for line in told]
    assert lost + kept == [flow.id for flow in sent], "each is written or told"
    assert kept


def test_a_bug_in_a_hook_is_counted_with_its_flow_and_raises_nothing(recording, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(Recorder, "_save", broken)
    flow = tflow.tflow(resp=True)
    recording.response(flow)
    (event,) = read_events(beside(recording.path, "events"))
    assert (event["event"], event["flow"]) == ("analyser_error", flow.id)
    (row,) = incident_rows([event])
    assert (row.code, row.request_id) == ("analyser_error", flow.id)
    assert "ZeroDivisionError" in row.detail


def test_a_flow_that_cannot_be_encoded_is_told(recording):
    flow = tflow.tflow(resp=True)
    flow.metadata["odd"] = object()
    recording.response(flow)
    (event,) = read_events(beside(recording.path, "events"))
    assert (event["event"], event["flow"]) == ("not_recorded", flow.id)


def test_a_guard_lets_wrong_options_through(recording):
    from mitmproxy.exceptions import OptionsError

    @guarded
    def hook(self):
        raise OptionsError("wrong")

    with pytest.raises(OptionsError, match="wrong"):
        hook(None)
    with pytest.raises(OptionsError, match="eduaudit_out"):
        ctx.options.update(eduaudit_out=f"/nowhere/{uuid.uuid4()}/a.flow")


def test_a_line_after_a_half_written_one_is_not_lost(tmp_path):
    path = tmp_path / "a.events.jsonl"
    append_event(path, "one")
    with path.open("a") as file:
        file.write('{"event": "hal')
    append_event(path, "two")
    assert [event["event"] for event in read_events(path)] == ["one", "two"]


def test_marks_wait_for_a_full_disk(tmp_path, monkeypatch):
    disk = FullDisk()
    monkeypatch.setattr(events.os, "write", disk)
    operator = Operator(tmp_path / "a.marks.jsonl")
    operator.press("sa")
    assert "No space left" in operator.trouble
    assert [mark.mark for mark in operator.unwritten] == ["first_start", "agreed"]
    disk.full = False
    operator.press("")
    assert operator.trouble == ""
    assert [mark.mark for mark in read_marks(tmp_path / "a.marks.jsonl", may_be_cut=True)] == ["first_start", "agreed"]


def test_keys_and_names_of_functions(tmp_path):
    operator = Operator(tmp_path / "a.marks.jsonl")
    operator.press("sx搜题\x7f题 q\rxq\x1b?Ax")
    operator.leave()
    assert [(mark.mark, mark.note) for mark in read_marks(tmp_path / "a.marks.jsonl")] == [
        ("first_start", ""),
        ("function", "搜题 q"),
        ("agreed", ""),
        ("function", ""),
    ]
    assert not operator.ended, "q inside a name is a letter"
    operator.press("q")
    assert operator.ended


def test_phones_find_the_magic_host_by_name_and_reach_it(tmp_path, monkeypatch):
    """In WireGuard mode the phone looks the name up, and mitmproxy connects before it sees the request."""
    import asyncio

    from mitmproxy import connection
    from mitmproxy.net.dns import types
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

    monkeypatch.setenv(CODE_VARIABLE, "abcd1234")
    addon = Marks()
    assert CODE_VARIABLE not in os.environ
    flow = tflow.tdnsflow()
    flow.request.questions[0].name, flow.request.questions[0].type = "Eduaudit.mark", types.A
    addon.dns_request(flow)
    assert [str(answer.ipv4_address) for answer in flow.response.answers] == ["198.18.0.53"]
    other = tflow.tdnsflow()
    addon.dns_request(other)
    assert other.response is None

    async def reach():
        with taddons.context(addon):
            await addon.running()
            server = connection.Server(address=("198.18.0.53", 80))
            addon.server_connect(ServerConnectionHookData(server, tflow.tclient_conn()))
            _, writer = await asyncio.open_connection(*server.address)
            writer.close()
            elsewhere = connection.Server(address=("203.0.113.9", 80))
            addon.server_connect(ServerConnectionHookData(elsewhere, tflow.tclient_conn()))
            addon.done()
            return elsewhere.address

    assert asyncio.run(reach()) == ("203.0.113.9", 80)
