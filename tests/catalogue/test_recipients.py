import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue.recipient_table import RecipientTable, normal_host, shape_expression

label = st.sampled_from(["a", "b", "cn", "com", "ab", "x-y"])
name = st.lists(label, min_size=1, max_size=4).map(".".join)


def table(patterns):
    row = {"company": "c", "category": "other", "source": ["own"], "sure": "K"}
    companies = {"c": {"name": {"zh": "甲", "en": "A"}, "country": "CN"}}
    return RecipientTable(companies, dict.fromkeys(patterns, row), {}, {})


def naive(patterns, host):
    best = None
    for pattern in patterns:
        if pattern == host:
            return pattern
        if pattern.startswith("*."):
            base = pattern[2:]
            covers = host == base or host.endswith("." + base)
            if covers and (best is None or len(base) > len(best)):
                best = base
    return None if best is None else "*." + best


@given(st.lists(st.tuples(st.booleans(), name).map(lambda x: "*." + x[1] if x[0] else x[1]), unique=True), name)
def test_most_specific_pattern_equals_a_naive_search(patterns, host):
    assert table(patterns).pattern_of(host) == naive(patterns, host)


def test_labels_are_whole():
    hosts = table(["*.qq.com", "log.qq.com"])
    assert hosts.lookup("evilqq.com") is None
    assert hosts.lookup("qq.com").pattern == "*.qq.com"
    assert hosts.lookup("a.log.qq.com").pattern == "*.qq.com"
    assert hosts.lookup("log.qq.com").pattern == "log.qq.com"


@pytest.mark.parametrize("host", ["QQ.com", "qq.com.", "qq.com:443", " qq.com "])
def test_spellings_of_a_host_are_equal(host):
    assert table(["*.qq.com"]).lookup(host).pattern == "*.qq.com"


def test_ipv6_hosts_are_not_cut():
    assert normal_host("[2001:DB8::1]:443") == "2001:db8::1"
    assert normal_host("2001:db8::1") == "2001:db8::1"


def test_addresses_match_exactly(catalogue):
    assert catalogue.recipients.lookup("203.107.1.33").sdk == "aliyun-httpdns"
    assert catalogue.recipients.lookup("203.107.1.34") is None
    assert table(["*.1.1"]).lookup("1.1.1.1") is None


@pytest.mark.parametrize("host", ["com.cn", "school.edu.cn", "anything.com.cn", "localhost", "cn", "", "."])
def test_public_suffixes_name_nobody(catalogue, host):
    assert catalogue.recipients.lookup(host) is None


@pytest.mark.parametrize(
    ("path", "sdk"),
    [
        ("/sa?project=default", "sensorsdata"), ("/x/sa?v=1&project=p", "sensorsdata"),
        ("/matomo.php?idsite=1", "matomo"), ("/stats/matomo.php", "matomo"),
        ("/v3/projects/abc123/collect?stm=1", "growingio"), ("/i?app_key=1&device_id=2", "countly"),
        ("/service/2/app_log/?aid=1", "volcengine-applog"), ("/api/42/envelope/", "sentry"),
        ("/sync_json", "thinkingdata"),
    ],
)  # fmt: skip
def test_self_hosted_software_is_known_by_its_path(catalogue, path, sdk):
    rule = catalogue.recipients.lookup("stats.school.example", path)
    assert (rule.sdk, rule.company, rule.country) == (sdk, None, None)


@pytest.mark.parametrize(
    "path",
    ["/sa?projects=1", "/usa?project=1", "/sap?project=x", "/matomo.phpx", "/v3/projects/collect", "/sync_jsonx"],
)
def test_paths_that_only_resemble_a_shape_are_nothing(catalogue, path):
    assert catalogue.recipients.lookup("stats.school.example", path) is None


def test_a_shape_names_the_software_and_the_host_names_the_company(catalogue):
    rule = catalogue.recipients.lookup("snssdk.com", "/service/2/app_log/")
    assert rule.country == "CN"
    assert rule.company is not None
    assert rule.sdk == "volcengine-applog"
    assert rule.shape == "*/service/2/app_log/"


def test_exact_rows_beat_the_mixed_domain(catalogue):
    assert catalogue.recipients.lookup("stats.jpush.cn").sdk == "jpush"
    assert catalogue.recipients.lookup("whatever.qq.com").sdk is None


def test_shared_cloud_hosts_name_no_sdk(catalogue):
    for host in ("bucket.oss-cn-beijing.aliyuncs.com", "p.cn-hangzhou.log.aliyuncs.com", "x.bkt.clouddn.com"):
        rule = catalogue.recipients.lookup(host)
        assert rule.shared, host
        assert rule.sdk is None, host


def test_hosts_that_the_phone_itself_calls_are_marked(catalogue):
    for host in ("x.miui.com", "x.hicloud.com", "x.heytapmobi.com"):
        assert catalogue.recipients.lookup(host).system, host


def test_hosts_for_which_nothing_was_found_are_only_suspected(catalogue):
    rules = [catalogue.recipients.rule(p) for p in catalogue.recipients.patterns() if not p.startswith("*/")]
    assert sum(rule.suspected for rule in rules) == 44


def test_foreign_arms_are_abroad(catalogue):
    assert catalogue.recipients.lookup("pangle.io").abroad
    assert catalogue.recipients.lookup("byteoversea.com").abroad
    assert not catalogue.recipients.lookup("snssdk.com").abroad


def test_sdks_without_a_row_are_declared(catalogue):
    rules = [catalogue.recipients.rule(p) for p in catalogue.recipients.patterns() if not p.startswith("*/")]
    named = {rule.sdk for rule in rules if rule.sdk}
    assert all(sdk in catalogue.sdks or sdk in catalogue.recipients.external_sdks for sdk in named)
    assert all(rule.known_sdk == (rule.sdk in catalogue.sdks) for rule in rules if rule.sdk)


def test_shape_expression_is_anchored():
    assert shape_expression("*/matomo.php") == r"^[^?#]*/matomo\.php(?=$|[/?#])"
