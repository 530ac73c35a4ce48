"""The port to the job engine. The engine only carries a run's id to a worker; `audit_run` is the truth."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import Session

QUEUES = {"interactive": 10, "weekly": 50}
"""Queue → priority of its jobs; a lower number goes first."""


@dataclass(frozen=True)
class Job:
    """One order to audit: the run, which hand-over of it this is, and the queue."""

    run_id: str
    serial: int
    """Number of the hand-over; the engine's id of the job is ``<run id>:<serial>``."""
    queue: str = "interactive"

    @property
    def id(self) -> str:
        """Return the id of this hand-over in the engine."""
        return f"{self.run_id}:{self.serial}"


class Jobs(Protocol):
    """What the registry asks of a job engine."""

    def enqueue(self, session: Session, job: Job) -> None:
        """Hand a job over in the caller's transaction: it exists exactly when that commits."""

    def cancel(self, job: Job) -> None:
        """Take a job back that has not begun; one that has is left to its own checks."""

    def status(self, job: Job) -> str | None:
        """Return ``queued``, ``running``, ``done``, or `None` when the engine does not know it."""

    def schedule(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Call ``work`` every ``seconds`` while this process is a worker."""

    def worker_main(
        self, worker_id: str, work: Callable[[str], None], stop: threading.Event, ready: Callable[[], None]
    ) -> None:
        """Run jobs by calling ``work(run_id)`` until ``stop`` is set; ``ready`` is called once it takes jobs."""

    def close(self) -> None:
        """Give connections back."""
