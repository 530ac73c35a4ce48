import pytest

from analyzer.catalogue import find_rules
from analyzer.catalogue.calendar import parse_calendar
from analyzer.model import RuleDataError

GOOD = (find_rules() / "calendar" / "cn" / "2026.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("'2026':", "'2027':", "named after"),
        ("'2026-01-04'", "'2026-01-05'", "no Saturday or Sunday"),
        ("'2026-01-04'", "'2026-01-03'", "both off and worked"),
        ("'2026-01-04'", "'2025-01-05'", "another year"),
        ("'2026-01-04'", "'2026-02-30'", "day"),
        ("'2026-01-04'", "2026-01-04", "workdays"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_the_file_s_name(tmp_path, old, new, why):
    folder = tmp_path / "calendar" / "cn"
    folder.mkdir(parents=True)
    (folder / "2026.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleDataError, match=why) as caught:
        parse_calendar(tmp_path)
    assert "2026.yaml" in str(caught.value)


def test_years_are_read_with_their_days():
    years = parse_calendar(find_rules())
    assert {"2024", "2025", "2026"} <= set(years)
    assert len(years["2026"].make_up_days()) == 6
