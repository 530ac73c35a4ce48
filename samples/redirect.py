"""mitmproxy addon of the sample recorder: every connection goes to the origin on loopback, whatever its name.

The flow keeps the host name that the client asked for. Nothing but 127.0.0.1 is ever contacted.
"""

import os

from mitmproxy.proxy.server_hooks import ServerConnectionHookData

ORIGIN = {80: int(os.environ["SAMPLE_ORIGIN_HTTP"]), 443: int(os.environ["SAMPLE_ORIGIN_HTTPS"])}


def server_connect(data: ServerConnectionHookData) -> None:
    """Replace the address; an unknown port is a mistake in the scenario and is refused."""
    _, port = data.server.address
    if port not in ORIGIN:
        data.server.error = f"the sample origin does not serve port {port}"
        return
    data.server.address = ("127.0.0.1", ORIGIN[port])
