"""Says of a JSON body, in a few passes over its bytes, that the search of its decoded tree would find nothing.

Most of a capture are answers without anybody's data: they need no tree. Whatever may hold something is looked at in
full, so an error on the careful side costs time only; `tests` hold it against the full search.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from proxy_addons.decode.binary import named_format
from proxy_addons.decode.compression import DamagedLayerError, codecs_by_header, inflate
from proxy_addons.decode.leaves import Leaves
from proxy_addons.decode.limits import Budget, Limits
from proxy_addons.decode.opening import CHARSET
from proxy_addons.decode.planting import PLAIN_NAME
from proxy_addons.decode.text import MIN_TOKEN, SHORTEST, tokens_of
from proxy_addons.decode.unfolding import MARKS, Unfolding, opened_token
from proxy_addons.decode.vendor import CIPHERED
from proxy_addons.sources.message import Message

from .automata import automaton
from .coordinates import COARSE_DECIMALS, SYSTEMS, Coordinates
from .haystack import TO_WORDS, Haystack
from .known import SALT
from .patterns import DIGEST_LENGTHS, NOTHING

if TYPE_CHECKING:
    from .keys import Role
    from .matcher import Matcher


SHORT = 8
"""Characters below which no layer hides an identifier."""
SIGNS = (":", "=", ">")
DIGEST = re.compile(rb"(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})\Z")
DIGEST_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})(?![0-9A-Za-z])")
REMEMBERED = 50_000
"""Bodies and names that are remembered."""
UUID = 36
"""Characters of a digest written as a UUID."""
TOGETHER = 4
"""Telling names above which layers are looked at where they stand."""
LONG_NUMBER = 10**15
BEYOND = b"0" * 20
"""A number that the quick reader rounds."""
WORTH = 64
"""Bytes of a body below which the full search costs no more."""
MOST = 4 << 20
"""Bytes above which a body is searched in full: its bounds are noted there."""
_REQUEST = Message(
    flow="", time=0, direction="request", kind="http", scheme="", host="", method="", target="", headers=(), body=b""
)


class Text(NamedTuple):
    """A JSON text in pieces."""

    names: set[str]
    strings: list[str]
    numbers: list[int]
    """Those long enough to be text in hexadecimal."""
    body: bytes


class Glance:
    """Looks at bodies with the parts of one matcher. ``words``: those of answers that are told."""

    def __init__(self, matcher: Matcher, words: Iterable[bytes]) -> None:
        self._matcher = matcher
        self._known = matcher.known
        self._patterns = matcher.patterns
        self._names = matcher.names
        needles = dict.fromkeys([*self._known.telling_texts(), *_prefixes(matcher.coordinates)])
        self._automata = {
            False: automaton(list(needles)),
            True: automaton(list(needles | dict.fromkeys(words))),
        }
        self._axes = tuple(name.encode() for name in self._names.axes())
        self._dull: set[str] = set()
        self._telling: dict[str, Role | None] = {}
        self._bodies: dict[bytes, bool] = {}

    def clear(self, message: Message) -> bool:
        """Tell whether nothing can be found in the body of a message; `False`: it must be looked at in full."""
        if message.body == b"":
            return True
        body = _plain_body(message)
        if body is None or not WORTH <= len(body) <= MOST or body[:1] not in {b"{", b"["}:
            return False
        around = "\x00".join((message.target, *(part for header in message.headers for part in header)))
        if DIGEST_IN_TEXT.search(around):  # its salt may be in the body
            return False
        answer = message.direction == "response"
        salted = SALT.search(around.lower()) is not None
        digest = hashlib.blake2b(body, digest_size=16, key=bytes((answer, salted))).digest()
        there = self._bodies.get(digest)
        if there is None:
            if len(self._bodies) > REMEMBERED:
                self._bodies.clear()
            there = self._bodies[digest] = self._clear(body, answer=answer, salted=salted)
        return there

    def _clear(self, body: bytes, *, answer: bool, salted: bool) -> bool:
        hay = _Bytes(body)
        text = _read(body)
        if text is None:
            return False
        data = body
        if b"\\" in body:  # what is written with escapes reads otherwise
            data = b"\x00".join(
                (body, *(part.encode("utf-8", "surrogatepass") for part in (*text.names, *text.strings)))
            )
            hay = _Bytes(data)
        return (
            not self._speaks(hay.lowered, answer=answer)
            and self._names_clear(text)
            and self._forms_clear(hay, text)
            and (hiding := self._hiding(text, salted=salted)) is not None
            and (not hiding or self._layers_clear(hiding, text, answer=answer))
        )

    def _speaks(self, lowered: bytes, *, answer: bool) -> bool:
        """Tell whether a text that is looked for, or in an answer a word that is told, stands in lower-case bytes."""
        texts = self._automata[answer]
        return texts is not None and bool(texts.find_matches_as_indexes(lowered))

    def _layers_clear(self, hiding: list[str], text: Text, *, answer: bool) -> bool:
        """Search what may hold layers in full, under each name that tells something: which is its own is not known."""
        names = [None, *sorted(text.names & self._telling.keys())]
        if len(names) > TOGETHER:
            return False
        message = replace(_REQUEST, direction="response") if answer else _REQUEST
        for name in names:  # one after the other: the same text is opened at a few places of a message only
            work = Unfolding(message, Budget(Limits()))
            node = work.leaves.node(-1, "body", place="body")
            for one in hiding:
                work.leaves.add(node, one, name)
            work.rounds()
            if work.gaps or work.untried or work.budget.reached:
                return False
            if self._speaks(work.leaves.data.lower(), answer=answer):
                return False
            if self._matcher.find(work.leaves):
                return False
        return True

    def _names_clear(self, text: Text) -> bool:
        """Look at the names, and at what stands under those that tell something."""
        if text.names >= CIPHERED:  # something to tell, though nothing to find
            return False
        for name in text.names - self._dull:
            if name not in self._telling:
                self._learn(name)
        telling = text.names & self._telling.keys()
        if not telling:
            return True
        roles = {name: role for name in telling if (role := self._telling[name]) is not None}
        if len(roles) < len(telling):  # a name that is no plain word may be somebody's number
            return False
        axes = {role.axis for role in roles.values()}
        if {"lat", "lng"} <= axes or self._patterns.together({role.form for role in roles.values() if role.together}):
            return False
        return all(
            self._values_clear(name, role, text.body)
            for name, role in roles.items()
            if role.keyed or role.alone or role.hashed
        )

    def _learn(self, name: str) -> None:
        if len(self._dull) + len(self._telling) > REMEMBERED:
            self._dull.clear()
            self._telling.clear()
        role = next((role for _, role in self._names.roles([name])), None)
        unlike = (len(name) > 6 or not name.isascii()) and not PLAIN_NAME.match(name)
        if unlike or self._known.short_under(self._names.named(name)):
            self._telling[name] = None
        elif role is None:
            self._dull.add(name)
        else:
            self._telling[name] = role

    def _values_clear(self, name: str, role: Role, body: bytes) -> bool:
        if b"\\" in body:
            return False
        for found in re.finditer(rb'"' + re.escape(name.encode()) + rb'"\s*:\s*(?:"([^"]*)"|([^",}\]\s]+))', body):
            value = (found[1] if found[1] is not None else found[2]).decode("utf-8", "replace")
            if found[1] is None and value[0] == "[":  # a list of values under this name
                return False
            if role.alone and value.strip().lower() not in NOTHING and value[0] != "{":
                return False
            if role.hashed and len(value) in DIGEST_LENGTHS:
                return False
            if any(self._patterns.fits(rule, value) for rule in role.keyed):
                return False
        return True

    def _hiding(self, text: Text, *, salted: bool) -> list[str] | None:
        """Return what may hold a layer; `None` where a digest may be one of a known value, or most may hold one."""
        long = [one for one in text.strings if len(one) >= SHORTEST]
        joined = "\x00".join(long)
        tokens = tokens_of(joined.encode("utf-8", "surrogatepass"))
        table = self._known.digests
        words = b" ".join(tokens).translate(TO_WORDS).lower().split()
        if not table.coded.keys().isdisjoint(tokens) or not table.hexadecimal.keys().isdisjoint(words):
            return None
        if any(table.of_hex(token) for token in tokens if len(token) == UUID):
            return None
        names = "\x00".join(text.names).lower()
        if (salted or SALT.search(names)) and any(map(DIGEST.match, tokens)):
            return None
        hiding = [token.decode() for token in tokens if len(token) >= MIN_TOKEN and opened_token(token) is not None]
        hiding += [str(number) for number in text.numbers if opened_token(str(number).encode()) is not None]
        joined = "\x00".join(text.strings)
        if marks := [mark for mark in MARKS if mark in joined]:
            if "query" in names:  # GraphQL
                return None
            for mark in marks:
                hiding += [one for one in text.strings if mark in one and len(one) >= SHORT]
        hiding = list(dict.fromkeys(hiding))
        return hiding if sum(map(len, hiding)) * 2 <= len(text.body) else None

    def _forms_clear(self, hay: Haystack, text: Text) -> bool:
        """Look for forms that need no name, and for names in running text."""
        data = hay.data
        if BEYOND in hay.shape and BEYOND in hay.whole_digits:
            return False
        joined = "\x00".join(text.strings)
        macs = joined.count(":") > 4 or joined.count("-") > 4  # one has five
        for rule, begin, end in self._patterns.unnamed(hay, macs=macs):
            if self._patterns.fits(rule.id, data[begin:end].decode("utf-8", "replace")):
                return False
        running: dict[str, None] = {}
        for sign in SIGNS:
            if sign in joined:
                running |= dict.fromkeys([one for one in text.strings if sign in one and len(one) >= SHORT])
        if not running:
            return True
        hay = _Bytes("\x00".join(running).encode("utf-8", "surrogatepass"))
        if b".00" in hay.shape and any(axis in hay.lowered for axis in self._axes):
            return False
        places = self._patterns.named_in_text(hay)
        return not any(
            self._patterns.fits(rule, hay.data[low:high].decode("utf-8", "replace"))
            for rule, spans in places.items()
            for low, high in spans
        )


class _Bytes(Haystack):
    """Bytes without leaves, for searches that need none."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Leaves())
        self.data = data
        self.lowered = data.lower()


