"""Class files become DEX files with the same calls, fields, constants, branches and handlers."""

import hashlib
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from classfiles import Pool, make_class
from classreference import Reference as ClassReference
from dexreference import Reference as DexReference
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import Query, load
from analyzer.dex.bodies import exception_ranges
from analyzer.dex.classfile import dex_of_classes
from analyzer.dex.flow.method import Method

HERE = Path(__file__).resolve().parent
JARS = ("everything.jar", "everything8.jar")
MADE = "$$ExternalSyntheticLambda"
BUILDER = "Ljava/lang/StringBuilder;"
READ = "Landroid/os/Build;->getSerial()Ljava/lang/String;"


def class_files(name):
    with zipfile.ZipFile(HERE / name) as archive:
        return [(one, archive.read(one)) for one in archive.namelist()]


def convert(*classes):
    return dex_of_classes([(f"{number}.class", raw) for number, raw in enumerate(classes)], "classes.jar")


def sites(made):
    found = Counter()
    for _, data in made.files:
        found.update((kind, target, caller) for kind, target, caller, _ in DexReference(data).sites())
    return found


@pytest.mark.parametrize("name", JARS)
def test_every_site_of_the_class_files_is_in_the_dex_and_no_other(name):
    made = dex_of_classes(class_files(name), "classes.jar")
    assert made.problems == ()
    expected = Counter(site for _, raw in class_files(name) for site in ClassReference(raw).sites())
    found = sites(made)
    assert expected - found == Counter()
    extra = {site for site in found - expected if MADE not in site[2] and MADE not in site[1]}
    by_hand = ("Ljava/lang/reflect/Array;->newInstance", "Ljava/lang/Integer;->TYPE", "Ljava/lang/String;")
    rest = {site for site in extra if not site[1].startswith(by_hand)}  # arrays of several dimensions
    if name == "everything8.jar":
        assert rest == set()
    else:  # Java 17 leaves concatenation to the machine
        assert {site[1] for site in rest if site[0] == "call"} <= {site[1] for site in rest if BUILDER in site[1]}
        assert {site[0] for site in rest} == {"call", "type", "string"}


