"""Opens bytes and texts of which something is known, by a header or by their own look."""

from __future__ import annotations

import re
from typing import Any

from . import text as texts
from .binary import FORMATS, guess_binary, named_format
from .compression import DamagedLayerError, by_trial, codec_by_magic, inflate, is_block
from .markup import is_page, xml
from .planting import Planting
from .structure import (
    Item,
    NotThisShapeError,
    TooMuchError,
    form_items,
    json_pairs,
    json_trees,
    looks_like_form,
    multipart_items,
)

MEDIA = re.compile(r"(image|video|audio|font)/|application/(zip|pdf|vnd\.android|x-font|wasm)")
MEDIA_HEAD = 256 << 10
"""Bytes of a picture or a recording in an answer that are scanned as they are (metadata stands at the beginning)."""
ASCII_RUN = re.compile(rb"[\x20-\x7e]{6,}")
CHARSET = re.compile(r"charset=\"?([\w.-]+)", re.IGNORECASE)
SHORT = 8
"""Characters below which no layer can hide an identifier."""
MIN_TRIAL = 9
"""Bytes of the shortest data that is tried for a codec without magic."""
MAX_TRIALS = 4
"""Such codecs inside each other."""
DIGEST_SIZES = frozenset({16, 20, 32})
SIGNATURE = 256
"""Bytes up to which something opaque is taken for a signature or a key."""


