"""The small live view of a capture in the terminal: what was seen, the marks, the keys, and what goes wrong."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .guide import key_line
from .markpage import WORDS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from .marks import Mark
    from .pipeline import Found

MARKS_SHOWN = 4
FOUND_SHOWN = 8


@dataclass(slots=True)
class Scene:
    """What there is to show."""

    counts: dict[str, int]
    marks: Sequence[Mark] = ()
    found: Sequence[Found] = ()
    troubles: Sequence[str] = ()
    typed: str | None = None
    """The name of a function that is being typed, or `None`."""
    started: float = field(default_factory=time.time)


Draw = Callable[[Scene], None]


def totals(counts: dict[str, int], lang: str) -> str:
    """Return the running totals in one line."""
    if lang == "zh":
        return (
            f"请求 {counts['flows']}  主机 {counts['hosts']}  个人信息 {counts['transmissions']}"
            f"  未分析 {counts['not_analysed']}"
        )
    return (
        f"flows {counts['flows']}  hosts {counts['hosts']}  personal data {counts['transmissions']}"
        f"  not analysed {counts['not_analysed']}"
    )


def picture(scene: Scene, app: str, lang: str, title: Callable[[str], str]) -> RenderableType:
    """Return the view. ``title`` names a data id."""
    from rich.console import Group  # noqa: PLC0415  # only on a terminal
    from rich.panel import Panel  # noqa: PLC0415  # same
    from rich.table import Table  # noqa: PLC0415  # same
    from rich.text import Text  # noqa: PLC0415  # same

    at = 0 if lang == "zh" else 1
    parts: list[RenderableType] = [Text(totals(scene.counts, lang), style="bold")]
    marks = "  ".join(
        f"{_clock(mark.time)} {WORDS[mark.mark][at]}" + (f"「{mark.note}」" if mark.note else "")
        for mark in scene.marks[-MARKS_SHOWN:]
    )
    head = "标记" if lang == "zh" else "marks"
    parts.append(Text(f"{head}: {marks or ('无，阶段未知' if lang == 'zh' else 'none: phases are unknown')}"))
    if scene.found:
        table = Table(box=None, padding=(0, 1), show_header=False)
        for found in list(scene.found)[-FOUND_SHOWN:]:
            table.add_row(
                Text(_clock(found.time), style="dim"),
                Text(title(found.data), style="yellow"),
                Text(found.host + ("" if found.encrypted else " (http!)")),
                Text(found.value, style="dim"),
                Text(found.recipient or "?"),
            )
        parts.append(table)
    parts += [Text(line, style="red") for line in scene.troubles]
    if scene.typed is not None:
        ask = "功能名称，回车确认，Esc 取消" if lang == "zh" else "name of the function, Enter sets, Esc cancels"
        parts.append(Text(f"{ask}: {scene.typed}▏", style="cyan"))
    else:
        parts.append(Text(key_line(lang), style="cyan"))
    minutes, seconds = divmod(int(time.time() - scene.started), 60)
    return Panel(Group(*parts), title=f"{app}  {minutes:02}:{seconds:02}", title_align="left")


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S") if moment > 0 else "--:--:--"


@contextmanager
def live_view(app: str, lang: str, title: Callable[[str], str]) -> Iterator[Draw]:
    """Give a function that draws the view on a terminal, and one that draws nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415  # only on a terminal
    from rich.live import Live  # noqa: PLC0415  # same

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield lambda scene: live.update(picture(scene, app, lang, title), refresh=True)
