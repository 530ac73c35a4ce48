"""More workers beside this process: judging is pure Python, and one process of it keeps one core busy at most."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Self

from registry_api.settings import Settings

_END_SECONDS = 30.0


class WorkerProcesses:
    """So many further worker processes while the block runs; they end with it, and when this process dies."""

    def __init__(self, settings: Settings, count: int) -> None:
        self._settings = settings
        self._count = count
        self._context = multiprocessing.get_context("spawn")
        self._alive: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []

    def __enter__(self) -> Self:
        for number in range(self._count):
            theirs, ours = self._context.Pipe(duplex=False)
            process = self._context.Process(
                target=_work, args=(self._settings, theirs), name=f"worker-{number + 2}", daemon=True
            )
            process.start()
            theirs.close()
            self._alive.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_exc: object) -> None:
        for pipe in self._alive:
            pipe.close()
        for process in self._processes:
            process.join(timeout=_END_SECONDS)
            if process.is_alive():
                process.kill()  # its runs are taken back by whoever gets its slot
                process.join()


def _work(settings: Settings, alive: Connection) -> None:
    """Work until the other end of the pipe is closed, by the parent or by its death."""
    import logging  # noqa: PLC0415 - in the new process alone

    from registry_api.jobs.worker import work  # noqa: PLC0415 - same
    from registry_api.registry import Registry  # noqa: PLC0415 - same

    # Ctrl-C reaches the whole group; the parent says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.getLogger("registry_api").addHandler(logging.NullHandler())
    stop = threading.Event()

    def wait() -> None:
        with suppress(EOFError, OSError):
            alive.recv()
        stop.set()

    threading.Thread(target=wait, name="parent", daemon=True).start()
    registry = Registry(settings)
    try:
        work(registry, stop)
    finally:
        registry.close()
