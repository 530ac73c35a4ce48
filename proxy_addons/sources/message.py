"""The one message type of all sources. Frozen, free of any proxy library, cheap to send to another process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.model import NotAnalysed

Direction = Literal["request", "response"]
Kind = Literal["http", "websocket", "stream"]


@dataclass(frozen=True, slots=True)
class Message:
    """One request, response, WebSocket message, or one direction of a raw stream."""

    flow: str
    """Id of the flow in its capture: mitmproxy's id, or ``har-<entry>``, as a person finds it again."""
    time: float
    """Seconds since the epoch at which it began to be sent."""
    direction: Direction
    kind: Kind
    scheme: str
    """``http``, ``https``, ``ws``, ``wss``, ``tcp``, ``udp``, ``tls``."""
    host: str
    """As the app named it: Host header or SNI where there is one, else the address."""
    method: str
    target: str
    """Path and query as on the wire, still percent-encoded."""
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    """Raw body, content encoding still on; `None`: the capture does not hold it."""
    decoded: bool = False
    """The source has undone the content encoding already although the header still names it (HAR)."""
    address: str | None = None
    """IP address of the server, where the capture has it."""
    status: int = 0
    """Status code of an HTTP response; 0: none."""

    @property
    def encrypted(self) -> bool:
        """Whether it travelled under TLS."""
        return self.scheme in {"https", "wss", "tls", "quic"}

    def header(self, name: str) -> str:
        """Return the first header of that name (lower case), or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")


Item = Message | NotAnalysed
"""What a source yields: a message, or the statement that something could not be read."""
