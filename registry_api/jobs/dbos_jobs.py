"""DBOS behind the port: embedded in SQLite on one machine, in the same PostgreSQL on many.

Settled here, each for a reason: the application version is a constant, so that a new build does not strand queued
jobs; the serializer is JSON, so that no pickle is ever read from the database; queues are declared after the launch;
the tables are made by the migration, so that a client can enqueue before any worker ran. Of the engine's own recovery
only the harmless part is used: a job that runs twice finds that the run was claimed.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, Serializer
from sqlmodel import Session

from registry_api.db import jobs_engine
from registry_api.jobs.port import QUEUES, Job
from registry_api.settings import Settings

APPLICATION = "eduaudit"
APPLICATION_VERSION = "1"
"""Bump by hand when the meaning of a job changes, never by itself."""
WORKFLOW = "eduaudit_audit_run"

_log = logging.getLogger(__name__)


class JsonSerializer(Serializer):
    """Job arguments as JSON."""

    def serialize(self, data: Any) -> str:
        """Write JSON."""
        return json.dumps(data, default=str)

    def deserialize(self, serialized_data: str) -> Any:
        """Read JSON."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name that is stored with each value."""
        return "eduaudit_json"


_STATES = {"ENQUEUED": "queued", "DELAYED": "queued", "PENDING": "running"}


class DbosJobs:
    """The engine. One instance per process may be a worker; any number may enqueue."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.engine = jobs_engine(settings)
        self._client: DBOSClient | None = None
        self._lock = threading.Lock()
        self._schedules: list[tuple[str, float, Callable[[], None]]] = []

    @property
    def client(self) -> DBOSClient:
        """Return the enqueuing side, connected on first use."""
        with self._lock:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_engine=self.engine,
                    serializer=JsonSerializer(),
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._client

    def enqueue(self, session: Session, job: Job) -> None:
        """Insert the job through the caller's own session."""
        self.client.enqueue_in_transaction(
            session,
            {
                "workflow_name": WORKFLOW,
                "queue_name": job.queue,
                "workflow_id": job.id,
                "app_version": APPLICATION_VERSION,
                "priority": QUEUES[job.queue],
            },
            job.run_id,
        )

    def cancel(self, job: Job) -> None:
        """Cancel in the engine."""
        self.client.cancel_workflow(job.id)

    def status(self, job: Job) -> str | None:
        """Ask the engine."""
        found = self.client.list_workflows(workflow_ids=[job.id], load_input=False, load_output=False)
        return _STATES.get(str(found[0].status), "done") if found else None

    def schedule(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        """Remember periodic work for `worker_main`; it is idempotent by contract, so each worker may run it."""
        self._schedules.append((name, seconds, work))

    def worker_main(
        self, worker_id: str, work: Callable[[str], None], stop: threading.Event, ready: Callable[[], None]
    ) -> None:
        """Launch DBOS in this process and stay until ``stop``."""
        quiet_engine_log()

        @DBOS.step(name=WORKFLOW + "_step")
        def perform(run_id: str) -> None:
            work(run_id)

        @DBOS.workflow(name=WORKFLOW)
        def audit_run(run_id: str) -> None:
            perform(run_id)

        DBOS(config=_config(self.engine, worker_id))
        try:
            DBOS.launch()
            for name in QUEUES:
                DBOS.register_queue(
                    name,
                    worker_concurrency=self.settings.workers,
                    polling_interval_sec=self.settings.poll_seconds,
                )
            ready()
            threads = [
                threading.Thread(target=_repeat, args=(name, seconds, task, stop), name=f"schedule-{name}", daemon=True)
                for name, seconds, task in self._schedules
            ]
            for thread in threads:
                thread.start()
            stop.wait()
            for thread in threads:
                thread.join(timeout=10)
        finally:
            DBOS.destroy(destroy_registry=True)

    def close(self) -> None:
        """Disconnect."""
        if self._client is not None:
            self._client.destroy()
            self._client = None
        self.engine.dispose()


def _config(engine: sa.Engine, worker_id: str) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_engine": engine,
        "application_version": APPLICATION_VERSION,
        "executor_id": worker_id,
        "serializer": JsonSerializer(),
        "log_level": "ERROR",
        "use_listen_notify": False,
        "enable_otlp": False,
    }


def quiet_engine_log() -> None:
    """Keep the engine from writing to the console: its errors reach our own log."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.setLevel(logging.ERROR)


def _repeat(name: str, seconds: float, work: Callable[[], None], stop: threading.Event) -> None:
    while not stop.wait(seconds):
        try:
            work()
        except Exception:  # noqa: BLE001 - the schedule goes on, the log says what failed
            _log.exception("schedule %s", name)


def migrate_jobs(settings: Settings) -> None:
    """Make or bring up to date the engine's own tables."""
    quiet_engine_log()
    engine = jobs_engine(settings)
    try:
        # The launch makes the tables; the engine's own command would use Python's older SQLite.
        DBOS(config=_config(engine, "migration"))
        DBOS.launch()
    finally:
        DBOS.destroy(destroy_registry=True)
        engine.dispose()
