"""A PostgreSQL of its own on a free port, under an unprivileged user; it can be stopped and started again."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa


def _tools():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    return found[-1].parent if found else (Path(elsewhere).parent if elsewhere else None)


def _user():
    """PostgreSQL refuses to run as root: take the first unprivileged user there is."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return ""


def why_not():
    """Return why it cannot be started here, or an empty text."""
    if _tools() is None:
        return "PostgreSQL (initdb) is not installed"
    if _user() == "":
        return "running as root, and there is no unprivileged user for PostgreSQL"
    return ""


class PostgresServer:
    """`with PostgresServer() as server: server.database("name")`."""

    def __enter__(self):
        self.tools, self.user = _tools(), _user()
        self.folder = Path(tempfile.mkdtemp(prefix="eduaudit-pg-", dir="/tmp"))
        if self.user:
            shutil.chown(self.folder, self.user)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._run("initdb", "-A", "trust", "-U", "eduaudit", "-E", "UTF8", "--no-sync", "--locale=C")
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, tool, *options):
        subprocess.run(
            [self.tools / tool, "-D", self.folder / "data", *options],
            user=self.user,
            cwd=self.folder,
            check=True,
            capture_output=True,
        )

    def start(self):
        """Start, and wait until it answers."""
        options = ["-p", str(self.port), "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        self.process = subprocess.Popen(
            [self.tools / "postgres", "-D", self.folder / "data", *options],
            user=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        engine = sa.create_engine(self.url("postgres"))
        for _ in range(300):
            try:
                with engine.connect():
                    break
            except sa.exc.OperationalError:
                time.sleep(0.1)
        else:
            raise RuntimeError("PostgreSQL did not start")
        engine.dispose()

    def stop(self):
        """Stop at once: connections are cut, nothing that was committed is lost."""
        self._run("pg_ctl", "stop", "-m", "immediate")
        self.process.wait(30)

    def url(self, name):
        return f"postgresql+psycopg://eduaudit@127.0.0.1:{self.port}/{name}"

    def database(self, name):
        """Make a database and return its address as settings take it."""
        engine = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return f"postgresql://eduaudit@127.0.0.1:{self.port}/{name}"
