import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analyzer
from registry_api.notices.calendar import LONGEST, CalendarUnknown, WorkCalendar, local_day, work_calendar

D = dt.date
CALENDAR = WorkCalendar(analyzer.calendar())


@pytest.mark.parametrize("year", sorted(analyzer.calendar()))
def test_the_signed_off_years_agree_with_the_package_on_every_day(year):
    import chinese_calendar

    day = D(int(year), 1, 1)
    while day.year == int(year):
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += dt.timedelta(1)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Deadlines that the ministry itself set: five working days from the notice.
        (D(2023, 2, 8), D(2023, 2, 15)),
        (D(2022, 4, 20), D(2022, 4, 26)),  # Sunday 24 April was worked
        (D(2021, 1, 22), D(2021, 1, 29)),
        (D(2026, 9, 18), D(2026, 9, 24)),  # Sunday 20 September is worked
        (D(2026, 9, 24), D(2026, 10, 9)),  # Mid-autumn and National Day
        (D(2026, 2, 13), D(2026, 2, 27)),  # Saturday 14 February is worked, nine days off follow
        (D(2025, 12, 29), D(2026, 1, 6)),  # across the year: 1 to 3 January off, Sunday the 4th worked
    ],
)
def test_five_working_days_over_holidays_and_make_up_days(received, due):
    found = CALENDAR.due_on(received, 5)
    assert (found.on, found.provisional) == (due, False)


def test_a_term_into_an_unannounced_year_is_provisional_and_is_counted_anew_when_the_year_is_known():
    made = CALENDAR.due_on(D(2026, 12, 30), 5)
    assert (made.on, made.provisional) == (D(2027, 1, 6), True)
    assert made.calendar.endswith("2027@week")
    year = SimpleNamespace(
        days_off=lambda: frozenset({D(2027, 1, 1), D(2027, 1, 4)}), make_up_days=lambda: {D(2027, 1, 9)}
    )
    later = WorkCalendar({**analyzer.calendar(), "2027": year}).due_on(D(2026, 12, 30), 5)
    assert (later.on, later.provisional) == (D(2027, 1, 8), False)
    assert "2027@rules:" in later.calendar


def test_the_file_of_a_year_wins_over_the_package():
    year = SimpleNamespace(days_off=lambda: frozenset({D(2026, 11, 23)}), make_up_days=frozenset)
    mine = WorkCalendar({"2026": year})
    assert not mine.is_workday(D(2026, 11, 23))
    assert mine.is_workday(D(2026, 10, 1))
    assert mine.is_workday(D(2025, 1, 26)), "2025 comes from the package"


@pytest.mark.parametrize("year", [1999, 2031])
def test_nothing_is_counted_from_a_day_of_an_unknown_year(year):
    with pytest.raises(CalendarUnknown, match=str(year)) as caught:
        CALENDAR.due_on(D(year, 3, 1), 5)
    assert caught.value.errors[0].suggestion == f"rules/calendar/cn/{year}.yaml"
    with pytest.raises(CalendarUnknown):
        CALENDAR.is_workday(D(year, 3, 1))


def test_the_day_is_the_one_in_shanghai_and_a_time_without_zone_is_refused():
    assert local_day(dt.datetime(2026, 9, 17, 16, 30, tzinfo=dt.UTC)) == D(2026, 9, 18)
    assert CALENDAR.due_on(dt.datetime(2026, 9, 17, 16, 30, tzinfo=dt.UTC), 5).on == D(2026, 9, 24)
    with pytest.raises(ValueError, match="zone"):
        local_day(dt.datetime(2026, 9, 17))  # noqa: DTZ001 - the naive time is the point


def test_a_pause_stops_the_clock_until_the_day_on_which_it_starts_again():
    # Received Monday 16 November 2026, returned on Tuesday, handed in again on Friday: Monday the 23rd is day two.
    plain = CALENDAR.due_on(D(2026, 11, 16), 5)
    paused = CALENDAR.due_on(D(2026, 11, 16), 5, [(D(2026, 11, 17), D(2026, 11, 20))])
    assert (plain.on, paused.on) == (D(2026, 11, 23), D(2026, 11, 26))


@pytest.mark.parametrize("term", [0, -1, LONGEST + 1])
def test_a_senseless_term_is_refused(term):
    with pytest.raises(ValueError, match="working days"):
        CALENDAR.due_on(D(2026, 1, 5), term)


_days = st.dates(D(2020, 1, 1), D(2025, 6, 30))


@given(_days, st.integers(1, 60))
def test_a_due_day_is_worked_and_as_far_away_as_the_term(received, term):
    due = CALENDAR.due_on(received, term).on
    assert CALENDAR.is_workday(due)
    assert CALENDAR.working_days_between(received, due) == term
    assert due > received


@given(_days, _days, st.integers(1, 40))
def test_later_reception_and_longer_terms_never_come_due_earlier(first, second, term):
    first, second = sorted((first, second))
    assert CALENDAR.due_on(first, term).on <= CALENDAR.due_on(second, term).on
    assert CALENDAR.due_on(first, term).on < CALENDAR.due_on(first, term + 1).on


@given(_days, st.integers(1, 30), st.integers(0, 10), st.integers(0, 30))
def test_a_pause_delays_by_the_working_days_in_it(received, term, begin, length):
    stop = received + dt.timedelta(begin)
    start = stop + dt.timedelta(length)
    plain, paused = CALENDAR.due_on(received, term).on, CALENDAR.due_on(received, term, [(stop, start)]).on
    if plain <= stop:
        assert paused == plain
    else:
        lost = CALENDAR.working_days_between(stop, start)
        assert CALENDAR.working_days_between(received, paused) == term + lost


def test_the_calendar_in_force_is_that_of_the_rules():
    assert "rules:" in work_calendar().due_on(D(2026, 3, 2), 3).calendar
