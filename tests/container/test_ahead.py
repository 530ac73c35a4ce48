import io
import threading
import zipfile
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.container import LimitReachedError, Limits, ahead
from analyzer.container.archive import Archive
from analyzer.container.package import Package, Part

NAMES = ["classes.dex", *(f"classes{number}.dex" for number in range(2, 9))]


def packed(sizes, level=zipfile.ZIP_DEFLATED):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", level) as archive:
        for name, size in zip(NAMES, sizes, strict=False):
            archive.writestr(name, bytes(range(256)) * size)
    return raw.getvalue()


def read(data, limits, *, threads):
    package = Package("apk", parts=[Part("", Archive(data, limits))])
    files = list(package.dex_files(limits, threads=threads))
    return files, package.reasons, package.parts[0].archive.notes.rows(), package.parts[0].archive.spent


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=8),
    st.lists(st.tuples(st.floats(0, 0.9), st.integers(0, 255)), max_size=6),
    st.sampled_from([{}, {"dex_files": 3}, {"dex_bytes": 9_000}, {"total_bytes": 9_000}, {"entry_bytes": 6_000}]),
)
def test_a_second_thread_changes_nothing(sizes, damage, changes):
    data = bytearray(packed(sizes))
    for share, byte in damage:
        data[int(share * len(data))] = byte
    limits, worth = replace(Limits(), **changes), ahead.WORTH
    try:
        Archive(bytes(data), limits)
    except (ValueError, LimitReachedError):  # no archive at all
        return
    try:
        ahead.WORTH = 1
        plain = read(bytes(data), limits, threads=False)
        assert read(bytes(data), limits, threads=True) == plain
    finally:
        ahead.WORTH = worth
    assert threading.active_count() == 1


def test_every_second_one_is_taken_from_the_thread(monkeypatch):
    monkeypatch.setattr(ahead, "WORTH", 1)
    archive = Archive(packed([5, 6, 7, 8, 9]), Limits())
    with ahead.Ahead(archive, archive.entries) as reader:
        taken = [reader.take(entry) for entry in archive.entries]
        assert [None if found is None else len(found) for found in taken] == [None, 6 * 256, None, 8 * 256, None]
        assert reader.take(archive.entries[1]) is None  # it was given once
    with ahead.Ahead(archive, archive.entries) as reader:  # entries that nobody asks for stop nobody
        assert reader.take(archive.entries[3]) == bytes(range(256)) * 8


def test_a_reader_that_stops_early_leaves_no_thread(monkeypatch):
    monkeypatch.setattr(ahead, "WORTH", 1)
    limits = Limits()
    package = Package("apk", parts=[Part("", Archive(packed([9] * 8), limits))])
    files = package.dex_files(limits, threads=True)
    next(files)
    files.close()
    assert threading.active_count() == 1


def test_an_entry_that_states_another_size_is_left_to_the_reader(monkeypatch):
    monkeypatch.setattr(ahead, "WORTH", 1)
    for wrong in (1500, 1600):
        data = packed([5, 6]).replace((6 * 256).to_bytes(4, "little"), wrong.to_bytes(4, "little"))
        files, _, notes, _ = read(data, Limits(), threads=True)
        assert len(files[1][1]) == 6 * 256
        assert "size_mismatch" in {code for code, _, _ in notes}
