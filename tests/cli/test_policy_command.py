"""`eduaudit policy`: the formats, the exit status, and one line for what cannot be read."""

import json
from pathlib import Path

import pytest

from analyzer.cli.root import main

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
