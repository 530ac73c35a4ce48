"""What the twins do not tell apart: a denied kind, a kind folded into its twin, an SDK filed under another name."""

from weaknesscases import in_code

UMENG = "umeng-analytics"


def hashed(b, *declarations):
    sent = b.sent("device.imei", host="alog.umeng.com", recipient=f"sdk:{UMENG}", encoding=("md5",))
    return b.facts(traffic=b.traffic(sent), policy=b.policy(*declarations, *b.named(UMENG)))


def test_a_hashed_id_weighs_more_when_the_policy_is_silent_or_denies_it(build, rules_of):
    key = ("SHARING.HASHED_ID", f"sdk:{UMENG}")
    assert rules_of(hashed(build))[key].severity == "medium"
    assert rules_of(hashed(build, *build.said("device.imei", negated=True)))[key].severity == "medium"
    assert rules_of(hashed(build, *build.said("device.imei")))[key].severity == "low"


def test_an_sdk_is_told_of_a_kind_once_and_not_of_its_twin(build, rules_of):
    reads = tuple(build.access(kind, actor="sdk:jpush") for kind in ("device.imei", "device.meid"))
    static = build.static(
        permissions=(build.permission("READ_PHONE_STATE", used=True),),
        accesses=reads,
        sdks=(build.sdk("jpush", "push"),),
    )
    told = rules_of(build.facts(static=static))[("CONSENT.SDK_READS", "jpush")].explanation.zh
    assert "IMEI" in told
    assert "MEID" not in told
    apart = (reads[0], build.access("device.meid", actor="sdk:jpush", caller="Lcn/jiguang/B;->b()V"))
    static = build.static(permissions=static.permissions, accesses=apart, sdks=static.sdks)
    assert "MEID" in rules_of(build.facts(static=static))[("CONSENT.SDK_READS", "jpush")].explanation.zh


def test_a_filed_name_of_another_sdk_of_the_package_leaves_the_proof(build, rules_of):
    """Every filed name is understood when it names an SDK that the package holds, also in the filer's own words."""
    sdks = (build.sdk(UMENG), build.sdk("jpush", "push"))
    static = build.static(sdks=sdks)
    known = build.facts(static=static, filing=build.filing(sdks=("极光推送 SDK",)))
    assert rules_of(known)[("FILING.SDK_UNDECLARED", UMENG)].status == "proven"
    unknown = build.facts(static=static, filing=build.filing(sdks=("极光推送 SDK", "某统计组件")))
    assert rules_of(unknown)[("FILING.SDK_UNDECLARED", UMENG)].status == "suspected"


def test_a_host_of_a_known_company_is_no_missing_domain(build, rules_of):
    """A capture from an older release names no recipient for a host that the rules know by now."""
    known, unknown = build.host("mi.gdt.qq.com"), build.host("unknown-host.invalid")
    rule = ("FILING.DOMAIN_NOT_FILED", "domains")
    assert rule not in rules_of(build.facts(traffic=build.traffic(hosts=(known,)), filing=build.filing()))
    told = rules_of(build.facts(traffic=build.traffic(hosts=(known, unknown)), filing=build.filing()))[rule]
    assert "unknown-host.invalid" in told.explanation.zh
    assert "gdt" not in told.explanation.zh


def test_coarse_location_comes_with_the_precise_one(build, rules_of):
    """Code needs either; that the coarse one alone is missing from the manifest is no finding."""
    rule = ("PERMISSIONS.USED_UNDECLARED", "manifest")
    coarse = build.permission("ACCESS_COARSE_LOCATION", declared=False, used=True, used_by=("app",))
    fine = build.permission("ACCESS_FINE_LOCATION", used=True, used_by=("app",))
    assert rule in rules_of(build.facts(static=build.static(permissions=(coarse,))))
    assert rule not in rules_of(build.facts(static=build.static(permissions=(coarse, fine))))


def test_means_to_stay_alive_need_a_chain_only_where_chains_were_looked_for(build, rules_of):
    rule = ("START.KEEP_ALIVE", "keep_alive")
    alarm = in_code("start.repeating_alarm", "0", level="present")
    assert rule in rules_of(build.facts(static=build.static(security=(alarm,))))
    assert rule not in rules_of(build.facts(static=build.static(security=(alarm,), entries=3)))
    reached = in_code("start.repeating_alarm", "0")
    assert rule in rules_of(build.facts(static=build.static(security=(reached,), entries=3)))
    told = build.facts(static=build.static(security=(reached,)), policy=build.policy())
    assert rule not in rules_of(told)


def test_ads_for_minors_say_what_is_filed_of_the_stages(build, rules_of):
    ads = {"sdks": (build.sdk("tencent-gdt", "advertising"),)}
    for filing, zh, en in (
        (None, "没有备案资料可供比对", "There is no filing"),
        (build.filing(stages=()), "备案未填写学段", "No school stage was filed"),
        (build.filing(), "备案学段包括未成年的学生", "The filed school stages include minors"),
    ):
        found = rules_of(build.facts(static=build.static(**ads), filing=filing))["ADS.MINORS", "tencent-gdt"]
        assert zh in found.explanation.zh
        assert en in found.explanation.en
