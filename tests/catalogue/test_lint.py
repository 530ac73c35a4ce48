import copy

import pytest

from analyzer.catalogue import find_rules, parse_rules
from analyzer.catalogue.lint import apis, lint, recipients, references, sdks
from analyzer.catalogue.lint.apis import well_formed
from analyzer.catalogue.lint.recipients import is_host

API = "Landroid/location/LocationManager;->getLastKnownLocation(Ljava/lang/String;)Landroid/location/Location;"


@pytest.fixture(scope="module")
def whole():
    return parse_rules(find_rules())


@pytest.fixture
def plain(whole):
    return copy.deepcopy(whole)


def problems(module, plain):
    return [str(problem) for problem in module.examine(plain)]


def test_the_rules_are_in_order():
    assert [str(problem) for problem in lint(find_rules())] == []


@pytest.mark.parametrize(
    ("module", "plant", "message"),
    [
        (references, lambda p: p["checks"][next(iter(p["checks"]))]["clauses"].append("999-9"), "999-9 is not known"),
        (references, lambda p: p["checks"][next(iter(p["checks"]))].update(clauses=[]), "cites no clause"),
        (references, lambda p: p["checks"][next(iter(p["checks"]))].update(source=" "), "has no source"),
        (references, lambda p: p["checks"][next(iter(p["checks"]))]["advice"].update(zh="看 {host}", en="see"), "differ"),
        (references, lambda p: p["clauses"]["191-3.1"]["title"].update(en=" "), "a text has no en"),
        (references, lambda p: p["clauses"]["191-3.1"].update(sure=""), "has no sureness"),
        (references, lambda p: p["policy_brands"]["小米"]["vendors"].append("某公司"), "某公司 is not known"),
        (references, lambda p: p["policy_services"].update(dance=p["policy_services"]["push"]), "dance is not known"),
        (references, lambda p: p["clauses"]["191-3.1"].update(source="S999"), "S999 is not known"),
        (references, lambda p: p["app_types"]["19"]["necessary"].append("device.nothing"), "device.nothing is not"),
        (references, lambda p: p["permissions"]["android.permission.CAMERA"]["data"].append("cameras"), "cameras is not"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(data="device.imeii"), "device.imeii is not known"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(weak="tired"), "tired is not known"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(source=["hearsay"]), "hearsay is not known"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(source=["own^"]), "own\\^ is not known"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(source=["own:x"]), "has no parts"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(source=[]), "has no source"),
        (apis, lambda p: p["apis"]["rules"]["method"][API].append(p["apis"]["rules"]["method"][API][0]), "given twice"),
        (apis, lambda p: p["apis"]["rules"]["method"].update({"La;->b": p["apis"]["rules"]["method"][API]}), "is no meth"),
        (apis, lambda p: p["apis"]["rules"]["method"][API][0].update(stands_for="content://x"), "not among the uris"),
        (apis, lambda p: p["apis"]["request_methods"].append("x"), "is no method signature"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["prefixes"]["strong"].append("com/umeng/message"), "as well"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["prefixes"]["strong"].append("cn/jiguang/x"), "state it under within"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(within=["umeng-push"]), "no prefix lies directly"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(within=["nobody"]), "nobody is not known"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(comes_with=["nobody"]), "nobody is not known"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(exclusions=["com/other"]), "lies in no prefix of this row"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(exclusions=["com/umeng/message"]), "is a prefix of umeng-push"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["prefixes"]["strong"].append("cn.jpush"), "cn.jpush is malformed"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["prefixes"]["strong"].append("cn/jpush/"), "is malformed"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["hosts"].append("http://x"), "is no host name"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["collects"]["strong"].append("imei"), "imei is not known"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(sources=["rumour"]), "rumour is not known"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(sources=[]), "has no source"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"field": "x"}]), "x is malformed"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"field": "x", "file": "y"}]), "exactly one of"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"method": "a/B->c"}]), "a pattern must say"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"native": "libx.so"}]), "one star must stand"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"string": "x", "pattern": "("}]), "no expression"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(starters=["X"]), "X is no class name"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(version=[{"field": "v/A->B"}]), "its sureness must be stated"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(strings=["short"]), "short is malformed"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(files=["assets/x"]), "assets/x is malformed"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(collects_nothing=True), "must say what it collects"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].pop("collects"), "must say what it collects"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(sources=["own"]), "no source bears it"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(sources=["lc"]), "needs two independent sources"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(sources=["own"], sure="1"), "sure: 1 needs a source"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"].update(seen={"npm:x@1": ["cn/jpush/android"]}), "not among the sou"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["seen"].update({"lc": ["cn/other"]}), "cn/other is no value"),
        (sdks, lambda p: p["sdks"]["rows"]["jpush"]["init"][0].update(source=["rumour"]), "rumour is not known"),
        (sdks, lambda p: p["sdks"]["rows"].update(x={"sources": ["own"], "sure": "K"}), "has neither prefix"),
        (sdks, lambda p: p["sdks"]["connectors"][0].update(of="nobody"), "nobody is not known"),
        (recipients, lambda p: p["recipients"]["hosts"]["*.qq.com"].update(sdk="nobody"), "is not declared in external"),
        (recipients, lambda p: p["recipients"]["external"].update({"x": {"name": "X", "reason": "service"}}), "no host"),
        (recipients, lambda p: p["recipients"]["external"].update(jpush={"name": "X"}), "has a row in rules/sdks"),
        (recipients, lambda p: p["recipients"]["hosts"].update({"a_b": p["recipients"]["hosts"]["*.qq.com"]}), "no host n"),
        (recipients, lambda p: p["recipients"]["hosts"].update({"*.com.cn": p["recipients"]["hosts"]["*.qq.com"]}), "publi"),
        (recipients, lambda p: p["recipients"]["hosts"].update({"*.web.app": {"source": ["own"]}}), "mark it shared"),
        (recipients, lambda p: p["recipients"]["hosts"]["*.qq.com"].update(receives=["imei"]), "imei is not known"),
        (recipients, lambda p: p["recipients"]["hosts"]["*.qq.com"].update(source=[]), "has no source"),
        (recipients, lambda p: p["recipients"]["shapes"].update({"/x": {"source": ["own"]}}), "is no path shape"),
        (recipients, lambda p: p["recipients"]["companies"].update(y={"name": {"zh": "", "en": "Y"}, "country": "C"}), "ISO"),
        (recipients, lambda p: p["recipients"]["companies"].update(y={"name": {"zh": "", "en": "Y"}, "country": "CN"}), "zh"),
        (recipients, lambda p: p["recipients"]["companies"].update(y={"name": {"zh": "y", "en": "Y"}, "country": "CN"}), "no h"),
    ],
)  # fmt: skip
def test_each_kind_of_defect_is_found(plain, module, plant, message):
    import re

    assert problems(module, plain) == []
    plant(plain)
    assert any(re.search(message, problem) for problem in problems(module, plain)), problems(module, plain)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("sdks/x/a.yaml", "name: {zh: 甲, en: A}\nname: {zh: 乙, en: B}\n", "'name' is given twice"),
        ("sdks/x/a.yaml", "name: {zh: 甲, en: A}\ncolour: red\n", "colour: Extra inputs"),
        ("sdks/x/a.yaml", "category: spyware\n", "category: Input should be"),
        ("sdks/x/a.yaml", "prefixes: {strong: [a/b], loud: [c]}\n", "unknown keys"),
        ("sdks/x/a.yaml", "- 1\n", "a mapping is expected"),
        ("sdks/connectors.yaml", "a/b: 1\n", "a mapping is expected"),
        ("recipients/a.yaml", "a: {name: {zh: 甲, en: A}, country: CN, hosts: {x.cn: {category: no}}}\n", "category"),
        ("recipients/a.yaml", "a: {name: {zh: 甲, en: A}, hosts: {}}\n", "country"),
        ("checks/a.yaml", "lower.case: {}\n", "title"),
        ("apis/a.yaml", "props: {ro.x: [{data: [device.imei], what: [}\n", "a.yaml:1"),
        ("evidence.yaml", "own: {titel: x}\n", "Extra inputs"),
    ],
)  # fmt: skip
def test_bad_files_are_named_in_one_line(tmp_path, file, text, message):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    found = [str(problem) for problem in lint(tmp_path)]
    assert any(problem.startswith(file.partition("/")[0]) and message in problem for problem in found), found
    assert all("\n" not in problem for problem in found)


