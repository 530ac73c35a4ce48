from datetime import date, timedelta

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.judge import judge, lasts_until
from analyzer.judge.settings import DEFAULTS
from analyzer.model import Facts, FilingFacts, SecurityFact, read_record

TODAY = date(2026, 11, 22)


def filed(**more):
    return Facts(filing=read_record(FilingFacts, more))


def test_without_a_date_a_judgement_lasts():
    assert lasts_until(Facts(), load_catalogue(), TODAY) is None
    assert lasts_until(filed(mlps_level=3), load_catalogue(), TODAY) is None


@pytest.mark.parametrize("age", [0, 100, DEFAULTS.certificate_days - 1, DEFAULTS.certificate_days])
def test_a_certificate_turns_on_the_day_after_its_period(age):
    day = TODAY - timedelta(days=age)
    turn = day + timedelta(days=DEFAULTS.certificate_days + 1)
    assert lasts_until(filed(mlps_date=day.isoformat()), load_catalogue(), TODAY) == turn


def test_what_is_over_says_another_number_every_day():
    day = TODAY - timedelta(days=DEFAULTS.certificate_days + 5)
    assert lasts_until(filed(mlps_date=day.isoformat()), load_catalogue(), TODAY) == TODAY + timedelta(days=1)


def test_a_date_ahead_turns_when_it_comes():
    day = TODAY + timedelta(days=3)
    assert lasts_until(filed(mlps_date=day.isoformat()), load_catalogue(), TODAY) == day


def pinned(b, *days):
    rows = [
        SecurityFact(kind="netconfig.pins", detail=f"a.cn: 2 pins, until {day}", file="res/xml/n.xml") for day in days
    ]
    return b.facts(static=b.static(security=tuple(rows)))


@pytest.mark.parametrize(
    ("until", "over"),
    [("2026-11-21", True), ("2026-11-22", True), ("2026-11-23", False), ("2026-1-5", True), ("2026-13-40", False), ("soon", False)],
)  # fmt: skip
def test_pins_are_over_from_their_day_on(build, until, over):
    judgement = judge(pinned(build, until), load_catalogue(), today=TODAY)
    rows = [row for row in judgement.findings if row.rule == "TLS.PINS_EXPIRED"]
    assert [row.subject for row in rows] == ([f"pin-set:{date(*map(int, until.split('-')))}"] if over else [])


def test_without_a_day_nothing_is_said_of_pins(build):
    found = judge(pinned(build, "2020-01-01"), load_catalogue()).findings
    assert "TLS.PINS_EXPIRED" not in {row.rule for row in found}


def test_a_judgement_lasts_until_the_first_pins_end(build):
    facts = pinned(build, "2026-12-01", "2026-11-30", "2020-01-01")
    assert lasts_until(facts, load_catalogue(), TODAY) == date(2026, 11, 30)
    assert lasts_until(pinned(build, "2020-01-01"), load_catalogue(), TODAY) is None
