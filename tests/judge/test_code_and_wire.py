"""What code and wire say together, who the first party is, and whose host it is when only the path names an SDK."""

import pytest

from analyzer.judge import judge
from analyzer.judge.case import Case
from analyzer.judge.parties import under_domain
from analyzer.model import Sending, Status

UMENG = "sdk:umeng-analytics"
UMENG_HOST = "alog.umeng.com"


@pytest.fixture
def findings(catalogue):
    def run(facts):
        return {row.rule: row for row in judge(facts, catalogue).findings}

    return run


def sent(build, data="device.oaid", **changes):
    return build.sent(data, **{"phase": "before_consent", "host": UMENG_HOST, "recipient": UMENG, **changes})


def both(build, *reads, static=None, **changes):
    static = {"sdks": (build.sdk(),), **(static or {})}
    return build.facts(
        static=build.static(accesses=reads, **static),
        filing=build.filing(),
        traffic=build.traffic(sent(build, since_start_s=3.0, encoding=("json", "md5"), **changes)),
    )


def test_a_transmission_confirms_what_the_code_reads(build, findings):
    early = build.access("device.oaid", actor=UMENG, level="before_consent")
    finding = findings(both(build, early))["CONSENT.TRAFFIC_BEFORE"]
    assert "最早一次在启动后 3 秒发往 alog.umeng.com（MD5）。" in finding.explanation.zh
    assert "静态分析印证：“友盟" in finding.explanation.zh
    assert "启动阶段" in finding.explanation.zh
    assert "The first went to alog.umeng.com 3 s after the start (MD5)." in finding.explanation.en
    assert "The code confirms it" in finding.explanation.en
    assert [item.kind for item in finding.evidence] == ["transmission", "access"]
    third = findings(both(build, early))["SHARING.THIRD_PARTY_BEFORE"]
    assert "静态分析印证" in third.explanation.zh


@pytest.mark.parametrize(
    "read",
    [{"actor": "app"}, {"actor": "sdk:jpush"}, {"actor": UMENG, "data": "device.imei"}, {"actor": UMENG, "weak": "x"}],
)
def test_code_of_others_or_of_other_data_confirms_nothing(build, findings, read):
    access = build.access(read.pop("data", "device.oaid"), **read)
    finding = findings(both(build, access))["CONSENT.TRAFFIC_BEFORE"]
    assert "静态分析印证" not in finding.explanation.zh
    assert [item.kind for item in finding.evidence] == ["transmission"]


def test_what_no_code_of_the_sdk_reads_may_come_from_the_app(build, findings):
    finding = findings(both(build))["CONSENT.TRAFFIC_BEFORE"]
    assert "自身读取它的代码，可能由应用传入" in finding.explanation.zh
    partly = findings(both(build, static={"complete": False}))["CONSENT.TRAFFIC_BEFORE"]
    assert "可能由应用传入" not in partly.explanation.zh, "nothing is said of code that was not read"


def test_without_marks_and_code_nothing_is_added(build, findings):
    finding = findings(build.facts(traffic=build.traffic(sent(build))))["CONSENT.TRAFFIC_BEFORE"]
    assert finding.explanation.zh.endswith("属实证。")


def test_the_ledger_says_which_sdk_is_confirmed(build, catalogue):
    read = build.access("device.oaid", actor=UMENG)
    rows = {row.data: row for row in judge(both(build, read), catalogue).ledger}
    assert rows["device.oaid"].confirmed == (UMENG,)
    rows = {row.data: row for row in judge(both(build), catalogue).ledger}
    assert rows["device.oaid"].confirmed == ()


@pytest.mark.parametrize(
    ("host", "filed", "own"),
    [
        ("api.xuexi.cn", "xuexi.cn", True),
        ("api.xuexi.cn", "www.xuexi.cn", True),
        ("xuexi.cn", "www.xuexi.cn", True),
        ("evilxuexi.cn", "xuexi.cn", False),
        ("api.other.com.cn", "xuexi.com.cn", False),
        ("a.com.cn", "com.cn", False),
        ("a.github.io", "github.io", False),
        ("a.github.io", "b.github.io", False),
        ("x.b.github.io", "b.github.io", True),
        ("1.2.3.4", "1.2.3.4", True),
        ("1.2.3.4", "9.2.3.4", False),
        ("school.edu.cn", "edu.cn", False),
    ],
)
def test_first_party_is_who_holds_the_registered_name(host, filed, own):
    assert under_domain(host, filed) is own


