"""Who is behind the proxy: each phone once, and whether it tried QUIC."""

from __future__ import annotations

from mitmproxy import connection, ctx
from mitmproxy.proxy import layer
from mitmproxy.proxy.layers import ServerQuicLayer

from .notes import guarded, note


class Phones:
    """Notes each client's address and mode once: the capture says which device sent what."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    @guarded
    def client_connected(self, client: connection.Client) -> None:
        """Note a client that was not seen before."""
        name = (client.proxy_mode.full_spec, client.peername[0])
        if name not in self._seen:
            self._seen.add(name)
            note("client", mode=name[0], address=name[1])


class Quic:
    """Notes to whom QUIC was tried. mitmproxy's own option ``http3`` decides whether it is read or swallowed."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    @guarded
    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Look at what mitmproxy has decided for a new connection."""
        if isinstance(nextlayer.layer, ServerQuicLayer):
            address = nextlayer.context.server.address
            host = address[0] if address else ""
            if host not in self._seen:
                self._seen.add(host)
                note("quic", address=host, choice="allow" if ctx.options.http3 else "block")
