import struct
import sys
from dataclasses import replace

import pytest
import yara
from hybrids import make_app
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.container.elf import read_soname
from analyzer.extract import extract_facts, natives
from analyzer.extract.run import extract
from analyzer.model import record_json

TELEPHONY = b"\0android/telephony/TelephonyManager\0getDeviceId\0"


def make_library(soname=None, content=b"", *, wide=True):
    """Write an ELF library with one segment, a dynamic section and a name."""
    names = b"\0" + (soname or "").encode() + b"\0"
    head, segment = (64, 56) if wide else (52, 32)
    start = head + 2 * segment
    pairs = [(5, start)] + ([(14, 1)] if soname else []) + [(0, 0)]
    dynamic = b"".join(struct.pack("<qQ" if wide else "<iI", *pair) for pair in pairs)
    place = start + len(names)
    total = place + len(dynamic) + len(content)
    rows = [(1, 0, 0, total), (2, place, place, len(dynamic))]
    if wide:
        table = b"".join(struct.pack("<IIQQQQQQ", k, 4, o, a, a, n, n, 1) for k, o, a, n in rows)
        front = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 183, 1, 0, head, 0, 0, head, segment, 2, 0, 0, 0)
    else:
        table = b"".join(struct.pack("<IIIIIIII", k, o, a, a, n, n, 4, 1) for k, o, a, n in rows)
        front = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\1\1\1", 3, 40, 1, 0, head, 0, 0, head, segment, 2, 0, 0, 0)
    return front + table + names + dynamic + content


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def facts_of(tmp_path, catalogue):
    def run(files, **options):
        path = tmp_path / "app.apk"
        path.write_bytes(make_app(files, **options))
        return extract_facts(path, catalogue)

    return run


def said(facts, code):
    return [row.detail for row in facts.coverage.reasons if row.code == code]


@pytest.mark.parametrize("wide", [True, False])
def test_name_under_which_a_library_was_built_is_read(wide):
    assert read_soname(make_library("libjiagu.so", wide=wide)) == "libjiagu.so"
    assert read_soname(make_library(wide=wide)) is None
    assert read_soname(make_library("libjiagu.so", wide=wide)[:120]) is None


@given(st.integers(0, 250), st.binary(max_size=80), st.booleans())
def test_damaged_library_has_no_name_and_is_no_error(where, noise, wide):
    data = make_library("libx.so", wide=wide)
    read_soname(data[:where] + noise + data[where + len(noise) :])
    read_soname(b"\x7fELF" + noise)


def test_renamed_library_of_a_packer_is_told_by_the_name_it_was_built_under(facts_of):
    facts = facts_of({"lib/arm64-v8a/libabc.so": make_library("libjiagu.so")})
    (packer,) = facts.packers
    assert (packer.id, packer.evidence) == ("qihoo_360", ("soname: lib/arm64-v8a/libabc.so was built as libjiagu.so",))
    assert said(facts, "packed") == ["360 加固: soname: lib/arm64-v8a/libabc.so was built as libjiagu.so"]


def test_a_copy_of_the_process_finds_the_same(tmp_path, catalogue):
    path = tmp_path / "app.apk"
    path.write_bytes(make_app({"lib/arm64-v8a/libabc.so": make_library("libjiagu.so", TELEPHONY)}))
    alone, forked = (extract(path, catalogue, fork=fork) for fork in (False, True))
    assert record_json(replace(alone, seconds={}, peak_memory=None)) == record_json(
        replace(forked, seconds={}, peak_memory=None)
    )
    assert forked.packers


def test_library_that_only_lists_packers_is_none(facts_of):
    facts = facts_of({"lib/arm64-v8a/libguard.so": make_library("libguard.so", b"\0libjiagu.so\0libDexHelper.so\0")})
    assert facts.packers == ()


@pytest.mark.parametrize(
    ("content", "packer"),
    [
        (b"\0JIAGU_ENCRYPTED_DEX_NAME\0", "qihoo_360"),
        (bytes(200) + b"AJM!" + bytes(20), "ijiami"),
        (b"\0com/secneo/apkwrapper/H\0", "bangcle"),
        (b"\0com/netease/nis/wrapper/Entry\0", "netease"),
        (b"\0com/tencent/StubShell/TxAppEntry\0", "tencent_legu"),
        (b"\0APPSEALING-CORE-VERSION_2.10\0", "appsealing"),
    ],
)
def test_packers_are_told_by_the_content_of_a_library(facts_of, content, packer):
    facts = facts_of({"assets/a/libq.so": make_library("libq.so", content), "lib/arm64-v8a/libz.so": make_library()})
    assert [one.id for one in facts.packers] == [packer]
    assert said(facts, "packed")


def test_native_reads_are_said_and_ordinary_libraries_are_not(facts_of):
    facts = facts_of(
        {
            "lib/x86/liba.so": make_library("liba.so", TELEPHONY),
            "lib/x86/libb.so": make_library("libb.so", b"getDeviceId"),
        }
    )
    assert said(facts, "native_reads") == [
        "lib/x86/liba.so names android/telephony/TelephonyManager, getDeviceId (device.imei): native code was not followed"
    ]
    assert facts_of({"lib/x86/libb.so": make_library("libb.so", b"getDeviceId")}).coverage.complete


def test_of_each_library_one_copy_is_searched(facts_of):
    same = make_library("liba.so", TELEPHONY)
    facts = facts_of({f"lib/{abi}/liba.so": same for abi in ("x86", "armeabi-v7a", "arm64-v8a")})
    assert [row.partition(" ")[0] for row in said(facts, "native_reads")] == ["lib/arm64-v8a/liba.so"]


def test_missing_library_is_a_reason_and_no_crash(facts_of, monkeypatch):
    natives._compile.cache_clear()
    monkeypatch.setitem(sys.modules, "yara", None)
    facts = facts_of({"lib/arm64-v8a/libabc.so": make_library("libjiagu.so", TELEPHONY)})
    natives._compile.cache_clear()
    assert said(facts, "natives_unsearched") == [natives.MISSING]
    assert [one.id for one in facts.packers] == ["qihoo_360"]  # names need no library


def test_every_rule_states_what_it_stands_for(catalogue):
    rules = natives._compile(catalogue.root)
    rows = list(rules)
    assert len(rows) >= 12
    for rule in rows:
        assert rule.meta["source"], rule.identifier
        assert rule.meta["sure"] in {"V", "1", "K", "?"}
        assert rule.meta.get("packer") in catalogue.packers or rule.meta.get("data") in catalogue.personal_data
    assert yara.YARA_VERSION >= "4.5"
