"""The root command: finds the command groups through entry points and turns every error into one clear line.

`eduaudit --help` must stay within a few times of starting Python at all, so this module imports neither click nor
`importlib.metadata`; a group's module is imported only when that group is called.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.render.language import default_lang

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP = "eduaudit.commands"
AUDIT = "analyzer.cli.audit:audit"
COMPLETE = "_EDUAUDIT_COMPLETE"
"""Set in the environment when a shell asks what may follow; `analyzer.cli.completion` answers."""
USAGE_ERROR = 2
COLLECT_AFTER = 200_000
"""Objects made between two collections of garbage while an app is audited."""

SUMMARIES = {
    "audit": (
        "审计一个应用（APK 等），可附隐私政策、备案材料和抓包",
        "audit one app, with policy, filing and captures",
    ),
    "diff": ("比较同一应用的两个版本：什么是新增、消失、变化", "two versions of an app: new, gone, changed"),
    "policy": ("只读隐私政策：18 项、写明的信息、SDK、权利", "a privacy policy alone: points, data, SDKs, rights"),
    "rules": ("查看现行规则、条款、SDK，检查规则数据", "the rules, clauses and SDKs in force; lint"),
    "traffic": ("抓包、回放分析、设备档案", "live capture, replay of captures, device profiles"),
    "registry": ("备案登记平台：服务、提交、每周审计、备份", "the registry: serve, submit, weekly audit, backup"),
    "demo": ("用自带样例走完全过程", "the whole story on the bundled samples"),
    "completion": ("输出 bash、zsh、fish 的命令补全脚本", "the script that completes commands in bash, zsh, fish"),
}
"""What each group is for, zh and en: said here so that help imports no group."""

HELP = {
    "zh": (
        "用法：eduaudit 命令 [选项] …\n\n教育移动应用备案与个人信息审计。\n\n命令：\n",
        "\n“eduaudit 命令 --help” 显示该命令的用法。\n",
    ),
    "en": (
        "Usage: eduaudit COMMAND [OPTIONS] …\n\nRegistry and privacy audit of educational mobile apps.\n\nCommands:\n",
        "\n'eduaudit COMMAND --help' tells how a command is used.\n",
    ),
}


def own_entry_points() -> dict[str, str]:
    """Return name → ``module:attribute`` of the groups that this distribution registers.

    Reads our own ``entry_points.txt`` directly: `importlib.metadata` costs several times the start of Python.
    """
    for folder in sys.path:
        for path in sorted(Path(folder or ".").glob("eduaudit-*.dist-info/entry_points.txt")):
            return _section(path.read_text(encoding="utf-8"), GROUP)
    return {}


def _section(text: str, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    inside = False
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            inside = line == f"[{name}]"
        elif inside and "=" in line:
            key, value = line.split("=", 1)
            found[key.strip()] = value.strip()
    return found


def other_entry_points() -> dict[str, str]:
    """Return the groups that any installed distribution registers (the slow way, for names we do not know)."""
    from importlib.metadata import entry_points  # slow: only for a name that is not ours

    return {point.name: point.value for point in entry_points(group=GROUP)}


def help_text(lang: str, groups: dict[str, str]) -> str:
    """Return the help of the root command."""
    head, tail = HELP[lang]
    order = [name for name in SUMMARIES if name in groups] + sorted(set(groups) - set(SUMMARIES))
    lines = [f"  {name:<11} {SUMMARIES.get(name, ('', ''))[lang == 'en']}".rstrip() for name in order]
    return head + "\n".join(lines) + "\n" + tail


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status (the console script exits with it)."""
    args = list(sys.argv[1:] if argv is None else argv)
    if COMPLETE in os.environ and argv is None:
        from .completion import answer  # only at a Tab

        english = default_lang() == "en"
        return answer(own_entry_points(), {name: pair[english] for name, pair in SUMMARIES.items()})
    if args[:1] == ["audit"] and "--help" not in args:
        return _audit(args[1:], leave=argv is None)
    groups = own_entry_points()
    if not args or args[0] in {"-h", "--help", "help"}:
        sys.stdout.write(help_text(default_lang(), groups))
        return 0
    if args[0] == "--version":
        from analyzer import __version__  # nothing else of the package is needed for help

        sys.stdout.write(f"eduaudit {__version__}\n")
        return 0
    name = args[0]
    target = groups.get(name) or other_entry_points().get(name)
    if target is None:
        known = ", ".join([*SUMMARIES, *sorted(set(groups) - set(SUMMARIES))])
        sys.stderr.write(f"eduaudit: 没有命令 / no such command: {name!r} ({known})\n")
        return USAGE_ERROR
    from .dispatch import run  # click is imported only when a group runs

    return run(name, target, args[1:])


def _audit(args: list[str], *, leave: bool) -> int:
    """Run an audit: the child process starts before anything else is loaded, and nothing is tidied up at the end."""
    from analyzer.sandbox.prepared import dismiss, prepare

    prepare()
    if leave:  # a short life leaves little garbage
        gc.set_threshold(COLLECT_AFTER, 50, 100)
    try:
        from .dispatch import run

        status = run("audit", AUDIT, args)
    finally:
        dismiss()
    if leave:  # taking the interpreter down costs as much as judging
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    return status
