import pytest

import analyzer.catalogue as module
from analyzer.catalogue import find_rules, load_catalogue, parser_names
from analyzer.model import Clause, RuleDataError


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "site" / "analyzer"
    (folder / "catalogue").mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(folder / "catalogue" / "__init__.py"))
    find_rules.cache_clear()
    yield folder
    find_rules.cache_clear()


def test_an_installed_wheel_brings_its_rules(package):
    (package / "_rules").mkdir()
    (package.parent / "rules").mkdir()
    assert find_rules() == package / "_rules"


def test_a_source_tree_has_them_beside_the_package(package):
    (package.parent / "rules").mkdir()
    assert find_rules() == package.parent / "rules"


def test_an_installation_without_rules_says_so(package):
    with pytest.raises(RuleDataError, match="missing from this installation"):
        find_rules()


def test_a_process_loads_the_rules_once(catalogue):
    assert load_catalogue() is catalogue
    assert len(catalogue.rules_version) == 16
    assert int(catalogue.rules_version, 16) >= 0


def test_every_family_has_an_attribute_that_is_read_only(catalogue):
    for family in parser_names():
        table = getattr(catalogue, family)
        assert len(table) > 0, family
        with pytest.raises((TypeError, AttributeError)):
            table["x"] = 1


def test_rows_are_typed_and_equal_however_often_they_are_looked_at(catalogue):
    clause = catalogue.clauses["191-3.1"]
    assert isinstance(clause, Clause)
    assert catalogue.clauses["191-3.1"] is clause
    assert catalogue.app_types[19].number == 19
    assert "191-99" not in catalogue.clauses
    with pytest.raises(KeyError):
        catalogue.clauses["191-99"]


def test_every_row_of_every_family_builds(catalogue):
    for family in parser_names():
        if family not in ("apis", "recipients", "callgraph"):
            assert len(list(getattr(catalogue, family).values())) == len(getattr(catalogue, family)), family
    for table in catalogue.apis.by_kind.values():
        assert all(rules for rules in table.values())
    for pattern in catalogue.recipients.patterns():
        shape = pattern.startswith("*/")
        assert catalogue.recipients.rule(None if shape else pattern, pattern if shape else None).pattern == pattern


def test_areas_of_the_apis_have_titles(catalogue):
    areas = {rule.area for table in catalogue.apis.by_kind.values() for rules in table.values() for rule in rules}
    assert areas == set(catalogue.areas)
