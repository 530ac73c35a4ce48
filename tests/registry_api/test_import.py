import csv
import json

import pytest
import sqlalchemy as sa

from analyzer.model import UnreadableInputError
from registry_api.accounts.access import Actor, Role, default_scopes
from registry_api.exchange.filings import import_filings, read_rows

ACTOR = Actor("console", "console", Role.ADMIN, scopes=frozenset(default_scopes(Role.ADMIN)))


@pytest.fixture
def queries(registry):
    """Count statements on both engines."""
    counted = []

    def note(_c, _cursor, statement, *_):
        if statement.lstrip()[:6].upper() in {"SELECT", "INSERT", "UPDATE"}:
            counted.append(statement)

    for engine in (registry.database.writer, registry.database.reader):
        sa.event.listen(engine, "before_cursor_execute", note)
    return counted


def jsonl(path, documents):
    path.write_text("\n".join(json.dumps(item, ensure_ascii=False) for item in documents), encoding="utf-8")
    return path


def test_a_thousand_filings_import_and_list_with_a_fixed_number_of_queries(api, registry, filing_of, tmp_path, queries):
    documents = [
        filing_of(package=f"cn.bulk.app{index}", serial=f"{index % 50:06d}", name=f"应用{index}")
        for index in range(1000)
    ]
    result = import_filings(registry, ACTOR, read_rows(jsonl(tmp_path / "f.jsonl", documents)))
    assert (result.imported, result.known, result.errors) == (1000, 0, [])
    assert len(queries) < 40
    api("GET", "/me")
    for path in ("/filings", "/apps"):
        counts = []
        for limit in (10, 200):
            queries.clear()
            answer = api("GET", f"{path}?limit={limit}")
            assert len(answer.json()["items"]) == limit
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 6, (path, counts)
    again = import_filings(registry, ACTOR, read_rows(tmp_path / "f.jsonl"))
    assert (again.imported, again.known) == (0, 1000)
    assert len(api("GET", "/apps?q=%E5%BA%94%E7%94%A8 app77").json()["items"]) == 11
    assert api("GET", "/trail/verification").json()["intact"]


def test_wrong_rows_are_named_and_the_others_are_imported(registry, filing_of, tmp_path):
    good = filing_of(package="cn.bulk.good")
    wrong = filing_of(package="cn.bulk.wrong")
    wrong["unit"]["uscc"] = "91310000M000100Y40"
    path = jsonl(tmp_path / "f.jsonl", [good, wrong])
    path.write_text(path.read_text("utf-8") + "\n{broken\n[1]\n", encoding="utf-8")
    result = import_filings(registry, ACTOR, read_rows(path))
    assert result.imported == 1
    assert [number for number, _ in result.errors] == [3, 4, 2] or sorted(number for number, _ in result.errors) == [
        2,
        3,
        4,
    ]
    assert any("/unit/uscc" in why for _, why in result.errors)


def test_csv_names_its_columns_by_block_and_field(registry, filing_of, tmp_path, api):
    document = filing_of(package="cn.csv.app")
    row = {
        f"{block}.{key}": ";".join(map(str, value)) if isinstance(value, list) else value
        for block in ("unit", "system", "app")
        for key, value in document[block].items()
    }
    row["app.charges"] = "否"
    with (tmp_path / "f.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    result = import_filings(registry, ACTOR, read_rows(tmp_path / "f.csv"))
    assert (result.imported, result.errors) == (1, [])
    stored = api("GET", "/filings?package=cn.csv.app").json()["items"][0]
    assert stored["document"]["app"]["app_types"] == [19]
    assert stored["document"]["app"]["charges"] is False
    assert stored["state"] == "draft"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("f.csv", b"a,b\n1,2\n", "columns"),
        ("f.txt", b"", "neither"),
        ("f.jsonl", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_one_line(tmp_path, name, content, why):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInputError, match=why):
        list(read_rows(tmp_path / name))
