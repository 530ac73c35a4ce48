"""`eduaudit policy`: the formats, the exit status, and one line for what cannot be read."""

import json
from pathlib import Path

import pytest

from analyzer.cli.root import main
from analyzer.cli.stored import facts_json
from analyzer.model import Facts, FilingFacts

SAMPLE = Path(__file__).parents[2] / "samples" / "homework" / "policy.html"


def test_json_is_complete_and_the_same_twice(capfdbinary):
    assert main(["policy", str(SAMPLE), "--format", "json"]) == 0
    first = capfdbinary.readouterr().out
    main(["policy", str(SAMPLE), "--format", "json"])
    assert capfdbinary.readouterr().out == first
    document = json.loads(first)
    assert document["schema"] == "eduaudit.policy/1"
    assert len(document["points"]) == 18
    assert document["answer_times"][0]["value"] == "30 working days"
    assert {row["data"]: row["said"] for row in document["data"]}["contacts"] == "denied"
    assert document["rights"]["withdraw"] is None
    assert document["readability"]["sentences"] > 10
    assert {row["kind"] for row in document["wording"]} >= {"use_means_consent"}
    assert document["not_judged"]


@pytest.mark.parametrize(("lang", "word"), [("zh", "18 项必备内容"), ("en", "The 18 points")])
def test_text_and_page_are_in_the_language_asked_for(tmp_path, capfdbinary, lang, word):
    assert main(["policy", str(SAMPLE), "--lang", lang]) == 0
    assert word in capfdbinary.readouterr().out.decode()
    page = tmp_path / "p.html"
    assert main(["policy", str(SAMPLE), "--lang", lang, "--format", "html", "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert word in text
    assert "<script" not in text
    assert "http-equiv" in text


def test_findings_decide_the_exit_status():
    assert main(["policy", str(SAMPLE), "--fail-on", "medium"]) == 1
    assert main(["policy", str(SAMPLE), "--fail-on", "never"]) == 0


def test_a_strangers_markup_is_shown_and_not_obeyed(tmp_path):
    source, page = tmp_path / "p.txt", tmp_path / "p.html"
    source.write_text("我们收集手机号<img src=x onerror=alert(1)>\u202e，用于登录。", encoding="utf-8")
    main(["policy", str(source), "--format", "html", "--output", str(page)])
    text = page.read_text(encoding="utf-8")
    assert "<img" not in text
    assert "\u202e" not in text


def test_an_english_policy_says_what_was_not_judged(tmp_path, capfdbinary):
    source = tmp_path / "p.txt"
    source.write_text("We collect your phone number.", encoding="utf-8")
    main(["policy", str(source), "--format", "json"])
    document = json.loads(capfdbinary.readouterr().out)
    assert {row["found"] for row in document["points"]} == {None}
    assert "not Chinese" in document["not_judged"][1]["en"]


def test_what_cannot_be_read_is_one_line(tmp_path, capfd):
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert main(["policy", str(empty)]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "policy is empty" in err


FOREIGN = {
    "big5.txt": ("隱私權政策：我們會收集您的手機號碼與電子郵件，用於登入。" * 20).encode("big5"),
    "ebcdic.txt": ("WE COLLECT YOUR PHONE NUMBER AND YOUR ADDRESS. " * 40).encode("cp037"),
    "utf16.txt": ("隐私政策：我们收集您的手机号。" * 20).encode("utf-16-le"),
    "secret.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    + b"\0" * 2000
    + "EncryptedPackage".encode("utf-16-le")
    + b"\0" * 900,
}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("big5.txt", "neither UTF-8 nor GB18030"),
        ("ebcdic.txt", "neither UTF-8 nor GB18030"),
        ("utf16.txt", "neither UTF-8 nor GB18030"),
        ("secret.docx", "an encrypted Office document"),
    ],
)
def test_a_text_in_another_encoding_is_refused_and_never_judged_as_something_else(tmp_path, capfd, name, why):
    (tmp_path / name).write_bytes(FOREIGN[name])
    assert main(["policy", str(tmp_path / name)]) == 2
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert why in err


def test_an_audit_goes_on_without_a_policy_or_waivers_that_cannot_be_read(tmp_path, capfd):
    stored, report = tmp_path / "facts.json", tmp_path / "report.json"
    stored.write_bytes(facts_json(Facts(filing=FilingFacts(package="cn.example.study", icp=None))))
    empty, expired = tmp_path / "empty.txt", tmp_path / "waivers.yaml"
    empty.touch()
    expired.write_text("- {rule: GOV.ICP, reason: test, approver: someone, until: 2020-01-01}\n", encoding="utf-8")
    asked = ["audit", "--facts", str(stored), "--format", "json", "--output", str(report)]
    assert main([*asked, "--policy", str(empty), "--waivers", str(expired)]) == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 2
    assert "policy is empty" in err
    assert "expired on 2020-01-01" in err
    document = json.loads(report.read_text(encoding="utf-8"))
    main(asked)
    again = json.loads(report.read_text(encoding="utf-8"))
    assert document["findings"] == again["findings"]


def test_facts_that_are_not_there_still_end_the_audit(tmp_path, capfd):
    assert main(["audit", "--facts", str(SAMPLE)]) == 2
    assert capfd.readouterr().err.count("\n") == 1
