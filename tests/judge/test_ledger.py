import pytest

from analyzer.judge import make_ledger


@pytest.fixture
def ledger(catalogue):
    return lambda facts: {row.data: row for row in make_ledger(facts, catalogue)}


def test_a_row_joins_all_channels(build, ledger):
    row = ledger(build.facts(
        static=build.static(permissions=(build.permission("READ_PHONE_STATE"),), accesses=(build.access("device.imei", actor="sdk:jpush"), build.access("device.imei"))),
        policy=build.policy(*build.said("device.imei")),
        filing=build.filing(),
        traffic=build.traffic(build.sent("device.imei", phase="before_consent", recipient="sdk:jpush")),
    ))["device.imei"]  # fmt: skip
    assert (row.declared, row.permitted, row.present, row.observed, row.observed_before_consent) == (
        True,
        True,
        True,
        True,
        True,
    )
    assert (row.necessary, row.category) == (False, "A11")
    assert row.actors == ("app", "sdk:jpush")
    assert row.recipients == ("sdk:jpush",)


def test_channels_that_were_not_examined_are_unknown(build, ledger):
    row = ledger(build.facts(traffic=build.traffic(build.sent("contacts"))))["contacts"]
    unknown = (row.necessary, row.declared, row.permitted, row.present, row.reachable, row.before_consent)
    assert unknown == (None,) * 6
    assert row.observed is True


def test_the_39_type_rule_says_what_is_necessary(build, ledger):
    facts = build.facts(filing=build.filing(personal_data=("phone_number", "contacts")))
    rows = ledger(facts)
    assert rows["phone_number"].necessary is True
    assert rows["contacts"].necessary is False
    untyped = ledger(build.facts(filing=build.filing(app_types=(), personal_data=("phone_number",))))
    assert untyped["phone_number"].necessary is None
    assert (
        ledger(build.facts(filing=build.filing(app_types=(27,), personal_data=("phone_number",))))[
            "phone_number"
        ].necessary
        is False
    )


def test_a_weak_access_never_makes_a_row(build, ledger):
    assert ledger(build.facts(static=build.static(accesses=(build.access("contacts", weak="picker"),)))) == {}


def test_what_the_vendor_says_of_an_sdk_never_makes_a_row(build, ledger):
    assert ledger(build.facts(static=build.static(sdks=(build.sdk(collects=("device.imei",)),)))) == {}


def test_an_unsure_pattern_neither_observes_nor_denies(build, ledger):
    rows = ledger(build.facts(traffic=build.traffic(build.sent("device.imei", proof="pattern", sure="?"))))
    assert "device.imei" not in rows


def test_absence_needs_complete_coverage(build, ledger):
    for complete, expected in ((True, False), (False, None)):
        facts = build.facts(static=build.static(permissions=(build.permission("READ_CONTACTS"),), complete=complete))
        row = ledger(facts)["contacts"]
        assert (row.present, row.reachable, row.before_consent, row.permitted) == (expected, expected, expected, True)


def test_code_without_chains_is_present_and_its_reach_unknown(build, ledger):
    row = ledger(build.facts(static=build.static(accesses=(build.access("camera"),))))["camera"]
    assert (row.present, row.reachable, row.before_consent) == (True, None, None)


def test_levels_of_reach(build, ledger):
    facts = build.facts(
        static=build.static(
            accesses=(
                build.access("camera", level="reachable"),
                build.access("contacts"),
                build.access("device.oaid", level="before_consent"),
            )
        )
    )
    rows = ledger(facts)
    assert (rows["camera"].reachable, rows["camera"].before_consent) == (True, False)
    assert (rows["contacts"].reachable, rows["contacts"].before_consent) == (False, False)
    assert (rows["device.oaid"].reachable, rows["device.oaid"].before_consent) == (True, True)


@pytest.mark.parametrize(("changes", "expected"), [({}, False), ({"profile": None}, None), ({"flows": 0}, None)])
def test_not_seen_in_traffic_is_known_only_when_it_was_looked_for(build, ledger, changes, expected):
    facts = build.facts(filing=build.filing(personal_data=("contacts",)), traffic=build.traffic(**changes))
    row = ledger(facts)["contacts"]
    assert row.observed is expected
    assert row.observed_before_consent is expected


@pytest.mark.parametrize(("phase", "marks", "expected"), [
    ("before_consent", ("agreed",), True), ("refused", ("refused",), True), ("after_consent", ("agreed",), False), ("unknown", (), None),
])  # fmt: skip
def test_consent_comes_from_the_marks(build, ledger, phase, marks, expected):
    row = ledger(build.facts(traffic=build.traffic(build.sent("device.oaid", phase=phase), marks=marks)))["device.oaid"]
    assert row.observed_before_consent is expected


def test_a_general_word_or_a_foreign_policy_leaves_declared_open(build, ledger):
    sent = build.traffic(build.sent("device.oaid"))
    general = build.policy(*build.said("device.oaid", general=True))
    for policy, expected in (
        (general, None),
        (build.policy(language="other"), None),
        (build.policy(), False),
        (build.policy(*build.said("device.oaid", negated=True)), False),
    ):
        assert ledger(build.facts(traffic=sent, policy=policy))["device.oaid"].declared is expected


def test_data_of_children_are_sensitive(build, ledger):
    for stages, expected in ((("primary",), True), (("higher",), False)):
        filing = build.filing(stages=stages, personal_data=("device.model",))
        assert ledger(build.facts(filing=filing))["device.model"].sensitive is expected


def test_data_that_need_no_permission_are_not_permitted_or_forbidden(build, ledger):
    rows = ledger(build.facts(static=build.static(accesses=(build.access("device.oaid"),))))
    assert rows["device.oaid"].permitted is None
