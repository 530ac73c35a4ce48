"""Code that nobody's compiler makes: what is readable gives facts, what is not gives a reason, and nothing breaks."""

import json
import random
import struct
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from apks import Member, Node, filter_of, make_manifest, make_zip
from programs import found_lines

from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts

sys.path.insert(0, str(Path(__file__).parents[2] / "dex"))  # the test folders are no packages

from dexassembler import parse  # lies in the folder that the line above names
from dexwriter import Class, Code, Ref, write_dex

SERIAL = "sget-object v0, Landroid/os/Build;->SERIAL:Ljava/lang/String;"
START = "serial before_consent = launcher Main.onCreate"
GO = "invoke-static {}, Lcn/example/Work;->go()V"


def main(*body, above="Landroid/app/Activity;"):
    lines = "\n".join(body)
    return (
        f".class Lcn/example/Main; extends {above}\n.method public onCreate(Landroid/os/Bundle;)V\n{lines}\n"
        "return-void\n.end\n"
    )


def work(*body, name="Work", above="Ljava/lang/Object;", more=""):
    lines = "\n".join(body)
    return (
        f".class Lcn/example/{name}; extends {above}{more}\n.method public static go()V\n{lines}\nreturn-void\n.end\n"
    )


def raw_main(units, tries=()):
    method = ("onCreate", "(Landroid/os/Bundle;)V", Code(units, 12, tries, 2))
    return write_dex([Class("Lcn/example/Main;", [method], "Landroid/app/Activity;")])


def dex(text, **options):
    return write_dex(parse(text), **options)


@pytest.fixture
def audit(tmp_path):
    """Extract facts twice from a package with these DEX files; both must be the same."""
    manifest = make_manifest(
        "cn.example",
        components=[
            Node(
                "activity", {"name": "cn.example.Main"}, [filter_of("android.intent.action.MAIN", launcher=True)]
            )
        ],
    )  # fmt: skip

    def run(*files, names=None):
        names = names or [f"classes{number if number > 1 else ''}.dex" for number in range(1, len(files) + 1)]
        members = [Member(name.encode(), raw) for name, raw in zip(names, files, strict=True)]
        path = tmp_path / "one.apk"
        path.write_bytes(make_zip([Member(b"AndroidManifest.xml", manifest), *members]))
        first, second = (_stable(extract_facts(path, load_catalogue())) for _ in range(2))
        assert json.dumps(asdict(first), default=str, sort_keys=True) == json.dumps(
            asdict(second), default=str, sort_keys=True
        )
        return first

    return run


def _stable(facts):
    return replace(facts, seconds={}, peak_memory=0)


def reasons(facts):
    assert facts.coverage.complete == (not facts.coverage.reasons)
    return {one.code for one in facts.coverage.reasons}


def reads(facts):
    return found_lines(facts)


# --- classes


def test_a_class_that_is_its_own_ancestor_is_said_and_the_others_are_read(audit):
    facts = audit(
        dex(
            main(SERIAL, GO)
            + work(name="Round", above="Lcn/example/About;")
            + work(SERIAL, name="About", above="Lcn/example/Round;")
            + work("invoke-static {}, Lcn/example/Round;->go()V")
        )
    )
    assert START in reads(facts)
    assert "dex_unreadable" in reasons(facts)


def test_interfaces_that_extend_each_other_are_said_and_the_others_are_read(audit):
    facts = audit(
        dex(
            main(SERIAL)
            + ".class Lcn/example/I; implements Lcn/example/J; interface abstract\n"
            + ".class Lcn/example/J; implements Lcn/example/I; interface abstract\n"
        )
    )
    assert reads(facts) == [START]
    assert "dex_unreadable" in reasons(facts)


def test_a_hierarchy_without_a_ring_gives_no_reason(audit):
    facts = audit(dex(main(SERIAL) + work(name="Round", above="Lcn/example/About;") + work(name="About")))
    assert reads(facts) == [START]
    assert not reasons(facts)


@pytest.mark.parametrize("first", [True, False], ids=["the first reads", "the second reads"])
def test_of_a_class_in_two_files_the_first_counts(audit, first):
    reading, idle = work(SERIAL), work("nop")
    facts = audit(dex(main(GO) + (reading if first else idle)), dex(idle if first else reading))
    reached = [line for line in reads(facts) if " present " not in line]
    assert reached == (["serial before_consent = launcher Main.onCreate > call Work.go"] if first else [])


def test_files_are_taken_by_number_whatever_their_order_in_the_package(audit):
    files = [dex(main(GO)), dex(work(SERIAL)), dex(work("nop"))]
    names = ["classes.dex", "classes2.dex", "classes3.dex"]
    ordered = audit(*files, names=names)
    turned = audit(*files[::-1], names=names[::-1])
    assert reads(ordered) == reads(turned) == ["serial before_consent = launcher Main.onCreate > call Work.go"]


