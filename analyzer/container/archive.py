"""A ZIP archive opened as a phone would, everything odd about it noted; nothing is ever unpacked to disk."""

from __future__ import annotations

import mmap
import re
from bisect import bisect
from typing import TYPE_CHECKING

from analyzer.model import UnreadableInputError

from .inflate import InflateError, crc32, inflate, inflate_blocks
from .limits import EntryUnreadableError, LimitReachedError, Limits
from .notes import Notes
from .records import (
    CENTRAL,
    DEFLATED,
    DESCRIPTOR,
    LOCAL,
    STORED,
    End,
    Entry,
    central_entries,
    check_local,
    find_end,
    local_entries,
)
from .text import is_unsafe, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .ahead import Ahead

_TRAVERSAL = re.compile(r"(^|[/\\])\.\.([/\\]|$)")
_ABSOLUTE = re.compile(r"^([/\\]|[A-Za-z]:[/\\])")
_READ_BY_PHONES = re.compile(r"AndroidManifest\.xml|resources\.arsc|classes\d*\.dex")
DEX_MAGIC = b"dex\n"
SIGNING_BLOCK_MAGIC = b"APK Sig Block 42"
GAP_PADDING = 65_536 + 64
DESCRIPTOR_SIZES = (12, 16, 20, 24)


