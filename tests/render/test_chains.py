import re
import shutil
from dataclasses import replace

import pytest
from chains import GUARD, LONG, chained_report

from analyzer.model import Access
from analyzer.model.facts import Link
from analyzer.model.signature import short_name, split_guard
from analyzer.render import render
from analyzer.render.chains import chain_of, doubt_text, in_sections, offsets, section_of
from analyzer.render.words import WORDS


def site(**changes):
    values = {
        "data": "device.imei",
        "api": "La;->b()V",
        "caller": "Lx/Caller;->c()V",
        "actor": "app",
        "level": "reachable",
        "chain": (),
    }
    return Access(**{**values, **changes})


@pytest.mark.parametrize(
    ("signature", "short"),
    [
        ("Lcn/example/MainActivity;->onCreate(Landroid/os/Bundle;)V", "MainActivity.onCreate"),
        ("Lcn/example/Main$1;->run()V", "Main$1.run"),
        ("Lcn/example/Main;-><init>()V", "Main.new"),
        ("Lcn/example/Main;-><clinit>()V", "Main.static"),
        ("La/b/c;->a()V", "a.b.c.a"),
        ("settings:secure:android_id", "settings:secure:android_id"),
        ("", ""),
    ],
)
def test_short_names(signature, short):
    assert short_name(signature) == short


def test_guards_are_taken_apart_and_other_texts_stay_whole():
    assert split_guard('field "Lx/Y;->agreed" in La/App;->onCreate()V') == (
        "field",
        "Lx/Y;->agreed",
        "La/App;->onCreate()V",
    )
    assert split_guard("something else") == ("", "something else", "")


def test_every_link_entry_and_doubt_has_words_in_both_languages():
    from typing import get_args

    for link in get_args(Link):
        zh, en = WORDS[f"link.{link}"]
        assert zh
        assert not re.search("[a-z]", zh)
        assert en
    for kind in (
        "application",
        "provider",
        "startup",
        "factory",
        "launcher",
        "activity",
        "page",
        "service",
        "receiver",
    ):
        assert f"entry.{kind}" in WORDS
    for doubt in ("consent_guard", "dispatch_unsure", "sdk_preinit"):
        assert f"doubt.{doubt}" in WORDS


def test_a_chain_tells_how_each_step_is_reached_and_folds_in_the_middle():
    short = chain_of(site(chain=LONG[:3], links=("call", "gesture"), entry="launcher"), "zh")
    assert [(step.link, step.name) for step in short.steps] == [
        ("启动页", "StudyApp.onCreate"),
        ("调用", "UMConfigure.init"),
        ("手势", "UMWorkDispatch.registerConnStateObserver"),
    ]
    assert short.middle == ()
    long = chain_of(site(chain=LONG, links=("call",) * 11, entry="application"), "en")
    assert (len(long.head), len(long.middle), len(long.tail)) == (3, 6, 3)
    assert [step.signature for step in long.steps] == list(LONG)


def test_links_that_are_missing_leave_the_step_bare():
    chain = chain_of(site(chain=LONG[:3], links=("call",), entry="new_kind"), "zh")
    assert [step.link for step in chain.steps] == ["new_kind", "调用", ""]
    assert chain_of(site(), "zh").steps == ()


def test_doubts_name_flag_and_place():
    guarded = site(doubt="consent_guard", guard=GUARD)
    assert "偏好设置“agreed_policy_version”，检查位置 StudyApp.onCreate" in doubt_text(guarded, {}, "zh")
    assert "preference “agreed_policy_version”, tested in StudyApp.onCreate" in doubt_text(guarded, {}, "en")
    assert doubt_text(site(doubt="new_reason"), {"new_reason": "新的原因"}, "zh") == "不能确定：新的原因"
    assert doubt_text(site(), {}, "zh") == ""
    assert doubt_text(guarded, {}, "zh").startswith("调用前")  # reached by the user: asking first is as it should be
    assert doubt_text(replace(guarded, level="before_consent"), {}, "zh").startswith("不能确定：")


