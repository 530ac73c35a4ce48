"""`eduaudit traffic show`: what a person sees of one transmission."""

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from proxy_addons.cli import traffic
from proxy_addons.evidence.drawing import MAX_LEAVES, plain_lines, rich_tree
from proxy_addons.evidence.exhibit import open_message
from proxy_addons.evidence.masking import plainly, tag
from proxy_addons.evidence.places import Paths
from proxy_addons.redaction import Tags
from proxy_addons.replay import read_captures

SAMPLE = Path(__file__).parents[3] / "samples" / "homework"
CAPTURE, PROFILE = SAMPLE / "capture.flow", SAMPLE / "profile.yaml"
IMEI = "862000000000007"


@pytest.fixture(scope="module")
def imei():
    facts = read_captures([CAPTURE], PROFILE, app="cn.jieda.homework")
    return next(row for row in facts.transmissions if row.data == "device.imei" and "gzip" in row.encoding)


def run(*arguments):
    return CliRunner().invoke(traffic, ["show", *map(str, arguments)], standalone_mode=False)


def test_the_hit_is_marked_and_its_value_is_not_there(imei):
    result = run(imei.id, "--capture", CAPTURE, "--profile", PROFILE, "--lang", "zh")
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if "← 此处" in line]
    assert line.strip() == f"imei: «[device.imei 86***********07 =1]»  {imei.id} ← 此处"
    assert "base64 › gzip › json" in result.stdout
    assert IMEI not in result.output
    assert "H4sI" not in result.output  # the wrapping would show it in code


def test_english_and_a_flow_by_the_beginning_of_its_id(imei):
    result = run(imei.request_id[:8], "--capture", CAPTURE, "--profile", PROFILE, "--lang", "en")
    assert "sent POST https://ulogs.umeng.com" in result.stdout
    assert "received POST" in result.stdout
    assert imei.id in result.stdout
    assert "here" not in result.stdout


def test_an_id_does_not_depend_on_what_else_is_known(imei):
    assert run(imei.id, "--capture", CAPTURE).exit_code == 0  # by its form, without the profile


def test_captures_of_the_folder_are_searched(imei, monkeypatch):
    monkeypatch.chdir(SAMPLE)
    result = run(imei.id, "--profile", PROFILE)
    assert imei.id in result.stdout
    assert "capture.flow" in result.stderr


def test_what_is_not_there_is_said_in_one_line(imei, tmp_path, monkeypatch):
    result = run("t-0000000000", "--capture", CAPTURE, "--profile", PROFILE)
    assert "no such transmission or flow: t-0000000000" in str(result.exception)
    copied = next(row for row in read_captures([CAPTURE], PROFILE).transmissions if row.data == "clipboard")
    result = run(copied.id, "--capture", CAPTURE)
    assert "without --profile" in str(result.exception)
    monkeypatch.chdir(tmp_path)
    assert "no such transmission" in str(run(imei.id).exception)
    assert "too short" in str(run("t-1", "--capture", CAPTURE).exception)


def test_values_are_revealed_on_a_terminal_only(imei):
    result = run(imei.id, "--capture", CAPTURE, "--profile", PROFILE, "--reveal")
    assert "only" in str(result.exception)
    assert result.stdout == ""


def exhibit_of(message, matcher):
    return open_message(message, matcher, Paths(matcher))


def test_colour_marks_the_wanted_one(message, matcher):
    exhibit = exhibit_of(message(b'{"imei":"490154203237518","phone":"13912345678"}'), matcher)
    wanted = next(iter(exhibit.ids.values()))
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=150, color_system="standard").print(
        rich_tree(exhibit, tag(Tags()), "en", wanted=wanted)
    )
    text = out.getvalue()
    assert "\x1b[1;37;41m[device.imei 49***********18 =1]" in text
    assert "490154203237518" not in text
    assert "\x1b[1;31m[phone_number" in text


def test_a_reveal_shows_the_value(message, matcher):
    exhibit = exhibit_of(message(b'{"imei":"490154203237518"}'), matcher)
    assert any("«device.imei: 490154203237518»" in line for line in plain_lines(exhibit, plainly, "en"))


def test_control_characters_of_an_app_do_not_reach_the_terminal(message, matcher):
    exhibit = exhibit_of(message(b'{"a\\u001b[31m":"x\\u001b[2J\\u202e","imei":"490154203237518"}'), matcher)
    text = "\n".join(plain_lines(exhibit, tag(Tags()), "en"))
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_long_texts_and_many_of_them_are_cut_but_never_the_hit(message, matcher):
    rows = ",".join(f'"k{at}":"text number {at}"' for at in range(2 * MAX_LEAVES))
    exhibit = exhibit_of(message(f'{{{rows},"z":"{"x " * 900}imei=490154203237518{" y" * 900}"}}'.encode()), matcher)
    lines = list(plain_lines(exhibit, tag(Tags()), "en"))
    assert len(lines) < MAX_LEAVES + 20
    (hit,) = [line for line in lines if "[device.imei" in line]
    assert len(hit) < 250
    assert any("more texts not drawn" in line for line in lines)
    assert len(list(plain_lines(exhibit, tag(Tags()), "en", everything=True))) > 2 * MAX_LEAVES


def test_what_was_not_analysed_is_drawn(message, matcher):
    lines = list(plain_lines(exhibit_of(message(None), matcher), tag(Tags()), "zh"))
    assert "  ! 未分析: body_missing: the capture does not hold the request's body" in lines
