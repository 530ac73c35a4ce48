import dataclasses
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from analyzer.model import (
    Access,
    App,
    Artifact,
    Coverage,
    CoverageReason,
    Facts,
    Finding,
    Report,
    Signer,
    StaticFacts,
    TrafficFacts,
    canonical_json,
    make_record,
    read_record,
    record_json,
    record_plain,
)
from analyzer.model.base import Record, stated_plain
from analyzer.model.record import dataclass

KINDS = (Access, App, Artifact, Coverage, Facts, Finding, Report, StaticFacts, TrafficFacts)


@dataclass(frozen=True, slots=True)
class Point(Record):
    """A record with positional fields."""

    x: int
    names: tuple[str, ...] = ()
    more: dict[str, int] = dataclasses.field(default_factory=dict)


@dataclass(slots=True)
class Box:
    """One that changes."""

    width: int = 1


def static(**changes):
    given = {
        "engine": "e",
        "rules": "r",
        "artifact": Artifact(format="apk", sha256="0" * 64, size=1, name="a.apk"),
        "app": App(
            package="a.b", signers=(Signer(sha256="1" * 64, md5="2", subject="CN=x", schemes=("v2",), verified=True),)
        ),
        "coverage": Coverage(complete=False, reasons=(CoverageReason(code="packed", detail="中\u2028"),)),
        "seconds": {"open": 0.5, "all": 1},
    }
    return StaticFacts(**{**given, **changes})


def access(**changes):
    return Access(
        **{
            "data": "device.imei",
            "api": "La;->b()V",
            "caller": "Lc;->d()V",
            "actor": "app",
            "level": "present",
            "chain": (),
        }
        | changes
    )


# --- the classes -----------------------------------------------------------------------------------------------------


def test_a_record_behaves_as_a_frozen_dataclass():
    point = Point(1, ("a",))
    assert point == Point(x=1, names=("a",))
    assert point != Point(2)
    assert point != (1, ("a",), {})
    assert repr(point) == "Point(x=1, names=('a',), more={})"
    assert dataclasses.replace(point, x=3).x == 3
    assert pickle.loads(pickle.dumps(point)) == point
    assert hash(access()) == hash(access())
    assert Point(1).more is not Point(1).more
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(TypeError, match="missing"):
        Point()
    with pytest.raises(TypeError, match="unexpected"):
        Point(1, colour=2)


def test_one_that_is_not_frozen_changes_and_has_no_hash():
    box = Box()
    box.width = 2
    assert box == Box(2)
    with pytest.raises(TypeError, match="unhashable"):
        hash(box)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_record_can_be_read(kind):
    with pytest.raises(ValueError, match="missing"):
        read_record(kind, {}) if kind is not Facts and kind is not App else read_record(Artifact, {})


# --- reading ---------------------------------------------------------------------------------------------------------


def test_facts_survive_their_own_json():
    facts = static(accesses=(access(), access(level="before_consent", chain=("a", "b"), links=("call",))))
    assert read_record(StaticFacts, record_json(facts)) == facts
    assert read_record(StaticFacts, record_plain(facts)) == facts
    assert make_record(StaticFacts, record_plain(facts)) == facts
    assert read_record(StaticFacts, canonical_json(facts)) == facts
    assert read_record(Facts, record_json(Facts(static=facts))) == Facts(static=facts)


