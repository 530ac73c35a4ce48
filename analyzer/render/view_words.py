"""Words of the views: governance facts, the list of what to mend, the regulator's page."""

from __future__ import annotations

VIEW_WORDS: dict[str, tuple[str, str]] = {
    "governance": ("治理事实", "Governance facts"),
    "content": ("内容", "Content"),
    "governance.good": ("正常", "in order"),
    "governance.attention": ("请核对", "look at it"),
    "governance.wrong": ("不正确", "wrong"),
    "governance.missing": ("未填写", "not stated"),
    "governance.unknown": ("未检查", "not examined"),
    "governance.information": ("供参考", "for information"),
}
