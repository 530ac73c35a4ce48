"""Claims to packages: who says that a package on record under another is theirs, or hands their own over."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from registry_api.accounts.access import MEMBERS, NATIONAL, PROVINCIAL, Actor
from registry_api.audits.models import FindingRow, ShippedSdk, Waiver
from registry_api.db import now
from registry_api.errors import FieldError, RegistryError
from registry_api.filings.models import Filing, FilingBan
from registry_api.filings.states import FINAL, State
from registry_api.filings.transitions import Event, apply, system_step
from registry_api.organizations.models import App, Organization, PackageClaim
from registry_api.organizations.search import search_text
from registry_api.trail.chain import Act, append


def reach(actor: Actor) -> Any:
    """Return the condition under which ``actor`` may see a claim: both sides, and both provinces."""
    if actor.role in NATIONAL:
        return sa.true()
    if actor.role in PROVINCIAL and actor.province:
        return sa.or_(
            col(PackageClaim.province) == actor.province, col(PackageClaim.claimant_province) == actor.province
        )
    if actor.role in MEMBERS and actor.organization_id is not None:
        mine = actor.organization_id
        return sa.or_(col(PackageClaim.holder_id) == mine, col(PackageClaim.claimant_id) == mine)
    return sa.false()


def claim_package(
    session: Session, actor: Actor, app: App, to: Organization, reason: str, signer_md5: str | None
) -> PackageClaim:
    """Put a claim on record: a transfer when the holder asks, otherwise a claim against the holder."""
    if app.organization_id == to.id:
        raise RegistryError("conflict", f"{app.package} is on record under this organisation already")
    holder = session.get(Organization, app.organization_id)
    if holder is None:
        raise RegistryError("not-found", f"there is no organisation {app.organization_id}")
    by_holder = actor.role in MEMBERS and actor.organization_id == app.organization_id
    if actor.role in MEMBERS and not by_holder and actor.organization_id != to.id:
        raise RegistryError("forbidden", "a provider claims for itself, or hands over what it holds")
    _require_reason(reason)
    open_one = session.exec(
        select(PackageClaim.id)
        .where(PackageClaim.app_id == app.id, PackageClaim.claimant_id == to.id, PackageClaim.state == "open")
        .limit(1)
    ).first()
    if open_one is not None:
        raise RegistryError("conflict", f"claim {open_one} to {app.package} is open already")
    claim = PackageClaim(
        app_id=app.id or 0,
        package=app.package,
        kind="transfer" if by_holder else "claim",
        holder_id=holder.id or 0,
        claimant_id=to.id or 0,
        province=holder.province,
        claimant_province=to.province,
        state="open",
        reason=reason.strip(),
        signer_md5=signer_md5,
        made_at=now(),
        made_by=actor.key_id,
    )
    session.add(claim)
    session.flush()
    _tell(session, actor, claim, "make", reason)
    return claim


def find_claim(session: Session, actor: Actor, claim_id: int) -> PackageClaim:
    """Return one claim within reach, locked, or raise ``not-found``."""
    found = session.exec(
        select(PackageClaim).where(PackageClaim.id == claim_id, reach(actor)).with_for_update()
    ).first()
    if found is None:
        raise RegistryError("not-found", f"there is no claim {claim_id}")
    return found


def withdraw_claim(session: Session, actor: Actor, claim: PackageClaim) -> None:
    """Take a claim back: the side that made it."""
    _require_open(claim)
    made = claim.holder_id if claim.kind == "transfer" else claim.claimant_id
    if actor.role in MEMBERS and actor.organization_id != made:
        raise RegistryError("forbidden", "only the side that made a claim takes it back")
    _end(session, actor, claim, "withdrawn", "")


def decide_claim(
    session: Session, actor: Actor, claim: PackageClaim, *, accept: bool, reason: str, lift_ban: bool = False
) -> None:
    """Decide a claim: the holder's province or the supervisor. Accepted, the app moves to the claimant."""
    _require_open(claim)
    _require_reason(reason)
    if actor.role in PROVINCIAL and actor.province != claim.province:
        raise RegistryError("forbidden", "the province of the provider that holds the package decides")
    if actor.key_id == claim.made_by:
        raise RegistryError(
            "illegal-transition",
            "the key that made a claim may not decide it",
            [FieldError("/actor", "four_eyes", "申请人不得作出决定 / the key that made the claim may not decide")],
        )
    if accept:
        _move(session, actor, claim, reason, lift_ban=lift_ban)
    _end(session, actor, claim, "accepted" if accept else "refused", reason)


def _move(session: Session, actor: Actor, claim: PackageClaim, reason: str, *, lift_ban: bool) -> None:
    # Filings before the app: the order in which every transaction locks.
    living = session.exec(
        select(Filing)
        .where(Filing.app_id == claim.app_id, col(Filing.state).not_in([state.value for state in FINAL]))
        .with_for_update()
    ).all()
    app = session.exec(select(App).where(App.id == claim.app_id).with_for_update()).one()
    to = session.get(Organization, claim.claimant_id)
    if to is None or app.organization_id != claim.holder_id:
        raise RegistryError("conflict", f"{app.package} is no longer on record under the provider of this claim")
    for filing in living:
        if filing.state != State.DRAFT:
            raise RegistryError(
                "conflict",
                f"filing {filing.id} of {app.package} is {filing.state}: it must have ended before the package moves",
                [
                    FieldError(
                        "/filing",
                        "in_force",
                        f"该包名的备案 {filing.id} 尚未终止（{filing.state}） / filing {filing.id} has not ended",
                        "由持有人注销或撤回，或依法撤销后再办理 / have it cancelled, withdrawn or revoked first",
                    )
                ],
            )
        # Only its provider may take back a draft; here the registry does it, and says why.
        apply(session, filing, Event.WITHDRAW, system_step(f"package claim {claim.id}: {reason}"[:4000]))
    app.organization_id, app.province = to.id or 0, to.province
    app.search = search_text(app.name, app.package, to.name)
    session.add(app)
    for model in (FindingRow, Waiver, ShippedSdk):
        session.execute(
            sa.update(model).where(col(model.app_id) == app.id).values(organization_id=to.id, province=to.province)
        )
    if lift_ban:
        session.execute(
            sa.update(FilingBan)
            .where(
                col(FilingBan.app_id) == app.id,
                col(FilingBan.organization_id) == claim.holder_id,
                col(FilingBan.lifted_at).is_(None),
            )
            .values(lifted_at=now(), lifted_by=actor.key_id, lift_reason=reason)
        )


def _end(session: Session, actor: Actor, claim: PackageClaim, state: str, reason: str) -> None:
    claim.state, claim.decided_at, claim.decided_by = state, now(), actor.key_id
    claim.decision_reason = reason.strip() or None
    session.add(claim)
    session.flush()
    _tell(session, actor, claim, state, reason)


def _tell(session: Session, actor: Actor, claim: PackageClaim, verb: str, reason: str) -> None:
    append(
        session,
        Act(
            actor.label,
            actor.role.value,
            f"claim.{verb}",
            "claim",
            str(claim.id),
            app_id=claim.app_id,
            province=claim.province,
            reason=reason,
            payload={"package": claim.package, "from": claim.holder_id, "to": claim.claimant_id, "kind": claim.kind},
        ),
    )


def _require_open(claim: PackageClaim) -> None:
    if claim.state != "open":
        raise RegistryError("conflict", f"claim {claim.id} is {claim.state}")


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise RegistryError(
            "invalid",
            "reason: is empty",
            [FieldError("/reason", "required", "须说明理由和依据 / state the reason and its basis")],
        )
