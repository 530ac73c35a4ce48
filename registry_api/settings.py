"""Settings: every one has a default that works on one machine, and an environment variable ``EDUAUDIT_<NAME>``."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from analyzer.model import EduauditError

PREFIX = "EDUAUDIT_"


@dataclass(frozen=True)
class Settings:
    """Where the record lives and how the server behaves."""

    data: Path = field(default_factory=lambda: Path.home() / ".local" / "share" / "eduaudit")
    """Folder of the SQLite file, the blobs and the worker locks."""
    database_url: str = ""
    """Empty: SQLite in `data`. ``postgresql://user@host/database`` for PostgreSQL."""
    blob_store: str = ""
    """Empty: files in `data`. ``s3://bucket/prefix`` for an object store that several machines share (extra
    ``[s3]``); its credentials are read from ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, as usual there."""
    blob_endpoint: str = ""
    """Address of the object store when it is not Amazon's, such as ``https://oss.example.cn``."""
    blob_region: str = ""
    """Region of the bucket, where the store asks for one."""
    blob_timeout: float = 30.0
    """Seconds that the object store may be silent before a request to it is given up."""
    blob_cache: int = 20 * 1024**3
    """Bytes of files of the object store that a machine keeps in `data` at most, to read them again."""
    host: str = "127.0.0.1"
    port: int = 8710
    processes: int = 1
    """Server processes that answer, one for each core that is to; audits then run in a process of their own."""
    upload_limit: int = 2 * 1024**3
    """Bytes of one uploaded file."""
    body_limit: int = 8 * 1024**2
    """Bytes of any other request body."""
    workers: int = 2
    """Audits that one worker process runs at the same time."""
    lease_seconds: int = 60
    """A run whose worker has not been heard of for this long is taken from it."""
    attempts: int = 3
    """Times a run is tried before it fails for good."""
    poll_seconds: float = 0.5
    """How often the queues are looked at."""
    older_rules: int = 0
    """1: a worker may judge by rules that are older than those which have judged here: after going back a release."""
    session_hours: int = 12
    """Life of a signed-in browser session."""
    review_days: str = ""
    """Working days of a review where a province has its own: ``12`` for all, ``12,31=15`` with one of its own."""
    metrics_token: str = ""
    """Bearer token that ``/api/v1/metrics`` asks for; empty: only this machine may read the figures."""
    webhook_networks: str = ""
    """Private networks, separated by commas, to which webhooks may go, such as ``10.0.0.0/8``."""
    session_idle_minutes: int = 60
    """A browser session that was not used for so long ends."""
    trusted_proxies: str = ""
    """Addresses or networks, comma between them, whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    request_rate: str = "60000/minute"
    """Requests of one key or session; empty for no limit."""
    public_rate: str = "60/minute"
    """Requests without a key from one address."""
    public_url: str = ""
    """Address under which people reach this server, such as ``https://beian.example.cn``: QR codes open it."""
    organs: str = ""
    """Names of the organs that sign notices, by province, such as ``31=上海市教育委员会;33=浙江省教育厅``."""
    paper_key: str = ""
    """PKCS#12 file with which certificates and notices are signed (PAdES); empty: they are not."""
    paper_key_password: str = ""
    failure_rate: str = "20/minute"
    """Refused keys from one address: past it the address waits."""
    sign_in_rate: str = "10/minute"
    """Attempts to sign in from one address, and for one login."""
    oidc_issuer: str = ""
    """Address of an OpenID provider; empty: people sign in with passwords only."""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_claim: str = "groups"
    """Claim of the ID token that says what somebody is."""
    oidc_map: str = ""
    """Value of the claim → role and province, such as ``sh-review=reviewer:31;national=supervisor``."""
    weekly: str = ""
    """When the weekly round begins by itself, in China's time, such as ``mon 02:00``; empty: never."""
    weekly_notices: str = ""
    """Severity from which notices are drafted after such a round, such as ``high``; empty: none."""
    capture_days: int = 0
    """Days after which captures of versions that are no longer current are given up; 0: never."""
    log: str = ""
    """``json``: the server and the workers log JSON lines to standard error; empty: warnings as plain text."""
    node: str = field(default_factory=socket.gethostname)
    """Name of this machine among several workers on one database."""

    @property
    def url(self) -> str:
        """Return the database URL in force."""
        if self.database_url.startswith(("postgres://", "postgresql://")):
            return "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        return self.database_url or f"sqlite:///{self.data / 'registry.sqlite3'}"

    @property
    def sqlite(self) -> bool:
        """Tell whether the embedded database is used."""
        return self.url.startswith("sqlite")

    @property
    def blobs(self) -> Path:
        """Return the folder of the content-addressed files, or of copies of those in the object store."""
        return self.data / "blobs"


def read_settings(environ: dict[str, str] | None = None, **given: Any) -> Settings:
    """Return the settings: what is ``given`` (not `None`) wins over the environment, that over the defaults.

    Raises `EduauditError` naming the variable whose value is not of its type.
    """
    environ = dict(os.environ) if environ is None else environ
    settings = Settings()
    values: dict[str, Any] = {}
    for item in fields(Settings):
        text = environ.get(PREFIX + item.name.upper())
        if text:
            kind = type(getattr(settings, item.name))
            try:
                values[item.name] = (
                    Path(text).expanduser() if isinstance(getattr(settings, item.name), Path) else kind(text)
                )
            except ValueError:
                raise EduauditError(f"{PREFIX}{item.name.upper()}: {text!r} is not a {kind.__name__}") from None
    if not str(values.get("database_url", "postgresql://")).startswith(("postgres://", "postgresql://")):
        # Its value may hold a password: it is not repeated.
        raise EduauditError(
            f"{PREFIX}DATABASE_URL: only postgresql://… is known; leave it out for SQLite in the folder"
        )
    if not str(values.get("blob_store", "s3://b")).startswith("s3://"):
        raise EduauditError(f"{PREFIX}BLOB_STORE: only s3://bucket/prefix is known; leave it out for the folder")
    values.update({key: value for key, value in given.items() if value is not None})
    return replace(settings, **values)