@pytest.mark.parametrize("name", JARS)
def test_another_reader_verifies_the_file(name, tmp_path):
    if shutil.which("dexdump") is None:
        pytest.skip("dexdump is not installed")
    for file, data in dex_of_classes(class_files(name), "classes.jar").files:
        (tmp_path / file).write_bytes(data)
        done = subprocess.run(["dexdump", "-a", "-d", tmp_path / file], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_dex_file_names_its_own_digest():
    ((_, data),) = dex_of_classes(class_files(JARS[0]), "classes.jar").files
    assert hashlib.sha1(data[32:]).digest() == data[12:32]


def test_constants_of_static_fields_are_kept():
    index = load(dex_of_classes(class_files(JARS[0]), "classes.jar").files)
    assert index.static_string("Lcn/example/code/Everything;", "ADDRESS") == "https://example.com/api"
    assert index.problems == ()


def test_texts_of_annotations_are_in_the_string_table():
    made = dex_of_classes(class_files(JARS[0]), "classes.jar")
    assert any("https://marked.example.com" in DexReference(data).strings for _, data in made.files)


def test_lambdas_become_classes_that_call_their_method():
    found = sites(dex_of_classes(class_files(JARS[0]), "classes.jar"))
    calls = {target for kind, target, caller in found if kind == "call" and MADE in caller}
    assert "Ljava/lang/Integer;->parseInt(Ljava/lang/String;)I" in calls
    assert "Ljava/lang/Integer;->valueOf(I)Ljava/lang/Integer;" in calls
    assert "Lcn/example/code/Everything;->secret(I)I" in calls
    assert any("lambda$lambdas$" in target for target in calls)


def caller(code, *, stack=4, variables=4, rows=(), pool=None, shape="()V"):
    return make_class("a/B", [(9, "run", shape, stack, variables, code, rows)], pool)


def reading(pool):
    return b"\xb8" + pool.method("android/os/Build", "getSerial", "()Ljava/lang/String;").to_bytes(2, "big")


def test_subroutines_are_written_out_where_they_are_called():
    pool = Pool()
    # jsr 7; jsr 7; return; 7: astore_0; getSerial; pop; ret 0
    code = b"\xa8\x00\x07\xa8\x00\x04\xb1" + b"\x4b" + reading(pool) + b"\x57\xa9\x00"
    made = convert(caller(code, pool=pool))
    assert made.problems == ()
    assert sites(made)["call", READ, "La/B;->run()V"] == 2


def test_a_subroutine_that_is_left_by_a_jump_ends():
    pool = Pool()
    # 0: jsr 3; 3: pop; getSerial; pop; goto 0
    code = b"\xa8\x00\x03\x57" + reading(pool) + b"\x57\xa7\xff\xf8"
    made = convert(caller(code, pool=pool))
    assert made.problems == ()
    assert sites(made)["call", READ, "La/B;->run()V"] >= 1


def test_a_stack_deeper_than_registers_reach_is_translated():
    pool = Pool()
    code = b"\x04" * 300 + b"\x60" * 299 + b"\x57" + reading(pool) + b"\x57\xb1"
    made = convert(caller(code, stack=400, pool=pool))
    assert made.problems == ()
    ((_, data),) = made.files
    ((_, item),) = DexReference(data).bodies
    assert sum(opcode == 0x90 for _, opcode, _ in DexReference(data).instructions(item)) == 299
    assert sites(made)["call", READ, "La/B;->run()V"] == 1


def test_long_methods_jump_far():
    pool = Pool()
    code = b"\x03\x3b\x1a\x99\x7f\xfd" + b"\x1a\x04\x60\x3b" * 8190 + b"\x00\xb1" + b"\xb1" * 64
    made = convert(caller(code, pool=pool))
    assert made.problems == ()
    ((name, data),) = made.files
    index = load([(name, data)])
    assert index.problems == ()
    part = index.parts[0]
    method = Method(part.dex, part.bodies, 0)
    targets = [target for at in method.positions for target in method.targets(at)]
    assert max(targets) > 0x7FFF
    assert set(targets) <= set(method.positions)


def test_guarded_code_leads_to_its_handlers():
    pool = Pool()
    kind = pool.cls("java/lang/SecurityException")
    code = reading(pool) + b"\x57\xb1\x4b\xb1\x4b\xb1"
    made = convert(caller(code, pool=pool, rows=((0, 3, 5, kind), (0, 4, 7, 0))))
    assert made.problems == ()
    index = load(made.files)
    (site,) = index.find(Query(methods=frozenset([READ]))).sites
    part = index.parts[0]
    units = int(part.bodies.end[0] - part.bodies.start[0])
    ranges = exception_ranges(part.dex.data, int(part.bodies.offset[0]), units)
    assert [len(handlers) for first, last, handlers in ranges if first <= site.offset < last] == [2]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (b"\x57\xb1", "on the stack"),
        (b"\x03", "runs past its end"),
        (b"\xa7\x00\x50", "a jump"),
        (b"\xfe", "unknown instruction"),
        (b"\x09\x59\x57\x57\x57\xb1", "apart"),
        (b"\x04\x99\x00\x04\x03\xb1", "differs"),
        (b"\xa9\x00", "ret"),
        (b"\x15\x09\x57\xb1", "variable"),
    ],
)
def test_a_method_that_cannot_be_translated_is_named_and_the_rest_goes_on(code, why):
    pool = Pool()
    good = (9, "good", "()V", 2, 1, reading(pool) + b"\x57\xb1", ())
    made = convert(make_class("a/B", [(9, "bad", "()V", 3, 1, code, ()), good], pool))
    (problem,) = made.problems
    assert problem.startswith("a.B.bad()V: not translated: ")
    assert why in problem
    assert sites(made)["call", READ, "La/B;->good()V"] == 1


def test_modules_are_passed_over_and_second_classes_left_out():
    module = make_class("module-info", [], access=0x8000)
    one, two = make_class("a/B", []), make_class("a/B", [])
    made = convert(module, one, two)
    assert made.problems == ("2.class: a second a.B, left out",)
    assert made.classes == 1


def test_names_beyond_one_file_go_into_a_second():
    classes = []
    for part in range(5):
        pool = Pool()
        calls = [pool.method("x/Y", f"m{part}_{n}", "()V").to_bytes(2, "big") for n in range(19000)]
        code = b"".join(b"\xb8" + one for one in calls) + b"\xb1"
        classes.append(make_class(f"a/C{part}", [(9, "a", "()V", 1, 0, code, ())], pool))
    made = convert(*classes)
    assert made.problems == ()
    assert [name for name, _ in made.files] == ["classes.jar", "classes.jar!2"]
    assert load(made.files).problems == ()
    assert sum(sites(made).values()) == 5 * 19000


SEEDS = [raw for name in JARS for _, raw in class_files(name)]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_class_files_are_read_or_refused(data):
    raw = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    made = convert(bytes(raw))
    assert made.problems or made.classes <= 1
    assert load(made.files).problems == ()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 6), st.integers(0, 6))
def test_any_byte_code_is_translated_or_named(code, stack, variables):
    pool = Pool()
    reading(pool)
    pool.string("x")
    made = convert(caller(code or b"\0", stack=stack, variables=variables, pool=pool, rows=((0, 9, 3, 0),)))
    assert made.problems or made.files
    assert load(made.files).problems == ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_no_class_file(raw):
    made = convert(b"\xca\xfe\xba\xbe" + raw)
    assert made.problems or made.classes <= 1
    assert convert(raw).problems
