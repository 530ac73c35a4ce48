import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.dex import native, opcodes, sweep
from analyzer.dex.bodies import Bodies, read_bodies
from analyzer.dex.classdata import ClassData, read_class_data
from analyzer.dex.native import compiler
from analyzer.dex.strings import Needles, StringPool
from analyzer.sandbox.prepared import KEPT_ENVIRONMENT

ROOT = Path(__file__).parents[3]
units = st.integers(0, 0xFFFF) | st.sampled_from([0, 0x0E, 0x0100, 0x0200, 0x0300, 0x1A, 0x1B, 0x14, 0x15, 0x6E, 0x22])


@pytest.fixture(scope="module")
def core():
    library, why = compiler.build_in_place()
    if library is None:
        pytest.skip(why)
    return native.library.Core(str(library))


def test_widths_are_those_of_the_opcode_table(core):
    assert core.width == opcodes.WIDTH


@settings(max_examples=300, deadline=None)
@given(
    st.lists(units, max_size=60),
    st.integers(0, 1),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5),
    st.data(),
)
def test_items_are_decoded_as_python_decodes_them(core, code, shift, spans, data):
    raw = b"\0" * shift + np.array(code, "<u2").tobytes() + data.draw(st.sampled_from([b"", b"\x03", b"\0\0\0"]))
    words = np.frombuffer(raw, "<u2", (len(raw) - shift) // 2, shift)
    spans = [(min(pair), max(pair)) for pair in spans if max(pair) <= len(words)]
    kinds = np.zeros(256, np.uint8)
    kinds[[0x1A, 0x1B]], kinds[[0x14, 0x15]], kinds[[0x6E]], kinds[0x22] = 1, 2, 3, 4
    texts = np.zeros(9, np.bool_)
    texts[data.draw(st.lists(st.integers(0, 8)))] = True
    begins = np.zeros(len(words), np.bool_)
    start = np.array([2 * low + shift for low, _ in spans], np.int64)
    end = np.array([2 * high + shift for _, high in spans], np.int64)
    resources = np.zeros(256, np.bool_)
    resources[0x7F] = True
    found = core.decode_items(
        raw, start, end, kinds, {1: texts, 2: resources, 3: None}, shifts={2: 24}, begins=begins, base=shift
    )
    expected, marked, cut = [], set(), []
    for item, (low, high) in enumerate(spans):
        positions, whole = sweep.decode(words, memoryview(raw)[shift:], low, high)
        cut.append(not whole)
        marked.update(positions)
        for at in positions:
            opcode = int(words[at]) & 0xFF
            if not kinds[opcode] or opcode == 0x22:
                continue
            operand = int(words[at + 1])
            if opcode in {0x14, 0x1B}:
                operand |= int(words[at + 2]) << 16
            operand <<= 16 if opcode == 0x15 else 0
            if opcode in {0x1A, 0x1B} and not (operand < 9 and texts[operand]):
                continue
            if opcode in {0x14, 0x15} and operand >> 24 != 0x7F:
                continue
            expected.append((item, at - low, opcode, operand))
    columns = (found.item, found.at, found.opcode, found.operand)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    few = core.decode_items(raw, start, end, kinds, {1: texts, 3: None}, only_wanted=True)
    columns = (few.item, few.at, few.opcode, few.operand)
    unshifted = [row for row in expected if row[2] not in {0x14, 0x15}]
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == unshifted
    assert found.cut.tolist() == cut
    assert set(np.flatnonzero(begins).tolist()) == marked


def test_items_outside_the_file_are_cut_and_more_rows_than_one_call_gives_are_all_there(core, monkeypatch):
    monkeypatch.setattr(native.library, "_ROWS", 1)
    raw = np.array([0x1A, 7] * 10, "<u2").tobytes()
    start = np.array([0, -2, 8, 38, 1 << 62, 20], np.int64)
    end = np.array([8, 8, 4, 42, (1 << 62) + 2, 40], np.int64)
    kinds = np.zeros(256, np.uint8)
    kinds[0x1A] = 1
    found = core.decode_items(raw, start, end, kinds, {1: None})
    assert found.cut.tolist() == [False, True, True, True, True, False]
    assert found.item.tolist() == [0, 0, 5, 5, 5, 5, 5]
    assert found.operand.tolist() == [7] * 7


def test_a_library_of_other_sources_is_never_loaded(tmp_path):
    sources = tmp_path / "native"
    shutil.copytree(compiler.FOLDER, sources, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    before = compiler.library_name(sources)
    assert before == compiler.library_name()
    (sources / "code.c").write_text((sources / "code.c").read_text() + "\n")
    assert compiler.library_name(sources) != before
    (sources / before).write_bytes(b"old")
    library, why = compiler.build_in_place(sources)
    if library is None:
        pytest.skip(why)
    assert [path.name for path in sources.glob("*.so")] == [library.name]


def test_without_a_compiler_there_is_a_reason_and_no_library(tmp_path, monkeypatch):
    (tmp_path / "code.c").write_text("int x;")
    monkeypatch.setenv("CC", str(tmp_path / "none"))
    library, why = compiler.build_in_place(tmp_path)
    assert library is None
    assert "none" in why
    assert [path.name for path in tmp_path.iterdir()] == ["code.c"]
    monkeypatch.setenv("CC", "false")
    assert compiler.build_in_place(tmp_path) == (None, "false: exit status 1")


def test_the_switch_reaches_the_child_that_reads_packages():
    assert native.library.SWITCH in KEPT_ENVIRONMENT


@pytest.mark.parametrize("compiled", [True, False])
def test_the_wheel_holds_the_library_or_is_one_for_every_platform(tmp_path, compiled):
    if compiled and compiler.build_in_place()[0] is None:
        pytest.skip("no C compiler")
    tree = tmp_path / "tree"
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "analyzer/dex", "analyzer/__init__.py", "rules/apis", "README.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in [*names, "pyproject.toml", "hatch_build.py", "LICENSE"]:
        place = tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
    for folder in ("proxy_addons", "registry_api", "samples"):
        (tree / folder).mkdir()
        (tree / folder / "__init__.py").touch()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    environment = {"PATH": "/usr/bin:/bin"} if compiled else {"PATH": "/usr/bin:/bin", "CC": "false"}
    subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if name.endswith(".so")]
    assert held == ([f"analyzer/dex/native/{compiler.library_name()}"] if compiled else [])
    assert wheel.name.endswith("py3-none-any.whl") == (not compiled)
    assert "-py3-none-" in wheel.name


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([b"a", b"b", b"://", b".com", b"\xc0\x80", b"x" * 30, b"y" * 600]), max_size=4),
        max_size=12,
    ),
    st.booleans(),
)
def test_strings_are_found_as_python_finds_them(core, parts, in_order):
    texts = list(dict.fromkeys(b"".join(part) for part in parts))
    texts.sort(key=lambda text: text.replace(b"\xc0\x80", b"\0"), reverse=not in_order)
    data, offsets = bytearray(b"\1" * 8), []
    for text in texts:
        offsets.append(len(data))
        data += bytes([len(text) & 0x7F]) + text + b"\0"
    data += b"\0" * 4
    answers = []
    for used in (core, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(native, "core", lambda used=used: used)
            pool = StringPool(bytes(data), np.array(offsets, "<u4"))
            wanted = [*texts[::2], b"a", b"b", b"ab", b"x" * 30 + b"a", b"y" * 599, b"\xc0\x80"]
            answers.append(
                (
                    pool.find(Needles(wanted)),
                    sorted(pool.starting([b"a", b"x" * 30])) if in_order else None,
                    list(pool.ending({b"com", b""})),
                    list(pool.search(re.compile(rb"://[ax]"))),
                    list(pool.search(re.compile(rb"a|b"))),
                    list(pool.search(re.compile(rb"a?b"))),
                )
            )
    assert answers[0] == answers[1]
    assert answers[0][0][: len(texts[::2])] == list(range(0, len(texts), 2))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120), st.lists(st.integers(0, 130), max_size=8), st.integers(0, 40))
