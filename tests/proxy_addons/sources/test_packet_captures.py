import contextlib
import gzip
import json
import shutil
import ssl
from datetime import UTC, datetime, timedelta

import h2.config
import h2.connection
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from packets import pcap
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Request, TextMessage

from analyzer.model import NotAnalysed, UnreadableInputError
from proxy_addons.sources import pcap as reader
from proxy_addons.sources.capture import open_capture

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
HTTP = [
    (
        0,
        b'POST /p?q=1 HTTP/1.1\r\nHost: api.example.cn:80\r\nContent-Length: 26\r\n\r\n{"imei":"490154203237518"}',
    ),
    (1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
]


def messages(tmp_path, data, keylog=None):
    (tmp_path / "a.pcap").write_bytes(data)
    capture = open_capture(tmp_path / "a.pcap")
    assert capture.kind == "pcap"
    return list(capture.messages(None, keylog))


def http2(*, end=True):
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    server = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    client.initiate_connection()
    server.initiate_connection()
    fields = [
        (":method", "POST"),
        (":authority", "h2.example.cn"),
        (":scheme", "https"),
        (":path", "/h2?a=1"),
        ("x", "y"),
    ]
    client.send_headers(1, fields)
    sent = [client.data_to_send()]
    client.send_data(1, b"a" * 2000)
    client.send_data(1, b"b" * 2000, end_stream=True)
    sent.append(client.data_to_send())
    server.receive_data(b"".join(sent))
    server.send_headers(1, [(":status", "200")])
    server.send_data(1, b"answer", end_stream=end)
    return [*((0, part) for part in sent), (1, server.data_to_send())]


def websocket():
    client, server = WSConnection(ConnectionType.CLIENT), WSConnection(ConnectionType.SERVER)
    hello = client.send(Request(host="ws.example.cn", target="/chat"))
    server.receive_data(hello)
    list(server.events())
    answer = server.send(AcceptConnection())
    client.receive_data(answer)
    list(client.events())
    return [
        (0, hello),
        (1, answer),
        (0, client.send(TextMessage("masked"))),
        (1, server.send(BytesMessage(b"\x00\xff"))),
    ]


def tls(tmp_path, request, answer):
    """Run TLS in memory; return what went over the wire and the key log."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tls.example.cn")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (tmp_path / "c.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.check_hostname, ours.verify_mode = False, ssl.CERT_NONE
    ours.keylog_filename = str(tmp_path / "secrets.txt")
    theirs.load_cert_chain(tmp_path / "c.pem")
    pipes = [ssl.MemoryBIO() for _ in range(2)]
    client = ours.wrap_bio(pipes[1], pipes[0], server_hostname="tls.example.cn")
    server = theirs.wrap_bio(pipes[0], pipes[1], server_side=True)
    wire = []

    def step(end, pipe, side, action):
        # what the other side has sent is already in its pipe; note what this one adds
        with contextlib.suppress(ssl.SSLWantReadError):
            action()
        if pipe.pending:
            data = pipe.read()
            wire.append((side, data))
            pipe.write(data)

    for _ in range(3):
        step(client, pipes[0], 0, client.do_handshake)
        step(server, pipes[1], 1, server.do_handshake)
    step(client, pipes[0], 0, lambda: client.write(request))
    assert server.read(len(request)) == request
    step(server, pipes[1], 1, lambda: server.write(answer))
    return wire, tmp_path / "secrets.txt"


@needs_tshark
def test_http_websocket_http2_and_raw_streams(tmp_path):
    raw = [(0, b"\x01\x02push imei=490154203237518"), (1, b"ok")]
    items = messages(tmp_path, pcap((80, HTTP), (80, http2()), (80, websocket()), (5224, raw)))
    told = [(item.flow, item.kind, item.direction, item.scheme, item.host, item.target, item.body) for item in items]
    assert sorted(told) == sorted(
        [
            ("pcap-0-0", "http", "request", "http", "api.example.cn", "/p?q=1", b'{"imei":"490154203237518"}'),
            ("pcap-0-0", "http", "response", "http", "api.example.cn", "/p?q=1", b"ok"),
            ("pcap-1-1", "http", "request", "http", "h2.example.cn", "/h2?a=1", b"a" * 2000 + b"b" * 2000),
            ("pcap-1-1", "http", "response", "http", "h2.example.cn", "/h2?a=1", b"answer"),
            ("pcap-2-0", "http", "request", "http", "ws.example.cn", "/chat", b""),
            ("pcap-2-0", "http", "response", "http", "ws.example.cn", "/chat", b""),
            ("pcap-2-0", "websocket", "request", "ws", "ws.example.cn", "/chat", b"masked"),
            ("pcap-2-0", "websocket", "response", "ws", "ws.example.cn", "/chat", b"\x00\xff"),
            ("pcap-3", "stream", "request", "tcp", "203.0.113.4", "", b"\x01\x02push imei=490154203237518"),
            ("pcap-3", "stream", "response", "tcp", "203.0.113.4", "", b"ok"),
        ]
    )
    assert abs(items[0].time - 1_700_000_000.04) < 0.01
    h2_request = next(item for item in items if item.host == "h2.example.cn")
    assert h2_request.headers == (("x", "y"),)


@needs_tshark
def test_tls_is_opened_with_a_key_log_and_told_by_name_without(tmp_path):
    body = gzip.compress(b'{"phone":"13912345678"}')
    head = b"POST /t HTTP/1.1\r\nHost: tls.example.cn\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    wire, keys = tls(tmp_path, head + body, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    data = pcap((443, wire))
    request, response = messages(tmp_path, data, keys)
    assert (request.scheme, request.host, request.body) == ("https", "tls.example.cn", body)
    assert request.encrypted
    assert response.body == b"ok"
    (row,) = messages(tmp_path, data)
    assert (row.code, row.host, row.request_id) == ("tls_failed", "tls.example.cn", "pcap-0")
    keys.rename(tmp_path / "a.keylog")
    assert len(messages(tmp_path, data)) == 2, "secrets beside the capture are found"


@needs_tshark
def test_a_cut_packet_capture_gives_what_it_holds_and_says_so(tmp_path):
    data = pcap((80, HTTP), (80, HTTP))
    items = messages(tmp_path, data[:-30])
    assert [item.direction for item in items if not isinstance(item, NotAnalysed)] == ["request", "response", "request"]
    assert items[-1].code == "capture_truncated"


@needs_tshark
def test_a_message_without_an_end_is_told(tmp_path):
    items = messages(tmp_path, pcap((80, http2(end=False))))
    assert [item.body for item in items if not isinstance(item, NotAnalysed)][1:] == [b"answer"]
    assert (items[-1].code, items[-1].request_id) == ("capture_truncated", "pcap-0-1")


@needs_tshark
def test_a_file_that_only_begins_like_one_is_one_line(tmp_path):
    with pytest.raises(UnreadableInputError, match="tshark"):
        messages(tmp_path, b"\xd4\xc3\xb2\xa1 not really a packet capture at all")


def test_without_tshark_it_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(reader.shutil, "which", lambda _: None)
    with pytest.raises(UnreadableInputError, match="needs tshark"):
        messages(tmp_path, pcap((80, HTTP)))


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["frame", "tcp", "ip", "http", "http2", "tls", "frame_frame_time_epoch", "tcp_tcp_stream"]
                ),
                inner,
            )
        ),
        max_leaves=10,
    )
)
def test_no_output_of_tshark_raises(layers):
    list(reader.read_packets([json.dumps({"layers": layers}).encode(), b"{", b"5"]))
