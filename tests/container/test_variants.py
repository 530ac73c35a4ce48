"""Sets of packages: `bundletool` writes an app several times over; it is read once, and only other code is missed."""

import pytest
from apks import Member, make_apk, make_dex, make_manifest, make_zip
from bundles import field

from analyzer.container import Limits
from analyzer.container.archive import Archive
from analyzer.container.package import open_package
from analyzer.container.variants import choose_packages

OTHER = make_dex({"Lcn/example/edu/Other;": []})


def apk(kind, path, split=True):
    """Return an ``ApkDescription``; the number tells what kind of package it is."""
    return field(2, path) + field(3 if split else kind, field(1, "x"))


def variant(number, *apks, runtime=False):
    targeting = field(6, field(1, 1)) if runtime else field(1, field(1, field(1, 21)))
    return field(1, targeting) + field(2, b"".join(field(2, one) for one in apks)) + field(3, number)


def contents(*variants, slices=()):
    rows = b"".join(field(1, one) for one in variants)
    return rows + b"".join(field(3, field(2, one)) for one in slices)


def chosen(names, toc=None):
    rows = [Member(name.encode(), b"") for name in names] + ([Member(b"toc.pb", toc)] if toc is not None else [])
    return choose_packages(Archive(make_zip(rows), Limits()), list(names))


def test_newest_variant_of_splits_is_the_app():
    toc = contents(
        variant(0, apk(4, "standalones/standalone.apk", split=False)),
        variant(2, apk(3, "splits/base-master_2.apk"), apk(3, "splits/base-zh.apk")),
        variant(1, apk(3, "splits/base-master.apk"), apk(3, "splits/base-zh.apk")),
        slices=[apk(7, "asset-slices/pack-master.apk", split=False)],
    )
    names = [
        "standalones/standalone.apk", "splits/base-master.apk", "splits/base-master_2.apk", "splits/base-zh.apk",
        "asset-slices/pack-master.apk",
    ]  # fmt: skip
    assert chosen(names, toc) == ["asset-slices/pack-master.apk", "splits/base-master_2.apk", "splits/base-zh.apk"]


def test_variant_with_the_code_of_its_sdks_goes_before_the_one_without():
    toc = contents(variant(1, apk(3, "splits/a.apk")), variant(2, apk(3, "splits/b.apk"), runtime=True))
    assert chosen(["splits/a.apk", "splits/b.apk"], toc) == ["splits/a.apk"]


def test_one_whole_package_is_enough_where_there_are_no_splits():
    toc = contents(variant(0, apk(4, "universal.apk", split=False)))
    assert chosen(["universal.apk"], toc) == ["universal.apk"]


@pytest.mark.parametrize("toc", [None, b"", b"\xff\xff", contents(variant(0, apk(3, "splits/gone.apk")))])
def test_without_a_usable_table_names_decide(toc):
    names = [
        "splits/base-master.apk", "splits/base-master_2.apk", "splits/base-master_10.apk", "splits/base-zh.apk",
        "splits/level_2.apk", "standalones/standalone-hdpi.apk",
    ]  # fmt: skip
    assert chosen(names, toc) == ["splits/base-master_10.apk", "splits/base-zh.apk", "splits/level_2.apk"]
    assert chosen(["config.zh.apk", "base.apk"], toc) == ["base.apk", "config.zh.apk"]


def write_set(path, **packages):
    path.write_bytes(
        make_zip([Member(f"{name}.apk".replace("__", "/").encode(), raw) for name, raw in packages.items()])
    )
    return open_package(path, Limits())


def test_variants_of_the_same_code_are_read_once_and_leave_nothing_open(tmp_path):
    app = make_apk(make_manifest())
    names = {"splits__base-master": app, "splits__base-master_2": app, "standalones__standalone": app}
    package = write_set(tmp_path / "app.apks", **names)
    assert len(package.parts) == 1
    assert package.reasons == []


def test_variant_with_other_code_is_told(tmp_path):
    app, other = make_apk(make_manifest()), make_apk(make_manifest(), OTHER)
    package = write_set(tmp_path / "app.apks", **{"splits__base-master": app, "standalones__standalone": other})
    (reason,) = package.reasons
    assert (reason.code, reason.detail.split(":")[0]) == ("nested_code", "standalones/standalone.apk")


def test_variant_that_cannot_be_read_is_told(tmp_path):
    app = make_apk(make_manifest())
    package = write_set(tmp_path / "app.apks", **{"splits__base-master": app, "standalones__standalone": b"PK?"})
    assert [one.code for one in package.reasons] == ["nested_code"]


def test_archives_stored_inside_have_end_records_of_their_own(tmp_path):
    app = make_apk(make_manifest())
    package = write_set(tmp_path / "app.apks", base=app, config=app)
    assert "several_end_records" not in {one.code for one in package.facts_notes().facts()}


def test_apkm_is_one_app_whatever_lies_beside_its_packages(tmp_path):
    split = make_apk(make_manifest(package="cn.example.edu"), None)
    path = tmp_path / "app.apkm"
    rows = [("info.json", b'{"apkm_version":5}'), ("icon.png", b"\x89PNG"), ("base.apk", make_apk(make_manifest()))]
    rows += [("split_config.zh.apk", split), ("split_config.arm64_v8a.apk", split)]
    path.write_bytes(make_zip([Member(name.encode(), raw) for name, raw in rows]))
    package = open_package(path, Limits())
    assert [part.name for part in package.parts] == ["", "split_config.arm64_v8a.apk", "split_config.zh.apk"]
    assert package.reasons == []
