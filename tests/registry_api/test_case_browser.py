"""Queue, case page and comparison of versions in a real browser: narrow and wide, light and dark, without script."""

import os
import shutil
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
ARGS = ["--no-sandbox", "--disable-background-networking"]
SHOTS = os.environ.get("EDUAUDIT_SHOTS")
SCREENS = ("/queue", "/apps/cn.example.study", "/apps/cn.example.study/versions?old=1&new=1", "/apps")

UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
  .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML)"""
"""Controls that a screen reader could not name."""


@pytest.fixture
def case(submitted, drain, key_of):
    findings = ["DATA.X|device.imei|critical", "DATA.Y|device.mac|medium", "DATA.Z|location.precise|low"]
    submitted(
        {"findings": findings, "sdks": [["友盟统计", "9.4"]], "label": "晨光学习" * 40}, sdks=[], version_name="0.9"
    )
    drain()
    return key_of("lead_reviewer", "31")


def sign_in(page, url, key):
    page.goto(f"{url}/login?next=/queue")
    page.click("summary")
    page.fill("#key", key)
    page.press("#key", "Enter")
    page.wait_for_url("**/queue**")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1400, "light")])
def test_the_screens_fit_and_ask_for_nothing_from_elsewhere(server, case, width, scheme):
    url = f"http://127.0.0.1:{server}"
    errors, elsewhere = [], []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.on("request", lambda request: request.url.startswith(url) or elsewhere.append(request.url))
        sign_in(page, url, case)
        for path in SCREENS:
            page.goto(url + path)
            if SHOTS:
                name = path.strip("/").replace("/", "-").partition("?")[0]
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"), full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
            assert page.evaluate(UNNAMED) == [], path
        browser.close()
    assert errors == []
    assert elsewhere == []


@pytest.mark.parametrize("script", [True, False])
def test_one_click_on_a_finding_fills_the_form_that_returns_the_filing(server, case, script):
    url = f"http://127.0.0.1:{server}"
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_context(java_script_enabled=script, viewport={"width": 1400, "height": 900}).new_page()
        sign_in(page, url, case)
        page.click("tbody a >> nth=0")
        page.fill("#reason", "写到一半的理由")
        page.click("article.finding button[name=add] >> nth=0")
        playwright.expect(page.locator("#decide .item-row")).to_have_count(1)
        page.click(".compare button[name=add] >> nth=0")
        playwright.expect(page.locator("#decide .item-row")).to_have_count(2)
        assert page.input_value("#reason") == "写到一半的理由"
        assert "标题 DATA.X" in page.input_value("#item-1 textarea[name=problem]")
        page.fill("#item-1 textarea[name=suggestion]", "请删除")
        if SHOTS:
            page.locator("#decide").screenshot(path=str(Path(SHOTS) / f"decide-{script}.png"))
        page.click("#decide button[name=send]")
        playwright.expect(page.locator("p.done")).to_have_count(1)
        playwright.expect(page.locator("#corrections tbody tr")).to_have_count(2)
        assert "请删除" in page.inner_text("#corrections")
        browser.close()
