"""A worker: a locked slot that gives it a stable name, the engine's loop, and the sweep."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

from analyzer.model import EduauditError
from registry_api.accounts.expiry import purge
from registry_api.audits import runs
from registry_api.audits.counts import fold
from registry_api.audits.pipeline import perform
from registry_api.audits.retention import give_up_captures
from registry_api.audits.rulesets import newer_since
from registry_api.audits.schedule import TICK_SECONDS, read_begin, read_level, tick
from registry_api.audits.selfcheck import recover_checks
from registry_api.audits.waivers import expire
from registry_api.campaigns.service import sweep_campaigns
from registry_api.errors import RegistryError
from registry_api.notices.service import sweep_notices
from registry_api.registry import Registry

SLOTS = 64
_SWEEP_SECONDS = 15.0
_RELAY_SECONDS = 5.0
_RETENTION_SECONDS = 3600.0
_FIGURES_SECONDS = 60.0
_ROUNDS_SECONDS = 60.0


@contextmanager
def worker_slot(registry: Registry) -> Iterator[str]:
    """Hold the first free slot of this machine and yield the worker's name.

    The kernel drops the lock when the process dies, however it dies: whoever gets the slot next knows that its
    predecessor is dead and may take its runs back at once, without waiting for the lease.
    """
    folder = registry.settings.data / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    for slot in range(SLOTS):
        with (folder / f"{slot}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield f"{registry.settings.node}-{slot}"
            return
    raise RegistryError("unavailable", f"all {SLOTS} worker slots of {folder} are taken")


def work(registry: Registry, stop: threading.Event, ready: Callable[[], None] = lambda: None) -> None:
    """Work until ``stop``: take back own leftovers, sweep, perform audits."""
    read_begin(registry.settings.weekly)  # a setting that is wrong is told at the start
    read_level(registry.settings.weekly_notices)
    refuse_older_rules(registry)
    with worker_slot(registry) as name:
        runs.release_own(registry, name)
        recover_checks(registry, name)
        _sweep(registry)
        registry.jobs.schedule(
            "sweep", min(_SWEEP_SECONDS, registry.settings.lease_seconds / 2), lambda: _sweep(registry)
        )
        registry.jobs.schedule("rules", _SWEEP_SECONDS, lambda: _end_when_older(registry, stop))
        registry.jobs.schedule("webhooks", _RELAY_SECONDS, lambda: _relay(registry))
        registry.jobs.schedule("figures", _FIGURES_SECONDS, lambda: _count(registry))
        registry.jobs.schedule("rounds", _ROUNDS_SECONDS, lambda: _make_reports(registry))
        if registry.settings.capture_days > 0:
            registry.jobs.schedule(
                "retention", _RETENTION_SECONDS, lambda: _give_up(registry, registry.settings.capture_days)
            )
        if registry.settings.weekly:
            registry.jobs.schedule("weekly", TICK_SECONDS, lambda: _tick(registry))
        registry.jobs.worker_main(name, lambda run_id: perform(registry, run_id, name), stop, ready)


def refuse_older_rules(registry: Registry) -> None:
    """Raise `EduauditError` when newer rules than this process's have judged on the record."""
    newer = newer_since(registry)
    if newer is not None:
        raise EduauditError(
            f"规则版本旧于平台自 {newer:%Y-%m-%d} 起使用的规则，请升级；确需退回请设 EDUAUDIT_OLDER_RULES=1 / "
            "the rules here are older than those that judge on this record: upgrade, or set EDUAUDIT_OLDER_RULES=1"
        )


def _sweep(registry: Registry) -> None:
    runs.sweep(registry)
    fold(registry)
    recover_checks(registry)
    with registry.database.write() as session:
        expire(session)
    sweep_notices(registry)
    purge(registry.database)
    sweep_campaigns(registry)
    registry.blobs.trim()


def _end_when_older(registry: Registry, stop: threading.Event) -> None:
    """End a worker beside which a newer one has begun to judge; whoever starts it again is told why."""
    if newer_since(registry) is not None:
        stop.set()


def _give_up(registry: Registry, days: int) -> None:
    give_up_captures(registry, days)


def _tick(registry: Registry) -> None:
    tick(registry)


def _count(registry: Registry) -> None:
    from registry_api.statistics.kept import refresh  # noqa: PLC0415 - only where figures are kept

    refresh(registry)


def _make_reports(registry: Registry) -> None:
    from registry_api.audits.kept_rounds import refresh  # noqa: PLC0415 - only where a round is over

    refresh(registry)


def _relay(registry: Registry) -> None:
    from registry_api.exchange.webhooks.relay import relay  # noqa: PLC0415 - only where something may be sent

    relay(registry)


class BackgroundWorker:
    """A worker in threads of this process, as `eduaudit registry serve` runs it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._stop = threading.Event()
        self._ready = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def _run(self) -> None:
        try:
            work(self._registry, self._stop, self._ready.set)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the worker
            self.error = error
            self._ready.set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(60)
        if self.error is not None:
            raise self.error
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop.set()
        with suppress(RuntimeError):
            self._thread.join(timeout=30)