def test_class_data_is_read_as_python_reads_it(core, raw, offsets, methods):
    columns = np.array(offsets, np.uint32)
    read = core.read_classes(raw, columns, methods)
    if read is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "core", lambda: None)
        expected = read_class_data(raw, columns, methods)
    assert [column.tolist() for column in read[:4]] == [
        column.tolist() for column in (expected.method, expected.class_row, expected.code, expected.virtual)
    ]
    assert read[4] == expected.damaged


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 9, 0xFF]), min_size=20, max_size=90),
    st.lists(st.integers(0, 95), max_size=9),
)
def test_code_items_are_read_as_python_reads_them(core, raw, codes):
    raw = bytes(raw)
    none = np.zeros(len(codes), np.int64)
    defined = ClassData(np.arange(len(codes)), none, np.array(codes, np.int64), none > 0, 0)
    found = Bodies(*core.read_items(raw, defined.code, defined.method))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "core", lambda: None)
        expected = read_bodies(raw, np.frombuffer(raw, "<u2", len(raw) // 2), defined)
    for name in ("start", "end", "irregular", "offset", "first_row", "rows"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist(), name
    assert found.damaged == expected.damaged


@settings(max_examples=300, deadline=None)
@given(st.lists(units, max_size=40), st.lists(st.integers(0, 8), max_size=3), st.data())
def test_what_may_load_a_string_is_told_as_python_tells_it(core, code, texts, data):
    raw = np.array(code, "<u2").tobytes()
    wanted = np.zeros(9, np.bool_)
    wanted[texts] = True
    first = data.draw(st.integers(0, len(code)))
    last = data.draw(st.integers(first, len(code)))
    pairs = list(zip(code[first:last], code[first + 1 : last], strict=False))
    jumbo = any(unit & 0xFF == opcodes.CONST_STRING_JUMBO for unit, _ in pairs)
    plain = any(unit & 0xFF == opcodes.CONST_STRING and behind in texts for unit, behind in pairs)
    assert core.may_load(raw, first, last, wanted) == (jumbo or plain)
