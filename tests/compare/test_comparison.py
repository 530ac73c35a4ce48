"""What two reports differ in, and what may be said of it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import both, hostile_report

from analyzer.compare import Version, compare
from analyzer.model import (
    Access,
    App,
    Component,
    Coverage,
    CoverageReason,
    Endpoint,
    Finding,
    FindingEvidence,
    ManifestFlags,
    Permission,
    PermissionRequest,
    ReportArtifact,
    Sdk,
    SdkEvidence,
    Severity,
    Signer,
    Status,
    Summary,
)

FULL = Coverage(complete=True, entries=3)
PARTIAL = Coverage(complete=False, entries=3, reasons=(CoverageReason(code="packed", detail="x"),))
EMPTY = {
    "coverage": FULL,
    "flags": ManifestFlags(),
    "app": App(package="cn.example", version_code=1, version_name="1"),
    **dict.fromkeys(
        (
            "components", "permissions", "sdks", "accesses", "permission_requests", "endpoints", "packers", "anomalies",
            "strings", "transmissions", "not_analysed", "declarations", "policy_points", "ledger", "findings",
        ),
        (),
    ),
}  # fmt: skip
CHANNELS = {"static": True, "policy": False, "filing": False, "traffic": False}


def version(rules="r", sha="a", channels=None, **values):
    made = hostile_report(**{**EMPTY, **values})
    summary = Summary(findings={}, verdict="suspected", channels={**CHANNELS, **(channels or {})}, human=())
    artifact = ReportArtifact(format="apk", sha256=sha * 64, size=1, name="x.apk")
    return Version(replace(made, summary=summary, artifact=artifact), "package", rules)


def diff(old, new):
    return compare(old, new, tool="0")


def rows(old, new, area):
    return [row for row in diff(old, new).differences if row.area == area]


def read(actor="app", level="present", data="device.imei", api="Landroid/x/A;->b()V", caller="La/B;->c()V", **more):
    return Access(data=data, api=api, caller=caller, actor=actor, level=level, chain=(), **more)


def sdk(version="1.0", confidence="certain", kind="component", identity="x"):
    evidence = (SdkEvidence(kind=kind, value="cn.x"),)
    return Sdk(
        id=identity, name="某", vendor="v", category="push", version=version, confidence=confidence, evidence=evidence, collects=()
    )  # fmt: skip


def permission(name="android.permission.CAMERA", level="dangerous"):
    return Permission(
        name=name, group=None, level=level, special=False, max_sdk=None, declared=True, used=None, used_by=(), justified_by=()
    )  # fmt: skip


def finding(rule="R", subject="s", severity=Severity.HIGH, status=Status.SUSPECTED, kind="access", waived=None):
    return Finding(
        rule=rule, severity=severity, status=status, title=both("题", "t"), explanation=both("", ""), advice=both("", ""),
        clauses=(), subject=subject, evidence=(FindingEvidence(kind=kind, where="w", excerpt=""),), fingerprint=subject, waived=waived,
    )  # fmt: skip


def signer(key, schemes=("v2",), verified=True):
    return Signer(sha256=key * 64, md5=key * 32, subject=f"CN={key}", schemes=schemes, verified=verified)


# --- what is gone and what was only not seen


def test_nothing_is_gone_from_a_version_that_was_not_read_in_full():
    old = version(sdks=(sdk(),), accesses=(read(),), endpoints=(host(),), findings=(finding(),))
    kinds = {row.area: row.kind for row in diff(old, version(coverage=PARTIAL)).differences}
    assert {kinds[name] for name in ("sdks", "accesses", "endpoints", "findings")} == {"not_seen"}
    kinds = {row.area: row.kind for row in diff(old, version()).differences}
    assert {kinds[name] for name in ("sdks", "accesses", "endpoints", "findings")} == {"gone"}


def test_what_an_unread_old_version_may_have_had_is_first_seen_and_not_new():
    new = version(sdks=(sdk(),), accesses=(read(),))
    assert {row.kind for row in diff(version(coverage=PARTIAL), new).differences if row.area != "coverage"} == {
        "first_seen"
    }
    assert {row.kind for row in diff(version(), new).differences} == {"new"}


def test_the_manifest_is_read_even_where_the_code_is_not():
    assert rows(version(permissions=(permission(),)), version(coverage=PARTIAL), "permissions")[0].kind == "gone"


def test_a_finding_of_a_channel_that_was_not_examined_is_not_gone():
    old = version(channels={"policy": True}, findings=(finding(kind="policy"),))
    (row,) = rows(old, version(), "findings")
    assert (row.kind, row.because) == ("not_seen", ("channel",))


def test_less_can_be_seen_is_itself_to_be_looked_at_first():
    row = rows(version(), version(coverage=PARTIAL), "coverage")[0]
    assert (row.subject, row.direction, row.weight) == ("complete", "down", "high")


# --- names of classes


def test_callers_and_libraries_without_a_rule_may_have_other_names():
    old = version(accesses=(read("lib:a.b", caller="La/b/X;->a()V"), read("unknown", data="device.mac")))
    new = version(accesses=(read("lib:c.d", caller="Lc/d/Y;->q()V"), read("lib:e.f", data="device.mac")))
    assert diff(old, new).differences == ()
    assert diff(old, new).summary.renamed == 2


def test_code_of_the_app_under_the_readable_name_of_another_is_said():
    (row,) = rows(version(accesses=(read(),)), version(accesses=(read("lib:com.other"),)), "accesses")
    assert [(one.field, one.old, one.new) for one in row.changes] == [("actor", "app", "lib:com.other")]


def test_an_sdk_whose_reads_are_in_obfuscated_code_now_is_perhaps_only_renamed():
    old = version(sdks=(sdk(kind="code"),), accesses=(read("sdk:x"),))
    (row,) = rows(old, version(accesses=(read("unknown"),)), "sdks")
    assert (row.kind, row.because) == ("not_seen", ("names_hidden",))


def test_one_of_two_equal_reads_less_is_a_change():
    old = version(accesses=(read(caller="La;->a()V"), read(caller="La;->b()V")))
    (row,) = rows(old, version(accesses=(read(caller="Lz;->z()V"),)), "accesses")
    assert [(one.field, one.old, one.new) for one in row.changes] == [("sites.present", "2", "1")]


def test_components_with_obfuscated_names_are_told_by_what_they_do():
    old = version(components=(Component(kind="service", name="cn.x.Sync", exported=False, actions=("a",)),))
    new = version(components=(Component(kind="service", name="a.b.c", exported=False, actions=("a",)),))
    assert diff(old, new).differences == ()
    opened = version(components=(Component(kind="service", name="a.b.c", exported=True, actions=("a",)),))
    assert {row.kind for row in rows(old, opened, "components")} == {"new", "gone"}


# --- levels


@pytest.mark.parametrize(
    ("before", "after", "direction", "weight"),
    [
        ("present", "reachable", "up", "low"),
        ("reachable", "before_consent", "up", "high"),
        ("before_consent", "present", "down", "info"),
    ],
)
def test_a_read_that_comes_sooner_is_graver(before, after, direction, weight):
    (row,) = rows(version(accesses=(read(level=before),)), version(accesses=(read(level=after),)), "accesses")
    assert (row.kind, row.direction, row.weight) == ("changed", direction, weight)
    assert (row.changes[0].old, row.changes[0].new) == (before, after)


def test_a_consent_flag_that_is_tested_now_is_a_lower_level():
    old = version(accesses=(read(level="before_consent"),))
    new = version(accesses=(read(level="before_consent", doubt="consent_guard"),))
    assert rows(old, new, "accesses")[0].direction == "down"


def test_a_chain_that_an_incomplete_version_does_not_show_is_not_seen_rather_than_lower():
    old, new = version(accesses=(read(level="before_consent"),)), version(accesses=(read(),), coverage=PARTIAL)
    (row,) = rows(old, new, "accesses")
    assert (row.kind, row.because) == ("not_seen", ("chains",))


def test_levels_are_not_compared_where_a_side_has_no_chains():
    old = version(accesses=(read(level="before_consent"),))
    new = version(accesses=(read(),), coverage=Coverage(complete=True))
    assert rows(old, new, "accesses") == []
    assert [note.code for note in diff(old, new).notes] == ["same_file", "chains_missing"]


def test_asking_before_consent_now_is_looked_at_first():
    one = PermissionRequest(
        permissions=("android.permission.CAMERA",), api="a", caller="b", actor="app", level="reachable"
    )
    (row,) = rows(
        version(permission_requests=(one,)),
        version(permission_requests=(replace(one, level="before_consent"),)),
        "requests",
    )
    assert (row.kind, row.direction, row.weight) == ("changed", "up", "high")


# --- SDKs, signers, hosts, identity, findings


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [("1.9", "1.10", "up"), ("2.0", "1.9.9", "down"), ("1.0", None, None), (None, "1.0", None), ("1.0", "1.0-beta", None),
     ("4.5.1-12", "4.5.1-13", "up"), ("v3", "3.1", "up")],
)  # fmt: skip
def test_versions_of_sdks_go_up_or_down_or_nobody_knows(before, after, direction):
    (row,) = rows(version(sdks=(sdk(before),)), version(sdks=(sdk(after),)), "sdks")
    assert (row.kind, row.direction) == ("changed", direction)


@pytest.mark.parametrize(
    ("old", "new", "subject", "weight"),
    [
        ("a", "b", "replaced", "critical"),
        ("a", "ab", f"rotation {'b' * 64}", "medium"),
        ("a", "", "unsigned", "critical"),
        ("", "a", "signed", "medium"),
    ],
)
def test_a_certificate_is_replaced_rotated_or_lost(old, new, subject, weight):
    (row,) = rows(*(version(app=App(package="p", signers=tuple(map(signer, keys)))) for keys in (old, new)), "signers")
    assert (row.subject, row.weight) == (subject, weight)


def test_a_signature_that_verifies_no_more_comes_before_all_else():
    old, new = (version(app=App(package="p", signers=(signer("a", verified=good),))) for good in (True, False))
    assert rows(old, new, "signers")[0].weight == "critical"


def host(url="https://a.cn/x", name="a.cn", scheme="https"):
    return Endpoint(host=name, scheme=scheme, url=url, found_in="classes.dex", recipient=None, country=None)


def test_urls_of_one_host_are_one_difference():
    old, new = (
        version(endpoints=(host(),)),
        version(endpoints=(host("https://a.cn/y"), host("http://a.cn/", scheme="http"))),
    )
    (row,) = rows(old, new, "endpoints")
    assert (row.subject, row.weight, len(row.new), len(row.old)) == ("a.cn", "medium", 2, 1)


def test_another_package_is_said_first():
    found = diff(
        version(), version(app=App(package="cn.other", version_code=1, version_name="1"), permissions=(permission(),))
    )
    assert found.notes[0].code == "other_package"
    assert found.differences[0].subject == "package"


def test_findings_of_renamed_apps_and_other_packages_are_told_by_rule_and_subject():
    old = version(findings=(finding(subject="lib:a.b"), finding("Q", severity=Severity.LOW)))
    new = version(
        findings=(finding(subject="lib:c.d"), finding("Q", severity=Severity.HIGH)), app=App(package="cn.other")
    )
    (row,) = rows(old, new, "findings")
    assert (row.kind, row.direction, row.weight) == ("changed", "up", "high")


def test_a_change_of_rules_is_never_the_vendors():
    old, new = version(), version(rules="other", sdks=(sdk(),), permissions=(permission(),))
    found = {row.area: row.because for row in diff(old, new).differences}
    assert found == {"sdks": ("same_file", "rules"), "permissions": ()}
    assert [note.code for note in diff(old, new).notes] == ["same_file", "rules_differ"]
    assert {row.area: row.because for row in diff(old, version(rules="o", sha="b", sdks=(sdk(),))).differences} == {
        "sdks": ("rules",)
    }


# --- laws

ACTORS = st.sampled_from(["app", "sdk:x", "sdk:y", "unknown", "lib:a.b", "lib:com.foo"])
LEVEL = st.sampled_from(["present", "reachable", "before_consent"])
READS = st.builds(
    lambda actor, level, data, caller, doubt, sites: read(
        actor, level, data, caller=caller, doubt="consent_guard" if doubt else None, sites=sites
    ),
    ACTORS, LEVEL, st.sampled_from(["device.imei", "device.mac"]), st.sampled_from("pqrs"), st.booleans(), st.integers(1, 3),
)  # fmt: skip
NAMES = st.sampled_from(["cn.x.Main", "a.b", "c.d", "cn.x.Sync"])
COMPONENTS = st.builds(Component, kind=st.sampled_from(["service", "activity"]), name=NAMES, exported=st.booleans())
FINDINGS = st.builds(
    finding,
    rule=st.sampled_from("QR"),
    subject=st.sampled_from(["app/A11", "lib:a.b", "lib:c.d", "cn.x.Main", "x"]),
    severity=st.sampled_from(list(Severity)),
    status=st.sampled_from(list(Status)),
    kind=st.sampled_from(["access", "policy", "manifest"]),
    waived=st.sampled_from([None, "why"]),
)
VERSIONS = st.builds(
    version,
    rules=st.sampled_from("rs"),
    sha=st.sampled_from("ab"),
    coverage=st.sampled_from([FULL, PARTIAL, Coverage(complete=True)]),
    accesses=st.lists(READS, max_size=6).map(tuple),
    permission_requests=st.lists(
        st.builds(
            PermissionRequest,
            permissions=st.sampled_from([("a",), ("a", "b")]), api=st.just("i"), caller=st.sampled_from("xyz"), actor=ACTORS, level=LEVEL,
        ), max_size=3,
    ).map(tuple),
    components=st.lists(COMPONENTS, max_size=4).map(tuple),
    sdks=st.lists(st.builds(sdk, version=st.sampled_from([None, "1", "2"]), kind=st.sampled_from(["code", "native"]),
                            identity=st.sampled_from("xy")), max_size=2, unique_by=lambda row: row.id).map(tuple),
    permissions=st.lists(st.builds(permission, name=st.sampled_from("abc"), level=st.sampled_from(["normal", "dangerous"])), max_size=3).map(tuple),
    endpoints=st.lists(st.builds(host, url=st.sampled_from("uvw"), name=st.sampled_from("hi"), scheme=st.sampled_from(["http", "https"])), max_size=4).map(tuple),
    findings=st.lists(FINDINGS, max_size=4, unique_by=lambda row: (row.rule, row.subject)).map(tuple),
    app=st.builds(App, package=st.sampled_from(["p", "q"]), version_code=st.integers(1, 2), target_sdk=st.sampled_from([None, 22, 34]),
                  signers=st.lists(st.sampled_from("abc").map(signer), max_size=2, unique=True).map(tuple)),
)  # fmt: skip
MIRROR = {"new": "gone", "gone": "new", "first_seen": "not_seen", "not_seen": "first_seen", "changed": "changed"}
TURNED = {"up": "down", "down": "up", None: None}


def about(row):
    if row.area == "findings" and row.kind == "changed":
        return row.subject.partition(" ")[0]  # what it is about may have another name in NEW, which is shown
    return "signing" if row.subject in {"signed", "unsigned"} else row.subject


def seen(found):
    return sorted(
        repr((row.area, row.kind, about(row), row.direction, row.changes, row.because, row.old, row.new))
        for row in found.differences
    )  # fmt: skip


def mirrored(found):
    def turn(row):
        return replace(
            row,
            kind=MIRROR[row.kind],
            direction=TURNED[row.direction],
            changes=tuple(replace(one, old=one.new, new=one.old) for one in row.changes),
            old=row.new,
            new=row.old,
        )

    return replace(found, differences=tuple(map(turn, found.differences)))


@settings(max_examples=80, deadline=None)
@given(VERSIONS)
def test_a_version_does_not_differ_from_itself(one):
    assert diff(one, one).differences == ()


@settings(max_examples=80, deadline=None)
@given(VERSIONS, VERSIONS)
def test_the_other_way_round_is_the_mirror_image(one, other):
    assert seen(diff(one, other)) == seen(mirrored(diff(other, one)))


@settings(max_examples=40, deadline=None)
@given(VERSIONS, VERSIONS, st.randoms(use_true_random=False))
def test_order_and_repetition_say_nothing(one, other, chance: random.Random):
    def shuffled(found):
        changed = {}
        for name in ("accesses", "permission_requests", "components", "sdks", "permissions", "endpoints", "findings"):
            values = list(getattr(found.report, name))
            values += chance.sample(values, len(values) // 2)
            chance.shuffle(values)
            changed[name] = tuple(values)
        return replace(found, report=replace(found.report, **changed))

    assert diff(shuffled(one), shuffled(other)).dump() == diff(one, other).dump()


def test_a_certificate_for_which_the_old_one_vouches_is_a_rotation():
    from analyzer.model import facts

    past = getattr(facts, "PastCertificate", None)
    if past is None:
        pytest.skip("the proof of rotation is no fact of this version")
    old = signer("a")
    new = replace(signer("b"), lineage=(past(sha256="a" * 64, md5="a" * 32, sha1="a" * 40, subject="CN=a"),))
    one, other = (version(app=App(package="p", signers=(row,))) for row in (old, new))
    assert [(row.subject, row.weight) for row in rows(one, other, "signers")] == [("rotated", "medium")]
    assert [(row.subject, row.weight) for row in rows(other, one, "signers")] == [("rotated_back", "high")]


def test_a_component_with_another_readable_name_is_another_component():
    old, new = (version(components=(Component(kind="service", name=name),)) for name in ("cn.x.Sync", "cn.x.Upload"))
    assert {row.kind for row in rows(old, new, "components")} == {"new", "gone"}


def test_an_sdk_with_other_signs_too_is_perhaps_only_renamed_when_its_reads_are_still_there():
    old = version(sdks=(sdk(kind="component"),), accesses=(read("sdk:x"),))
    assert rows(old, version(accesses=(read("unknown"),)), "sdks")[0].kind == "not_seen"
    assert rows(old, version(accesses=(read("unknown", data="device.mac"),)), "sdks")[0].kind == "gone"
