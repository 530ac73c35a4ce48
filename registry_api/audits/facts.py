"""Facts on store: extracted once for each input and extractor, judged as often as the rules change."""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session, col, select

from analyzer.model import (
    Facts,
    PolicyFacts,
    StaticFacts,
    TrafficFacts,
    UnreadableInputError,
    canonical_json,
    read_record,
)
from registry_api.audits.models import StoredFacts, TrafficIntake
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.filings.models import Filing
from registry_api.organizations.models import App, AppVersion
from registry_api.registry import Registry
from registry_api.storage.blobs import record_blob
from registry_api.trail.models import TrailEntry

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inputs:
    """What one audit looks at."""

    version: AppVersion | None
    filing: Filing | None
    traffic: tuple[str, ...]
    """Blobs of traffic facts about this version."""
    filed: AppVersion | None = None
    """The version that stood when the filing was approved, where this is another one."""


def inputs_of(session: Session, app: App, version_id: int | None) -> Inputs:
    """Return what is on record for one version: its artifact and policy, the filing in force, its traffic."""
    version = session.get(AppVersion, version_id) if version_id is not None else None
    filing = session.exec(
        select(Filing).where(Filing.app_id == app.id, Filing.state != "draft").order_by(col(Filing.id).desc()).limit(1)
    ).first()
    # Traffic of another version is no evidence about this one: it would accuse the vendor of what was mended.
    traffic = session.exec(
        select(TrafficIntake.facts_sha256)
        .where(TrafficIntake.app_id == app.id, TrafficIntake.app_version_id == version_id)
        .order_by(TrafficIntake.facts_sha256)
    ).all()
    return Inputs(version, filing, tuple(traffic), _filed_version(session, filing, version_id))


APPROVALS = ("filing.approve", "filing.approve_change")
"""Acts of the trail by which the version that is then on record becomes the filed one."""


def _filed_version(session: Session, filing: Filing | None, version_id: int | None) -> AppVersion | None:
    """Return the version on record when the filing, or its last change, was approved; `None` for the present one."""
    if filing is None or filing.number is None:
        return None
    approved = session.exec(
        select(TrailEntry.at)
        .where(
            TrailEntry.app_id == filing.app_id,
            TrailEntry.object_kind == "filing",
            TrailEntry.object_id == str(filing.id),
            col(TrailEntry.action).in_(APPROVALS),
        )
        .order_by(col(TrailEntry.seq).desc())
        .limit(1)
    ).first()
    if approved is None:
        return None
    filed = session.exec(
        select(AppVersion)
        .where(AppVersion.app_id == filing.app_id, col(AppVersion.created_at) <= approved)
        .order_by(col(AppVersion.id).desc())
        .limit(1)
    ).first()
    return filed if filed is not None and filed.id != version_id else None


