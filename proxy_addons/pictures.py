"""Pictures in responses, put before the local model of the extra ``[vision]``: each once, within bounds."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import analyzer
from analyzer.model.images import LEAST_BYTES, MOST_BYTES

from .decode.compression import DamagedLayerError, codecs_by_header, inflate
from .sources.capture import open_capture
from .sources.message import Message

if TYPE_CHECKING:
    from analyzer.model import ImageFacts

    from .sources.message import Item

KEPT = 2000
"""Different pictures that are kept for the model, which looks at the largest few hundred."""
_MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


def look_at_pictures(paths: Sequence[Path], app: str | None = None, keylog: Path | None = None) -> ImageFacts:
    """Look at the pictures that servers sent in captures; without the extra, say that nothing was looked at.

    A picture is told by host and flow. Raises `analyzer.model.UnreadableInputError` as reading the captures does.
    """
    with tempfile.TemporaryDirectory(prefix="eduaudit-pictures-") as folder:
        files: dict[str, tuple[str, Path]] = {}
        beyond = set[str]()
        for path in paths:
            for name, body in pictures_of(open_capture(path).messages(app, keylog)):
                digest = hashlib.sha256(body).hexdigest()
                if digest in files or digest in beyond:
                    continue
                if len(body) > MOST_BYTES or len(files) >= KEPT:
                    beyond.add(digest)
                    continue
                files[digest] = (name, Path(folder) / digest)
                files[digest][1].write_bytes(body)
        found = analyzer.images_in(list(files.values()))
    return replace(found, left_out=found.left_out + len(beyond)) if found.model and not found.problem else found


def pictures_of(items: Iterable[Item]) -> Iterable[tuple[str, bytes]]:
    """Yield (host and flow, picture) for each response, or message of a socket, that is one and no icon."""
    for item in items:
        if isinstance(item, Message) and item.direction == "response" and item.body and len(item.body) >= LEAST_BYTES:
            body = _plain(item, item.body)
            if is_picture(body) and len(body) >= LEAST_BYTES:
                yield f"{item.host} #{item.flow}", body


def is_picture(body: bytes) -> bool:
    """Return whether the bytes begin as PNG, JPEG, WebP, GIF or BMP do, whatever the header calls them."""
    if body[:2] == b"BM":  # so do words; a bitmap has four bytes without use behind its size
        return body[6:10] == bytes(4)
    return body.startswith(_MAGICS) or (body[:4] == b"RIFF" and body[8:12] == b"WEBP")


def _plain(message: Message, body: bytes) -> bytes:
    if message.decoded or is_picture(body):
        return body
    for codec in codecs_by_header(message.header("content-encoding")):
        if codec is None:
            return body
        try:
            body, _ = inflate(body, codec, MOST_BYTES + 1)
        except DamagedLayerError as damage:
            return damage.head or body
    return body
