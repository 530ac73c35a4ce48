"""`eduaudit traffic export`: a HAR that may be handed on."""

import base64
import gzip
import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.model import NotAnalysed, UnreadableInputError
from proxy_addons.cli import traffic
from proxy_addons.evidence.redacted_har import entries, write_har
from proxy_addons.evidence.redactor import Redactor
from proxy_addons.redaction import Tags
from proxy_addons.sources.capture import open_capture

SAMPLE = Path(__file__).parents[3] / "samples" / "homework"
IMEI = "490154203237518"


@pytest.fixture
def redactor(catalogue, matcher):
    return Redactor(catalogue, matcher, Tags())


def run(*arguments):
    return CliRunner().invoke(traffic, ["export", *map(str, arguments)], standalone_mode=False)


def export(tmp_path):
    target = tmp_path / "out.har"
    arguments = (SAMPLE / "capture.flow", "--output", target, "--lang", "en")
    return target, run(*arguments, "--profile", SAMPLE / "profile.yaml")


def test_no_value_of_the_profile_is_in_the_file(tmp_path, catalogue):
    from proxy_addons.profile import read_profile  # only here

    target, result = export(tmp_path)
    assert result.exit_code == 0
    text = target.read_text(encoding="utf-8")
    known = read_profile(SAMPLE / "profile.yaml", frozenset(catalogue.personal_data))
    values = [value for data, items in known.values.items() for value in items if data != "device.model"]
    for value in values:
        assert value not in text
        assert base64.b64encode(value.encode()).decode().rstrip("=")[:-1] not in text
        for kind in ("md5", "sha1", "sha256"):
            assert hashlib.new(kind, value.encode()).hexdigest() not in text.lower()


