"""Numbers and certificates of the filing, algorithms, addresses: states, findings, and what is left unknown."""

import socket
from dataclasses import replace
from datetime import date

import pytest

from analyzer.judge import judge
from analyzer.judge.hosts import literal_ipv4, own_hosts
from analyzer.model import Endpoint, HostAddresses, ResolutionFacts, SecurityFact

TODAY = date(2026, 9, 1)


def endpoint(host, found_in="classes.dex: Lcn/example/study/Net;", recipient=None):
    return Endpoint(
        host=host, scheme="http", url=f"http://{host}/api", found_in=found_in, recipient=recipient, country=None
    )


@pytest.fixture
def states(catalogue):
    def of(facts, today=TODAY):
        return {row.id: row for row in judge(facts, catalogue, today=today).governance}

    return of


def test_numbers_in_order_are_good_and_say_that_validity_is_elsewhere(build, states):
    found = states(build.facts(filing=build.filing(region="110108", miit_app_filing="京ICP备12345678号-2A")))
    assert {
        name: found[name].state for name in ("uscc", "icp", "mlps", "edu_filing", "miit_app_filing")
    } == dict.fromkeys(("uscc", "icp", "mlps", "edu_filing", "miit_app_filing"), "good")
    assert "主管部门" in found["icp"].says.zh


def test_wrong_checksum_is_proven_and_a_wrong_form_suspected(build, states, rules_of):
    facts = build.facts(filing=build.filing(uscc="91350100M000100Y44", mlps="1101"))
    assert (states(facts)["uscc"].state, states(facts)["mlps"].state) == ("wrong", "wrong")
    found = rules_of(facts)
    assert found["FILING.NUMBER_WRONG", "uscc"].status == "proven"
    assert found["FILING.NUMBER_WRONG", "mlps"].status == "suspected"
    assert ("FILING.NUMBER_WRONG", "icp") not in found


def test_number_of_another_province_is_to_be_looked_at_and_no_finding(build, states, rules_of):
    facts = build.facts(filing=build.filing(region="510100"))
    assert states(facts)["icp"].state == states(facts)["edu_filing"].state == "attention"
    assert "FILING.NUMBER_WRONG" not in {rule for rule, _ in rules_of(facts)}
    # one province, two letters
    facts = build.facts(filing=build.filing(region="510100", icp="川ICP备12345678号", edu_filing="教APP备5100001号"))
    assert states(facts)["icp"].state == "good"


def test_letter_that_is_no_province_is_wrong(build, states):
    assert states(build.facts(filing=build.filing(icp="天ICP备12345678号")))["icp"].state == "wrong"


def test_missing_numbers_are_said_to_be_missing(build, states):
    found = states(build.facts(filing=build.filing(icp=None, edu_filing=None)))
    assert (found["icp"].state, found["edu_filing"].state) == ("missing", "information")
    assert found["mlps_level"].state == found["mlps_age"].state == "missing"


@pytest.mark.parametrize(
    ("level", "filed", "report", "severity"),
    [
        (3, "2024-01-01", "2025-08-31", "low"),
        (3, "2024-01-01", "2025-09-01", None),
        (4, "2024-01-01", "2025-08-31", "low"),
        (2, "2024-08-31", None, "info"),
        (2, "2024-09-01", None, None),
        (1, "2020-01-01", None, None),
        (None, "2024-01-01", "2020-01-01", None),
        (3, None, None, None),
    ],
)
def test_assessment_past_its_period_is_suspected_by_level(build, states, rules_of, level, filed, report, severity):
    facts = build.facts(filing=build.filing(mlps_level=level, mlps_date=filed, mlps_report_date=report))
    found = rules_of(facts, today=TODAY).get(("FILING.MLPS_AGED", "mlps"))
    assert (found.severity if found else None) == severity
    assert found is None or (found.status == "suspected" and "{" not in found.explanation.zh + found.explanation.en)
    assert (states(facts)["mlps_age"].state == "attention") == (severity is not None)


def test_old_certificate_informs_and_no_age_without_a_day(build, states, rules_of):
    facts = build.facts(filing=build.filing(mlps_level=3, mlps_date="2023-08-01", mlps_report_date="2026-08-01"))
    assert rules_of(facts, today=TODAY)["FILING.MLPS_OLD_CERTIFICATE", "mlps"].severity == "info"
    assert ("FILING.MLPS_OLD_CERTIFICATE", "mlps") not in rules_of(facts, today=date(2026, 7, 1))
    assert ("FILING.MLPS_OLD_CERTIFICATE", "mlps") not in rules_of(facts, today=None)
    assert states(facts, None)["mlps_age"].state == "unknown"
    assert states(facts, date(2026, 7, 1))["mlps_age"].state == "wrong"


