"""The notation of the cases: what it accepts, refuses and compares."""

import pytest
from programs import CASES, normal_line, read_case, short_name, without_way

from analyzer.model import Access


def write(tmp_path, text):
    path = tmp_path / "family" / "pair.java"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_call_is_the_link_that_may_be_left_out():
    assert normal_line("serial reachable = launcher Main.a > Main.b > gesture C.d") == (
        "serial reachable = launcher Main.a > call Main.b > gesture C.d"
    )


@pytest.mark.parametrize(
    "line",
    [
        "serial = launcher Main.a",
        "serial sometimes = launcher Main.a",
        "serial reachable = Main.a",
        "serial present = launcher Main.a",
        "serial reachable = launcher Main.a > perhaps Main.b",
    ],
)
def test_a_line_out_of_form_is_refused(line):
    with pytest.raises(ValueError, match=r"line of a case|chain"):
        normal_line(line)


def test_a_known_pair_of_data_and_api_gets_its_short_name():
    assert normal_line("device.android_id@settings:secure:android_id present = Main.a") == "android_id present = Main.a"


def test_names_of_the_own_package_are_short_and_others_are_full():
    assert short_name("Lcn/example/Main$1;->run()V") == "Main$1.run"
    assert short_name("Lcom/vendor/Base;->run(I)V") == "com.vendor.Base.run"


def test_what_is_read_is_compared_without_level_and_chain():
    lines = [
        "serial x2 present by lib:com.vendor = Main.b",
        "serial x2 reachable by lib:com.vendor = launcher Main.a > call Main.b",
    ]
    assert {without_way(line) for line in lines} == {"serial x2 by lib:com.vendor in Main.b"}


def test_marked_lines_stand_in_one_twin_only(tmp_path):
    case = read_case(
        write(tmp_path, "// shows: x: y\n// hit: []\n// miss: []\nclass A {\n  int a; // hit\n  int b; // miss\n}\n")
    )
    (hit,), (miss,) = case.sources("hit").values(), case.sources("miss").values()
    assert case.header["shows"] == "x: y"
    assert ("int a;" in hit, "int b;" in hit) == (True, False)
    assert ("int a;" in miss, "int b;" in miss) == (False, True)


def test_a_header_key_that_nobody_knows_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expects"):
        read_case(write(tmp_path, "// shows: x\n// hit: []\n// miss: []\n// expects: []\nclass A {}\n"))


def test_every_case_fits_one_screen():
    long = [path.name for path in CASES.glob("*/*.java") if len(path.read_text(encoding="utf-8").splitlines()) > 60]
    assert not long


def test_the_notation_covers_every_field_of_an_access_that_reachability_gives():
    assert {"level", "chain", "links", "entry", "doubt", "guard"} <= set(Access.__dataclass_fields__)
