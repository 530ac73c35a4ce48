"""The one place that decides what a key may do and which rows it may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from registry_api.audits.models import FindingRow, Waiver
from registry_api.campaigns.models import Campaign, CampaignApp
from registry_api.errors import RegistryError
from registry_api.filings.models import BusinessSystem, Filing, UserFiling
from registry_api.notices.models import Listing, Notice
from registry_api.organizations.models import App, Organization, PackageClaim
from registry_api.reviews.models import ReviewCase
from registry_api.trail.models import TrailEntry


class Role(StrEnum):
    """Who holds a key."""

    VENDOR = "vendor"
    """A member of a provider: files, hands in packages, answers corrections."""
    VENDOR_ADMIN = "vendor_admin"
    """The provider's own administrator."""
    SCHOOL = "school"
    """A school or bureau that files its use of apps (使用者备案)."""
    REVIEWER = "reviewer"
    """A province's reviewer."""
    LEAD = "lead_reviewer"
    """A province's lead reviewer: a second pair of eyes, signs notices."""
    SUPERVISOR = "supervisor"
    """The national supervisor."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    ADMIN = "admin"
    """Runs the system, decides no case."""


class Action(StrEnum):
    """What can be done; each route names one."""

    READ = "read"
    FILE = "file"
    """Create organisations and apps, write and submit filings, upload."""
    TRAFFIC = "traffic"
    """Hand in traffic facts."""
    AUDIT = "audit"
    """Start and cancel audits, the weekly round."""
    REVIEW = "review"
    """Decide about filings."""
    SUSPEND = "suspend"
    """Suspend, restore, revoke."""
    NOTICE = "notice"
    """Draft and issue notices, order re-audits, close, escalate."""
    SIGN = "sign"
    """Sign notices."""
    ANSWER = "answer"
    """Receive and answer notices."""
    LIST = "list"
    """Put providers and apps on the black and white lists."""
    TRAIL = "trail"
    """Read the whole trail."""
    KEYS = "keys"
    """Issue and revoke keys."""
    WEBHOOKS = "webhooks"
    """Have other systems told of what happens within reach."""


MEMBERS = frozenset({Role.VENDOR, Role.VENDOR_ADMIN, Role.SCHOOL})
"""Roles that belong to one organisation and see its rows alone."""
PROVINCIAL = frozenset({Role.REVIEWER, Role.LEAD})
"""Roles that belong to one province and see its rows alone."""
DECIDERS = PROVINCIAL | {Role.SUPERVISOR}
"""Roles that decide cases."""

_ALL_READERS = frozenset(Role)

ALLOWED: dict[Action, frozenset[Role]] = {
    Action.READ: _ALL_READERS,
    Action.FILE: MEMBERS | {Role.ADMIN},
    Action.TRAFFIC: DECIDERS | {Role.ADMIN},
    Action.AUDIT: DECIDERS | {Role.ADMIN},
    Action.REVIEW: DECIDERS,
    Action.SUSPEND: DECIDERS,
    Action.NOTICE: DECIDERS,
    Action.SIGN: frozenset({Role.LEAD, Role.SUPERVISOR}),
    Action.ANSWER: MEMBERS,
    Action.LIST: frozenset({Role.LEAD, Role.SUPERVISOR}),
    Action.TRAIL: frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN}),
    Action.KEYS: frozenset({Role.ADMIN}),
    Action.WEBHOOKS: MEMBERS | DECIDERS | {Role.ADMIN},
}
"""An administrator runs the system and may file on behalf of a vendor, but decides no case.
A vendor hands in no traffic facts: they are evidence about that vendor."""

NATIONAL = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN})
"""Roles that see every province."""


@dataclass(frozen=True)
class Actor:
    """The holder of the key that a request carries."""

    key_id: str
    name: str
    role: Role
    province: str | None = None
    organization_id: int | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    expires_at: datetime | None = None
    via: str | None = None
    """The very key that was presented, where `key_id` is the account that it belongs to."""
    personal: bool = False
    """`key_id` is an account: all its keys and sessions are one person to the rule of four eyes."""
    csrf: str = ""
    """Token that forms of this browser session carry."""

    @property
    def person(self) -> str:
        """Return who this is for the rule of four eyes: all keys and sessions of a user are one person."""
        return f"{'user' if self.personal else 'key'}:{self.key_id}"

    @property
    def label(self) -> str:
        """Return the actor as the trail writes it: the person, and the key where it is one of a user's."""
        return self.person if self.via in {None, self.key_id} else f"{self.person}/key:{self.via}"