def test_it_is_a_har_that_names_what_was_found(tmp_path):
    target, result = export(tmp_path)
    log = json.loads(target.read_text(encoding="utf-8"))["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == 13
    first = log["entries"][0]
    body = json.loads(first["request"]["postData"]["text"])
    assert body["body.base64.gzip.json$.header.imei"] == "[device.imei 86***********07 =1]"
    assert first["serverIPAddress"] == "192.0.2.10"
    assert [row["data"] for row in first["_eduaudit"]["transmissions"]] == [
        "device.imei",
        "device.android_id",
        "device.mac",
    ]
    assert "13 requests" in result.stdout
    assert "left out: codes nobody can read 1" in result.stderr
    assert list(tmp_path.iterdir()) == [target]


def test_it_can_be_read_again_and_holds_no_known_value(tmp_path, catalogue):
    from proxy_addons.replay import read_captures  # only here

    target, _ = export(tmp_path)
    facts = read_captures([target], SAMPLE / "profile.yaml")
    assert facts.flows == 13
    assert [row for row in facts.transmissions if row.proof == "known_value" and row.data != "device.model"] == []
    assert len(list(open_capture(target).messages())) == 26


def entry(redactor, *messages):
    (found,) = entries(messages, redactor)
    return found


def test_equal_values_have_equal_tags_and_others_do_not(message, redactor):
    body = {"a": "13700000001", "phone": "13700000001", "phone2": "13700000002"}
    text = entry(redactor, message(json.dumps(body).encode()))["request"]["postData"]["text"]
    shown = json.loads(text)
    assert shown["body.json$.a"] == shown["body.json$.phone"] == "[phone_number 13*******01 ~1]"
    assert shown["body.json$.phone2"] == "[phone_number 13*******02 ~2]"


def test_address_headers_and_cookies_are_redacted(message, redactor):
    sent = message(
        b"{}",
        target=f"/u/13912345678/x?imei={IMEI}&token=abc&name=%E9%92%9F%E7%A6%BB%E6%BE%84%E7%A0%9A",
        headers=(
            ("Authorization", "Bearer abcdefgh"),
            ("X-Id", IMEI),
            ("Cookie", "sid=opensesame; p=13912345678"),
            ("If-None-Match", IMEI),
        ),
    )
    text = json.dumps(entry(redactor, sent)["request"], ensure_ascii=False)
    for secret in ("13912345678", IMEI, "abcdefgh", "钟离澄砚", "%E9%92%9F%E7%A6%BB", '"abc"'):
        assert secret not in text, secret
    assert "[phone_number" in text
    assert redactor.left.counts["credential"] == 2


def test_what_nobody_can_read_is_dropped_and_counted(message, redactor):
    opaque = b"".join(hashlib.sha256(bytes([at])).digest() for at in range(40))
    body = {"sig": "5f4dcc3b5aa765d61d8327deb882cf99", "n": "6222020200112230", "text": "今天的作业" * 2000}
    shown = entry(
        redactor,
        message(opaque, "application/octet-stream"),
        message(json.dumps(body).encode(), flow="f1", direction="response"),
    )
    assert "dropped" in shown["request"]["postData"]["text"]
    assert "decode_failed" in shown["request"]["postData"]["comment"]
    text = shown["response"]["content"]["text"]
    assert "5f4dcc3b" not in text
    assert "62220202" not in text
    assert "[cut]" in text
    assert {"decode_failed", "code", "long"} <= set(redactor.left.counts)


def test_raw_streams_and_unread_flows_are_counted(message, redactor):
    gap = NotAnalysed(request_id="", host=None, code="capture_truncated", detail="x")
    assert list(entries([message(b"x", kind="stream"), gap], redactor)) == []
    assert redactor.left.counts == {"stream": 1, "capture_truncated": 1}


def test_web_socket_messages_are_in_the_entry(message, redactor):
    frame = message(json.dumps({"imei": IMEI}).encode(), kind="websocket", scheme="wss", headers=())
    found = entry(redactor, message(b""), frame)
    assert "[device.imei 49***********18 =1]" in found["_webSocketMessages"][0]["data"]
    assert found["_webSocketMessages"][0]["type"] == "send"


def test_the_capture_itself_is_never_overwritten(tmp_path):
    capture = tmp_path / "a.flow"
    capture.write_bytes((SAMPLE / "capture.flow").read_bytes())
    before = capture.read_bytes()
    assert "not overwritten" in str(run(capture, "--output", capture).exception)
    assert capture.read_bytes() == before


def test_a_folder_that_is_not_there_is_one_line(tmp_path, redactor):
    with pytest.raises(UnreadableInputError, match="cannot be written"):
        write_har([], redactor, tmp_path / "no" / "out.har", "x")


def test_a_failure_leaves_no_half_file(tmp_path, redactor, message):
    def broken():
        yield message(b"{}")
        raise UnreadableInputError("a.flow", "x")

    with pytest.raises(UnreadableInputError):
        write_har(broken(), redactor, tmp_path / "out.har", "x")
    assert list(tmp_path.iterdir()) == []


WRAPS = {
    "plain": lambda text: text,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "gzip64": lambda text: base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode(),
    "hex": lambda text: text.encode().hex(),
    "json": lambda text: json.dumps({"inner": text}),
}


@given(
    st.lists(st.sampled_from(sorted(WRAPS)), max_size=3),
    st.sampled_from([IMEI, "13912345678", "a1b2c3d4e5f60718", "11010519491231002X"]),
    st.sampled_from(["body", "query", "header", "cookie"]),
    st.text("abcxyz ", max_size=6),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_planted_value_never_comes_through(message, catalogue, matcher, wraps, value, place, beside):
    text = json.dumps({"k": value, "note": beside})
    for wrap in wraps:
        text = WRAPS[wrap](text)
    quoted = "".join(f"%{code:02X}" for code in text.encode())
    sent = {
        "body": lambda: message(text.encode()),
        "query": lambda: message(b"{}", target=f"/a?q={quoted}"),
        "header": lambda: message(b"{}", headers=(("x-data", quoted),)),
        "cookie": lambda: message(b"{}", headers=(("cookie", f"c={quoted}"),)),
    }[place]()
    shown = json.dumps(list(entries([sent], Redactor(catalogue, matcher, Tags()))), ensure_ascii=False)
    assert value not in shown
    for way in WRAPS.values():
        assert way(value).strip("=")[:-2] not in shown or way is WRAPS["gzip64"]