def test_dates_that_are_none_are_left_alone(build, states, rules_of):
    facts = build.facts(filing=build.filing(mlps_level=3, mlps_date="soon"))
    assert not [rule for rule, _ in rules_of(facts, today=TODAY) if rule.startswith("FILING.MLPS")]


def test_level_one_does_not_fit_a_police_record(build, states):
    assert states(build.facts(filing=build.filing(mlps_level=1)))["mlps_level"].state == "attention"
    assert states(build.facts(filing=build.filing(mlps_level=3)))["mlps_level"].state == "good"


def test_icp_shown_by_the_app(build, rules_of):
    static = build.static(strings=(build.string("icp", "沪ICP备87654321号-1"),))
    found = rules_of(build.facts(static=static, filing=build.filing()))
    assert found["FILING.ICP_DIFFERENT", "icp"].status == "suspected"
    static = build.static(
        strings=(build.string("icp", "沪ICP备87654321号"), build.string("icp", "京ICP备12345678号-3"))
    )
    assert ("FILING.ICP_DIFFERENT", "icp") not in rules_of(build.facts(static=static, filing=build.filing()))


def test_algorithms_are_joined_and_unknown_without_all_code(build, states):
    rows = (SecurityFact(kind="crypto.national", detail="SM4"), SecurityFact(kind="crypto.ecb", detail="AES/ECB"))
    found = states(build.facts(static=build.static(security=rows)))
    assert (found["national_algorithms"].value, found["national_algorithms"].state) == ("SM4", "information")
    assert (found["weak_algorithms"].value, found["weak_algorithms"].state) == ("AES/ECB", "attention")
    found = states(build.facts(static=build.static(complete=False)))
    assert found["weak_algorithms"].state == found["national_algorithms"].state == "unknown"
    assert states(build.facts(static=build.static()))["weak_algorithms"].state == "good"
    assert states(build.facts(filing=build.filing()))["literal_ipv4"].state == "unknown"


def test_literal_addresses_of_the_app_itself_count(build, catalogue, states, rules_of):
    own = endpoint("203.0.113.9")
    sdk = endpoint("203.0.113.10", "classes.dex: Lcn/jpush/android/Net;")
    known = endpoint("203.0.113.11", recipient="某公司")
    six = endpoint("2001:db8::1")
    facts = build.facts(static=build.static(endpoints=(own, sdk, known, six, endpoint("api.example.cn"))))
    assert [row.host for row in literal_ipv4(facts, catalogue)] == ["203.0.113.9"]
    finding = rules_of(facts)["NETWORK.LITERAL_IPV4", "literal_ipv4"]
    assert (finding.severity, finding.status) == ("low", "suspected")
    assert states(facts)["literal_ipv4"].state == "attention"
    assert own_hosts(facts, catalogue) == ("api.example.cn",)


def test_own_hosts_take_in_filed_domains_and_traffic(build, catalogue):
    facts = build.facts(
        filing=build.filing(domains=("https://www.example.cn/", "*.edu.example")),
        traffic=build.traffic(hosts=(build.host("api.example.cn"), build.host("x.example.org", "某公司"))),
    )
    assert own_hosts(facts, catalogue) == ("api.example.cn", "edu.example", "www.example.cn")


def test_ipv6_is_unknown_unless_asked_for(build, states, rules_of):
    facts = build.facts(static=build.static())
    assert (states(facts)["ipv6"].state, states(facts)["ipv6"].value) == ("unknown", None)
    rows = (
        HostAddresses(host="a.example.cn", ipv4=("192.0.2.1",), ipv6=("2001:db8::1",)),
        HostAddresses(host="b.example.cn", ipv4=("192.0.2.2",), ipv6=()),
        HostAddresses(host="c.example.cn", ipv4=None, ipv6=None),
        HostAddresses(host="d.example.cn", ipv4=(), ipv6=()),
    )
    facts = replace(facts, resolution=ResolutionFacts(asked="2026-09-01", hosts=rows))
    assert (states(facts)["ipv6"].state, states(facts)["ipv6"].value) == ("attention", "1/2")
    assert "2 个没有结果" in states(facts)["ipv6"].says.zh
    assert [row.where for row in rules_of(facts)["NETWORK.NO_IPV6", "hosts"].evidence] == ["b.example.cn"]
    facts = replace(facts, resolution=ResolutionFacts(asked="2026-09-01", hosts=rows[:1]))
    assert states(facts)["ipv6"].state == "good"
    assert ("NETWORK.NO_IPV6", "hosts") not in rules_of(facts)
    facts = replace(facts, resolution=ResolutionFacts(asked="2026-09-01", hosts=rows[2:]))
    assert states(facts)["ipv6"].state == "unknown"


def test_nothing_but_the_request_uses_a_network(build, catalogue, monkeypatch):
    def refuse(*_):
        raise AssertionError("a judgement asked the name service")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    judge(build.facts(static=build.static(endpoints=(endpoint("api.example.cn"),))), catalogue)
