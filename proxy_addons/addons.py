"""The addons that mitmproxy loads: ``mitmdump -s …/proxy_addons/addons.py --set eduaudit_out=capture.flow``.

They only write down what was seen, and set the marks. Analysis happens in another process that follows the `.flow`
file: it can neither slow a flow down nor lose it.
"""

from __future__ import annotations

from proxy_addons.contentview import DecodedContent
from proxy_addons.live.handshakes import Handshakes
from proxy_addons.live.marking import Marks
from proxy_addons.live.parent import Lifeline
from proxy_addons.live.phones import Phones, Quic
from proxy_addons.live.recorder import Recorder

addons = [Recorder(), Handshakes(), Phones(), Quic(), Marks(), DecodedContent(), Lifeline()]
