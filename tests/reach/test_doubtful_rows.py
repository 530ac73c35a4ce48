"""Which rows of the cases stand on a doubt about what is read (`Access.weak`): the lines of a case do not show it."""

import pytest
from packages import assemble
from programs import CASES, read_case

from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts

KNOWN, OPEN, ELSEWHERE = {None}, {"argument_decides"}, {"needs_more"}
ROWS = [
    ("constants/from_outside.java", "hit", KNOWN),
    ("constants/from_outside.java", "miss", OPEN),
    ("constants/loop.java", "miss", OPEN),
    ("constants/from_map.java", "miss", OPEN),
    ("constants/base_sixty_four.java", "hit", KNOWN),
    ("constants/branch_unknown.java", "hit", KNOWN | OPEN),
    ("reads/provider_appended_path.java", "hit", KNOWN),
    ("reads/property_reflection.java", "hit", KNOWN),
    ("reads/file_of_each_interface.java", "hit", KNOWN),
    ("reads/app_list_by_intent.java", "hit", KNOWN),
    ("reads/app_by_name.java", "hit", {"own_package"}),
    ("reads/wifi_list.java", "hit", KNOWN | ELSEWHERE),
    ("reads/build_field.java", "hit", {"fingerprint_part"}),
    ("reflection/for_name.java", "hit", KNOWN),
    ("reflection/looked_up_only.java", "miss", ELSEWHERE),
    ("reflection/looked_up_only.java", "hit", KNOWN | ELSEWHERE),
]


@pytest.mark.parametrize(("name", "twin", "doubts"), ROWS)
def test_what_is_not_sure_is_said(name, twin, doubts, tmp_path):
    path = tmp_path / "one.apk"
    path.write_bytes(assemble(read_case(CASES / name), twin))
    facts = extract_facts(path, load_catalogue())
    assert {row.weak for row in facts.accesses} == doubts
