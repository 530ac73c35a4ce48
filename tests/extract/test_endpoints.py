import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "dex"))
from dexwriter import Class, Code, Ref, write_dex

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.endpoints import endpoints_in_text, find_endpoints, find_urls, noise, urls_in


@pytest.fixture(scope="module")
def recipients():
    return load_catalogue().recipients


def find(recipients, *classes, extra=()):
    index = load([("classes.dex", write_dex(list(classes), extra_strings=extra))])
    urls = find_urls(index, recipients)
    return find_endpoints(urls, index.find(urls.query), recipients)


def user(name, text):
    return Class(name, [("m", "()V", Code([0x1A, Ref("string", text), 0x0E]))])


def test_a_url_is_attributed_to_the_classes_that_name_it(recipients):
    url = "https://api.school.cn/v1?x=1"
    rows = find(recipients, user("La/B;", url), user("La/C;", url))
    assert [(row.host, row.scheme, row.url, row.found_in) for row in rows] == [
        ("api.school.cn", "https", url, "classes.dex: La/B;"), ("api.school.cn", "https", url, "classes.dex: La/C;"),
    ]  # fmt: skip
    assert rows[0].recipient is None
    assert rows[0].country is None


def test_a_field_value_and_an_unused_string_keep_their_place(recipients):
    held = Class("La/F;", strings=(("URL", "http://b.school.cn/"),))
    rows = find(recipients, held, extra=("wss://c.school.cn/x",))
    assert [(row.host, row.found_in) for row in rows] == [
        ("b.school.cn", "classes.dex: La/F;"),
        ("c.school.cn", "classes.dex"),
    ]


def test_recipient_and_country_come_from_the_table(recipients):
    (row,) = find(recipients, user("La/B;", "https://ulogs.umeng.com/unify_logs"))
    assert row.recipient.startswith("sdk:umeng")
    assert row.country == "CN"


def test_a_bare_host_counts_only_when_the_table_knows_it(recipients):
    rows = find(
        recipients,
        user("La/B;", "ulogs.umeng.com"),
        user("La/C;", "a.b.unknown.com"),
        user("La/D;", "com.umeng.commonsdk"),
    )
    assert [(row.host, row.scheme) for row in rows] == [("ulogs.umeng.com", None)]


@pytest.mark.parametrize(
    "text",
    [
        "http://schemas.android.com/apk/res/android", "http://www.w3.org/2000/svg", "https://example.com/x", "http://localhost:8080/",
        "http://127.0.0.1/", "http://192.168.1.1/set", "http://10.0.2.2:3000", "https://%s/api", "http://{host}/x", "https://", "http://a",
        "see https://developer.school.cn/guide for more", "xhttp://a.school.cn", "file:///sdcard", "https://a.b.java", "http://ns.adobe.com/xap/1.0/",
    ],
)  # fmt: skip
def test_what_can_be_no_endpoint_is_kept_out(text):
    assert list(urls_in(text)) == []


def test_urls_inside_data_are_read():
    text = '{"a": "https://a.school.cn/x", "b":"http://User@B.school.cn:8080/y"} http://[2001:4860:4860::8888]/z'
    assert [host for host, _, _ in urls_in(text)] == ["a.school.cn", "b.school.cn", "2001:4860:4860::8888"]


def test_texts_of_resources_and_assets_are_read_too(recipients):
    (row,) = endpoints_in_text("x = 'http://d.school.cn/a'", "assets/a.js", recipients)
    assert (row.host, row.found_in) == ("d.school.cn", "assets/a.js")


def test_noise_is_by_whole_labels():
    assert noise("www.w3.org")
    assert noise("w3.org")
    assert noise("notw3.org") is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_error(text):
    for host, scheme, url in urls_in("https://" + text):
        assert host
        assert scheme
        assert url
