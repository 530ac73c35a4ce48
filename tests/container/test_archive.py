import zlib

import pytest
from apks import Member, make_apk, make_dex, make_zip, members
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analyzer.container import EntryUnreadableError, LimitReachedError, Limits
from analyzer.container.archive import Archive
from analyzer.container.text import shown
from analyzer.model import UnreadableInputError


def opened(data, limits=None):
    return Archive(data, limits or Limits())


def codes(archive):
    return {one.code for one in archive.notes.facts()}


def content(archive, name):
    return bytes(archive.read(archive.by_name[name]))


def test_ordinary_package_is_read_whole_and_has_nothing_odd():
    archive = opened(make_zip([Member(b"a.txt", b"a" * 5000), Member(b"b", b"bb", method=0), Member(b"c/", b"")]))
    assert [entry.name for entry in archive.entries] == ["a.txt", "b", "c/"]
    assert content(archive, "a.txt") == b"a" * 5000
    assert content(archive, "b") == b"bb"
    assert archive.notes.facts() == ()
    assert archive.damaged is None


def test_data_descriptors_are_no_anomaly():
    archive = opened(make_zip([Member(b"a", b"a" * 100, descriptor=True), Member(b"b", b"b" * 100, descriptor=True)]))
    assert content(archive, "b") == b"b" * 100
    assert codes(archive) == set()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7 nothing of ours" * 10, "not a ZIP archive"),
        (b"\x00", "not a ZIP archive"),
        (make_apk()[:-40], "truncated ZIP"),
    ],
)
def test_what_is_no_archive_is_told_in_one_line(tmp_path, data, why):
    path = tmp_path / "a.apk"
    path.write_bytes(data)
    with pytest.raises(UnreadableInputError, match=why):
        Archive.open(path, Limits())


def test_empty_file_is_told(tmp_path):
    path = tmp_path / "a.apk"
    path.write_bytes(b"")
    with pytest.raises(UnreadableInputError, match="empty file"):
        Archive.open(path, Limits())


def test_encrypted_flag_is_noted_and_the_content_read_all_the_same():
    rows = members()
    for row in rows:
        row.flags = 1
    archive = opened(make_zip(rows))
    assert "encrypted_flag" in codes(archive)
    assert content(archive, "classes.dex") == rows[1].content


@pytest.mark.parametrize("method", [0, 8])
def test_made_up_compression_method_is_noted_and_survived(method):
    archive = opened(make_zip([Member(b"AndroidManifest.xml", b"text" * 50, method=method, claimed_method=0x1234)]))
    assert content(archive, "AndroidManifest.xml") == b"text" * 50
    assert "bogus_compression_method" in codes(archive)


def test_sizes_that_differ_between_the_headers_are_noted_and_the_directory_counts():
    archive = opened(make_zip([Member(b"a", b"x" * 1000, local_size=7)]))
    assert content(archive, "a") == b"x" * 1000
    assert "header_mismatch" in codes(archive)


def test_wrong_stated_size_is_noted():
    archive = opened(make_zip([Member(b"a", b"x" * 1000, size=900)]))
    assert content(archive, "a") == b"x" * 1000
    assert "size_mismatch" in codes(archive)


def test_wrong_checksum_is_noted():
    archive = opened(make_zip([Member(b"a", b"x" * 1000, crc=1)]))
    assert content(archive, "a") == b"x" * 1000
    assert "crc_mismatch" in codes(archive)


def test_truncated_directory_is_salvaged_from_local_headers():
    archive = opened(make_zip([Member(b"a", b"1" * 90), Member(b"classes.dex", b"2" * 90)], cut_directory=30))
    assert content(archive, "classes.dex") == b"2" * 90
    assert archive.damaged
    assert "central_directory_damaged" in codes(archive)


def test_overlong_extra_field_hides_no_entry():
    rows = [Member(b"a", b"1", extra_length=500), Member(b"classes.dex", b"2" * 90)]
    archive = opened(make_zip(rows))
    assert content(archive, "classes.dex") == b"2" * 90
    assert "central_directory_damaged" in codes(archive)


def test_entry_in_no_directory_is_noted():
    archive = opened(make_zip([Member(b"a", b"1"), Member(b"hidden.dex", b"x" * 50, listed=False), Member(b"b", b"2")]))
    assert "hidden_entry" in codes(archive)
    assert "hidden.dex" in archive.notes.facts()[0].detail


def test_janus_prefix_is_noted():
    archive = opened(make_zip(members(), prefix=make_dex({"La/Evil;": []})))
    assert "janus_prefix" in codes(archive)
    assert content(archive, "AndroidManifest.xml")


def test_other_data_before_between_and_behind_is_noted():
    assert "data_prefix" in codes(opened(make_zip([Member(b"a", b"1")], prefix=b"#!/bin/sh\n")))
    assert "data_between_entries" in codes(
        opened(make_zip([Member(b"a", b"1"), Member(b"b", b"2", before=b"junk" * 20)]))
    )
    assert "trailing_data" in codes(opened(make_zip([Member(b"a", b"1")], tail=b"tail" * 5)))


