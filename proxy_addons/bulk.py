"""Stored captures examined by several processes, without mitmproxy's event loop; the facts are those of one process."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from analyzer.model import NotAnalysed

from .sources.flowfile import CutError, RecordReader
from .sources.flowstate import iterate_record
from .sources.tnetstring import parse, spans

if TYPE_CHECKING:
    from .examiner import Examiner

WORTH = 4 << 20
"""Bytes of a capture from which several processes are worth their start."""
BATCH = 512 << 10
"""Bytes of records that are handed over at once."""
AHEAD = 3
"""Batches a process that wait: bounded memory, whatever the size of the capture."""
Span = tuple[int, int]
"""Where a record begins in its file, and its size: each process reads its own."""
_examiner: Examiner | None = None


def worth_it(path: Path, jobs: int | None) -> int:
    """Return the number of processes to examine a `.flow` file with; 1 is this one.

    Processes are forked, which is safe only from a single thread: elsewhere one has to do.
    """
    count = jobs if jobs is not None else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    forks = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return count if forks and path.stat().st_size >= WORTH else 1


def examine_file(examiner: Examiner, path: Path, jobs: int) -> Iterator[Any]:
    """Yield what ``examiner`` makes of each message of a `.flow` file, in order, and a row for a cut tail.

    A record that ends a process (memory, a crash of native code) is told by its flow; the others go on.
    """
    global _examiner  # noqa: PLW0603  # forked processes inherit it: rules and matcher are made once
    _examiner = examiner
    try:
        with path.open("rb") as file:
            yield from _ordered(_batches(RecordReader(file)), str(path), jobs)
    finally:
        _examiner = None


def _batches(reader: RecordReader) -> Iterator[list[Span] | NotAnalysed]:
    batch: list[Span] = []
    size = 0
    why = ""
    try:
        while (record := reader.skip()) is not None:
            batch.append(record)
            size += record[1]
            if size >= BATCH:
                yield batch
                batch, size = [], 0
        if cut := reader.rest():
            why = f"the capture ends inside a flow; {cut} bytes could not be read"
    except CutError as error:
        why = f"{error}; {reader.rest()} bytes could not be read"
    if batch:
        yield batch
    if why:
        yield NotAnalysed(request_id="", host=None, code="capture_truncated", detail=why)


def _ordered(batches: Iterable[list[Span] | NotAnalysed], path: str, jobs: int) -> Iterator[Any]:
    pool = _pool(jobs)
    waiting: deque[tuple[list[Span], Future[list[Any]]]] = deque()
    try:
        for batch in batches:
            if isinstance(batch, NotAnalysed):
                while waiting:
                    pool, results = _take(pool, waiting, path, jobs)
                    yield from results
                yield batch
                continue
            waiting.append((batch, _hand_over(pool, batch, path)))
            if len(waiting) > jobs * AHEAD:
                pool, results = _take(pool, waiting, path, jobs)
                yield from results
        while waiting:
            pool, results = _take(pool, waiting, path, jobs)
            yield from results
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _pool(jobs: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork"))


def _hand_over(pool: ProcessPoolExecutor, batch: list[Span], path: str) -> Future[list[Any]]:
    """Give ``batch`` to the pool. Where that has noticed a death and refuses, the batch waits as one that failed."""
    try:
        return pool.submit(_examine, batch, path)
    except BrokenProcessPool as error:
        refused: Future[list[Any]] = Future()
        refused.set_exception(error)
        return refused


def _take(
    pool: ProcessPoolExecutor, waiting: deque[tuple[list[Span], Future[list[Any]]]], path: str, jobs: int
) -> tuple[ProcessPoolExecutor, list[Any]]:
    """Wait for the oldest batch. When its process died, find the record that did it and go on with a new pool."""
    batch, future = waiting.popleft()
    try:
        return pool, future.result()
    except BrokenProcessPool:
        pool.shutdown(wait=False, cancel_futures=True)
    results = _one_by_one(batch, path)
    pool = _pool(jobs)
    for place, (other, _) in enumerate(list(waiting)):
        waiting[place] = (other, _hand_over(pool, other, path))
    return pool, results


def _one_by_one(batch: list[Span], path: str) -> list[Any]:
    results: list[Any] = []
    pool = _pool(1)
    for record in batch:
        try:
            results += pool.submit(_examine, [record], path).result()
        except BrokenProcessPool:
            pool.shutdown(wait=False)
            pool = _pool(1)
            detail = f"the process that examined it ended ({record[1]} bytes)"
            row = NotAnalysed(request_id=_flow_of(record, path), host=None, code="analyser_error", detail=detail)
            results.append(row)
    pool.shutdown()
    return results


def _flow_of(span: Span, path: str) -> str:
    with contextlib.suppress(ValueError, IndexError, KeyError, OSError), Path(path).open("rb") as file:
        record = _record(file, span)
        return str(parse(record, spans(record)["id"])[0])
    return ""


def _examine(batch: list[Span], path: str) -> list[Any]:
    """Run in a forked process."""
    if _examiner is None:
        raise RuntimeError("no examiner was inherited")
    capture = Path(path)
    with capture.open("rb") as file:
        return [_examiner.look(item) for span in batch for item in iterate_record(_record(file, span), capture)]


def _record(file: BinaryIO, span: Span) -> bytes:
    file.seek(span[0])
    return file.read(span[1])