def can(actor: Actor, action: Action) -> bool:
    """Tell whether role and scopes allow ``action`` at all; the rows are limited by `scoped`."""
    return actor.role in ALLOWED[action] and action.value in actor.scopes


def require(actor: Actor, action: Action) -> None:
    """Refuse with ``forbidden`` what `can` denies."""
    if not can(actor, action):
        raise RegistryError("forbidden", f"role {actor.role.value} with these scopes may not: {action.value}")


def default_scopes(role: Role) -> list[str]:
    """Return every scope that a role can use."""
    return sorted(action.value for action, roles in ALLOWED.items() if role in roles)


_SCOPED: dict[type, tuple[Any, Any]] = {
    Organization: (Organization.province, Organization.id),
    App: (App.province, App.organization_id),
    Filing: (Filing.province, Filing.organization_id),
    BusinessSystem: (BusinessSystem.province, BusinessSystem.organization_id),
    UserFiling: (UserFiling.province, UserFiling.organization_id),
    ReviewCase: (ReviewCase.province, ReviewCase.organization_id),
    PackageClaim: (PackageClaim.province, PackageClaim.claimant_id),
    FindingRow: (FindingRow.province, FindingRow.organization_id),
    Waiver: (Waiver.province, Waiver.organization_id),
    Notice: (Notice.province, Notice.organization_id),
    Listing: (Listing.province, Listing.organization_id),
    Campaign: (Campaign.province, None),
    CampaignApp: (CampaignApp.province, None),
}

_MEMBERS_SEE: dict[type, sa.ColumnElement[bool]] = {
    # What an authority is still writing is not the provider's to read.
    Notice: col(Notice.issued_at).is_not(None),
}

_PROVINCES_SEE: dict[type, sa.ColumnElement[bool]] = {
    # A national campaign is each province's too; of its apps a province sees its own.
    Campaign: col(Campaign.province).is_(None),
}


def scope_of(model: type, actor: Actor) -> sa.ColumnElement[bool]:
    """Return the condition under which ``actor`` may see rows of ``model``."""
    if actor.role in NATIONAL:
        return sa.true()
    province, organization = _SCOPED[model]
    if actor.role in PROVINCIAL and actor.province:
        own = col(province) == actor.province
        return sa.or_(own, _PROVINCES_SEE[model]) if model in _PROVINCES_SEE else own
    if actor.role in MEMBERS and actor.organization_id is not None and organization is not None:
        mine = col(organization) == actor.organization_id
        return sa.and_(mine, _MEMBERS_SEE[model]) if model in _MEMBERS_SEE else mine
    return sa.false()


def scope_key(actor: Actor) -> tuple[Any, ...]:
    """Return everything of an actor that `scope_of` goes by: statements made for equal keys are equal."""
    return () if actor.role in NATIONAL else (actor.role, actor.province, actor.organization_id)


def scoped(model: type, actor: Actor) -> Any:
    """Return a select over the rows that ``actor`` may see."""
    return select(model).where(scope_of(model, actor))


def scoped_trail(actor: Actor) -> Any:
    """Return a select over the entries of the trail that ``actor`` may see as a whole list."""
    require(actor, Action.TRAIL)
    return select(TrailEntry)
