"""The screens of the real product, with the samples filed by the real commands; the pictures of the READMEs are these.

``EDUAUDIT_WRITE_PICTURES=1`` (or ``make pictures``) writes them to ``docs/pictures``.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.cli.demo import running, tell

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
ROOT = Path(__file__).parents[2]
WRITE = os.environ.get("EDUAUDIT_WRITE_PICTURES") == "1"
HOMEWORK = "/apps/cn.jieda.homework"
LIGHT = 300_000


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A running server with two samples on record; returns its address, its data and role → key."""
    work = tmp_path_factory.mktemp("pictures")
    with running(work / "record") as registry:
        for name in ("reader", "homework"):
            tell(ROOT / "samples" / name, registry, "zh", work)

        def key(role, *more):
            done = subprocess.run(
                [sys.executable, "-m", "analyzer", "registry", "key", "issue", role, "--role", role, *more, "--data", str(work / "record")],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            return re.search(r"edr_\S+", done.stdout)[0]

        yield registry.url, key
    registry.process.stdout.close()


@pytest.fixture
def visit(place):
    """visit(role or None) → a page of somebody who has signed in; errors of the browser fail the test."""
    url, key = place
    errors = []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )

        def enter(role=None, *more, width=1280):
            page = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN").new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: said.type == "error" and errors.append(said.text))
            page.goto(url + "/")
            if role:
                page.click("summary")
                page.fill("#key", key(role, *more))
                page.press("#key", "Enter")
                page.wait_for_url(lambda now: "/login" not in now)
            return page

        yield enter
        browser.close()
    assert errors == []


def shoot(page, name, **more):
    if WRITE:
        page.screenshot(path=ROOT / "docs" / "pictures" / f"{name}.png", **more)


def test_the_pictures_of_the_readmes_show_the_product(place, visit):
    url, _ = place
    page = visit("supervisor")
    for path, name, said in (
        ("/queue", "queue", "解答小站"),
        (HOMEWORK, "record", "申报与检出"),
        ("/statistics", "statistics", "统计"),
        ("/portal?q=教育", "portal", "公示"),
    ):
        answer = page.goto(url + path)
        assert answer.status == 200, path
        assert len(answer.body()) < LIGHT, path
        assert said in page.inner_text("main"), path
        if path == "/statistics":
            playwright.expect(page.locator("figure svg").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        shoot(page, name)
    page.goto(url + HOMEWORK)
    page.click(f"a.yes[href*='{HOMEWORK}/evidence/device.imei'][href$='#sent'] >> nth=0")
    sheet = page.locator("#peek")
    playwright.expect(sheet.locator("mark.wanted").first).to_be_visible()
    assert "body › base64 › gzip › json › header" in sheet.inner_text()
    shoot(page, "evidence")


def test_a_denial_of_the_policy_stands_in_its_context_beside_the_request(place, visit):
    url, _ = place
    page = visit("supervisor")
    page.goto(url + HOMEWORK)
    page.click("article.finding:has-text('政策声明不收集') a[data-peek][href*='/findings/']")
    sheet = page.locator("#peek")
    playwright.expect(sheet.locator("blockquote mark.wanted")).to_have_text(
        "我们不会收集您的位置信息，也不会读取您的通讯录。"
    )
    assert len(sheet.locator("blockquote span").all_inner_texts()) == 2, "the sentences before and after"
    assert "latitude" in sheet.inner_text()


def test_the_task_list_of_a_regulator_from_the_start_page(visit):
    """docs/tasks.md, A: nothing but clicks."""
    page = visit("lead_reviewer", "--province", "33")
    page.click("nav.menu a:has-text('待办')")
    page.click("tbody a:has-text('解答小站')")
    playwright.expect(page.locator("#comparison tr.row-mismatch").first).to_be_visible()
    page.click("article.finding button[name=add] >> nth=0")
    playwright.expect(page.locator("#decide .item-row")).to_have_count(1)
    page.check("input[name=event][value=return]")
    page.fill("#reason", "请按所列事项补正")
    page.click("#decide button[name=send]")
    playwright.expect(page.locator("p.done")).to_have_text("已办理。")
    playwright.expect(page.locator(".titlebar .tag.big")).to_have_text("退回补正")


def test_the_task_lists_of_a_director_and_of_the_public_from_the_start_page(place, visit):
    """docs/tasks.md, D and E."""
    _url, _ = place
    page = visit("supervisor")
    page.click("nav.menu a:has-text('统计')")
    playwright.expect(page.locator("figure svg").first).to_be_visible()
    page.click("nav.menu a:has-text('SDK')")
    page.click("main a:has-text('友盟') >> nth=0")
    assert "解答小站" in page.inner_text("main")
    page = visit()
    page.click("a[href^='/portal']")
    page.fill("form.portal-search input[name=q]", "解答小站")
    page.click("form.portal-search button")
    assert "没有" in page.inner_text("main"), "not filed: the public register does not list it"
