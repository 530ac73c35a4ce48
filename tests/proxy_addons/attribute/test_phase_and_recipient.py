import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.attribute.frequency import interval
from proxy_addons.attribute.phase import Timeline
from proxy_addons.attribute.recipient import recipient_of
from proxy_addons.marks import KINDS, Mark


def phases(*marks):
    line = Timeline([Mark(time, kind) for time, kind in marks])
    return [line.phase(at) for at in (1, 10, 19, 20, 30, 40)]


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ((), ["unknown"] * 6),
        (((20, "agreed"),), ["before_consent"] * 3 + ["after_consent"] * 3),
        (
            ((10, "first_start"), (20, "agreed")),
            ["unknown", "before_consent", "before_consent"] + ["after_consent"] * 3,
        ),
        (
            ((10, "consent_shown"), (20, "refused"), (40, "agreed")),
            ["before_consent"] * 3 + ["refused"] * 2 + ["after_consent"],
        ),
        (((10, "background"),), ["unknown"] * 6),
        (((10, "agreed"), (20, "consent_shown")), ["before_consent"] + ["after_consent"] * 5),
        (((10, "agreed"), (20, "first_start")), ["before_consent"] + ["after_consent"] * 2 + ["before_consent"] * 3),
    ],
)
def test_phase_follows_the_marks(marks, expected):
    assert phases(*marks) == expected


def test_foreground_is_unknown_until_marked():
    line = Timeline([Mark(10, "background"), Mark(20, "foreground")])
    assert [line.foreground(at) for at in (5, 10, 19, 20)] == [None, False, False, True]


def test_an_unknown_time_has_no_phase():
    assert Timeline([Mark(10, "agreed")]).phase(0) == "unknown"


@given(st.lists(st.tuples(st.floats(1, 100), st.sampled_from(KINDS))), st.floats(1, 100))
def test_marks_count_by_time_and_those_of_one_moment_by_line(marks, at):
    marks = [Mark(time, kind) for time, kind in marks]
    assert Timeline(marks).phase(at) == Timeline(sorted(marks, key=lambda mark: mark.time)).phase(at)
    if not any(mark.mark in {"agreed", "refused", "first_start", "consent_shown"} for mark in marks):
        assert Timeline(marks).phase(at) == "unknown"


def test_intervals():
    assert interval([5.0]) is None
    assert interval([0.0, 5.0]) is None, "an unknown time is no time"
    assert interval([1.0, 3.0, 11.0, 5.0]) == 2.0


def test_recipients_by_host_shape_and_sureness(catalogue):
    table = catalogue.recipients
    assert recipient_of(table, "ulogs.umeng.com").name == "sdk:umeng-analytics"
    assert recipient_of(table, "ULOGS.umeng.com.").country == "CN"
    assert recipient_of(table, "data.school.example", "/sa?project=default&token=x").name.startswith("sdk:sensors")
    assert recipient_of(table, "data.school.example", "/x").name is None
    for pattern in table.patterns():
        if not pattern.startswith("*/"):
            rule = table.lookup(pattern.removeprefix("*."))
            name = recipient_of(table, pattern.removeprefix("*.")).name
            if rule.shared:
                assert name is None, pattern
            elif rule.suspected:
                assert name is None or not name.startswith("sdk:"), pattern
