"""Profiles whose values nobody else sends, and the ways in which they get onto the phone."""

import shlex
from xml.etree import ElementTree as ET

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue.checksums import id18, xueji
from proxy_addons.cli import traffic
from proxy_addons.collisions import by_chance, collisions
from proxy_addons.planting import save_codes, shell, steps, terminal_code
from proxy_addons.testvalues import new_profile, nobodys_number


def run(*arguments):
    return CliRunner().invoke(traffic, ["profile", *map(str, arguments)], standalone_mode=False)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(new_profile("phone"), encoding="utf-8")
    return path


def test_made_up_numbers_are_valid_and_of_nobody_alive():
    for _ in range(50):
        number = nobodys_number()
        assert id18(number)
        assert 1900 <= int(number[6:10]) <= 1904


def test_a_new_profile_has_nothing_to_remark(file):
    result = run("check", file, "--strict")
    assert result.exit_code == 0
    assert result.return_value == 0
    assert "0 项提示" in result.stdout
    values = yaml.safe_load(file.read_text(encoding="utf-8"))["values"]
    assert xueji(values["student.national_id"][0])
    assert not any(item in result.output for items in values.values() for item in items)


def test_a_value_inside_another_is_told(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "profile: 1\nname: a\nvalues:\n  account.id: [lilei2009x]\n  email: [lilei2009x@example.com]\n",
        encoding="utf-8",
    )
    result = run("check", path, "--strict")
    assert result.return_value == 1
    assert "account.id: 其值包含在 email 的值中" in result.stderr


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"phone_number": ["13912345678"]}, {"account.id": ["u13912345678"]}, True),
        ({"device.mac": ["00:DB:96:D2:80:79"]}, {"device.fingerprint": ["x00db96d28079y"]}, True),
        ({"device.imei": ["490154203237518"]}, {"student.number": ["90154203237519"]}, False),
        ({"identity.gender": ["女"]}, {"identity.name": ["女娲补天"]}, False),
        ({"device.imei": ["490154203237518", "352099001761481"]}, {}, False),
        ({"location.precise": ["31.230416,121.473701"]}, {"location.coarse": ["31.23,121.47"]}, False),
    ],
)
def test_collisions(one, other, told):
    assert bool(list(collisions({**one, **other}))) is told


@pytest.mark.parametrize(
    ("data", "value", "odd"),
    [
        ("location.precise", "31.2304,121.4737", True), ("location.precise", "37.4220,-122.0840", True),
        ("location.precise", "31.23,121.99", True), ("location.precise", "39.951234,116.351234", False),
        ("student.number", "1767225600000", True), ("student.number", "95499243753091", False),
        ("phone_number", "15912345678", False), ("account.id", "1234567890", True), ("account.id", "aaaabbbb", True),
        ("device.android_id", "5a3c17e09b2d4f68", False), ("device.android_id", "not-hex", True),
        ("device.imsi", "460009999900001", False), ("device.imsi", "46000", True),
        ("identity.id_card", "110101190201272246", False), ("identity.id_card", "1101", True),
        ("identity.name", "钟离砚霁", False),
    ],
)  # fmt: skip
def test_values_that_others_send_by_chance_or_no_device_has(data, value, odd):
    assert (by_chance(data, value) is not None) is odd


@pytest.mark.parametrize(
    "text", ["", "values:\n", "profile: 1\nname: a\nvalues:\n  # nothing\n", "profile: 1\nname: a\nvalues: {}\n"]
)
def test_an_empty_profile_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    for command in ("check", "plant"):
        words = str(run(command, path).exception)
        assert str(path) in words
        assert "\n" not in words


def test_what_is_planted_and_how(file):
    result = run("plant", file, "--lang", "en")
    values = yaml.safe_load(file.read_text(encoding="utf-8"))["values"]
    assert result.exit_code == 0
    assert "# 通讯录" not in result.stdout
    lat, lng = values["location.precise"][0].split(",")
    assert f"--location {lat},{lng}'" in result.stdout
    assert f"adb emu geo fix {lng} {lat}" in result.stdout
    assert values["clipboard"][0] in result.stdout  # in a pipe the text stands for its code


def test_what_only_the_phone_knows_cannot_be_planted(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("profile: 1\nname: a\nvalues:\n  device.imei: ['490154203237518']\n", encoding="utf-8")
    assert "nothing to plant" in str(run("plant", path).exception)


@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), min_size=1, max_size=12), min_size=1))
def test_words_reach_the_phone_as_they_are(words):
    adb, command, inner = shlex.split(shell(*words))
    assert (adb, command) == ("adb", "shell")
    assert shlex.split(inner) == words


def test_hostile_values_start_no_command_of_their_own():
    (step,) = steps({"contacts": ["'; reboot #"]})
    *_, inner = shlex.split(step.commands[0])
    assert shlex.split(inner)[-1] == "'; reboot #"
    assert "\\;" in step.code


def test_codes_are_drawings_for_the_terminal_and_files(tmp_path, file):
    folder = tmp_path / "codes"
    result = run("plant", file, "--codes", folder)
    files = sorted(folder.iterdir())
    assert len(files) == 8
    assert all(ET.parse(path).getroot().tag.endswith("svg") for path in files)
    assert "8 × SVG" in result.stderr
    assert len(terminal_code("clip-85cdb0eaaf0c0f32").splitlines()) > 10


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, file):
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    assert "cannot be written" in str(run("plant", file, "--codes", tmp_path / "taken").exception)
    assert save_codes([], tmp_path / "none") == []
