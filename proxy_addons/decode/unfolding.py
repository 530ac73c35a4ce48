"""Opens the layers of one message, round by round: what one layer holds is searched at once for the next.

A body of hundreds of values costs one pass over all of them, not one look at each.
"""

from __future__ import annotations

import html
import re
from binascii import unhexlify
from bisect import bisect_right
from itertools import accumulate

from . import text as texts
from .compression import codec_by_magic
from .markup import graphql
from .opening import ASCII_RUN, DIGEST_SIZES, SHORT, SIGNATURE, Opening
from .structure import NotThisShapeError, form_items, json_inside, looks_like_form

MARKS = ("{", "[", "%", "\\", "=", "<", '"', "\n", "eyJ", "&#")
"""One of these stands in every text that may hold a layer other than base64 and hexadecimal."""
JWT = re.compile(r"\b(eyJ[\w-]{8,})\.([\w-]{8,})\.[\w-]*")
EMBEDDED = re.compile(r'\{\s{0,8}"|\[\s{0,8}[{"]')
MAX_EMBEDDED = 200
MAX_TOKENS = 2_000
"""Tokens tried in one round: a page of minified script holds thousands that mean nothing."""
MIN_PACKED = 11
"""Bytes of the shortest packed structure worth a look: the formats without a magic are told by trial only."""
READABLE = re.compile(rb"[\x20-\x7e]{12}")
"""What no digest holds by chance, but a short text in a codec without a signature does."""
MAX_PLACES = 200
"""Names and places of one message under which the same token is opened."""


class Unfolding(Opening):
    """The work on one message."""

    def rounds(self) -> None:
        """Search the texts for further layers until a round adds none."""
        done = 0
        while done < len(self.leaves.texts):
            upto = len(self.leaves.texts)
            self.round(done, upto)
            done = upto

    def round(self, begin: int, end: int) -> None:
        """Search the texts from ``begin`` to ``end``."""
        self.pieces.clear()
        for index in _marked(self.leaves.texts, begin, end):
            if self.may_open(index):
                with self.careful("a text"):
                    self.suspect(index, self.leaves.texts[index])
        # Without those in whose place other leaves stand now, and those that are too short for any token.
        texts_here = self.leaves.texts
        places = [index for index in range(begin, end) if len(texts_here[index]) >= texts.SHORTEST]
        part = [texts_here[index] for index in places]
        data = "\x00".join(part).encode("utf-8", "surrogatepass")
        # In order of appearance, so that the outcome is the same for equal input.
        tokens = texts.tokens_of(data)
        self.leaves.tokens = tokens if self.leaves.tokens is None else self.leaves.tokens | tokens
        starts: list[int] = []
        passed = 0
        for count, token in enumerate(tokens):
            if len(token) < texts.MIN_TOKEN or (opened := opened_token(token)) is None:
                continue
            if count > MAX_TOKENS:
                self.budget.reached.add("tokens")
                break
            layer, inner = opened
            if self.trials <= 0 and len(inner) < SIGNATURE and not (ASCII_RUN.search(inner) or texts.is_text(inner)):
                passed += 1
                continue
            starts = starts or _starts(part)
            at = data.find(token)
            # Under the same name at the same place it would only be found again.
            opened_at: set[tuple[str | None, str]] = set()
            while at >= 0:
                there = bisect_right(starts, at) - 1
                index = places[there]
                home = (self.leaves.keys[index], self.leaves.nodes[self.leaves.home_of(index)].place)
                if home not in opened_at and index not in self.pieces and self.may_open(index):
                    if len(opened_at) >= MAX_PLACES:
                        self.budget.reached.add("names of one encoded value")
                        break
                    opened_at.add(home)
                    self.unfolded(inner)
                    with self.careful(layer):
                        self.open_bytes(inner, self.beside(index, layer), guessed=True)
                at = data.find(token, starts[there + 1])
        self.untried += passed

    def suspect(self, index: int, text: str) -> None:
        """Open what a text may hold but for base64 and hexadecimal."""
        leaves = self.leaves
        if leaves.keys[index] == "query" and "{" in text and self.operation(index, text):
            return
        if (text[0] in '{["<' or "=" in text or text[0].isspace()) and self.structured(text, self.anchor(index)):
            leaves.texts[index] = ""
            return
        if "%" in text and texts.PERCENT.search(text):
            plain = texts.unpercented(text)
            self.unfolded(plain)
            self.open_bytes(plain, self.beside(index, "percent"))
        if "&#" in text:
            leaves.add(self.beside(index, "entities"), html.unescape(text))
        if "\\" in text and (unescaped := texts.unescape(text)) != text:
            self.unfolded(unescaped)
            self.open_text(unescaped, self.beside(index, "escape"))
        if "://" in text and "?" in text and "=" in text:
            self.address(index, text)
        if "eyJ" in text:
            self.web_tokens(index, text)
        if ("{" in text or "[" in text) and EMBEDDED.search(text):
            self.embedded(index, text)
        if "\n" in text and (data := texts.squeezed(text)) is not None:
            self.unfolded(data)
            self.pieces.add(index)
            self.open_bytes(data, self.beside(index, "base64"), guessed=True)

    def web_tokens(self, index: int, text: str) -> None:
        """Open the two readable parts of JSON Web Tokens."""
        for token in JWT.finditer(text):
            for part in token.groups():
                data = texts.from_base64(part.encode())
                if data and texts.is_text(data):
                    self.open_text(data.decode(), self.beside(index, "jwt"))

    def operation(self, index: int, text: str) -> bool:
        """Open a GraphQL operation: its arguments have names."""
        try:
            tree = graphql(text)
        except NotThisShapeError:
            return False
        self.plant(tree, self.anchor(index), "graphql")
        return True

    def address(self, index: int, text: str) -> None:
        """Open the query of an address: a parameter inside a parameter."""
        query = text.partition("?")[2].partition("#")[0]
        if looks_like_form(query.replace("\n", "")):
            leaves = self.leaves
            node = leaves.node(self.anchor(index), ".url", layer="url", mark="&")
            self.open_items(form_items(query), node)

    def embedded(self, index: int, text: str) -> None:
        """Open JSON that stands in running text: JSONP, event streams, frames with a number before them, log lines."""
        at = 0
        node = -1
        for _ in range(MAX_EMBEDDED):
            found = EMBEDDED.search(text, at)
            if found is None:
                return
            try:
                tree, at = json_inside(text, found.start())
            except NotThisShapeError:
                at = found.end()
                continue
            node = self.anchor(index) if node < 0 else node
            self.plant(tree, node, "json")
        self.budget.reached.add("pieces of JSON in one text")


