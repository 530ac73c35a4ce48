"""Portal, provider's and school's side in a real browser: narrow and wide, light and dark, with and without scripts."""

import json
import shutil

import pytest
from sqlmodel import select

from registry_api.accounts.access import Role
from registry_api.accounts.keys import issue
from registry_api.organizations.models import Organization

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
LOOKS = [(width, scheme) for width in (390, 1400) for scheme in ("light", "dark")]


@pytest.fixture
def chromium(server, tmp_path):
    url = f"http://127.0.0.1:{server}"
    elsewhere, errors = [], []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )

        def look(name, path, key=None, *, scripts=True, looks=LOOKS, act=None):
            for width, scheme in looks:
                context = browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
                )
                page = context.new_page()
                page.on("pageerror", lambda error: errors.append(str(error)))
                page.on("request", lambda request: request.url.startswith(url) or elsewhere.append(request.url))
                if key:
                    context.request.post(f"{url}/login", form={"key": key})
                page.goto(url + path)
                if act:
                    act(page)
                if scripts:
                    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
                page.screenshot(path=str(tmp_path / f"{name}-{width}-{scheme}.png"), full_page=True)
                context.close()

        yield look
        browser.close()
    assert (elsewhere, errors) == ([], [])


@pytest.fixture
def approved(api, submitted, drain):
    answer = submitted({"findings": ["DATA.X|device.imei|high"]}, stages=["primary", "junior_high"]).json()
    drain()
    moved = api(
        "POST",
        f"/filings/{answer['id']}/transitions",
        role="reviewer",
        province="31",
        json={"event": "approve"},
        headers={"If-Match": "*"},
    )
    assert moved.status_code == 200, moved.text
    return moved.json()


@pytest.fixture
def member_key(registry):
    def make(role):
        with registry.database.write() as session:
            unit = session.exec(select(Organization)).first()
            return issue(session, name="测试", role=role, organization_id=unit.id)[1]

    return make


def test_the_public_looks_an_app_up_and_checks_its_number_without_scripts(chromium, approved):
    chromium("search", "/portal?q=晨光", scripts=False, looks=[(390, "dark")])
    chromium("search", "/portal?q=晨光")
    chromium("app", "/portal/apps/cn.example.study")
    chromium("verify", f"/portal/verify?code={approved['number']}")

    def by_hand(page):
        page.fill("input[name=q]", "晨光")
        page.click("form.portal-search button")
        page.click("text=晨光学习")
        page.click("text=核验备案 >> nth=1")
        assert page.locator("text=该备案目前有效").count() == 1

    chromium("walk", "/portal", looks=[(1400, "light")], act=by_hand)


def test_a_provider_checks_a_package_and_edits_a_draft(chromium, approved, member_key, tmp_path, drain):
    key = member_key(Role.VENDOR)
    package = tmp_path / "app.apk"
    package.write_text(json.dumps({"findings": ["DATA.X|device.imei|high"]}))

    def check(page):
        page.set_input_files("#file-artifact_upload", str(package))
        playwright.expect(page.locator("[data-upload] output").first).to_contain_text("已上传")
        page.click("button.primary")
        playwright.expect(page.locator("#progress .stages [aria-current]")).to_have_text("排队")
        page.evaluate("window.kept = true")
        drain()
        page.click("#progress .done a")  # it came by itself: the page was not loaded anew
        page.wait_for_selector("article.finding")

    chromium("check", "/vendor/check", key, looks=[(390, "light"), (1400, "dark")], act=check)
    chromium("mine", "/vendor", key)
    chromium("filing", "/vendor/filings/1", key, looks=[(390, "dark"), (1400, "light")])


def test_a_school_picks_an_app(chromium, approved, member_key):
    key = member_key(Role.SCHOOL)
    chromium("school", "/school?q=晨光", key)
    chromium("use", "/school/new?package=cn.example.study", key, looks=[(390, "light"), (1400, "dark")])
