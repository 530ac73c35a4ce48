"""Acts at the desk in a real browser, without scripts and by the keyboard."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from registry_api.accounts.access import Role
from registry_api.accounts.sessions import one_time_token
from registry_api.accounts.users import add_user

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")

VENDOR = Path(__file__).parent / "vendor"
AXE = VENDOR / "axe-4.14.1.min.js"
PACKAGE = "cn.example.study"


def test_axe_is_what_its_list_says():
    (listed,) = json.loads((VENDOR / "VENDOR.json").read_text())
    assert (listed["name"], listed["licence"], listed["file"]) == ("axe-core", "MPL-2.0", AXE.name)
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == listed["sha256"]
    assert "Mozilla Public License" in (VENDOR / "axe.LICENSE").read_text()[:100]


@pytest.fixture
def desk(api, submitted, drain, registry):
    """Two provinces, three apps, two notices."""
    for index, (province, version) in enumerate([("31", "9.4.7"), ("31", "9.6.3"), ("51", None)]):
        package = f"cn.example.s{index}" if index else PACKAGE
        findings = ["A.ONE|device.imei|high", "B.TWO|phone_number|low"][: index + 1]
        spec = {"sdks": [["umeng.analytics", version]], "package": package, "findings": findings}
        submitted(spec, package=package, province=province, serial=f"00010{index}", name=f"晨光学习{index}")
        drain()
    who = {"role": "reviewer", "province": "31"}
    for package in (PACKAGE, "cn.example.s1"):
        api("POST", "/notices", json={"kind": "rectification", "package": package, "batch": "2026-3"}, **who)
    for event, role in (("sign", "lead_reviewer"), ("issue", "reviewer")):
        head = {"If-Match": "*"}
        api("POST", "/notices/1/transitions", json={"event": event}, headers=head, role=role, province="31")
    with registry.database.write() as session:
        add_user(session, login="zhang.san", name="张三", role=Role.REVIEWER, province="31")


@pytest.fixture
def link(registry, key_of):
    """role → address that signs a browser in once."""

    def make(role, province=None):
        key = key_of(role, province)
        with registry.database.write() as session:
            return "/login?token=" + one_time_token(session, key.split("_")[1])

    return make


def test_a_notice_is_drafted_without_scripts_and_by_the_keyboard(server, link, desk):
    url = f"http://127.0.0.1:{server}"
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(url + link("reviewer", "31"))
        page.goto(f"{url}/notices/compose?package={PACKAGE}")
        page.fill("textarea[name=remark]", "请于月底前说明。")
        page.click("text=预览 >> nth=0")
        playwright.expect(page.locator(".paper")).to_contain_text("请于月底前说明。")
        playwright.expect(page.locator(".note strong")).to_have_text(re.compile(r"\d{4}-\d\d-\d\d"))
        page.focus("button[value=draft]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/notices/3**")
        playwright.expect(page.locator("h1")).to_contain_text("整改通知书")
        page.goto(f"{url}/statistics")
        page.click("text=数据表 >> nth=0")
        assert page.locator("table").first.is_visible()
        browser.close()