def _marked(all_texts: list[str], begin: int, end: int) -> list[int]:
    """Return the texts from ``begin`` to ``end`` that hold one of `MARKS`, in order."""
    part = all_texts[begin:end]
    joined = "\x00".join(part)
    found: set[int] = set()
    for mark in MARKS:
        if mark in joined:
            found.update([index for index, text in enumerate(part, begin) if mark in text and len(text) >= SHORT])
    return sorted(found)


def opened_token(token: bytes) -> tuple[str, bytes] | None:
    """Return (layer, content) where a run of letters and digits is hexadecimal or base64 of something sensible."""
    data: bytes | None
    if token.isdigit():  # sixteen digits of a counter are readable now and then
        data = None if len(token) % 2 else unhexlify(token)
        sensible = data is not None and (data.isalnum() or (len(data) > 11 and texts.is_text(data)))
        return ("hex", data) if sensible and data is not None else None
    one_case = token.islower() or token.isupper()
    if one_case or not token.strip(texts.HEX):
        data = texts.from_hex(token)
        if data is not None and (
            texts.is_text(data)
            or codec_by_magic(data)
            or (len(data) >= MIN_PACKED and (len(data) not in DIGEST_SIZES or READABLE.search(data)))
        ):
            return "hex", data
        if one_case:  # base64 of fifteen characters or more has letters of both cases
            return None
    data = texts.from_base64(token)
    if data is not None and (len(data) >= MIN_PACKED or texts.is_text(data) or codec_by_magic(data)):
        return "base64", data
    return _shifted(token)


def _shifted(token: bytes) -> tuple[str, bytes] | None:
    """Return base64 behind one to three characters that do not belong to it (a version, a sign)."""
    if len(token) < 24:  # chance writes shorter ones
        return None
    for skip in (1, 2, 3):
        rest = token[skip:]
        data = texts.from_base64(rest[: len(rest) - 1] if len(rest) % 4 == 1 else rest)
        if data is not None and (codec_by_magic(data) or texts.is_text(data)):
            return "base64", data
    return None


def _starts(part: list[str]) -> list[int]:
    """Return where each text begins when all are joined as bytes."""
    sizes = (len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in part)
    return list(accumulate((size + 1 for size in sizes), initial=0))
