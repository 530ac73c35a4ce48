"""The sample folder by itself: what is there, that it is small, and that it is nobody's."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from analyzer.judge.filing import validate_filing

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
IDS = ("reader", "homework", "campus", "packed")


def policy_of(sample):
    return next((SAMPLES / sample).glob("policy.*"))


def load(sample, name):
    return yaml.safe_load((SAMPLES / sample / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("sample", IDS)
def test_each_sample_has_all_its_files_and_they_are_small(sample):
    folder = SAMPLES / sample
    for name in (
        "AndroidManifest.xml",
        "src",
        "res",
        "filing.json",
        "profile.yaml",
        "scenario.yaml",
        "expected.yaml",
        "marks.jsonl",
    ):
        assert (folder / name).exists(), name
    assert (folder / f"{sample}.apk").stat().st_size < 100_000
    assert (folder / "capture.flow").stat().st_size < 200_000


@pytest.mark.parametrize("sample", IDS)
def test_the_source_of_each_sample_can_be_read_in_one_sitting(sample):
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines()) for path in (SAMPLES / sample / "src").rglob("*.java")
    )
    assert lines <= 500


def test_every_class_under_a_real_vendors_prefix_says_that_it_is_a_stand_in():
    own = {"cn/xuelin", "cn/jieda", "cn/zhiyuan", "cn/yinke"}
    vendor = [
        path
        for sample in IDS
        for path in (SAMPLES / sample / "src").rglob("*.java")
        if "/".join(path.relative_to(SAMPLES / sample / "src").parts[:2]) not in own
    ]
    assert vendor
    for path in vendor:
        assert "STAND-IN written for this sample" in path.read_text(encoding="utf-8"), path


def test_stand_ins_open_no_connection_of_their_own():
    for path in SAMPLES.glob("*/src/**/*.java"):
        text = path.read_text(encoding="utf-8")
        if "STAND-IN" in text:
            assert not re.search(r"URLConnection|java\.net\.(URL|Socket)\b|WebView", text), path


@pytest.mark.parametrize("sample", IDS)
def test_the_filing_fits_the_form_and_its_numbers_check(sample):
    data = json.loads((SAMPLES / sample / "filing.json").read_text(encoding="utf-8"))
    assert [row for row in validate_filing(data) if row.level == "error"] == []
    assert data["app"]["package"] == load(sample, "expected.yaml")["app"]["package"]


@pytest.mark.parametrize("sample", IDS)
def test_the_filed_certificate_is_the_one_that_signs_the_samples(sample):
    certificate = x509.load_pem_x509_certificate((SAMPLES / "signing" / "SAMPLE-ONLY-cert.pem").read_bytes())
    filed = json.loads((SAMPLES / sample / "filing.json").read_text(encoding="utf-8"))["app"]["signer_md5"]
    assert filed == hashlib.md5(certificate.public_bytes(Encoding.DER)).hexdigest()


@pytest.mark.parametrize("sample", IDS)
def test_the_policy_is_chinese_and_of_a_real_length(sample):
    text = re.sub(r"<[^>]+>|\s", "", policy_of(sample).read_text(encoding="utf-8"))
    assert 1500 <= len(text) <= 4000
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 0.7 * len(text)


@pytest.mark.parametrize("sample", IDS)
def test_what_is_expected_uses_known_data_and_clauses(sample):
    known_data = set(yaml.safe_load((SAMPLES.parent / "rules" / "personal_data.yaml").read_text(encoding="utf-8")))
    expected = load(sample, "expected.yaml")
    used = {row["data"] for key in ("accesses", "helpers", "transmissions") for row in expected[key]}
    used |= {data for key in ("policy", "policy_denied", "filing") for data in expected["declared"].get(key, ())}
    used |= set(load(sample, "profile.yaml")["values"])
    assert used <= known_data, used - known_data
    for finding in expected["findings"]:
        assert finding["status"] in {"proven", "suspected"}
        assert finding["subjects"], finding
        assert len(set(finding["subjects"])) == len(finding["subjects"]), finding


@pytest.mark.parametrize("sample", IDS)
def test_marks_are_in_order_and_begin_with_the_first_start(sample):
    marks = [json.loads(line) for line in (SAMPLES / sample / "marks.jsonl").read_text(encoding="utf-8").splitlines()]
    assert marks[0]["mark"] == "first_start"
    assert [one["time"] for one in marks] == sorted(one["time"] for one in marks)
