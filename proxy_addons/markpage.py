"""The page on which the phone sets marks: plain HTML and forms, for any browser, Chinese first."""

from __future__ import annotations

import html
from ipaddress import IPv4Address

from .marks import KINDS

MARK_HOST = "eduaudit.mark"
"""The magic host. Requests to it are our own traffic and never examined."""
MARK_BYTES = MARK_HOST.encode()
MARK_ADDRESS = IPv4Address("198.18.0.53")
"""Address of the magic host where phones look it up; of the range for benchmarks, so that it is nobody's."""
CODE_VARIABLE = "EDUAUDIT_MARK_CODE"
"""Environment variable by which the command hands the session's code to the proxy: not in any list of processes."""
STYLE = (
    "body{font:18px sans-serif;max-width:32em;margin:1em auto;padding:0 1em}"
    "button,input{display:block;width:100%;box-sizing:border-box;padding:.8em;margin:.4em 0;font:inherit}"
    "small{display:block;color:#555}.wrong{color:#b00}"
)
WORDS = {
    "first_start": ("首次启动", "First start"),
    "consent_shown": ("出现隐私弹窗", "Consent shown"),
    "agreed": ("点击同意", "Agreed"),
    "refused": ("点击拒绝", "Refused"),
    "background": ("切到后台", "To background"),
    "foreground": ("回到前台", "To foreground"),
    "function": ("使用某功能", "Function used"),
}


def mark_of_path(path: str) -> str | None:
    """Return the kind that ``/mark/<kind>`` names, or `None`."""
    kind = path.partition("?")[0].removeprefix("/mark/")
    return kind if path.startswith("/mark/") and kind in KINDS else None


def mark_page(marks: list[tuple[str, str]]) -> str:
    """Return the page. ``marks``: (clock time, kind) of what was marked so far."""
    buttons = "".join(
        f'<form method="post" action="mark/{kind}"><button>{zh}<small>{en}</small></button></form>'
        for kind, (zh, en) in WORDS.items()
    )
    rows = "".join(
        f"<li>{html.escape(clock)} {html.escape(WORDS[kind][0])} {html.escape(WORDS[kind][1])}</li>"
        for clock, kind in marks
    )
    return _page("操作标记 / Marks", f"{buttons}<ol>{rows}</ol>")


def code_page(*, wrong: bool) -> str:
    """Return the page that asks for the code of the session."""
    told = '<p class="wrong">操作码不对 / wrong code</p>' if wrong else ""
    return _page(
        "操作码 / Code",
        f'{told}<form method="get" action="/"><label>电脑终端上的操作码<small>the code on the terminal</small>'
        '<input name="code" autocomplete="off" autocapitalize="none"></label><button>进入<small>Enter</small></button>'
        "</form>",
    )


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
    )
