"""Code that is in the package and accuses nobody: of libraries, of services that are not offered, of system permissions."""

from dataclasses import replace

import pytest

from analyzer.judge import judge

RULES = (
    "NECESSITY.PRESENT",
    "DISCLOSURE.DATA_PRESENT_NOT_DECLARED",
    "FILING.DATA_UNDECLARED",
)
LIBRARY = "Landroidx/core/app/RemoteInput;->a()V"
PREFIX = "android.permission."


def reading(b, data, *, actor, caller, permissions=(), **more):
    static = b.static(
        accesses=(b.access(data, actor=actor, caller=caller, level="before_consent"),),
        permissions=tuple(b.permission(name) for name in permissions),
        **more,
    )
    return b.facts(static=static, policy=b.policy(), filing=b.filing(functions=()))


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("actor", "caller"), [("app", "Lcn/a/B;->c()V"), ("unknown", "La/a;->a()V"), ("sdk:jpush", "Lcn/jpush/A;->a()V")]
)
def test_reads_of_the_app_of_unknown_code_and_of_sdks_accuse(build, rules_of, rule, actor, caller):
    found = rules_of(reading(build, "clipboard", actor=actor, caller=caller))
    assert f"[{actor}]" in found[rule, "clipboard"].evidence[0].where
    assert f"[{actor}]" in found["CONSENT.CODE_BEFORE", f"{actor}/A10"].evidence[0].where


@pytest.mark.parametrize("actor", ["sdk:androidx", "sdk:okhttp", "sdk:kotlin-stdlib"])
def test_code_of_a_library_that_collects_nothing_accuses_nobody_and_stays_in_the_ledger(build, catalogue, actor):
    judgement = judge(reading(build, "clipboard", actor=actor, caller=LIBRARY), catalogue)
    assert not [row for row in judgement.findings if row.subject in {"clipboard", f"{actor}/A10"}]
    (row,) = (row for row in judgement.ledger if row.data == "clipboard")
    assert (row.present, row.actors) == (True, (actor,))


def test_unchangeable_identifiers_in_a_library_accuse_nobody(build, rules_of):
    def found(actor):
        facts = reading(build, "device.imei", actor=actor, caller=LIBRARY, permissions=["READ_PHONE_STATE"])
        return ("IDENTIFIERS.UNCHANGEABLE", "device.imei") in rules_of(facts)

    assert found("app")
    assert not found("sdk:androidx")


def test_beside_a_read_of_the_app_the_library_is_no_evidence(build, rules_of):
    rows = (build.access("clipboard"), build.access("clipboard", actor="sdk:androidx", caller=LIBRARY))
    finding = rules_of(build.facts(static=build.static(accesses=rows)))["NECESSITY.PRESENT", "clipboard"]
    assert [item.where for item in finding.evidence] == ["Lcn/example/study/A;->a()V [app]"]


def test_a_plugin_that_hands_data_to_the_app_is_not_passed_over(build, rules_of):
    plugin = "Lorg/apache/cordova/contacts/ContactManager;->search()V"
    facts = reading(build, "contacts", actor="sdk:cordova", caller=plugin, permissions=["READ_CONTACTS"])
    assert ("NECESSITY.PRESENT", "contacts") in rules_of(facts)


def test_code_that_looks_for_its_own_service_is_passed_over_in_its_sdk_only(build, rules_of):
    caller = "Lcom/google/android/gms/common/GoogleApiAvailability;->zag()V"
    watching = reading(build, "installed_apps", actor="sdk:gms-base", caller=caller)
    assert ("NECESSITY.PRESENT", "installed_apps") not in rules_of(watching)
    other = caller.replace("GoogleApiAvailability", "Other")
    assert ("NECESSITY.PRESENT", "installed_apps") in rules_of(
        reading(build, "installed_apps", actor="sdk:gms-base", caller=other)
    )


def test_permissions_that_only_libraries_or_the_system_need_are_not_missing(build, rules_of):
    def found(name, *users):
        row = build.permission(name, declared=False, used=True, used_by=users, level="dangerous")
        return ("PERMISSIONS.USED_UNDECLARED", "manifest") in rules_of(
            build.facts(static=build.static(permissions=(row,)))
        )

    assert found("ACCESS_FINE_LOCATION", "app", "sdk:androidx")
    assert not found("ACCESS_FINE_LOCATION", "sdk:androidx")
    assert not found("BIND_ACCESSIBILITY_SERVICE", "app")


def special(b, rules_of, *, asked, offered):
    name = PREFIX + "BIND_ACCESSIBILITY_SERVICE"
    static = b.static(
        permissions=(b.permission(name, special=True, level="signature"),) if asked else (),
        components=(b.component("service", "cn.a.S", permission=name),) if offered else (),
    )
    return rules_of(b.facts(static=static))["PERMISSIONS.SPECIAL", name]


def test_a_service_that_demands_a_system_permission_offers_it_and_does_not_hold_it(build, rules_of):
    offered = special(build, rules_of, asked=False, offered=True)
    assert "does not hold" in offered.explanation.en
    assert "未持有" in offered.explanation.zh
    assert offered.severity.value == "medium"
    assert "does not hold" in special(build, rules_of, asked=True, offered=True).explanation.en


def test_a_system_permission_without_a_service_works_for_nobody(build, rules_of):
    finding = special(build, rules_of, asked=True, offered=False)
    assert finding.severity.value == "low"
    assert "only the system gets" in finding.explanation.en


def test_a_listener_in_the_manifest_is_in_reach_though_no_permission_is_asked_for(build, rules_of):
    listener = build.component("service", "cn.a.S", permission=PREFIX + "BIND_NOTIFICATION_LISTENER_SERVICE")
    caller = "Lcn/a/S;->onNotificationPosted()V"
    offered = reading(build, "notifications", actor="app", caller=caller, components=(listener,))
    assert ("NECESSITY.PRESENT", "notifications") in rules_of(offered)
    assert ("NECESSITY.PRESENT", "notifications") not in rules_of(
        reading(build, "notifications", actor="app", caller=caller)
    )


def test_a_word_list_weighs_less_than_words_in_texts(build, rules_of):
    def found(*places):
        words = tuple(
            replace(build.string("vulgar", f"词{number}"), found_in=place) for number, place in enumerate(places)
        )
        return rules_of(build.facts(static=build.static(strings=words)))["CONTENT.VULGAR", "vulgar"].severity.value

    assert found("a.json", "b.json", "c.json") == "medium"
    assert found(*["dictionary.txt"] * 6) == "low"
