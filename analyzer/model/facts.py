"""Facts: what was seen, with where it was seen. They cost time to get and never change for one input and engine."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Bilingual, DataId, Frozen, Sha256

ArtifactFormat = Literal["apk", "apks", "xapk", "aab", "dex", "aar", "jar"]
AccessLevel = Literal["present", "reachable", "before_consent"]
Phase = Literal["before_consent", "after_consent", "refused", "unknown"]
Place = Literal["query", "header", "cookie", "body", "path", "websocket"]
EvidenceKind = Literal["code", "component", "native", "metadata", "asset", "string"]


class Artifact(Frozen):
    """The file that was handed in."""

    format: ArtifactFormat
    sha256: Sha256
    size: int
    """Bytes."""
    name: str


class Signer(Frozen):
    """One signing certificate."""

    sha256: Sha256
    """Of the DER certificate."""
    md5: str
    subject: str
    schemes: tuple[str, ...]
    """Schemes in which it is present: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4``."""
    verified: bool
    """A scheme that names this signer verifies (digests and signature) on at least one Android release."""


class App(Frozen):
    """Identity of the app as its manifest and signature give it; `None` is unknown."""

    package: str | None = None
    label: str | None = None
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    target_sdk: int | None = None
    signers: tuple[Signer, ...] = ()


class CoverageReason(Frozen):
    """Why something was not looked at: a code of the report's contract and one sentence."""

    code: str
    detail: str


class Coverage(Frozen):
    """What was looked at. Absence is only ever concluded from ``complete``."""

    complete: bool
    reasons: tuple[CoverageReason, ...] = ()
    dex_files: int = 0
    dex_bytes: int = 0
    classes: int = 0
    methods: int = 0


class Permission(Frozen):
    """One permission, declared or used."""

    name: str
    """Full name, such as ``android.permission.CAMERA``."""
    group: str | None
    level: str | None
    """Protection level: ``normal``, ``dangerous``, ``signature``, ``special``; `None` for an unknown permission."""
    special: bool
    max_sdk: int | None
    declared: bool
    used: bool | None
    """Whether code that needs it is present; `None` when the code could not be read in full and none was found."""
    used_by: tuple[str, ...]
    """Actors, ``app`` or ``sdk:<id>`` or ``unknown``."""
    justified_by: tuple[str, ...]
    """Functions of an education app that commonly justify it (facts of the permission table)."""


class SdkEvidence(Frozen):
    """One sign of an SDK."""

    kind: EvidenceKind
    value: str


class Sdk(Frozen):
    """A third-party SDK found in the package: *present*, not *active*."""

    id: str
    name: str
    vendor: str
    category: str
    version: str | None
    confidence: Literal["certain", "probable", "weak"]
    """``weak`` rests on weak values alone and never supports more than `suspected`."""
    evidence: tuple[SdkEvidence, ...]
    collects: tuple[DataId, ...]
    """What its vendor says that it may collect: for disclosure questions only."""


class Access(Frozen):
    """Code that reads personal data: one row for each (data, api, caller)."""

    data: DataId
    api: str
    """DEX signature, or ``content://…``, ``settings:…``, ``prop:…``, ``file:…``, ``field:…``, ``exec:…``, ``js:…``."""
    caller: str
    """DEX signature of the method in which the read happens."""
    actor: str
    """``app``, ``sdk:<id>`` or ``unknown``."""
    level: AccessLevel
    chain: tuple[str, ...]
    """Entry point first; empty where no chain was looked for."""
    sites: int = 1
    """Number of call sites of `api` in `caller`."""
    dex: str = ""
    """The file that holds the caller, such as ``classes2.dex``."""
    sure: Literal["V", "1", "K", "?"] = "V"
    """Sureness of the rule that says this API yields this data."""
    weak: str | None = None
    """Why this row alone proves nothing (the rule's note), such as ``own package only``; `None`: an ordinary read."""


class Endpoint(Frozen):
    """A host or URL found in code or resources."""

    host: str
    scheme: str | None
    url: str
    found_in: str
    """DEX file (with the class that holds the string where known) or archive entry."""
    recipient: str | None
    """``sdk:<id>`` or a company; `None` when unknown."""
    country: str | None


class Component(Frozen):
    """A component that the manifest declares."""

    kind: Literal["activity", "service", "receiver", "provider", "application"]
    name: str
    exported: bool | None = None
    enabled: bool = True
    permission: str | None = None
    actions: tuple[str, ...] = ()
    main: bool = False
    """A launcher activity."""


