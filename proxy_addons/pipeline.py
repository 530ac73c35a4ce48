"""Messages → traffic facts: pure, redacted, the same for equal input."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from analyzer.model import Endpoint, NotAnalysed, StringFact, TrafficFacts, Transmission

from . import ENGINE
from .attribute.address import address_data, assigned_country
from .attribute.frequency import interval
from .attribute.phase import Timeline
from .attribute.recipient import Recipient, recipient_of
from .attribute.sendings import Sent, sendings
from .examiner import Examiner
from .redaction import Tags

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model.channels import Phase, Place

    from .decode.limits import Limits
    from .examiner import Looked
    from .match.hit import Proof, Sure
    from .profile import Profile
    from .sources.message import Item

LATEST = 20
"""Sights that are kept for a live display."""
SHOWN_ADDRESSES = 8
"""Of one host; a CDN has hundreds."""


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


class Found(NamedTuple):
    """One sight for a live display."""

    time: float
    data: str
    host: str
    recipient: str | None
    encrypted: bool
    value: str
    """Redacted."""


class _Sight(NamedTuple):
    """One time that it was seen."""

    time: float
    flow: str
    capture: str
    address: str | None
    path: str
    offset: int
    id: str


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
        self.examiner = Examiner(catalogue, profile, limits)
        self._wording: dict[tuple[str, str], str] = {}
        self._profile = profile.name if profile else None
        self._app = app
        self._tags = Tags()
        self._sent: dict[_Row, list[_Sight]] = {}
        self._received: dict[_Row, list[_Sight]] = {}
        self._hosts: dict[tuple[str, str], tuple[str, Recipient]] = {}
        self._addresses: dict[tuple[str, str], set[str]] = {}
        self._missed: dict[tuple[str, str, str], tuple[NotAnalysed, int]] = {}
        self._flows: set[tuple[str, str]] = set()
        self._timelines: dict[str, Timeline] = {}
        for row in self.examiner.missed:
            self.miss(row)
        self.latest: deque[Found] = deque(maxlen=LATEST)
        """What was sent last."""

    def mark(self, capture: str, timeline: Timeline) -> None:
        """Set the marks of ``capture``; later ones replace earlier ones, also for what was examined already."""
        self._timelines[capture] = timeline

    def add(self, items: Iterable[Item], capture: str) -> None:
        """Examine messages of ``capture`` (its path). No message, however odd, ends the work."""
        self.enter(map(self.examiner.look, items), capture)

    def enter(self, results: Iterable[Looked | NotAnalysed | None], capture: str) -> None:
        """Add up what an `Examiner`, here or in another process, made of the messages of ``capture``, in order."""
        for one in results:
            if isinstance(one, NotAnalysed):
                self.miss(one)
            elif one is not None:
                self._enter(one, capture)

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

    def host(self, host: str, scheme: str, found_in: str, address: str | None = None) -> None:
        """Note that ``host`` was contacted, at ``address`` where that is known."""
        if (host, scheme) not in self._hosts:
            self._hosts[(host, scheme)] = (found_in, recipient_of(self._table, host))
            self._addresses[(host, scheme)] = set()
        if address:
            self._addresses[(host, scheme)].add(address)

    def _enter(self, looked: Looked, capture: str) -> None:
        self._flows.add((capture, looked.flow))
        self.host(looked.host, looked.scheme, PurePath(capture).name, looked.address)
        for gap in looked.missed:
            self.miss(gap)
        for word in looked.words:
            self._wording.setdefault(word, f"{looked.host} {looked.flow}")
        table = self._sent if looked.sent else self._received
        for one in looked.seen:
            row = _Row(
                one.data,
                looked.host,
                one.recipient,
                one.country,
                looked.encrypted,
                one.encoding,
                one.where,
                one.key,
                self._tags.redacted(one.data, one.value, one.known),
                one.proof,
                one.sure,
            )
            seen = _Sight(looked.time, looked.flow, capture, looked.address, one.path, one.offset, one.id)
            table.setdefault(row, []).append(seen)
            if looked.sent:
                self.latest.append(Found(looked.time, row.data, row.host, row.recipient, row.encrypted, row.value))

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
                addresses=tuple(sorted(self._addresses[(host, scheme)])[:SHOWN_ADDRESSES]),
                address_countries=tuple(
                    sorted({land for one in self._addresses[(host, scheme)] if (land := assigned_country(one))})
                ),
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
            address_data=address_data() if any(self._addresses.values()) else None,
            profile=self._profile,
            marks=tuple(sorted({kind for timeline in self._timelines.values() for kind in timeline.kinds})),
            flows=len(self._flows),
            hosts=tuple(sorted(hosts, key=lambda end: (end.host, end.scheme or ""))),
            transmissions=self._transmissions(self._sent),
            sendings=sendings(self._every_sent()),
            received=self._transmissions(self._received),
            wording=tuple(
                StringFact(kind=kind, value=word, found_in=where)
                for (kind, word), where in sorted(self._wording.items())
            ),
            not_analysed=tuple(sorted(missed, key=lambda row: (row.code, row.host or "", row.request_id, row.detail))),
        )

    def _every_sent(self) -> Iterator[Sent]:
        """Yield every time that data were sent, but for what is only a guess."""
        unmarked = Timeline(())
        for row, sights in self._sent.items():
            if row.proof == "pattern" and row.sure == "?":
                continue
            for one in sights:
                line = self._timelines.get(one.capture, unmarked)
                yield Sent(
                    row.data,
                    row.recipient,
                    row.host,
                    line.phase(one.time),
                    line.foreground(one.time),
                    row.encrypted,
                    one.time,
                    (one.capture, one.flow),
                    line.since_start(one.time),
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
            _transmission(row, phase, foreground, sights, self._timelines.get(_first(sights).capture, unmarked))
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


def _first(sights: list[_Sight]) -> _Sight:
    return min(sights, key=lambda one: (one.time, one.flow, one.id))


def _transmission(
    row: _Row, phase: Phase, foreground: bool | None, sights: list[_Sight], timeline: Timeline
) -> Transmission:
    first = _first(sights)
    return Transmission(
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
        request_id=first.flow,
        proof=row.proof,
        sure=row.sure,
        id=first.id,
        capture=PurePath(first.capture).name,
        path=first.path,
        offset=first.offset,
        since_start_s=timeline.since_start(first.time),
        address=first.address,
        address_country=assigned_country(first.address),
    )
