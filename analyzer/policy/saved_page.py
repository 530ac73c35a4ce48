"""Web pages saved in one file (MHTML, .mht): the HTML part inside."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

_HEAD = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def is_mhtml(data: bytes) -> bool:
    """Tell whether a file is a page saved as MHTML, by its mail-like head."""
    head = data[:4096]
    return _HEAD.search(head) is not None and b"mime-version" in head.lower()


def html_part(data: bytes) -> bytes | None:
    """Return the largest HTML part, decoded; `None` where there is none."""
    message = message_from_bytes(data, policy=policy.default)
    pages = []
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                pages.append(content)
    return max(pages, key=len, default=None)
