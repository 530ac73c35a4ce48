"""Our verdict on signatures equals apksigner's, on everything that it signs and on what is changed afterwards."""

import itertools
from pathlib import Path

import pytest
from agreement import PAGE, ROWS_BEGIN, ROWS_END, compare
from apksigner import Apksigner, available
from signed import Workshop, cases

pytestmark = pytest.mark.skipif(not available, reason="apksigner or javac is not installed")

APPS = sorted((Path.home() / ".cache" / "eduaudit" / "apps").glob("*.apk"))


@pytest.fixture(scope="module")
def apksigner():
    with Apksigner() as running:
        yield running


@pytest.fixture(scope="module")
def shop(apksigner, tmp_path_factory):
    return Workshop(tmp_path_factory.mktemp("signing"), apksigner)


@pytest.mark.parametrize("name", [name for name, _ in cases(None)])
def test_verdict_schemes_and_certificates_equal_apksigners(shop, apksigner, tmp_path, name):
    case = dict(cases(shop))[name]()
    row = compare(apksigner, tmp_path, name, case)
    assert row.agrees == (row.too_old is None), row.line()


def test_the_committed_table_shows_every_case():
    page = PAGE.read_text(encoding="utf-8")
    lines = page.partition(ROWS_BEGIN)[2].partition(ROWS_END)[0].splitlines()
    shown = [line.split("|")[1].strip() for line in lines if line.startswith("| ") and not line.startswith("| case ")]
    assert shown == [name for name, _ in cases(None)]
    assert not [line for line in lines if line.endswith("| NO |")]


def test_every_kind_of_signer_occurs_among_the_cases():
    names = [name for name, _ in cases(None)]
    for kind, schemes in itertools.product(("rsa1024", "rsa4096", "ec", "ec384", "ec521"), ("v1", "v2", "v3")):
        assert f"key {kind}, {schemes}" in names
