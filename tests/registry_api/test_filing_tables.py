"""Every (state, event, role) is tried, random walks keep the invariants, and the page of the documentation is in step."""

from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from registry_api.accounts.access import Role
from registry_api.audits.models import AuditRun
from registry_api.db import now
from registry_api.errors import RegistryError
from registry_api.filings import changes
from registry_api.filings.bans import in_force
from registry_api.filings.machine import Step
from registry_api.filings.models import Filing
from registry_api.filings.printing import lines, markdown
from registry_api.filings.states import FINAL, IN_FORCE, Event, State
from registry_api.filings.transitions import TRANSITIONS, apply
from registry_api.filings.user_states import UserEvent, UserState
from registry_api.filings.user_transitions import USER_MACHINE, USER_TRANSITIONS
from registry_api.organizations.models import App, AppVersion, Organization
from registry_api.trail.chain import verify
from registry_api.trail.models import TrailEntry

ROLES = [*(role.value for role in Role), "system"]


def test_the_documentation_holds_the_tables_as_they_are():
    page = (Path(__file__).parents[2] / "docs" / "filing.md").read_text(encoding="utf-8")
    assert page.endswith(markdown()), "run: eduaudit registry transitions --markdown, into docs/filing.md"
    assert sum(" → " in line for line in lines()) == len(TRANSITIONS) + len(USER_TRANSITIONS)


def test_every_triple_of_a_school_s_filing_is_in_the_table_or_refused():
    table = {(item.source, item.event): item for item in USER_TRANSITIONS}
    assert len(table) == len(USER_TRANSITIONS)
    for state in UserState:
        for event in UserEvent:
            for role in ROLES:
                edge = table.get((state, event))
                if edge and role in edge.roles:
                    assert USER_MACHINE.find(state, event, role) is edge
                    continue
                with pytest.raises(RegistryError) as refused:
                    USER_MACHINE.find(state, event, role)
                assert refused.value.slug == ("forbidden" if edge else "illegal-transition")


@pytest.mark.parametrize("table", [TRANSITIONS, USER_TRANSITIONS])
def test_no_way_leads_into_filed_but_from_a_review_or_what_was_filed_before(table):
    """Take the approvals out of the table: nothing that can be reached without them has ever been filed."""
    reached, edge = {"draft"}, True
    while edge:
        edge = next(
            (
                item
                for item in table
                if item.source in reached and item.target not in reached and item.event != "approve"
            ),
            None,
        )
        if edge:
            reached.add(edge.target)
    assert "under_review" in reached
    assert not reached & {"filed", "suspended", "revoked", "delisted", "cancelled", "invalid", "change_requested"}