@pytest.mark.parametrize(
    ("host", "filed", "own"),
    [
        ("mine.oss-cn-beijing.aliyuncs.com", "mine.oss-cn-beijing.aliyuncs.com", True),
        ("x.mine.oss-cn-beijing.aliyuncs.com", "mine.oss-cn-beijing.aliyuncs.com", True),
        ("other.oss-cn-beijing.aliyuncs.com", "mine.oss-cn-beijing.aliyuncs.com", False),
        ("other.oss-cn-beijing.aliyuncs.com", "aliyuncs.com", False),
        ("other.oss-cn-beijing.aliyuncs.com", "oss-cn-beijing.aliyuncs.com", False),
        ("api.xuexi.cn", "www.xuexi.cn", True),
    ],
)
def test_in_a_shared_cloud_only_the_filed_name_is_own(build, catalogue, host, filed, own):
    case = Case(build.facts(filing=build.filing(domains=(filed,))), {}, catalogue)
    assert case.own_host(host) is own


def test_a_path_proves_the_software_and_accuses_nobody(build, findings):
    own = build.sent(
        "device.imei", phase="before_consent", host="data.school.example", recipient="sdk:sensorsdata", country=None
    )
    found = findings(build.facts(traffic=build.traffic(own), filing=build.filing(domains=())))
    assert "CONSENT.TRAFFIC_BEFORE" in found
    assert "SHARING.THIRD_PARTY_BEFORE" not in found
    hosted = build.sent(
        "device.imei", phase="before_consent", host="sdk.datasink.sensorsdata.cn", recipient="sdk:sensorsdata"
    )
    assert "SHARING.THIRD_PARTY_BEFORE" in findings(build.facts(traffic=build.traffic(hosted)))


def test_a_registry_assignment_alone_is_a_lead(build, findings):
    row = build.sent("device.oaid", host=UMENG_HOST, recipient=UMENG, address="8.8.8.8", address_country="US")
    finding = findings(build.facts(traffic=build.traffic(row, address_data="table 1 (2026-01-01)")))[
        "SHARING.ADDRESS_ABROAD"
    ]
    assert (finding.status, finding.severity) == (Status.SUSPECTED, "low")
    assert "8.8.8.8" in finding.explanation.zh
    assert "美国" in finding.explanation.zh
    assert "table 1 (2026-01-01)" in finding.explanation.zh


def test_the_operator_abroad_is_not_told_twice(build, findings):
    row = build.sent(
        "device.oaid", host="app.adjust.com", recipient="Adjust", country="DE", address="8.8.8.8", address_country="US"
    )
    found = findings(build.facts(traffic=build.traffic(row)))
    assert "SHARING.ADDRESS_ABROAD" not in found
    assert "8.8.8.8" in found["SHARING.CROSS_BORDER"].explanation.zh
    plain = build.sent("device.oaid", host="app.adjust.com", recipient="Adjust", country="DE")
    assert findings(build.facts(traffic=build.traffic(plain)))["SHARING.CROSS_BORDER"].explanation.zh.endswith(
        "可证实。"
    )


def sending(**changes):
    values = {
        "data": "device.imei", "recipient": None, "hosts": ("api.example.cn",), "phase": "after_consent", "foreground": True,
        "encrypted": True, "count": 4, "interval_s": 10.0, "shortest_s": 9.0, "since_start_s": None,
    }  # fmt: skip
    return Sending(**{**values, **changes})


def test_rates_are_those_of_data_and_recipient(build, findings):
    rows = (
        build.sent("device.imei", count=2, interval_s=20.0),
        build.sent("device.imei", count=2, interval_s=20.0, encoding=("md5",)),
    )
    assert "FREQUENCY.REPEATED" not in findings(build.facts(traffic=build.traffic(*rows)))
    finding = findings(build.facts(traffic=build.traffic(*rows, sendings=(sending(),))))["FREQUENCY.REPEATED"]
    assert "10 秒" in finding.explanation.zh
    assert "4 次" in finding.explanation.zh
    assert len(finding.evidence) == 2


@pytest.mark.parametrize(
    "changes",
    [{"hosts": ("b.example.cn",)}, {"phase": "unknown"}, {"foreground": None}, {"count": 3}, {"interval_s": 31.0}],
)
def test_rates_of_other_recipients_phases_or_below_the_threshold_are_none(build, findings, changes):
    row = build.sent("device.imei", count=4, interval_s=1.0)
    found = findings(build.facts(traffic=build.traffic(row, sendings=(sending(**changes),))))
    assert "FREQUENCY.REPEATED" not in found
