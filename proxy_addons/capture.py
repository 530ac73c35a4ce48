"""The proxy of a live capture: mitmdump with our addons, as a child in a session of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from analyzer.model import EduauditError

from .events import EVENT_LINE, read_events
from .markpage import CODE_VARIABLE
from .modes import Way
from .sources.capturefiles import beside

READY_WITHIN = 60.0
"""Seconds; the first start also makes the CA, and the machine may be busy."""
END_WITHIN = 20.0
SUMMING_UP = "logged during startup, exiting"
"""mitmdump's last line after an error, which says less than the line before."""
ADDONS = Path(__file__).with_name("addons.py")
MITMDUMP = "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"


class Proxy:
    """A running mitmdump that records to ``flow_file``."""

    def __init__(self, flow_file: Path, way: Way, *, quic: bool = False, options: tuple[str, ...] = ()) -> None:
        self.flow_file = flow_file
        self.way = way
        self.code = secrets.token_hex(4)
        """What the operator's page and the REST interface ask for, new in each session."""
        self.unwritten: list[dict[str, Any]] = []
        """Events that the disk did not take."""
        self._events = beside(flow_file, "events")
        self._lines: deque[str] = deque(maxlen=50)
        settings = {
            "eduaudit_out": flow_file,
            "eduaudit_parent": os.getpid(),
            "http3": str(quic).lower(),
        }
        listen = () if way.kind == "local" else ("--listen-host", way.host, "--listen-port", str(way.port))
        arguments = [
            sys.executable,
            "-c",
            MITMDUMP,
            "-q",
            "-s",
            str(ADDONS),
            *listen,
            *(part for spec in way.specs for part in ("--mode", spec)),
            *(part for name, value in settings.items() for part in ("--set", f"{name}={value}")),
            *(part for option in options for part in ("--set", option)),
        ]
        # A session of its own: Ctrl-C in the terminal reaches the command, which ends the proxy in order.
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, CODE_VARIABLE: self.code},
        )
        self._listener = threading.Thread(target=self._listen, name="mitmdump", daemon=True)
        self._listener.start()

    def wait_ready(self) -> tuple[str, int]:
        """Wait until the proxy listens; returns the address. Raise `EduauditError` with its own words if it ends."""
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end:
            for event in read_events(self._events):
                if event.get("event") == "running":
                    host, port = (event.get("listen") or [(self.way.host, self.way.port)])[0]
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
        if not self.alive():
            self._listener.join(END_WITHIN)
        lines = [line for line in list(self._lines) if SUMMING_UP not in line]
        return lines[-1][:300] if lines else "" if self.alive() else f"exit {self._process.returncode}"

    def _listen(self) -> None:
        """Read what it prints until it ends; a pipe that nobody reads would stop it."""
        if self._process.stdout is None:
            return
        with self._process.stdout as pipe:
            for raw in pipe:
                line = raw.decode("utf-8", "replace").strip()
                if line.startswith(EVENT_LINE):
                    with contextlib.suppress(ValueError):
                        self.unwritten.append(json.loads(line.removeprefix(EVENT_LINE)))
                elif line:
                    self._lines.append(line)

    def end(self) -> None:
        """Ask it to write what it still holds and to end; harder if it does not."""
        for sign, patience in ((signal.SIGTERM, END_WITHIN), (signal.SIGKILL, END_WITHIN)):
            if self.alive():
                self._process.send_signal(sign)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)
        self._listener.join(END_WITHIN)
