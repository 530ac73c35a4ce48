"""Facts of a package: what was seen and where. They cost time to get and never change for one input and engine."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from .base import DataId, Record, Sha256
from .packaged import PackagedPolicy
from .record import dataclass
from .signing import PastCertificate, SignatureVerdict, SigningItem, SourceStamp

ArtifactFormat = Literal["apk", "apks", "xapk", "aab", "dex", "aar", "jar"]
AccessLevel = Literal["present", "reachable", "before_consent"]
Link = Literal[
    "call",
    "dispatch",
    "scheduled",
    "callback",
    "gesture",
    "lifecycle",
    "class_init",
    "started",
    "inflated",
    "reflected",
]
"""How one method of a chain leads to the next. ``call``: the method is named; ``dispatch``: an override of the named
method; ``scheduled``: handed to a thread, handler, executor …; ``callback``: registered and called by the platform;
``gesture``: called when the user acts; ``lifecycle``: called because its object or component exists; ``class_init``: a
class is initialised; ``started``: a component is started; ``inflated``: named in a layout; ``reflected``: by name."""
Confidence = Literal["certain", "probable", "weak"]
EvidenceKind = Literal["code", "component", "native", "metadata", "asset", "string"]
SdkEffect = Literal["starts", "holds", "stops", "allows", "unclear"]
"""What a call or a key of the manifest does to an SDK: ``holds``: it does not start by itself; ``stops``: it may not
collect; ``unclear``: a switch whose value is not constant."""
SdkState = Literal["present", "initialised", "switched_off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact(Record):
    """The file that was handed in."""

    format: ArtifactFormat
    sha256: Sha256
    size: int
    """Bytes."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer(Record):
    """One signing certificate."""

    sha256: Sha256
    """Of the DER certificate."""
    md5: str
    subject: str
    schemes: tuple[str, ...]
    """Schemes in which it is present: ``v1``, ``v2``, ``v3``, ``v3.1``, ``v4``."""
    verified: bool
    """A scheme that names this signer verifies (digests and signature) on at least one Android release."""
    sha1: str | None = None
    """Of the DER certificate."""
    key: str | None = None
    """Kind and size of its key: ``RSA 2048``, ``EC P-256``; `None` when it cannot be told."""
    min_sdk: int | None = None
    """First release for which a v3 or v3.1 block names it; `None`: none does."""
    max_sdk: int | None = None
    """Last such release; `None`: no last one is stated."""
    lineage: tuple[PastCertificate, ...] = ()
    """Its proof of rotation where there is one that holds: the oldest certificate first, its own last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App(Record):
    """Identity of the app as its manifest and signature give it; `None` is unknown."""

    package: str | None = None
    label: str | None = None
    version_name: str | None = None
    version_code: int | None = None
    min_sdk: int | None = None
    target_sdk: int | None = None
    signers: tuple[Signer, ...] = ()
    signing_items: tuple[SigningItem, ...] = ()
    """What else stands in the signing block and the archive's comment, such as the channel of a store."""
    source_stamp: SourceStamp | None = None
    signature: SignatureVerdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReason(Record):
    """Why something was not looked at: a code of the report's contract and one sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Record):
    """What was looked at. Absence is only ever concluded from ``complete``."""

    complete: bool
    reasons: tuple[CoverageReason, ...] = ()
    dex_files: int = 0
    dex_bytes: int = 0
    classes: int = 0
    methods: int = 0
    entries: int | None = None
    """Entry points from which call chains were searched; `None`: none was (no manifest, no code)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission(Record):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkEvidence(Record):
    """One sign of an SDK."""

    kind: EvidenceKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkActivity(Record):
    """Something that starts an SDK, or tells it whether it may collect."""

    kind: Literal["call", "component", "metadata"]
    value: str
    """DEX signature of the call; class of a component that starts the SDK; ``key=value`` of the manifest."""
    effect: SdkEffect
    caller: str = ""
    """DEX signature of the method that calls; empty for what stands in the manifest."""
    level: AccessLevel = "present"
    """See `Access`; the same goes for the fields below."""
    chain: tuple[str, ...] = ()
    entry: str | None = None
    links: tuple[Link, ...] = ()
    doubt: str | None = None
    guard: str | None = None
    dex: str = ""
    offsets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk(Record):
    """A third-party SDK found in the package: *present*, which `state` alone may call active."""

    id: str
    name: str
    vendor: str
    category: str
    version: str | None
    confidence: Confidence
    """``weak`` rests on weak values alone and never supports more than `suspected`."""
    evidence: tuple[SdkEvidence, ...]
    collects: tuple[DataId, ...]
    """What its vendor says that it may collect: for disclosure questions only."""
    version_evidence: str | None = None
    """Where `version` stands: a field, method, string, manifest key, file or library name."""
    state: SdkState | None = None
    """``initialised``: something that starts it is reached; ``switched_off``: told not to collect, and nothing tells it
    otherwise; ``present``: its calls were looked for and none is reached; `None`: that is not known."""
    activity: tuple[SdkActivity, ...] = ()
    """What `state` rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(Record):
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
    offsets: tuple[int, ...] = ()
    """Where in `caller` the sites are: code units from its first instruction, ascending."""
    entry: str | None = None
    """What kind of entry point `chain` begins with: ``application``, ``provider``, ``startup``, ``launcher``,
    ``activity``, ``service``, ``receiver``, ``factory``; `None` without a chain."""
    links: tuple[Link, ...] = ()
    """How each method of `chain` after the first one is reached from the one before: one fewer than `chain`."""
    doubt: str | None = None
    """Why `level` is not certain: an id of `rules/weak_reasons.yaml`, such as ``consent_guard``; `None`: every link of
    the chain was followed to this target."""
    guard: str | None = None
    """With ``consent_guard``: the flag and where it is tested: ``preference "agreed" in La/App;->onCreate()V``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRequest(Record):
    """A place in the code that asks the user for permissions at run time."""

    permissions: tuple[str, ...]
    """Full names in the order of the call; empty when they are not known."""
    api: str
    """The method that asks, as a DEX signature."""
    caller: str
    actor: str
    level: AccessLevel
    chain: tuple[str, ...] = ()
    """See `Access`; the same goes for the fields below."""
    entry: str | None = None
    links: tuple[Link, ...] = ()
    doubt: str | None = None
    guard: str | None = None
    dex: str = ""
    offsets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Record):
    """A host or URL found in code or resources."""

    host: str
    scheme: str | None
    url: str
    found_in: str
    """DEX file (with the class that holds the string where known) or archive entry."""
    recipient: str | None
    """``sdk:<id>`` or a company; `None` when unknown."""
    country: str | None
    addresses: tuple[str, ...] = ()
    """IP addresses at which a capture found it, IPv4 and IPv6, at most eight; sorted."""
    address_countries: tuple[str, ...] = ()
    """Countries to which registries assigned their blocks: where the servers stand is another question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Record):
    """A component that the manifest declares."""

    kind: Literal["activity", "service", "receiver", "provider", "application"]
    name: str
    exported: bool | None = None
    enabled: bool = True
    permission: str | None = None
    actions: tuple[str, ...] = ()
    main: bool = False
    """A launcher activity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFlags(Record):
    """Attributes of ``<application>`` that the checks look at; `None` is not stated."""

    debuggable: bool | None = None
    allow_backup: bool | None = None
    uses_cleartext_traffic: bool | None = None
    network_security_config: str | None = None
    application_class: str | None = None
    test_only: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly(Record):
    """Something odd about the container: possible evasion, or a defect that a phone would refuse."""

    code: str
    """Stable word, such as ``janus_prefix``, ``encrypted_flag``, ``duplicate_entry``, ``signature_invalid``."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Packer(Record):
    """A code packer (加固) recognised by its marks."""

    id: str
    name: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle(Record):
    """Code of a hybrid framework, outside of DEX: what it is, and what of it was read."""

    framework: str
    """Id of `rules/frameworks.yaml`, such as ``uniapp``."""
    name: str
    """The framework's title; with the bundle's own name where it has one."""
    place: str
    """Archive entry or folder; ``outer!inner`` inside an archive of the package."""
    version: str | None = None
    """Of the bundle itself, as it states it."""
    engine: str | None = None
    """Of the framework or its byte code, such as ``uni-app compiler 3.99`` or ``Hermes byte code 96``."""
    scripts: int = 0
    """Scripts that were searched for interfaces to personal data."""
    runtime: int = 0
    """Scripts left out because the framework brings them: they define every interface and use none for the app."""
    unread: tuple[str, ...] = ()
    """What could not be read, and why."""
    modules: tuple[str, ...] = ()
    """Plugins, modules and packages that the bundle declares or holds."""
    permissions: tuple[str, ...] = ()
    """Permissions that the bundle's own manifest declares."""
    sdks: tuple[str, ...] = ()
    """Services that its manifest configures, such as ``oauth: weixin``."""
    updates: tuple[str, ...] = ()
    """Where its scripts replace or add to the app's code: ``entry:line name``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StringFact(Record):
    """A string of interest found in code, resources or assets (filing numbers, policy and fee wording)."""

    kind: str
    """Id of the vocabulary, such as ``edu_filing``, ``icp``, ``privacy_policy``, ``photo_search``, ``fee``."""
    value: str
    found_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityFact(Record):
    """One thing that bears on security, in one place. Whether it is a weakness is judged later."""

    kind: str
    """An id of `rules/security`, such as ``webview.file_urls``; of a secret ``secret.<id>``."""
    detail: str = ""
    """What exactly: a class, an algorithm, a host, a link; secrets are redacted."""
    certainty: Literal["proven", "probable", "present"] = "present"
    """``proven``: byte code or file say it and leave no other way; ``probable``: they say it under a condition, or
    where it is used was not seen; ``present``: it is there, and no use of it was found."""
    file: str = "AndroidManifest.xml"
    """The file in which it stands."""
    api: str = ""
    """The interface that is called, implemented or set: a DEX signature, or an attribute or element."""
    caller: str = ""
    """Of code: DEX signature of the method; the fields below are those of `Access`."""
    actor: str = "app"
    level: AccessLevel = "present"
    chain: tuple[str, ...] = ()
    entry: str | None = None
    links: tuple[Link, ...] = ()
    doubt: str | None = None
    guard: str | None = None
    dex: str = ""
    offsets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFacts(Record):
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
    permission_requests: tuple[PermissionRequest, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    packers: tuple[Packer, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    strings: tuple[StringFact, ...] = ()
    security: tuple[SecurityFact, ...] = ()
    policies: tuple[PackagedPolicy, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    """Wall seconds by stage; not part of any comparison."""
    peak_memory: int | None = None
    """Bytes of the extracting process; not part of any comparison."""
