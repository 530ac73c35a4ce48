"""What a step of a filing brings about, beside the new state and the entry in the trail."""

from __future__ import annotations

from sqlmodel import Session

from registry_api.db import now
from registry_api.filings import bans, changes, corrections, systems
from registry_api.filings.machine import Step
from registry_api.filings.models import Filing
from registry_api.filings.numbers import next_number
from registry_api.filings.user_cascade import invalidate_users, reinstate_users
from registry_api.kit.china import today
from registry_api.kit.workdays import count
from registry_api.organizations.models import App
from registry_api.reviews import cases
from registry_api.reviews.terms import length_of

__all__ = ["invalidate_users", "reinstate_users"]


def note_submission(session: Session, filing: Filing, step: Step) -> None:
    """Note who handed in and when; the clock of the review runs, from now or on."""
    corrections.note_answers(session, filing, step, filing.document, filing_id=filing.id)
    filing.submitted_at = now()
    filing.submitted_by = step.key_id
    filing.corrections = []
    filing.rounds += 1
    cases.open_case(session, "filing", filing, state="waiting", filing_id=filing.id)


def open_review(session: Session, filing: Filing, _step: Step) -> None:
    """Let reviewers decide."""
    cases.set_open(session, "filing", filing_id=filing.id)


def note_corrections(session: Session, filing: Filing, step: Step) -> None:
    """Put the items on record and stop the clock."""
    change = changes.pending(session, filing)
    filing.corrections = [dict(item) for item in step.corrections]
    document = change.document if change else filing.document
    corrections.raise_items(session, filing, step, document, filing_id=filing.id)
    cases.pause(session, "change" if change else "filing", filing_id=filing.id)


def note_decision(_session: Session, filing: Filing, step: Step) -> None:
    """Note who decided, when and why."""
    filing.decided_at = now()
    filing.decided_by = step.key_id
    filing.decision_reason = step.reason or None


def close_review(session: Session, filing: Filing, step: Step) -> None:
    """End the case of the filing."""
    corrections.settle(session, step, filing_id=filing.id)
    filing.corrections = []
    cases.close(
        session, "filing", "decided" if step.key_id != filing.submitted_by else "withdrawn", filing_id=filing.id
    )


def give_number(session: Session, filing: Filing, _step: Step) -> None:
    """Give the number, once: a filing that is restored gets no second one."""
    if filing.number is None:
        filing.number = next_number(session, filing.province)
        filing.filed_at = now()


def follow_document(session: Session, filing: Filing, _step: Step) -> None:
    """Let the app's name and the business system follow the document in force."""
    name = str((filing.document.get("app") or {}).get("name") or "").strip()
    app = session.get(App, filing.app_id)
    if app is not None and name and app.name != name:
        app.name = name[:300]
        app.search = "\n".join([name.lower(), *app.search.split("\n")[1:]])[:4000]
        session.add(app)
    systems.link(session, filing)


def open_change(session: Session, filing: Filing, step: Step) -> None:
    """Let the clock of the change run."""
    change = changes.pending(session, filing)
    if change is not None:
        corrections.note_answers(session, filing, step, change.document, filing_id=filing.id)
    filing.corrections = []
    cases.open_case(session, "change", filing, filing_id=filing.id)


def take_over_change(session: Session, filing: Filing, step: Step) -> None:
    """Put the changed document in force."""
    changes.settle(session, filing, step, "approved")
    corrections.settle(session, step, filing_id=filing.id)
    filing.corrections = []
    cases.close(session, "change", "approved", filing_id=filing.id)


def refuse_change(session: Session, filing: Filing, step: Step) -> None:
    """Leave what is filed as it is."""
    _drop_change(session, filing, step, "refused")


def withdraw_change(session: Session, filing: Filing, step: Step) -> None:
    """Leave what is filed as it is, as the provider wishes."""
    _drop_change(session, filing, step, "withdrawn")


def lapse(session: Session, filing: Filing, step: Step) -> None:
    """End a change and a re-audit that a measure has overtaken."""
    _drop_change(session, filing, step, "lapsed")
    cases.close(session, "reaudit", "lapsed", filing_id=filing.id)


def _drop_change(session: Session, filing: Filing, step: Step, state: str) -> None:
    changes.settle(session, filing, step, state)
    corrections.settle(session, step, filing_id=filing.id)
    filing.corrections = []
    cases.close(session, "change", state, filing_id=filing.id)


def set_rectification(session: Session, filing: Filing, step: Step) -> None:
    """Set the day by which it is to be mended: as ordered, else the usual number of working days."""
    if step.due_on is not None:
        filing.rectify_by, filing.rectify_provisional = step.due_on, False
    else:
        due = count(session, today(), length_of(session, "rectification", filing.province))
        filing.rectify_by, filing.rectify_provisional = due.on, due.provisional
    cases.close(session, "reaudit", "rejected", filing_id=filing.id)


def note_report(session: Session, filing: Filing, step: Step) -> None:
    """Note that the provider reports it as mended; the clock of the re-audit runs."""
    filing.reported_at = now()
    filing.submitted_by = step.key_id
    cases.open_case(session, "reaudit", filing, filing_id=filing.id)


def end_rectification(session: Session, filing: Filing, step: Step) -> None:
    """End the order; what was changed in the document along with it is in force."""
    filing.rectify_by, filing.rectify_provisional = None, False
    changes.settle(session, filing, step, "approved")
    cases.close(session, "reaudit", "confirmed", filing_id=filing.id)


def end_order(_session: Session, filing: Filing, _step: Step) -> None:
    """End the order to rectify: another measure has taken its place."""
    filing.rectify_by, filing.rectify_provisional = None, False


def impose_ban(session: Session, filing: Filing, step: Step) -> None:
    """Bar the app and its provider from filing anew."""
    bans.impose(session, filing, step.reason)