def test_a_class_defined_twice_in_one_file_is_read_once(audit):
    facts = audit(dex(main(GO) + work(SERIAL) + work("nop")))
    assert "serial before_consent = launcher Main.onCreate > call Work.go" in reads(facts)


# --- references


def test_classes_and_methods_that_are_nowhere_are_passed_over(audit):
    facts = audit(
        dex(
            main(
                "invoke-static {}, Lcn/example/Gone;->away()V",
                "new-instance v1, Lcn/example/Lost;",
                "invoke-virtual {v1}, Lcn/example/Lost;->run()V",
                "invoke-static {}, Lcn/example/Work;->unknown()V",
                GO,
            )
            + work(SERIAL)
        )
    )
    assert reads(facts) == ["serial before_consent = launcher Main.onCreate > call Work.go"]


def test_a_component_whose_ancestors_are_not_here_is_what_the_manifest_says(audit):
    assert reads(audit(dex(main(SERIAL, above="Lcn/example/Lost;")))) == [START]
    between = ".class Lcn/example/Near; extends Lcn/example/Lost;\n"
    assert reads(audit(dex(main(SERIAL, above="Lcn/example/Near;") + between))) == [START]


def test_a_component_of_another_ancestry_is_not_made_an_activity(audit):
    assert reads(audit(dex(main(SERIAL, above="Ljava/lang/Object;")))) == ["serial present = Main.onCreate"]
    assert reads(audit(dex(main(SERIAL, above="Landroid/view/View;")))) == ["serial present = Main.onCreate"]


@pytest.mark.parametrize("opcode", [0x6E, 0x70, 0x71, 0x72, 0xFA, 0xFC, 0x62, 0x1A, 0x1C, 0x22])
def test_an_index_beyond_its_table_costs_that_instruction_only(audit, opcode):
    odd = [opcode, 0xFFF0, 0, 0] if opcode == 0xFA else [opcode, 0xFFF0, 0] if opcode >= 0x6E else [opcode, 0xFFF0]
    facts = audit(raw_main([*odd, 0x62, Ref("field", "Landroid/os/Build;->SERIAL:Ljava/lang/String;"), 0x0E]))
    assert reads(facts) == [START]
    assert "dex_unreadable" in reasons(facts)


# --- large and deep


def test_a_method_of_sixty_thousand_instructions_is_read_to_its_end(audit):
    facts = audit(dex(main("const-string v3, android_id", *["nop"] * 30_000, SERIAL, *["nop"] * 30_000, SERIAL)))
    assert reads(facts) == ["serial x2 before_consent = launcher Main.onCreate"]
    (row,) = facts.accesses
    assert row.offsets == (30_002, 60_004)


def test_twenty_thousand_branches_in_one_method_end(audit):
    body = [line for number in range(20_000) for line in (f":at{number}", f"if-eqz v1, :at{number}", "nop")]
    facts = audit(dex(main(*body, SERIAL)))
    assert [line.replace(" (consent_guard)", "") for line in reads(facts)] == [START]


def test_twenty_thousand_tests_of_flags_end_in_doubt(audit):
    flag = "sget-boolean v1, Lcn/example/Work;->visible:Z"
    read = "sget-boolean v1, Lcn/example/Work;->agreed:Z"
    body = [line for number in range(20_000) for line in (f":at{number}", "nop", f"if-eqz v1, :at{number}", "nop")]
    facts = audit(dex(main(read, "nop", flag, *body, SERIAL) + work("nop")))
    assert reads(facts) == [START.replace(" = ", " (consent_guard) = ")]


def test_a_chain_of_three_thousand_calls_is_followed_without_running_out_of_stack(audit):
    steps = [
        work(f"invoke-static {{}}, Lcn/example/Step{n + 1};->go()V", name=f"Step{n}") for n in range(3000)
    ]  # fmt: skip
    facts = audit(
        dex(main("invoke-static {}, Lcn/example/Step0;->go()V") + "".join(steps) + work(SERIAL, name="Step3000"))
    )
    (row,) = facts.accesses
    assert (row.level, len(row.chain), row.entry) == ("before_consent", 3002, "launcher")


def test_methods_that_call_each_other_for_ever_end(audit):
    facts = audit(
        dex(
            main(GO)
            + work("invoke-static {}, Lcn/example/Back;->go()V", GO)
            + work(GO, SERIAL, "invoke-static {}, Lcn/example/Back;->go()V", name="Back")
        )
    )
    assert reads(facts) == ["serial before_consent = launcher Main.onCreate > call Work.go > call Back.go"]


# --- payloads


FAKE = [0x62, Ref("field", "Landroid/os/Build;->SERIAL:Ljava/lang/String;")]
ARRAY = [0x0300, 2, 2, 0, *FAKE]  # an array whose data look like the read of a field


def test_data_of_an_array_are_no_instructions(audit):
    facts = audit(raw_main([0x0126, 4, 0, 0x0E, *ARRAY]))
    assert reads(facts) == []


