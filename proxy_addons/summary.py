"""What `eduaudit traffic` prints to people: how to set the phone up, totals, the table at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .keyboard import KEYS
from .markpage import MARK_HOST, WORDS

if TYPE_CHECKING:
    from rich.table import Table

    from analyzer.model import TrafficFacts

    from .marks import Mark

PHASES = {
    "before_consent": ("同意前", "before consent"),
    "after_consent": ("同意后", "after consent"),
    "refused": ("已拒绝", "refused"),
    "unknown": ("未知", "unknown"),
}

LOCAL_ZH = ("   （只监听本机：USB 手机先运行 adb reverse tcp:PORT tcp:PORT；局域网手机用 --listen 0.0.0.0:PORT）",)
LOCAL_EN = ("   (this machine only; USB: adb reverse tcp:PORT tcp:PORT; Wi-Fi: --listen 0.0.0.0:PORT)",)


def instructions(host: str, port: int, app: str, lang: str, *, keys: bool) -> str:
    """Return how to point the phone here, install the CA and set marks."""
    shown = "<本机地址>" if lang == "zh" else "<address of this machine>"
    address = shown if host in {"0.0.0.0", "::", ""} else host  # noqa: S104  # compared, not listened on
    local = host in {"127.0.0.1", "::1", "localhost"}
    if lang == "zh":
        lines = [
            f"正在录制 {app}，代理地址 {address}:{port}",
            "1. 手机：WLAN → 修改网络 → 代理 手动 → 填入上面的地址和端口",
            *(LOCAL_ZH if local else ()),
            "2. 证书：手机打开 http://mitm.it 安装 CA；Android 7 起须装入系统证书区（root 或模拟器）",
            f"3. 标记：手机打开 http://{MARK_HOST}/" + ("，或在此按键：" if keys else ""),
        ]
    else:
        lines = [
            f"Recording {app}; proxy at {address}:{port}",
            "1. Phone: Wi-Fi → modify network → proxy: manual → the address and port above",
            *(LOCAL_EN if local else ()),
            "2. Certificate: open http://mitm.it on the phone; Android 7+: system store (root, emulator)",
            f"3. Marks: open http://{MARK_HOST}/ on the phone" + (", or press here:" if keys else ""),
        ]
    if keys:
        at = 0 if lang == "zh" else 1
        lines.append(
            "   "
            + "  ".join(f"{key}={WORDS[kind][at]}" for key, kind in KEYS.items())
            + ("  q=结束" if lang == "zh" else "  q=end")
        )
    lines.append("Ctrl-C 结束并显示汇总" if lang == "zh" else "Ctrl-C ends and shows the summary")
    return "\n".join(lines).replace("PORT", str(port))


def totals(counts: dict[str, int], marks: Sequence[Mark], lang: str) -> str:
    """Return the running totals in one line."""
    last = WORDS[marks[-1].mark][0 if lang == "zh" else 1] if marks else ("无标记" if lang == "zh" else "no mark")
    if lang == "zh":
        return (
            f"请求 {counts['flows']}  主机 {counts['hosts']}  个人信息 {counts['transmissions']}"
            f"  未分析 {counts['not_analysed']}  标记：{last}"
        )
    return (
        f"flows {counts['flows']}  hosts {counts['hosts']}  personal data {counts['transmissions']}"
        f"  not analysed {counts['not_analysed']}  mark: {last}"
    )


def facts_table(facts: TrafficFacts, title: Callable[[str], str], lang: str) -> Table:
    """Return what was sent, one row a (data, host, phase). ``title`` names a data id."""
    from rich.table import Table  # noqa: PLC0415  # only where a table is printed

    names = (
        ("个人信息", "主机", "接收方", "阶段", "次数", "编码", "证据")
        if lang == "zh"
        else ("data", "host", "recipient", "phase", "count", "encoding", "proof")
    )
    proofs = {"known_value": ("已知值", "known value"), "pattern": ("格式疑似", "pattern")}
    at = 0 if lang == "zh" else 1
    table = Table(*names, title=facts.app or "")
    for row in facts.transmissions:
        table.add_row(
            title(row.data),
            row.host + ("" if row.encrypted else " (http!)"),
            row.recipient or "?",
            PHASES[row.phase][at],
            str(row.count),
            " › ".join(row.encoding) or "–",
            proofs[row.proof][at],
        )
    return table


def missed_lines(facts: TrafficFacts) -> list[str]:
    """Return one line for each thing that was not analysed."""
    return [
        " ".join(part for part in (row.code, row.host or "", row.request_id, row.detail) if part)
        for row in facts.not_analysed
    ]


@contextmanager
def ticker() -> Iterator[Callable[[str], None]]:
    """Give a function that shows one changing line on a terminal, and nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only on a terminal

    with Console(stderr=True).status("") as status:
        yield status.update