class Opening(Planting):
    """Opens one thing of which something is known, or guesses what bytes are."""

    # one thing of which we know what it is

    def open_bytes(self, data: bytes, node: int, content_type: str = "", *, guessed: bool = False) -> bool:  # noqa: PLR0911  # one for each kind of content
        """Open bytes that lie on ``node``; tell whether something was made of them.

        ``guessed``: no header spoke of them, so that random bytes must not be taken for a format.
        """
        if not data or not self.budget.may_go_on(self.leaves.nodes[node].depth):
            return False
        kind = content_type.lower()
        if (codec := codec_by_magic(data)) and self.inflated(data, codec, node, content_type, guessed=guessed):
            return True
        if "multipart/" in kind and self.multipart(data, node, content_type):
            return True
        if MEDIA.search(kind):
            if self.message.direction == "response" and len(data) > MEDIA_HEAD:
                self.budget.reached.add(f"{MEDIA_HEAD >> 10} KiB of a picture, recording or archive")
                data = data[:MEDIA_HEAD]
            self.leaves.add_raw(node, data)
            return True
        if (reader := named_format(kind)) and self.formatted(data, node, reader):
            return True
        if is_block(data):  # most of it is readable
            return self.inflated(data, "snappy", node, content_type, guessed=guessed)
        if self.message.kind != "http" and b"\x00" in data[:8] and self.formatted(data, node, "mqtt", quiet=True):
            return True
        if guessed:
            clean = texts.is_text(data)
            text = data.decode() if clean else ""
        else:
            charset = CHARSET.search(content_type)
            text, clean = texts.text_of(data, charset.group(1) if charset else None)
            if clean and not texts.is_written(data) and self.open_packed(data, node, guessed=guessed):
                return True
        if clean:
            self.open_text(text, node, kind)
            return True
        return self.open_binary(data, node, guessed=guessed)

    def inflated(self, data: bytes, codec: str, node: int, content_type: str, *, guessed: bool) -> bool:
        """Open a compressed layer."""
        try:
            inner, cut = inflate(data, codec, max(self.budget.bytes_left, 1))
        except DamagedLayerError as damage:
            inner, cut = damage.head, False
            if not guessed or len(inner) > SHORT:
                self.gap(f"{codec} data is damaged or cut")
        if not inner:
            return False
        self.unfolded(inner, cut=cut)
        child = self.below(node, codec)
        return self.open_bytes(inner, child, "" if self.leaves.nodes[node].layers else content_type)

    def multipart(self, data: bytes, node: int, content_type: str) -> bool:
        """Open the parts of a multipart body."""
        try:
            items = multipart_items(data, content_type)
        except NotThisShapeError:
            self.gap("multipart body without its boundary")
            return False
        self.open_items(items, self.leaves.node(node, ".multipart", layer="multipart", mark="|"))
        return True

    def open_items(self, items: list[Item], parent: int) -> None:
        """Open named values that lie side by side on ``parent``."""
        leaves = self.leaves
        mark = leaves.nodes[parent].mark
        leaves.home(parent)
        for item in items:
            if isinstance(item.value, str):
                if item.value:
                    leaves.keys.append(item.key or leaves.nodes[parent].key)
                    leaves.texts.append(item.value)
                continue
            layer = "percent" if item.percent else None
            step = f"{mark}{item.key or ''}{'.percent' if layer else ''}"
            child = leaves.node(parent, step, layer=layer, key=item.key, shared=True)
            self.open_bytes(item.value, child, item.name)
            leaves.home(parent)
        self.names({item.key for item in items}, parent)

    def formatted(self, data: bytes, node: int, name: str, *, quiet: bool = False) -> bool:
        """Open a binary structure that a header names, or that is likely here."""
        try:
            layers = FORMATS[name](data, True, self.message, self.budget.reached)  # sure
        except TooMuchError as error:
            self.budget.reached.add(str(error))
            return False
        except NotThisShapeError:
            if not quiet:
                self.gap(f"body is no {name}, or is cut")
            return False
        self.planted(layers, node)
        return True

    def open_binary(self, data: bytes, node: int, *, guessed: bool) -> bool:
        """Open bytes that are no text: a structure without a header, a codec without magic; else keep them."""
        if self.open_packed(data, node, guessed=guessed):
            return True
        self.leaves.add_raw(node, data)
        if self.message.direction == "request" and texts.opaque(data) and (not guessed or len(data) >= SIGNATURE):
            layers_here = self.leaves.nodes[node].layers
            what = f"{layers_here[-1]} value" if guessed and layers_here else "body"
            self.gap(f"opaque {what}, encrypted or in an unknown format: only plain values would be seen")
        return False

    def open_packed(self, data: bytes, node: int, *, guessed: bool) -> bool:
        """Open a structure without a header or a codec without magic; tell whether it was one."""
        if len(data) < SHORT:
            return False
        packed = []
        if len(data) > MIN_TRIAL:
            if len(data) >= SIGNATURE or self.trials > 0:
                packed = by_trial(data, max(self.budget.bytes_left, 1), self.budget.reached)
                self.trials -= not packed
            else:
                self.untried += 1
        readable = [one for one in packed if texts.is_text(one[1]) or codec_by_magic(one[1])]
        if not readable and (layers := guess_binary(data, self.message, self.budget.reached)) is not None:
            self.planted(layers, node)
            return True
        for codec, inner in readable or packed:
            if self.sensible(inner):
                self.unfolded(inner)
                return self.open_bytes(inner, self.below(node, codec), guessed=guessed)
        return False

    def sensible(self, data: bytes, depth: int = 0) -> bool:
        """Tell whether what a codec without magic gave is something, not chance."""
        reached = self.budget.reached
        if texts.is_text(data) or codec_by_magic(data) or guess_binary(data, self.message, reached) is not None:
            return True
        packed = by_trial(data, max(self.budget.bytes_left, 1), reached)
        if depth >= MAX_TRIALS:
            if packed:  # chance does not come so far
                reached.add("packings without a signature inside each other")
            return False
        return any(self.sensible(inner, depth + 1) for _, inner in packed)

    def planted(self, layers: list[tuple[str, Any]], node: int) -> None:
        """Add trees, each below the layer before it where several lie inside each other."""
        for layer, tree in layers:
            self.plant(tree, node, layer)

    # texts

    def open_text(self, text: str, node: int, content_type: str = "") -> None:
        """Open a text that lies on ``node``, or add it as a leaf."""
        if text and not (len(text) >= SHORT and self.structured(text, node, content_type)):
            self.leaves.add(node, text)

    def structured(self, text: str, node: int, content_type: str = "") -> bool:
        """Open JSON, forms and markup; tell whether the text was one, whole."""
        first = text[:1] if text[:1] in '{["<' else text.lstrip("\ufeff \t\r\n")[:1]
        if first and first in '{["':
            try:
                trees = json_trees(text)
            except NotThisShapeError:
                if "json" in content_type and first in "{[":
                    self.gap("JSON is damaged, cut or too deep: read pair by pair and as plain text")
                    pairs = json_pairs(text, self.budget.reached)
                    self.plant(pairs, node, "json") if pairs else None
                    return False
            else:
                for number, tree in enumerate(trees):
                    self.plant(tree, node, "json", f".json${number or ''}")
                return True
        if "x-www-form-urlencoded" in content_type or looks_like_form(text):
            charset = CHARSET.search(content_type)
            items = form_items(text, charset.group(1) if charset else None)
            self.open_items(items, self.leaves.node(node, ".form", layer="form", mark="&"))
            return True
        # Pages and bigger documents are scanned as text.
        if first == "<" and len(text) < 1 << 21 and not is_page(text):
            try:
                tree = xml(text, self.budget.reached)
            except NotThisShapeError:
                return False
            self.plant(tree, node, "xml")
            return True
        return False
