import csv
import json

import pytest
import sqlalchemy as sa
from sqlmodel import select

from analyzer.model import UnreadableInputError
from registry_api.accounts.access import Actor, Role, default_scopes
from registry_api.exchange.filings import import_filings, read_rows
from registry_api.filings.bans import impose
from registry_api.filings.models import Filing
from registry_api.filings.states import State

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
        ("f.csv", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_one_line(tmp_path, name, content, why):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableInputError, match=why):
        list(read_rows(tmp_path / name))


def workbook(path, rows):
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def columns_of(document):
    return {
        f"{block}.{key}": ";".join(map(str, value)) if isinstance(value, list) else value
        for block in ("unit", "system", "app")
        for key, value in document[block].items()
    }


def test_a_workbook_is_read_and_its_formulas_are_refused_row_by_row(registry, filing_of, tmp_path, api):
    good, bad = (columns_of(filing_of(package=f"cn.xlsx.{name}")) for name in ("good", "bad"))
    bad["app.name"] = "=1+1"
    path = workbook(tmp_path / "f.xlsx", [list(good), list(good.values()), list(bad.values()), []])
    result = import_filings(registry, ACTOR, read_rows(path))
    assert (result.imported, result.failed) == (1, 1)
    assert result.errors[0][0] == 3
    assert "formula" in result.errors[0][1]
    assert api("GET", "/filings?package=cn.xlsx.good").json()["items"][0]["document"]["app"]["app_types"] == [19]


def test_a_dry_run_says_the_same_and_writes_nothing(registry, filing_of, tmp_path, api):
    rows = [filing_of(package="cn.dry.a"), filing_of(package="cn.dry.a"), filing_of(package="cn.dry.b")]
    rows[2]["unit"]["uscc"] = "91310000M000100Y40"
    path = jsonl(tmp_path / "f.jsonl", rows)
    dry = import_filings(registry, ACTOR, read_rows(path), dry_run=True)
    assert (dry.imported, dry.known, dry.failed) == (1, 1, 1)
    for name in ("/filings", "/apps", "/organizations"):
        assert api("GET", name).json()["items"] == []
    real = import_filings(registry, ACTOR, read_rows(path))
    assert (real.imported, real.known, real.errors) == (dry.imported, dry.known, dry.errors)


def test_a_file_is_imported_over_the_api_with_the_fields_that_are_wrong(api, upload, filing_of):
    wrong = filing_of(package="cn.api.wrong", name="长" * 301)
    text = "\n".join(json.dumps(item, ensure_ascii=False) for item in (filing_of(package="cn.api.good"), wrong))
    body = {"upload": upload(text.encode(), name="f.jsonl"), "dry_run": True}
    first = api("POST", "/imports", json=body).json()
    assert (first["dry_run"], first["imported"], first["failed"]) == (True, 1, 1)
    assert first["errors"][0]["fields"][0]["pointer"] == "/app/name"
    assert api("POST", "/imports", json={**body, "dry_run": False}).json()["imported"] == 1
    assert api("POST", "/imports", json={"upload": upload(b"x", name="f.pdf")}).json()["code"] == "invalid"


def test_a_provider_imports_for_itself_alone(api, upload, filing_of):
    key = api("POST", "/keys", json={"name": "v", "role": "vendor"}).json()["secret"]
    mine, other = filing_of(package="cn.mine"), filing_of(package="cn.other", province="51")
    assert api("POST", "/organizations", key=key, json={"name": "甲", "uscc": mine["unit"]["uscc"]}).status_code == 201
    text = "\n".join(json.dumps(item) for item in (mine, other)).encode()
    answer = api("POST", "/imports", key=key, json={"upload": upload(text, name="f.jsonl", key=key)}).json()
    assert (answer["imported"], [item["row"] for item in answer["errors"]]) == (1, [2])


@pytest.mark.parametrize(
    ("part", "content", "why"),
    [
        ("xl/sharedStrings.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><sst/>', "entities"),
        ("xl/worksheets/sheet1.xml", "<worksheet/>".encode("utf-16"), "UTF-8"),
        ("xl/worksheets/sheet1.xml", b"\0" * (3 * 1024 * 1024), "bomb"),
        ("xl/workbook.xml", b"<broken", "workbook"),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_is_read(tmp_path, part, content, why):
    import zipfile

    path = workbook(tmp_path / "good.xlsx", [["app.name"], ["x"]])
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(tmp_path / "f.xlsx", "w", zipfile.ZIP_DEFLATED) as made:
        for name in {*good.namelist(), part}:
            made.writestr(name, content if name == part else good.read(name))
    with pytest.raises(UnreadableInputError, match=why):
        list(read_rows(tmp_path / "f.xlsx"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_workbook_is_one_clear_line(tmp_path, content):
    (tmp_path / "f.xlsx").write_bytes(content)
    with pytest.raises(UnreadableInputError, match="workbook"):
        list(read_rows(tmp_path / "f.xlsx"))


def test_over_long_lines_and_a_broken_tail_are_rows_with_errors(tmp_path):
    path = tmp_path / "f.jsonl"
    path.write_bytes(b'{"a": 1}\n' + b"x" * 2_200_000 + b'\n{"b": "\\u0000"}\n{"c": NaN}\n{"d": 2}\n\xff')
    rows = list(read_rows(path))
    assert [number for number, row in rows if isinstance(row, dict)] == [1, 5]
    assert ["longer" in str(rows[1][1]), "NUL" in str(rows[2][1]), "UTF-8" in str(rows[-1][1])] == [True] * 3


def test_a_csv_that_breaks_off_says_where(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"app.name,app.package\na,b\n" * 4000 + b"\xff\n")
    rows = list(read_rows(path))
    assert len(rows) > 1000
    assert "nothing after" in str(rows[-1][1])


def test_an_app_for_ios_is_put_on_record_as_filing_it_would(api, registry, filing_of):
    from sqlmodel import select

    from registry_api.commands.group import operator
    from registry_api.exchange.filings import import_filings
    from registry_api.filings.models import Filing
    from registry_api.organizations.models import App

    result = import_filings(registry, operator(), [(1, filing_of(platform="ios", package="cn.example.study"))])
    assert (result.imported, result.errors) == (1, [])
    with registry.database.read() as session:
        assert session.exec(select(App.package)).one() == "ios:cn.example.study"
        assert session.exec(select(Filing.platform)).one() == "ios"


def test_who_is_banned_is_refused_row_by_row(api, registry, filing_of, tmp_path):
    documents = [filing_of(package=f"cn.ban.app{index}", serial=f"{index:06d}") for index in range(3)]
    path = jsonl(tmp_path / "f.jsonl", documents)
    assert import_filings(registry, ACTOR, read_rows(path)).imported == 3
    with registry.database.write() as session:
        filings = session.exec(select(Filing).order_by(Filing.id)).all()
        for filing in filings:
            filing.state = State.REVOKED.value
        impose(session, filings[1], "收集与教育无关的信息")
    more = [*documents, filing_of(package="cn.ban.other", serial="000001")]
    result = import_filings(registry, ACTOR, read_rows(jsonl(tmp_path / "g.jsonl", more)))
    assert (result.imported, result.failed) == (2, 2)
    assert [(number, result.fields[number][0].code) for number, _ in result.errors] == [(2, "banned"), (4, "banned")]
