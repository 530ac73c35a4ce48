import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexwriter import Class, Code, Ref, write_dex

from analyzer.catalogue.sdks import VersionPlace
from analyzer.dex import load
from analyzer.extract.sdk_versions import VersionReader
from analyzer.model import Sureness
from analyzer.model.sdk_words import UNCONFIRMED


class Rule:
    def __init__(self, *places):
        self.version = places


def reader(*classes, files=None, **options):
    index = load([("classes.dex", write_dex(list(classes) or [Class("Lapp/A;")]))])
    files = files or {}
    return VersionReader(index, files, options.get("metadata"), lambda name, count: files.get(name, b"")[:count])


def loading(*texts):
    units = [unit for text in texts for unit in (0x1A, Ref("string", text))]
    return Class("Lv/Sdk;", [("<clinit>", "()V", Code([*units, 0x0E]), 9)])


def test_a_static_field():
    made = reader(Class("Lv/BuildConfig;", strings=(("VERSION_NAME", "3.3.2"),)))
    place = VersionPlace(field="v/BuildConfig->VERSION_NAME")
    assert made.version(Rule(place)) == ("3.3.2", "v/BuildConfig->VERSION_NAME")
    assert made.version(Rule(VersionPlace(field="v/BuildConfig->OTHER"))) is None


def test_a_pattern_takes_the_version_out_of_a_field():
    made = reader(Class("Lv/BuildConfig;", strings=(("VERSION_NAME", "GTC-3.2.18.0"),)))
    assert made.version(Rule(VersionPlace(field="v/BuildConfig->VERSION_NAME"))) is None
    place = VersionPlace(field="v/BuildConfig->VERSION_NAME", pattern=r"^GTC-(\d[\d.]+)$")
    assert made.version(Rule(place))[0] == "3.2.18.0"


def test_a_string_that_a_method_loads():
    place = VersionPlace(method="v/Sdk-><clinit>", pattern=r"^\d+\.\d+\.\d+$")
    assert reader(loading("tag", "4.8.1", "x")).version(Rule(place))[0] == "4.8.1"
    assert reader(loading("4.8.1", "4.8.1")).version(Rule(place))[0] == "4.8.1"


def test_two_different_candidates_are_no_version():
    place = VersionPlace(method="v/Sdk-><clinit>", pattern=r"^\d+\.\d+\.\d+$")
    assert reader(loading("4.8.1", "2.0.0")).version(Rule(place)) is None


def test_the_next_place_is_asked_when_one_says_nothing():
    places = (VersionPlace(field="v/Gone->VERSION"), VersionPlace(string="quick_login_android_"))
    assert reader(loading("quick_login_android_5.9.17")).version(Rule(*places)) == (
        "5.9.17", '"quick_login_android_5.9.17"',
    )  # fmt: skip


def test_a_string_of_the_code_survives_renaming():
    place = VersionPlace(string="librtmp-", pattern=r"PLDroidCameraStreaming-(\d[\d.]+)$")
    assert reader(loading("librtmp-1.0.1;PLDroidCameraStreaming-2.0.4")).version(Rule(place))[0] == "2.0.4"
    assert reader(loading("librtmp-1.0.1;Other-2.0.4")).version(Rule(place)) is None


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (b"1.9.0\n", "1.9.0"), (b"version=18.9.0\nclient=play-services-base\n", "18.9.0"), (b"", None),
        (b"task ':x' property 'version'", None), (b"\xff\xfe1", None),
    ],
)  # fmt: skip
def test_a_version_file(content, version):
    place = VersionPlace(file="play-services-base.properties")
    found = reader(files={"play-services-base.properties": content}).version(Rule(place))
    assert (found and found[0]) == version


def test_where_it_stands_is_shown_escaped_and_short():
    place = VersionPlace(string="SDK ", pattern=r"version:(\d[\d.]+)")
    version, where = reader(loading("SDK \u202e version:1.2 " + "x" * 500)).version(Rule(place))
    assert version == "1.2"
    assert len(where) <= 210
    assert "\u202e" not in where


def test_a_file_that_is_not_there():
    assert reader().version(Rule(VersionPlace(file="a.properties"))) is None


def test_a_library_name_and_a_manifest_key():
    made = reader(files={"lib/arm64-v8a/libBaiduMapSDK_base_v6_0_0.so": b""}, metadata={"K": "2.1"})
    assert made.version(Rule(VersionPlace(native="libBaiduMapSDK_base_v*.so")))[0] == "6.0.0"
    assert made.version(Rule(VersionPlace(metadata="K"))) == ("2.1", "K=2.1")


@pytest.mark.parametrize("text", ["${version}", "unspecified", "x" * 50, "1" * 60, ""])
def test_what_is_no_version_is_none(text):
    made = reader(Class("Lv/B;", strings=(("V", text),)))
    assert made.version(Rule(VersionPlace(field="v/B->V"))) is None


def test_a_place_that_no_binary_confirmed_says_so():
    field = Class("Lv/Sdk;", [], strings=(("VERSION", "1.2.3"),))
    place = {"field": "v/Sdk->VERSION"}
    assert reader(field).version(Rule(VersionPlace(**place))) == ("1.2.3", "v/Sdk->VERSION")
    assert reader(field).version(Rule(VersionPlace(**place, sure=Sureness.VERIFIED))) == ("1.2.3", "v/Sdk->VERSION")
    version, where = reader(field).version(Rule(VersionPlace(**place, sure=Sureness.KNOWLEDGE)))
    assert (version, where) == ("1.2.3", "v/Sdk->VERSION" + UNCONFIRMED)