def change(data, path, value):
    *above, last = path
    for key in above:
        data = data[key]
    if value is ...:
        del data[last]
    else:
        data[last] = value


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("engine",), 3, "engine: str is expected"),
        (("engine",), None, "engine: str is expected"),
        (("engine",), ..., "engine: missing"),
        (("colour",), "red", "colour: unknown key"),
        (("artifact", "sha256"), "0" * 63, "artifact: sha256: must look like"),
        (("artifact", "sha256"), "0" * 64 + "\n", "artifact: sha256: must look like"),
        (("artifact", "format"), "exe", "artifact: format: one of"),
        (("artifact", "format"), ["apk"], "artifact: format: one of"),
        (("artifact", "size"), True, "artifact: size: int is expected"),
        (("artifact", "size"), 1.5, "artifact: size: int is expected"),
        (("artifact",), "a.apk", "artifact: an object is expected"),
        (("artifact",), None, "artifact: an object is expected"),
        (("accesses",), "abc", "accesses: a list is expected"),
        (("accesses", 0, "level"), "sometimes", "accesses: level: one of"),
        (("accesses", 0, "data"), "IMEI", "accesses: data: must look like"),
        (("accesses", 0, "chain"), [1], "accesses: chain: str is expected"),
        (("accesses", 0, "sites"), None, "accesses: sites: int is expected"),
        (("coverage", "complete"), 1, "coverage: complete: bool is expected"),
        (("seconds",), {"a": "b"}, "seconds: float is expected"),
        (("seconds",), [], "seconds: an object is expected"),
        (("schema_",), "eduaudit.facts/2", "schema_: one of"),
    ],
)
def test_what_is_wrong_is_named(path, value, why):
    data = record_plain(static(accesses=(access(),)))
    change(data, path, value)
    with pytest.raises(ValueError, match=why):
        read_record(StaticFacts, data)
    with pytest.raises(ValueError, match=why):
        read_record(StaticFacts, json.dumps(data))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "[" * 100_000,
        '{"package": NaN}',
        '{"version_code": Infinity}',
        '{"package": "\\ud800"}',
        '{"package": "\\uDC00x"}',
        b"\xff\xfe",
        '{"version_code": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_record_is_a_plain_error(text):
    with pytest.raises(ValueError, match=r"."):
        read_record(App, text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["complete", "reasons", "code", "detail", "classes", "x"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(
    st.fixed_dictionaries(
        {"complete": st.booleans() | JSON}, optional={"reasons": JSON, "classes": JSON, "dex_bytes": st.integers()}
    )
    | JSON
)
def test_it_takes_what_pydantic_takes_in_strict_mode(data):
    """An independent reader of the same classes decides alike."""
    text = json.dumps(data)
    try:
        expected = TypeAdapter(Coverage).validate_json(text, strict=True)
    except ValidationError:
        with pytest.raises(ValueError, match=r"."):
            read_record(Coverage, text)
    else:
        assert read_record(Coverage, text) == expected


# --- writing ---------------------------------------------------------------------------------------------------------


def test_json_is_canonical():
    facts = static()
    assert json.loads(canonical_json(facts)) == record_plain(facts)
    assert canonical_json(facts) == json.dumps(record_plain(facts), ensure_ascii=False, sort_keys=True, indent=2) + "\n"
    assert record_json(facts) == json.dumps(record_plain(facts), ensure_ascii=False, separators=(",", ":")).encode()


def test_half_a_surrogate_pair_never_reaches_a_file():
    assert b"a?" in record_json(static(engine="a\ud800"))


def test_defaults_can_be_left_out():
    assert stated_plain(Point(1)) == {"x": 1, "more": {}}
    assert stated_plain(access(sites=2)) == {**stated_plain(access()), "sites": 2}
    assert make_record(Access, stated_plain(access(sites=2))) == access(sites=2)


def test_only_records_are_written():
    with pytest.raises(TypeError, match="no record"):
        record_json({"a": object()})


@dataclass(slots=True)
class Base:
    """One whose annotations are texts, as where they are not evaluated; those of the others here are types."""

    width: "int" = 1


@dataclass(slots=True, kw_only=True)
class Wide(Base):
    """One below another, with all that fields can say."""

    height: "int"
    depth: "list[int]" = dataclasses.field(default_factory=list)
    colour: "str" = dataclasses.field(default="red", repr=False, compare=False)


def test_a_class_is_what_the_standard_library_makes_of_it():
    @dataclasses.dataclass(slots=True)
    class PlainBox:
        width: int = 1

    @dataclasses.dataclass(slots=True, kw_only=True)
    class PlainWide(PlainBox):
        height: int
        depth: list[int] = dataclasses.field(default_factory=list)
        colour: str = dataclasses.field(default="red", repr=False, compare=False)

    for own, plain in ((Base, PlainBox), (Wide, PlainWide)):
        assert own.__slots__ == plain.__slots__
        assert own.__match_args__ == plain.__match_args__
        assert dataclasses.is_dataclass(own)
        columns = [
            [(one.name, one.default, one.default_factory, one.kw_only, one.compare) for one in dataclasses.fields(kind)]
            for kind in (own, plain)
        ]
        assert columns[0] == columns[1]
    assert Wide(3, height=2).width == 3
    assert not hasattr(Wide(height=2), "__dict__")
    assert dataclasses.replace(Wide(height=2), depth=[1]) == Wide(height=2, depth=[1])
    with pytest.raises(ValueError, match="default_factory"):
        dataclass(type("Wrong", (), {"__annotations__": {"rows": "list"}, "__doc__": "", "rows": []}))
