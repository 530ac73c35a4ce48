"""The pages in a real browser: what headers and forms do together is decided there."""

import shutil

import pytest

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


def test_a_person_signs_in_with_a_key_reads_a_record_and_signs_out(server, key_of, submitted, drain):
    submitted({"findings": ["DATA.X|device.imei|high"]})
    drain()
    url = f"http://127.0.0.1:{server}"
    errors, elsewhere = [], []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: request.url.startswith(url) or elsewhere.append(request.url))
        page.goto(f"{url}/apps/cn.example.study")
        page.click("summary")
        page.fill("#key", key_of("reviewer", "31"))
        page.press("#key", "Enter")
        page.wait_for_url("**/apps/cn.example.study**")
        assert page.locator("article.finding").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.click("text=English")
        assert page.locator("text=Filed beside found").count() == 1
        page.goto(f"{url}/")
        assert page.url.startswith(f"{url}/queue"), "a reviewer begins with what is due"
        page.goto(f"{url}/apps")
        page.click("text=审核中 >> nth=0")
        assert page.locator("tbody tr").count() == 1
        page.click("form[action='/logout'] button")
        page.wait_for_url("**/login")
        page.goto(f"{url}/")
        assert "/login" in page.url
        browser.close()
    assert errors == []
    assert elsewhere == []
