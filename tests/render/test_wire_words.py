"""Evidence from traffic is in codes in the facts, and in words wherever a person reads it."""

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.judge import build_report
from analyzer.judge.evidence import of_transmission
from analyzer.model import Facts, Run, TrafficFacts, Transmission
from analyzer.model.wire_words import WIRE_WORDS, wire_excerpt, wire_place
from analyzer.render import render


def sent(**changes):
    values = {
        "data": "device.imei", "host": "api.example.cn", "recipient": None, "country": None, "encrypted": False,
        "phase": "before_consent", "foreground": True, "count": 2, "interval_s": None, "encoding": (), "where": "body",
        "key": "imei", "value_redacted": "86***07 =1", "request_id": "f1", "proof": "known_value", "id": "t-0123456789",
        "since_start_s": 3.0, "path": "body.json$.imei", "offset": 0,
    }  # fmt: skip
    return Transmission(**{**values, **changes})


def test_codes_become_words_in_both_languages():
    item = of_transmission(sent())
    assert wire_place(item.where, "zh") == "api.example.cn（正文 imei）"
    assert wire_place(item.where, "en") == "api.example.cn (body imei)"
    assert (
        wire_excerpt(item.excerpt, "zh")
        == "device.imei = 86***07 =1 · 未编码 · 同意前 · 启动后 3 秒 · ×2 · 已知值 · 明文 · t-0123456789"
    )
    assert "3 s after the start" in wire_excerpt(item.excerpt, "en")


@pytest.mark.parametrize("where", ["La/B;->c()V [app]", "AndroidManifest.xml", "a.cn (bodyguard x)", "body", ""])
def test_other_places_stay_as_they_are(where):
    assert wire_place(where, "zh") == where


def test_a_capture_without_id_and_marks_still_reads():
    item = of_transmission(sent(id="", since_start_s=None, phase="unknown", key=None, encoding=("json", "md5")))
    assert wire_excerpt(item.excerpt, "zh").endswith("json>md5 · 阶段未标记 · ×2 · 已知值 · 明文 · #f1")
    assert wire_place(item.where, "zh") == "api.example.cn（正文）"


@pytest.mark.parametrize("form", ["html", "terminal"])
def test_no_code_is_left_on_a_chinese_page(form):
    traffic = TrafficFacts(
        engine="e", app="cn.example.app", captures=("0" * 64,), profile="p", marks=("agreed",), flows=1, transmissions=(sent(),)
    )  # fmt: skip
    catalogue = load_catalogue()
    run = Run(tool="0", rules="r", engine="e", started="2026-01-01T00:00:00+00:00", seconds={}, peak_memory=None)
    report = build_report(Facts(traffic=traffic), catalogue, run, ())
    text = render(report, form, "zh")
    text = text.decode() if isinstance(text, bytes) else text
    assert "t-0123456789" in text
    assert "启动后 3 秒" in text
    for code in set(WIRE_WORDS) & {"before_consent", "known_value", "after_consent"}:
        assert code not in text.replace("observed_before_consent", "")