class Walk(RuleBasedStateMachine):
    """One app: random steps of random people, legal and not."""

    registry = None
    serial = 0
    reached: ClassVar = set()
    way: ClassVar = ()
    """Events by which each walk begins: chance alone does not always come as far as the later states."""

    @initialize()
    def begin(self):
        Walk.serial += 1
        self.transitions = 0
        self.number = None
        with self.registry.database.write() as session:
            moment = now()
            unit = Organization(name="u", uscc=f"U{Walk.serial:017d}", province="31", created_at=moment)
            session.add(unit)
            session.flush()
            app = App(
                package=f"cn.w{Walk.serial}.a", name="n", organization_id=unit.id, province="31", created_at=moment
            )
            session.add(app)
            session.flush()
            version = AppVersion(
                app_id=app.id, artifact_sha256="0" * 64, artifact_name="a", artifact_size=1, created_at=moment
            )
            session.add(version)
            session.flush()
            app.current_version_id = version.id
            filing = Filing(
                app_id=app.id,
                organization_id=unit.id,
                province="31",
                state="draft",
                document={"system": {"name": "s"}, "app": {"name": "n"}},
                facts={"icp": "x", "mlps": "y"},
                created_at=moment,
                updated_at=moment,
            )
            session.add(filing)
            session.flush()
            self.app, self.unit, self.version, self.filing = app.id, unit.id, version.id, filing.id
        for event in self.way:
            with self.registry.database.read() as session:
                state = session.get(Filing, self.filing).state
            (edge,) = [item for item in TRANSITIONS if (item.source, item.event) == (state, event)]
            self.step(event, min(edge.roles), None, "r", (), audit=True, change=True, legal=None)
            self.everything_holds()

    @rule(
        event=st.sampled_from(list(Event)),
        role=st.sampled_from(ROLES),
        key=st.sampled_from(["k1", "k2", None]),
        reason=st.sampled_from(["", "r"]),
        items=st.sampled_from([(), ({"field": "/app/name", "problem": "p"},)]),
        audit=st.booleans(),
        change=st.booleans(),
        legal=st.one_of(st.none(), st.integers(0, 1000), st.integers(0, 1000)),
    )
    def step(self, event, role, key, reason, items, audit, change, legal):
        if legal is not None:
            event, role, reason, items, audit, change = self.likely(legal, event, role, reason, items)
        table = {(item.source, item.event): item for item in TRANSITIONS}
        with self.registry.database.read() as session:
            filing = session.get(Filing, self.filing)
            before = (filing.state, filing.number, filing.version)
        refused = None
        try:
            with self.registry.database.write() as session:
                filing = session.get(Filing, self.filing)
                if audit:
                    self.count = getattr(self, "count", 0) + 1
                    session.add(
                        AuditRun(
                            id=f"{self.filing}-{self.count}",
                            app_id=self.app,
                            app_version_id=self.version,
                            kind="manual",
                            state="succeeded",
                            enqueued_at=now(),
                            requested_at=now(),
                        )
                    )
                if change and filing.state in {State.FILED, State.CHANGE_RETURNED}:
                    changes.propose(
                        session, filing, {"app": {"name": "m"}}, {"icp": "x", "mlps": "y"}, reason="", by=key
                    )
                replies = tuple((item.id, "done") for item in _open(session, self.filing)) if event in _HAND_IN else ()
                apply(session, filing, event, Step("someone", role, key, reason, items, replies))
                self.transitions += 1
        except RegistryError as error:
            refused = error
        with self.registry.database.read() as session:
            filing = session.get(Filing, self.filing)
            edge = table.get((State(before[0]), event))
            if refused is None:
                assert edge is not None
                assert role in edge.roles
                assert filing.state == edge.target
                Walk.reached.add(filing.state)
            else:
                assert (filing.state, filing.number) == before[:2]
                if edge is None:
                    assert refused.slug == "illegal-transition"
                elif role not in edge.roles:
                    assert refused.slug == "forbidden"

    def likely(self, legal, event, role, reason, items):
        """Turn a random step into one that has a chance: aimless ones seldom come past the first states."""
        with self.registry.database.read() as session:
            state = session.get(Filing, self.filing).state
        edges = [item for item in TRANSITIONS if item.source == state]
        if legal % 10:
            edges = [item for item in edges if item.event not in _ENDS]
        if edges:
            edge = edges[legal % len(edges)]
            event, role = edge.event, sorted(edge.roles)[legal % len(edge.roles)]
            if event in {Event.RETURN, Event.REJECT_ARTIFACT, Event.RETURN_CHANGE}:
                items = ({"field": "/app/name", "problem": "p"},)
        return event, role, reason or "r", items, True, True

    @invariant()
    def everything_holds(self):
        if not hasattr(self, "filing"):
            return
        with self.registry.database.read() as session:
            filing = session.get(Filing, self.filing)
            acts = session.exec(
                select(TrailEntry)
                .where(TrailEntry.object_kind == "filing", TrailEntry.object_id == str(self.filing))
                .order_by(col(TrailEntry.seq))
            ).all()
            assert len(acts) == self.transitions, "each step is one entry of the trail"
            places = ["draft", *(row.payload["to"] for row in acts)]
            assert [row.payload["from"] for row in acts] == places[:-1]
            approved = [row for row in acts if row.action == "filing.approve"]
            assert len(approved) <= 1
            assert all(row.payload["from"] == "under_review" for row in approved)
            assert (filing.number is not None) == bool(approved), "a number comes with an approval and never goes"
            if filing.number is not None:
                assert self.number in {None, filing.number}, "a number is given once"
                self.number = filing.number
            if State(filing.state) in IN_FORCE:
                assert approved
            banned = in_force(session, app_id=self.app, organization_id=self.unit) is not None
            assert banned == (filing.state == State.REVOKED)
            assert (changes.pending(session, filing) is None) or State(filing.state) not in FINAL

    def teardown(self):
        with self.registry.database.read() as session:
            assert verify(session).broken_at is None


_ENDS = {Event.WITHDRAW, Event.REFUSE, Event.CANCEL, Event.REJECT_ARTIFACT}
_HAND_IN = {Event.SUBMIT, Event.RESUBMIT_CHANGE}


def _open(session, filing_id):
    from registry_api.filings.corrections import open_items

    return open_items(session, filing_id=filing_id)


_FILED = (Event.SUBMIT, Event.BEGIN_PRECHECK, Event.FINISH_PRECHECK, Event.APPROVE)
WAYS = (
    (),
    _FILED,
    (*_FILED, Event.REQUEST_CHANGE),
    (*_FILED, Event.ORDER_RECTIFICATION, Event.REPORT_RECTIFIED),
    (*_FILED, Event.SUSPEND, Event.REVOKE),
)


def test_random_walks_keep_numbers_trail_and_bans_right(registry):
    Walk.registry = registry
    for way in WAYS:
        Walk.way = way
        run_state_machine_as_test(
            Walk,
            settings=settings(
                max_examples=2,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    assert {"filed", "change_requested", "rectification", "reaudit", "suspended", "revoked"} <= Walk.reached
