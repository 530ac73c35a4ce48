"""States of a school's filing of its use of an app (使用者备案), and what can happen to it."""

from __future__ import annotations

from enum import StrEnum


class UserState(StrEnum):
    """Where a school's filing stands."""

    DRAFT = "draft"
    UNDER_REVIEW = "under_review"
    RETURNED = "returned_for_correction"
    FILED = "filed"
    REFUSED = "refused"
    CHANGE_REQUESTED = "change_requested"
    """In force as filed; a change of it waits for a decision."""
    INVALID = "invalid"
    """The filing of the app it rests on is suspended or has ended."""
    ENDED = "ended"
    """The school no longer uses the app."""
    WITHDRAWN = "withdrawn"


class UserEvent(StrEnum):
    """What can happen to it."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REQUEST_CHANGE = "request_change"
    APPROVE_CHANGE = "approve_change"
    REFUSE_CHANGE = "refuse_change"
    INVALIDATE = "invalidate"
    REINSTATE = "reinstate"
    END = "end"


USER_FINAL = frozenset({UserState.REFUSED, UserState.ENDED, UserState.WITHDRAWN})
"""States that nothing leaves."""
USER_OVER = USER_FINAL | {UserState.INVALID}
"""States beside which the school may file its use of the app anew."""
USER_EDITABLE = frozenset({UserState.DRAFT, UserState.RETURNED})
"""States in which the document may be changed."""
IN_USE = frozenset({UserState.FILED, UserState.CHANGE_REQUESTED})
"""States in which the school's use of the app is on record."""
