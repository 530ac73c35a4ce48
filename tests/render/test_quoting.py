"""A finding on an office's paper: names instead of codes, clauses as they are cited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analyzer
from analyzer.render.quoting import cite, numeral

CLAUSES = analyzer.clauses()


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("device.imei", "IMEI（国际移动设备识别码）"),
        ("jpush", "极光推送 JPush"),
        ("sdk:jpush", "极光推送 JPush"),
        ("sdk:jpush/A11", "极光推送 JPush，"),
        ("app/A11", "应用自身，"),
        ("no.such", "no.such"),
        ("", ""),
    ],
)
def test_what_a_finding_is_about_is_said_by_name(subject, said):
    told = analyzer.finding_words({"subject": subject}, CLAUSES).subject
    assert told.startswith(said)
    assert (told == said) == ("/" not in subject)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PIPL-14", "《个人信息保护法》第十四条："),
        ("MINOR-LAW-74", "《未成年人保护法》第七十四条："),
        ("191-3.1", "191号文 三、1："),
        ("EDU-01", "备案管理办法："),
        ("POL-10", "隐私政策要点 10："),
        ("GBT-43435-P3", "GB/T 43435："),
    ],
)
def test_a_clause_is_cited_with_its_text_and_article(name, said):
    told = cite(name, CLAUSES)
    assert told.startswith(said)
    assert told.endswith(f"{CLAUSES[name].title.zh}（{name}）")


def test_a_clause_that_no_rule_has_any_more_stays_as_it_is():
    assert cite("OLD-9", CLAUSES) == "OLD-9"


@given(st.integers(1, 99))
def test_articles_have_chinese_numerals(number):
    digits = {char: place for place, char in enumerate("零一二三四五六七八九")}
    tens, ten, ones = numeral(number).rpartition("十")
    assert (digits.get(tens, 1) * 10 if ten else 0) + digits.get(ones, 0) == number


def test_evidence_has_no_codes_of_ours():
    rows = [
        {"kind": "sdk", "where": "code cn/jpush/android; metadata JPUSH_APPKEY", "excerpt": "极光推送 JPush (certain)"},
        {"kind": "filing", "where": "/app/personal_data", "excerpt": "camera, phone_number"},
        {"kind": "access", "where": "La/B;->c()V [sdk:jpush]", "excerpt": "Ld/E;->f()V"},
        {
            "kind": "transmission",
            "where": "h.example (body imei)",
            "excerpt": "device.imei = 86****07 =1 · json>md5 · before_consent · +1.1 s · ×1 · known_value · https · t-1",
        },
    ]
    told = " ".join(" ".join(pair) for pair in analyzer.finding_words({"evidence": rows}, {}).evidence)
    for code in ("(certain)", "phone_number", "before_consent", "known_value", "[sdk:jpush]", "metadata "):
        assert code not in told
    for text in ("极光推送 JPush", "La/B;->c()V", "h.example", "手机号"):
        assert text in told
