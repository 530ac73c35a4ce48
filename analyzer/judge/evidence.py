"""Facts as evidence: where it was seen, and an excerpt."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model import (
    Access,
    Bilingual,
    Component,
    Declaration,
    FindingEvidence,
    Permission,
    PermissionRequest,
    PolicyFacts,
    Sdk,
    SecurityFact,
    StringFact,
    Transmission,
)
from analyzer.model.report import CallPath

from .reach import best_first


def of_transmission(fact: Transmission) -> FindingEvidence:
    """Show host and place, then what was sent, how it was wrapped, when, and the id by which it can be shown.

    In codes: `analyzer.model.wire_words` puts them into words.
    """
    place = f"{fact.where} {fact.key}" if fact.key else fact.where
    layers = ">".join(fact.encoding) or "plain"
    since = f" · +{fact.since_start_s:g} s" if fact.since_start_s is not None else ""
    excerpt = (
        f"{fact.data} = {fact.value_redacted} · {layers} · {fact.phase}{since} · ×{fact.count} · {fact.proof} · "
        f"{'https' if fact.encrypted else 'http'} · {fact.id or '#' + fact.request_id}"
    )
    return FindingEvidence(kind="transmission", where=f"{fact.host} ({place})", excerpt=excerpt)


def of_access(fact: Access) -> FindingEvidence:
    """Show the method that reads, and by which call; with the chain that leads to it where there is one."""
    return FindingEvidence(kind="access", where=_place(fact), excerpt=fact.api, path=of_path(fact))


def of_accesses(facts: Iterable[Access]) -> tuple[FindingEvidence, ...]:
    """Show all of them: what start-up reaches first, then what is reached at all, certain chains before the others."""
    order = {"before_consent": 0, "reachable": 1, "present": 2}
    rows = sorted(best_first(facts), key=lambda fact: order[fact.level])
    return tuple(dict.fromkeys(map(of_access, rows)))


def of_request(fact: PermissionRequest) -> FindingEvidence:
    """Show the method that asks for permissions, and for which."""
    names = ", ".join(name.rpartition(".")[2] for name in fact.permissions) or "?"
    return FindingEvidence(kind="request", where=_place(fact), excerpt=names, path=of_path(fact))


def _place(fact: Access | PermissionRequest) -> str:
    return f"{fact.caller} [{fact.actor}]"


def of_path(fact: Access | PermissionRequest | SecurityFact) -> CallPath | None:
    """Return the chain from an entry point; `None` without one."""
    if not fact.chain:
        return None
    return CallPath(
        level=fact.level,
        entry=fact.entry,
        chain=fact.chain,
        links=fact.links,
        offsets=fact.offsets,
        doubt=fact.doubt,
        guard=fact.guard,
    )


def of_permission(fact: Permission) -> FindingEvidence:
    """Show the manifest's line, and who uses it."""
    used = {True: "true", False: "false", None: "null"}[fact.used]
    users = f" · used_by: {', '.join(fact.used_by)}" if fact.used_by else ""
    where = "AndroidManifest.xml" if fact.declared else "code"
    return FindingEvidence(kind="permission", where=where, excerpt=f"{fact.name} · used: {used}{users}")


def of_sdk(fact: Sdk) -> FindingEvidence:
    """Show the signs by which an SDK was recognised."""
    signs = "; ".join(f"{item.kind} {item.value}" for item in fact.evidence[:4])
    version = f" {fact.version}" if fact.version else ""
    return FindingEvidence(kind="sdk", where=signs or fact.id, excerpt=f"{fact.name}{version} ({fact.confidence})")


def of_string(fact: StringFact) -> FindingEvidence:
    """Show a string of interest."""
    return FindingEvidence(kind="string", where=fact.found_in, excerpt=fact.value[:200])


def of_component(fact: Component) -> FindingEvidence:
    """Show a component of the manifest."""
    actions = f" [{', '.join(fact.actions[:4])}]" if fact.actions else ""
    return FindingEvidence(kind="component", where="AndroidManifest.xml", excerpt=f"{fact.kind} {fact.name}{actions}")


def of_manifest(attribute: str, value: object) -> FindingEvidence:
    """Show an attribute of the manifest."""
    return FindingEvidence(kind="manifest", where="AndroidManifest.xml", excerpt=f"{attribute}={value}")


def of_declaration(fact: Declaration) -> FindingEvidence:
    """Show the sentence of the policy or the field of the filing."""
    where = fact.source if fact.offset is None else f"{fact.source} @{fact.offset}"
    return FindingEvidence(kind=fact.source, where=where, excerpt=fact.quote)


def of_policy(policy: PolicyFacts, absent: Bilingual) -> FindingEvidence:
    """Show what the whole policy text lacks, in both languages; `where` gives the range of characters searched."""
    named = absent.zh if absent.zh == absent.en else f"{absent.zh} / {absent.en}"
    return FindingEvidence(
        kind="policy", where=f"{policy.name} [0–{policy.characters}]", excerpt=f"未见 / not found: {named}"
    )


def of_filing(field: str, value: object) -> FindingEvidence:
    """Show a field of the filing; `field` is a JSON pointer."""
    return FindingEvidence(kind="filing", where=field, excerpt=str(value))


def in_order(evidence: Iterable[FindingEvidence]) -> tuple[FindingEvidence, ...]:
    """Sort, and drop what is there twice."""
    return tuple(sorted(set(evidence), key=lambda item: (item.kind, item.where, item.excerpt)))
