import pytest

from analyzer.catalogue.checks import parse_checks
from analyzer.model import RuleDataError

GOOD = """\
ADS.MINORS:
  title: {zh: 甲, en: a}
  explanation: {zh: "{subject} 在 {host}", en: "{subject} at {host}"}
  advice: {zh: 乙, en: b}
  severity: high
  clauses: [191-3.1]
  channels: [static]
  harm: vulgar_content
  source: own knowledge
  sure: "1"
"""


def write(tmp_path, **files):
    (tmp_path / "checks").mkdir()
    for name, text in files.items():
        (tmp_path / "checks" / f"{name}.yaml").write_text(text)
    return parse_checks(tmp_path)


def test_a_check_is_read_with_its_placeholders(tmp_path):
    check = write(tmp_path, a=GOOD)["ADS.MINORS"]
    assert check.id == "ADS.MINORS"
    assert check.placeholders() == {"subject", "host"}
    assert check.severity == "high"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ADS.MINORS", "ads.minors", "upper-case"),
        ("ADS.MINORS", "ADS", "upper-case"),
        ("high", "awful", "severity"),
        ("static", "psychic", "channels"),
        ("vulgar_content", "rudeness", "harm"),
        ('sure: "1"', "sure: X", "sure"),
        ("  severity: high\n", "", "severity"),
        ("severity: high", "severity: high\n  id: ADS.MINORS", "the key is the id"),
        ("severity: high", "severity: high\n  severity: low", "given twice"),
        ("severity: high", "gravity: high", "gravity"),
    ],
)
def test_bad_checks_are_refused(tmp_path, old, new, message):
    with pytest.raises(RuleDataError, match=message):
        write(tmp_path, a=GOOD.replace(old, new))


def test_a_check_stands_in_one_file(tmp_path):
    with pytest.raises(RuleDataError, match="already in another file"):
        write(tmp_path, a=GOOD, b=GOOD)


def test_the_real_checks_parse(catalogue):
    assert len(catalogue.checks) > 0
    assert all(check.clauses for check in catalogue.checks.values())
