"""Permissions that the code asks for at run time: what is passed over, and what is doubtful."""

P = "android.permission."


def asked(build, rules_of, *requests, declared=None, used=True, accesses=(), app=None, filing=None, **changes):
    names = declared if declared is not None else sorted({name for row in requests for name in row.permissions})
    rows = tuple(build.permission(name, used=used, used_by=("app",)) for name in names)
    static = build.static(
        permissions=rows, permission_requests=requests, accesses=accesses, entries=4, app=app, **changes
    )
    found = rules_of(build.facts(static=static, filing=filing))
    return {
        key: row
        for key, row in found.items()
        if key[0].startswith("PERMISSIONS.") and ("ASKED" in key[0] or "UNUSED" in key[0])
    }


def test_a_permission_that_the_manifest_lacks_shows_no_dialog(build, rules_of):
    request = build.request("CAMERA", "RECORD_AUDIO", level="before_consent")
    assert asked(build, rules_of, request, declared=()) == {}
    one = asked(build, rules_of, request, declared=[P + "CAMERA"])
    assert "RECORD_AUDIO" not in one["PERMISSIONS.ASKED_BEFORE_CONSENT", "app"].explanation.zh
    assert ("PERMISSIONS.ASKED_TOGETHER", "app") not in one


def test_below_level_23_nothing_is_asked_at_run_time(build, rules_of):
    request = build.request("CAMERA", "RECORD_AUDIO", level="before_consent")
    assert asked(build, rules_of, request, app={"target_sdk": 22}) == {}


def test_the_plumbing_of_libraries_asks_for_nobody(build, rules_of):
    plumbing = build.request(actor="sdk:androidx", level="before_consent")
    assert asked(build, rules_of, plumbing) == {}


def test_unknown_permissions_only_inform(build, rules_of):
    found = asked(build, rules_of, build.request(actor="lib:com.hjq.permissions", level="before_consent"))
    finding = found["PERMISSIONS.ASKED_BEFORE_CONSENT", "lib:com.hjq.permissions"]
    assert finding.severity == "info"
    assert "未能确定的权限" in finding.explanation.zh


def test_doubts_take_weight_away(build, rules_of):
    def severity(doubt):
        request = build.request("CAMERA", level="before_consent", doubt=doubt)
        return asked(build, rules_of, request)["PERMISSIONS.ASKED_BEFORE_CONSENT", "app"].severity

    assert [severity(doubt) for doubt in (None, "dispatch_unsure", "consent_guard")] == ["medium", "low", "info"]


def test_evidence_holds_the_chain_and_the_permissions(build, rules_of):
    request = build.request("CAMERA", "READ_CONTACTS", level="before_consent", entry="launcher")
    finding = asked(build, rules_of, request)["PERMISSIONS.ASKED_BEFORE_CONSENT", "app"]
    (item,) = finding.evidence
    assert (item.kind, item.excerpt, item.path.entry) == ("request", "CAMERA, READ_CONTACTS", "launcher")
    assert "CAMERA（相机）、READ_CONTACTS（通讯录）" in finding.explanation.zh


def test_minors_add_their_clause(build, rules_of):
    request = build.request("CAMERA", "READ_CONTACTS", level="before_consent")
    assert (
        "MINOR-REG-32"
        in asked(build, rules_of, request, filing=build.filing())["PERMISSIONS.ASKED_TOGETHER", "app"].clauses
    )
    assert "MINOR-REG-32" not in asked(build, rules_of, request)["PERMISSIONS.ASKED_TOGETHER", "app"].clauses


def test_asking_again_in_answer_to_a_refusal(build, rules_of):
    steps = (
        "Lcn/a/Main;->onClick(Landroid/view/View;)V",
        "Lcn/a/Main;->onRequestPermissionsResult(I[Ljava/lang/String;[I)V",
    )
    request = build.request("CAMERA", steps=steps, links=("gesture", "call"), entry="launcher")
    assert ("PERMISSIONS.ASKED_AGAIN", "app") in asked(build, rules_of, request)
    touched = build.request("CAMERA", steps=steps, links=("gesture", "gesture"), entry="launcher")
    assert ("PERMISSIONS.ASKED_AGAIN", "app") not in asked(build, rules_of, touched)


def test_a_permission_asked_for_and_not_used_is_one_finding(build, rules_of):
    request = build.request("CAMERA")
    found = asked(build, rules_of, request, used=False)
    assert set(found) == {("PERMISSIONS.ASKED_UNUSED", P + "CAMERA")}
    never_asked = asked(build, rules_of, build.request("CAMERA", level="present"), used=False)
    assert set(never_asked) == {("PERMISSIONS.UNUSED", P + "CAMERA")}


def test_a_reached_use_explains_the_question_and_a_dead_one_does_not(build, rules_of):
    request = build.request("CAMERA")
    used = asked(build, rules_of, request, accesses=(build.access("camera", level="reachable", weak="user_acts"),))
    assert used == {}
    dead = asked(build, rules_of, request, accesses=(build.access("camera"),))
    assert dead["PERMISSIONS.ASKED_UNUSED", P + "CAMERA"].severity == "info"


def test_files_are_used_in_ways_that_the_table_does_not_hold(build, rules_of):
    assert asked(build, rules_of, build.request("READ_EXTERNAL_STORAGE"), used=None) == {}
