"""The parts of one registry, put together once and handed to whoever works with it."""

from __future__ import annotations

import threading

from registry_api.accounts.throttle import Throttle
from registry_api.analysis import Analysis, AnalyzerFacade
from registry_api.db import Database
from registry_api.jobs.port import Jobs
from registry_api.settings import Settings
from registry_api.storage.blobs import open_store


class Registry:
    """Settings, database, files, analyzer and job engine of one installation."""

    def __init__(self, settings: Settings, *, analysis: Analysis | None = None, jobs: Jobs | None = None) -> None:
        self.settings = settings
        self.database = Database(settings)
        self.blobs = open_store(settings)
        self.analysis: Analysis = analysis or AnalyzerFacade()
        self.throttle = Throttle()
        self._jobs = jobs
        self._lock = threading.Lock()

    @property
    def jobs(self) -> Jobs:
        """Return the job engine, connected on first use."""
        with self._lock:
            if self._jobs is None:
                from registry_api.jobs.dbos_jobs import DbosJobs  # noqa: PLC0415 - heavy, and often not needed

                self._jobs = DbosJobs(self.settings)
            return self._jobs

    def close(self) -> None:
        """Give all connections back."""
        if self._jobs is not None:
            self._jobs.close()
        self.database.close()
