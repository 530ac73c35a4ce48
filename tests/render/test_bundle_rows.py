from analyzer.model import Bundle
from analyzer.render.bundles import MOST, rows_of

BUNDLE = Bundle(
    framework="uniapp", name="uni-app / 5+: 作业", place="assets/apps/X/www/", version="1.2", engine="uni-app 4.08",
    scripts=3, runtime=2, unread=("a.js: no text",), modules=tuple(f"M{number:02}" for number in range(MOST + 3)),
)  # fmt: skip


def test_bundle_is_said_in_both_languages_and_long_lists_are_cut():
    zh, en = dict(rows_of(BUNDLE, "zh")), dict(rows_of(BUNDLE, "en"))
    assert zh["代码文件"] == "已检索 3，框架自带 2（不计入）"
    assert en["Code files"] == "3 searched, 2 of the framework itself left out"
    assert zh["版本"] == "1.2 · uni-app 4.08"
    assert en["Modules and plugins"].endswith("M11 … +3")
    assert "Services configured" not in en  # nothing to say is not said
