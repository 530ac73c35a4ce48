"""Methods that bear an annotation."""

from hypothesis import given, settings
from hypothesis import strategies as st
from packages import built_dex
from programs import ROOT, read_case

from analyzer.dex import load
from analyzer.dex.graph.annotated import annotated_methods

CASE = read_case(ROOT / "cases" / "implicit" / "javascript_interface.java")
ANNOTATION = "Landroid/webkit/JavascriptInterface;"
RAW = built_dex(CASE, "hit")["classes.dex"]


def annotated(raw, annotation=ANNOTATION):
    index = load([("classes.dex", raw)])
    return [
        part.dex.method_signature(row)
        for part in index.parts
        for row in annotated_methods(part.dex, annotation).tolist()
    ]


def test_the_methods_that_bear_an_annotation_are_found():
    assert annotated(RAW) == ["Lcn/example/Bridge;->id()Ljava/lang/String;"]


def test_other_annotations_and_other_programs_have_none():
    assert annotated(RAW, "Ljava/lang/Deprecated;") == []
    assert annotated(built_dex(CASE, "miss")["classes.dex"]) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0x70, len(RAW) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_damage_costs_methods_only(changes):
    raw = bytearray(RAW)
    for place, value in changes:
        raw[place] = value
    assert len(annotated(bytes(raw))) <= 100
