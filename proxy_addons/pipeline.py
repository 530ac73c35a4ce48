"""Messages → traffic facts: pure, redacted, the same for equal input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from analyzer.model import Endpoint, NotAnalysed, StringFact, TrafficFacts, Transmission

from . import ENGINE
from .attribute.frequency import interval
from .attribute.phase import Timeline
from .attribute.recipient import Recipient, recipient_of
from .decode.limits import Limits
from .decode.tree import unfold
from .markpage import MARK_HOST
from .match.matcher import Matcher
from .match.wording import Wording
from .redaction import Tags

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model.channels import Phase, Place

    from .match.hit import Proof, Sure
    from .profile import Profile
    from .sources.message import Item, Message


HARMFUL = frozenset({"vulgar", "violence", "gambling"})
"""Vocabularies of words that servers should not send to pupils."""


class _Row(NamedTuple):
    """What equal transmissions have in common, but for phase and foreground: those are known when all marks are."""

    data: str
    host: str
    recipient: str | None
    country: str | None
    encrypted: bool
    encoding: tuple[str, ...]
    where: Place
    key: str | None
    value: str
    proof: Proof
    sure: Sure


class _Sight(NamedTuple):
    """One time that it was seen."""

    time: float
    flow: str
    capture: str


class Examination:
    """Examines the messages of one or more captures and adds up what they show. One instance gives one set of facts."""

    def __init__(
        self,
        catalogue: Catalogue,
        profile: Profile | None = None,
        *,
        app: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._table = catalogue.recipients
        values, keys = (profile.values, profile.keys) if profile else ({}, {})
        self._matcher = Matcher(values, keys, catalogue.identifiers)
        self._words = Wording(catalogue.vocabularies.values(), HARMFUL)
        self._wording: dict[tuple[str, str], str] = {}
        self._profile = profile.name if profile else None
        self._app = app
        self._limits = limits or Limits()
        self._tags = Tags()
        self._sent: dict[_Row, list[_Sight]] = {}
        self._received: dict[_Row, list[_Sight]] = {}
        self._hosts: dict[tuple[str, str], tuple[str, Recipient]] = {}
        self._missed: dict[tuple[str, str, str], tuple[NotAnalysed, int]] = {}
        self._flows: set[tuple[str, str]] = set()
        self._timelines: dict[str, Timeline] = {}

    def mark(self, capture: str, timeline: Timeline) -> None:
        """Set the marks of ``capture``; later ones replace earlier ones, also for what was examined already."""
        self._timelines[capture] = timeline

    def add(self, items: Iterable[Item], capture: str) -> None:
        """Examine messages of ``capture`` (its path). No message, however odd, ends the work."""
        for item in items:
            if isinstance(item, NotAnalysed):
                self.miss(item)
                continue
            if item.host.lower() == MARK_HOST:
                continue
            self._flows.add((capture, item.flow))
            try:
                self._examine(item, capture)
            except Exception as error:  # noqa: BLE001  # a bug of ours must neither stop the work nor hide this flow
                detail = f"{item.direction}: {type(error).__name__}"
                self.miss(NotAnalysed(request_id=item.flow, host=item.host, code="analyser_error", detail=detail))

    def miss(self, row: NotAnalysed) -> None:
        """Note what was not looked at; equal notes about one host are one row with their number."""
        single = row.request_id if row.code == "analyser_error" else ""
        place = (row.code, f"{row.host or ''}\x00{single}", row.detail)
        first, count = self._missed.get(place, (row, 0))
        self._missed[place] = (first, count + 1)

    @property
    def counts(self) -> dict[str, int]:
        """Return running totals for a live display: flows, hosts, transmissions, not_analysed."""
        return {
            "flows": len(self._flows),
            "hosts": len({host for host, _ in self._hosts}),
            "transmissions": sum(len(seen) for seen in self._sent.values()),
            "not_analysed": sum(count for _, count in self._missed.values()),
        }

    def host(self, host: str, scheme: str, found_in: str) -> None:
        """Note that ``host`` was contacted."""
        if (host, scheme) not in self._hosts:
            self._hosts[(host, scheme)] = (found_in, recipient_of(self._table, host))

    def _examine(self, message: Message, capture: str) -> None:
        host = message.host.lower()
        self.host(host, message.scheme, PurePath(capture).name)
        unfolded = unfold(message, self._limits)
        for gap in unfolded.gaps:
            self.miss(NotAnalysed(request_id=message.flow, host=host, code=gap.code, detail=gap.detail))
        if message.direction == "response":
            for found in self._words.find(unfolded.leaves):
                self._wording.setdefault(found, f"{host} {message.flow}")
        hits = self._matcher.find(unfolded.leaves)
        if not hits:
            return
        to = recipient_of(self._table, host, message.target)
        table = self._sent if message.direction == "request" else self._received
        for hit, leaf in hits:
            row = _Row(
                hit.data,
                host,
                to.name,
                to.country,
                message.encrypted,
                (*leaf.layers, *hit.layers),
                leaf.place,
                self._matcher.shown_key(hit.key),
                self._tags.redacted(hit.data, hit.value, hit.known),
                hit.proof,
                hit.sure,
            )
            table.setdefault(row, []).append(_Sight(message.time, message.flow, capture))

    def facts(self, captures: Iterable[str]) -> TrafficFacts:
        """Return everything seen so far; ``captures`` are the SHA-256 of the files."""
        hosts = (
            Endpoint(
                host=host,
                scheme=scheme,
                url=f"{scheme}://{host}/",
                found_in=found_in,
                recipient=to.name,
                country=to.country,
            )
            for (host, scheme), (found_in, to) in self._hosts.items()
        )
        missed = (
            replace(row, detail=f"{row.detail} (×{count})") if count > 1 else row
            for row, count in self._missed.values()
        )
        return TrafficFacts(
            engine=ENGINE,
            app=self._app,
            captures=tuple(captures),
            profile=self._profile,
            marks=tuple(sorted({kind for timeline in self._timelines.values() for kind in timeline.kinds})),
            flows=len(self._flows),
            hosts=tuple(sorted(hosts, key=lambda end: (end.host, end.scheme or ""))),
            transmissions=self._transmissions(self._sent),
            received=self._transmissions(self._received),
            wording=tuple(
                StringFact(kind=kind, value=word, found_in=where)
                for (kind, word), where in sorted(self._wording.items())
            ),
            not_analysed=tuple(sorted(missed, key=lambda row: (row.code, row.host or "", row.request_id, row.detail))),
        )

    def _transmissions(self, table: dict[_Row, list[_Sight]]) -> tuple[Transmission, ...]:
        unmarked = Timeline(())
        groups: dict[tuple[_Row, Phase, bool | None], list[_Sight]] = {}
        for row, sights in table.items():
            for sight in sights:
                timeline = self._timelines.get(sight.capture, unmarked)
                group = (row, timeline.phase(sight.time), timeline.foreground(sight.time))
                groups.setdefault(group, []).append(sight)
        rows = [
            Transmission(
                data=row.data,
                host=row.host,
                recipient=row.recipient,
                country=row.country,
                encrypted=row.encrypted,
                phase=phase,
                foreground=foreground,
                count=len(sights),
                interval_s=interval([one.time for one in sights]),
                encoding=row.encoding,
                where=row.where,
                key=row.key,
                value_redacted=row.value,
                request_id=min(sights, key=lambda one: one.time).flow,
                proof=row.proof,
                sure=row.sure,
            )
            for (row, phase, foreground), sights in groups.items()
        ]
        return tuple(
            sorted(
                rows,
                key=lambda one: (
                    one.data,
                    one.host,
                    one.phase,
                    one.where,
                    one.key or "",
                    one.encoding,
                    one.proof,
                    one.value_redacted,
                    one.encrypted,
                    str(one.foreground),
                    one.sure,
                    one.recipient or "",
                ),
            )
        )
