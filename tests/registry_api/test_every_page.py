"""Every page of the console in a real browser: phone and wide screen, light and dark, both languages, axe-core.

``EDUAUDIT_TEST_PICTURES=folder`` photographs each of them, for a person to look at.
"""

import os
import re
import shutil
from pathlib import Path

import pytest
from everything import FILES, PAGES, fill
from pageroutes import routes_of

from registry_api.accounts.access import Role
from registry_api.accounts.users import add_user

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
PICTURES = os.environ.get("EDUAUDIT_TEST_PICTURES")
ALL = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}"
AGAIN = (
    "{resultTypes: ['violations'], runOnly: {type: 'rule', values: ['color-contrast', 'scrollable-region-focusable']}}"
)
"""What can differ between two looks of one page."""
LIGHT = 300_000
"""Bytes that a page may weigh."""
LOOKS = ((1400, "light", ALL), (390, "dark", AGAIN))


def place_of(path):
    """The address of `PAGES` as the pattern of one route."""
    return path.partition("?")[0]


def test_every_page_of_the_console_is_in_the_list(api):
    listed = {place_of(path) for paths in PAGES.values() for path in paths}
    missing = []
    for route in routes_of(api.http.app):
        if "GET" not in route.methods or route.path in FILES:
            continue
        pattern = re.sub(r"{\w+}", "[^/]+", route.path)
        own = [path for path in listed if re.fullmatch(pattern, path)]
        # `/notices/compose` also looks like `/notices/{notice_id}`: an address counts for its most exact route.
        if not any(exact(api.http.app, path) == route.path for path in own):
            missing.append(route.path)
    assert missing == []


def exact(app, path):
    matching = [
        route.path
        for route in routes_of(app)
        if "GET" in route.methods and re.fullmatch(re.sub(r"{\w+}", "[^/]+", route.path), path)
    ]
    return min(matching, key=lambda item: item.count("{"))


@pytest.fixture
def whole(api, registry, submitted, drain, upload, traffic):
    """The record, and who → what signs them in."""
    office, ids = fill(api, registry, submitted, drain, upload, traffic)
    with registry.database.write() as session:
        password = add_user(session, login="zhang.san", name="张三", role=Role.REVIEWER, province="31")[1]
    signs = {who: {"key": key} for who, key in office.keys.items()}
    return {**signs, "person": {"login": "zhang.san", "password": password}, "visitor": None}, ids


def fits(page):
    """Whether nothing stands out at the side, once charts have been drawn anew: they follow the window a moment later."""
    for _ in range(20):
        if page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            return True
        page.wait_for_timeout(100)
    return False


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_every_page_fits_every_width_and_has_no_serious_fault_of_access(server, whole):
    """Each page in one language, wide and light first, then narrow and dark as it stands; for pictures in both."""
    url, (signs, ids), source = f"http://127.0.0.1:{server}", whole, AXE.read_text()
    errors, elsewhere, faults, wide, heavy = [], [], [], [], []
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        for who, paths in PAGES.items():
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: said.type == "error" and errors.append(said.text))
            page.on("request", lambda request: request.url.startswith(url) or elsewhere.append(request.url))
            if signs[who]:
                context.request.post(f"{url}/login", form=signs[who], max_redirects=0)
            for number, listed in enumerate(paths):
                path = re.sub("|".join(ids), lambda found: ids[found[0]], listed)
                for lang in ("zh", "en") if PICTURES else (("zh", "en")[number % 2],):
                    page.set_viewport_size({"width": 1400, "height": 900})
                    page.emulate_media(color_scheme="light")
                    answer = page.goto(f"{url}{path}{'&' if '?' in path else '?'}lang={lang}")
                    assert answer.status == 200, (who, path)
                    if path.endswith("/progress"):  # a fragment that stands on the page that asks for it
                        continue
                    if "/login" in page.url and who != "visitor":
                        errors.append(f"{who} is not let in to {path}")
                    heavy += [path] if len(answer.body()) > LIGHT else []
                    if "data-chart" in page.content():
                        playwright.expect(page.locator("figure svg").first).to_be_visible()
                    page.evaluate(source)
                    for width, scheme, rules in LOOKS:
                        page.set_viewport_size({"width": width, "height": 900})
                        page.emulate_media(color_scheme=scheme)
                        if not fits(page):
                            wide.append((path, width))
                        if PICTURES:
                            name = f"{who}_{path.strip('/').replace('/', '_').split('?')[0]}-{width}-{scheme}-{lang}"
                            page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
                        faults += [
                            (who, path, width, item["id"], item["nodes"][0]["html"][:200])
                            for item in page.evaluate(f"axe.run(document, {rules})")["violations"]
                            if item["impact"] in {"serious", "critical"}
                        ]
            context.close()
        browser.close()
    assert (errors, elsewhere, wide, faults, heavy) == ([], [], [], [], [])
