"""One message in, the texts at the leaves of its layers out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from proxy_addons.sources.message import Message

from . import text as texts
from .compression import DamagedLayerError, codec_by_magic, codecs_by_header, inflate
from .leaves import Leaf, Leaves
from .limits import Budget, Limits
from .planting import MAX_FAILURES, Gap
from .structure import cookie_items, form_items, looks_like_form
from .unfolding import Unfolding
from .vendor import CIPHERED, encrypted_by, growingio

__all__ = ["Gap", "Leaf", "Leaves", "Unfolded", "unfold"]

SILENT_HEADERS = frozenset(
    {
        "host",
        ":authority",
        "content-length",
        "content-type",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "accept",
        "accept-encoding",
        "accept-language",
        "date",
        "keep-alive",
        "proxy-connection",
        "sec-websocket-key",
        "sec-websocket-accept",
        "etag",
        "last-modified",
        "expires",
        "age",
        "server",
        "vary",
        "strict-transport-security",
        "content-security-policy",
        "alt-svc",
        "access-control-allow-headers",
        "access-control-allow-methods",
    }
)
"""Headers of the transport itself: nothing the app chose to send."""


@dataclass(frozen=True, slots=True)
class Unfolded:
    """All leaves of one message and what could not be opened."""

    leaves: Leaves
    gaps: tuple[Gap, ...]


def unfold(message: Message, limits: Limits | None = None) -> Unfolded:
    """Open every layer of ``message`` within ``limits``; never raises on any content."""
    work = Unfolding(message, Budget(limits or Limits()))
    if message.kind == "http":
        if message.direction == "request":
            with work.careful("the address"):
                _target(work)
        with work.careful("the headers"):
            _headers(work)
    with work.careful("the body"):
        _body(work)
    with work.careful("the texts"):
        work.rounds()
    gaps = dict.fromkeys(work.gaps)
    names = frozenset(key for key in work.leaves.keys if key) if message.direction == "request" else frozenset()
    # A version before its base64 makes a cipher text look like any other word.
    unread = names >= CIPHERED or (message.direction == "request" and any("opaque" in gap.detail for gap in gaps))
    if unread and (maker := encrypted_by(message, names)) is not None:
        gaps[Gap("decode_failed", f"encrypted by the SDK: {maker}; only recipient, size and time are known")] = None
    if work.untried:
        what = f"short opaque values behind the first {MAX_FAILURES} were not tried for formats without a signature"
        gaps[Gap("limit_reached", f"{message.direction}: {what}")] = None
    for name in sorted(work.budget.reached):
        gaps[Gap("limit_reached", f"{message.direction}: bound of {name} reached")] = None
    return Unfolded(work.leaves, tuple(gaps))


def _target(work: Unfolding) -> None:
    leaves = work.leaves
    path, _, query = work.message.target.partition("?")
    segments = leaves.node(-1, "path", place="path")
    for index, segment in enumerate(path.split("/")):
        if segment:
            node = leaves.node(segments, f"/{index}", shared=True, depth=0)
            _quoted(work, segment, node)
    if not query:
        return
    if query.startswith(("{", "[", "%7B", "%7b", "%5B", "%5b")):
        work.open_text(texts.unpercent(query), leaves.node(-1, "query", place="query"))
        return
    root = leaves.node(-1, "query", place="query", mark="&")
    items = form_items(query)
    work.open_items(items, root)


def _headers(work: Unfolding) -> None:
    leaves = work.leaves
    root = -1
    for name, value in work.message.headers:
        lower = name.lower()
        if lower in SILENT_HEADERS:
            continue
        if lower in {"cookie", "set-cookie"}:
            work.open_items(list(cookie_items(value)), leaves.node(-1, "cookie", place="cookie", mark=";"))
            continue
        if root < 0:
            root = leaves.node(-1, "header", place="header")
        node = leaves.node(root, f".{lower}", key=lower, shared=True, depth=0)
        _quoted(work, value, node)


def _quoted(work: Unfolding, text: str, node: int) -> None:
    """Open a text that may be percent-encoded as a whole; a form's parts are only decoded once it is split."""
    if "%" in text and text[:1] not in '{["<' and not looks_like_form(text):
        data = texts.unpercented(text)
        plain, clean = texts.text_of(data)
        if not clean or not texts.is_written(data):
            work.open_bytes(data, work.below(node, "percent"))
            return
        text = plain
    work.open_text(text, node)


def _body(work: Unfolding) -> None:
    message = work.message
    body = message.body
    if body is None:
        work.gap(f"the capture does not hold the {message.direction}'s body", "body_missing")
        return
    if len(body) > work.budget.limits.body:
        work.budget.reached.add("body size")
        body = body[: work.budget.limits.body]
    node = work.leaves.node(-1, "body", place="websocket" if message.kind == "websocket" else "body")
    if (block := growingio(message)) is not None:
        try:
            inner, cut = inflate(block, "snappy", max(work.budget.bytes_left, 1))
        except DamagedLayerError:
            inner, cut = block, False
            work.open_bytes(inner, work.below(node, "xor"))
            return
        work.unfolded(inner, cut=cut)
        work.open_bytes(inner, work.below(work.below(node, "xor"), "snappy"))
        return
    body, node = _content_coding(work, body, node)
    work.open_bytes(body, node, message.header("content-type"))


def _content_coding(work: Unfolding, body: bytes, node: int) -> tuple[bytes, int]:
    """Undo what Content-Encoding names. A header that lies leaves the bytes as they are."""
    header = work.message.header("content-encoding")
    if not header or not body:
        return body, node
    for codec in codecs_by_header(header):
        if codec is None:
            work.gap(f"content encoding {_word(header)} is not known")
            break
        try:
            inner, cut = inflate(body, codec, max(work.budget.bytes_left, 1))
        except DamagedLayerError as damage:
            if work.message.decoded:
                return body, work.leaves.node(node, f".{codec}", layer=codec, shared=True, depth=0)
            if not damage.head and (codec_by_magic(body) is not None or not texts.opaque(body)):
                return body, node  # plain text, or another codec, under a header that lies: nothing is lost
            work.gap(f"{codec} body is damaged or cut")
            if not damage.head:
                return body, node
            inner, cut = damage.head, False
        work.unfolded(inner, cut=cut)
        body, node = inner, work.below(node, codec)
    return body, node


def _word(header: str) -> str:
    """Return a header's value if it is a plain word: anything else may be somebody's data."""
    return repr(header) if re.fullmatch(r"[a-z][a-z, -]{0,19}", header) else "of this header"
