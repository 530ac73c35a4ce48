import csv
import io
import json
import uuid

import pytest
from openpyxl import load_workbook

from registry_api.db import now
from registry_api.exchange.sheets import neutral, write_csv, write_xlsx
from registry_api.organizations.models import App, Organization


@pytest.fixture
def apps(registry):
    with registry.database.write() as session:
        for province, code in (("31", "91310000M000100Y4D"), ("51", "91510000M000100Y4X")):
            unit = Organization(name="@甲", uscc=code, province=province, created_at=now())
            session.add(unit)
            session.flush()
            session.add_all(
                App(
                    package=f"cn.p{province}.a{index}",
                    name=f"=SUM({index})",
                    organization_id=unit.id,
                    province=province,
                    created_at=now(),
                )
                for index in range(230)
            )


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_has_every_page_of_the_same_filter_and_the_same_reach(api, apps):
    answer = api("GET", "/exports/apps", params={"province": "31", "sort": "-package"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="apps-')
    packages = [row["package"] for row in rows(answer)]
    assert len(packages) == 230
    assert packages == sorted(packages, reverse=True)
    assert len(rows(api("GET", "/exports/apps", role="reviewer", province="51"))) == 230
    assert {row["province"] for row in rows(api("GET", "/exports/apps", role="reviewer", province="51"))} == {"51"}


def test_no_cell_is_a_formula_in_any_format(api, apps):
    row = rows(api("GET", "/exports/apps"))[0]
    assert (row["name"], row["organization.name"]) == ("'=SUM(0)", "'@甲")
    book = load_workbook(io.BytesIO(api("GET", "/exports/apps?format=xlsx").content))
    cells = list(book.active.iter_rows(values_only=False))
    assert len(cells) == 461
    assert cells[1][2].value == "'=SUM(0)"
    assert {cell.data_type for line in cells for cell in line} <= {"s", "n"}
    lines = api("GET", "/exports/apps?format=jsonl").text.splitlines()
    assert json.loads(lines[0]) == api("GET", "/apps?limit=1").json()["items"][0]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_every_beginning_of_a_formula_is_neutralised(text):
    assert neutral(text) == "'" + text


def test_an_empty_list_has_its_header(api):
    assert api("GET", "/exports/filings").content.decode("utf-8-sig").startswith("id,number,state,")
    assert load_workbook(io.BytesIO(api("GET", "/exports/filings?format=xlsx").content)).active["A1"].value == "id"
    assert b"".join(write_csv(["a"], [])) == b"\xef\xbb\xbfa\r\n"


def test_a_wrong_filter_a_wrong_format_and_a_foreign_app_are_problems(api, apps):
    assert api("GET", "/exports/apps?format=pdf").json()["errors"][0]["pointer"] == "/query/format"
    assert api("GET", "/exports/apps?state=nowhere").status_code == 422
    assert api("GET", "/exports/apps/cn.p31.a0/findings", role="reviewer", province="51").status_code == 404
    assert api("GET", "/exports/trail", role="reviewer", province="51").status_code == 403


def test_every_list_has_its_export(api):
    operations = {op["operationId"] for item in api.http.app.openapi()["paths"].values() for op in item.values()}
    lists = {name for name in operations if name.startswith("list")}
    assert len(lists) >= 10
    assert {"export" + name.removeprefix("list") for name in lists} <= operations


def test_a_large_export_is_streamed(api, apps):
    pieces = list(write_xlsx(["a"], ({"a": uuid.uuid4().hex} for _ in range(20_000))))
    assert len(pieces) > 1
    first = next(write_csv(["a"], iter(lambda: {"a": 1}, None)))  # an endless list
    assert first.endswith(b"a\r\n")