def digest_of(inputs: Inputs) -> str:
    """Return one hash over all inputs, without engine and rules."""
    parts = [
        inputs.version.artifact_sha256 if inputs.version else "",
        (inputs.version.policy_sha256 or "") if inputs.version else "",
        canonical_json(inputs.filing.facts) if inputs.filing else "",
        *inputs.traffic,
        *([inputs.filed.artifact_sha256] if inputs.filed else []),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def gather(registry: Registry, inputs: Inputs, *, afresh: bool = False) -> tuple[Facts, bool]:
    """Return the facts of all channels, and whether anything had to be extracted.

    ``afresh`` extracts again what an extraction that ran out of time or memory, or crashed, has left incomplete.
    Raises `UnreadableInputError` of the analyzer with ``path`` naming the file as the vendor named it.
    """
    static = policy = None
    extracted = False
    if inputs.version is not None:
        static, fresh = _static(registry, inputs.version, afresh=afresh)
        extracted = fresh
        if inputs.version.policy_sha256:
            policy, fresh = _policy(registry, inputs.version)
            extracted = extracted or fresh
    filing = registry.analysis.filing_facts(inputs.filing.document) if inputs.filing else None
    filed = _filed(registry, inputs.filed) if static is not None and inputs.filed else None
    traffic = merge([read_record(TrafficFacts, registry.blobs.read(item)) for item in inputs.traffic])
    return Facts(static=static, policy=policy, filing=filing, traffic=traffic, filed=filed), extracted


_TRANSIENT = frozenset({"analyser_crashed", "limit_reached"})
"""Why an extraction may be incomplete and another one not: the machine was short of something."""


def _static(registry: Registry, version: AppVersion, *, afresh: bool) -> tuple[StaticFacts, bool]:
    def load(content: bytes) -> StaticFacts:
        facts = read_record(StaticFacts, content)
        if afresh and any(reason.code in _TRANSIENT for reason in facts.coverage.reasons):
            raise RegistryError("unavailable", "the facts on store are incomplete")
        return facts

    return _cached(
        registry,
        version.artifact_sha256,
        "static",
        load,
        lambda: _named(registry, version.artifact_sha256, version.artifact_name, registry.analysis.extract),
    )


def stored_static(registry: Registry, version: AppVersion) -> StaticFacts | None:
    """Return what is on store about a package, by the present engine or else the last; `None`: nothing readable is.

    Nothing is extracted: a page that is looked at must not wait for that.
    """
    with registry.database.read() as session:
        rows = session.exec(
            select(StoredFacts)
            .where(StoredFacts.input_sha256 == version.artifact_sha256, StoredFacts.kind == "static")
            .order_by(col(StoredFacts.created_at).desc())
        ).all()
    engine = registry.analysis.engine()
    for row in sorted(rows, key=lambda row: row.engine != engine):
        try:
            return read_record(StaticFacts, registry.blobs.read(row.blob_sha256))
        except (RegistryError, ValueError) as error:
            _log.warning("facts %s of %s cannot be read: %s", row.blob_sha256, version.artifact_sha256, error)
    return None


def filed_version(session: Session, app: App) -> AppVersion | None:
    """Return the version that stood when the filing in force was approved, where the present one is another."""
    return inputs_of(session, app, app.current_version_id).filed


def _filed(registry: Registry, version: AppVersion) -> StaticFacts | None:
    """Return the facts of the filed version by the present engine; `None` when its package can no longer be read."""
    try:
        return _static(registry, version, afresh=False)[0]
    except (RegistryError, UnreadableInputError) as error:
        _log.warning("the filed package %s is not compared: %s", version.artifact_sha256, error)
        return None


def _policy(registry: Registry, version: AppVersion) -> tuple[PolicyFacts, bool]:
    sha256, name = version.policy_sha256 or "", version.policy_name or "policy.txt"
    return _cached(
        registry,
        sha256,
        "policy",
        lambda content: read_record(PolicyFacts, content),
        lambda: _named(registry, sha256, name, registry.analysis.read_policy),
    )


def _cached[F: (StaticFacts, PolicyFacts)](
    registry: Registry,
    sha256: str,
    kind: str,
    load: Callable[[bytes], F],
    make: Callable[[], F],
) -> tuple[F, bool]:
    engine = registry.analysis.engine()
    rules = registry.analysis.rules_version()
    with registry.database.read() as session:
        row = session.get(StoredFacts, (sha256, kind, engine))
    # A policy is read in milliseconds: newer words in the rules are always looked for.
    if row is not None and (kind == "static" or row.rules == rules):
        try:
            return load(registry.blobs.read(row.blob_sha256)), False
        except (RegistryError, ValidationError):
            pass  # the stored facts are damaged, incomplete or of an older schema: extract anew from the artifact
    facts = make()
    content = canonical_json(facts).encode()
    blob = registry.blobs.put(content)
    with registry.database.write() as session:
        record_blob(session, blob, len(content))
        session.merge(
            StoredFacts(input_sha256=sha256, kind=kind, engine=engine, rules=rules, blob_sha256=blob, created_at=now())
        )
    return facts, True


def _named[F](registry: Registry, sha256: str, name: str, read: Callable[[Path], F]) -> F:
    """Read a blob under the name that the vendor gave it: the ending says which kind of package it is."""
    wrong = registry.blobs.altered(sha256)
    if wrong:
        raise RegistryError("unavailable", f"the stored file {sha256} is {wrong}")
    with tempfile.TemporaryDirectory(prefix="eduaudit-") as folder:
        # 80 characters are at most 240 bytes; a name of a file may have 255.
        link = Path(folder) / (re.sub(r"[^\w.\- ()]", "_", name)[-80:].strip(". ") or "package")
        link.symlink_to(registry.blobs.path(sha256).resolve())
        return read(link)


def merge(parts: list[TrafficFacts]) -> TrafficFacts | None:
    """Join several intakes about one version; `None` for none. Equal observations of two captures stay two."""
    if len(parts) < 2:
        return parts[0] if parts else None
    profiles = sorted({part.profile for part in parts if part.profile})
    hosts = {canonical_json(host): host for part in parts for host in part.hosts}
    return TrafficFacts(
        engine=parts[-1].engine,
        app=parts[-1].app,
        captures=tuple(dict.fromkeys(item for part in parts for item in part.captures)),
        profile=", ".join(profiles) or None,
        marks=tuple(dict.fromkeys(item for part in parts for item in part.marks)),
        address_data=next((part.address_data for part in reversed(parts) if part.address_data), None),
        flows=sum(part.flows for part in parts),
        hosts=tuple(hosts[key] for key in sorted(hosts)),
        transmissions=tuple(item for part in parts for item in part.transmissions),
        sendings=tuple(item for part in parts for item in part.sendings),
        not_analysed=tuple(item for part in parts for item in part.not_analysed),
    )
