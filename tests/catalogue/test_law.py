"""The legal texts as data: complete, coherent, and strict about mistakes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from analyzer.catalogue import law
from analyzer.model import Clause, RuleDataError, read_record, record_plain

RULES = Path(__file__).parents[2] / "rules"

HEADER = """
text:
  id: X
  title: {zh: 甲, en: A}
  short: {zh: 甲, en: A}
  number: null
  issuer: {zh: 乙, en: B}
  issued: '2020-01-01'
  in_force: null
  source: own knowledge
  sure: K
"""
CLAUSE = """
clauses:
  X-1:
    article: '1'
    title: {zh: 丙, en: C}
    channels: [static]
    source: S1
    sure: V
"""


@pytest.fixture(scope="module")
def clauses():
    return law.parse_clauses(RULES)


def write(root: Path, text: str, name: str = "x.yaml") -> Path:
    folder = root / "clauses"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return root


def test_every_text_has_all_its_clauses(clauses):
    count = Counter(clause.text for clause in clauses.values())
    assert count["191"] == 31
    assert count["14"] == 40
    assert count["337"] == 8
    assert count["164"] == 10
    assert count["EDU"] == 20
    assert count["POL"] == 18
    assert count["292"] == 2
    assert set(law.parse_texts(RULES)) == set(count)


def test_191_has_4_4_9_6_3_5_items(clauses):
    groups = Counter(key.split("-")[1].split(".")[0] for key in clauses if key.startswith("191-"))
    assert groups == {"1": 4, "2": 4, "3": 9, "4": 6, "5": 3, "6": 5}


@pytest.mark.parametrize(
    "clause",
    ["14", "14-19", "PIPL-13", "PIPL-31", "MINOR-REG-37", "MINOR-LAW-74", "CHILD-REG-8", "NETDATA-21", "CSL-21",
     "CRYPTO-27", "GBT-35273-A", "GBT-41391-E", "GBT-43435-P3"],
)  # fmt: skip
def test_the_laws_that_checks_cite_are_there(clauses, clause):
    assert clause in clauses


def test_the_letters_of_proof_became_channels_and_hints(clauses):
    assert clauses["191-3.1"].channels == ("traffic", "dynamic")
    assert clauses["191-3.1"].hints == ("static",)
    assert clauses["EDU-02"].channels == ("filing",)
    assert clauses["EDU-17"].hints == ("static",)


def test_clauses_survive_the_round_trip_through_json(clauses):
    for clause in clauses.values():
        assert read_record(Clause, record_plain(clause)) == clause


def test_there_are_39_app_types_and_learning_may_demand_the_phone_number_only():
    types = law.parse_app_types(RULES)
    assert sorted(types) == list(range(1, 40))
    assert types[19].necessary == ("phone_number",)
    nothing = {number for number, row in types.items() if not row.necessary}
    assert nothing == {21, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38}
    for row in types.values():
        assert read_record(law.AppType, record_plain(row)) == row


def test_unsure_article_numbers_are_not_called_verified(clauses):
    assert {clauses[key].sure for key in clauses if key.startswith("CHILD-REG-")} == {"K"}
    assert clauses["GBT-41391-E"].sure == "?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER + CLAUSE.replace("    source: S1\n", ""), r"x\.yaml: X-1: source: Field required"),
        (HEADER + CLAUSE.replace("    sure: V\n", ""), r"x\.yaml: X-1: sure: Field required"),
        (HEADER + CLAUSE + "    chanels: [static]\n", r"x\.yaml: X-1: chanels"),
        (HEADER + CLAUSE.replace("X-1:", "Y-1:"), r"Y-1: the id must begin with X-"),
        (HEADER + CLAUSE.replace("[static]", "[human]"), r"X-1: check: missing"),
        (HEADER + CLAUSE.replace("[static]", "[]"), r"X-1: channels: neither"),
        (HEADER + CLAUSE + "    hints: [static]\n", r"X-1: hints: static is among"),
        (HEADER + CLAUSE + CLAUSE.split("clauses:\n")[1], r"x\.yaml:\d+: key 'X-1' is given twice"),
        (HEADER.replace("  sure: K\n", "") + CLAUSE, r"x\.yaml: text: sure: Field required"),
        (CLAUSE, r"x\.yaml: text: missing"),
        (HEADER + CLAUSE + "more: 1\n", r"x\.yaml: more: unknown section"),
        (HEADER + "clauses: [1]\n", r"x\.yaml: a mapping from id"),
        (HEADER + CLAUSE + "    text: Y\n", r"X-1: text: the header"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path, text, message):
    with pytest.raises(RuleDataError, match=message):
        law.parse_clauses(write(tmp_path, text))


def test_one_clause_id_in_two_files_is_an_error(tmp_path):
    write(tmp_path, HEADER + CLAUSE, "a.yaml")
    with pytest.raises(RuleDataError, match=r"b\.yaml: X-1 is already in another file"):
        law.parse_clauses(write(tmp_path, HEADER + CLAUSE, "b.yaml"))


def test_an_app_type_beyond_39_is_an_error(tmp_path):
    (tmp_path / "app_types.yaml").write_text("'40': {title: {zh: 甲, en: A}}\n", encoding="utf-8")
    with pytest.raises(RuleDataError, match="40: a mapping under a number from 1 to 39"):
        law.parse_app_types(tmp_path)