def test_many_offsets_are_counted():
    assert offsets(site(offsets=(1, 31))) == "0x1, 0x1f"
    assert offsets(site(offsets=tuple(range(9)))).endswith("(+5)")


@pytest.mark.parametrize(
    ("level", "doubt", "complete", "section"),
    [
        ("before_consent", None, True, "early"),
        ("before_consent", "consent_guard", True, "doubt"),
        ("reachable", "dispatch_unsure", True, "later"),
        ("present", None, True, "no_path"),
        ("present", None, False, "unknown"),
    ],
)
def test_reads_stand_in_the_section_of_their_level(level, doubt, complete, section):
    assert section_of(site(level=level, doubt=doubt), complete=complete) == section


def test_without_a_complete_search_no_section_says_that_no_path_was_found():
    assert "no_path" in in_sections(chained_report())
    for changes in (
        {"complete": False},
        {"entries": None, "accesses": (site(level="present"),), "permission_requests": ()},
    ):
        report = chained_report(**changes)
        assert "no_path" not in in_sections(report)
        assert "没有找到从任何入口点" not in render(report, "html", "zh")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_links_the_ledger_to_the_reads_and_is_well_formed(lang):
    html = render(chained_report(), "html", lang)
    ids = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= ids
    assert {"early-device.imei", "doubt-installed_apps", "later-camera", "no_path-contacts", "requests"} <= ids
    assert 'href="#early-device.imei"' in html
    assert 'title="Lcom/umeng/commonsdk/UMConfigure;' in html


def test_the_chinese_page_says_how_in_chinese():
    html = render(chained_report(), "html", "zh")
    for text in (
        "调用",
        "分派",
        "调度",
        "回调",
        "手势",
        "生命周期",
        "类初始化",
        "启动组件",
        "布局加载",
        "反射",
        "中间 6 步",
        "第三方代码（com.unknown.kit）",
    ):
        assert text in html, text
    visible = re.sub(r"<[^>]+>", " ", html.partition("<main>")[2])
    for raw in ("before_consent", "dispatch_unsure ", "class_init", "lib:com.unknown.kit [", "fingerprint_part"):
        assert raw not in visible, raw


@pytest.mark.parametrize(("lang", "texts"), [
    ("zh", ("启动页 MainActivity.onCreate › 调用 MainActivity.readInvitation", "启动阶段，同意之前  READ_PHONE_STATE", "途中的某个对象未能确定", "同意前")),
    ("en", ("launcher page MainActivity.onCreate › calls MainActivity.readInvitation", "start-up, before consent  READ_PHONE_STATE", "before consent")),
])  # fmt: skip
def test_the_terminal_shows_chains_and_requests(lang, texts):
    text = render(chained_report(), "terminal", lang, width=160)
    for wanted in texts:
        assert wanted in text, wanted


def test_text_of_a_hostile_chain_is_inert():
    evil = "Lcn/<script>alert(1)</script>\u202e;->a\n()V"
    row = site(
        level="before_consent",
        chain=(evil, evil),
        links=("call",),
        entry=evil,
        doubt="consent_guard",
        guard=evil,
        caller=evil,
        api=evil,
    )
    report = chained_report(accesses=(row,))
    html = render(report, "html", "zh")
    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert "\u202e" not in render(report, "terminal", "zh")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_sections_are_readable_without_script_on_phone_and_desk(tmp_path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        for lang in ("zh", "en"):
            path = tmp_path / f"{lang}.html"
            path.write_text(render(chained_report(), "html", lang), encoding="utf-8")
            for width in (390, 1400):
                page = browser.new_page(java_script_enabled=False, viewport={"width": width, "height": 900})
                page.goto(path.as_uri() + "#early")
                assert page.locator("section.reads[aria-labelledby=early] .read:visible").count() == 3
                assert page.locator("#early-device\\.imei").get_by_text("ImeiTracker.f", exact=True).first.is_visible()
                page.close()
            page = browser.new_page(viewport={"width": 390, "height": 900})
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == 390
            page.fill("#filter", "clipboard")
            assert page.locator("section.reads .read:visible").count() == 1
            page.close()
        browser.close()
