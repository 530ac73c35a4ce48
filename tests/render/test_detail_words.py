"""A Chinese page speaks Chinese: details of coverage, anomalies and evidence are put into words, the record is not changed."""

import re
from pathlib import Path

import pytest

from analyzer.extract.hybrid.bundles import say_coverage
from analyzer.model import Bundle, CoverageReason, FindingEvidence
from analyzer.render.anomaly_words import TITLES, anomaly_detail, packer_sign
from analyzer.render.bundle_words import bundle_sentence
from analyzer.render.detail_words import coverage_text, evidence_text

CONTAINER = Path(__file__).parents[2] / "analyzer"


@pytest.mark.parametrize(
    ("code", "detail", "told"),
    [
        ("packed", "3 of 4 classes of the manifest are in no DEX file, such as cn.a.B", "清单中的 4 个类有 3 个"),
        ("packed", "360 加固: application: com.stub.StubApp", "360 加固：应用类：com.stub.StubApp"),
        ("nested_code", "assets/a.apk: apk outside of the place from which the platform loads code", "不在系统加载"),
        (
            "nested_code",
            "a.zip: archive with code outside of the place from which the platform loads code",
            "含代码的压缩包",
        ),
        ("nested_code", "a.zip: archive in an archive not opened", "没有打开"),
        ("nested_code", "x.apk: another variant of the app with other code, left out", "另一变体"),
        ("dynamic_loading", "code is loaded at run time: La/B;->c()V (DexClassLoader)", "运行时加载代码"),
    ],
)
def test_gaps_of_the_coverage_are_told_in_chinese(code, detail, told):
    assert told in coverage_text(CoverageReason(code=code, detail=detail), "zh")[1]
    assert coverage_text(CoverageReason(code=code, detail=detail), "en")[1] == detail


def test_structures_that_readers_take_differently_are_named_in_both_languages():
    reason = CoverageReason(code="ambiguous_structure", detail="encrypted_flag, janus_prefix")
    for number, lang in enumerate(("zh", "en")):
        names = [TITLES[code][number] for code in ("encrypted_flag", "janus_prefix")]
        assert coverage_text(reason, lang)[1] == ("、", ", ")[number].join(names)


def test_every_anomaly_has_a_title():
    """Codes are taken out of the code that notes them."""
    noted = set()
    for path in [*CONTAINER.glob("container/**/*.py"), *CONTAINER.glob("extract/**/*.py")]:
        noted |= set(re.findall(r"notes\.add\(\s*\"([a-z0-9_]+)\"", path.read_text(encoding="utf-8")))
    assert len(noted) > 20
    assert noted <= TITLES.keys()


def test_evidence_of_packers_and_anomalies_is_told_in_chinese():
    def text(kind, where, excerpt):
        return evidence_text(FindingEvidence(kind=kind, where=where, excerpt=excerpt), "zh")

    assert text("coverage", "file: lib/arm64-v8a/libjiagu.so", "360 加固") == (
        "文件：lib/arm64-v8a/libjiagu.so",
        "360 加固",
    )
    assert text("coverage", "component_class_missing", "2 classes: a, b") == ("清单中的类不在代码中", "2 个类：a, b")
    assert text("signature", "app.apk", "signers: []") == ("app.apk", "没有签名者")
    assert packer_sign("file: a.so", "en") == "file: a.so"
    assert anomaly_detail("3 end-of-central-directory records", "en") == "3 end-of-central-directory records"


@pytest.mark.parametrize("engine", [None, "Hermes byte code 96"])
@pytest.mark.parametrize("framework", ["uniapp", "react_native", "flutter"])
@pytest.mark.parametrize("runtime", [0, 2])
@pytest.mark.parametrize("files", [0, 1, 5])
def test_what_was_read_of_a_bundle_leaves_no_english_sentence(engine, framework, runtime, files):
    unread = ("js/a.js: the bundle's manifest says it is encrypted",) * files
    row = Bundle(
        framework=framework, name="x", place="assets/my www/", engine=engine, scripts=3, runtime=runtime, unread=unread
    )
    told = bundle_sentence(say_coverage(row, "uni-app / 5+"))
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", told.replace("Hermes byte code", ""))
    assert "assets/my www/" in told
    assert bundle_sentence("something else") == "something else"
