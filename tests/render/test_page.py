import re
import shutil
from html.parser import HTMLParser

import pytest
from reports import hostile_report

from analyzer.catalogue import load_catalogue
from analyzer.render import render

VOID = {"meta", "input", "br", "link", "img", "hr"}


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.scripts, self.ids, self.links, self.addresses = [], 0, set(), [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.scripts += tag == "script"
        assert not [name for name in attrs if name.startswith("on")]
        if attrs.get("id"):
            assert attrs["id"] not in self.ids
            self.ids.add(attrs["id"])
        for name in ("href", "src", "action"):
            if name in attrs:
                self.addresses.append(attrs[name])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_page_is_well_formed_and_names_no_other_place(lang):
    page = Balance()
    page.feed(render(hostile_report(), "html", lang))
    assert page.open == []
    assert page.scripts == 1
    # the only way out is to the official text of a clause, when the reader follows it
    official = {text.url for text in load_catalogue().texts.values() if text.url}
    outside = {address for address in page.addresses if not address.startswith("#")}
    assert outside
    assert outside <= official
    assert {address[1:] for address in page.addresses if address not in outside} <= page.ids


def test_text_of_the_app_is_inert():
    html = render(hostile_report(), "html", "zh")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "\u202e" not in html


def test_policy_of_the_page_allows_our_script_alone():
    import base64
    import hashlib

    html = render(hostile_report(), "html", "zh")
    script = re.search(r"<script>(.*)</script>", html, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    assert "default-src 'none'" in html


def test_finding_shows_clause_text_sureness_and_evidence():
    html = render(hostile_report(), "html", "zh")
    assert "191-3.1" in html
    assert "已证实" in html
    assert html.count("flow 5") == 1
    assert "同意前" in html


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_filter_hides_what_does_not_match_and_nothing_is_fetched(tmp_path):
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(render(hostile_report(), "html", "zh"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page()
        fetched, errors = [], []
        page.on("request", lambda request: fetched.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.goto(path.as_uri())
        page.fill("#filter", "libjiagu")
        assert page.locator("article.finding:visible").count() == 0
        page.fill("#filter", "推送")
        assert page.locator("#sdks + .scroll tbody tr:visible").count() == 1
        page.fill("#filter", "")
        assert page.locator("article.finding:visible").count() == 1
        browser.close()
    assert fetched == [path.as_uri()]
    assert errors == []


def test_what_justifies_a_permission_is_told_in_words():
    from analyzer.model import Permission

    camera = Permission(
        name="android.permission.CAMERA", declared=True, used=None, used_by=(), level="dangerous", group="camera",
        justified_by=("homework_photo", "live_class"), special=False, max_sdk=None,
    )  # fmt: skip
    report = hostile_report(permissions=(camera,))
    assert "作业拍照、直播课、音视频互动课堂" in render(report, "html", "zh")
    assert "Photo of homework, Live class" in render(report, "html", "en")
    assert "homework_photo" not in render(report, "html", "zh")
