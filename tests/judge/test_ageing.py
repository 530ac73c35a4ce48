from datetime import date, timedelta

import pytest

from analyzer.catalogue import load_catalogue
from analyzer.judge import lasts_until
from analyzer.judge.settings import DEFAULTS
from analyzer.model import Facts, FilingFacts, read_record

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