def test_files_that_no_parser_reads_are_named(tmp_path):
    (tmp_path / "sdks").mkdir()
    (tmp_path / "sdks" / "a.yml").write_text("")
    assert any("a.yml" in str(problem) for problem in lint(tmp_path))


def test_a_broadcast_belongs_to_one_kind_of_security_fact():
    rows = {"start.a": {"actions": ["x.BOOT"]}, "start.b": {"actions": ["x.BOOT", "x.OTHER"]}}
    assert [str(one) for one in references._actions(rows)] == [
        "security start.b: actions: x.BOOT is already one of start.a"
    ]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("method", "La/B$C;->m([[ILa/B;Z)[J", "La/B;->m(X)V"),
        ("method", "La/B;-><init>()V", "La.B;->m()V"),
        ("method", "La/B;->m(V)V".replace("(V)", "()"), "La/B;->m(V)V"),
        ("field", "La/B;->F:[I", "La/B;->F:V"),
        ("uri", "content://a.b/c", "http://a"),
        ("settings", "secure:android_id", "android_id"),
        ("manifest", "uses-permission:a.B", "permission:a.B"),
    ],
)
def test_signatures_of_each_kind(kind, good, bad):
    assert well_formed(kind, good)
    assert not well_formed(kind, bad)


@pytest.mark.parametrize("host", ["a.cn", "1.2.3.4", "x-y.z_w.com", "xn--55qx5d.cn", "a.xn--p1ai"])
def test_host_names(host):
    assert is_host(host)


@pytest.mark.parametrize(
    "host", ["a", "A.cn", "a..cn", ".cn", "a.cn.", "-a.cn", "1.2.3.400", "a b.cn", "::1", "*.a.cn"]
)
def test_names_that_are_no_hosts(host):
    assert not is_host(host)
