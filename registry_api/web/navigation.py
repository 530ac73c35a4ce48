"""The menu: which screens there are, and who sees which. A screen adds one line here and a router of its own."""

from __future__ import annotations

from dataclasses import dataclass

from registry_api.accounts.access import DECIDERS, Action, Actor, Role, can


@dataclass(frozen=True)
class Screen:
    """One entry of the menu."""

    path: str
    zh: str
    en: str
    action: Action
    roles: frozenset[Role] = frozenset(Role)


_VENDORS = frozenset({Role.VENDOR, Role.VENDOR_ADMIN})

SCREENS: tuple[Screen, ...] = (
    Screen("/queue", "待办", "My queue", Action.READ, DECIDERS | {Role.AUDITOR}),
    Screen("/apps", "应用", "Apps", Action.READ, DECIDERS | {Role.AUDITOR}),
    Screen("/", "应用", "Apps", Action.READ, frozenset(Role) - DECIDERS - {Role.AUDITOR}),
    Screen("/notices", "文书", "Notices", Action.READ),
    Screen("/campaigns", "专项治理", "Campaigns", Action.READ, DECIDERS | {Role.AUDITOR, Role.ADMIN}),
    Screen("/duplicates", "同类应用", "Apps for one function", Action.READ, DECIDERS | {Role.AUDITOR, Role.SCHOOL}),
    Screen("/sdks", "SDK", "SDKs", Action.READ),
    Screen("/statistics", "统计", "Statistics", Action.READ),
    Screen("/trail", "办理记录", "Trail", Action.TRAIL),
    Screen("/administration", "平台管理", "Administration", Action.KEYS),
    Screen("/vendor", "我的备案", "My filings", Action.FILE, _VENDORS),
    Screen("/school", "使用备案", "Apps we use", Action.FILE, frozenset({Role.SCHOOL})),
    Screen("/portal", "公示查询", "Public register", Action.READ),
)
"""In the order of the menu."""


@dataclass(frozen=True)
class Entry:
    """One entry as a page shows it."""

    path: str
    label: str
    current: bool


def navigation_of(actor: Actor | None, path: str, lang: str) -> list[Entry]:
    """Return the menu of the person who is signed in; nothing for a visitor."""
    if actor is None:
        return []
    return [
        Entry(item.path, item.en if lang == "en" else item.zh, _within(path, item.path))
        for item in SCREENS
        if actor.role in item.roles and can(actor, item.action)
    ]


def _within(path: str, root: str) -> bool:
    return path == root if root == "/" else path == root or path.startswith(root + "/")
