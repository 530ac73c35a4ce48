"""Verdicts beside the newest apksigner, which knows scheme v3.1: on every case of the table, and on what it signs itself."""

import pytest
from agreement import compare
from apksigner import Apksigner, available
from googletools import CannotFetchError, fetch_jar
from signed import Case, Workshop, cases, package, with_pairs, without

from analyzer.container.signature.block import V3, V31

pytestmark = [
    pytest.mark.network,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not available, reason="apksigner or javac is not installed"),
]


@pytest.fixture(scope="module")
def newest():
    try:
        jar = fetch_jar("apksigner.jar")
    except CannotFetchError as error:
        pytest.skip(str(error))
    with Apksigner(jar) as running:
        yield running


@pytest.fixture(scope="module")
def shop(newest, tmp_path_factory):
    with Apksigner() as debians:
        yield Workshop(tmp_path_factory.mktemp("signing"), debians)


@pytest.fixture(scope="module")
def own_shop(newest, tmp_path_factory):
    """What the newest apksigner signs itself."""
    return Workshop(tmp_path_factory.mktemp("newest"), newest)


def test_every_case_of_the_table_agrees(shop, newest, tmp_path):
    rows = [compare(newest, tmp_path, name, make()) for name, make in cases(shop)]
    assert [row.line() for row in rows if not row.agrees] == []


def rotated(shop, *keys, since=33, schemes=(1, 2, 3), least=21, dev=False, v4=False):
    """Sign with a proof of rotation as apksigner does for the releases from ``since`` on."""
    extra = ["--lineage", shop.lineage(*keys), "--rotation-min-sdk-version", str(since)]
    extra += ["--rotation-targets-dev-release", "true"] if dev else []
    made = shop.sign(package(least), schemes, keys=keys, min_sdk=least, extra=extra, v4=v4)
    return Case(made[0], made[1], min_sdk=least) if v4 else Case(made, min_sdk=least)


SIGNED = {
    "v3.1 from 33 on": lambda shop: rotated(shop, "rsa", "ec"),
    "v3.1 from 34 on": lambda shop: rotated(shop, "rsa", "ec", since=34),
    "v3.1, rotated twice": lambda shop: rotated(shop, "rsa", "ec", "rsa4096"),
    "v3.1, RSA to RSA": lambda shop: rotated(shop, "rsa", "rsa/2"),
    "v3.1 without v1 and v2": lambda shop: rotated(shop, "rsa", "ec", schemes=(3,), least=28),
    "v3.1 of an app from 24 on": lambda shop: rotated(shop, "rsa", "ec", schemes=(2, 3), least=24),
    "v3.1 for a release in development": lambda shop: rotated(shop, "rsa", "ec", since=34, dev=True),
    "v3.1 with v4": lambda shop: rotated(shop, "rsa", "ec", v4=True),
    "v3 with the proof, from 28 on": lambda shop: rotated(shop, "rsa", "ec", since=28),
    "v3.1 removed": lambda shop: Case(with_pairs(rotated(shop, "rsa", "ec").data, without(V31))),
    "v3 removed": lambda shop: Case(with_pairs(rotated(shop, "rsa", "ec").data, without(V3))),
}


@pytest.mark.parametrize("name", SIGNED)
def test_what_the_newest_signs_is_judged_alike(own_shop, newest, tmp_path, name):
    row = compare(newest, tmp_path, name, SIGNED[name](own_shop))
    assert row.agrees, row.line()
    assert row.our_accepted == ("removed" not in name)
    if row.our_accepted:
        assert ("v3.1" in row.our_schemes) == name.startswith("v3.1")