class ManifestFlags(Frozen):
    """Attributes of ``<application>`` that the checks look at; `None` is not stated."""

    debuggable: bool | None = None
    allow_backup: bool | None = None
    uses_cleartext_traffic: bool | None = None
    network_security_config: str | None = None
    application_class: str | None = None
    test_only: bool | None = None


class Anomaly(Frozen):
    """Something odd about the container: possible evasion, or a defect that a phone would refuse."""

    code: str
    """Stable word, such as ``janus_prefix``, ``encrypted_flag``, ``duplicate_entry``, ``signature_invalid``."""
    detail: str


class Packer(Frozen):
    """A code packer (加固) recognised by its marks."""

    id: str
    name: str
    evidence: tuple[str, ...]


class StringFact(Frozen):
    """A string of interest found in code, resources or assets (filing numbers, policy and fee wording)."""

    kind: str
    """Id of the vocabulary, such as ``edu_filing``, ``icp``, ``privacy_policy``, ``photo_search``, ``fee``."""
    value: str
    found_in: str


class StaticFacts(Frozen):
    """All facts that the analyzer extracts from one package."""

    schema_: Literal["eduaudit.facts/1"] = "eduaudit.facts/1"
    engine: str
    """Version of the extractor; facts of another engine are not comparable."""
    rules: str
    """Hash of the rule data with which the facts were named."""
    artifact: Artifact
    app: App
    coverage: Coverage
    flags: ManifestFlags = ManifestFlags()
    components: tuple[Component, ...] = ()
    permissions: tuple[Permission, ...] = ()
    sdks: tuple[Sdk, ...] = ()
    accesses: tuple[Access, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    packers: tuple[Packer, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    strings: tuple[StringFact, ...] = ()
    seconds: dict[str, float] = Field(default_factory=dict)
    """Wall seconds by stage; not part of any comparison."""
    peak_memory: int | None = None
    """Bytes of the extracting process; not part of any comparison."""


class Declaration(Frozen):
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


class PolicyPoint(Frozen):
    """One of the 18 points that a policy must contain."""

    id: str
    """``POL-01`` … ``POL-18``."""
    found: bool | None
    """`None`: this text could not be judged on it."""
    quote: str | None = None
    offset: int | None = None
    missing: tuple[Bilingual, ...] = ()
    """Parts of the point for which no word was found; empty where it is found or was not judged."""


class PolicyFacts(Frozen):
    """Facts from the text of a privacy policy."""

    name: str
    sha256: Sha256
    characters: int
    language: Literal["zh", "other"]
    declarations: tuple[Declaration, ...] = ()
    points: tuple[PolicyPoint, ...] = ()
    wording: tuple[StringFact, ...] = ()
    """Sentences with wording of interest, by vocabulary, such as ``use_means_consent``."""


class Transmission(Frozen):
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


class NotAnalysed(Frozen):
    """A flow, or a part of one, that could not be looked at."""

    request_id: str
    host: str | None
    code: str
    """``limit_reached`` ``decode_failed`` ``body_missing`` ``tls_failed`` ``capture_truncated`` ``analyser_error``."""
    detail: str


class TrafficFacts(Frozen):
    """All facts from one or more captures of one app."""

    schema_: Literal["eduaudit.traffic/1"] = "eduaudit.traffic/1"
    engine: str
    app: str | None
    captures: tuple[str, ...]
    """SHA-256 of each capture."""
    profile: str | None
    """Name of the device profile; `None` when only patterns were looked for."""
    marks: tuple[str, ...] = ()
    """Kinds of operator's marks that the capture carries; without them the phase is ``unknown``."""
    flows: int = 0
    hosts: tuple[Endpoint, ...] = ()
    """Every host that was contacted."""
    transmissions: tuple[Transmission, ...] = ()
    received: tuple[Transmission, ...] = ()
    """Personal data in *responses*: what servers hold or give back. Never counted as sent by the app."""
    not_analysed: tuple[NotAnalysed, ...] = ()


class FilingFacts(Frozen):
    """The parts of a filing that are compared with what was found; validation is the registry's business."""

    name: str | None = None
    package: str | None = None
    provider: str | None = None
    uscc: str | None = None
    signer_md5: str | None = None
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


class Facts(Frozen):
    """Everything known about one app version, from all channels. A missing channel was not examined."""

    static: StaticFacts | None = None
    policy: PolicyFacts | None = None
    filing: FilingFacts | None = None
    traffic: TrafficFacts | None = None
