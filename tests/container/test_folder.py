"""A folder is read as the package that its files make up."""

import os

import pytest
from apks import launcher, make_apk, make_dex, make_manifest

from analyzer import audit
from analyzer.container import Limits
from analyzer.container.folder import pack_folder
from analyzer.container.package import open_package
from analyzer.model import UnreadableInputError

READ = "Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;"


def write(folder, files):
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return folder


def splits():
    base = make_apk(make_manifest(components=[launcher()]), make_dex({"Lcn/example/edu/Main;": [READ]}))
    return {"base.apk": base, "config.zh.apk": make_apk(make_manifest()), "notes.txt": b"x"}


def test_equal_folders_give_equal_files(tmp_path):
    first, second = write(tmp_path / "a", splits()), write(tmp_path / "b", splits())
    os.utime(second / "base.apk", (0, 10**9))
    (tmp_path / "out").mkdir()
    made = [pack_folder(one, tmp_path / "out").read_bytes() for one in (first, second)]
    assert made[0] == made[1]


def test_splits_of_a_folder_are_one_app(tmp_path):
    report = audit(write(tmp_path / "app", splits()))
    assert report.artifact.format == "apks"
    assert report.artifact.name == "app.apks"
    assert [row.api for row in report.accesses] == [READ]


def test_code_and_a_text_manifest_of_a_folder_belong_together(tmp_path):
    manifest = b'<manifest package="cn.example.edu"><application/></manifest>'
    files = {"classes.dex": make_dex({"Lcn/example/edu/Main;": [READ]}), "AndroidManifest.xml": manifest}
    (tmp_path / "out").mkdir()
    made = pack_folder(write(tmp_path / "app", files), tmp_path / "out")
    package = open_package(made, Limits())
    assert package.format == "dex"
    assert [name for name, _ in package.dex_files(Limits())] == ["classes.dex"]


def test_a_folder_of_something_else_is_refused_in_one_line(tmp_path):
    with pytest.raises(UnreadableInputError, match="without APK or DEX"):
        audit(write(tmp_path / "app", {"a.txt": b"x"}))