def _plain_body(message: Message) -> bytes | None:
    """Return the body without its content encoding; `None` where it is none of JSON in UTF-8."""
    body = message.body
    if not body or message.kind == "stream" or named_format(message.header("content-type").lower()):
        return None
    charset = CHARSET.search(message.header("content-type"))
    if (charset and charset[1].lower() not in {"utf-8", "utf8"}) or message.header("x-crypt-codec"):
        return None
    for codec in codecs_by_header(message.header("content-encoding")):
        if codec is None or message.decoded:
            return None
        try:
            body, cut = inflate(body, codec, MOST)
        except DamagedLayerError:
            return None
        if cut:
            return None
    return body


def _read(body: bytes) -> Text | None:
    """Return the names and strings of a JSON body; `None` for anything that is no plain JSON."""
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    objects: list[dict[str, Any]] = []
    strings: list[str] = []
    numbers: list[int] = []
    level: list[Iterable[Any]] = [[tree]]
    while level:
        values = chain.from_iterable(level)
        level = []
        for value in values:
            kind = type(value)
            if kind is str:
                strings.append(value)
            elif kind is int:
                if value > LONG_NUMBER:
                    numbers.append(value)
            elif kind is dict:
                objects.append(value)
                level.append(value.values())
            elif kind is list:
                level.append(value)
    return Text(set().union(*objects), strings, numbers, body)


def _prefixes(coordinates: Coordinates) -> Iterable[bytes]:
    """Yield how the latitudes begin that are near a known point: no pair of numbers is one without. And geohashes."""
    yield from coordinates.cells
    for _, _, _, (lat, lng) in coordinates.points:
        for _, shift in SYSTEMS:
            near = abs(shift(lat, lng)[0])
            for step in range(-2, 3):
                yield f"{max(0.0, near + step / 10**COARSE_DECIMALS):.3f}"[:-1].encode()
