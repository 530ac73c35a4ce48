"""Facts of the other channels (policy, filing, traffic), and those of all channels together."""

from __future__ import annotations

from typing import Literal

from .base import Bilingual, DataId, Record, Sha256
from .facts import Endpoint, StaticFacts, StringFact
from .images import ImageFacts
from .record import dataclass

Phase = Literal["before_consent", "after_consent", "refused", "unknown"]
Place = Literal["query", "header", "cookie", "body", "path", "websocket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration(Record):
    """A kind of personal data, or an SDK, that a policy or a filing names."""

    data: DataId | None = None
    sdk: str | None = None
    company: str | None = None
    """A company that it names; as the SDK and recipient tables spell it."""
    source: Literal["policy", "filing"]
    quote: str
    """The sentence of the policy, or the field and value of the filing."""
    offset: int | None
    """Characters from the beginning of the extracted policy text; `None` for a filing."""
    negated: bool = False
    """The sentence says that it is *not* collected."""
    general: bool = False
    """Named only by a word too general to mean just this (``设备信息``), or in passing: declares nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPoint(Record):
    """One of the 18 points that a policy must contain."""

    id: str
    """``POL-01`` … ``POL-18``."""
    found: bool | None
    """`None`: this text could not be judged on it."""
    quote: str | None = None
    offset: int | None = None
    missing: tuple[Bilingual, ...] = ()
    """Parts of the point for which no word was found; empty where it is found or was not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPassage(Record):
    """A stretch of a policy that says one thing of interest, with what it says in a form that can be compared."""

    kind: Literal[
        "app_name", "operator", "published", "updated", "effective", "answer_time", "right", "cross_border",
        "children", "permission", "catch_all",
    ]  # fmt: skip
    value: str
    """The name; an ISO date; ``15 working days``; a right such as ``delete``; ``denied`` or ``told`` of sending
    abroad; a part of the rules for children; an id of the data that a permission gives; the words that leave a list
    open."""
    quote: str
    offset: int
    purpose: bool | None = None
    """For a permission: whether a purpose is told beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdParty(Record):
    """An SDK or company as a list of the policy describes it; `None` where the list has no such column or cell."""

    name: str
    sdk: str | None = None
    """Its id, where the name is known."""
    company: str | None = None
    purpose: str | None = None
    data: str | None = None
    """The cell as it stands."""
    link: str | None = None
    quote: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readability(Record):
    """How hard a Chinese text is to read: plain counts, no grade, for there is no agreed one."""

    sentences: int
    characters_per_sentence: float
    """Mean number of Chinese characters and Latin words of a sentence."""
    long_sentences: int
    """Sentences of more than 100 characters."""
    headings: int
    minutes: int
    """At 400 characters a minute, a usual speed of adults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts(Record):
    """Facts from the text of a privacy policy."""

    name: str
    sha256: Sha256
    characters: int
    language: Literal["zh", "other"]
    declarations: tuple[Declaration, ...] = ()
    points: tuple[PolicyPoint, ...] = ()
    wording: tuple[StringFact, ...] = ()
    """Sentences with wording of interest, by vocabulary, such as ``use_means_consent``."""
    passages: tuple[PolicyPassage, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    readability: Readability | None = None
    packaged: bool = False
    """Nobody handed it in, it was found in the package: whether it is in force is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission(Record):
    """Personal data seen in traffic, aggregated over equal (data, host, phase, place, key, encoding, proof)."""

    data: DataId
    host: str
    recipient: str | None
    country: str | None
    encrypted: bool
    phase: Phase
    foreground: bool | None
    count: int
    interval_s: float | None
    """Median seconds between two of them; `None` for a single one."""
    encoding: tuple[str, ...]
    """Layers from the outside in, such as ``("gzip", "base64", "json", "md5")``."""
    where: Place
    key: str | None
    value_redacted: str
    request_id: str
    """Id of the first flow in the capture."""
    proof: Literal["known_value", "pattern"]
    sure: Literal["V", "1", "K", "?"] = "V"
    """For ``pattern``: how much the pattern proves (checksum and key name ``1``, key name or checksum alone ``?``)."""
    id: str = ""
    """Id of the first of them, for `eduaudit traffic show`; the same whenever the same capture is examined."""
    capture: str | None = None
    """File name of the capture that holds the first of them."""
    path: str = ""
    """Layers and keys down to the text that holds it, such as ``body.base64.gzip.json$.header.imei``; ``#`` stands for
    a key that may be personal itself."""
    offset: int | None = None
    """Characters from the beginning of that text."""
    since_start_s: float | None = None
    """Seconds from the operator's mark of the first start to the first of them; `None` without such a mark."""
    address: str | None = None
    """IP address of the server in the first of them, as the capture has it."""
    address_country: str | None = None
    """Country to which a registry assigned the block of that address: where the server stands is another question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Record):
    """One kind of data to one recipient, in whatever dress and place: how often, how close together, how soon."""

    data: DataId
    recipient: str | None
    """`None`: nobody is known behind the host, the only one in ``hosts``."""
    hosts: tuple[str, ...]
    phase: Phase
    foreground: bool | None
    encrypted: bool
    """Whether all of them were."""
    count: int
    """Messages that held it; twice in one message is once."""
    interval_s: float | None
    """Median seconds between two of them; `None` for a single one."""
    shortest_s: float | None
    since_start_s: float | None
    """Seconds from the operator's mark of the first start to the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnalysed(Record):
    """A flow, or a part of one, that could not be looked at."""

    request_id: str
    host: str | None
    code: str
    """``limit_reached`` ``decode_failed`` ``body_missing`` ``tls_failed`` ``tls_pinned`` ``quic_blocked``
    ``capture_truncated`` ``not_recorded`` ``other_app`` ``analyser_error``."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficFacts(Record):
    """All facts from one or more captures of one app."""

    schema_: Literal["eduaudit.traffic/1"] = "eduaudit.traffic/1"
    engine: str
    app: str | None
    captures: tuple[str, ...]
    """SHA-256 of each capture."""
    address_data: str | None = None
    """Name, version and date of the table by which addresses were assigned to countries; `None`: none was at hand."""
    profile: str | None
    """Name of the device profile; `None` when only patterns were looked for."""
    marks: tuple[str, ...] = ()
    """Kinds of operator's marks that the capture carries; without them the phase is ``unknown``."""
    flows: int = 0
    hosts: tuple[Endpoint, ...] = ()
    """Every host that was contacted."""
    transmissions: tuple[Transmission, ...] = ()
    sendings: tuple[Sending, ...] = ()
    """The transmissions added up by data and recipient, without those that are only a guess."""
    received: tuple[Transmission, ...] = ()
    """Personal data in *responses*: what servers hold or give back. Never counted as sent by the app."""
    wording: tuple[StringFact, ...] = ()
    """Vulgar or harmful words in responses, with host and flow: a person reads them in their context."""
    images: ImageFacts | None = None
    """Pictures in responses before a local model; `None`: nobody asked."""
    not_analysed: tuple[NotAnalysed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingFacts(Record):
    """The parts of a filing that are compared with what was found; validation is the registry's business."""

    name: str | None = None
    package: str | None = None
    provider: str | None = None
    uscc: str | None = None
    signer_md5: str | None = None
    signer_sha1: str | None = None
    signer_sha256: str | None = None
    version_name: str | None = None
    app_types: tuple[int, ...] = ()
    """Numbers of the 39-type rule; 19 is learning education."""
    category: str | None = None
    stages: tuple[str, ...] = ()
    user_groups: tuple[str, ...] = ()
    use_mode: Literal["required", "recommended", "free"] | None = None
    charges: bool | None = None
    functions: tuple[str, ...] = ()
    """Functions that justify permissions, in the words of the permission table."""
    personal_data: tuple[DataId, ...] | None = None
    """`None`: the filing does not say; empty: it says none."""
    permissions: tuple[str, ...] | None = None
    sdks: tuple[str, ...] | None = None
    """SDK ids or names as filed."""
    domains: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    """Of ``ads``, ``games``, ``social``, ``live``."""
    icp: str | None = None
    mlps: str | None = None
    edu_filing: str | None = None
    region: str | None = None
    """Six digits of GB/T 2260."""
    miit_app_filing: str | None = None
    mlps_level: int | None = None
    mlps_date: str | None = None
    """Of the MLPS certificate, ISO."""
    mlps_report_date: str | None = None
    """Of the last MLPS assessment, ISO."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAddresses(Record):
    """What the name service answered for one host."""

    host: str
    ipv4: tuple[str, ...] | None
    """Sorted; empty: the name has none; `None`: no answer."""
    ipv6: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolutionFacts(Record):
    """The addresses of the app's own hosts, asked for only on request: the one fact that needs a network."""

    asked: str
    """ISO date: answers change."""
    hosts: tuple[HostAddresses, ...]
    left_out: int = 0
    """Hosts beyond the limit, not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Record):
    """Everything known about one app version, from all channels. A missing channel was not examined."""

    static: StaticFacts | None = None
    policy: PolicyFacts | None = None
    filing: FilingFacts | None = None
    traffic: TrafficFacts | None = None
    filed: StaticFacts | None = None
    """The package of the version that stood when the filing was approved; `None`: this is it, or none is on record."""
    resolution: ResolutionFacts | None = None
    images: ImageFacts | None = None
