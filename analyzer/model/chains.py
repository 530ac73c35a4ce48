"""Call chains as people read them: where they begin, how each step is reached, why a level is not certain.

Reports and the record of an app show the same chains in the same words, Chinese and English.
"""

from __future__ import annotations

from collections.abc import Sequence

from .record import dataclass
from .signature import short_name, split_guard

CHAIN_WORDS: dict[str, tuple[str, str]] = {
    "entry.application": ("应用启动", "application start"),
    "entry.provider": ("内容提供者（随应用启动）", "content provider (application start)"),
    "entry.startup": ("启动初始化组件", "start-up initialiser"),
    "entry.factory": ("组件工厂", "component factory"),
    "entry.launcher": ("启动页", "launcher page"),
    "entry.activity": ("页面", "page"),
    "entry.page": ("页面", "page"),
    "entry.service": ("后台服务", "service"),
    "entry.receiver": ("广播接收器", "broadcast receiver"),
    "entry.backup": ("备份代理", "backup agent"),
    "entry.zygote_preload": ("进程预加载", "zygote preload"),
    "link.call": ("调用", "calls"),
    "link.dispatch": ("分派", "dispatches to"),
    "link.scheduled": ("调度", "schedules"),
    "link.callback": ("回调", "calls back"),
    "link.gesture": ("手势", "on a touch"),
    "link.lifecycle": ("生命周期", "life cycle"),
    "link.class_init": ("类初始化", "class initialiser"),
    "link.started": ("启动组件", "starts"),
    "link.inflated": ("布局加载", "inflates"),
    "link.reflected": ("反射", "reflection"),
    "doubt.not_certain": ("不能确定：", "not certain: "),
    "doubt.consent_guard": (
        "调用前疑似检查了同意标志，请核对该标志是否只在同意后设置",
        "what looks like a flag of consent is tested first; see that it is set only after consent",
    ),
    "doubt.dispatch_unsure": (
        "途中的某个对象未能确定，按所有可能的子类计算",
        "an object on the way could not be followed; every live subclass was taken",
    ),
    "doubt.sdk_preinit": (
        "经由厂商声明不采集信息的预初始化，或采集已被关闭",
        "by a pre-initialisation that its vendor says collects nothing, or collection was switched off",
    ),
    "guard.preference": ("偏好设置", "preference"),
    "guard.field": ("字段", "field"),
    "guard.method": ("方法返回值", "result of"),
    "guard.call": ("方法返回值", "result of"),
    "guard.property": ("属性", "property"),
    "guard.in": ("检查位置", "tested in"),
    "moment.before_consent": ("启动阶段，同意之前", "start-up, before consent"),
    "moment.reachable": ("使用过程中", "later on"),
    "moment.present": ("未找到路径", "no path found"),
    "moment.unknown": ("未查找", "not looked for"),
}
"""``entry.<Access.entry>``, ``link.<Link>``, ``moment.<level>``, ``doubt.<id of a weak reason>``, ``guard.<kind>``."""

SHOWN_STEPS = 7
"""Steps of a chain that are shown at once; what lies between the first and the last ones folds."""
_HEAD, _TAIL = 3, 3
_SHOWN_OFFSETS = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One method of a chain."""

    link: str
    """How it is reached, in words; of the first step the kind of entry point."""
    name: str
    """``Class.method``."""
    signature: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain, cut where it folds; `middle` is empty for a short one."""

    head: tuple[Step, ...]
    middle: tuple[Step, ...]
    tail: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of its steps."""
        return (*self.head, *self.middle, *self.tail)


def chain_word(code: str, lang: str, otherwise: str) -> str:
    """Return the word of a code of `CHAIN_WORDS`."""
    pair = CHAIN_WORDS.get(code)
    return otherwise if pair is None else pair[1] if lang == "en" else pair[0]


def folded(signatures: Sequence[str], links: Sequence[str], entry: str | None, lang: str) -> Chain:
    """Return the chain of an access, a permission request or a piece of evidence; an empty one where there is none."""
    named = [chain_word(f"link.{link}", lang, link) for link in links]
    first = chain_word(f"entry.{entry}", lang, entry) if entry else ""
    names = [first, *named, *[""] * len(signatures)]
    rows = tuple(Step(link, short_name(step), step) for link, step in zip(names, signatures, strict=False))
    if len(rows) <= SHOWN_STEPS:
        return Chain(rows, (), ())
    return Chain(rows[:_HEAD], rows[_HEAD:-_TAIL], rows[-_TAIL:])


def offsets_text(offsets: Sequence[int]) -> str:
    """Return the offsets of the call in its method, such as ``0x1a, 0x2c``; the rest of many is counted."""
    shown = ", ".join(f"{offset:#x}" for offset in offsets[:_SHOWN_OFFSETS])
    return f"{shown} (+{len(offsets) - _SHOWN_OFFSETS})" if len(offsets) > _SHOWN_OFFSETS else shown


def doubt_sentence(doubt: str | None, guard: str | None, level: str, lang: str, *, otherwise: str | None = None) -> str:
    """Say why a level is not certain, with flag and place of a guard; empty where it is certain.

    ``otherwise`` is the text of a doubt for which there are no words here.
    """
    if not doubt:
        return ""
    text = chain_word(f"doubt.{doubt}", lang, otherwise or doubt)
    if not (level == "reachable" and doubt == "consent_guard"):  # asking first is as it should be
        text = chain_word("doubt.not_certain", lang, "") + text
    if not guard:
        return text
    kind, name, where = split_guard(guard)
    if not where:
        return f"{text} ({name})" if lang == "en" else f"{text}（{name}）"
    title, tested = chain_word(f"guard.{kind}", lang, kind), chain_word("guard.in", lang, "")
    if lang == "en":
        return f"{text} ({title} “{name}”, {tested} {short_name(where)})"
    return f"{text}（{title}“{name}”，{tested} {short_name(where)}）"
