"""The data dictionary names every field of both forms, and the page in the docs is the one that is answered."""

from pathlib import Path

import analyzer
from analyzer.judge.dictionary import data_dictionary, dictionary_text

ROOT = Path(__file__).parents[2]


def pointers(schema):
    return {
        f"/{block}/{key}"
        for block, outer in schema["properties"].items()
        if "$ref" in outer
        for key in schema["$defs"][outer["$ref"].rpartition("/")[2]].get("properties", {})
    }


def test_every_field_has_names_type_source_and_sureness():
    forms = {form["id"]: form["fields"] for form in data_dictionary()["forms"]}
    assert {row["pointer"] for row in forms["provider_filing"]} == pointers(analyzer.filing_schema())
    assert {row["pointer"] for row in forms["user_filing"]} == pointers(analyzer.usage_schema())
    for row in (*forms["provider_filing"], *forms["user_filing"]):
        assert any("\u4e00" <= character <= "\u9fff" for character in row["name"]["zh"]) or "SHA" in row["name"]["zh"]
        assert row["name"]["en"] != row["pointer"].rpartition("/")[2], row
        assert row["type"], row
        assert row["source"], row
        assert row["sure"] in {"V", "K", "?"}, row
    assert any(row["sure"] == "?" for row in forms["provider_filing"])


def test_the_code_tables_of_the_fields_are_in_it(api):
    answer = api("GET", "/dictionary", key=None).json()
    assert answer == data_dictionary()
    tables = {table["id"]: table for table in answer["tables"]}
    used = {row["table"] for form in answer["forms"] for row in form["fields"] if row["table"]}
    assert used == set(tables)
    assert {row["code"]: row["name"]["zh"] for row in tables["stages"]["codes"]}["primary"] == "小学"


def test_the_page_is_current():
    text = (ROOT / "docs" / "dictionary.md").read_text("utf-8")
    assert text == dictionary_text(data_dictionary()), "run: eduaudit registry dictionary -o docs/dictionary.md"