class Archive:
    """The entries of one ZIP archive in memory, their bytes, and what is odd about them.

    ``entries`` keeps the order of the central directory; ``by_name`` gives the first entry of a name (the platform's
    look-up); ``damaged`` says why entries may be missing, or is `None`.
    """

    def __init__(self, buffer: mmap.mmap | bytes, limits: Limits, notes: Notes | None = None) -> None:
        self.buffer = buffer
        self.data = memoryview(buffer)
        self.limits = limits
        self.notes = notes or Notes()
        self.damaged: str | None = None
        self.spent = 0
        self._held: dict[int, bytes] = {}
        self.end: End | None = None
        self.signing_block_end = 0
        """Offset of the central directory as the end record states it: where a signing block would end."""
        self.prefix = b""
        self.entries: list[Entry] = []
        self._ends: list[tuple[int, bool]] = []
        self._read_directory()
        self.by_name: dict[str, Entry] = {}
        for entry in self.entries:
            self.by_name.setdefault(entry.name, entry)
        self._check_names()
        self._check_layout()

    def release_pages(self) -> None:
        """Let the system take back what was read of a mapped file; it is there again when it is asked for."""
        if isinstance(self.buffer, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.buffer.madvise(mmap.MADV_DONTNEED)

    @classmethod
    def open(cls, path: Path, limits: Limits) -> Archive:
        """Map the file at ``path``; raises `UnreadableInputError` when it is no archive, and `LimitReachedError`."""
        try:
            return cls(map_file(path, limits), limits)
        except ValueError as error:
            raise UnreadableInputError(path, str(error)) from error

    def stored(self, entry: Entry) -> memoryview | None:
        """Return the entry as it lies in the file, `None` where it is not there in full."""
        try:
            return self._stored(entry)
        except EntryUnreadableError:
            return None

    def read(self, entry: Entry, ahead: Ahead | None = None) -> bytes | memoryview:
        """Return the entry's inflated bytes (a view of the file for stored entries), those inflated ``ahead`` if any.

        Raises `LimitReachedError` before inflating when the entry is too large, and `EntryUnreadableError`.
        """
        self._check_size(entry)
        stored = self._stored(entry)
        most = min(self.limits.entry_bytes, self.limits.total_bytes - self.spent)
        if entry.method == STORED:
            content: bytes | memoryview = stored
        elif entry.method == DEFLATED:
            try:
                done = ahead.take(entry) if ahead is not None else None
                content = done if done is not None else inflate(stored, entry.size, most)
            except InflateError as error:
                raise EntryUnreadableError(f"{shown(entry.name)}: {error}") from error
        else:
            content = self._read_unknown_method(entry, stored, most)
        if len(content) > most:
            raise LimitReachedError(f"{shown(entry.name)}: inflates to more than {most:,} bytes")
        self.spent += len(content)
        if len(content) != entry.size:
            self.notes.add("size_mismatch", f"{entry.name}: {len(content):,} bytes, {entry.size:,} stated")
        elif crc32(content) != entry.crc:
            self.notes.add("crc_mismatch", f"{entry.name}: checksum differs from the stated one")
        return content

    def hold(self, entry: Entry, content: bytes | memoryview) -> None:
        """Keep the content that `read` gave of an entry, which somebody keeps anyway: `blocks` takes it from here."""
        if entry.method == DEFLATED and isinstance(content, bytes):
            self._held[id(entry)] = content

    def blocks(self, entry: Entry) -> Iterator[bytes | memoryview]:
        """Yield the entry's inflated bytes in blocks, for hashing: memory stays flat, so the ratio does not matter.

        Raises `EntryUnreadableError`, and `LimitReachedError` past ``total_bytes``.
        """
        held = self._held.get(id(entry))
        if held is not None:
            yield held
            return
        stored = self._stored(entry)
        if entry.method != DEFLATED:
            yield stored
            return
        total, most = 0, self.limits.total_bytes
        try:
            for block in inflate_blocks(stored, most):
                total += len(block)
                yield block
        except InflateError as error:
            raise EntryUnreadableError(f"{shown(entry.name)}: {error}") from error
        if total > most:
            raise LimitReachedError(f"{shown(entry.name)}: inflates to more than {most:,} bytes")

    def head(self, entry: Entry, count: int) -> bytes:
        """Return the first ``count`` inflated bytes, or fewer; empty when they cannot be had."""
        if entry.data < 0:
            return b""
        if entry.method == STORED:
            return bytes(self.data[entry.data : entry.data + min(count, entry.compressed)])
        try:
            return inflate(self.data[entry.data : entry.data + min(entry.compressed, count * 4 + 512)], count, count)[
                :count
            ]
        except InflateError:
            return b""

    def _stored(self, entry: Entry) -> memoryview:
        if entry.data < 0:
            raise EntryUnreadableError(f"{shown(entry.name)}: no local header")
        length = entry.size if entry.method not in (STORED, DEFLATED) and entry.compressed == 0 else entry.compressed
        stored = self.data[entry.data : entry.data + length]
        if len(stored) < length:
            raise EntryUnreadableError(f"{shown(entry.name)}: cut off, {len(stored):,} of {length:,} bytes are there")
        return stored

    def _read_unknown_method(self, entry: Entry, stored: memoryview, most: int) -> bytes | memoryview:
        """Read an entry with a made-up compression method: the platform's resource code treats it as stored."""
        try:
            content = inflate(stored, entry.size, most)
        except InflateError:
            content = b""
        if content and len(content) in (entry.size, most + 1):
            return content
        return self.data[entry.data : entry.data + entry.size]

    def _check_size(self, entry: Entry) -> None:
        limits, name = self.limits, shown(entry.name)
        if entry.size > limits.entry_bytes:
            raise LimitReachedError(f"{name}: {entry.size:,} bytes inflated, limit {limits.entry_bytes:,}")
        if entry.size > limits.ratio_from and entry.size > limits.ratio * max(entry.compressed, 1):
            ratio = entry.size // max(entry.compressed, 1)
            self.notes.add("compression_bomb", f"{entry.name}: inflates {ratio:,} times to {entry.size:,} bytes")
            raise LimitReachedError(
                f"{name}: inflates {ratio:,} times to {entry.size:,} bytes, limit {limits.ratio} times"
            )
        if self.spent + entry.size > limits.total_bytes:
            raise LimitReachedError(f"{name}: more than {limits.total_bytes:,} bytes inflated in all")

    def _read_directory(self) -> None:
        length = len(self.data)
        end, self._ends = find_end(self.data, self.buffer, length)
        if end is None:
            cut = self.data[:4] == LOCAL
            raise ValueError("truncated ZIP: no end-of-central-directory record" if cut else "not a ZIP archive")
        if end.count > self.limits.entries:
            raise LimitReachedError(f"{end.count:,} archive entries, limit {self.limits.entries:,}")
        trailing = length - end.offset - 22 - end.comment
        if trailing > 0:
            self.notes.add("trailing_data", f"{trailing:,} bytes after the end record")
        self.end, self.signing_block_end = end, end.directory
        start, shift = end.directory, 0
        if self.data[start : start + 4] != CENTRAL and end.count:
            before_end = end.offset - end.size
            if before_end > 0 and self.data[before_end : before_end + 4] == CENTRAL:
                start, shift = before_end, before_end - end.directory
                self.notes.add(
                    "offsets_shifted", f"all offsets are {shift:,} bytes off: data was put before the archive"
                )
        self._read_entries(start, max(start, min(start + end.size, end.offset)), shift)
        if len(self.entries) != end.count or "central_directory_damaged" in self.notes:
            self._salvage(end)
        for entry in self.entries:
            if entry.method not in (STORED, DEFLATED):
                self.notes.add("bogus_compression_method", f"{entry.name}: method {entry.method}")
            if entry.data < 0:
                check_local(self.data, entry, self.notes)

    def _read_entries(self, start: int, stop: int, shift: int) -> None:
        for entry in central_entries(self.data, start, stop, self.notes):
            entry.header += shift
            self.entries.append(entry)
            if len(self.entries) > self.limits.entries:  # whatever the end record says
                raise LimitReachedError(f"more archive entries than the limit of {self.limits.entries:,}")

    def _salvage(self, end: End) -> None:
        """Add what stands in local headers only: the directory is damaged, a phone may refuse or read differently."""
        self.damaged = f"central directory lists {len(self.entries):,} entries, its end record says {end.count:,}"
        self.notes.add("central_directory_damaged", self.damaged)
        known = {entry.header for entry in self.entries}
        for entry in local_entries(self.data, self.buffer, 0, end.offset):
            if entry.header not in known and entry.raw_name:
                if len(self.entries) >= self.limits.entries:
                    break
                self.entries.append(entry)

    def _check_names(self) -> None:
        if len(self.by_name) != len(self.entries):
            seen: set[str] = set()
            for entry in self.entries:
                if entry.name in seen:
                    self.notes.add("duplicate_entry", entry.name)
                    if _READ_BY_PHONES.fullmatch(entry.name):
                        self.notes.add("duplicate_code", f"{entry.name}: phones and tools may read different ones")
                seen.add(entry.name)
        for name in self.by_name:
            if ".." in name and _TRAVERSAL.search(name):
                self.notes.add("path_traversal", name)
            elif _ABSOLUTE.match(name):
                self.notes.add("absolute_name", name)
            if not name.isprintable() and is_unsafe(name):
                self.notes.add("bad_entry_name", name)
            elif "\\x" in name and name.encode() != self.by_name[name].raw_name:
                self.notes.add("bad_entry_name", f"{name}: not UTF-8")

    def _check_layout(self) -> None:
        """Look at the bytes that belong to no entry: before the first, between them, and where entries overlap."""
        spans = sorted(
            ((entry.header, entry.data + entry.compressed, entry) for entry in self.entries if entry.data >= 0),
            key=lambda span: span[:2],
        )
        self._check_ends([span[:2] for span in spans])
        first = spans[0][0] if spans else 0
        if first:
            self._note_prefix(first)
        position, before = first, None
        for start, stop, entry in spans:
            if start < position and before is not None:
                self.notes.add("overlapping_entries", f"{before.name} and {entry.name}")
            elif start > position and before is not None:
                self._check_gap(before, position, start)
            if stop > position:
                position, before = stop, entry
        if before is not None and self.end is not None and position < self.end.directory:
            self._check_tail(before, position, self.end.directory)

    def _check_ends(self, spans: list[tuple[int, int]]) -> None:
        """Note end records between which a tool has to choose: those of archives stored as entries are none."""
        rivals, entries_end = len(self._ends), self.end.directory if self.end else 0
        for offset, ends_file in self._ends:
            at = bisect(spans, (offset, len(self.data)))
            rivals -= not ends_file and at > 0 and offset < min(spans[at - 1][1], entries_end)
        if rivals > 1:
            self.notes.add("several_end_records", f"{rivals} end-of-central-directory records")

    def _note_prefix(self, first: int) -> None:
        self.prefix = bytes(self.data[: min(first, 64)])
        if self.prefix.startswith(DEX_MAGIC):
            self.notes.add("janus_prefix", f"a DEX file of {first:,} bytes stands before the archive")
        elif self.data[:4] != LOCAL:
            self.notes.add("data_prefix", f"{first:,} bytes before the first entry")
        self._check_gap(None, 0, first)

    def _check_gap(self, before: Entry | None, start: int, stop: int) -> None:
        length = stop - start
        if before is not None and before.flags & DESCRIPTOR and length in DESCRIPTOR_SIZES:
            return
        hidden = False
        for entry in local_entries(self.data, self.buffer, start, stop):
            hidden = True
            if entry.raw_name:  # build tools fill gaps with nameless headers
                self.notes.add("hidden_entry", f"{entry.name}: in no central directory")
        if before is not None and not hidden and length > 24 and any(self.data[start : min(stop, start + GAP_PADDING)]):
            self.notes.add("data_between_entries", f"{length:,} bytes after {before.name}")

    def _check_tail(self, before: Entry, start: int, stop: int) -> None:
        """Check the bytes between the last entry and the directory, where a signing block may stand."""
        if stop - start >= 32 and self.data[stop - 16 : stop] == SIGNING_BLOCK_MAGIC:
            size = int.from_bytes(self.data[stop - 24 : stop - 16], "little")
            if size + 8 <= stop - start:
                stop = stop - size - 8
        if stop > start:
            self._check_gap(before, start, stop)


def map_file(path: Path, limits: Limits) -> mmap.mmap:
    """Map a file read-only; raises `UnreadableInputError` saying why it cannot be read, and `LimitReachedError`."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            if length == 0:
                raise UnreadableInputError(path, "empty file")
            if length > limits.archive_bytes:
                raise LimitReachedError(f"package of {length:,} bytes, limit {limits.archive_bytes:,}")
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise UnreadableInputError(path, error.strerror or str(error)) from error
