"""Binary structures by content type or by guess, in one list of trees."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from proxy_addons.sources.message import Message

from .compression import DamagedLayerError, inflate
from .packed import PLIST, cbor, messagepack, plist
from .packets import mqtt
from .structure import NotThisShapeError, TooMuchError
from .tagged import jce, thrift_binary
from .wire import grpc_frames, protobuf, thrift

WORDS = re.compile(rb"[A-Za-z][A-Za-z0-9_.:/-]{2}|[\xe4-\xe9][\x80-\xbf]{2}")
"""What every guessed structure must hold: three letters, or a Chinese character."""
NUMBER = re.compile(r"-?[\d.]+(?:e[-+]?\d+)?\Z")
Layers = list[tuple[str, Any]]
"""(name of the layer, tree) for each structure in the data."""
MAX_INNER = 16 << 20
"""Bytes that one compressed gRPC message may unfold to."""


def named_format(content_type: str) -> str | None:
    """Return the format that a content type names, in lower case."""
    return next((name for word, name in TYPES if word in content_type), None)


def _grpc(data: bytes, sure: bool, message: Message, reached: set[str]) -> Layers:
    if "grpc-web-text" in message.header("content-type").lower():
        from .text import from_base64  # noqa: PLC0415  # only here

        data = from_base64(data.strip()) or data
    found: Layers = []
    for compressed, body in grpc_frames(data, reached):
        inner = _uncompressed(body, message, reached) if compressed else body
        try:
            found.append(("grpc", protobuf(inner, sure=sure)))
        except NotThisShapeError:
            if not sure:
                raise
            found.append(("grpc", inner))
    return found


def _uncompressed(body: bytes, message: Message, reached: set[str]) -> bytes:
    codec = message.header("grpc-encoding") or message.header("connect-content-encoding") or "gzip"
    try:
        inner, cut = inflate(body, codec, MAX_INNER)
    except (DamagedLayerError, KeyError) as error:
        raise NotThisShapeError("compressed frame") from error
    if cut:
        reached.add("size")
    return inner


def _thrift(data: bytes, *, sure: bool) -> Any:
    try:
        return thrift_binary(data, sure=False)
    except NotThisShapeError:
        return thrift(data, sure=sure)


FORMATS: dict[str, Callable[[bytes, bool, Message, set[str]], Layers]] = {
    "grpc": _grpc,
    "protobuf": lambda data, sure, *_: [("protobuf", protobuf(data, sure=sure))],
    "msgpack": lambda data, sure, *_: [("msgpack", messagepack(data, sure=sure))],
    "cbor": lambda data, sure, *_: [("cbor", cbor(data, sure=sure))],
    "thrift": lambda data, sure, *_: [("thrift", _thrift(data, sure=sure))],
    "jce": lambda data, sure, *_: [("jce", jce(data, sure=sure))],
    "plist": lambda data, *_: [("plist", plist(data))],
    "mqtt": lambda data, _, __, reached: [("mqtt", mqtt(data, reached))],
}
TYPES = (
    ("application/grpc", "grpc"),
    ("application/connect+proto", "grpc"),
    ("protobuf", "protobuf"),
    ("application/proto", "protobuf"),
    ("msgpack", "msgpack"),
    ("messagepack", "msgpack"),
    ("cbor", "cbor"),
    ("thrift", "thrift"),
    ("application/jce", "jce"),
    ("application/x-jce", "jce"),
    ("binary-plist", "plist"),
    ("mqtt", "mqtt"),
)
GUESSES = ("msgpack", "cbor", "protobuf", "thrift", "grpc", "jce")


def guess_binary(data: bytes, message: Message, reached: set[str]) -> Layers | None:
    """Return the trees of bytes that no header names, or `None`. Random bytes must not pass.

    A bound that forbids or ends the reading is added to ``reached``.
    """
    guesses: tuple[str, ...] = GUESSES
    if data.startswith(PLIST):
        guesses = ("plist",)
    elif message.kind != "http":
        guesses = ("mqtt", *GUESSES)
    elif WORDS.search(data) is None:
        return None
    best: Layers | None = None
    most = 0
    too_much: set[str] = set()
    for name in guesses:
        try:
            layers = FORMATS[name](data, False, message, reached)  # a guess
        except TooMuchError as error:
            too_much.add(str(error))
            continue
        except NotThisShapeError:
            continue
        # Formats of numbers and lengths can be mistaken for each other: the right one explains the most as text.
        written = sum(_written(tree) for _, tree in layers)
        if best is None or written > most:
            best, most = layers, written
        if written * 5 > len(data) * 4:
            break
    if best is None:
        reached |= too_much
    return best


def _written(tree: Any) -> int:
    """Return how many characters of a tree are words, not numbers."""
    total = 0
    stack = [tree]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            total += len(value) if len(value) > 3 and NUMBER.match(value) is None else 0
        elif isinstance(value, tuple):
            for name, child in value:
                total += len(name) if not name.isdigit() else 0
                stack.append(child)
        elif isinstance(value, list):
            stack += value
    return total
