"""The screens of the real product, with the samples filed by the real commands; the pictures of the READMEs are these.

``EDUAUDIT_WRITE_PICTURES=1`` (or ``make pictures``) writes them to ``docs/pictures``.
"""

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from analyzer.cli.demo import running, tell
from registry_api.organizations.uscc import check_character

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
ROOT = Path(__file__).parents[2]
WRITE = os.environ.get("EDUAUDIT_WRITE_PICTURES") == "1"
STEPS = os.environ.get("EDUAUDIT_TEST_PICTURES")
HOMEWORK_FILES = ROOT / "samples" / "homework"
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

        yield registry.url, key, registry.key
    registry.process.stdout.close()


@pytest.fixture
def visit(place):
    """visit(role or None) → a page of somebody who has signed in; errors of the browser fail the test."""
    url, key = place[:2]
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
    url = place[0]
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
    url = place[0]
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


def step(page, name):
    """Photograph one step of a task list, where somebody wants to look at it."""
    if STEPS:
        page.screenshot(path=Path(STEPS) / f"{name}.png", full_page=True)


def test_the_task_list_of_a_vendor_from_the_start_page(visit):
    """docs/tasks.md, B: a look before filing; then the answer to the return of list A."""
    page = visit("vendor", "--organization", json.loads((HOMEWORK_FILES / "filing.json").read_text())["unit"]["uscc"])
    step(page, "B1-start")
    page.click("nav.menu a:has-text('我的备案')")
    step(page, "B2-mine")
    page.click("text=安装包自查")
    page.set_input_files("#file-artifact_upload", str(HOMEWORK_FILES / "homework.apk"))
    playwright.expect(page.locator("[data-upload] output").first).to_contain_text("已上传", timeout=30_000)
    step(page, "B3-chosen")
    page.click("button:has-text('开始自查')")
    page.click("#progress .done a", timeout=90_000)
    playwright.expect(page.locator("article.finding").first).to_be_visible(timeout=30_000)
    step(page, "B4-report")
    page.click("nav.menu a:has-text('我的备案')")
    page.click("tbody a:has-text('解答小站')")
    step(page, "B5-returned")
    reply = page.locator("textarea[name^=reply-]").first
    playwright.expect(reply).to_be_visible()
    reply.fill("已在新版本中移除该 SDK。")
    step(page, "B6-answered")
    page.click("button:has-text('保存并提交')")
    playwright.expect(page.locator(".titlebar .tag.big")).not_to_have_text("退回补正", timeout=30_000)
    step(page, "B7-handed-in")


def test_the_task_list_of_a_school_from_the_start_page(place, visit):
    """docs/tasks.md, C: the app is filed by now; the school finds it, files its use, and its authority approves."""
    url, _, admin = place
    asked = functools.partial(httpx.request, headers={"Authorization": f"Bearer {admin}"}, timeout=30)
    units = {}
    for name, serial in (("实验小学", "12350000MB0000001"), ("区教育局", "11350000MB0000002")):
        made = asked(
            "POST", f"{url}/api/v1/organizations", json={"name": name, "uscc": serial + check_character(serial)}
        )
        units[name] = made.json()
    above = {"superior_id": units["区教育局"]["id"]}
    asked("PUT", f"{url}/api/v1/organizations/{units['实验小学']['id']}/superior", json=above)

    page = visit("lead_reviewer", "--province", "35")
    page.click("tbody a:has-text('学林伴读')")
    page.check("input[name=event][value=approve]")
    page.fill("#reason", "材料齐全")
    page.click("#decide button[name=send]")
    playwright.expect(page.locator(".titlebar .tag.big")).to_have_text("已备案")

    page = visit("school", "--organization", units["实验小学"]["uscc"])
    page.click("nav.menu a:has-text('使用备案')")
    step(page, "C1-school")
    page.fill("form.portal-search input[name=q]", "学林")
    page.click("form.portal-search button")
    step(page, "C2-found")
    page.click("a:has-text('备案使用')")
    playwright.expect(page.locator("input[name='/app/number']")).to_have_value(re.compile("教APP备"))
    step(page, "C3-form")
    page.select_option("select[name='/use/mode']", "free")
    page.select_option("select[name='/use/origin']", "self_chosen")
    page.fill("textarea[name='/use/decision']", "校长办公会 2026-11-02，纪要 12 号")
    page.fill("input[name='/institution/department']", "教务处")
    page.fill("input[name='/institution/contact_name']", "样本丙")
    page.click("button:has-text('保存草稿')")
    step(page, "C4-saved")
    page.click("button:has-text('保存并提交')")
    playwright.expect(page.locator(".titlebar .tag.big")).to_have_text("审核中")
    step(page, "C5-handed-in")

    page = visit("school", "--organization", units["区教育局"]["uscc"])
    page.click("nav.menu a:has-text('使用备案')")
    step(page, "C6-authority")
    page.click("#due a:has-text('学林伴读')")
    page.check("input[name=event][value=approve]")
    step(page, "C7-case")
    page.click("#decide button[name=send]")
    playwright.expect(page.locator("p.done")).to_have_text("已办理。")
    playwright.expect(page.locator(".titlebar .tag.big")).to_have_text("已备案")
    step(page, "C8-decided")


def test_the_task_lists_of_a_director_and_of_the_public_from_the_start_page(place, visit):
    """docs/tasks.md, D and E."""
    _url = place[0]
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
