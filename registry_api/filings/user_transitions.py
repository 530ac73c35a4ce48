"""The life of a school's filing as one table; decided by the authority above the school, or by its province."""

from __future__ import annotations

from sqlmodel import Session

from registry_api.accounts.access import DECIDERS, Role
from registry_api.db import now
from registry_api.errors import FieldError
from registry_api.filings import corrections
from registry_api.filings.guards import needs_corrections, needs_reason
from registry_api.filings.machine import SYSTEM, Machine, Step, Transition
from registry_api.filings.models import Filing, UserFiling
from registry_api.filings.states import USABLE
from registry_api.filings.user_states import UserEvent, UserState
from registry_api.organizations.models import App
from registry_api.reviews import cases
from registry_api.reviews.cases import LEADS

_SCHOOLS = frozenset({Role.SCHOOL.value, Role.ADMIN.value})
_DECIDERS = frozenset({*(role.value for role in DECIDERS), Role.SCHOOL.value})
_SYSTEM = frozenset({SYSTEM})


def _needs_superior(_session: Session, row: UserFiling, step: Step) -> FieldError | None:
    if step.role != Role.SCHOOL.value:
        return None
    if step.organization_id is not None and step.organization_id == row.superior_id:
        return None
    return FieldError(
        "/actor",
        "not_superior",
        "只有其上级主管部门可以决定 / only the authority above the school may decide",
        "由上级主管部门或省级审核人员决定 / let the superior authority or the province decide",
    )


def _needs_own(_session: Session, row: UserFiling, step: Step) -> FieldError | None:
    if step.role != Role.SCHOOL.value or step.organization_id == row.organization_id:
        return None
    return FieldError(
        "/actor",
        "not_own",
        "只能办理本单位的备案 / a school files for itself alone",
        "由该单位办理 / let that unit do it",
    )


def _needs_four_eyes(_session: Session, row: UserFiling, step: Step) -> FieldError | None:
    if step.key_id is None or step.key_id != row.submitted_by:
        return None
    return FieldError(
        "/actor",
        "four_eyes",
        "提交人不得作出决定 / the key that submitted may not decide",
        "由他人决定 / let another decide",
    )


def _needs_own_claim(session: Session, row: UserFiling, step: Step) -> FieldError | None:
    case = cases.find_case(session, "user_filing", user_filing_id=row.id)
    if step.role in LEADS or not case or not case.claimed_by or case.claimed_by == step.key_id:
        return None
    return FieldError(
        "/actor",
        "claimed",
        f"该事项已由 {case.claimed_name} 认领 / the case was claimed by {case.claimed_name}",
        "由认领人办理，或由负责人改派 / let them decide, or have a lead reviewer reassign it",
    )


def needs_filed_app(session: Session, row: UserFiling, _step: Step) -> FieldError | None:
    """Ask that the app is filed, or that the school built it for itself."""
    if row.provider_filing_id is None:
        app = session.get(App, row.app_id)
        own = app is not None and app.organization_id == row.organization_id
        state = None
    else:
        filing = session.get(Filing, row.provider_filing_id)
        own, state = False, filing.state if filing else None
    if own or state in {item.value for item in USABLE}:
        return None
    return FieldError(
        "/app/number",
        "not_filed",
        f"所选应用未处于已备案状态（{state or '无备案'}） / the app is not filed ({state or 'no filing'})",
        "只能选用已备案的应用 / only apps that are filed may be taken up",
    )


def _needs_answers(session: Session, row: UserFiling, step: Step) -> FieldError | None:
    return corrections.unanswered(session, row, step, row.document, user_filing_id=row.id)


def _hand_in(session: Session, row: UserFiling, step: Step) -> None:
    corrections.note_answers(session, row, step, row.document, user_filing_id=row.id)
    row.submitted_at, row.submitted_by, row.corrections = now(), step.key_id, []
    row.rounds += 1
    cases.open_case(session, "user_filing", row, user_filing_id=row.id)


def _return(session: Session, row: UserFiling, step: Step) -> None:
    row.corrections = [dict(item) for item in step.corrections]
    corrections.raise_items(session, row, step, row.document, user_filing_id=row.id)
    cases.pause(session, "user_filing", user_filing_id=row.id)


def _decide(session: Session, row: UserFiling, step: Step) -> None:
    row.decided_at, row.decided_by, row.decision_reason = now(), step.key_id, step.reason or None
    _close(session, row, step)