def test_an_array_in_the_middle_of_the_code_is_jumped_over(audit):
    facts = audit(raw_main([0x0126, 4, 0, 0x0728, *ARRAY, *FAKE, 0x0E]))
    assert reads(facts) == [START]


def test_an_array_at_the_very_beginning_is_jumped_over(audit):
    facts = audit(raw_main([0x0828, 0x00, *ARRAY, 0x0126, 0x10000 - 6, 0xFFFF, *FAKE, 0x0E]))
    assert reads(facts) == [START]


def test_two_instructions_may_share_a_payload(audit):
    facts = audit(raw_main([0x0126, 10, 0, 0x0226, 7, 0, *FAKE, 0x0E, 0x00, *ARRAY]))
    assert reads(facts) == [START]


@pytest.mark.parametrize(
    "payload",
    [
        [0x0300, 2, 0xFFFF, 0x7FFF, 0, 0],
        [0x0300, 0xFFFF, 0xFFFF, 0xFFFF],
        [0x0100, 0xFFFF, 0, 0],
        [0x0200, 0xFFFF, 0, 0],
    ],
    ids=["long array", "wide array", "packed switch", "sparse switch"],
)
def test_a_payload_that_is_longer_than_its_method_is_said(audit, payload):
    facts = audit(raw_main([*FAKE, 0x0126, 4, 0, 0x0E, *payload]))
    assert reads(facts) == [START]
    assert "dex_unreadable" in reasons(facts)


def test_a_switch_that_jumps_out_of_its_method_breaks_nothing(audit):
    facts = audit(raw_main([*FAKE, 0x012B, 4, 0, 0x0E, 0x0100, 1, 0, 0, 0x7000, 0x0000]))
    assert reads(facts) == [START]


def test_a_payload_that_lies_outside_of_the_method_breaks_nothing(audit):
    facts = audit(raw_main([*FAKE, 0x0126, 0x7000, 0, 0x0E]))
    assert reads(facts) == [START]


def test_an_instruction_that_the_end_of_the_method_cuts_is_said(audit):
    facts = audit(raw_main([*FAKE, 0x6E]))
    assert reads(facts) == [START]
    assert "dex_unreadable" in reasons(facts)


def test_a_handler_outside_of_the_method_breaks_nothing(audit):
    facts = audit(raw_main([*FAKE, 0x0E], tries=((0, 2, (0x7000,)),)))
    assert reads(facts) == [START]


# --- files


def test_a_gap_in_the_numbers_of_the_files_is_said(audit):
    facts = audit(dex(main(GO)), dex(work(SERIAL)), names=["classes.dex", "classes3.dex"])
    assert reasons(facts)


def test_a_second_file_that_is_cut_costs_only_itself(audit):
    second = dex(work(SERIAL))
    for length in (0, 4, 0x6F, 0x70, len(second) // 2, len(second) - 1):
        facts = audit(dex(main(SERIAL, GO)), second[:length])
        assert START in reads(facts)
        assert "dex_unreadable" in reasons(facts)


def test_code_that_lies_outside_of_the_file_is_said(audit):
    whole = bytearray(dex(main(SERIAL) + work("nop")))
    facts = audit(_with_code_at(whole, len(whole) + 0x1000))
    assert "dex_unreadable" in reasons(facts)


def _with_code_at(raw, offset):
    """Point the first method of the first class to another place; the offset keeps its length of five bytes."""
    number, at = struct.unpack_from("<II", raw, 0x60)
    data = [struct.unpack_from("<I", raw, at + 32 * row + 24)[0] for row in range(number)]
    begin = next(one for one in data if one)
    parts, place = [], begin
    while len(parts) < 7:  # four counts, then index, flags, and the code's offset of one method
        value = shift = 0
        while True:
            byte = raw[place]
            value |= (byte & 0x7F) << shift
            place, shift = place + 1, shift + 7
            if byte < 0x80:
                break
        parts.append((value, place))
    first, last = parts[5][1], parts[6][1]
    raw[first:last] = bytes(
        (offset >> 7 * n & 0x7F) | (0x80 if n < last - first - 1 else 0) for n in range(last - first)
    )
    return bytes(raw)


@pytest.mark.parametrize("seed", range(40))
def test_turned_bytes_never_break_the_extraction(audit, seed):
    chance = random.Random(seed)
    raw = bytearray(
        dex(
            main("const-string v1, android_id", GO, "new-instance v2, Lcn/example/Work;", SERIAL)
            + work("const/4 v1, 5", "packed-switch v1", ".switch :a 1 :b 2", ":a", SERIAL, ":b", "nop")
        )
    )
    for _ in range(chance.choice((1, 3, 12))):
        raw[chance.randrange(0x20, len(raw))] = chance.randrange(256)
    facts = audit(
        bytes(raw), dex(".class Lcn/example/Other;\n.method public static go()V\n" + SERIAL + "\nreturn-void\n.end\n")
    )
    assert any(line.endswith("Other.go") for line in reads(facts))
    assert "analyser_crashed" not in reasons(facts)
