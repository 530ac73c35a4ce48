"""One message in, the texts at the leaves of its layers out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from analyzer.model.channels import Place
from proxy_addons.sources.message import Message

from . import text as texts
from .compression import DamagedLayerError, codec_by_magic, codecs_by_header, inflate
from .limits import Budget, Limits
from .structure import (
    Item,
    NotThisShapeError,
    cookie_items,
    form_items,
    json_items,
    looks_like_form,
    multipart_items,
)

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

MEDIA = re.compile(r"(image|video|audio|font)/|application/(zip|pdf|vnd\.android|x-font|wasm)")
MEDIA_HEAD = 256 << 10
"""Bytes of a picture or a recording that are scanned as they are (metadata stands at the beginning)."""
ASCII_RUN = re.compile(rb"[\x20-\x7e]{6,}")
DIGEST_SIZES = frozenset({16, 20, 28, 32, 48, 64})
CHARSET = re.compile(r"charset=\"?([\w.-]+)", re.IGNORECASE)
SHORT = 8
"""Characters below which no layer can hide an identifier."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text at the end of a path of layers."""

    text: str
    place: Place
    key: str | None
    layers: tuple[str, ...]
    path: str
    """Where it is, for a person: ``body.gzip.$.device.imei``."""
    group: str
    """Equal for siblings of one object."""
    binary: bool = False
    """The bytes were no text: known values may stand in them, patterns would only be chance."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of this message that was not looked at: a code of `analyzer.model.NotAnalysed` and one sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unfolded:
    """All leaves of one message and what could not be opened."""

    leaves: tuple[Leaf, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    place: Place
    key: str | None = None
    layers: tuple[str, ...] = ()
    path: str = ""
    group: str = ""
    depth: int = 0

    def inside(self, layer: str) -> _Frame:
        path = f"{self.path}.{layer}"
        return _Frame(self.place, self.key, (*self.layers, layer), path, self.group, self.depth + 1)

    def item(self, item: Item, layer: str | None = None) -> _Frame:
        path = f"{self.path}.{layer}" if layer else self.path
        layers = (*self.layers, layer) if layer else self.layers
        return _Frame(self.place, item.key or self.key, layers, path + item.path, path + item.group, self.depth + 1)


def unfold(message: Message, limits: Limits | None = None) -> Unfolded:
    """Open every layer of ``message`` within ``limits``; never raises on any content."""
    work = _Unfolder(message, Budget(limits or Limits()))
    work.run()
    gaps = dict.fromkeys(work.gaps)
    gaps.update(
        dict.fromkeys(
            Gap("limit_reached", f"{message.direction}: bound of {name} reached")
            for name in sorted(work.budget.reached)
        )
    )
    return Unfolded(tuple(work.leaves), tuple(gaps))


class _Unfolder:
    def __init__(self, message: Message, budget: Budget) -> None:
        self.message = message
        self.budget = budget
        self.leaves: list[Leaf] = []
        self.gaps: list[Gap] = []

    def run(self) -> None:
        if self.message.kind == "http":
            if self.message.direction == "request":
                self.target()
            self.headers()
        self.body()

    def target(self) -> None:
        path, _, query = self.message.target.partition("?")
        segments = _Frame("path", path="path", group="path")
        for index, segment in enumerate(path.split("/")):
            if segment:
                self.open_quoted(segment, replace(segments, path=f"path/{index}"))
        frame = _Frame("query", path="query", group="query")
        if query.startswith(("{", "[", "%7B", "%7b", "%5B", "%5b")):
            self.open_text(texts.unpercent(query), frame)
            return
        for item in form_items(query):
            self.open_text(str(item.value), frame.item(item))
            if item.key and len(item.key) >= SHORT:
                self.emit(item.key, replace(frame, path="query.key"))

    def headers(self) -> None:
        for name, value in self.message.headers:
            lower = name.lower()
            if lower in {"cookie", "set-cookie"}:
                frame = _Frame("cookie", path="cookie", group="cookie")
                for item in cookie_items(value):
                    self.open_text(str(item.value), frame.item(item))
            elif lower not in SILENT_HEADERS:
                frame = _Frame("header", key=lower, path=f"header.{lower}", group="header")
                self.open_quoted(value, frame)

    def open_quoted(self, text: str, frame: _Frame) -> None:
        """Open a text that may be percent-encoded as a whole; a form's parts are only decoded once it is split."""
        self.open_text(text if looks_like_form(text) else texts.unpercent(text), frame)

    def body(self) -> None:
        body = self.message.body
        if body is None:
            self.gaps.append(Gap("body_missing", f"the capture does not hold the {self.message.direction}'s body"))
            return
        if len(body) > self.budget.limits.body:
            self.budget.reached.add("body size")
            body = body[: self.budget.limits.body]
        frame = _Frame("websocket" if self.message.kind == "websocket" else "body", path="body", group="body")
        body, frame = self.content_coding(body, frame)
        self.open_bytes(body, frame, self.message.header("content-type"))

    def content_coding(self, body: bytes, frame: _Frame) -> tuple[bytes, _Frame]:
        """Undo what Content-Encoding names. A header that lies leaves the bytes as they are."""
        header = self.message.header("content-encoding")
        if not header or not body:
            return body, frame
        for codec in codecs_by_header(header):
            if codec is None:
                self.gaps.append(Gap("decode_failed", f"content encoding {_word(header)} is not known"))
                break
            try:
                inner, cut = inflate(body, codec, max(self.budget.bytes_left, 1))
            except DamagedLayerError as damage:
                if self.message.decoded:
                    return body, replace(frame, layers=(codec,), path=f"{frame.path}.{codec}")
                if not damage.head and codec_by_magic(body) is None and not texts.opaque(body):
                    return body, frame  # plain text under a header that lies: nothing is lost
                self.gaps.append(Gap("decode_failed", f"{codec} body is damaged or cut"))
                if not damage.head:
                    return body, frame
                inner, cut = damage.head, False
            self.unfolded(inner, cut)
            body, frame = inner, frame.inside(codec)
        return body, frame

    def unfolded(self, data: bytes, cut: bool) -> None:
        self.budget.spend(len(data))
        if cut:
            self.budget.reached.add("size")

    def emit(self, text: str, frame: _Frame, *, binary: bool = False) -> None:
        if self.budget.leaves_left <= 0:
            self.budget.reached.add("leaves")
            return
        self.budget.leaves_left -= 1
        self.leaves.append(Leaf(text, frame.place, frame.key, frame.layers, frame.path, frame.group, binary))

    def open_bytes(self, data: bytes, frame: _Frame, content_type: str = "") -> None:
        if not data:
            return
        if codec := codec_by_magic(data):
            if not self.budget.may_go_on(frame.depth):
                return
            try:
                inner, cut = inflate(data, codec, max(self.budget.bytes_left, 1))
            except DamagedLayerError as damage:
                inner, cut = damage.head, False
                if not frame.layers or frame.layers[-1] != "hex":
                    self.gaps.append(Gap("decode_failed", f"{codec} data is damaged or cut"))
            if inner:
                self.unfolded(inner, cut)
                self.open_bytes(inner, frame.inside(codec), content_type if not frame.layers else "")
                return
        kind = content_type.lower()
        if "multipart/" in kind and self.multipart(data, frame, content_type):
            return
        if MEDIA.search(kind):
            self.emit(texts.text_of(data[:MEDIA_HEAD], gb=False)[0], frame, binary=True)
            return
        charset = CHARSET.search(content_type)
        text, clean = texts.text_of(data, charset.group(1) if charset else None)
        if clean:
            self.open_text(text, frame, kind)
            return
        self.emit(text, frame, binary=True)
        if self.message.direction == "request" and texts.opaque(data):
            self.gaps.append(
                Gap("decode_failed", "opaque body, encrypted or in an unknown format: only plain values would be seen")
            )

    def multipart(self, data: bytes, frame: _Frame, content_type: str) -> bool:
        try:
            items = multipart_items(data, content_type)
        except NotThisShapeError:
            self.gaps.append(Gap("decode_failed", "multipart body without its boundary"))
            return False
        for item in items:
            inside = frame.item(item, "multipart")
            if isinstance(item.value, bytes):
                self.open_bytes(item.value, inside, item.name)
            else:
                self.open_text(item.value, inside)
        return True

    def open_text(self, text: str, frame: _Frame, content_type: str = "") -> None:
        if not text:
            return
        if len(text) < SHORT or not self.budget.may_go_on(frame.depth):
            self.emit(text, frame)
            return
        if self.structured(text, frame, content_type):
            return
        self.emit(text, frame)
        self.guess(text, frame)

    def structured(self, text: str, frame: _Frame, content_type: str) -> bool:
        """Open JSON and forms; tell whether the text was one."""
        first = text.lstrip("\ufeff \t\r\n")[:1]
        if first and first in '{["':
            try:
                items = json_items(text)
            except NotThisShapeError:
                items = []
                if "json" in content_type and first in "{[":
                    self.gaps.append(Gap("decode_failed", "JSON is damaged, cut or too deep: scanned as plain text"))
            for item in items:
                self.open_text(str(item.value), frame.item(item, "json"))
            if items:
                return True
        if "x-www-form-urlencoded" in content_type or looks_like_form(text):
            for item in form_items(text):
                self.open_text(str(item.value), frame.item(item, "form"))
            return True
        return False

    def guess(self, text: str, frame: _Frame) -> None:
        """Try the layers that no header names. Each that fits is opened beside the text itself."""
        if texts.PERCENT.search(text):
            inner = texts.unpercent(text)
            if inner != text:
                self.spend_and_open(inner, frame.inside("percent"))
        if texts.ESCAPE.search(text):
            plain = _unescape(text)
            if plain != text:
                self.spend_and_open(plain, frame.inside("escape"))
        if not texts.HEX_WHOLE.match(text.strip()):
            for data in texts.base64_parts(text):
                self.guessed_bytes(data, frame.inside("base64"))
        for data in texts.hex_parts(text):
            self.guessed_bytes(data, frame.inside("hex"))

    def spend_and_open(self, text: str, frame: _Frame) -> None:
        self.budget.spend(len(text))
        self.open_text(text, frame)

    def guessed_bytes(self, data: bytes, frame: _Frame) -> None:
        if not self.budget.may_go_on(frame.depth):
            return
        self.budget.spend(len(data))
        if codec_by_magic(data):
            self.open_bytes(data, frame)
            return
        text, clean = texts.text_of(data, gb=False)
        if clean:
            self.open_text(text, frame)
            return
        if frame.layers[-1] == "base64" and len(data) in DIGEST_SIZES:
            self.emit(data.hex(), frame, binary=True)
        if ASCII_RUN.search(data):
            self.emit(text, frame, binary=True)
        if (
            self.message.direction == "request" and len(data) >= 256 and texts.opaque(data)
        ):  # signatures and keys are shorter
            self.gaps.append(
                Gap("decode_failed", f"opaque {frame.layers[-1]} value, encrypted or in an unknown format")
            )


def _word(header: str) -> str:
    """Return a header's value if it is a plain word: anything else may be somebody's data."""
    return repr(header) if re.fullmatch(r"[a-z][a-z, -]{0,19}", header) else "of this header"


def _unescape(text: str) -> str:
    """Undo one level of JSON string escapes, in a piece cut out of a larger text."""

    def char(found: re.Match[str]) -> str:
        mark = found.group()
        if mark[1] == "u":
            return chr(int(mark.removeprefix("\\u"), 16))
        return {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}.get(mark[1], mark[1])

    plain = texts.ESCAPE.sub(char, text)
    # Pairs of escaped surrogates (characters beyond the basic plane) become one character.
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