def _close(session: Session, row: UserFiling, step: Step) -> None:
    corrections.settle(session, step, user_filing_id=row.id)
    row.corrections = []
    outcome = "withdrawn" if step.key_id == row.submitted_by else "decided"
    cases.close(session, "user_filing", outcome, user_filing_id=row.id)


def _file(_session: Session, row: UserFiling, _step: Step) -> None:
    row.filed_at = row.filed_at or now()
    row.use_mode = str((row.document.get("use") or {}).get("mode") or row.use_mode)


def _take_over(session: Session, row: UserFiling, step: Step) -> None:
    row.document, row.changed = row.changed or row.document, None
    _file(session, row, step)


def _drop_change(_session: Session, row: UserFiling, _step: Step) -> None:
    row.changed = None


def _mark_invalid(_session: Session, row: UserFiling, step: Step) -> None:
    row.invalid_since, row.changed = now(), None
    row.decision_reason = step.reason or None


def _mark_valid(_session: Session, row: UserFiling, _step: Step) -> None:
    row.invalid_since, row.decision_reason = None, None


S, E = UserState, UserEvent
UserEdge = Transition[UserState, UserEvent, UserFiling]

USER_TRANSITIONS: tuple[UserEdge, ...] = (
    UserEdge(S.DRAFT, E.SUBMIT, S.UNDER_REVIEW, _SCHOOLS, (_needs_own, needs_filed_app), (_hand_in,)),
    UserEdge(
        S.RETURNED, E.SUBMIT, S.UNDER_REVIEW, _SCHOOLS, (_needs_own, needs_filed_app, _needs_answers), (_hand_in,)
    ),
    UserEdge(
        S.UNDER_REVIEW,
        E.RETURN,
        S.RETURNED,
        _DECIDERS,
        (_needs_superior, _needs_own_claim, needs_corrections),
        (_return,),
    ),
    UserEdge(
        S.UNDER_REVIEW,
        E.APPROVE,
        S.FILED,
        _DECIDERS,
        (_needs_superior, _needs_four_eyes, _needs_own_claim, needs_filed_app),
        (_decide, _file),
    ),
    UserEdge(
        S.UNDER_REVIEW,
        E.REFUSE,
        S.REFUSED,
        _DECIDERS,
        (_needs_superior, _needs_four_eyes, _needs_own_claim, needs_reason),
        (_decide,),
    ),
    UserEdge(S.DRAFT, E.WITHDRAW, S.WITHDRAWN, _SCHOOLS, (_needs_own,)),
    UserEdge(S.UNDER_REVIEW, E.WITHDRAW, S.WITHDRAWN, _SCHOOLS, (_needs_own,), (_close,)),
    UserEdge(S.RETURNED, E.WITHDRAW, S.WITHDRAWN, _SCHOOLS, (_needs_own,), (_close,)),
    UserEdge(S.FILED, E.REQUEST_CHANGE, S.CHANGE_REQUESTED, _SCHOOLS, (_needs_own, needs_filed_app), (_hand_in,)),
    UserEdge(
        S.CHANGE_REQUESTED,
        E.APPROVE_CHANGE,
        S.FILED,
        _DECIDERS,
        (_needs_superior, _needs_four_eyes, _needs_own_claim, needs_filed_app),
        (_decide, _take_over),
    ),
    UserEdge(
        S.CHANGE_REQUESTED,
        E.REFUSE_CHANGE,
        S.FILED,
        _DECIDERS,
        (_needs_superior, _needs_four_eyes, _needs_own_claim, needs_reason),
        (_decide, _drop_change),
    ),
    UserEdge(S.FILED, E.INVALIDATE, S.INVALID, _SYSTEM, (), (_mark_invalid,)),
    UserEdge(S.CHANGE_REQUESTED, E.INVALIDATE, S.INVALID, _SYSTEM, (), (_close, _mark_invalid)),
    UserEdge(S.INVALID, E.REINSTATE, S.FILED, _SYSTEM, (needs_filed_app,), (_mark_valid,)),
    UserEdge(S.FILED, E.END, S.ENDED, _SCHOOLS, (_needs_own, needs_reason)),
    UserEdge(S.CHANGE_REQUESTED, E.END, S.ENDED, _SCHOOLS, (_needs_own, needs_reason), (_close, _drop_change)),
    UserEdge(S.INVALID, E.END, S.ENDED, _SCHOOLS, (_needs_own, needs_reason)),
)

USER_MACHINE: Machine[UserState, UserEvent, UserFiling] = Machine("user_filing", UserState, UserEvent, USER_TRANSITIONS)
