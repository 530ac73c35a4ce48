"""The proxy of a live capture: mitmdump with our addons, as a child in a session of its own."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analyzer.model import EduauditError

from .events import read_events
from .sources.capture import beside

READY_WITHIN = 60.0
"""Seconds; the first start also makes the CA, and the machine may be busy."""
END_WITHIN = 20.0
STREAM_ABOVE = "4m"
"""Larger bodies pass on while they are still being stored: an upload is never held up."""
SUMMING_UP = "logged during startup, exiting"
"""mitmdump's last line after an error, which says less than the line before."""
ADDONS = Path(__file__).with_name("addons.py")
MITMDUMP = "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``, ``[v6]:PORT`` or ``PORT``. Raise `EduauditError` for anything else."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:  # highest port
        raise EduauditError(f"--listen: 应为 地址:端口 / ADDRESS:PORT is expected: {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


def check_port(host: str, port: int) -> None:
    """Raise `EduauditError` in one line when the port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise EduauditError(f"{host}:{port}: 端口已被占用 / port is already taken") from error
            raise EduauditError(f"{host}:{port}: 不能监听 / cannot listen: {error.strerror}") from error


class Proxy:
    """A running mitmdump that records to ``flow_file``."""

    def __init__(self, flow_file: Path, host: str, port: int, options: tuple[str, ...] = ()) -> None:
        self.flow_file = flow_file
        self._events = beside(flow_file, "events")
        self._log = tempfile.TemporaryFile(prefix="eduaudit-mitmdump-")  # noqa: SIM115  # closed in `end`
        arguments = [
            sys.executable,
            "-c",
            MITMDUMP,
            "-q",
            "-s",
            str(ADDONS),
            "--set",
            f"eduaudit_out={flow_file}",
            "--set",
            f"eduaudit_parent={os.getpid()}",
            "--listen-host",
            host,
            "--listen-port",
            str(port),
            "--set",
            f"stream_large_bodies={STREAM_ABOVE}",
            "--set",
            "store_streamed_bodies=true",
            "--set",
            "http3=false",
            *(part for option in options for part in ("--set", option)),
        ]
        # A session of its own: Ctrl-C in the terminal reaches the command, which ends the proxy in order.
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def wait_ready(self) -> tuple[str, int]:
        """Wait until the proxy listens; returns the address. Raise `EduauditError` with its own words if it ends."""
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            for event in read_events(self._events):
                if event.get("event") == "running" and event.get("listen"):
                    host, port = event["listen"][0]
                    return str(host), int(port)
            if not self.alive():
                raise EduauditError(f"mitmdump 没有启动 / did not start: {self.words()}")
            time.sleep(0.05)
        self.end()
        raise EduauditError("mitmdump 没有按时启动 / did not start in time")

    def alive(self) -> bool:
        """Tell whether it still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def words(self) -> str:
        """Return the last line that it printed."""
        with contextlib.suppress(ValueError, OSError):
            self._log.seek(0)
            text = self._log.read().decode("utf-8", "replace")
            lines = [line.strip() for line in text.splitlines() if line.strip() and SUMMING_UP not in line]
            return lines[-1][:300] if lines else f"exit {self._process.returncode}"
        return ""

    def end(self) -> None:
        """Ask it to write what it still holds and to end; harder if it does not."""
        for sign, patience in ((signal.SIGTERM, END_WITHIN), (signal.SIGKILL, END_WITHIN)):
            if self.alive():
                self._process.send_signal(sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
        self._log.close()
