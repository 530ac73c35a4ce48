"""The database: one engine that writes, one that only reads, and the type that keeps time zones.

SQLite comes from `pysqlite3`, so that every machine has the same recent version (the job engine needs 3.42).
Writers begin with ``BEGIN IMMEDIATE``: a deferred transaction that upgrades from reading to writing fails at once
under concurrency, whatever the busy timeout.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from registry_api.settings import Settings

BUSY_MILLISECONDS = 30_000
_LOOK_SECONDS = 0.001
_ANALYSED_ROWS = 1000
"""Rows of each index that SQLite looks at when it counts anew: a few milliseconds in all."""


def _pool(settings: Settings) -> dict[str, Any]:
    """Return how many connections are kept open: opening one takes longer than most questions.

    Server processes share them out: PostgreSQL admits a hundred as it comes.
    """
    processes = max(1, settings.processes)
    return {"pool_size": max(4, 16 // processes), "max_overflow": max(8, 32 // processes)}


_QUIET: dict[str, Any] = {"hide_parameters": True}
"""Values of the record stay out of messages of errors, and so out of logs."""

SQLModel.metadata.naming_convention = {
    # Unnamed constraints cannot be dropped on SQLite: every one gets a name.
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite drops the zone of ``DateTime(timezone=True)``; this type gives it back."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone would be stored wrongly")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """Return the present time in UTC, to the microsecond."""
    return datetime.now(UTC)


def write_json(value: Any) -> str:
    """Write a JSON column. What the quick writer does not take, or takes otherwise, is left to the plain one."""
    try:
        return orjson.dumps(value, option=_PLAIN_ONLY).decode()
    except TypeError:
        return json.dumps(value)


_PLAIN_ONLY = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def _sqlite_engine(settings: Settings, *, begin: str, query_only: bool) -> sa.Engine:
    import pysqlite3  # noqa: PLC0415 - PostgreSQL installations need not have it

    engine = sa.create_engine(
        settings.url,
        module=pysqlite3,
        connect_args={"isolation_level": None, "check_same_thread": False},
        json_deserializer=from_json,
        json_serializer=write_json,
        **_pool(settings),
        **_QUIET,
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def jobs_engine(settings: Settings) -> sa.Engine:
    """Return the engine for the job engine's own tables: it begins its transactions itself."""
    if not settings.sqlite:
        return sa.create_engine(settings.url, pool_pre_ping=True)
    import pysqlite3  # noqa: PLC0415 - as above

    engine = sa.create_engine(settings.url, module=pysqlite3, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in (f"busy_timeout={BUSY_MILLISECONDS}", "journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


class Database:
    """Sessions for reading and for writing. The caller's ``with`` is the transaction: services never commit."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sqlite = settings.sqlite
        self._turn = threading.Lock()
        self._glances: Any = None
        self._glancing = threading.Lock()
        if settings.sqlite:
            # Filings hold names and telephone numbers: the folder is for its owner alone.
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.writer = _sqlite_engine(settings, begin="BEGIN IMMEDIATE", query_only=False)
            self.reader = _sqlite_engine(settings, begin="BEGIN", query_only=True)
        else:
            self.writer = sa.create_engine(
                settings.url,
                pool_pre_ping=True,
                json_deserializer=from_json,
                json_serializer=write_json,
                **_pool(settings),
                **_QUIET,
            )
            self.reader = self.writer.execution_options(postgresql_readonly=True)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that writes; leaving it commits, an exception rolls back."""
        with (
            self._turn_to_write(),
            Session(self.writer, expire_on_commit=False, info={"settings": self.settings}) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """Let this process's writers pass one by one: SQLite itself polls, and whom it lets in is a matter of luck."""
        mine = self.sqlite and self._turn.acquire(timeout=BUSY_MILLISECONDS / 1000)
        try:
            with _turn_among(self.settings) if mine and self.settings.processes > 1 else nullcontext():
                yield
        finally:
            if mine:
                self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that cannot write."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    def glance(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a look-up by a key, as SQLite has it, in a fortieth of a millisecond.

        For the event loop, and for it alone: a reader of SQLite waits for nobody. Raises `LookupError` where the
        database is another, or does not answer: then it is to be asked in a thread, and that says why.
        """
        if not self.sqlite:
            raise LookupError("PostgreSQL may keep one waiting")
        import pysqlite3  # noqa: PLC0415 - as above

        with self._glancing:
            try:
                if self._glances is None:
                    self._glances = pysqlite3.connect(
                        self.reader.url.database, isolation_level=None, check_same_thread=False, timeout=0
                    )
                    self._glances.execute("PRAGMA query_only=ON").close()
                row: tuple[Any, ...] | None = self._glances.execute(statement, values).fetchone()
            except pysqlite3.Error as error:
                raise LookupError(str(error)) from None
        return row

    def refresh_statistics(self) -> None:
        """Let the database count anew what its planner goes by: SQLite never does by itself, PostgreSQL later."""
        connection = self.writer.raw_connection()
        try:
            cursor = connection.cursor()
            if self.settings.sqlite:
                cursor.execute(f"PRAGMA analysis_limit={_ANALYSED_ROWS}").close()
                connection.cursor().execute("PRAGMA optimize=0x10002").close()
            else:
                cursor.execute("ANALYZE")
                connection.commit()
        finally:
            connection.close()

    def close(self) -> None:
        """Give the connections back."""
        glances, self._glances = self._glances, None
        if glances is not None:
            glances.close()
        self.writer.dispose()
        self.reader.dispose()


@contextmanager
def _turn_among(settings: Settings) -> Iterator[None]:
    """Let one of several processes write: SQLite's own waiting grows to a tenth of a second for each look.

    The kernel opens the lock when its holder dies. After the time that SQLite would wait, SQLite itself decides.
    """
    import fcntl  # noqa: PLC0415 - several processes are for systems that fork

    end = time.monotonic() + BUSY_MILLISECONDS / 1000
    with (settings.data / "write.lock").open("w") as file:
        while time.monotonic() < end:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(_LOOK_SECONDS)
        yield


def plain_rows(session: Session, statement: Any, **values: Any) -> Sequence[sa.Row[Any]]:
    """Return the rows of a select of columns, past the machinery that makes objects: half the time of a long list.

    ``values`` are those of the parameters of a statement that was made once and for all.
    """
    session.flush()  # what `Session.execute` does by itself
    return session.connection().execute(statement, values or None).all()


def insert_missing(session: Session, model: type[SQLModel], **values: Any) -> None:
    """Insert a row unless one with its key is there; no error when another transaction does the same now."""
    insert_all_missing(session, model, [values])


def insert_all_missing(session: Session, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Insert several rows as `insert_missing` does one; two transactions with the same rows take them in one order."""
    if session.get_bind().dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - one of two dialects
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]  # noqa: PLC0415 - one of two dialects
    table = model.__table__  # type: ignore[attr-defined]  # every table model has it
    if rows:
        session.connection().execute(insert(table).on_conflict_do_nothing(), rows)


def serialise_writers(session: Session, lock: int) -> None:
    """Let one transaction at a time pass on PostgreSQL; on SQLite every writer has been alone since it began."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
