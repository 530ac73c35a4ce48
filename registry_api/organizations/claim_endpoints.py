"""Routes of claims to packages, and of the authority above a school."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import StringConstraints
from sqlmodel import Session, select

from registry_api.accounts.access import MEMBERS, Action, require
from registry_api.errors import FieldError, RegistryError
from registry_api.kit.paging import After, Limit, page
from registry_api.kit.replies import Reply, etag, reply_once, require_match
from registry_api.kit.requests import Asking, Filer, Reader, RegistryPart
from registry_api.kit.schemas import Body, LongText, PathId, RowId
from registry_api.kit.strict import StrictRoute
from registry_api.organizations import claims
from registry_api.organizations.models import App, Organization, PackageClaim
from registry_api.organizations.service import find_organization
from registry_api.trail.chain import Act, append

router = APIRouter(route_class=StrictRoute)


class ClaimBody(Body):
    """Who is to hold the package, and why."""

    organization_id: RowId
    """The provider that is to hold it: one's own for a claim, another for a transfer."""
    reason: LongText
    signer_md5: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")] | None = None


class DecisionBody(Body):
    """A decision about a claim."""

    decision: Literal["accept", "refuse", "withdraw"]
    reason: LongText = ""
    lift_ban: bool = False
    """Lift the ban that a revocation of the former holder has put on the package: the claimant was wronged."""


class SuperiorBody(Body):
    """The authority above an organisation; null for none."""

    superior_id: RowId | None


def show_claim(item: PackageClaim) -> dict[str, Any]:
    """Return a claim as the API shows it."""
    return {
        "id": item.id,
        "package": item.package,
        "kind": item.kind,
        "holder_id": item.holder_id,
        "claimant_id": item.claimant_id,
        "province": item.province,
        "claimant_province": item.claimant_province,
        "state": item.state,
        "reason": item.reason,
        "signer_md5": item.signer_md5,
        "made_at": item.made_at.isoformat(timespec="seconds"),
        "decided_at": item.decided_at.isoformat(timespec="seconds") if item.decided_at else None,
        "decision_reason": item.decision_reason,
        "version": item.version,
    }


@router.post("/apps/{package}/claims", operation_id="claimPackage", status_code=201)
def create_claim(package: str, body: ClaimBody, request: Request, registry: RegistryPart, actor: Filer) -> JSONResponse:
    """Claim a package that is on record under another provider, or hand over one that is on record under oneself.

    Attach the proof to the claim's reason; the province of the holder decides.
    """

    def work(session: Session) -> Reply:
        # scope: a claim is about what is another's; what may be learnt of it is checked below
        app = session.exec(select(App).where(App.package == package)).first()
        to = session.get(Organization, body.organization_id)
        mine = actor.organization_id
        # What a member may learn of others' rows by asking is no more than a look-up by package already tells.
        known = to is not None and (actor.role not in MEMBERS or mine in {to.id, app.organization_id if app else None})
        if app is None:
            raise RegistryError("not-found", f"there is no app {package}")
        if to is None or not known:
            raise RegistryError(
                "invalid",
                f"organization_id: {body.organization_id} is not on record within reach",
                [FieldError("/organization_id", "unknown", "没有该单位 / no such organisation within reach")],
            )
        claim = claims.claim_package(session, actor, app, to, body.reason, body.signer_md5)
        return Reply(show_claim(claim), 201, {"ETag": etag(claim.version), "Location": f"/api/v1/claims/{claim.id}"})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.get("/claims", operation_id="listClaims")
def list_claims(
    request: Request,
    response: Response,
    registry: RegistryPart,
    actor: Reader,
    after: After = None,
    limit: Limit = 50,
    state: Annotated[Literal["open", "accepted", "refused", "withdrawn"] | None, Query()] = None,
) -> dict[str, Any]:
    """List the claims that concern oneself or one's province, newest first."""
    statement = select(PackageClaim).where(claims.reach(actor))
    if state:
        statement = statement.where(PackageClaim.state == state)
    with registry.database.read() as session:
        return page(
            session,
            statement,
            PackageClaim.id,
            after,
            limit,
            lambda rows: [show_claim(row) for row in rows],
            request,
            response,
            newest_first=True,
        )


@router.post("/claims/{claim_id}/decision", operation_id="decideClaim")
def decide_claim(
    claim_id: PathId, body: DecisionBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Accept or refuse a claim, or take one's own back. Accepted, the app with its findings is the claimant's."""
    require(actor, Action.FILE if body.decision == "withdraw" else Action.SUSPEND)

    def work(session: Session) -> Reply:
        claim = claims.find_claim(session, actor, claim_id)
        require_match(request, claim.version)
        if body.decision == "withdraw":
            claims.withdraw_claim(session, actor, claim)
        else:
            accept = body.decision == "accept"
            claims.decide_claim(session, actor, claim, accept=accept, reason=body.reason, lift_ban=body.lift_ban)
        session.flush()
        return Reply(show_claim(claim), 200, {"ETag": etag(claim.version)})

    return reply_once(registry, actor, request, body.model_dump(), work)


@router.put("/organizations/{organization_id}/superior", operation_id="setSuperior")
def set_superior(
    organization_id: PathId, body: SuperiorBody, request: Request, registry: RegistryPart, actor: Asking
) -> JSONResponse:
    """Say which authority stands above a school (隶属关系): it may decide the school's filings from now on."""
    if actor.role in MEMBERS:
        raise RegistryError("forbidden", "a unit does not choose the authority above it")
    if not (actor.scopes & {Action.KEYS.value, Action.SUSPEND.value}):
        require(actor, Action.SUSPEND)

    def work(session: Session) -> Reply:
        unit = find_organization(session, actor, organization_id)
        seen: set[int | None] = {unit.id}
        above = body.superior_id
        while above is not None:
            other = session.get(Organization, above)
            if other is None or above in seen:
                code, why = (
                    ("unknown", "没有该单位 / no such unit") if other is None else ("circle", "上下级循环 / a circle")
                )
                raise RegistryError("invalid", f"superior_id: {why}", [FieldError("/superior_id", code, why)])
            seen.add(above)
            above = other.superior_id
        before, unit.superior_id = unit.superior_id, body.superior_id
        session.add(unit)
        append(
            session,
            Act(
                actor.label,
                actor.role.value,
                "organization.superior",
                "organization",
                str(unit.id),
                province=unit.province,
                payload={"from": before, "to": body.superior_id},
            ),
        )
        return Reply({"id": unit.id, "superior_id": unit.superior_id})

    return reply_once(registry, actor, request, body.model_dump(), work)
