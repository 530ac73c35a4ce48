import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry_api.errors import RegistryError
from registry_api.filings.transitions import FINAL, TRANSITIONS, UNDER_SUPERVISION, Event, State, find

ROLES = ["vendor", "reviewer", "supervisor", "auditor", "admin", "system"]
steps = st.lists(st.tuples(st.sampled_from(list(Event)), st.sampled_from(ROLES)), max_size=30)


def walk(path):
    """Follow the steps that are legal; return the (state, event) pairs taken and the last state."""
    state, taken = State.DRAFT, []
    for event, role in path:
        try:
            edge = find(state, event, role)
        except RegistryError:
            continue
        taken.append((state, event, role))
        state = edge.target
    return taken, state


@given(steps)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_no_path_is_filed_without_a_review_and_an_approval_by_a_reviewer(path):
    taken, state = walk(path)
    if state in {State.FILED, State.SUSPENDED, State.REVOKED}:
        approvals = [(source, role) for source, event, role in taken if event is Event.APPROVE]
        assert approvals
        assert all(source is State.UNDER_REVIEW and role in {"reviewer", "supervisor"} for source, role in approvals)
        assert (State.PRECHECK, Event.FINISH_PRECHECK, "system") in taken


@given(steps)
def test_nothing_leaves_a_final_state(path):
    taken, _ = walk(path)
    assert not {source for source, _, _ in taken} & FINAL


def test_every_pair_and_role_is_either_in_the_table_or_refused():
    table = {(item.source, item.event): item for item in TRANSITIONS}
    assert len(table) == len(TRANSITIONS)
    for state in State:
        for event in Event:
            for role in ROLES:
                edge = table.get((state, event))
                if edge and role in edge.roles:
                    assert find(state, event, role) is edge
                    continue
                with pytest.raises(RegistryError) as refused:
                    find(state, event, role)
                assert refused.value.slug == ("forbidden" if edge else "illegal-transition")


def test_every_state_can_be_reached_and_supervision_covers_what_is_neither_draft_nor_ended():
    assert {item.target for item in TRANSITIONS} | {State.DRAFT} == set(State)
    assert set(State) == UNDER_SUPERVISION | FINAL | {State.DRAFT}


def test_auditor_and_vendor_decide_nothing():
    decisions = {Event.APPROVE, Event.REFUSE, Event.RETURN, Event.SUSPEND, Event.RESTORE, Event.REVOKE}
    assert not [
        item
        for item in TRANSITIONS
        if item.event in decisions and item.roles & {"auditor", "vendor", "admin", "system"}
    ]


def test_the_key_that_submitted_may_not_decide(monkeypatch):
    from types import SimpleNamespace

    from registry_api.filings import guards
    from registry_api.filings.guards import needs_four_eyes
    from registry_api.filings.transitions import Step

    monkeypatch.setattr(guards, "pending", lambda _session, _filing: None)
    filing = SimpleNamespace(submitted_by="k1")
    assert needs_four_eyes(None, filing, Step("key:k1", "reviewer", "k1")).code == "four_eyes"
    assert needs_four_eyes(None, filing, Step("key:k2", "reviewer", "k2")) is None
    decisions = {Event.APPROVE, Event.REFUSE, Event.APPROVE_CHANGE, Event.REFUSE_CHANGE, Event.CONFIRM_RECTIFIED}
    for edge in TRANSITIONS:
        assert (needs_four_eyes in edge.guards) == (edge.event in decisions)
