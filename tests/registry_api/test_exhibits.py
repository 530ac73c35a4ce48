"""Evidence opened up: the request as a tree, the sentence between its neighbours, the manifest line, the clause."""

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import analyzer
from registry_api.storage.blobs import BlobStore
from registry_api.web.exhibits import (
    manifest_lines,
    opened_requests,
    passages_of,
    permission_line,
    policy_text,
    steps_of,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
POLICY = "第一条 我们重视隐私。我们会收集您的设备信息，包括 IMEI。您可以关闭相应权限。\n我们不会出售信息。"


def sent(data, path, request="r1", host="t.example", **more):
    row = {
        "data": data, "host": host, "request_id": request, "path": path, "where": "body", "encoding": ["json"],
        "key": "k", "value_redacted": "86…", "id": "t-" + data,
    }  # fmt: skip
    return {**row, **more}


def test_a_request_is_opened_with_everything_that_was_recognised_in_it():
    imei = sent("device.imei", "body.base64.gzip.json$.header.imei")
    mac = sent("device.mac", "body.base64.gzip.json$.header.mac")
    other = sent("device.mac", "query&m", request="r2")
    (one,) = opened_requests([imei, mac, other], [imei])
    (trunk,) = one.tree.below
    assert (one.request_id, one.first, trunk.label) == ("r1", imei, "body › base64 › gzip › json › header")
    assert [(leaf.label, [hit["id"] for hit in leaf.hits]) for leaf in trunk.below] == [
        ("imei", ["t-device.imei"]),
        ("mac", ["t-device.mac"]),
    ]
    assert [item.request_id for item in opened_requests([imei, mac, other], [mac, other, imei])] == ["r1", "r2"]


def test_a_list_and_facts_without_a_path_have_steps_too():
    assert steps_of(sent("a", "body.gzip.json$.apps[1]")) == ["body", "gzip", "json", "apps", "[1]"]
    assert steps_of(sent("a", "query&did")) == ["query", "did"]
    assert steps_of(sent("a", "", encoding=["form", "md5"])) == ["body", "form", "md5", "k"]


def test_a_quote_stands_between_the_sentences_around_it():
    quote = "我们会收集您的设备信息，包括 IMEI。"
    row = {"quote": quote, "offset": POLICY.index("IMEI"), "source": "policy", "negated": False}
    (one,) = passages_of(POLICY, [row])
    assert (one.before, one.after, one.located) == ("第一条 我们重视隐私。", "您可以关闭相应权限。", True)
    (gone,) = passages_of(POLICY.replace("IMEI", "OAID"), [row])
    assert (gone.quote, gone.before, gone.after, gone.located) == (quote, "", "", False)
    (filed,) = passages_of(None, [{"quote": "personal_data: phone", "offset": None, "source": "filing"}])
    assert not filed.located


@given(st.text("甲乙。\n .", max_size=60), st.integers(0, 60), st.integers(1, 20), st.integers(-9, 90))
def test_what_surrounds_a_quote_comes_from_the_text_and_is_no_part_of_it(text, start, length, offset):
    quote = text[start : start + length]
    (one,) = passages_of(text, [{"quote": quote, "offset": offset, "source": "policy"}])
    assert one.quote == quote
    squeezed = "".join(text.split())
    if one.located:
        assert "".join(one.before.split()).lstrip("…") in squeezed
        assert len(one.before) <= 161


def test_the_manifest_line_is_the_permission_that_gives_the_data():
    report = {
        "permissions": [
            {"name": "android.permission.READ_PHONE_STATE", "declared": True, "max_sdk": 28},
            {"name": "android.permission.CAMERA", "declared": True, "max_sdk": None},
            {"name": "android.permission.READ_PRIVILEGED_PHONE_STATE", "declared": False, "max_sdk": None},
        ]
    }
    assert manifest_lines(report, "device.imei") == [
        '<uses-permission android:name="android.permission.READ_PHONE_STATE" android:maxSdkVersion="28" />'
    ]
    assert manifest_lines(report, "no.such") == []
    assert permission_line(report["permissions"][1]) == '<uses-permission android:name="android.permission.CAMERA" />'
    assert analyzer.legal_texts()["191"].number == "国信办秘字〔2019〕191号"


class Version:
    def __init__(self, sha256, name):
        self.policy_sha256, self.policy_name = sha256, name


def test_a_policy_that_cannot_be_read_says_why(tmp_path):
    store = BlobStore(tmp_path)
    good, bad = store.put(b"<p>\xe6\x88\x91\xe4\xbb\xac</p>"), store.put(b"\x89PNG123")
    assert policy_text(store, Version(good, "a.html")) == ("我们", "")
    text, why = policy_text(store, Version(bad, "b.html"))
    assert text is None
    assert "image" in why
    assert policy_text(store, Version("0" * 64, "c.html"))[0] is None
    assert policy_text(store, None) == (None, "")


@pytest.fixture
def browser(api, key_of):
    """The test client, signed in."""
    assert api.http.post("/login", data={"key": key_of()}, follow_redirects=False).status_code == 303
    return api.http


@pytest.fixture
def case(submitted, drain, api, traffic):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    body = traffic("device.imei")
    body["transmissions"][0].update(path="body.json$.imei", id="t-0123456789", capture="c.flow", encrypted=False)
    assert api("POST", "/apps/cn.example.study/traffic", json=body).status_code < 300
    drain()


def test_a_cell_and_a_finding_lead_to_their_evidence(browser, case):
    page = browser.get("/apps/cn.example.study").text
    links = set(re.findall(r'href="(/apps/cn\.example\.study/(?:evidence|findings)/[^"#]+)', page))
    assert "/apps/cn.example.study/evidence/device.imei?lang=zh" in links
    assert len(links) == 3
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200, link
        assert 'href="/clauses/191-1.1?lang=zh"' in answer.text
    text = browser.get("/apps/cn.example.study/evidence/device.imei?lang=en").text
    for part in ("http://t.example.com", "cleartext", "body › json › imei", "86…", "traffic show t-0123456789"):
        assert part in text, part
    clause = browser.get("/clauses/191-1.1?lang=en").text
    for part in ("国信办秘字〔2019〕191号", "no published rules"):
        assert part in clause, part


@pytest.mark.parametrize(
    "path", ["/apps/cn.example.study/evidence/no.such", "/apps/cn.example.study/findings/999", "/clauses/none", "/apps/no/evidence/device.imei"]
)  # fmt: skip
def test_what_is_not_there_is_said(browser, case, path):
    assert browser.get(path).status_code == 404


def test_evidence_of_another_province_is_not_there(api, case, key_of):
    api.http.post("/login", data={"key": key_of("reviewer", "51")})
    for path in ("evidence/device.imei", "findings/1"):
        assert api.http.get(f"/apps/cn.example.study/{path}").status_code == 404


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_evidence_opens_in_a_sheet_over_the_page_and_without_script_on_its_own(server, case, key_of):
    playwright = pytest.importorskip("playwright.sync_api")
    url, key, errors = f"http://127.0.0.1:{server}", key_of("lead_reviewer", "31"), []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for script in (True, False):
            page = browser.new_context(java_script_enabled=script, viewport={"width": 1200, "height": 800}).new_page()
            page.on("console", lambda said: said.type == "error" and errors.append(said.text))
            page.goto(f"{url}/login?next=/queue")
            page.click("summary")
            page.fill("#key", key)
            page.press("#key", "Enter")
            page.wait_for_url("**/queue**")
            page.goto(f"{url}/apps/cn.example.study")
            if script:
                page.fill("#reason", "写到一半")
            page.click("a.yes[href*='#code'] >> nth=0")
            if not script:
                page.wait_for_url("**/evidence/device.imei**")
                continue
            sheet = page.locator("#peek")
            playwright.expect(sheet).to_be_visible()
            playwright.expect(sheet.locator("mark.wanted")).to_have_count(1)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run('#peek', {resultTypes: ['violations']})")
            grave = [row["id"] for row in found["violations"] if row["impact"] in {"serious", "critical"}]
            assert grave == []
            sheet.locator("#peek-clauses a").first.click()
            playwright.expect(sheet.locator("h1")).to_contain_text("191-1.1")
            page.keyboard.press("Escape")
            playwright.expect(sheet).to_be_hidden()
            assert page.evaluate("document.activeElement.dataset.peek") == ""
            assert page.input_value("#reason") == "写到一半"
        browser.close()
    assert errors == []
