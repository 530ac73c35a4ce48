"""The life of a campaign as one table: (state, event) → state, and who takes the step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registry_api.accounts.access import DECIDERS, NATIONAL, Actor, Role
from registry_api.campaigns.models import Campaign
from registry_api.errors import RegistryError


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    RUNNING = "running"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class CampaignEvent(StrEnum):
    """What can happen to it."""

    START = "start"
    CLOSE = "close"
    CANCEL = "cancel"


@dataclass(frozen=True)
class Edge:
    """One row of the table."""

    source: CampaignState
    event: CampaignEvent
    target: CampaignState
    roles: frozenset[Role]


S, E = CampaignState, CampaignEvent
_LEADERS = DECIDERS | {Role.ADMIN}

TABLE: tuple[Edge, ...] = (
    Edge(S.PLANNED, E.START, S.RUNNING, _LEADERS),
    Edge(S.PLANNED, E.CANCEL, S.CANCELLED, _LEADERS),
    Edge(S.RUNNING, E.CLOSE, S.CLOSED, frozenset({Role.LEAD, Role.SUPERVISOR, Role.ADMIN})),
)


def step(campaign: Campaign, event: CampaignEvent, actor: Actor) -> Edge:
    """Return the edge, or raise: ``illegal-transition`` without one, ``forbidden`` when it is not this actor's."""
    found = next((edge for edge in TABLE if edge.source == campaign.state and edge.event is event), None)
    if found is None:
        possible = sorted(edge.event.value for edge in TABLE if edge.source == campaign.state)
        raise RegistryError(
            "illegal-transition",
            f"a campaign that is {campaign.state} knows no {event.value}; possible: {', '.join(possible) or 'nothing'}",
        )
    if actor.role not in found.roles:
        raise RegistryError("forbidden", f"{event.value} is not for role {actor.role.value}")
    if campaign.province is None and actor.role not in NATIONAL:
        raise RegistryError("forbidden", "the national authority leads this campaign")
    return found
