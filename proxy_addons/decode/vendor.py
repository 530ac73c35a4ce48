"""Shapes of bodies that SDKs of known make send: how to open them, or that their maker has encrypted them.

Which makers encrypt is told by `rules/envelopes.yaml`.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from analyzer.catalogue import load_catalogue
from proxy_addons.sources.message import Message

CIPHERED = frozenset({"cypher", "message"})
"""Names of a body of Pangle, whose cipher text is told apart by them alone."""
SENSORS_ENCRYPTED = "9"
"""Value of ``gzip`` in a SensorsData form whose events are encrypted with the customer's key."""


def growingio(message: Message) -> bytes | None:
    """Return the Snappy block of a GrowingIO upload: each byte was combined with the low byte of the time ``stm``.

    `None` where the headers do not say so.
    """
    if message.header("x-crypt-codec") != "1" or not message.body:
        return None
    sent = parse_qs(message.target.partition("?")[2]).get("stm", [""])[0]
    if not sent.isdigit() or len(sent) > 20:  # digits of 64 bits
        return None
    key = int(sent) & 0xFF
    return message.body.translate(bytes(code ^ key for code in range(256)))


def encrypted_by(message: Message, names: frozenset[str]) -> str | None:
    """Return whose encryption a request carries, where its shape says so; ``names`` are the keys of its body."""
    host, kind = message.host.lower(), message.header("content-type")
    rules = load_catalogue().envelopes.values()
    return next((rule.maker for rule in rules if rule.fits(host, message.target, kind, names)), None)
