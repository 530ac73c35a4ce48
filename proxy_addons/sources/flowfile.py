"""mitmproxy's `.flow` files, record by record: a damaged or cut record costs itself, not what stands before it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from analyzer.model import NotAnalysed

from .flowstate import iterate_record, messages_of_flow
from .message import Item

__all__ = ["CutError", "RecordReader", "follow_flow_file", "messages_of_flow", "read_flow_file"]
MAX_RECORD = 1 << 30
"""Bytes; a longer length prefix is damage, not a flow."""
LONG = 1 << 19
"""Bytes of a body above which a message is handed on at once."""


class CutError(Exception):
    """The file ends inside a record, or what stands there is none."""


class RecordReader:
    """Splits a file into its tnetstring records, also one that still grows.

    `read` returns `None` where the file ends between two records or inside one that may still be written.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0

    def _size(self) -> int | None:
        """Return the bytes of the next record, `None` where not even that is written."""
        self._file.seek(self._at)
        head = self._file.read(14)
        if not head:
            return None
        digits, colon, _ = head.partition(b":")
        if not digits.isdigit() or (not colon and len(head) > 12):  # digits of the longest prefix
            raise CutError(f"no flow record at byte {self._at}")
        if not colon:
            return None
        size = int(digits)
        if size > MAX_RECORD:
            raise CutError(f"absurd record length at byte {self._at}")
        return len(digits) + 2 + size

    def read(self) -> bytes | None:
        """Return the next whole record, or `None` when there is none yet. Raise `CutError` for what is no record."""
        size = self._size()
        if size is None:
            return None
        self._file.seek(self._at)
        record = self._file.read(size)
        if len(record) < size:
            return None
        self._at += size
        return record

    def skip(self) -> tuple[int, int] | None:
        """Return (begin, size) of the next record of a finished file without reading it, or `None` as `read` does."""
        size = self._size()
        begin = self._at
        if size is None or begin + size > self._file.seek(0, io.SEEK_END):
            return None
        self._at += size
        return begin, size

    def rest(self) -> int:
        """Return the bytes behind the last whole record."""
        return self._file.seek(0, io.SEEK_END) - self._at


def read_flow_file(file: BinaryIO, capture: Path | None = None) -> Iterator[Item]:
    """Yield the messages of a finished file; a cut or damaged tail is one `NotAnalysed` row.

    ``capture``: its path, beside which long bodies lie.
    """
    reader = RecordReader(file)
    try:
        while (record := reader.read()) is not None:
            yield from iterate_record(record, capture)
        cut = reader.rest()
        why = f"the capture ends inside a flow; {cut} bytes could not be read"
    except CutError as error:
        cut, why = reader.rest(), f"{error}; {reader.rest()} bytes could not be read"
    if cut:
        yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)


def follow_flow_file(
    file: BinaryIO, ended: Callable[[], bool], pause: float = 0.2, capture: Path | None = None
) -> Iterator[list[Item]]:
    """Yield the messages of a file while it grows, in batches, an empty one when nothing is new; ends when it ended."""
    reader = RecordReader(file)
    while True:
        last = ended()  # asked first: what was written before the end is still read below
        batch: list[Item] = []
        try:
            while (record := reader.read()) is not None:
                for item in iterate_record(record, capture):
                    batch.append(item)
                    if len(batch) >= 100 or _long(item):  # messages between two looks at the clock
                        yield batch
                        batch = []
        except CutError as error:
            yield [*batch, NotAnalysed(request_id="", host=None, code="capture_truncated", detail=str(error))]
            return
        yield batch
        if last:
            if cut := reader.rest():
                why = f"the capture ends inside a flow; {cut} bytes could not be read"
                yield [NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)]
            return
        time.sleep(pause)


def _long(item: Item) -> bool:
    """Tell whether a message is one piece of many, not to be heaped up."""
    return not isinstance(item, NotAnalysed) and item.body is not None and len(item.body) >= LONG