def test_offsets_that_do_not_count_the_prefix_are_followed():
    data = b"#!/bin/sh\n" * 3 + make_zip([Member(b"a", b"1" * 50)])
    archive = opened(data)
    assert content(archive, "a") == b"1" * 50
    assert "offsets_shifted" in codes(archive)


def test_duplicate_names_are_noted():
    archive = opened(make_zip([Member(b"AndroidManifest.xml", b"1"), Member(b"AndroidManifest.xml", b"2")]))
    assert "duplicate_entry" in codes(archive)


def test_overlapping_entries_are_noted():
    archive = opened(make_zip([Member(b"a", b"1" * 50), Member(b"b", b"1" * 50, offset=0, local_name=b"a")]))
    assert "overlapping_entries" in codes(archive)
    assert "name_mismatch" in codes(archive)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (b"../../etc/cron.d/x", "path_traversal"),
        (b"res\\..\\..\\x", "path_traversal"),
        (b"/etc/passwd", "absolute_name"),
        (b"C:\\x", "absolute_name"),
        (b"a\0.dex", "bad_entry_name"),
        (b"a\nb", "bad_entry_name"),
        ("a\u202egpj.exe".encode(), "bad_entry_name"),
    ],
)
def test_hostile_names_are_noted_and_shown_escaped(name, code):
    archive = opened(make_zip([Member(name, b"1")]))
    assert code in codes(archive)
    for fact in archive.notes.facts():
        assert fact.detail.isprintable()


def test_undecodable_names_stay_apart():
    archive = opened(make_zip([Member(b"\xff", b"1"), Member(b"\xfe", b"2")]))
    assert [entry.name for entry in archive.entries] == ["\\xff", "\\xfe"]


def test_bomb_is_refused_before_it_is_inflated():
    archive = opened(make_zip([Member(b"classes2.dex", bytes(40 << 20))]))
    with pytest.raises(LimitReachedError, match=r"classes2\.dex: inflates .* limit 200 times"):
        archive.read(archive.by_name["classes2.dex"])


def test_bomb_that_lies_about_its_size_stops_at_the_limit():
    archive = opened(make_zip([Member(b"a", bytes(3 << 20), size=10)]), Limits(entry_bytes=1 << 20))
    with pytest.raises(LimitReachedError, match="inflates to more than 1,048,576"):
        archive.read(archive.by_name["a"])


def test_total_of_all_entries_is_limited():
    archive = opened(make_zip([Member(b"a", bytes(600)), Member(b"b", bytes(600))]), Limits(total_bytes=1000))
    archive.read(archive.by_name["a"])
    with pytest.raises(LimitReachedError, match="1,000 bytes inflated in all"):
        archive.read(archive.by_name["b"])


def test_number_of_entries_is_limited():
    with pytest.raises(LimitReachedError, match="3 archive entries, limit 2"):
        opened(make_zip([Member(b"a", b""), Member(b"b", b""), Member(b"c", b"")]), Limits(entries=2))


def test_broken_and_cut_streams_are_told():
    broken = make_zip([Member(b"a", b"\xff" * 50, method=0, claimed_method=8)])
    with pytest.raises(EntryUnreadableError, match="broken deflate stream"):
        content(opened(broken), "a")
    packed = zlib.compress(bytes(range(256)) * 9, wbits=-15)[:-20]
    cut = make_zip([Member(b"a", packed, method=0, claimed_method=8, size=2304)])
    with pytest.raises(EntryUnreadableError, match="ends early"):
        content(opened(cut), "a")
    overrun = make_zip([Member(b"a", b"x", method=0, compressed=9999, size=9999)])
    with pytest.raises(EntryUnreadableError, match="cut off"):
        content(opened(overrun), "a")


def test_blocks_and_head_equal_the_content():
    body = bytes(range(256)) * 9000
    archive = opened(make_zip([Member(b"a", body), Member(b"b", body, method=0)]))
    for name in "ab":
        entry = archive.by_name[name]
        assert b"".join(archive.blocks(entry)) == body
        assert archive.head(entry, 8) == body[:8]


def test_content_that_is_held_is_not_inflated_again(monkeypatch):
    body = bytes(range(256)) * 9
    archive = opened(make_zip([Member(b"a", body), Member(b"a", b"other"), Member(b"b", body, method=0)]))
    first, second, stored = archive.entries
    for entry in (first, stored):
        archive.hold(entry, archive.read(entry))
    monkeypatch.setattr("analyzer.container.archive.inflate_blocks", lambda *_: iter([b"inflated"]))
    assert [b"".join(archive.blocks(entry)) for entry in (first, second, stored)] == [body, b"inflated", body]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_damage_gives_an_archive_or_a_plain_error(data):
    raw = bytearray(make_apk(assets__a_dot_txt=b"text" * 30))
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    try:
        archive = opened(bytes(raw))
    except (ValueError, LimitReachedError):
        return
    for entry in archive.entries:
        archive.head(entry, 8)
        try:
            archive.read(entry)
            list(archive.blocks(entry))
        except (EntryUnreadableError, LimitReachedError):
            continue
    archive.notes.facts()


@given(st.text())
def test_shown_text_is_one_printable_line(text):
    assert "\n" not in shown(text)
    shown(text).encode("utf-8")
    assert not set(shown(text)) & set("\u202a\u202e\u2066\x1b\0")
