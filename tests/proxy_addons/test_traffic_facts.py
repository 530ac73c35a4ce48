import base64
import gzip
import hashlib
import json

from analyzer.catalogue import load_catalogue
from analyzer.model import NotAnalysed, TrafficFacts, read_record, record_json
from proxy_addons.attribute.phase import Timeline
from proxy_addons.examiner import Examiner
from proxy_addons.marks import Mark
from proxy_addons.match.matcher import Matcher
from proxy_addons.profile import Profile
from proxy_addons.redaction import Tags, redact
from proxy_addons.sources.message import Message

IMEI = "490154203237518"


def test_equal_transmissions_are_added_up_by_phase(message, facts_of):
    body = json.dumps({"imei": IMEI}).encode()
    sent = [message(body, time=1000.0 + at, flow=f"f{at}") for at in (0, 5, 15, 60, 70)]
    facts = facts_of(
        *sent, timeline=Timeline([Mark(990, "first_start"), Mark(1050, "agreed"), Mark(1065, "background")])
    )
    rows = [(row.phase, row.foreground, row.count, row.interval_s, row.request_id) for row in facts.transmissions]
    assert rows == [
        ("after_consent", False, 1, None, "f70"),
        ("after_consent", True, 1, None, "f60"),
        ("before_consent", True, 3, 7.5, "f0"),
    ]
    assert facts.marks == ("agreed", "background", "first_start")
    assert facts.flows == 5


def test_the_order_of_messages_does_not_change_the_facts(message, facts_of):
    sent = [
        message(json.dumps({"imei": IMEI, "m": "13912345678"}).encode(), time=1000.0 + at, flow=f"f{at}")
        for at in range(4)
    ]
    assert facts_of(*sent) == facts_of(*reversed(sent))


def test_a_response_is_never_counted_as_sent(message, facts_of):
    facts = facts_of(message(b'{"phone":"13912345678"}', direction="response"))
    assert facts.transmissions == ()
    assert [(row.data, row.proof) for row in facts.received] == [("phone_number", "known_value")]


def test_nothing_personal_is_written(message, facts_of, profile):
    values = [value for items in profile.values.values() for value in items if len(value) > 3]
    body = {
        "all": values,
        **{value: value for value in values},
        "13912345678": {"imei": IMEI},
        "password": "hunter2hunter2",
        "idCard": "110105200001010016",
        "md5": hashlib.md5(IMEI.encode()).hexdigest(),
    }
    facts = facts_of(
        message(json.dumps(body).encode()), message(gzip.compress(b"x"), headers=(("content-encoding", "13912345678"),))
    )
    text = record_json(facts).decode()
    for value in [*values, "hunter2", "110105200001010016", hashlib.md5(IMEI.encode()).hexdigest()]:
        assert value not in text, value


def test_cleartext_and_encrypted_are_two_rows(message, facts_of):
    body = json.dumps({"imei": IMEI}).encode()
    facts = facts_of(message(body), message(body, scheme="http"))
    assert [row.encrypted for row in facts.transmissions] == [False, True]
    assert [(end.host, end.scheme, end.url) for end in facts.hosts] == [
        ("api.example.cn", "http", "http://api.example.cn/"),
        ("api.example.cn", "https", "https://api.example.cn/"),
    ]


def test_the_form_of_an_ad_exchange(message, facts_of):
    packed = base64.b64encode(gzip.compress(json.dumps([{"properties": {"$device_id": "a1b2c3d4e5f60718"}}]).encode()))
    facts = facts_of(
        message(
            b"gzip=1&data_list=" + packed.replace(b"+", b"%2B"),
            "application/x-www-form-urlencoded",
            target="/sa?project=x&token=1",
        )
    )
    (row,) = facts.transmissions
    assert (row.data, row.encoding, row.where, row.key) == (
        "device.android_id",
        ("form", "base64", "gzip", "json"),
        "body",
        "$device_id",
    )
    assert row.recipient.startswith("sdk:sensors")


def test_a_bug_of_ours_is_counted_with_the_flow_and_stops_nothing(message, facts_of, monkeypatch):
    find = Matcher.find

    def break_once(self, leaves):
        if any(leaf.text == "boom" for leaf in leaves):
            raise RuntimeError("13912345678")
        return find(self, leaves)

    monkeypatch.setattr(Matcher, "find", break_once)
    facts = facts_of(message(b'{"a":"boom"}', flow="bad"), message(b'{"imei":"490154203237518"}', flow="good"))
    assert facts.not_analysed == (
        NotAnalysed(request_id="bad", host="api.example.cn", code="analyser_error", detail="request: RuntimeError"),
    )
    assert len(facts.transmissions) == 1


def test_equal_gaps_of_a_host_are_one_row_with_their_number(message, facts_of):
    facts = facts_of(message(None, flow="a"), message(None, flow="b"))
    assert [(row.request_id, row.detail) for row in facts.not_analysed] == [
        ("a", "the capture does not hold the request's body (×2)")
    ]


def test_the_page_for_marks_is_not_examined(message, facts_of):
    facts = facts_of(message(b"13912345678", host="eduaudit.mark"))
    assert (facts.flows, facts.hosts, facts.transmissions) == (0, (), ())


def test_without_a_profile_only_patterns(message, facts_of):
    facts = facts_of(message(json.dumps({"imei": IMEI}).encode()), using=None)
    assert [(row.proof, row.sure) for row in facts.transmissions] == [("pattern", "1")]
    assert facts.profile is None


def test_another_profile_proves_nothing(message, facts_of):
    facts = facts_of(
        message(json.dumps({"imei": IMEI}).encode()), using=Profile("other", {"device.imei": ("352099001761481",)})
    )
    assert [row.proof for row in facts.transmissions] == ["pattern"]


def test_facts_survive_their_own_json(message, facts_of):
    facts = facts_of(message(json.dumps({"imei": IMEI}).encode()))
    assert read_record(TrafficFacts, record_json(facts)) == facts


def test_redaction_shows_equality_and_no_digest():
    tags = Tags()
    assert tags.redacted("phone_number", "13912345678", 2) == "13*******78 =2"
    assert tags.redacted("phone_number", "13712345678", None) == "13*******78 ~1"
    assert tags.redacted("phone_number", "13812345678", None) == "13*******78 ~2"
    assert tags.redacted("phone_number", "13712345678", None) == "13*******78 ~1"
    assert redact("account.password", "correct horse") == "******"
    assert redact("identity.name", "张伟") == "**"
    assert redact("location.precise", "31.230416,121.473701") == "31.***,121.***"


def test_headers_that_differ_in_length_and_date_alone_are_looked_at_once():
    examiner = Examiner(load_catalogue(), None)
    body = json.dumps({"lessons": ["algebra"] * 20}).encode()
    for number in range(5):
        headers = (
            ("content-length", str(number)),
            ("date", f"Mon, 0{number} Nov 2026"),
            ("content-type", "application/json"),
        )
        examiner.look(
            Message("f", 1.0, "response", "http", "https", "a.example", "GET", "/", headers, body, status=200)
        )
    assert len(examiner._headers) == 1
