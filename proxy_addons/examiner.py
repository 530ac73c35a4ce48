"""One message → what it shows: no state but the matcher's, so that many processes can do it side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from analyzer.model import NotAnalysed

from .attribute.recipient import recipient_of
from .decode.limits import Limits
from .decode.tree import SILENT_HEADERS, unfold
from .evidence.places import Paths, first_sights, sight_ids
from .markpage import MARK_HOST
from .match.glance import Glance
from .match.known import SALT
from .match.matcher import Matcher
from .match.wording import Wording

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model.channels import Place

    from .match.hit import Proof, Sure
    from .profile import Profile
    from .sources.message import Item, Message


class Seen(NamedTuple):
    """One value at its place. ``value`` is not redacted yet: it never leaves the machine's memory like this."""

    data: str
    recipient: str | None
    country: str | None
    encoding: tuple[str, ...]
    where: Place
    key: str | None
    value: str
    known: int | None
    proof: Proof
    sure: Sure
    path: str
    offset: int
    id: str


class Looked(NamedTuple):
    """What came of one message."""

    flow: str
    host: str
    scheme: str
    address: str | None
    encrypted: bool
    sent: bool
    time: float
    seen: tuple[Seen, ...] = ()
    missed: tuple[NotAnalysed, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """Of a response: harmful words, each with its vocabulary."""


REMEMBERED = 10_000
"""Sets of headers that are remembered."""
HARMFUL = frozenset({"vulgar", "violence", "gambling"})
"""Vocabularies of words that servers should not send to pupils."""


class Examiner:
    """Looks at messages with one profile."""

    def __init__(self, catalogue: Catalogue, profile: Profile | None, limits: Limits | None = None) -> None:
        values, keys = (profile.values, profile.keys) if profile else ({}, {})
        self._table = catalogue.recipients
        self._matcher = Matcher(values, keys, catalogue.identifiers)
        self._words = Wording(catalogue.vocabularies.values(), HARMFUL)
        self._glance = Glance(self._matcher, self._words.words())
        self._headers: dict[tuple[str, tuple[tuple[str, str], ...]], bool] = {}
        self._paths = Paths(self._matcher)
        self._limits = limits or Limits()
        self.missed: tuple[NotAnalysed, ...] = ()
        """What is looked for in no message."""
        if count := self._matcher.known.unread():
            detail = f"profile: {count} rare readings of names are not looked for in Latin letters"
            self.missed = (NotAnalysed(request_id="", host=None, code="limit_reached", detail=detail),)

    def look(self, item: Item) -> Looked | NotAnalysed | None:
        """Examine one message; `None` for our own traffic. No message, however odd, raises."""
        if isinstance(item, NotAnalysed):
            return item
        host = item.host.lower()
        if host == MARK_HOST:
            return None
        sent = item.direction == "request"
        whole = Looked(item.flow, host, item.scheme, item.address, item.encrypted, sent, item.time)
        try:
            return self._examine(item, whole)
        except Exception as error:  # noqa: BLE001  # a bug of ours must neither stop the work nor hide this flow
            detail = f"{item.direction}: {type(error).__name__}"
            row = NotAnalysed(request_id=item.flow, host=item.host, code="analyser_error", detail=detail)
            return whole._replace(missed=(row,))

    def _headers_clear(self, message: Message) -> bool:
        """Tell whether nothing can be found in the headers: those of a server or an app are nearly always the same."""
        # Lengths and dates differ from message to message, and nobody looks for anything in them.
        told = tuple([header for header in message.headers if header[0].lower() not in SILENT_HEADERS])
        key = (message.direction, told)
        there = self._headers.get(key)
        if there is None:
            if len(self._headers) > REMEMBERED:
                self._headers.clear()
            unfolded = unfold(replace(message, target="", headers=told, body=b""), self._limits)
            leaves = unfolded.leaves
            found = bool(unfolded.gaps or self._matcher.find(leaves) or list(self._words.find(leaves)))
            # A salt in them may belong to the address.
            salt = any(SALT.search(name.lower()) for name, _ in told)
            there = self._headers[key] = not found and not salt
        return there

    def _examine(self, message: Message, whole: Looked) -> Looked:
        if self._glance.clear(message):
            bare = self._headers_clear(message)
            if bare and not whole.sent:
                return whole
            # Nothing in it: what is left is the address, and headers.
            message = replace(message, headers=() if bare else message.headers, body=b"")
        unfolded = unfold(message, self._limits)
        missed = tuple(
            NotAnalysed(request_id=message.flow, host=whole.host, code=gap.code, detail=gap.detail)
            for gap in unfolded.gaps
        )
        words = () if whole.sent else tuple(self._words.find(unfolded.leaves))
        whole = whole._replace(missed=missed, words=words)
        sights = first_sights(self._matcher, unfolded.leaves)
        missed += tuple(
            NotAnalysed(
                request_id=message.flow,
                host=whole.host,
                code="limit_reached",
                detail=f"{message.direction}: more {what} than are looked at in one message",
            )
            for what in sorted(unfolded.leaves.cuts)
        )
        whole = whole._replace(missed=missed)
        if not sights:
            return whole
        ids = sight_ids(message, unfolded.leaves, sights, self._paths)
        to = recipient_of(self._table, whole.host, message.target)
        seen = []
        for sight, identity in zip(sights, ids, strict=True):
            hit, leaf = sight.hit, unfolded.leaves[sight.leaf]
            seen.append(
                Seen(
                    hit.data,
                    to.name,
                    to.country,
                    (*leaf.layers, *hit.layers),
                    leaf.place,
                    self._matcher.shown_key(hit.key),
                    hit.value,
                    hit.known,
                    hit.proof,
                    hit.sure,
                    self._paths.shown(leaf),
                    sight.start,
                    identity,
                )
            )
        return whole._replace(seen=tuple(seen))
