"""One datum, one source: each code table is one file with one reader, and nothing else lists its codes."""

import re
from pathlib import Path

from analyzer import code_names
from analyzer.catalogue import load_catalogue
from analyzer.judge.filing_form import CODE_TABLES
from analyzer.judge.filing_rules import province_names

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("analyzer", "proxy_addons", "registry_api")
TABLES = load_catalogue().filing_codes


def sources():
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for name in PACKAGES
        for path in (ROOT / name).rglob("*.py")
    }


def test_each_table_has_its_file_and_each_file_its_table():
    assert {path.stem for path in (ROOT / "rules" / "filing").glob("*.yaml")} == set(TABLES)
    assert set(CODE_TABLES.values()) <= set(TABLES)


def test_one_module_reads_the_tables():
    readers = [
        name for name, text in sources().items() if re.search(r'["\']filing["\']', text) and "rule_files" in text
    ]
    assert readers == ["analyzer/catalogue/filing_codes.py"]


def test_no_code_lists_provinces_or_school_stages():
    provinces = TABLES["provinces"].codes
    names = {row.name.zh for row in provinces if row.name}
    letters = {name for row in provinces for name in province_names(row)}
    stages = {row.id for row in TABLES["stages"].codes if row.id != "special"}
    for name, text in sources().items():
        assert len({word for word in names if f'"{word}"' in text or f"'{word}'" in text}) < 5, name
        assert not re.search(f"[{''.join(letters)}]{{12}}", text), name
        assert len({code for code in stages if f'"{code}"' in text}) < 3, name


def test_patterns_of_numbers_know_exactly_the_provinces_of_the_table():
    letters = {name for row in TABLES["provinces"].codes for name in province_names(row)}
    outside = {"台", "港", "澳"}  # no public-security number there
    catalogue = load_catalogue()
    patterns = [p for row in catalogue.vocabularies.values() for p in row.patterns if "ICP" in p or "公网安备" in p]
    patterns += [p for row in catalogue.identifiers.values() for p in row.patterns if "ICP" in p or "公网安备" in p]
    assert len(patterns) >= 4
    for pattern in patterns:
        given = set(re.search(r"\[([\u4e00-\u9fff]+)\]", pattern)[1])
        assert given in (letters, letters - outside), pattern


def test_facade_gives_short_names():
    assert code_names("provinces")["11"] == ("北京", "Beijing")
    assert code_names("stages")["primary"] == ("小学", "Primary")
