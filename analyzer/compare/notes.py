"""What concerns the whole comparison and must be read before any single difference."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model import Bilingual, Coverage, DiffNote
from analyzer.model.coverage_words import COVERAGE_WORDS

from .version import Version

_TEXT = {
    "other_package": (
        "包名不同：这是两个不同的应用，以下差异不是同一应用的版本变化。",
        "The package names differ: these are two apps, and what follows is no change from version to version.",
    ),
    "same_file": (
        "两侧是同一个文件（SHA-256 相同）：开发者没有改动任何内容。",
        "Both sides are the same file (equal SHA-256): the vendor changed nothing.",
    ),
    "engine_differs": (
        "两侧由不同版本的分析引擎提取（{old}；{new}）：标有“引擎”的差异可能由此而来，不能算作开发者的改动。",
        "The facts come from different versions of the extractor ({old}; {new}): what is marked so may be due to that.",
    ),
    "rules_differ": (
        "两侧的事实按不同的规则命名（{old}；{new}）：标有“规则”的差异可能由此而来，不能算作开发者的改动。",
        "The facts were named by different rules ({old}; {new}): what is marked so may be due to that.",
    ),
    "judged_differently": (
        "两侧的问题按不同的规则判定（{old}；{new}）：问题的差异可能由此而来。",
        "The findings were judged by different rules ({old}; {new}): differences between findings may be due to that.",
    ),
    "channels_differ": (
        "两侧检查的渠道不同（{old}；{new}）：只在一侧检查的渠道不能比较。",
        "The sides examined different channels ({old}; {new}): what only one examined cannot be compared.",
    ),
    "old_incomplete": (
        "旧版未能完整读取（{old}）：新版中“首次看到”的内容，旧版可能已有。",
        "OLD was not read in full ({old}): what is “first seen” in NEW may have been in OLD.",
    ),
    "new_incomplete": (
        "新版未能完整读取（{new}）：“未看到”不等于已删除。",
        "NEW was not read in full ({new}): “not seen” does not mean gone.",
    ),
    "chains_missing": (
        "至少一侧没有查找调用链：读取代码的可达级别不作比较。",
        "No call chains were searched on at least one side: how code is reached is not compared.",
    ),
    "older_version": (
        "NEW 的版本号低于 OLD（{old} → {new}）：两个文件的顺序可能反了，或应用被降级。",
        "NEW has the lower version code ({old} → {new}): the files may be in the wrong order, or this is a downgrade.",
    ),
}
_NAMES = {"static": "安装包/package", "policy": "政策/policy", "filing": "备案/filing", "traffic": "流量/traffic"}


def notes_of(old: Version, new: Version) -> tuple[DiffNote, ...]:
    """Return the notes of two versions, gravest first."""
    return tuple(_notes(old, new))


def _notes(old: Version, new: Version) -> Iterable[DiffNote]:
    one, other = old.report, new.report
    if one.app.package and other.app.package and one.app.package != other.app.package:
        yield _note("other_package")
    if old.static and one.artifact.sha256 == other.artifact.sha256:
        yield _note("same_file")
    codes = one.app.version_code, other.app.version_code
    if codes[0] is not None and codes[1] is not None and codes[1] < codes[0]:
        yield _note("older_version", str(codes[0]), str(codes[1]))
    if one.run.engine != other.run.engine:
        yield _note("engine_differs", one.run.engine, other.run.engine)
    if old.facts_rules != new.facts_rules:
        yield _note("rules_differ", old.facts_rules, new.facts_rules)
    if one.run.rules != other.run.rules:
        yield _note("judged_differently", one.run.rules, other.run.rules)
    channels = [sorted(name for name, seen in each.report.summary.channels.items() if seen) for each in (old, new)]
    if channels[0] != channels[1]:
        yield _note("channels_differ", *(", ".join(_NAMES.get(name, name) for name in each) for each in channels))
    reasons = [_gaps(each.coverage) for each in (one, other)]
    if old.static and new.static:
        if not old.code:
            yield _note("old_incomplete", *reasons)
        if not new.code:
            yield _note("new_incomplete", *reasons)
        missing = [each.coverage.entries is None for each in (one, other)]
        if any(missing) and not all(missing):
            yield _note("chains_missing")


def _gaps(coverage: Coverage) -> Bilingual:
    """Return the kinds of gaps in words; a kind without words as it is."""
    codes = sorted({row.code for row in coverage.reasons})
    words = [COVERAGE_WORDS.get(f"coverage.{code}", (code, code)) for code in codes] or [("?", "?")]
    return Bilingual(zh="、".join(zh for zh, _ in words), en=", ".join(en for _, en in words))


def _note(code: str, old: str | Bilingual = "", new: str | Bilingual = "") -> DiffNote:
    zh, en = _TEXT[code]
    one, other = (text if isinstance(text, Bilingual) else Bilingual(zh=text, en=text) for text in (old, new))
    text = Bilingual(zh=_filled(zh, one.zh, other.zh), en=_filled(en, one.en, other.en))
    return DiffNote(code=code, text=text)  # type: ignore[arg-type]  # the keys above are the codes


def _filled(text: str, old: str, new: str) -> str:
    """Put the values in piece by piece: a value may hold braces."""
    return new.join(piece.replace("{old}", old) for piece in text.split("{new}"))
