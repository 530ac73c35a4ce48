"""States of a provider filing, what can happen to it, and the groups of states that others ask for."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a filing stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PRECHECK = "precheck"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned_for_correction"
    FILED = "filed"
    REFUSED = "refused"
    CHANGE_REQUESTED = "change_requested"
    """In force as filed; a change of it waits for a decision."""
    CHANGE_RETURNED = "change_returned"
    """In force as filed; the change came back with corrections."""
    RECTIFICATION = "rectification"
    """In force, with an order to mend it by a day."""
    REAUDIT = "reaudit"
    """In force; the provider reports that it is mended, which is examined."""
    SUSPENDED = "suspended"
    DELISTED = "delisted"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    """Taken back by the provider before it was decided."""
    CANCELLED = "cancelled"
    """Given up by the provider after it was filed."""


class Event(StrEnum):
    """What can happen to it."""

    SUBMIT = "submit"
    BEGIN_PRECHECK = "begin_precheck"
    FINISH_PRECHECK = "finish_precheck"
    REJECT_ARTIFACT = "reject_artifact"
    RETURN = "return"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REQUEST_CHANGE = "request_change"
    RETURN_CHANGE = "return_change"
    RESUBMIT_CHANGE = "resubmit_change"
    APPROVE_CHANGE = "approve_change"
    REFUSE_CHANGE = "refuse_change"
    WITHDRAW_CHANGE = "withdraw_change"
    ORDER_RECTIFICATION = "order_rectification"
    REPORT_RECTIFIED = "report_rectified"
    REJECT_RECTIFICATION = "reject_rectification"
    CONFIRM_RECTIFIED = "confirm_rectified"
    SUSPEND = "suspend"
    RESTORE = "restore"
    DELIST = "delist"
    REVOKE = "revoke"
    CANCEL = "cancel"


FINAL = frozenset({State.REFUSED, State.REVOKED, State.WITHDRAWN, State.CANCELLED})
"""States that nothing leaves: a new filing is needed."""
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
"""States in which the document may be changed."""
USABLE = frozenset({State.FILED, State.CHANGE_REQUESTED, State.CHANGE_RETURNED})
"""States in which a school may file that it takes up the app."""
IN_FORCE = USABLE | {State.RECTIFICATION, State.REAUDIT}
"""States in which the number stands and schools that filed their use may go on."""
UNDER_SUPERVISION = frozenset(State) - FINAL - {State.DRAFT}
"""States whose apps the weekly round audits: handed in and not ended."""
SANCTIONED = frozenset({State.RECTIFICATION, State.REAUDIT, State.SUSPENDED, State.DELISTED})
"""States that a decision against the provider has led to."""
