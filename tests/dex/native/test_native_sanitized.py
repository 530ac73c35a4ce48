"""The library under AddressSanitizer and UBSan, in a process of its own, over made, damaged and random DEX files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.dex.native import compiler

HERE = Path(__file__).parent
SCRIPT = """
import random, sys
import numpy as np
sys.path[:0] = [{root!r}, {tests!r}]
from dexwriter import Class, Code, Ref, write_dex
from analyzer.dex import Query, load, native
from analyzer.dex.native import library
core = library.Core({path!r})
native.core.cache_clear()
native.core = library.core = lambda: core

chance = random.Random({seed})
def code():
    units = []
    for _ in range(chance.randrange(30)):
        units += chance.choice([
            [0x106E, Ref("method", "Lp/T0;->m0()V"), 0], [0x001A, Ref("string", "content://sms")], [0x0128], [0x0038, 3],
            [0x002B, 5, 0], [0x0100, 2, 0, 0, 1, 0, 2, 0], [0x0300, 2, 3, 0, 7, 7, 7], [0x0052, Ref("field", "Lp/T0;->f:I")],
            [chance.randrange(1 << 16)], [0x0022, Ref("type", "Lq/New;")], [0x1101], [0x000E],
        ])
    return Code(units or [0x0E])
def ask(data):
    index = load([("classes.dex", data)])
    query = Query(methods=frozenset(["Lp/T0;->m0()V"]), strings=frozenset(["content://sms", "a" * 70]),
                  fields=frozenset(["Lp/T0;->f:I"]), types=frozenset(["Lq/New;"]), prefixes=frozenset(["con", "x"]))
    for site in index.find(query).sites:
        site.arguments()
    index.ending_strings(["com", "sms"])
    for part in index.parts:
        for item in range(min(len(part.bodies.start), 6)):
            method = index.flow.program.method(index.parts.index(part), item)
            for at in method.positions[:20]:
                method.definitions(at, at % 7)
            blocks = method.blocks
            if blocks is not None and method.positions:
                last = len(method.positions) - 1
                blocks.edges, blocks.live, blocks.can_follow(0, last), blocks.repeats(last, without=0)
                blocks.dominates(0, last)
for _ in range({rounds}):
    classes = [Class(f"Lapp/C{{n}};", [(f"m{{k}}", "()V", code()) for k in range(chance.randrange(1, 4))]) for n in range(3)]
    data = write_dex(classes, extra_strings=["content://sms", "www.sms", "a" * 70])
    ask(data)
    for _ in range(6):
        raw = bytearray(data)
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(8, len(raw))
            raw[at] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        ask(bytes(raw[: chance.choice([len(raw), chance.randrange(0x70, len(raw))])]))
for _ in range({rounds} * 10):  # what no reader of headers lets through: places far outside
    raw = chance.randbytes(chance.randrange(1, 200))
    far = lambda: chance.choice([0, 1, -1, len(raw), len(raw) - 1, 1 << 62, -(1 << 62), chance.randrange(300)])
    pairs = np.array([(far(), far()) for _ in range(5)], np.int64).clip(-(1 << 62), 1 << 62)
    sound = np.array([0 <= a <= b <= len(raw) for a, b in pairs])
    core.decode_items(raw, pairs[sound, 0].copy(), pairs[sound, 1].copy(), np.arange(256, dtype=np.uint8) % 7,
                      {{k: None for k in range(1, 7)}}, only_wanted=chance.random() < 0.5,
                      begins=np.zeros(chance.randrange(9), np.bool_), base=chance.randrange(9))
    core.read_classes(raw, np.frombuffer(chance.randbytes(16), np.uint32) % 300, 5)
    core.read_items(raw, np.array([far() % 400 for _ in range(6)], np.int64), np.arange(6))
    slots = core.fill_slots(raw, np.array([chance.randrange(250) for _ in range(6)], np.int64))
    starts = np.array([chance.randrange(len(raw)) for _ in range(6)], np.int64)
    slots = core.fill_slots(raw, starts)
    if slots is not None:
        core.find_strings(raw, starts, slots, b"ab\\0" + raw[:3] + b"\\0", np.array([0, 3, 7], np.int64))
    core.mark_beginnings(raw, starts, [raw[:1], b"", b"abc"])
    core.find_endings(raw, starts, {{b"", raw[-2:], b"com"}})
    core.may_load(raw, far(), far(), np.ones(chance.randrange(1, 9), np.bool_))
    core.read_parents(raw, (np.frombuffer(chance.randbytes(64), np.uint32) % 260).reshape(2, 8), 9)
    units = chance.randrange(90)
    followed = core.follow(raw, chance.randrange(200), chance.randrange(200), units)
    if followed is not None:
        followed.instructions()
        for at in range(-2, units + 2, 3):
            followed.definitions(at, chance.choice([0, 1, 15, 65535, 65536]))
        followed.has_blocks and followed.blocks()
        followed.can_reach(chance.randrange(5), chance.randrange(5), without=chance.randrange(-1, 4))
print("clean")
"""


def runtime(name):
    compiler_name = os.environ.get("CC") or "cc"
    found = subprocess.run([compiler_name, f"-print-file-name={name}"], capture_output=True, text=True, check=False)
    path = Path(found.stdout.strip() or name)
    return path.resolve() if path.is_absolute() and path.is_file() else None


def test_no_read_or_write_outside_and_nothing_undefined(tmp_path):
    asan = runtime("libasan.so")
    if asan is None:
        pytest.skip("no AddressSanitizer")
    library = tmp_path / "core.so"
    flags = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]
    assert compiler.build(library, flags) is None
    script = SCRIPT.format(
        root=str(HERE.parents[2]), tests=str(HERE.parent), path=str(library), seed=7, rounds=60
    )  # fmt: skip
    environment = {
        "PATH": os.environ["PATH"], "LD_PRELOAD": str(asan), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONMALLOC": "malloc",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.stdout == "clean\n", done.stderr[:4000]
    assert done.returncode == 0
